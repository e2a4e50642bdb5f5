"""A disk that says no: counts the calls that change what is below a folder, and makes chosen ones fail.

The calls are those of the `os` module, so the same code runs as on a real disk, pathlib included. A failed call is
not carried out.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builder import output

BY_PATH = ("open", "replace", "rename", "unlink", "mkdir", "rmdir")
BY_HANDLE = ("write", "fsync")
NEED_ROOM = frozenset({"open", "write", "mkdir", "fsync", "syncfs"})
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Disk:
    """Counts calls below `root`; `verdict(number, name)` returns an errno for those that must fail."""

    def __init__(self, root: Path, verdict: Callable[[int, str], int] = lambda _number, _name: 0) -> None:
        self.root = str(root)
        self.verdict = verdict
        self.calls: list[str] = []
        self.failed = 0

    def note(self, name: str, path: str) -> None:
        if not path.startswith(self.root):
            return
        self.calls.append(name)
        number = self.verdict(len(self.calls), name)
        if number:
            self.failed += 1
            raise OSError(number, os.strerror(number), path)


@contextlib.contextmanager
def failing(disk: Disk) -> Iterator[Disk]:
    """Put the disk under everything that runs inside."""
    with pytest.MonkeyPatch.context() as patch:
        for name in BY_PATH:
            patch.setattr(os, name, by_path(disk, name, getattr(os, name)))
        for name in BY_HANDLE:
            patch.setattr(os, name, by_handle(disk, name, getattr(os, name)))
        patch.setattr(output, "syncfs", by_handle(disk, "syncfs", output.syncfs))
        yield disk


def by_path(disk: Disk, name: str, real):
    def call(path, *arguments, **named):
        reads = name == "open" and not (arguments[0] if arguments else named.get("flags", 0)) & WRITING
        if not reads and isinstance(path, (str, os.PathLike)):
            disk.note(name, os.fspath(path))
        return real(path, *arguments, **named)

    return call


def by_handle(disk: Disk, name: str, real):
    def call(handle, *arguments):
        disk.note(name, str(Path(f"/proc/self/fd/{handle}").readlink()))
        return real(handle, *arguments)

    return call


def once(at: int, error: int) -> Callable[[int, str], int]:
    """Fail the one call of that number."""
    return lambda number, _name: error if number == at else 0


def full_from(at: int, error: int) -> Callable[[int, str], int]:
    """Fail every call that needs room, from that number on; what frees room works."""
    return lambda number, name: error if number >= at and name in NEED_ROOM else 0


def read_only_from(at: int, error: int) -> Callable[[int, str], int]:
    """Fail every call from that number on."""
    return lambda number, _name: error if number >= at else 0
