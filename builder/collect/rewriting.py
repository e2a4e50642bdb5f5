"""Redact the segments that are already on the disk: each is rewritten beside itself and then replaced, durably.

The sessions stay the same: which recordings there are, their times, sizes and addresses are untouched. But a rewritten
line is another text, so the reader takes the segment for a new file and reads it again whole.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import os
import re
import secrets
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.collect.disk import Disk
from builder.collect.line import decode, encode
from builder.collect.redaction import redacted
from builder.errors import LockedError, StorageError, reason_of
from builder.model import Value
from builder.sources.strict_json import strict_value

STORED = re.compile(r"(?!\.).*\.jsonl(\.gz)?")
HALF_WRITTEN = re.compile(r"\..+\.jsonl(\.gz)?\.[0-9a-f]{12}\.tmp")  # left by a run that was killed
CUT = ".cut-"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
NAMED = 8  # broken files in one sentence


class Rewritten(Value, frozen=True):
    """What became of one segment."""

    name: str
    redacted: int  # lines rewritten now
    already: int
    left: int  # lines that are not whole lines of the receiver, left as they are


def redact_folder(folder: Path, key: bytes) -> Iterator[Rewritten]:
    """Redact every segment of `folder`, which no receiver may be using; yields one report per segment, by name.

    What an earlier run that was killed had half written is removed, a copy of a day in clear as it may be.
    A file that cannot be redacted holds no other up; at the end `StorageError` names all of them.
    """
    failures: list[str] = []
    disk = Disk()
    try:
        lock = disk.lock(folder)
    except BlockingIOError as error:
        raise LockedError(f"`{folder}` is in use by a receiver", hint="stop it, or run it with `--redact`") from error
    try:
        for name in disk.names(folder):
            if HALF_WRITTEN.fullmatch(name):  # under the lock: nobody is writing it
                (folder / name).unlink()
            elif _is_redacted(folder / name):
                report = _redacted_or_why_not(folder / name, key)
                if isinstance(report, Rewritten):
                    yield report
                else:
                    failures.append(report)
    finally:
        disk.close(lock)
    if failures:
        more = f"; and {len(failures) - NAMED} more" if len(failures) > NAMED else ""
        raise StorageError("; ".join(failures[:NAMED]) + more, hint="move it away or repair it, and run this again")


def _redacted_or_why_not(path: Path, key: bytes) -> Rewritten | str:
    """Redact one file; what is wrong with it alone is returned as a sentence."""
    try:
        return _redact_file(path, key)
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise  # each of the others would fail as well
        if isinstance(error, OSError) and error.strerror:
            return f"failed to redact `{path}`: {reason_of(error)}"
        return f"`{path}` is not whole, it was left as found"


def passed_over(folder: Path) -> list[Path]:
    """Return the files below `folder` that redaction does not touch but for the torn tails: the builder may read them.

    A link is one of them, wherever it leads: what it leads to is not rewritten through it.
    """
    return sorted(
        path
        for path in folder.rglob("*")
        if (path.is_symlink() or path.is_file())
        and not (path.parent == folder and (_is_redacted(path) or path.name.startswith(CUT)))
    )


def set_aside(folder: Path) -> list[str]:
    """Return the names of the torn tails kept aside, which redaction does not touch."""
    return [name for name in Disk().names(folder) if name.startswith(CUT)]


def _is_redacted(path: Path) -> bool:
    """Say whether a file of the folder is one that is rewritten."""
    return STORED.fullmatch(path.name) is not None and path.is_file() and not path.is_symlink()


def _redact_file(path: Path, key: bytes) -> Rewritten:
    """Redact one file line by line; it is replaced only if that changes something."""
    counts = {"redacted": 0, "already": 0, "left": 0}
    with replacement(path) as new:
        with opened(path) as lines, packed(new.file, path) as out:
            for line in lines:
                content = line.removesuffix(b"\n")
                outcome, changed = _redact_line(content, key)
                counts[outcome] += bool(content)
                out.write(changed + line[len(content) :])
        new.is_wanted = bool(counts["redacted"])
    return Rewritten(name=path.name, **counts)


def _redact_line(line: bytes, key: bytes) -> tuple[str, bytes]:
    """Redact one line, also one that was: an older version knew fewer secrets, and made some lines too long."""
    stored = decode(line)
    if stored is None:
        return "left", line
    try:
        message = strict_value(stored.body)
    except ValueError:
        return "left", line
    if not isinstance(message, dict):
        return "left", line
    body = redacted(message, key)
    if stored.redacted and body == stored.body:
        return "already", line
    return "redacted", encode(stored.received_ms, stored.verdict, body, redacted=True)[:-1]  # type: ignore[arg-type]  # checked by its checksum


def opened(path: Path) -> io.BufferedIOBase:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


@contextlib.contextmanager
def packed(file: io.BufferedIOBase, path: Path) -> Iterator[io.BufferedIOBase]:
    """Return what compresses into `file` if the file at `path` is compressed; the same content gives the same bytes."""
    if path.suffix != ".gz":
        yield file
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packer:
        yield packer


@dataclass
class Replacement:
    """A file that is being written; `is_wanted` says whether it takes the old one's place."""

    file: io.BufferedIOBase
    is_wanted: bool = False


@contextlib.contextmanager
def replacement(path: Path) -> Iterator[Replacement]:
    """Offer a file that replaces the one at `path`, whole or not at all, with the same permissions."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            new = Replacement(file)
            yield new
            file.flush()
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
            os.fsync(file.fileno())
        if new.is_wanted:
            temporary.replace(path)
            Disk().sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
