"""What the media library's answers say of files: there, forbidden or gone; one statement a file, the newest.

An application answers "does not exist" about every file of another one. So that counts as "deleted" only from an
account that has told of the file before, or tells of others at the same media host (each application has hosts of its
own) while no other application knows the file. Statements about a file that lie in earlier answers, of any account, go
when a newer one is laid: nothing else takes a "deleted" back, nor a "forbidden" of the same time. In a listing, which
may be all that tells of the recording, the newer row takes the place of the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from builder.pull.calls import object_in, rows_in
from builder.pull.names import hashed
from builder.pull.shelf import Shelf, answer_at, answers_in, put

KNOWN, GONE = "MediaInfoSet", "NotExistFileIdSet"
STATUS = ("status/*.json", "*/status/*.json")  # the first of each: as laid before accounts had folders
LISTINGS = ("media/*/*.json", "*/media/*/*.json")

Row = dict[str, Any]


class Statements:
    """The answers about what became of files, beside those that say what an account has told of before."""

    def __init__(self, shelf: Shelf, hosts: Mapping[str, str]) -> None:
        self.shelf = shelf
        self._hosts = hosts  # of the media of each file that is asked about
        self._told: set[str] = set()  # of which this account has told, …
        self._others: set[str] = set()  # … and those that another application knows
        self._places = self._index(STATUS, named)
        self._forbidding = self._index(LISTINGS, forbidden_in)
        self._homes = set(self._hosts_of(self._told))

    def meet(self, answer: dict[str, Any]) -> None:
        """Learn from an answer, whose turn to be laid may come later, where the account is at home."""
        self._homes.update(self._hosts_of(row["FileId"] for row in known_in(answer)))

    def doubtful(self, group: Sequence[str], answer: dict[str, Any]) -> list[str]:
        """Return the files of a group that the account does not know, and may never have had."""
        return [name for name in unknown_in(group, answer) if not self._is_gone(name)]

    def lay(self, group: Sequence[str], answer: dict[str, Any]) -> int:
        """Lay the answer about a group of files; return how many it does not know and never told of."""
        self.meet(answer)
        unknown = unknown_in(group, answer)
        gone = [name for name in unknown if self._is_gone(name)]
        stated = {**answer, "Response": {**answer["Response"], GONE: gone}}
        place = self.shelf.lay(f"status/{hashed(*group)}.json", stated)
        self._told.update(named(stated))
        self._drop_older(stated, place)
        self._renew_listings(stated)
        return len(unknown) - len(gone)

    def _is_gone(self, name: str) -> bool:
        return name in self._told or self._is_at_home(name)

    def _is_at_home(self, name: str) -> bool:
        return self._hosts.get(name) in self._homes and name not in self._others

    def _hosts_of(self, names: Iterable[str]) -> Iterator[str]:
        return (host for name in names if (host := self._hosts.get(name)))

    def _drop_older(self, stated: dict[str, Any], place: Path) -> None:
        older: defaultdict[Path, set[str]] = defaultdict(set)
        for name in named(stated):
            for path in self._places[name] - {place}:
                older[path].add(name)
            self._places[name] = {place}
        for path, names in older.items():
            drop(path, names)

    def _renew_listings(self, stated: dict[str, Any]) -> None:
        still_forbidden = set(forbidden_in(stated))
        for row in known_in(stated):
            if row["FileId"] not in still_forbidden:
                for path in self._forbidding.pop(row["FileId"], ()):
                    renew(path, row)

    def _index(
        self, patterns: Sequence[str], names: Callable[[dict[str, Any]], Iterator[str]]
    ) -> defaultdict[str, set[Path]]:
        """Return where answers say something of files, and remember what those of this account tell of."""
        places: defaultdict[str, set[Path]] = defaultdict(set)
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


def known_in(answer: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows of the files that an answer knows."""
    return (row for row in rows_in(object_in(answer.get("Response")).get(KNOWN)) if isinstance(row.get("FileId"), str))


def unknown_in(group: Sequence[str], answer: dict[str, Any]) -> list[str]:
    """Return the files of a group that an answer does not know."""
    return [name for name in texts_in(answer["Response"].get(GONE)) if name in group]


def named(answer: dict[str, Any]) -> Iterator[str]:
    """Yield the ids of the files that an answer says something of."""
    yield from (row["FileId"] for row in known_in(answer))
    yield from texts_in(answer["Response"].get(GONE))


def forbidden_in(answer: dict[str, Any]) -> Iterator[str]:
    """Yield the ids of the files that an answer calls forbidden."""
    for row in known_in(answer):
        if str(object_in(row.get("BasicInfo")).get("Status")).endswith("Forbidden"):
            yield row["FileId"]


def texts_in(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def drop(path: Path, file_ids: Container[str]) -> None:
    """Take what an earlier answer says of files away, and the answer when nothing else is in it."""
    answer = answer_at(path)
    if answer is None:
        return
    response = answer["Response"]
    known = [row for row in rows_in(response.get(KNOWN)) if row.get("FileId") not in file_ids]
    gone = [name for name in texts_in(response.get(GONE)) if name not in file_ids]
    if known or gone:
        put(path, {**answer, "Response": {**response, KNOWN: known, GONE: gone}})
    else:
        path.unlink(missing_ok=True)


def renew(path: Path, newer: Row) -> None:
    """Put a row in the place of the one that a listing has of the same file."""
    answer = answer_at(path)
    if answer is None:
        return
    rows = rows_in(answer["Response"].get(KNOWN))
    renewed = [newer if row.get("FileId") == newer["FileId"] else row for row in rows]
    put(path, {**answer, "Response": {**answer["Response"], KNOWN: renewed}})
