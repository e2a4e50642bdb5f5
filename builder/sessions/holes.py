"""The holes of a broadcast: what was never recorded, and what was recorded and has been removed since."""

from __future__ import annotations

from collections.abc import Iterable

from builder.model import Session, SetAside, Value
from builder.sessions.coverage import Spans
from builder.sessions.standing import GONE


class Hole(Value, frozen=True):
    """A stretch of at least 10 s of the primary track without a file, and whether there was one."""

    start_ms: int
    end_ms: int
    removed: bool = False

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


def holes(session: Session) -> tuple[Hole, ...]:
    """Return the holes in time order; one is called removed when files that are gone filled half of it or more."""
    filled = _filled(session.gaps, [other for other in session.others if other.why in GONE])
    return tuple(
        Hole(low, high, removed=2 * part >= high - low) for (low, high), part in zip(session.gaps, filled, strict=True)
    )


def _filled(gaps: Spans, gone: Iterable[SetAside]) -> list[int]:
    """Return how much of each gap, in time order, files that are gone had filled: one walk over both."""
    there = _merged(gone)
    found, at = [], 0
    for low, high in gaps:
        while at < len(there) and there[at][1] <= low:
            at += 1
        covered, one = 0, at
        while one < len(there) and there[one][0] < high:
            covered += min(high, there[one][1]) - max(low, there[one][0])
            one += 1
        found.append(covered)
    return found


def _merged(gone: Iterable[SetAside]) -> list[tuple[int, int]]:
    """Return the time that files cover together, as intervals that do not touch."""
    found: list[tuple[int, int]] = []
    for low, high in sorted((one.start_ms, one.end_ms) for one in gone):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def lost_and_removed(session: Session) -> tuple[list[Hole], list[Hole]]:
    """Return the holes that were never recorded, and those that were, each in time order."""
    found = holes(session)
    return [hole for hole in found if not hole.removed], [hole for hole in found if hole.removed]
