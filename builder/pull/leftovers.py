"""What killed runs leave: answers half written, beside the place that they were for, with push secrets in them.

Runs on a site may overlap. Each holds a shared kernel lock, so that whoever gets it alone knows that nobody writes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path

from builder.pull.shelf import FOLDER, LISTED

TEMPORARY = re.compile(r"\..+\.[0-9]+\.aftercast-tmp")


@contextlib.contextmanager
def among_runs(source: Path, state: Path) -> Iterator[None]:
    """Be a run on a site; where no other is at work, remove what dead ones left."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # not alone, no such folder, or no locks there: nothing is removed
            handle = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            stack.callback(os.close, handle)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails where another run is at work
                sweep(source, state)
            finally:
                fcntl.flock(handle, fcntl.LOCK_SH)  # whatever happened: nobody must wait for all of this run
        yield


def sweep(source: Path, state: Path) -> None:
    """Remove the temporary files of the answers and of the list of tasks."""
    for path in (*(source / FOLDER).rglob(".*"), *state.glob(f".{LISTED}.*")):
        if TEMPORARY.fullmatch(path.name) and not path.is_dir():
            path.unlink(missing_ok=True)
