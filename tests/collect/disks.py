"""Disks that fail: one that refuses chosen calls on real files, and one that keeps cache and platter apart."""

from __future__ import annotations

import errno
import itertools
import os
import random
from collections.abc import Callable
from pathlib import Path

from builder.collect.disk import Disk

CALLS = (
    "open",
    "read",
    "write",
    "truncate",
    "sync",
    "sync_data",
    "sync_folder",
    "close",
    "remove",
    "names",
    "size",
    "size_at",
)
CHANGING = ("open", "write", "truncate", "sync", "sync_data", "sync_folder", "close", "remove")
PAGE = 64  # small, so that a group of records spans many


class Faults:
    """Counts calls; `plan(name, number)` returns the error of a call, or None to let it through."""

    def __init__(self, plan: Callable[[str, int], int | None] = lambda _name, _number: None) -> None:
        self.plan = plan
        self.calls: list[str] = []

    def step(self, name: str) -> None:
        self.calls.append(name)
        code = self.plan(name, len(self.calls))
        if code is not None:
            raise OSError(code, os.strerror(code), "somewhere/secret-path")


class FaultyDisk(Disk):
    """The real disk, with faults in front of every call."""

    def __init__(self, faults: Faults, short: Callable[[int], int] = lambda count: count) -> None:
        self.faults = faults
        self.short = short

    def write(self, handle: int, content: bytes | memoryview) -> int:
        try:
            self.faults.step("write")
        except OSError:
            super().write(handle, content[: len(content) // 2])  # as a disk that fills up: the first half is there
            raise
        return super().write(handle, content[: self.short(len(content))])


def _with_faults(name: str) -> Callable:
    def call(self: FaultyDisk, *args, **kwargs):
        self.faults.step(name)
        return getattr(Disk, name)(self, *args, **kwargs)

    return call


for _name in CALLS:
    if _name != "write":
        setattr(FaultyDisk, _name, _with_faults(_name))


class PowerCut(BaseException):
    """The power is gone: nothing after this call happens."""


class File:
    """What is in the cache, what is on the platter, and which ranges a failed sync has lost for good."""

    def __init__(self, content: bytes = b"") -> None:
        self.cached = bytearray(content)
        self.durable = bytes(content)
        self.lost: list[tuple[int, int]] = []

    def sync(self) -> None:
        content = bytearray(self.cached)
        for start, end in self.lost:
            content[start:end] = bytes(min(end, len(content)) - start) if start < len(content) else b""
        self.durable = bytes(content)

    def lose(self) -> None:
        """A failed sync: the pages count as clean from now on, though they never reached the platter."""
        self.lost.append((len(self.durable), len(self.cached)))

    def after_cut(self, rng: random.Random) -> bytes:
        """Return what the platter may hold: the last sync, a prefix of what came later, or some of its pages."""
        if bytes(self.cached) == self.durable or rng.random() < 0.2:
            return self.durable
        if len(self.cached) < len(self.durable):  # a cut that was not synced
            return rng.choice([self.durable, bytes(self.cached)])
        size = rng.randint(len(self.durable), len(self.cached))
        content = bytearray(self.cached[:size])
        if rng.random() < 0.5:
            for page in range(len(self.durable) // PAGE, size // PAGE + 1):
                if rng.random() < 0.5:
                    start, end = max(page * PAGE, len(self.durable)), min((page + 1) * PAGE, size)
                    content[start:end] = bytes(max(0, end - start))
        return bytes(content)


class SimulatedDisk(Disk):
    """One folder in memory. A cut after any call leaves what a real disk might: see `after_cut`."""

    def __init__(self, contents: dict[str, bytes] | None = None) -> None:
        self.files = {name: File(content) for name, content in (contents or {}).items()}
        self.on_platter = dict(self.files)  # names that a folder sync has made safe
        self.pending: list[tuple[str, str, File]] = []
        self.handles: dict[int, File] = {}
        self.numbers = itertools.count(3)
        self.faults = Faults()
        self.cut_at = 0
        self.is_cut = False

    def _step(self, name: str) -> None:
        if self.is_cut or (self.cut_at and len(self.faults.calls) >= self.cut_at):
            self.is_cut = True
            raise PowerCut
        self.faults.step(name)

    def after_cut(self, rng: random.Random) -> SimulatedDisk:
        """Return the disk as it may be found after the power has come back."""
        names = dict(self.on_platter)
        for kind, name, file in self.pending:
            if rng.random() < 0.5:
                continue
            if kind == "create":
                names[name] = file
            else:
                names.pop(name, None)
        return SimulatedDisk({name: file.after_cut(rng) for name, file in names.items()})

    def make_folder(self, folder: Path) -> None:
        pass

    def lock(self, folder: Path) -> int:
        return next(self.numbers)

    def device(self, handle: int) -> int:
        return 0

    def is_folder(self, handle: int, folder: Path) -> bool:
        return True

    def names(self, folder: Path) -> list[str]:
        return sorted(self.files)

    def open(self, path: Path, *, create: bool) -> int:
        self._step("open")
        if create == (path.name in self.files):
            raise OSError(errno.EEXIST if create else errno.ENOENT, "open", path.name)
        if create:
            file = self.files[path.name] = File()
            self.pending.append(("create", path.name, file))
        handle = next(self.numbers)
        self.handles[handle] = self.files[path.name]
        return handle

    def size(self, handle: int) -> int:
        return len(self.handles[handle].cached)

    def read(self, handle: int, offset: int, count: int) -> bytes:
        return bytes(self.handles[handle].cached[offset : offset + count])

    def write(self, handle: int, content: bytes | memoryview) -> int:
        self._step("write")
        taken = max(1, len(content) // 2) if len(content) > 300 else len(content)  # short writes are normal
        self.handles[handle].cached += content[:taken]
        return taken

    def truncate(self, handle: int, size: int) -> None:
        self._step("truncate")
        del self.handles[handle].cached[size:]

    def sync(self, handle: int) -> None:
        try:
            self._step("sync")
        except OSError:
            self.handles[handle].lose()
            raise
        self.handles[handle].sync()

    sync_data = sync

    def sync_folder(self, folder: Path) -> None:
        self._step("sync_folder")
        self.on_platter = dict(self.files)
        self.pending.clear()

    def size_at(self, handle: int, path: Path) -> int | None:
        return self.size(handle) if self.files.get(path.name) is self.handles[handle] else None

    def close(self, handle: int) -> None:
        self.handles.pop(handle, None)

    def remove(self, path: Path) -> None:
        self._step("remove")
        if path.name not in self.files:
            raise FileNotFoundError(errno.ENOENT, "remove", path.name)
        self.pending.append(("remove", path.name, self.files.pop(path.name)))
