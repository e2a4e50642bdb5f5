"""The words of dates, clocks, lengths and sizes, in one zone and one language.

The one place where an instant of the program (milliseconds UTC) becomes a date of the site's zone. Months, weekdays
and patterns come from the messages; the zone is an argument. Nothing here reads the clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from builder.addresses import load_zone
from builder.messages import Messages
from builder.model import HOUR_MS

MINUTE_MS = 60_000
TITLES_KEPT = 20_000
_SHORT_MS = 10 * MINUTE_MS  # lengths below it show their seconds
PARTS_OF_DAY = ((22, "night"), (18, "evening"), (12, "afternoon"), (5, "morning"), (0, "small_hours"))  # from hour


class Dates:
    """Formats instants and days for one language and zone."""

    def __init__(self, messages: Messages, zone: str) -> None:
        self._words = messages
        self._zone = zone_of(zone)
        self._weekdays = messages.items("dates.weekdays")
        self._weekdays_short = messages.items("dates.weekdays_short")
        self._months = messages.items("dates.months")
        self._months_short = messages.items("dates.months_short")
        self._titles: dict[tuple[int, int], str] = {}  # by day and hour: a broadcast is named on several pages

    def local(self, at_ms: int) -> datetime:
        """Return an instant in the site's zone, cut to the second."""
        return datetime.fromtimestamp(at_ms // 1000, self._zone)

    def write(self, pattern: str, when: int | str) -> str:
        """Write an instant or a day, month or year ("2022-01-13", "2022-01", "2022") by a pattern of the messages."""
        day: date = self.local(when) if isinstance(when, int) else _day(when)
        text: str = self._words(
            f"dates.{pattern}",
            y=day.year,
            m=day.month,
            d=day.day,
            wd=self._weekdays_short[day.weekday()],
            weekday=self._weekdays[day.weekday()],
            mon=self._months_short[day.month - 1],
            month=self._months[day.month - 1],
        )
        return text

    def clock(self, at_ms: int) -> str:
        """Return the time of day, "20:34"."""
        local = self.local(at_ms)
        return f"{local.hour:02}:{local.minute:02}"

    def clock_seconds(self, at_ms: int) -> str:
        local = self.local(at_ms)
        return f"{local.hour:02}:{local.minute:02}:{local.second:02}"

    def clocks(self, start_ms: int, end_ms: int) -> tuple[str, str]:
        """Return two times of day, each with its distance from UTC where the clock changes between."""
        return offset_between(self.clock(start_ms), self.clock(end_ms), self._offsets(start_ms, end_ms))

    def clocks_seconds(self, start_ms: int, end_ms: int) -> tuple[str, str]:
        """Return the same to the second."""
        return offset_between(self.clock_seconds(start_ms), self.clock_seconds(end_ms), self._offsets(start_ms, end_ms))

    def _offsets(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        return self.offset_minutes(start_ms), self.offset_minutes(end_ms)

    def day_and_clock(self, at_ms: int, pattern: str = "day") -> str:
        """Return "Thu 13 Jan 2022, 20:34"."""
        return self._words("dates.day_comma_clock", date=self.write(pattern, at_ms), clock=self.clock(at_ms))

    def weekday_and_clock(self, at_ms: int) -> str:
        """Return "Fri 00:14"."""
        return self._words("dates.day_clock", wd=self.write("weekday", at_ms), clock=self.clock(at_ms))

    def iso(self, at_ms: int) -> str:
        """Return the machine's form, "2022-01-13T20:34:54+08:00"."""
        return self.local(at_ms).isoformat(timespec="seconds")

    def offset_minutes(self, at_ms: int) -> int:
        offset = self.local(at_ms).utcoffset()
        assert offset is not None
        return round(offset / timedelta(minutes=1))

    def offset(self, at_ms: int) -> str:
        """Return the distance from UTC at an instant, "UTC+8"."""
        return offset_words(self.offset_minutes(at_ms))

    def part_of_day(self, at_ms: int) -> str:
        """Return which part of the day an instant lies in: the key of a message."""
        hour = self.local(at_ms).hour
        return next(part for start, part in PARTS_OF_DAY if hour >= start)

    def title(self, at_ms: int) -> str:
        """Return the title of a broadcast that nobody named: "Thursday evening, 13 January 2022"."""
        local = self.local(at_ms)
        hour = (local.toordinal(), local.hour)
        title = self._titles.get(hour)
        if title is None:
            part = self._words(f"parts_of_day.{self.part_of_day(at_ms)}", weekday=self._weekdays[local.weekday()])
            title = self._words("untitled", part=part, date=self.write("date", at_ms))
            if len(self._titles) >= TITLES_KEPT:
                self._titles.clear()
            self._titles[hour] = title
        return title

    def length(self, length_ms: int) -> str:
        """Return a length, "3 h 26 m", with seconds below ten minutes: "2 m 40 s"."""
        seconds = length_ms // 1000
        if length_ms >= HOUR_MS:
            hours, minutes = f"{seconds // 3600:,}", seconds // 60 % 60
            key = "lengths.hours_minutes" if minutes else "lengths.whole_hours"
            return self._words(key, h=hours, m=minutes, mm=f"{minutes:02}")
        if length_ms >= _SHORT_MS or (length_ms >= MINUTE_MS and not seconds % 60):
            return self._words("lengths.minutes", m=seconds // 60)
        if length_ms >= MINUTE_MS:
            return self._words("lengths.minutes_seconds", m=seconds // 60, ss=f"{seconds % 60:02}")
        return self._words("lengths.seconds", s=seconds)

    def exact_length(self, length_ms: int) -> str:
        """Return a length to the nearest second, as the player writes it: "3 h 40 m 00 s"."""
        seconds = (length_ms + 500) // 1000
        if seconds < 3600:
            key = "lengths.minutes_seconds" if seconds >= 60 else "lengths.seconds"
            return self._words(key, m=seconds // 60, ss=f"{seconds % 60:02}", s=seconds)
        return self._words(
            "lengths.exact", h=f"{seconds // 3600:,}", mm=f"{seconds // 60 % 60:02}", ss=f"{seconds % 60:02}"
        )

    def hours(self, length_ms: int) -> str:
        """Return whole hours, "311 h"; below ten hours as a length."""
        if length_ms < 10 * HOUR_MS:
            return self.length(length_ms)
        return self._words("lengths.hours", n=round(length_ms / HOUR_MS))

    def size(self, size_bytes: int) -> str:
        """Return a size, "1.9 GB" or "402 MB"."""
        if size_bytes >= 999_500_000:
            return self._words("sizes.gb", n=f"{size_bytes / 1e9:.1f}")
        if size_bytes >= 999_500:
            return self._words("sizes.mb", n=f"{size_bytes / 1e6:.0f}")
        return self._words("sizes.kb", n=f"{max(1, round(size_bytes / 1e3))}")


def duration_attribute(length_ms: int) -> str:
    """Return the machine's form of a length, "PT3H26M16S"."""
    seconds = length_ms // 1000
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return (
        "PT"
        + (f"{hours}H" if hours else "")
        + (f"{minutes}M" if minutes else "")
        + (f"{rest}S" if rest or seconds < 60 else "")
    )


def session_clock(seconds: float) -> str:
    """Return session time, "1:02:11"."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def offset_words(minutes: int) -> str:
    """Return "UTC+8", "UTC−3:30" or "UTC"."""
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def offset_between(start: str, end: str, offsets: tuple[int, int]) -> tuple[str, str]:
    """Return two times with what they are from UTC where that changes: else a range may run backwards, or to itself."""
    if offsets[0] == offsets[1]:
        return start, end
    return f"{start} ({offset_words(offsets[0])})", f"{end} ({offset_words(offsets[1])})"


@lru_cache(maxsize=64)
def constant_offset(zone: str) -> int | None:
    """Return the zone's minutes from UTC when it has kept them since 2000, None where they change."""
    site = zone_of(zone)
    months = (datetime(year, month, 1, tzinfo=UTC) for year in range(2000, 2038) for month in (1, 4, 7, 10))
    offsets = {moment.astimezone(site).utcoffset() for moment in months}
    if len(offsets) != 1:
        return None
    only = offsets.pop()
    assert only is not None
    return round(only / timedelta(minutes=1))


def zone_place(zone: str) -> str:
    """Return the place in a zone's name: "Shanghai" of Asia/Shanghai."""
    return zone.rpartition("/")[2].replace("_", " ")


def offsets_over(dates: Dates, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Return (from_ms, minutes) for each offset that the zone has between two instants, to the second."""
    found = [(start_ms, dates.offset_minutes(start_ms))]
    step = 6 * HOUR_MS
    at = start_ms
    while at < end_ms:
        to = min(at + step, end_ms)
        if dates.offset_minutes(to) != found[-1][1]:
            low, high = at // 1000, to // 1000
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if dates.offset_minutes(middle * 1000) != found[-1][1] else (middle, high)
            found.append((high * 1000, dates.offset_minutes(high * 1000)))
        at = to
    return found


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    return load_zone(name)
