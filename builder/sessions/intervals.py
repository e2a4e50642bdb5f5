"""Intervals: when a recording's content was on air, and how far it reaches when neighbours are sought.

The vendor's start is when writing began; content starts at end − duration (DESIGN "Grouping"). Times are never swapped
and no interval is ever negative: where nothing better is known it is a point at the end, flagged `bad_times`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from builder.model import DAY_MS, Recording
from builder.sessions.coverage import Interval

MISMATCH_MS = 60_000  # told duration and told interval may differ this much without a flag
LONGEST_MS = 366 * DAY_MS  # a file said to be longer than this has no known length (a zero for a start does that)
LONGEST_STALL_MS = DAY_MS  # a told start earlier than the content by more than this is not believed

NO_FLAGS: tuple[str, ...] = ()
BAD_TIMES = ("bad_times",)
TIME_MISMATCH = ("time_mismatch",)


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A recording and where it lies in time: what grouping and tracks work on."""

    join_ms: int  # where it begins when neighbours are sought: the earlier of content start and told start
    start_ms: int  # content
    end_ms: int
    recording: Recording
    flags: tuple[str, ...]  # of the interval: `bad_times`, `time_mismatch`

    @property
    def middle_ms(self) -> int:
        """Return the midpoint of the content: it decides windows, splits, days and broadcasters."""
        return (self.start_ms + self.end_ms) // 2


def place(recording: Recording) -> Placed:
    """Place one recording in time."""
    end, told, length = recording.end_ms, recording.start_ms, recording.duration_ms
    if length is not None and 0 < length <= LONGEST_MS:
        start = end - length
        if told is None:
            return Placed(start, start, end, recording, NO_FLAGS)
        written = end - told
        flags = TIME_MISMATCH if abs(length - written) > MISMATCH_MS else NO_FLAGS
        stalled = told < start and written - length <= LONGEST_STALL_MS
        return Placed(told if stalled else start, start, end, recording, flags)
    if told is not None and 0 <= end - told <= LONGEST_MS:
        return Placed(told, told, end, recording, NO_FLAGS)
    return Placed(end, end, end, recording, BAD_TIMES)


def place_all(recordings: Iterable[Recording]) -> list[Placed]:
    """Place recordings, each key once."""
    return [place(recording) for recording in {recording.key: recording for recording in recordings}.values()]


def interval(recording: Recording) -> tuple[int, int, tuple[str, ...]]:
    """Return the content interval and its flags: (start_ms, end_ms, flags); start ≤ end always."""
    placed = place(recording)
    return placed.start_ms, placed.end_ms, placed.flags


def join_interval(recording: Recording) -> tuple[int, int]:
    """Return the interval that neighbours are measured from, so that a stalled recording is no gap."""
    placed = place(recording)
    return placed.join_ms, placed.end_ms


def in_time_order(placed: Placed) -> tuple[int, int, str]:
    """Sort key: by content start, then end, then key."""
    return placed.start_ms, placed.end_ms, placed.recording.key


def hull(members: Sequence[Interval]) -> tuple[int, int]:
    """Return from where to where recordings or parts reach."""
    low, high = members[0].start_ms, members[0].end_ms
    for one in members:
        if one.start_ms < low:  # noqa: PLR1730  # a call each would cost more than the comparison
            low = one.start_ms
        if one.end_ms > high:  # noqa: PLR1730  # as above
            high = one.end_ms
    return low, high


def first_announced(members: Sequence[Placed]) -> Placed:
    """Return the anchor: the recording announced first, ties by key."""
    first = members[0]
    for one in members:
        if one.recording.announced_ms <= first.recording.announced_ms and one is not first:
            first = min(one, first, key=in_announced_order)
    return first


def in_announced_order(placed: Placed) -> tuple[int, str]:
    """Sort key: by announcement, ties by key: the first is the anchor (DESIGN "Addresses")."""
    return placed.recording.announced_ms, placed.recording.key
