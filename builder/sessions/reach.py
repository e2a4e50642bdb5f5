"""Reach: what else must be known before recordings can be grouped for good.

The catalog regroups islands, not everything. It starts from the recordings that changed, asks what they reach, loads
that, and asks again until nothing new comes: then the island is closed. Reach may name more than is needed, never less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TypeVar

from msgspec.structs import replace

from builder.model import PushEvent, Recording, StreamKey, TaskEvent, Value, Window, whereabouts
from builder.sessions.borders import may_reach_over
from builder.sessions.intervals import Placed, place_all
from builder.sessions.lanes import Run, lanes, runs_of
from builder.sessions.links import LINK_REACH_MS, PUSH_MARGIN_MS, Chain, Links
from builder.sessions.rules import Rulebook, names_of
from builder.sessions.standing import may_be_replaced


class Span(Value, frozen=True, order=True):
    """All recordings of a stream whose join interval touches [from_ms, to_ms], ends included.

    `stream.app` and `.appname` are exact, except in a span with `any_app`: there they are irrelevant.
    """

    stream: StreamKey
    from_ms: int
    to_ms: int
    any_app: bool = False


class LinkKey(Value, frozen=True, order=True):
    """All recordings of a stream with this session id or task id whose join interval touches [from_ms, to_ms].

    Task events that name the id, whatever their time, are needed too.
    """

    stream: StreamKey
    from_ms: int
    to_ms: int
    kind: str  # session_id or task_id
    name: str


Q = TypeVar("Q", Span, LinkKey)
_from_ms = attrgetter("from_ms")


class Reach(Value, frozen=True):
    """What must be loaded; every tuple is sorted.

    Of what differs in its time only, nothing touches: many runs of one stream ask together.
    `reaching`: of a span, the recordings that may reach over a border (see `may_reach_over`).
    `around`: recordings of the stream that a session or task id ties to each other across the time, each at most a
    link's reach away from it (see `Links.astride`). What a chain spans is one time: all that lies in it is loaded, and
    leads to what is tied to it.
    `pushes`: every push (both its events) of the stream that overlaps the time.
    `names`: recordings with this key or file id. `places`: recordings whose stored URL leads there.
    """

    spans: tuple[Span, ...] = ()
    reaching: tuple[Span, ...] = ()
    around: tuple[Span, ...] = ()
    links: tuple[LinkKey, ...] = ()
    pushes: tuple[Span, ...] = ()
    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def reach(
    recordings: Iterable[Recording], pushes: Iterable[PushEvent], book: Rulebook, tasks: Iterable[TaskEvent] = ()
) -> Reach:
    """Return what the given recordings reach, the given events of their streams being known already."""
    tasks = list(tasks)
    links = Links(pushes, tasks)
    placed = place_all(recordings)
    found = _Found(links, tasks)
    for lane, members in lanes(placed, book):
        if lane.window is not None:
            found.add_window(lane.window, members)
        elif lane.gap_ms:
            runs = runs_of(lane, members)
            for run in runs:
                found.add_run(run)
            if len(runs) > 1:
                found.add_between(links.chains(lane.stream, members), lane.stream)
        elif book.merges or book.windows_of(lane.stream) or book.steady_owner(lane.stream) is None:
            found.add_alone(lane.stream, members, book)
    names = {name for one in placed for ids in book.merges_of(one.recording) for name in ids}
    known = {name for one in placed for name in names_of(one.recording)}
    places = {whereabouts(one.recording.url) for one in placed if may_be_replaced(one.recording)} - {""}
    return Reach(
        spans=_joined(found.spans),
        reaching=_joined(found.reaching),
        around=_joined(found.around),
        links=_joined(found.links),
        pushes=_joined(found.pushes),
        names=tuple(sorted(names - known)),
        places=tuple(sorted(places)),
    )


def _joined(questions: Iterable[Q]) -> tuple[Q, ...]:
    """Make one of questions that touch and differ in their times only: together they ask for the same."""
    found: defaultdict[Q, list[Q]] = defaultdict(list)
    for one in sorted(questions, key=_from_ms):
        alike = found[replace(one, from_ms=0, to_ms=0)]
        if alike and one.from_ms <= alike[-1].to_ms:
            alike[-1] = replace(alike[-1], to_ms=max(alike[-1].to_ms, one.to_ms))
        else:
            alike.append(one)
    return tuple(sorted(one for alike in found.values() for one in alike))


class _Found:
    """What has been found to be in reach."""

    def __init__(self, links: Links, tasks: Iterable[TaskEvent]) -> None:
        self._links = links
        self._tasks = [event for event in tasks if event.task_id and event.session_id]
        self.spans: set[Span] = set()
        self.reaching: set[Span] = set()
        self.around: set[Span] = set()
        self.links: set[LinkKey] = set()
        self.pushes: set[Span] = set()

    def add_window(self, window: Window, members: Sequence[Placed]) -> None:
        stream = StreamKey(window.stream_id, window.app, window.appname)
        any_app = not (window.app and window.appname)
        low = min(window.from_ms, *(one.join_ms for one in members))
        high = max(window.to_ms, *(one.end_ms for one in members))
        self.spans.add(Span(stream, low, high, any_app))

    def add_between(self, chains: Iterable[Chain], stream: StreamKey) -> None:
        between = {Span(stream, chain.members[0].join_ms, max(one.end_ms for one in chain.members)) for chain in chains}
        self.spans |= between
        self.around |= between

    def add_alone(self, stream: StreamKey, members: Iterable[Placed], book: Rulebook) -> None:
        """Ask for what shares time with each, as far as one of the two may reach over a border.

        Slices mostly overlap a little: asking for whatever shares time would lead through all of a stream.
        """
        for one in members:
            if one.end_ms - one.join_ms > 2:  # what only touches it shares no time
                asked = self.spans if may_reach_over(one, book) else self.reaching
                asked.add(Span(stream, one.join_ms + 1, one.end_ms - 1))

    def add_run(self, run: Run) -> None:
        stream = run.lane.stream
        low = min(one.join_ms for one in run.members)
        high = max(one.end_ms for one in run.members)
        self.spans.add(Span(stream, low - run.lane.gap_ms, high + run.lane.gap_ms))
        self.around.add(Span(stream, low, high))
        self.pushes.add(Span(stream, low - PUSH_MARGIN_MS, high + PUSH_MARGIN_MS))
        far_low, far_high = low - LINK_REACH_MS, high + LINK_REACH_MS
        names = {name for one in run.members for name in self._links.names(one.recording)}
        for event in self._tasks:  # a task leads to its session and back
            if event.stream == stream and ("session_id", event.session_id) in names:
                names.add(("task_id", event.task_id))
        self.links |= {LinkKey(stream, far_low, far_high, kind, name) for kind, name in names}
        for push in self._links.pushes(stream):
            if any(push.holds(one) for one in run.members):
                begin, end = push.start_ms - PUSH_MARGIN_MS, push.stop_ms + PUSH_MARGIN_MS
                self.spans.add(Span(stream, max(begin, far_low), min(end, far_high)))
