"""Event notifications of the VOD product, versions 3.0 and 2.0: what they change about files we know.

Only two kinds matter: a file was deleted, and a file came to be (which fills in cover, title, expiry). The rest is
ignored and counted.
"""

from __future__ import annotations

from typing import Any

from builder.model import Filled, Ignored, Item, Notice
from builder.sources import limits, mediainfo
from builder.sources.fields import Fields, RefusedError


def is_event(values: dict[str, Any]) -> bool:
    """Say whether the object is an event of the VOD product."""
    return type(values.get("EventType")) is str or type(values.get("eventType")) is str


def is_numbered_event(values: dict[str, Any]) -> bool:
    """Say whether the object is an event of another product, TRTC's say; a listed callback without its text is none."""
    return type(values.get("EventType")) is int and "Request" not in values


def items_of(values: dict[str, Any]) -> list[Item]:
    """Read one event: one item, or one for each file that was deleted."""
    kind = Fields(values).text("EventType" if "EventType" in values else "eventType")
    if kind == "FileDeleted":
        return _deleted(values)
    if kind == "NewFileUpload":
        return [_uploaded(values)]
    return [Ignored(f"VOD event {kind[:40]}")]


def _deleted(values: dict[str, Any]) -> list[Item]:
    """Read a deletion: an id that cannot be read cancels none of the others."""
    told = values.get("FileDeleteEvent")
    if type(told) is dict:
        field, ids = "FileIdSet", told.get("FileIdSet")
    else:
        inner = values.get("data")
        entries = inner.get("fileInfo") if type(inner) is dict else None
        field, ids = "fileId", entries
        if type(entries) is list:
            ids = [entry.get("fileId") if type(entry) is dict else None for entry in entries]
    if type(ids) is not list or not ids:
        raise RefusedError("missing_field", "`FileIdSet` is missing", "FileIdSet")
    gone: list[Item] = []
    refused: RefusedError | None = None  # the first: many that are kept are dear
    for file_id in ids:
        try:
            gone.append(mediainfo.deleted(file_id, field))
        except RefusedError as error:
            refused = refused or error
    if refused is not None:
        refused.kept = gone
        raise refused
    return gone


def media_infos(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what an event tells of a new file as MediaInfo; several where it was told in several ways."""
    told = values.get("FileUploadEvent")
    ways = told if type(told) is list else [told]
    return [{**way, "BasicInfo": way.get("MediaBasicInfo") or {}} for way in ways if type(way) is dict]


def _uploaded(values: dict[str, Any]) -> Item:
    if type(values.get("FileUploadEvent")) is dict:
        return mediainfo.notice_of(media_infos(values)[0])
    inner = values.get("data")
    if type(inner) is not dict:
        raise RefusedError("missing_field", "`FileUploadEvent` is missing", "FileUploadEvent")
    fields = Fields(inner)
    file_id = fields.ident("fileId", required=True)
    name = fields.text("fileName", limit=limits.TITLE_CHARACTERS)
    url = fields.url("fileUrl")
    stream_id = fields.text("streamId")
    told_facts = mediainfo.told_by_name(fields, "fileName", stream_id, url)
    filled = Filled(
        cover_url=mediainfo.cover(fields, "coverUrl"),
        title="" if told_facts or stream_id else mediainfo.title(name),
        url="" if told_facts else url,
    )
    return Notice(file_id=file_id, told=told_facts, filled=filled, flags=fields.flag_tuple())
