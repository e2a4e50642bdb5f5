"""Coverage: how much time intervals cover together, and where they leave holes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

GAP_MS = 10_000  # a hole of this length or more is a gap; a shorter one is a seam


def spans(intervals: Iterable[tuple[int, int]], seam_ms: int = 0) -> list[tuple[int, int]]:
    """Return the union of intervals as disjoint spans in order; holes shorter than `seam_ms` do not part spans."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if found and start - found[-1][1] < max(seam_ms, 1):
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def covered_ms(intervals: Iterable[tuple[int, int]]) -> int:
    """Return the time covered at least once."""
    return sum(end - start for start, end in spans(intervals))


def gaps(intervals: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the holes of 10 s or more between intervals; points, whose extent is unknown, make none."""
    solid = spans(((start, end) for start, end in intervals if end > start), GAP_MS)
    return tuple((before[1], after[0]) for before, after in pairwise(solid))
