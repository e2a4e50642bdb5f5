"""One record's bytes → items. The dialect is recognised by what the record holds, never by a file's name.

A record gives one item; only a message that names several files (FileDeleted) gives one for each, a listed push gives
its two ends, and what takes a file away counts although the rest of its record cannot be used. That becomes a
quarantined `Problem`; no exception leaves this module.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from builder.model import Ignored, Item, Notice, Problem
from builder.sources import (
    events,
    fast,
    filelist,
    limits,
    mediainfo,
    neutral,
    pushlist,
    receiver,
    requestlog,
    vodevents,
)
from builder.sources.fields import RefusedError
from builder.sources.pieces import CONTAINERS, too_long
from builder.sources.redact import excerpt
from builder.sources.strict_json import StrictJsonError, legible_object, strict_object, strict_value

ENVELOPES = ("body", "request", "Request", "request_body")  # of receivers, gateways and the official callback log
_ENVELOPES_DEEP = 3


def items_of(raw: bytes, keys: tuple[bytes, ...], under: str = "") -> list[Item]:
    """Read one record; `under` is the response's array it was cut from."""
    is_log_line = receiver.is_log_line(raw)
    notice = None if is_log_line else fast.notice_of(raw, keys)
    if notice is not None:
        return [notice]
    try:
        if under and raw[:1] not in (b"{", b"["):
            return mediainfo.named_items(under, strict_value(raw.decode()))
        if raw[:1] not in (b"{", b"[") or requestlog.is_log_line(raw):
            return _from_body(requestlog.body_of(raw), keys, 1)
        if is_log_line:
            return _received(raw, keys)
        return _from_text(raw, keys, 0)
    except (RefusedError, StrictJsonError) as error:
        return _refused(error, raw)
    except UnicodeDecodeError:
        return [problem_of(RefusedError("bad_encoding", "expected UTF-8"), raw)]


def problem_of(error: RefusedError | StrictJsonError, raw: bytes) -> Problem:
    """Make the quarantined problem of a record; its ids are named when they can be read."""
    return Problem(
        code=error.code,
        message=error.message,
        field=getattr(error, "field", ""),
        file_id=getattr(error, "file_id", ""),
        stream_id=getattr(error, "stream_id", ""),
        quarantined=True,
        excerpt=excerpt(raw),
    )


def _refused(error: RefusedError | StrictJsonError, raw: bytes) -> list[Item]:
    kept: Sequence[Item] = getattr(error, "kept", ())
    problem = problem_of(error, raw)
    withdrawn = [item for item in kept if isinstance(item, Notice) and item.status != "deleted"]
    if withdrawn:
        message = f"{error.message}; {', '.join(map(mediainfo.consequence, withdrawn))}"
        problem = replace(problem, message=message, file_id=withdrawn[0].file_id)
    return [problem, *kept]


def _received(raw: bytes, keys: tuple[bytes, ...]) -> list[Item]:
    line = receiver.open_line(raw)
    try:
        items = _from_body(line.body.encode(), keys, 1)
    except (RefusedError, StrictJsonError) as error:
        items = _refused(error, raw)
    return [receiver.with_verdict(item, line) for item in items]


def _from_body(body: bytes, keys: tuple[bytes, ...], depth: int) -> list[Item]:
    notice = fast.notice_of(body, keys)
    if notice is not None:
        return [notice]
    return _from_text(body, keys, depth)


def _from_text(body: bytes, keys: tuple[bytes, ...], depth: int) -> list[Item]:
    try:
        values = strict_object(body)
    except StrictJsonError as error:
        raise RefusedError(error.code, error.message, kept=_withdrawn(error, body)) from error
    items = _from_object(values, keys, depth)
    if len(body) <= limits.RECORD_BYTES:
        return items
    gone = [item for item in items if _is_of_deletion(item)]
    if len(gone) < len(items) or not items:
        raise RefusedError("record_too_long", too_long(len(body)), kept=gone)
    return items


def _withdrawn(error: StrictJsonError, body: bytes) -> list[Item]:
    """Return what takes files away in an object that is no strict JSON: none stays public for half an emoji."""
    if error.code == "record_too_long" or b"BasicInfo" not in body:
        return []
    return _withdrawals(legible_object(body), 0)


def _withdrawals(values: Any, depth: int) -> list[Item]:
    if type(values) is list:
        return [item for value in values for item in _withdrawals(value, depth)]
    if type(values) is not dict or depth > _ENVELOPES_DEEP:
        return []
    if envelope := _envelope(values):
        return _withdrawals(values[envelope], depth + 1)
    info = vodevents.media_info(values) or values
    withheld = mediainfo.withdrawal(info) if mediainfo.is_media_info(info) else None
    return [withheld] if withheld else []


def _is_of_deletion(item: Item) -> bool:
    """Say whether the item may come of a record that is longer than others: a deletion, or an id in it that is none."""
    return isinstance(item, Problem) or (isinstance(item, Notice) and item.status == "deleted")


def _from_object(values: dict[str, Any], keys: tuple[bytes, ...], depth: int) -> list[Item]:
    try:
        return _recognise(values, keys, depth)
    except RefusedError as error:
        for name, known in (("file_id", ("file_id", "FileId", "fileId", "id")), ("stream_id", ("stream_id", "stream"))):
            told = next((values[key] for key in known if type(values.get(key)) is str), "")
            if not getattr(error, name, "") and told.isprintable():
                setattr(error, name, told[: limits.TEXT_CHARACTERS])
        raise


def _recognise(values: dict[str, Any], keys: tuple[bytes, ...], depth: int) -> list[Item]:
    if "event_type" in values:
        return [events.event_of(values, keys)]
    envelope = _envelope(values)
    if envelope:
        return _opened(values[envelope], envelope, keys, depth)
    if vodevents.is_event(values):
        return vodevents.items_of(values)
    if mediainfo.is_media_info(values):
        return [mediainfo.notice_of(values)]
    if filelist.is_file(values):
        return [filelist.notice_of(values)]
    if filelist.is_slice(values):
        return [filelist.slice_of(values)]
    if pushlist.is_push(values):
        return pushlist.events_of(values)
    if pushlist.is_task(values):
        return [Ignored("listed recording task")]
    if neutral.is_row(values):
        return [neutral.notice_of(values)]
    if _is_empty_response(values):
        return [Ignored("empty response")]
    if vodevents.is_numbered_event(values):
        return [Ignored(f"event {values['EventType']}")]
    raise RefusedError("unknown_record", "no kind of record that is known has these keys")


def _is_empty_response(values: dict[str, Any]) -> bool:
    """Say whether the object is an API's response whose list of records is null."""
    layers = [values, values.get("Response"), values.get("output")]
    return any(name in layer for layer in layers if type(layer) is dict for name in CONTAINERS)


def _envelope(values: dict[str, Any]) -> str:
    """Return the key that a body stands under; a web server's `request` may be the request's line instead."""
    told = [name for name in ENVELOPES if type(values.get(name)) in (str, dict, list) and values[name]]
    whole = (name for name in told if type(values[name]) is not str or values[name].lstrip()[:1] in ("{", "["))
    return next(whole, told[0] if told else "")


def _opened(inner: str | dict[str, Any] | list[Any], name: str, keys: tuple[bytes, ...], depth: int) -> list[Item]:
    if depth >= _ENVELOPES_DEEP:
        raise RefusedError("record_too_deep", f"`{name}`: envelopes may be {_ENVELOPES_DEEP} deep", name)
    if type(inner) is str and inner.lstrip().startswith("["):
        inner = strict_value(inner)
    if type(inner) is list:
        return [item for element in inner for item in _of_array(element, keys, depth + 1)]
    if type(inner) is dict:
        return _from_object(inner, keys, depth + 1)
    assert type(inner) is str  # the caller's types
    return _from_body(inner.encode(), keys, depth + 1)


def _of_array(element: Any, keys: tuple[bytes, ...], depth: int) -> list[Item]:
    """Read one of the bodies that a receiver put into one envelope: a bad one does not spoil its neighbours."""
    raw = json.dumps(element, ensure_ascii=False).encode()
    try:
        if type(element) is str:
            return _from_body(element.encode(), keys, depth)
        if type(element) is dict:
            return _from_object(element, keys, depth)
    except (RefusedError, StrictJsonError) as error:
        return _refused(error, raw)
    return [problem_of(RefusedError("not_an_object", "expected an object in the array of bodies"), raw)]
