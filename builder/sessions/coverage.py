"""Coverage: how much time intervals cover together, and where they leave holes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

GAP_MS = 10_000  # a hole of this length or more is a gap; a shorter one is a seam

Spans = tuple[tuple[int, int], ...]


class Interval(Protocol):
    """Whatever lies between two instants."""

    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...


def survey(intervals: Iterable[Interval]) -> tuple[int, Spans]:
    """Return the time that intervals, given by start, cover at least once, and their gaps of 10 s or more.

    Points, whose extent is unknown, cover nothing and part nothing.
    """
    covered, found = 0, []
    high: int | None = None
    for one in intervals:
        start, end = one.start_ms, one.end_ms
        if end <= start:
            continue
        if high is None or start >= high:
            covered += end - start
            if high is not None and start - high >= GAP_MS:
                found.append((high, start))
            high = end
        elif end > high:
            covered += end - high
            high = end
    return covered, tuple(found)
