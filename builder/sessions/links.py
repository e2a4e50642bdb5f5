"""Links: what ties recordings of one stream together besides nearness.

Three kinds: the provider's session id, its task id (an event can tie the two), and one push from start to stop.
Recordings with one link and at most 24 hours between neighbours form a *chain*; a chain is one broadcast.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from builder.model import DAY_MS, PushEvent, Recording, StreamKey, TaskEvent
from builder.sessions.intervals import Placed

LINK_REACH_MS = DAY_MS  # a link does not join across a longer hole
PUSH_MARGIN_MS = 60_000  # content may begin before the push and end after it by this much


class Push(msgspec.Struct, frozen=True, order=True):
    """One push, from its start to its stop."""

    start_ms: int
    stop_ms: int
    sequence: str

    def holds(self, placed: Placed) -> bool:
        """Say whether a recording lies in the push."""
        return placed.start_ms >= self.start_ms - PUSH_MARGIN_MS and placed.end_ms <= self.stop_ms + PUSH_MARGIN_MS


class Chain(msgspec.Struct, frozen=True):
    """Recordings of one stream that a link ties, in time order, none too far from the one before."""

    rule: str  # session_id, task_id, push
    members: tuple[Placed, ...]


class Links:
    """The links of an island's streams."""

    def __init__(self, pushes: Iterable[PushEvent] = (), tasks: Iterable[TaskEvent] = ()) -> None:
        self._pushes = _paired(pushes)
        self._session_of_task = _told_sessions(tasks)

    def names(self, recording: Recording) -> list[tuple[str, str]]:
        """Return the (rule, id) pairs that a recording shares with others of its stream."""
        names = []
        session_id = recording.session_id
        if recording.task_id:
            names.append(("task_id", recording.task_id))
            if self._session_of_task and not session_id:
                session_id = self._session_of_task.get((recording.stream, recording.task_id), "")
        if session_id:
            names.append(("session_id", session_id))
        return names

    def pushes(self, stream: StreamKey) -> list[Push]:
        """Return the whole pushes of a stream, by start."""
        return self._pushes.get(stream, [])

    def tied(self, stream: StreamKey, placed: Iterable[Placed]) -> dict[tuple[str, str], list[Placed]]:
        """Return the recordings of one stream by the (rule, id) that ties them; none stands alone there."""
        placed = list(placed)
        pushes = self._pushes.get(stream) if self._pushes else None
        if not pushes and not self._session_of_task and _all_differ(placed):
            return {}
        shared: defaultdict[tuple[str, str], list[Placed]] = defaultdict(list)
        for one in placed:
            if one.recording.task_id or one.recording.session_id:
                for name in self.names(one.recording):
                    shared[name].append(one)
        if pushes:
            by_start = sorted(placed, key=_start)
            for push in pushes:
                shared["push", push.sequence].extend(_held(push, by_start))
        return {name: tied for name, tied in shared.items() if len(tied) > 1}

    def chains(self, stream: StreamKey, placed: Iterable[Placed]) -> list[Chain]:
        """Return the chains among recordings of one stream, in an order that depends on nothing but them."""
        return [
            Chain(rule, chain)
            for (rule, _), tied in sorted(self.tied(stream, placed).items(), key=lambda item: item[0])
            for chain in _near(tied)
        ]

    def astride(self, placed: Iterable[Placed], from_ms: int, to_ms: int) -> list[Placed]:
        """Return the recordings before and after a time that the provider ties to each other across it."""
        sides: tuple[list[Placed], list[Placed]] = ([], [])
        for one in placed:
            if one.end_ms < from_ms or one.join_ms > to_ms:
                sides[one.join_ms > to_ms].append(one)
        before, after = ({name for one in side for name in self.names(one.recording)} for side in sides)
        shared = before & after
        return [one for side in sides for one in side if not shared.isdisjoint(self.names(one.recording))]


def _all_differ(placed: Sequence[Placed]) -> bool:
    """Say whether no two recordings have one task or session: nearly always, and cheap to see."""
    tasks = [one.recording.task_id for one in placed if one.recording.task_id]
    told = [one.recording.session_id for one in placed if one.recording.session_id]
    return len(set(tasks)) == len(tasks) and len(set(told)) == len(told)


def _held(push: Push, by_start: Sequence[Placed]) -> list[Placed]:
    held = []
    for place in range(bisect_left(by_start, push.start_ms - PUSH_MARGIN_MS, key=_start), len(by_start)):
        one = by_start[place]
        if one.start_ms > push.stop_ms + PUSH_MARGIN_MS:
            break
        if push.holds(one):
            held.append(one)
    return held


def _start(placed: Placed) -> int:
    return placed.start_ms


def _near(tied: list[Placed]) -> list[tuple[Placed, ...]]:
    """Part tied recordings where the time between neighbours is longer than a link reaches."""
    found: list[list[Placed]] = []
    high = 0
    for one in sorted(tied, key=lambda one: (one.join_ms, one.recording.key)):
        if not found or one.join_ms - high > LINK_REACH_MS:
            found.append([])
            high = one.end_ms
        found[-1].append(one)
        high = max(high, one.end_ms)
    return [tuple(chain) for chain in found if len(chain) > 1]


def _paired(events: Iterable[PushEvent]) -> dict[StreamKey, list[Push]]:
    """Pair starts and stops by sequence; repeated messages widen a push, half a pair is none."""
    starts: dict[tuple[StreamKey, str], int] = {}
    stops: dict[tuple[StreamKey, str], int] = {}
    for event in events:
        if not event.sequence:
            continue
        name = event.stream, event.sequence
        if event.kind == "start":
            starts[name] = min(event.at_ms, starts.get(name, event.at_ms))
        else:
            stops[name] = max(event.at_ms, stops.get(name, event.at_ms))
    pushes: defaultdict[StreamKey, list[Push]] = defaultdict(list)
    for (stream, sequence), start_ms in starts.items():
        stop_ms = stops.get((stream, sequence), start_ms - 1)
        if stop_ms >= start_ms:
            pushes[stream].append(Push(start_ms, stop_ms, sequence))
    for found in pushes.values():
        found.sort()
    return dict(pushes)


def _told_sessions(tasks: Iterable[TaskEvent]) -> dict[tuple[StreamKey, str], str]:
    """Return the session that events tie a task to; where they disagree, the first in text order."""
    told: dict[tuple[StreamKey, str], str] = {}
    for event in tasks:
        if event.task_id and event.session_id:
            name = event.stream, event.task_id
            told[name] = min(event.session_id, told.get(name, event.session_id))
    return told
