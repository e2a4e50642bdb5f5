"""The holes of a broadcast: what was never recorded, and what was recorded and has been removed since."""

from __future__ import annotations

from builder.model import Session, SetAside, Value
from builder.sessions.coverage import survey
from builder.sessions.standing import GRAVITY

GONE = frozenset(word for word, _ in GRAVITY)


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
    gone = [other for other in session.others if other.why in GONE]
    return tuple(Hole(low, high, removed=bool(gone) and _is_filled(low, high, gone)) for low, high in session.gaps)


def _is_filled(low: int, high: int, gone: list[SetAside]) -> bool:
    inside = [Hole(max(low, one.start_ms), min(high, one.end_ms)) for one in gone]
    covered, _ = survey(sorted(inside, key=lambda hole: hole.start_ms))
    return 2 * covered >= high - low


def lost(session: Session) -> list[Hole]:
    """Return the holes that were never recorded."""
    return [hole for hole in holes(session) if not hole.removed]


def removed(session: Session) -> list[Hole]:
    return [hole for hole in holes(session) if hole.removed]
