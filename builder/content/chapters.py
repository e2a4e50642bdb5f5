"""Chapters as people write them: `12:30 the first song`, or a mapping whose `at` may be a wall clock."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from builder import fields
from builder.fields import Fields, Place
from builder.model import Chapter
from builder.strict_yaml import Mapping, Node, Scalar

_MOMENT = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-5][0-9](?:\.[0-9]{1,3})?)")
_LETTERED = re.compile(r"(?=[0-9])(?:([0-9]{1,3})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,6})s)?")
_EXPECTED = "a chapter such as `12:30 the first song`"


def chapters(front: Fields, zone: ZoneInfo) -> tuple[Chapter, ...]:
    """Read the chapters of a curation; a time of day with its date and no offset is in the site's zone."""
    node = front.node_of("chapters")
    if "chapters" in front and isinstance(node, Mapping):  # "12:30": the first song
        return tuple(_pair(key, value, at) for key, value, at in fields.pairs(node, front.place.child("chapters")))
    return front.all("chapters", _chapter(zone))


def _chapter(zone: ZoneInfo) -> fields.Parser[Chapter]:
    def parse(node: Node, place: Place) -> Chapter:
        if isinstance(node, Mapping):
            _refuse_colon(node, place)
            if node.pairs and all(moment(key.text) is not None for key, _ in node.pairs):  # - "12:30": the first song
                _refuse_several(node, place)
                return next(_pair(*pair) for pair in fields.pairs(node, place))
            return _mapping(node, place, zone)
        words = fields.scalar(node, place, _EXPECTED).text.split(maxsplit=1)
        seconds = moment(words[0]) if len(words) == 2 else None
        if seconds is None:
            raise place.error(node, _EXPECTED)
        return Chapter(words[1].strip(), at_seconds=seconds)

    return parse


def moment(written: str) -> float | None:
    """Return the seconds of `mm:ss`, `h:mm:ss` or `1h2m3s`; None for anything else."""
    found = _MOMENT.fullmatch(written) or _LETTERED.fullmatch(written)
    if not found:
        return None
    hours, minutes, seconds = found.groups()
    if hours and ":" in written and int(minutes) > 59:
        return None
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)


def _pair(key: str, value: Node, place: Place) -> Chapter:
    seconds = moment(key)
    if seconds is None:
        raise place.error(value, _EXPECTED, found=f"`{key}`")
    return Chapter(fields.text(value, place), at_seconds=seconds)


def _refuse_colon(node: Mapping, place: Place) -> None:
    """Tell of a title with a colon, which makes the line a mapping: `12:30 Song: first`."""
    words = node.pairs[0][0].text.split(maxsplit=1) if len(node.pairs) == 1 else []
    if len(words) == 2 and moment(words[0]) is not None:
        raise place.error(node, _EXPECTED, hint="text that holds a colon and a blank stands in quotes")


def _refuse_several(node: Mapping, place: Place) -> None:
    """Tell of a line that lacks its `-` and so is of the same entry as the one above."""
    if len(node.pairs) > 1:
        raise place.error(
            node,
            "one chapter in each entry of the list",
            found=f"{len(node.pairs)} in one",
            hint="begin the line of each chapter with `-`, or none of them",
        )


def _mapping(node: Mapping, place: Place, zone: ZoneInfo) -> Chapter:
    chapter = Fields(node, place, ("at", "title"))
    title = chapter.need("title", fields.text)
    at = chapter.node_of("at")
    seconds = moment(at.text.strip()) if isinstance(at, Scalar) else None
    if seconds is not None:
        return Chapter(title, at_seconds=seconds)
    return Chapter(title, at_ms=chapter.need("at", fields.instant(zone)))
