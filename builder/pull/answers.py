"""What answers of the media library say of files, and how it is taken out of those that are laid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from builder.model import NEVER_MS
from builder.pull.calls import object_in, rows_in
from builder.pull.shelf import answer_at, put
from builder.sources import mediainfo

KNOWN, GONE = "MediaInfoSet", "NotExistFileIdSet"
STATUS = ("status/*.json", "*/status/*.json")  # the first of each: as laid before accounts had folders
LISTINGS = ("media/*/*.json", "*/media/*/*.json")
ARCHIVED, FORBIDDEN = 1, 2

Row = dict[str, Any]


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


def withheld_in(answer: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the ids of the files that an answer does not let play, each with how gravely."""
    return ((row["FileId"], how) for row in known_in(answer) if (how := gravity(row)))


def gravity(row: Row) -> int:
    """Return how gravely a row withholds a file: of two rows of the same time the graver one holds for the build.

    An expiry gives way to that of a later update, so it counts only where the build takes it for the latest of all.
    """
    held = next(iter(mediainfo.withdrawals(row)), None)
    if held is None:
        return 0
    if held.status == "forbidden":
        return FORBIDDEN
    return ARCHIVED if held.status or held.stated_ms == NEVER_MS else 0


def texts_in(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def drop(path: Path, newer: Mapping[str, int]) -> None:
    """Take what an earlier answer says of files away, and the answer when nothing else is in it.

    `newer` tells of each when it was updated by the newer answer; what is of a later update stands.
    """
    answer = answer_at(path)
    if answer is None:
        return
    response = answer["Response"]
    known = [row for row in rows_in(response.get(KNOWN)) if stands(row, newer)]
    gone = [name for name in texts_in(response.get(GONE)) if name not in newer]
    if known or gone:
        put(path, {**answer, "Response": {**response, KNOWN: known, GONE: gone}})
    else:
        path.unlink(missing_ok=True)


def renew(path: Path, newer: Row) -> None:
    """Put a row in the place of the one that a listing has of the same file, unless that is of a later update."""
    answer = answer_at(path)
    if answer is None:
        return
    rows = rows_in(answer["Response"].get(KNOWN))
    renewed = [row if stands(row, {newer["FileId"]: mediainfo.updated_ms(newer)}) else newer for row in rows]
    put(path, {**answer, "Response": {**answer["Response"], KNOWN: renewed}})


def stands(row: Row, newer: Mapping[str, int]) -> bool:
    """Say whether a row is of another file than what is newer, or of a later update."""
    when = newer.get(str(row.get("FileId")))
    return when is None or 0 < when < mediainfo.updated_ms(row)
