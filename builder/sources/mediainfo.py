"""A file as the media library tells it, by API or in a line of the console's JSON export (a MediaInfo).

It fills in what a notification cannot know (title, tags, cover, expiry, transcodes) and says whether the file may be
shown at all, which counts even where the rest cannot be read. Where it knows stream and times it also tells of the
recording. The push address in `SourceContext` holds the push key: only host, path and stream name are taken of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC
from functools import partial
from typing import Any, Literal, TypeVar

from msgspec.structs import replace

from builder import media
from builder.model import NEVER_MS, Filled, Item, Notice, Problem, Rendition, StreamKey, Told
from builder.sources import limits, times
from builder.sources.fields import FORMATS, Fields, RefusedError, clean, kind_of

T = TypeVar("T")

_DEFAULT_NAME = re.compile(
    r"(?P<stream>.+?)_(?P<start>[0-9]{4}(?:-[0-9]{2}){5}(?:-[0-9]{3})?)_(?P<end>[0-9]{4}(?:-[0-9]{2}){5}(?:-[0-9]{3})?)"
    r"(?:\.[A-Za-z0-9]{2,4})?",
    re.ASCII,
)
_PUSH = re.compile(r"rtmps?://([^/?#\s@]+)/([^/?#\s]+)/([^/?#\s]+)", re.IGNORECASE)
_STATUS: dict[str, Any] = {"": "", "normal": "normal", "forbidden": "forbidden", "systemforbidden": "forbidden"}
_COLD = ("ARCHIVE", "DEEP_ARCHIVE")
_RECORDED = ("Record", "TrtcRecord", "WebPageRecord")


def is_media_info(values: dict[str, Any]) -> bool:
    """Say whether the object is one MediaInfo."""
    return "FileId" in values and any(key in values for key in ("BasicInfo", "MetaData", "TranscodeInfo"))


def named_items(under: str, file_id: Any) -> list[Item]:
    """Read a bare file id that a response lists; the media library no longer has it."""
    if under != "NotExistFileIdSet":
        raise RefusedError("not_an_object", f"`{under}` expected objects, found {kind_of(file_id)}")
    return [deleted(file_id, under)]


def notice_of(values: dict[str, Any]) -> Item:
    """Read one MediaInfo; what takes the file away is kept where something else is refused."""
    try:
        return _notice_of(values)
    except RefusedError as error:
        error.kept = withdrawals(values)
        raise


def _notice_of(values: dict[str, Any]) -> Item:
    fields = Fields(values)
    basic, meta = Fields(_object(values, "BasicInfo")), Fields(_object(values, "MetaData"))
    name = basic.text("Name", limit=limits.TITLE_CHARACTERS)
    told = _told(basic, meta)
    status = _status(basic)
    if status != "forbidden" and _is_cold(basic):
        status = "archived"
    filled = Filled(
        expires_ms=_expiry(basic),
        cover_url=cover(basic, "CoverUrl"),
        renditions=_renditions(values, basic),
        title=title(name),
        tags=tags(basic, basic.values.get("TagSet")),
        url="" if told else _address(basic),
    )
    return Notice(
        file_id=fields.ident("FileId", required=True),
        told=told,
        filled=filled,
        status=status,
        stated_ms=_stated(basic),
        flags=tuple(sorted((fields.flags | basic.flags | meta.flags) - {"coerced"})),
    )


def withdrawals(values: dict[str, Any]) -> list[Notice]:
    """Return what of a record takes its file away: it may not stay public for a slip beside that.

    What would bring a file back is not used. What cannot be read closes: an unknown status forbids, and a statement of
    an unreadable moment is no older than any other. Of a key that was told in several ways an array came, and every
    file is taken away by what all ways of the rest say together.
    """
    ids = (Fields({"FileId": told}) for told in _ways(values, "FileId") if told is not None)
    told_ids = dict.fromkeys(read_or(partial(fields.ident, "FileId"), "") for fields in ids)
    if not told_ids:
        return []
    basics = [Fields(told) for told in _ways(values, "BasicInfo") if type(told) is dict] or [Fields({})]
    states: set[Any] = {read_or(partial(_status, basic), "forbidden") for basic in basics}
    is_cold = any(read_or(partial(_is_cold, basic), otherwise=False) for basic in basics)
    status: Any = "forbidden" if "forbidden" in states else "archived" if is_cold else ""
    expiries = [read_or(partial(_expiry, basic), None) for basic in basics]
    expires_ms = min((told for told in expiries if told is not None), default=None)
    stated_ms = max(read_or(partial(_stated, basic), NEVER_MS) for basic in basics)
    return [notice for file_id in told_ids for notice in withheld(file_id, status, expires_ms, stated_ms)]


def withheld(
    file_id: str, status: Literal["", "forbidden", "archived"], expires_ms: int | None, stated_ms: int
) -> list[Notice]:
    """Make the statement that takes a file away; none where nothing does, or nobody knows which file."""
    if expires_ms == NEVER_MS:
        expires_ms = None
    if not file_id or (not status and expires_ms is None):
        return []
    return [Notice(file_id, filled=Filled(expires_ms=expires_ms), status=status, stated_ms=stated_ms)]


def updated_ms(values: dict[str, Any]) -> int:
    """Return when a file was updated last; 0 where that is not told, or cannot be read."""
    return read_or(lambda: _written(Fields(_object(values, "BasicInfo")), "UpdateTime"), None) or 0


def with_consequence(problem: Problem, kept: Sequence[Item]) -> Problem:
    """Add to the problem of a refused record what becomes of the file that it takes away."""
    withdrawn = [item for item in kept if isinstance(item, Notice) and item.status != "deleted"]
    if not withdrawn:
        return problem
    message = f"{problem.message}; {_consequence(withdrawn)}"
    return replace(problem, message=message, file_id=withdrawn[0].file_id)


def _consequence(withdrawn: Sequence[Notice]) -> str:
    """Say what a refused record does to its file, the first of several, and what else can change that."""
    first, files = withdrawn[0], len({notice.file_id for notice in withdrawn})
    named = f"the file `{first.file_id}`" + (f" (and {files - 1} more)" if files > 1 else "")
    said = {"forbidden": f"withdraws {named}", "archived": f"tells that {named} is archived"}
    does = said.get(first.status, f"lets {named} go when it expires")
    unless = "it is repaired or taken away" if first.stated_ms == NEVER_MS else "a later record says otherwise"
    return f"this record {does} unless {unless}"


def read_or(read: Callable[[], T], otherwise: T) -> T:
    """Return what is read, or something else where it cannot be."""
    try:
        return read()
    except RefusedError:  # told with the record that it spoils
        return otherwise


def deleted(file_id: Any, field: str) -> Notice:
    """Make the statement that a file is gone."""
    checked = Fields({field: file_id}).ident(field, required=True)
    return Notice(
        file_id=checked, status="deleted", stated_ms=NEVER_MS
    )  # an id is never used again: no "normal" beats it


def title(name: str) -> str:
    """Return the name as a title, unless it is the one the recorder makes from stream and times."""
    return "" if _DEFAULT_NAME.fullmatch(name) else name


def cover(fields: Fields, key: str) -> str:
    """Return a picture's address; one that does not fit is dropped and flagged, it is only decoration."""
    try:
        return fields.url(key)
    except RefusedError:
        fields.flags.add("bad_cover")
        return ""


def told_by_name(fields: Fields, key: str, stream_id: str, url: str, **facts: Any) -> Told | None:
    """Read stream and times from the recorder's default name, which is written in China time."""
    match = _DEFAULT_NAME.fullmatch(fields.text(key, limit=limits.TITLE_CHARACTERS))
    if match is None:
        return None
    start_ms, end_ms = (_name_time(match[part], key) for part in ("start", "end"))
    stream = facts.pop("stream", None) or StreamKey(stream_id or match["stream"])
    form = facts.pop("format", None) or fields.format("", url)
    return Told(stream=stream, format=form, start_ms=start_ms, end_ms=end_ms, url=url, **facts)


def _status(basic: Fields) -> Any:
    told = basic.text("Status").lower()
    if told not in _STATUS:
        message = "`Status` expected `Normal`, `Forbidden` or `SystemForbidden`, found other text"
        raise RefusedError("bad_field", message, "Status")
    return _STATUS[told]


def _is_cold(basic: Fields) -> bool:
    return basic.text("StorageClass") in _COLD


def _expiry(basic: Fields) -> int | None:
    return times.expiry_ms(basic.text("ExpireTime"), "ExpireTime", UTC)


def _stated(basic: Fields) -> int:
    return _written(basic, "UpdateTime") or _written(basic, "CreateTime") or 0


def _told(basic: Fields, meta: Fields) -> Told | None:
    source = _object(basic.values, "SourceInfo")
    live = Fields(_object(source, "LiveRecordInfo"))
    url = _address(basic)
    facts: dict[str, Any] = {
        "format": _format(basic, meta, url),
        "duration_ms": seconds_ms(meta, "Duration"),
        "size_bytes": meta.size("Size"),
    }
    stream = live.stream("StreamId", "Domain", "Path") if live.has("StreamId") else _pushed(source)
    end_ms = _written(live, "RecordEndTime")
    if end_ms is not None and stream is not None:
        return Told(stream=stream, start_ms=_written(live, "RecordStartTime"), end_ms=end_ms, url=url, **facts)
    told = told_by_name(basic, "Name", "", url, stream=stream, **facts)
    if told is not None:
        return told
    created_ms = _written(basic, "CreateTime")
    if stream is None or created_ms is None or source.get("SourceType") not in _RECORDED:
        return None
    basic.flags.add("end_from_creation")
    return Told(stream=stream, end_ms=created_ms, url=url, **facts)


def _address(basic: Fields) -> str:
    """Return where the file lies; nobody can fetch one that is archived."""
    url = basic.url("MediaUrl")
    return "" if _is_cold(basic) else url


def _pushed(source: dict[str, Any]) -> StreamKey | None:
    context = source.get("SourceContext")
    match = _PUSH.match(context.strip()) if type(context) is str else None
    if match is None:
        return None
    domain, path, stream_id = (clean(part, "SourceContext") for part in match.groups())
    return StreamKey(stream_id, domain, path)


def _format(basic: Fields, meta: Fields, url: str) -> Any:
    told = basic.text("Type").lower() or meta.text("Container").lower().split(",")[0]
    if told in FORMATS:
        return basic.format("Type", url) if basic.has("Type") else FORMATS[told]
    return basic.format("", url)


def _renditions(values: dict[str, Any], basic: Fields) -> tuple[Rendition, ...]:
    transcodes = _objects(_object(values, "TranscodeInfo"), "TranscodeSet")
    found = [
        _rendition(entry, "Container", basic) for entry in transcodes if entry.get("Definition") != 0
    ]  # 0: original
    for entry in _objects(_object(values, "AdaptiveDynamicStreamingInfo"), "AdaptiveDynamicStreamingSet"):
        if entry.get("DrmType"):
            basic.flags.add("drm")  # listed with an address, but a plain player cannot play it
        else:
            found.append(_rendition(entry, "Package", basic))
    return tuple(rendition for rendition in found if rendition is not None)[: limits.RENDITIONS]


def _rendition(entry: dict[str, Any], container: str, basic: Fields) -> Rendition | None:
    fields = Fields(entry)
    try:
        url = fields.url("Url")
        if not url:
            return None
        told = fields.text(container).lower().split(",")[0]
        return Rendition(
            url=url,
            format=FORMATS.get(told) or media.SUFFIX_FORMATS.get(media.suffix_of(url)) or "other",
            width=fields.integer("Width", 0, 2**31 - 1) or 0,
            height=fields.integer("Height", 0, 2**31 - 1) or 0,
            bitrate_bps=fields.integer("Bitrate", 0, 2**63 - 1) or 0,
            size_bytes=fields.size("Size") or 0,
            duration_ms=seconds_ms(fields, "Duration") or 0,
        )
    except RefusedError:  # one rendition that cannot be read does not spoil the recording
        basic.flags.add("bad_rendition")
        return None


def tags(fields: Fields, told: Any) -> tuple[str, ...]:
    """Return the tags of a list; one that does not fit is dropped and flagged."""
    found = set()
    for tag in told if type(told) is list else ():
        try:
            found.add(clean(tag, "TagSet", limits.TAG_CHARACTERS) if type(tag) is str else "")
        except RefusedError:
            fields.flags.add("bad_tag")
    return tuple(sorted(found - {""}))[: limits.TAGS]


def seconds_ms(fields: Fields, name: str) -> int | None:
    """Return seconds with a fraction as milliseconds; 0 means unknown."""
    value = fields.values.get(name)
    if type(value) is float:
        if not (math.isfinite(value) and 0 <= value <= limits.DURATION_SECONDS):
            raise RefusedError("bad_field", f"`{name}` expected seconds", name)
        return round(value * 1000) or None
    return fields.duration_ms(name)


def _written(fields: Fields, name: str) -> int | None:
    return times.optional_ms(fields.text(name), name, UTC)


def _name_time(text: str, key: str) -> int:
    parts = text.split("-")
    written = f"{'-'.join(parts[:3])} {':'.join(parts[3:6])}" + (f".{parts[6]}" if len(parts) > 6 else "")
    return times.instant_ms(written, key, times.CHINA)


def _ways(values: dict[str, Any], name: str) -> list[Any]:
    told = values.get(name)
    return told if type(told) is list else [told]


def _object(values: Any, name: str) -> dict[str, Any]:
    found = values.get(name)
    return found if type(found) is dict else {}


def _objects(values: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = values.get(name)
    return [entry for entry in found if type(entry) is dict] if type(found) is list else []
