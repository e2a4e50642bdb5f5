"""Windows of time, cut as the provider's limits want them (DOMAIN 3). Pure. Instants in milliseconds UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone

from builder.model import Value

CHINA = timezone(timedelta(hours=8))
CHINA_MS = 8 * 3_600_000
DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS


class Window(Value, frozen=True, order=True):
    """From `begin_ms` to `end_ms`, both inclusive to the second."""

    begin_ms: int
    end_ms: int

    def halves(self) -> tuple[Window, Window]:
        """Cut in two at a whole second; a window of a second cannot be cut."""
        middle = (self.begin_ms + self.end_ms) // 2 // 1000 * 1000
        return Window(self.begin_ms, middle), Window(middle + 1000, self.end_ms)

    @property
    def can_be_halved(self) -> bool:
        return self.end_ms - self.begin_ms >= 1000


def whole_days(window: Window, offset_ms: int = 0) -> Iterator[Window]:
    """Return every day, of midnight at `offset_ms` from UTC, that a window touches: whole, also at its two ends."""
    moment = (window.begin_ms + offset_ms) // DAY_MS * DAY_MS - offset_ms
    while moment <= window.end_ms:
        yield Window(moment, moment + DAY_MS - 1000)
        moment += DAY_MS


def china_days(window: Window) -> Iterator[Window]:
    """Return whole days of China time: the legacy list answers for one, and only for tasks that lie inside it."""
    return whole_days(window, CHINA_MS)


def ends_of_days(windows: Iterable[Window]) -> dict[Window, int]:
    """Return the China days of windows, and when each is over with the last of them that touches it.

    A day lists what began in it: of a broadcast that goes on after midnight nothing is told before it is over.
    """
    found: dict[Window, int] = {}
    for window in windows:
        for day in china_days(window):
            found[day] = max(found.get(day, day.end_ms), window.end_ms)
    return found


def pieces(window: Window, longest_ms: int) -> Iterator[Window]:
    """Cut into windows of at most `longest_ms`."""
    moment = window.begin_ms
    while moment <= window.end_ms:
        last = min(moment + longest_ms - 1000, window.end_ms)
        yield Window(moment, last)
        moment = last + 1000


def touch(one: Window, other: Window) -> bool:
    """Say whether nothing lies between two windows."""
    return one.begin_ms <= other.end_ms + 1000 and other.begin_ms <= one.end_ms + 1000


def joined(windows: Iterable[Window], slack_ms: int) -> list[Window]:
    """Merge windows that touch or lie within `slack_ms` of each other; sorted."""
    found: list[Window] = []
    for window in sorted(windows):
        if found and window.begin_ms <= found[-1].end_ms + slack_ms:
            found[-1] = Window(found[-1].begin_ms, max(found[-1].end_ms, window.end_ms))
        else:
            found.append(window)
    return found


def utc_text(at_ms: int) -> str:
    """Return "2022-01-13T16:00:00Z"."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def china_text(at_ms: int) -> str:
    """Return "2022-01-14 00:00:00", China time, as the legacy list wants it."""
    return datetime.fromtimestamp(at_ms // 1000, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def file_text(window: Window) -> str:
    """Return a window as a part of a file name."""
    return "--".join(
        datetime.fromtimestamp(at // 1000, UTC).strftime("%Y%m%dT%H%M%SZ") for at in (window.begin_ms, window.end_ms)
    )
