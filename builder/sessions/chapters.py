"""Chapters: the moments a person named, or moments worth jumping to that the records show.

Suggested titles are clock times in the site's zone, with the new resolution where the picture changed: they read the
same in every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from builder.addresses import BroadcastDays
from builder.model import HOUR_MS, Chapter, Part

Marks = tuple[tuple[int, str], ...]

MOST_SUGGESTED = 60
NEAREST_MS = 10_000  # two suggestions lie at least this far apart
CHANGED_WEIGHT = HOUR_MS  # a changed picture counts like a hole of an hour


def told_chapters(chapters: Iterable[Chapter], start_ms: int, end_ms: int) -> Marks:
    """Return the chapters a person told, in session time; those outside the session are left out."""
    placed = {(_session_time(chapter, start_ms), chapter.title) for chapter in chapters}
    return tuple(sorted((at, title) for at, title in placed if 0 <= at <= end_ms - start_ms))


def chapters_outside(chapters: Iterable[Chapter], start_ms: int, end_ms: int) -> list[Chapter]:
    """Return the chapters that `told_chapters` leaves out, in the order they were told."""
    return [chapter for chapter in chapters if not 0 <= _session_time(chapter, start_ms) <= end_ms - start_ms]


def _session_time(chapter: Chapter, start_ms: int) -> int:
    return round((chapter.at_seconds or 0) * 1000) if chapter.at_ms is None else chapter.at_ms - start_ms


def suggested_chapters(parts: Sequence[Part], start_ms: int, days: BroadcastDays) -> Marks:
    """Suggest chapters from a track's parts: after holes, where the picture changes, at each part.

    With more than 60 the weakest are dropped: plain part borders first, then the shortest holes.
    """
    return marks_of(_moments(parts), start_ms, days) if len(parts) > 1 else ()


def marks_of(moments: Iterable[tuple[int, str]], start_ms: int, days: BroadcastDays) -> Marks:
    """Return the start and those moments (instants in time order, with a resolution or none) that lie apart."""
    marks = [(0, days.clock(start_ms))]
    last = 0
    for at_ms, resolution in moments:
        at = at_ms - start_ms
        if at - last >= NEAREST_MS:
            clock = days.clock(at_ms)
            marks.append((at, f"{clock} · {resolution.replace('x', '×')}" if resolution else clock))
            last = at
    return tuple(marks) if len(marks) > 1 else ()


def _moments(parts: Sequence[Part]) -> list[tuple[int, str]]:
    """Return the starts of parts with the resolution that begins there, in time order."""
    moments: list[tuple[int, int, str]] = []
    last: Part | None = None
    high = 0
    for part in parts:
        if part.end_ms <= part.start_ms:
            continue
        start = part.start_ms
        if last is not None:
            hole = start - high if start > high else 0
            if part.resolution != last.resolution and part.resolution and last.resolution:
                moments.append((-hole - CHANGED_WEIGHT, start, part.resolution))
            else:
                moments.append((-hole, start, ""))
        high, last = max(high, part.end_ms), part
    if len(moments) >= MOST_SUGGESTED:
        moments = sorted(sorted(moments)[: MOST_SUGGESTED - 1], key=lambda moment: moment[1:])
    return [moment[1:] for moment in moments]
