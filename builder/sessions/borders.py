"""Borders: where one broadcast is parted, and how much of a file that reaches over lies on its own side.

A split, an end of a window, the start of a day and a claim that passes a stream to another broadcaster part time; each
file is in the session of its midpoint. Slices meet at a border, give or take what counts as a seam. A file that was cut
otherwise, such as one HLS file beside slices of MP4, reaches over it; what becomes of it, `beside` decides.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from builder.model import StreamKey, Window
from builder.sessions.claims import BEGINNING_MS, ENDLESS_MS
from builder.sessions.coverage import GAP_MS
from builder.sessions.intervals import Placed, in_time_order
from builder.sessions.media import PREFERENCE
from builder.sessions.rules import Rulebook

OwnTimes = dict[str, tuple[int, int]]  # of files that reach over a border: what lies on their side of it, by key


class Borders:
    """The borders between the sessions of one broadcast, by stream."""

    def __init__(self, book: Rulebook, heads: Iterable[Placed], cut: Iterable[Placed]) -> None:
        """Take the files that sessions must begin with, and those of a broadcast that was cut into days."""
        self._book = book
        self._at: defaultdict[StreamKey, set[int]] = defaultdict(set)
        for one in heads:
            self._at[one.recording.stream].add(one.start_ms)
        for stream, members in _by_stream(cut).items():
            self._at[stream].update(_between_days(members, book))

    def own_times(self, members: Iterable[Placed], window: Window | None) -> OwnTimes:
        """Return the own time of those members that reach over a border by more than slices do."""
        found = {}
        for stream, together in _by_stream(members).items():
            borders = sorted({window.from_ms, window.to_ms} if window is not None else self._around(stream))
            for one in together:
                at = bisect_right(borders, one.middle_ms)
                low = borders[at - 1] if at else BEGINNING_MS
                high = borders[at] if at < len(borders) else ENDLESS_MS
                if low - one.start_ms > GAP_MS or one.end_ms - high > GAP_MS:
                    found[one.recording.key] = max(low, one.start_ms), min(high, one.end_ms)
        return found

    def _around(self, stream: StreamKey) -> set[int]:
        windows = self._book.windows_of(stream)
        ends = (moment for window in windows for moment in (window.from_ms, window.to_ms))
        return self._at[stream].union(ends, self._book.handovers(stream))


def may_reach_over(one: Placed, book: Rulebook) -> bool:
    """Say whether a file may ever reach over a border; where every file is a replay, few can."""
    stream = one.recording.stream
    if book.merges_of(one.recording) or book.owner(stream, one.middle_ms).gap_ms:
        return True
    handovers = book.handovers(stream)
    if bisect_right(handovers, one.start_ms) < bisect_left(handovers, one.end_ms):
        return True
    return any(one.start_ms < window.to_ms and window.from_ms < one.end_ms for window in book.windows_of(stream))


def _by_stream(members: Iterable[Placed]) -> dict[StreamKey, list[Placed]]:
    found: defaultdict[StreamKey, list[Placed]] = defaultdict(list)
    for one in members:
        found[one.recording.stream].append(one)
    return found


def _between_days(members: list[Placed], book: Rulebook) -> list[int]:
    """Return the borders between the days: where files of the best format meet, else the start of the day."""
    number = book.days.number
    best = min(PREFERENCE.index(one.recording.format) for one in members)
    files = sorted([one for one in members if PREFERENCE.index(one.recording.format) == best], key=in_time_order)
    seams = {
        number(two.middle_ms): two.start_ms
        for one, two in pairwise(files)
        if number(one.middle_ms) < number(two.middle_ms) and abs(two.start_ms - one.end_ms) < GAP_MS
    }
    _, *days = sorted({number(one.middle_ms) for one in members})
    return [seams.get(day, book.days.begins_ms(day)) for day in days]
