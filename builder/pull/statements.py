"""What the media library's answers say of files: there, forbidden or gone; one statement a file, the newest.

An application answers "does not exist" about every file of another one. So that counts as "deleted" only from an
account that has told of the file before, or tells of others at the same media host (each application has hosts of its
own) while no other application knows the file. Statements about a file that lie in earlier answers, of any account, go
when a newer one is laid: nothing else takes a "deleted" back, nor a "forbidden" or "archived" of the same time. In a
listing, which may be all that tells of the recording, the newer row takes the place of the other. What is laid last is
the newest only if it is laid when it is told, and it is, but for what waits in a round: that goes where a newer answer
knows the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from builder.pull.answers import (
    FORBIDDEN,
    GONE,
    KNOWN,
    LISTINGS,
    STATUS,
    drop,
    gravity,
    known_in,
    named,
    renew,
    withheld_in,
)
from builder.pull.names import hashed, is_file_id
from builder.pull.round import Rounds, popped
from builder.pull.shelf import Shelf, answers_in
from builder.sources.mediainfo import updated_ms

Name = TypeVar("Name")


class Statements:
    """The answers about what became of files, beside those that say what an account has told of before."""

    def __init__(self, shelf: Shelf, hosts: Mapping[str, str]) -> None:
        self.shelf = shelf
        self._hosts = hosts  # of the media of each file that is asked about
        self._told: set[str] = set()  # of which this account has told, …
        self._others: set[str] = set()  # … and those that another application knows
        self._rounds = Rounds(shelf.everybody)
        self._places = self._index(STATUS, named)
        self._withholding = self._index(LISTINGS, withheld_in)
        self._homes = set(self._hosts_of(self._told))

    def withheld(self) -> set[str]:
        """Return the files that a listing of this account withholds: of a row that is refused no recording is known."""
        return {name for name, _ in self._withholding if name in self._told and is_file_id(name)}

    def lay_known(self, answer: dict[str, Any]) -> None:
        """Lay what an answer of this moment knows."""
        known = {row["FileId"]: updated_ms(row) for row in known_in(answer)}
        if known:
            self._homes.update(self._hosts_of(known))
            self._lay(known, {**answer, "Response": {**answer["Response"], GONE: []}})
            self._renew_listings(answer)
            self._rounds.take_back(known)

    def lay_unknown(self, unknown: Sequence[str]) -> int:
        """Lay which of the files that the account does not know are gone; return how many others there are."""
        gone = [name for name in unknown if self._is_gone(name)]
        if gone:
            self._lay(dict.fromkeys(gone, 0), {"Response": {KNOWN: [], GONE: gone}})
        return len(unknown) - len(gone)

    def doubtful(self, unknown: Sequence[str]) -> list[str]:
        """Return which of the files that the account does not know it may never have had."""
        return [name for name in unknown if not self._is_gone(name)]

    def _is_gone(self, name: str) -> bool:
        return name in self._told or self._is_at_home(name)

    def _is_at_home(self, name: str) -> bool:
        return self._hosts.get(name) in self._homes and name not in self._others

    def _hosts_of(self, names: Iterable[str]) -> Iterator[str]:
        return (host for name in names if (host := self._hosts.get(name)))

    def _lay(self, stated: Mapping[str, int], answer: dict[str, Any]) -> None:
        """Lay an answer under the files that it states something of, told with their updates; drop what is older."""
        place = self.shelf.lay(f"status/{hashed(*sorted(stated))}.json", answer)
        self._told.update(stated)
        for path, names in popped(self._places, stated).items():
            if path != place:
                drop(path, {name: stated[name] for name in names})
        self._places.update((name, {place}) for name in stated)

    def _renew_listings(self, stated: dict[str, Any]) -> None:
        for row in known_in(stated):
            for graver in range(gravity(row) + 1, FORBIDDEN + 1):
                for path in self._withholding.pop((row["FileId"], graver), ()):
                    renew(path, row)

    def _index(
        self, patterns: Sequence[str], names: Callable[[dict[str, Any]], Iterator[Name]]
    ) -> defaultdict[Name, set[Path]]:
        """Return where answers say something of files, and remember what those of this account tell of."""
        places: defaultdict[Name, set[Path]] = defaultdict(set)
        same = self.shelf.of_application()
        for pattern in patterns:
            for path, answer in answers_in(self.shelf.everybody, pattern):
                if path.is_relative_to(self.shelf.folder):
                    self._told.update(named(answer))
                elif path.relative_to(self.shelf.everybody).parts[0] not in same:
                    self._others.update(row["FileId"] for row in known_in(answer))
                for name in names(answer):
                    places[name].add(path)
        return places
