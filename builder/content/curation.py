"""Curation: `replays/<any name>.md` says something of one session, or of what belongs to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import cast
from zoneinfo import ZoneInfo

from builder import fields
from builder.addresses import SESSION_ID, id_in_address, path_of_alias
from builder.content.chapters import chapters
from builder.content.front import ContentFile
from builder.fields import Fields, Place
from builder.model import Curation, Problem, Trim, Visibility, Window
from builder.prose import Prose, to_text
from builder.strict_yaml import Mapping, Node, Scalar, Sequence, shown_text

MAX_TAG = 64
_WINDOW = "{stream: alice, from: 2022-01-13T21:37:05+08:00, to: 2022-01-13T22:10:00+08:00}"
_COMMA = re.compile("[,，、;；]")
_NEED_RECORDINGS = ("visibility", "split", "merge", "trim")
_KEYS = (
    "recordings",
    "address",
    "title",
    "language",
    "description",
    "tags",
    "featured",
    "visibility",
    "chapters",
    "split",
    "merge",
    "trim",
    "window",
    "vj",
    "aliases",
)


def curation_of(file: ContentFile, prose: Prose, *, zone: ZoneInfo) -> Curation:
    """Make the curation of a file; what needs the session itself is checked where sessions are made."""
    front = file.fields(_KEYS)
    _check_name(front)
    description = front.get("description", fields.text, "")
    html = prose.to_html(file.body or description)
    recordings, merged = front.all("recordings", fields.token), front.all("merge", fields.token)
    return Curation(
        source=file.source,
        recordings=recordings,
        address=front.get("address", session_address, ""),
        title=front.get("title", fields.text, ""),
        language=front.get("language", fields.text, ""),
        description_html=html,
        description_text=description or to_text(html),
        tags=tuple(dict.fromkeys(front.all("tags", _tag))),
        featured=front.get("featured", fields.truth, default=False),
        visibility=cast("Visibility | None", front.get("visibility", _visibility, None)),
        chapters=chapters(front, zone),
        split_before=front.get("split", _splits, ()),
        merge=tuple(dict.fromkeys((*recordings, *merged))) if merged else (),
        trim=front.get("trim", _trim(zone), None),
        window=front.get("window", _window(zone), None),
        vj=front.get("vj", fields.text, ""),
        aliases=front.all("aliases", _alias),
    )


def session_address(node: Node, place: Place) -> str:
    """Read the address of a session, as an id, a site path or a whole address, and return its id."""
    written = fields.scalar(node, place, "the address of a replay").text.strip()
    identity = id_in_address(written)
    if not identity:
        raise place.error(node, "the address of a replay such as `/replays/2022/01/13/k3f9q2m7xa/`")
    return identity


def tag_problems(file: ContentFile) -> Iterator[Problem]:
    """Yield a Problem for tags that were meant as several and are one: a text with commas, or full-width ones."""
    for key, node in file.pairs():
        items = node.items if isinstance(node, Sequence) else (node,)
        one = items[0] if key == "tags" and len(items) == 1 else None
        if isinstance(one, Scalar) and one.plain and _COMMA.search(one.text):
            written = ", ".join(part.strip() for part in _COMMA.split(one.text) if part.strip())
            message = f"expected a list such as `[{shown_text(written)}]`, found one tag, `{shown_text(one.text)}`"
            yield Problem("one_tag", message, source=file.source, line=one.line, field="tags")


def former_paths(curation: Curation) -> tuple[str, ...]:
    """Return the former addresses of a replay as site paths."""
    return tuple(map(path_of_alias, curation.aliases))


def alias_at(path: str) -> str:
    """Return a former address as sessions have it: the id where it is one of a replay, else the path."""
    replay = re.fullmatch(rf"/replays/({SESSION_ID.pattern})/", path)
    return replay[1] if replay else path


def _check_name(front: Fields) -> None:
    for key in _NEED_RECORDINGS:
        if key in front and "recordings" not in front:
            raise front.error(key, "the key `recordings` beside it", found="none")
    if not {"recordings", "address", "window"} & {key.text for key, _ in front.node.pairs}:
        raise front.place.error(front.node, "one of the keys `recordings`, `address` and `window`", found="none")


def _alias(node: Node, place: Place) -> str:
    written = fields.scalar(node, place, "a former address").text.strip()
    if SESSION_ID.fullmatch(written):
        return written
    return alias_at(fields.free_path(node, place))


def _tag(node: Node, place: Place) -> str:
    value = unicodedata.normalize("NFC", " ".join(fields.text(node, place).split()))
    if not any(letter.isalnum() for letter in value) or len(value) > MAX_TAG:
        raise place.error(node, f"a tag of letters or digits, at most {MAX_TAG} characters")
    return value


def _visibility(node: Node, place: Place) -> str | None:
    return fields.one_of("public", "unlisted", "hidden", "draft")(node, place)


def _splits(node: Node, place: Place) -> tuple[str, ...]:
    """Read `before <file id>`, several of them, or a mapping with the key `before`."""
    if isinstance(node, Mapping):
        return Fields(node, place, ("before",)).all("before", fields.token)
    return fields.many(_split)(node, place)


def _split(node: Node, place: Place) -> str:
    expected = "`before` and a file id"
    found = re.fullmatch(r"before[ \t]+(\S+)", fields.scalar(node, place, expected).text.strip())
    if not found:
        raise place.error(node, expected)
    return found[1]


def _trim(zone: ZoneInfo) -> fields.Parser[Trim | None]:
    def parse(node: Node, place: Place) -> Trim:
        trim = Fields(node, place, ("head", "tail", "from", "to"), example="{head: 30s, tail: 1m}")
        read = Trim(
            head_seconds=trim.get("head", fields.duration, 0) / 1000,
            tail_seconds=trim.get("tail", fields.duration, 0) / 1000,
            from_ms=trim.get("from", fields.instant(zone), None),
            to_ms=trim.get("to", fields.instant(zone), None),
        )
        if read.from_ms is not None and read.to_ms is not None and read.from_ms >= read.to_ms:
            raise trim.error("to", "a moment after `from`")
        return read

    return parse


def _window(zone: ZoneInfo) -> fields.Parser[Window | None]:
    def parse(node: Node, place: Place) -> Window:
        window = Fields(node, place, ("stream", "from", "to", "app", "appname"), example=_WINDOW)
        read = Window(
            stream_id=window.need("stream", fields.token),
            from_ms=window.need("from", fields.instant(zone)),
            to_ms=window.need("to", fields.instant(zone)),
            app=window.get("app", fields.token, ""),
            appname=window.get("appname", fields.token, ""),
        )
        if read.from_ms >= read.to_ms:
            raise window.error("to", "a moment after `from`")
        return read

    return parse
