"""What the media library's answers say of files: there, forbidden or gone; one statement a file, the newest.

An application answers "does not exist" about every file of another one. So that counts as "deleted" only from the
account that has told of the file before: its own earlier answers are the evidence. Statements about a file that lie in
earlier answers, of any account, go when a newer one is laid: nothing else takes a "deleted" back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import Any

from builder.pull.calls import rows_in
from builder.pull.names import hashed
from builder.pull.shelf import Shelf, answer_at, answers_in, put

KNOWN, GONE = "MediaInfoSet", "NotExistFileIdSet"


class Statements:
    """The answers about what became of files, beside those that say what an account has told of before."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._told = {
            name
            for pattern in ("media/*/*.json", "status/*.json")
            for _, answer in answers_in(shelf.folder, pattern)
            for name in named(answer)
        }
        self._places: defaultdict[str, set[Path]] = defaultdict(set)
        for pattern in ("status/*.json", "*/status/*.json"):  # the first: as laid before accounts had folders
            for path, answer in answers_in(shelf.everybody, pattern):
                for name in named(answer):
                    self._places[name].add(path)

    def lay(self, group: Sequence[str], answer: dict[str, Any]) -> int:
        """Lay the answer about a group of files; return how many it does not know and never told of."""
        response = answer["Response"]
        unknown = [name for name in texts_in(response.get(GONE)) if name in group]
        gone = [name for name in unknown if name in self._told]
        stated = {**answer, "Response": {**response, GONE: gone}}
        place = self.shelf.lay(f"status/{hashed(*group)}.json", stated)
        older: defaultdict[Path, set[str]] = defaultdict(set)
        for name in named(stated):
            self._told.add(name)
            for path in self._places[name] - {place}:
                older[path].add(name)
            self._places[name] = {place}
        for path, names in older.items():
            drop(path, names)
        return len(unknown) - len(gone)


def named(answer: dict[str, Any]) -> Iterator[str]:
    """Yield the ids of the files that an answer says something of."""
    response = answer["Response"]
    yield from (row["FileId"] for row in rows_in(response.get(KNOWN)) if isinstance(row.get("FileId"), str))
    yield from texts_in(response.get(GONE))


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
