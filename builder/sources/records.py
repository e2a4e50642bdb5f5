"""One record's bytes → items. The dialect is recognised by what the record holds, never by a file's name.

A record gives one item; only a message that names several files (FileDeleted) gives one for each, a listed push gives
its two ends, and what takes a file away counts although the rest of its record cannot be used. That becomes a
quarantined `Problem`; no exception leaves this module.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

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
from builder.sources.strict_json import StrictJsonError, legible_value, strict_object, strict_value

T = TypeVar("T", bytes, str)

ENVELOPES = ("body", "request", "Request", "request_body")  # of receivers, gateways and the official callback log
_ENVELOPES_DEEP = 3
_AROUND = (*ENVELOPES, "Response", "output", *CONTAINERS)  # keys that records stand under
_AROUND_DEEP = 3 * _ENVELOPES_DEEP  # levels of such keys and of arrays: more than what is read strictly can have


def items_of(raw: bytes, keys: tuple[bytes, ...], under: str = "") -> list[Item]:
    """Read one record; `under` is the response's array it was cut from."""
    if not receiver.is_log_line(raw):
        notice = fast.notice_of(raw, keys)
        if notice is not None:
            return [notice]
    return _or_refused(lambda: _items_of(raw, keys, under), raw)


def _items_of(raw: bytes, keys: tuple[bytes, ...], under: str) -> list[Item]:
    if under and raw[:1] not in (b"{", b"["):
        return mediainfo.named_items(under, strict_value(raw.decode()))
    if raw[:1] not in (b"{", b"[") or requestlog.is_log_line(raw):
        return _from_body(requestlog.body_of(raw), keys, 1)
    if receiver.is_log_line(raw):
        return _received(raw, keys)
    return _from_text(raw, keys, 0)


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


def _or_refused(read: Callable[[], list[Item]], raw: bytes) -> list[Item]:
    """Read a record, or return its problem and what counts of it all the same."""
    try:
        return read()
    except (RefusedError, StrictJsonError) as error:
        return _refused(error, raw)
    except UnicodeDecodeError:
        return [problem_of(RefusedError("bad_encoding", "expected UTF-8"), raw)]


def _refused(error: RefusedError | StrictJsonError, raw: bytes) -> list[Item]:
    kept: Sequence[Item] = getattr(error, "kept", ())
    return [mediainfo.with_consequence(problem_of(error, raw), kept), *kept]


def _received(raw: bytes, keys: tuple[bytes, ...]) -> list[Item]:
    line = receiver.open_line(raw)
    items = _or_refused(lambda: _from_body(line.body.encode(), keys, 1), raw)
    return [receiver.with_verdict(item, line) for item in items]


def _from_body(body: bytes, keys: tuple[bytes, ...], depth: int) -> list[Item]:
    notice = fast.notice_of(body, keys)
    if notice is not None:
        return [notice]
    return _from_text(body, keys, depth)


def _from_text(body: bytes, keys: tuple[bytes, ...], depth: int) -> list[Item]:
    items = _from_object(_strictly(strict_object, body), keys, depth)
    if len(body) <= limits.RECORD_BYTES:
        return items
    gone = [item for item in items if isinstance(item, Notice) and item.status == "deleted"]
    if len(gone) < len(items) or not items:
        raise RefusedError("record_too_long", too_long(len(body)), kept=gone)
    return items


def _strictly(read: Callable[[T], Any], text: T) -> Any:
    """Decode a text; where it is no strict JSON, keep what takes files away: none stays public for half an emoji."""
    try:
        return read(text)
    except StrictJsonError as error:
        kept = [] if error.code == "record_too_long" else _withdrawals(text)
        raise RefusedError(error.code, error.message, kept=kept) from error


def _withdrawals(told: Any, depth: int = 0) -> list[Notice]:
    """Return what takes files away in whatever is around it: texts, objects, arrays, answers of an API."""
    if depth > _AROUND_DEEP:
        return []
    if isinstance(told, str | bytes):
        told = legible_value(told)
    if type(told) is list:
        return [notice for value in told for notice in _withdrawals(value, depth + 1)]
    if type(told) is not dict:
        return []
    inner = [notice for name in _AROUND if name in told for notice in _withdrawals(told[name], depth + 1)]
    uploaded = [notice for info in vodevents.media_infos(told) for notice in mediainfo.withdrawals(info)]
    return [*inner, *mediainfo.withdrawals(told), *uploaded]


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
    lists = _lists_of(values)
    if lists:
        found = [item for name, told in lists for one in told or () for item in _of_array(one, keys, depth, name)]
        return found or [Ignored("empty response")]
    if vodevents.is_numbered_event(values):
        return [Ignored(f"event {values['EventType']}")]
    raise RefusedError("unknown_record", "no kind of record that is known has these keys")


def _lists_of(values: dict[str, Any]) -> list[tuple[str, list[Any] | None]]:
    """Return the lists of records, each with its name, of an API's response that came as a text."""
    layers = [layer for layer in (values, values.get("Response"), values.get("output")) if type(layer) is dict]
    told = [(name, layer[name]) for layer in layers for name in CONTAINERS if name in layer]
    return [(name, found) for name, found in told if found is None or type(found) is list]


def _envelope(values: dict[str, Any]) -> str:
    """Return the key that a body stands under; a web server's `request` may be the request's line instead."""
    told = [name for name in ENVELOPES if type(values.get(name)) in (str, dict, list) and values[name]]
    whole = (name for name in told if type(values[name]) is not str or values[name].lstrip()[:1] in ("{", "["))
    return next(whole, told[0] if told else "")


def _opened(inner: str | dict[str, Any] | list[Any], name: str, keys: tuple[bytes, ...], depth: int) -> list[Item]:
    if depth >= _ENVELOPES_DEEP:
        raise RefusedError("record_too_deep", f"`{name}`: envelopes may be {_ENVELOPES_DEEP} deep", name)
    if type(inner) is str:
        if not inner.lstrip().startswith("["):
            return _from_body(inner.encode(), keys, depth + 1)
        inner = _strictly(strict_value, inner)
    if type(inner) is dict:
        return _from_object(inner, keys, depth + 1)
    return [item for element in inner for item in _of_array(element, keys, depth + 1)]


def _of_array(element: Any, keys: tuple[bytes, ...], depth: int, under: str = "") -> list[Item]:
    """Read one of the bodies in an envelope, or records in a response: a bad one does not spoil its neighbours."""
    return _or_refused(lambda: _element(element, keys, depth, under), json.dumps(element, ensure_ascii=False).encode())


def _element(element: Any, keys: tuple[bytes, ...], depth: int, under: str) -> list[Item]:
    if type(element) is dict:
        return _from_object(element, keys, depth)
    if under:
        return mediainfo.named_items(under, element)
    if type(element) is str:
        return _from_body(element.encode(), keys, depth)
    raise RefusedError("not_an_object", "expected an object in the array of bodies")
