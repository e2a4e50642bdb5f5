"""Tells when the sources have changed and are quiet again.

A file event only wakes the watcher; a scan of sizes and times decides what changed, so a missed or doubled event
costs nothing. Bursts are gathered: quiet for 50 ms, but never waited for longer than 500 ms. A file that is emptied is
probably written anew, and waited for longer: of an empty `site.yaml` every address would be another.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from watchdog.events import DirDeletedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from builder.snapshot import Snapshot, scan

QUIET_SECONDS = 0.05
LONGEST_SECONDS = 0.5
EMPTIED_SECONDS = 2.0
RESCAN_SECONDS = 2.0  # also look without an event: network mounts and overrun queues send none
READ_ONLY_EVENTS = frozenset({"opened", "closed_no_write"})


class Waker(FileSystemEventHandler):
    """Wakes the loop on any event that can change a file."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.has_lost_folder = False  # deleted, or moved out of what is watched

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in READ_ONLY_EVENTS:
            self.has_lost_folder |= isinstance(event, DirDeletedEvent)
            self.event.set()


class Watcher:
    """Watches folders; use as a context manager, then call `wait`.

    What is made of them (`made`) is watched for one thing only: that it goes.
    """

    def __init__(self, folders: Iterable[Path], made: Path | None = None) -> None:
        self.folders = list(folders)  # the templates may come later
        self._scheduled: set[Path] = set()
        self.made = made
        self._is_made = False
        self.waker = Waker()
        self.observer = Observer()
        self.seen = scan(self.folders)
        self._settling = False

    @property
    def is_stirred(self) -> bool:
        """Say whether something happened that has not been looked at yet."""
        return self._settling or self.waker.event.is_set()

    def __enter__(self) -> Watcher:
        self._schedule()
        self.observer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.observer.stop()
        self.observer.join(timeout=5)

    def wait(self, stop: threading.Event, *, is_made: bool = False) -> list[str]:
        """Block until files changed and are quiet; return their paths, sorted. Empty when `stop` is set.

        `is_made` says that `made` was there a moment ago: it may be gone by now.
        """
        self._is_made |= is_made or (self.made is not None and self.made.is_dir())
        while not stop.is_set():
            self.waker.event.wait(RESCAN_SECONDS)
            if stop.is_set():
                break
            self._settle()
            if self.waker.has_lost_folder or self._scheduled != {folder for folder in self.folders if folder.is_dir()}:
                self._schedule_anew()
            changed = self._changed(stop)
            self._settling = False
            if changed and not stop.is_set():
                return changed
        return []

    def stop(self, stop: threading.Event) -> None:
        """Set `stop` and wake whoever waits."""
        stop.set()
        self.waker.event.set()

    def forget(self, seen: Snapshot) -> None:
        """Take files for seen as a build knows them: what we wrote ourselves is no change, what came after it is."""
        self.seen |= seen

    def _schedule(self) -> None:
        self._scheduled = {folder for folder in self.folders if folder.is_dir()}
        for folder in sorted(self._scheduled):
            self.observer.schedule(self.waker, str(folder), recursive=True)

    def _schedule_anew(self) -> None:
        """Let go of folders that left: watchdog holds on to one that was moved out, and trips when it comes back."""
        self.waker.has_lost_folder = False
        self.observer.unschedule_all()
        with contextlib.suppress(OSError):  # a source that is gone itself is looked for every few seconds
            self._schedule()

    def _settle(self) -> None:
        began = time.monotonic()
        self._settling = self.waker.event.is_set()
        while self.waker.event.is_set() and time.monotonic() - began < LONGEST_SECONDS:
            self.waker.event.clear()
            self.waker.event.wait(QUIET_SECONDS)
        self.waker.event.clear()

    def _scan(self, stop: threading.Event) -> Snapshot:
        """Look at the files once those that were emptied are full again, or seem to stay empty."""
        end = time.monotonic() + EMPTIED_SECONDS
        while True:
            now = scan(self.folders)
            is_emptied = any(not now[path][0] and self.seen.get(path, (0,))[0] for path in now)
            if not is_emptied or time.monotonic() > end or stop.is_set():
                return now
            self.waker.event.wait(QUIET_SECONDS)
            self._settle()

    def _changed(self, stop: threading.Event) -> list[str]:
        now = self._scan(stop)
        before, self.seen = self.seen, now
        changed = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
        if self.made is None or not self._is_made or self.made.is_dir():
            return changed
        self._is_made = False  # told once: a build that fails must not be asked for again and again
        return [*changed, str(self.made)]
