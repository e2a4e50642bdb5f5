"""Pushes as the live API lists them afterwards (DescribeLiveStreamEventList, DescribeLiveStreamPublishedList).

A row has both ends of a push, so it gives the two events that tie its recordings together. Rows of DescribeRecordTask
have neither a file nor anything that files are not known by, and are ignored.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from builder.model import Ignored, Item, PushEvent
from builder.sources import times
from builder.sources.fields import Fields


def is_push(values: dict[str, Any]) -> bool:
    """Say whether the object is a row of a list of pushes."""
    return "StreamName" in values and "StreamStartTime" in values


def is_task(values: dict[str, Any]) -> bool:
    """Say whether the object is a row of a list of recording tasks."""
    return "StreamName" in values and "TaskId" in values


def events_of(values: dict[str, Any]) -> list[Item]:
    """Return start and stop of the row's push; one that still goes on has no stop and joins nothing."""
    fields = Fields(values)
    stream = fields.stream("StreamName", "DomainName", "AppName")
    start_ms, stop_ms = (
        times.optional_ms(fields.text(name), name, UTC) for name in ("StreamStartTime", "StreamEndTime")
    )
    if start_ms is None:
        return [Ignored("listed push without a start")]
    if stop_ms is None:
        return [Ignored("listed push that goes on")]
    name = f"listed {start_ms}"  # no provider's sequence looks like this
    return [PushEvent(stream, "start", start_ms, name), PushEvent(stream, "stop", stop_ms, name)]
