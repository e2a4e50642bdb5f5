"""One builder at a time: a kernel lock on an open file, so a dead owner's lock is free."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from builder.errors import LockedError


@contextlib.contextmanager
def locked(place: Path, *, wait: bool, what: str) -> Iterator[None]:
    """Hold the lock file `place`; when another holds it, wait or raise `LockedError` saying `what`."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise LockedError(f"{what} is in use by another aftercast", hint="wait for it, or give `--wait`") from error
        yield
    finally:
        os.close(handle)
