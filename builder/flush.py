"""Flushing to the disk: a few files and folders at once, or the whole file system with one call.

Each flush of a file waits for the file system's journal. Asked for one after the other they cost one journal entry
each; asked for at the same time most of them share one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

AT_ONCE = 16  # threads, which only wait


def flush_each(places: Sequence[str]) -> None:
    """Flush files and folders. The first failure, in the order given, is raised with its place as `filename`."""
    failures: dict[int, OSError] = {}
    waiting = iter(enumerate(places))

    def work() -> None:
        for number, place in waiting:
            try:
                flush(place)
            except OSError as error:
                failures[number] = error

    threads = [threading.Thread(target=work, name="flush") for _ in range(min(AT_ONCE, len(places)) - 1)]
    for thread in threads:
        thread.start()
    work()
    for thread in threads:
        thread.join()
    if failures:
        number = min(failures)
        raise OSError(failures[number].errno, failures[number].strerror, places[number]) from failures[number]


def flush(place: str) -> None:
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def syncfs(handle: int) -> None:
    """Flush the file system that `handle` is on with one call where there is one; elsewhere flush everything."""
    import ctypes  # here: a small build needs none of it

    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "syncfs"):
        os.sync()
        return
    if library.syncfs(handle) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
