"""DESIGN's "now": the newest recording's end. And the instant before which an expiry counts as passed.

One forged or mistaken record in the far future must not expire a whole archive: an expiry has passed only when
recordings of two different days (UTC) end after it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from builder.model import DAY_MS, Value


class Now(Value, frozen=True):
    """The newest end, and the limit of expiries (None: nothing has expired)."""

    now_ms: int = 0
    expired_before_ms: int | None = None


def newest_ends(connection: sqlite3.Connection) -> dict[int, int]:
    """Return the newest end on each of the two newest days, by day."""
    ends: dict[int, int] = {}
    limit = 2**62
    for _ in range(2):
        query = "SELECT max(end_ms) FROM recordings WHERE usable AND end_ms<?"
        (newest,) = connection.execute(query, (limit,)).fetchone()
        if newest is None:
            break
        ends[newest // DAY_MS] = newest
        limit = newest // DAY_MS * DAY_MS
    return ends


def now_from(ends: Mapping[int, int], override_ms: int | None) -> Now:
    """Make "now" of the newest ends by day; what the user gave is believed as it is."""
    days = sorted(ends, reverse=True)
    if override_ms is not None:
        return Now(override_ms, override_ms)
    return Now(ends[days[0]] if days else 0, ends[days[1]] if len(days) > 1 else None)


def note_end(ends: dict[int, int], end_ms: int) -> None:
    """Keep the newest ends of the two newest days."""
    day = end_ms // DAY_MS
    if day in ends:
        ends[day] = max(ends[day], end_ms)
    elif len(ends) < 2 or day > min(ends):
        ends[day] = end_ms
        if len(ends) > 2:
            del ends[min(ends)]
