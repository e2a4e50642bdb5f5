"""Duplicates: recordings of a track that show what another of the same track shows already.

Two causes: a template and a task record the same stream (near-equal intervals), and old playlist resumption announces
a growing file again and again (each a superset of the former). Neither is lost: they are set aside with a word. What
another view shows is in a track of its own (see `views`); streams of one view follow each other, and where they meet a
track plays one of them.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from operator import attrgetter

from builder.sessions.intervals import Placed

DUPLICATE = "duplicate"
SUPERSEDED = "superseded"
NEAR_EQUAL_PERCENT = 80  # an overlap above this share of the shorter one

by_start = attrgetter("start_ms")


def near_equal(one: Placed, other: Placed) -> bool:
    """Say whether two recordings overlap by more than 80 % of the shorter, which must have a length."""
    shorter = min(one.end_ms - one.start_ms, other.end_ms - other.start_ms)
    overlap = min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)
    return shorter > 0 and overlap * 100 > shorter * NEAR_EQUAL_PERCENT


def id_order(placed: Placed) -> tuple[int, str, str]:
    """Sort key: the lower file id first; decimal ids by value, any others by length and text."""
    name = placed.recording.file_id or placed.recording.key
    return len(name), name, placed.recording.key


def near_equals(track: Sequence[Placed]) -> dict[str, str]:
    """Return the word for each recording to set aside: of near-equal ones the longer stays, then the lower file id.

    The track must be in time order. The choice is greedy from the longest, so it does not depend on the order given.
    """
    if not overlap(track):
        return {}
    words: dict[str, str] = {}
    kept: list[Placed] = []
    longest = max(one.end_ms - one.start_ms for one in track)
    for one in sorted(track, key=lambda one: (one.start_ms - one.end_ms, id_order(one))):
        place = bisect_left(kept, one.start_ms - longest, key=by_start)
        while place < len(kept) and kept[place].start_ms <= one.end_ms:
            if near_equal(kept[place], one):
                words[one.recording.key] = DUPLICATE
                break
            place += 1
        else:
            insort(kept, one, key=by_start)
    return words


def overlap(track: Sequence[Placed]) -> bool:
    """Say whether any two recordings, given in time order, share time."""
    high = track[0].end_ms
    for one in track[1:]:
        if one.start_ms < high and one.end_ms > one.start_ms:
            return True
        high = max(high, one.end_ms)
    return False


def grown(track: Sequence[Placed]) -> dict[str, str]:
    """Return the word for each playlist that a later one continues.

    One told start, a later end and no shorter length: the same playlist, grown. Tasks must not contradict it.
    """
    starts: defaultdict[int, list[Placed]] = defaultdict(list)
    for one in track:
        if one.recording.start_ms is not None and one.recording.start_ms <= one.end_ms:
            starts[one.recording.start_ms].append(one)
    words: dict[str, str] = {}
    for alike in starts.values():
        if len(alike) > 1:
            alike.sort(key=lambda one: (-one.end_ms, -(one.recording.duration_ms or 0), id_order(one)))
            for place, one in enumerate(alike):
                if any(_continues(later, one) for later in alike[:place]):
                    words[one.recording.key] = SUPERSEDED
    return words


def _continues(later: Placed, one: Placed) -> bool:
    tasks = {later.recording.task_id, one.recording.task_id} - {""}
    return (
        len(tasks) <= 1
        and later.recording.stream == one.recording.stream
        and later.end_ms > one.end_ms
        and (later.recording.duration_ms or 0) >= (one.recording.duration_ms or 0)
    )
