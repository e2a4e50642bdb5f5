"""A round of `pull --status`: answers that wait until it can be said what they mean.

What is "not there" counts as deleted or not by what else the account knows, and that is complete only when every file
was asked about. So each answer waits on the disk, under the last file id that it is about, and is laid as soon as
nothing in it is doubtful; the rest at the end. A run that is killed, or whose budget ends, goes on behind the last one.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from builder.model import Value
from builder.pull.shelf import write

DEPTH = 4  # how many folders above a round's are made for it: those of rounds, of the account, of all, and `recordings`


class Waiting(Value, frozen=True):
    """The answer about a group of files; an empty one was laid, and only its place in the round is kept."""

    group: Sequence[str]
    answer: dict[str, Any]
    is_known: bool  # it, or an earlier one of the round, knows a file

    @property
    def last(self) -> str:
        return self.group[-1]


class Round:
    """The answers that wait in a folder, which no build reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def waiting(self) -> Iterator[Waiting]:
        """Yield the answers that wait, one at a time in memory; what is not ours is passed over."""
        for path in sorted(self.folder.glob("*.json")):
            with contextlib.suppress(OSError, msgspec.DecodeError):
                waiting = msgspec.json.decode(path.read_bytes(), type=Waiting)
                if waiting.group:
                    yield waiting

    def furthest(self) -> Waiting | None:
        """Return the answer behind which the round goes on."""
        return max(self.waiting(), key=lambda one: one.last, default=None)

    def keep(self, waiting: Waiting) -> None:
        write(self._place(waiting), msgspec.json.encode(waiting))

    def drop(self, waiting: Waiting) -> None:
        self._place(waiting).unlink(missing_ok=True)

    def end(self) -> None:
        """Forget the round, and the folders that nothing else is in."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            for folder in self.folder.parents[:DEPTH]:
                folder.rmdir()

    def _place(self, waiting: Waiting) -> Path:
        return self.folder / f"{waiting.last}.json"
