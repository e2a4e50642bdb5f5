"""The scale of one broadcast day: where its hours stand, also on the days that have 23 or 25 of them.

A day begins at the configured minute of the site's zone (midnight unless told otherwise) and ends where the next
one begins. Drawings ask it for shares of the width; nothing else here knows about zones.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from builder.dates import zone_of
from builder.model import HOUR_MS, Value


class DayScale(Value, frozen=True):
    """One day as a line from 0 to 1. `hours` and `posts` are (share, "06"); a post is every sixth hour."""

    start_ms: int
    end_ms: int
    hours: tuple[tuple[float, str], ...]
    posts: tuple[tuple[float, str], ...]

    @property
    def is_even(self) -> bool:
        """Say whether all hours have one width: the day has 24 of them."""
        return self.end_ms - self.start_ms == 24 * HOUR_MS

    def holds(self, start_ms: int, end_ms: int) -> bool:
        """Say whether an interval, or a point, lies in the day at least in part."""
        return start_ms < self.end_ms and (end_ms > self.start_ms or start_ms >= self.start_ms)

    def share(self, at_ms: int) -> float:
        """Return where an instant lies, cut to the day."""
        return min(1.0, max(0.0, (at_ms - self.start_ms) / (self.end_ms - self.start_ms)))

    def shares(self, start_ms: int, end_ms: int) -> tuple[float, float] | None:
        """Return where an interval lies, cut to the day; None when it lies outside."""
        first, last = self.share(start_ms), self.share(end_ms)
        return (first, last) if first < last else None


@lru_cache(maxsize=128)
def day_scale(day: str, zone: str, day_starts_at_minutes: int = 0) -> DayScale:
    """Return the scale of a broadcast day, "2022-01-13", in a zone."""
    site = zone_of(zone)
    first = date.fromisoformat(day)
    start_ms = _instant(first, day_starts_at_minutes, site)
    end_ms = _instant(first + timedelta(days=1), day_starts_at_minutes, site)
    whole = range(-(-day_starts_at_minutes // 60), -(-day_starts_at_minutes // 60) + 24)
    span_ms = end_ms - start_ms
    hours = tuple(((_instant(first, 60 * hour, site) - start_ms) / span_ms, f"{hour % 24:02}") for hour in whole)
    posts = tuple(hour for hour in hours if int(hour[1]) % 6 == 0)
    closing = ((1.0, "24" if day_starts_at_minutes == 0 else f"{day_starts_at_minutes // 60:02}"),)
    return DayScale(start_ms, end_ms, hours, posts + (closing if day_starts_at_minutes % 360 == 0 else ()))


def _instant(day: date, minutes: int, zone: ZoneInfo) -> int:
    """Return the instant of a local time, `minutes` after midnight; in a skipped hour, the instant it would be."""
    local = datetime.combine(day, time(), tzinfo=zone) + timedelta(minutes=minutes)  # wall-clock arithmetic
    return round(local.astimezone(UTC).timestamp()) * 1000
