"""Live events: push start and stop (1, 0), screenshots (200), recorder states (332).

An event of a kind we use that lacks what we need of it is ignored, not refused: the provider may send more kinds under
one number than its papers say, and nothing is lost with it.
"""

from __future__ import annotations

from typing import Any

from builder.model import Ignored, Item, PushEvent, Screenshot, TaskEvent
from builder.sources import callback
from builder.sources.fields import Fields

RECORDING = 100
_TASK_KINDS = {
    "record_start_succeeded": "started",
    "record_start_failed": "failed",
    "record_paused": "paused",
    "record_resumed": "resumed",
    "record_error": "error",
    "record_ended": "ended",
}


def event_of(values: dict[str, Any], keys: tuple[bytes, ...]) -> Item:
    """Read a flat object that has `event_type`, or raise `RefusedError`."""
    fields = Fields(values)
    number = fields.integer("event_type", 0, 2**31 - 1, required=True)
    if number == RECORDING:
        return callback.notice_of(fields, keys)
    if number in (0, 1):
        return _push(fields, is_start=number == 1)
    if number == 200:
        return _screenshot(fields)
    if number == 332:
        return _task(fields)
    return Ignored(f"event {number}")


def _push(fields: Fields, *, is_start: bool) -> Item:
    at_ms = fields.instant("event_time") or fields.instant("update_time")
    if at_ms is None:
        return Ignored(f"event {int(is_start)} without a time")
    errcode = fields.values.get("errcode")
    return PushEvent(
        stream=fields.stream(),
        kind="start" if is_start else "stop",
        at_ms=at_ms,
        sequence=fields.label("sequence"),
        errcode=errcode if type(errcode) is int and abs(errcode) < 2**31 else 0,
        flags=fields.flag_tuple(),
    )


def _screenshot(fields: Fields) -> Item:
    at_ms = fields.instant("create_time")
    name = "pic_full_url" if fields.has("pic_full_url") else "pic_url"
    address = fields.values.get(name)
    if at_ms is None or not (type(address) is str and "://" in address):
        return Ignored("event 200 without a time or an address")
    return Screenshot(
        stream=fields.stream(),
        at_ms=at_ms,
        url=fields.url(name),
        width=fields.integer("width", 0, 2**31 - 1) or 0,
        height=fields.integer("height", 0, 2**31 - 1) or 0,
        flags=fields.flag_tuple(),
    )


def _task(fields: Fields) -> Item:
    at_ms = fields.instant("event_time")
    kind = _TASK_KINDS.get(fields.text("record_event"))
    if at_ms is None or kind is None:
        return Ignored("event 332 of another kind")
    return TaskEvent(
        stream=fields.stream(app="domain" if fields.has("domain") else "app"),
        kind=kind,
        at_ms=at_ms,
        task_id=fields.label("task_id"),
        session_id=fields.label("session_id"),
        flags=fields.flag_tuple(),
    )
