"""Chapters: the moments a person named, or moments worth jumping to that the records show.

Suggested titles are clock times in the site's zone, with the new resolution where the picture changed: they read the
same in every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from builder.addresses import BroadcastDays
from builder.model import Chapter, Part

Marks = tuple[tuple[int, str], ...]

MOST_SUGGESTED = 60
NEAREST_MS = 10_000  # two suggestions lie at least this far apart


def told_chapters(chapters: Iterable[Chapter], start_ms: int, end_ms: int) -> Marks:
    """Return the chapters a person told, in session time; those outside the session are left out."""
    marks = set()
    for chapter in chapters:
        at = round((chapter.at_seconds or 0) * 1000) if chapter.at_ms is None else chapter.at_ms - start_ms
        if 0 <= at <= end_ms - start_ms:
            marks.add((at, chapter.title))
    return tuple(sorted(marks))


def suggested_chapters(parts: Sequence[Part], start_ms: int, days: BroadcastDays) -> Marks:
    """Suggest chapters from the primary track's parts: after long holes, where the picture changes, at each part.

    With more than 60 the weakest are dropped: plain part borders first, then the shortest holes.
    """
    solid = [part for part in parts if part.end_ms > part.start_ms]
    if len(solid) < 2:
        return ()
    weights: list[tuple[int, int, str]] = []  # (−weight, instant, what changed)
    high, last = solid[0].end_ms, solid[0]
    for part in solid[1:]:
        hole = part.start_ms - high
        changed = (
            bool(part.resolution and last.resolution and part.resolution != last.resolution) or part.bps != last.bps
        )
        weight = max(hole, 0) + (3_600_000 if changed else 0)
        weights.append((-weight, part.start_ms, part.resolution if changed else ""))
        high, last = max(high, part.end_ms), part
    strongest = sorted(weights)[: MOST_SUGGESTED - 1]
    marks = [(0, days.clock(start_ms))]
    for _, at_ms, resolution in sorted(strongest, key=lambda mark: mark[1:]):
        at = at_ms - start_ms
        if at - marks[-1][0] >= NEAREST_MS:
            picture = resolution.replace("x", "×")
            marks.append((at, f"{days.clock(at_ms)} · {picture}" if picture else days.clock(at_ms)))
    return tuple(marks) if len(marks) > 1 else ()
