"""A round of `pull --status`: what was said not to exist waits until it can be said what that means.

It counts as deleted or not by what else the account knows, and that is complete only when every file was asked about.
So the files that a group's answer does not know wait on the disk, under the last file id of the group; they are laid as
soon as they are not doubtful, the rest at the end. What is known is laid when it is told and never waits: it would be
old by then. A run that is killed, or whose budget ends, goes on behind the last group.
"""

from __future__ import annotations

import contextlib
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from builder.model import Value
from builder.pull.shelf import write

ROUNDS = ".status"  # in the folder of an account: what no build reads yet
DEPTH = 4  # how many folders above a round's are made for it: those of rounds, of the account, of all, and `recordings`


class Waiting(Value, frozen=True):
    """The last file of a group, and which of the group are said not to exist; none where that was laid."""

    last: str
    unknown: Sequence[str]
    is_known: bool  # a file of the group, or of an earlier one of the round, is known
    alone: Sequence[str] = ()  # those still to be asked about alone, because the service failed at the group
    why: str = ""  # it failed at one of them alone too, which has no answer in this round


class Round:
    """What waits in a folder, which no build reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def waiting(self) -> Iterator[Waiting]:
        """Yield what waits, one group at a time in memory; what is not ours is passed over."""
        for path in sorted(self.folder.glob("*.json")):
            if waiting := waiting_at(path):
                yield waiting

    def furthest(self) -> Waiting | None:
        """Return the group behind which the round goes on."""
        return max(self.waiting(), key=lambda one: one.last, default=None)

    def at(self, last: str) -> Waiting | None:
        """Return what waits under the last file of a group."""
        return waiting_at(self.folder / f"{last}.json")

    def keep(self, waiting: Waiting) -> None:
        put_waiting(self._place(waiting), waiting)

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


class Rounds:
    """What waits in the rounds of all accounts.

    An id is never used again, so an answer that knows a file tells that it was not deleted when another said that it
    does not exist: that must not be laid any more, over the newer one.
    """

    def __init__(self, everybody: Path) -> None:
        self._places: defaultdict[str, set[Path]] = defaultdict(set)
        for path in everybody.glob(f"*/{ROUNDS}/*/*.json"):
            if waiting := waiting_at(path):
                for name in waiting.unknown:
                    self._places[name].add(path)

    def take_back(self, known: Iterable[str]) -> None:
        """Forget what waits of files that an answer of this moment knows."""
        for path, names in popped(self._places, known).items():
            if waiting := waiting_at(path):
                put_waiting(path, replace(waiting, unknown=[name for name in waiting.unknown if name not in names]))


def waiting_at(path: Path) -> Waiting | None:
    """Return what waits somewhere; None where it is gone or not ours."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=Waiting)
    return None


def put_waiting(path: Path, waiting: Waiting) -> None:
    write(path, msgspec.json.encode(waiting))


def popped(places: dict[str, set[Path]], names: Iterable[str]) -> dict[Path, set[str]]:
    """Return where names stand and which of them do there, and forget the places."""
    found: defaultdict[Path, set[str]] = defaultdict(set)
    for name in names:
        for path in places.pop(name, ()):
            found[path].add(name)
    return found
