"""The log of notifications: JSON Lines in daily segments, `YYYY-MM-DD.jsonl`; after a failure or 256 MB `.1.jsonl` ….

The idea: a segment is only ever appended to, and what was synced is never touched again. After a failed write or sync
nothing is known about the bytes behind the last good sync, so that segment is closed for good and the next group opens
another; a failed sync is never repeated and trusted. A segment that somebody else cut or wrote to is closed as well. On
open, a tail that was not written to its end is moved to a dot file, which the builder does not read. Nothing here knows
HTTP or threads; one thread at a time may call it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import functools
import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from builder.collect.disk import Disk
from builder.collect.line import decode, is_whole
from builder.collect.tail import ending
from builder.errors import LockedError, reason_of
from builder.model import DAY_MS, Value

SEGMENT = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:\.(?P<number>[1-9]\d{0,8}))?\.jsonl")
SEGMENT_BYTES = 268_435_456  # a larger one is not appended to: readers take up to 1 GiB (`sources/limits.py`)
PROBE = b"room?\n"
PROBE_AFTER_FAILURE = PROBE * 2_048  # three pages: an empty file can be made on many a full disk
FAILURES_BEFORE_UNREADY = 2
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}  # what only a person can change


class Segment(Value, frozen=True):
    """The segment that is being appended to."""

    day: str
    path: Path
    handle: int


class Log:
    """Append whole lines durably. `append` returns after the sync; raising means that nothing may be acknowledged."""

    def __init__(self, folder: Path, disk: Disk, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._disk = disk
        self._say = say
        self._segment: Segment | None = None
        self._durable = 0  # size of the segment at the last good sync
        self._closed: set[str] = set()
        self._failures = 0
        self._lock: int | None = None
        self._device = 0  # that the folder is on

    @property
    def is_ready(self) -> bool:
        """Say whether storing is worth trying; False after two failures in a row, until `probe` succeeds."""
        return self._failures < FAILURES_BEFORE_UNREADY

    def open(self) -> None:
        """Take the folder for this process, cut torn tails, and see whether bytes can be stored.

        Raises `LockedError` when another receiver has it, `OSError` when nobody may store anything there. A full disk
        is no reason not to start: senders are told to come back until there is room.
        """
        self._take()
        try:
            self.probe(PROBE)
        except OSError as error:
            if error.errno in FORBIDDEN:
                raise
            self._say(f"nothing can be stored now, refusing until it works: {reason_of(error)}")
            self._failures = FAILURES_BEFORE_UNREADY

    def _take(self) -> None:
        self._disk.make_folder(self._folder)
        try:
            self._lock = self._disk.lock(self._folder)
        except BlockingIOError as error:
            raise LockedError(
                f"`{self._folder}` is in use by another receiver",
                hint="one receiver (or `redact`) per folder at a time",
            ) from error
        self._device = self._disk.device(self._lock)
        for name in self._disk.names(self._folder):
            if SEGMENT.fullmatch(name):
                self._recover(name)

    def append(self, records: Sequence[tuple[int, bytes]]) -> None:
        """Write `(received_ms, line)` records and sync; raises `OSError`, after which none of them counts as stored."""
        try:
            for day, group in itertools.groupby(records, key=lambda record: record[0] // DAY_MS):
                self._append(day_of(day * DAY_MS), b"".join(line for _, line in group))
        except BaseException:
            self._failures += 1
            self._abandon()
            raise
        self._failures = 0

    def probe(self, content: bytes = PROBE_AFTER_FAILURE) -> None:
        """Look whether the disk takes bytes again, without touching a segment; raises `OSError` while it does not."""
        self._hold()
        path = self._folder / ".probe"
        with contextlib.suppress(FileNotFoundError):
            self._disk.remove(path)
        handle = self._disk.open(path, create=True)
        try:
            self._write(handle, content)
            self._disk.sync(handle)
        finally:
            self._disk.close(handle)
            self._disk.remove(path)
        self._failures = 0

    def close(self) -> None:
        self._release()
        if self._lock is not None:
            self._disk.close(self._lock)
            self._lock = None

    def _hold(self) -> None:
        """See that the folder is still the one that was taken: in one that was made anew others may be writing.

        Where more is gone than the folder, a disk was unmounted perhaps, what is written would be hidden by its return.
        """
        if self._lock is not None and self._disk.is_folder(self._lock, self._folder):
            return
        if not self._disk.is_on(self._device, self._folder.parent):
            raise OSError(errno.ENOENT, "the folder and the one above it are gone", "folder")
        self.close()
        try:
            self._take()
        except LockedError as error:
            raise OSError(errno.EAGAIN, "another receiver has the folder that is there now", "folder") from error
        self._say("the folder was moved while in use; going on in the one that is in its place")

    def _append(self, day: str, content: bytes) -> None:
        for attempt in (1, 2):
            self._hold()
            segment = self._segment_for(day)
            self._write(segment.handle, content)
            self._disk.sync_data(segment.handle)
            size = self._disk.size_at(segment.handle, segment.path)
            if size == self._durable + len(content):
                self._durable = size
                return
            # somebody else was at it: what went there may be gone or stand behind half a line, it is written once more
            happened = "moved or deleted" if size is None else "truncated or written to"
            self._say(f"segment {segment.path.name} was {happened} while in use, attempt {attempt}")
            if size is not None:
                self._closed.add(segment.path.name)
            self._release()
        raise FileNotFoundError(2, "the segment vanishes while it is written", "segment")

    def _write(self, handle: int, content: bytes) -> None:
        view = memoryview(content)
        while view:
            taken = self._disk.write(handle, view)
            if taken <= 0:
                raise OSError(5, "the disk takes no bytes", "segment")
            view = view[taken:]

    def _segment_for(self, day: str) -> Segment:
        if self._segment is not None and self._segment.day == day and self._durable < SEGMENT_BYTES:
            return self._segment
        self._release()
        numbers = self._numbers(day)
        newest = max(numbers, default=-1)
        if newest >= 0 and segment_name(day, newest) not in self._closed:
            segment = self._reopen(day, newest)
            if segment is not None:
                return segment
        return self._create(day, newest + 1)

    def _numbers(self, day: str) -> list[int]:
        matches = (SEGMENT.fullmatch(name) for name in [*self._disk.names(self._folder), *self._closed])
        return [int(match["number"] or 0) for match in matches if match and match["day"] == day]

    def _reopen(self, day: str, number: int) -> Segment | None:
        """Go on with an existing segment, if its last line is whole and of ours, and it has room."""
        path = self._folder / segment_name(day, number)
        handle = self._disk.open(path, create=False)
        size = self._disk.size(handle)
        found = ending(self._disk, handle, size)
        if size >= SEGMENT_BYTES or found.end != size or not found.is_ours:
            self._disk.close(handle)
            return None
        self._segment, self._durable = Segment(day=day, path=path, handle=handle), size
        self._disk.sync(handle)
        self._disk.sync_folder(self._folder)
        return self._segment

    def _create(self, day: str, number: int) -> Segment:
        path = self._folder / segment_name(day, number)
        handle = self._disk.open(path, create=True)
        self._segment, self._durable = Segment(day=day, path=path, handle=handle), 0
        self._disk.sync(handle)
        self._disk.sync_folder(self._folder)
        return self._segment

    def _release(self) -> None:
        if self._segment is not None:
            self._disk.close(self._segment.handle)
            self._segment = None

    def _abandon(self) -> None:
        """Close the segment for good. Its unsynced tail is cut as well as may be; a cut that fails is made on open."""
        if self._segment is None:
            return
        segment, self._segment = self._segment, None
        self._closed.add(segment.path.name)
        self._say(f"segment {segment.path.name} is closed after a failure, the next notification opens another")
        with contextlib.suppress(OSError):  # best effort: the tail holds only what was answered 503
            if self._disk.size(segment.handle) > self._durable:
                self._disk.truncate(segment.handle, self._durable)
            if not self._durable and self._disk.size_at(segment.handle, segment.path) is not None:
                self._disk.remove(segment.path)
        with contextlib.suppress(OSError):  # the handle is gone whatever close says
            self._disk.close(segment.handle)

    def _recover(self, name: str) -> None:
        """Cut a tail that was not written to its end, after keeping it aside; leave the file alone if that fails."""
        try:
            handle = self._disk.open(self._folder / name, create=False)
        except OSError as error:
            self._closed.add(name)
            self._say(f"segment {name} cannot be opened and is left as it is: {reason_of(error)}")
            return
        try:
            self._cut(name, handle)
        except OSError as error:
            self._closed.add(name)
            self._say(f"the torn tail of {name} cannot be cut and is left as it is: {reason_of(error)}")
        finally:
            self._disk.close(handle)

    def _cut(self, name: str, handle: int) -> None:
        size = self._disk.size(handle)
        found = ending(self._disk, handle, size)
        if found.end == size:
            return
        tail = self._disk.read(handle, found.end, size - found.end)
        if decode(tail) is not None:
            self._write(handle, b"\n")
            self._disk.sync(handle)
            self._say(f"gave the last line of {name} its line feed")
        elif not found.is_ours or is_whole(tail):
            self._closed.add(name)
            self._say(f"segment {name} is not of this receiver and is left as it is")
        else:
            self._set_aside(name, found.end, tail)
            self._disk.truncate(handle, found.end)
            self._disk.sync(handle)
            self._say(f"cut {len(tail)} bytes of a torn tail off {name}")

    def _set_aside(self, name: str, offset: int, content: bytes) -> None:
        taken = set(self._disk.names(self._folder))
        aside = next(free for n in itertools.count() if (free := f".cut-{name}-{offset}-{n}") not in taken)
        handle = self._disk.open(self._folder / aside, create=True)
        try:
            self._write(handle, content)
            self._disk.sync(handle)
        finally:
            self._disk.close(handle)
        self._disk.sync_folder(self._folder)


@functools.lru_cache(maxsize=4)
def day_of(received_ms: int) -> str:
    return dt.datetime.fromtimestamp(received_ms / 1000, dt.UTC).strftime("%Y-%m-%d")


def segment_name(day: str, number: int) -> str:
    return f"{day}.{number}.jsonl" if number else f"{day}.jsonl"
