"""Aliases: the addresses a session would have had while its recordings became known one after the other.

A session's address is that of its anchor, the recording announced first. Replay the island in announced order,
regrouping after each recording: whatever was the anchor of a group at some step gave an address, and that address now
leads to the session which holds that recording. (So each former address leads to exactly one session.)

Regrouping at every step is quadratic; this is the same result in n log n. While no split comes into force, knowing
more only joins groups: a recording was an anchor when, at its arrival, it touched nothing announced before, or when the
group it belonged to grew over the limit, was cut, and it was the first of its piece. Each split file that arrives
changes the rules once, and starts a fresh replay under them: of the segment that it parts, since no other knows of it,
but of everything where people merged files across splits.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from builder.sessions.claims import ENDLESS_MS
from builder.sessions.intervals import Placed, hull, in_announced_order
from builder.sessions.joins import Joins
from builder.sessions.lanes import Lane, Run
from builder.sessions.links import LINK_REACH_MS, Links
from builder.sessions.rules import Rulebook
from builder.sessions.unions import Union

Life = tuple[int, Sequence[int], Sequence[int]]  # from which step on, the steps of what it holds, the splits in force


def former_anchors(island: Union, links: Links, book: Rulebook) -> set[str]:
    """Return the keys of the recordings that were an anchor at some step, those that still are included."""
    if len(island.runs) == 1 and _grew_as_one(island.runs[0], book):
        return set()
    arrivals = sorted(
        ((one, run.lane) for run in island.runs for one in run.members),
        key=lambda arrival: in_announced_order(arrival[0]),
    )
    heads = [
        step
        for step, (one, lane) in enumerate(arrivals)
        if book.splits and lane.window is None and book.is_split(one.recording)
    ]
    is_apart = bool(heads) and not any(book.merges_of(one.recording) for one, _ in arrivals)
    found: set[int] = set()
    for begin, steps, in_force in _segments(arrivals, heads) if is_apart else _ages(len(arrivals), heads):
        replay = Replay([arrivals[step] for step in steps], [arrivals[head] for head in in_force], links, book)
        found.update(steps[place] for place in replay.anchors_since(bisect_right(steps, begin) - 1))
    return {arrivals[step][0].recording.key for step in found}


def _ages(size: int, heads: Sequence[int]) -> Iterator[Life]:
    """Yield everything, from each split that comes into force until the next."""
    for begin, end in zip([0, *heads], [*heads, size], strict=True):
        yield begin, range(end), heads[: bisect_right(heads, begin)]


def _segments(arrivals: Sequence[tuple[Placed, Lane]], heads: Collection[int]) -> Iterator[Life]:
    """Yield what lies between two splits of a lane, from the later of them until another one parts it."""
    heads = frozenset(heads)
    borders: defaultdict[Lane, list[int]] = defaultdict(list)
    segments: defaultdict[Lane, list[tuple[int, list[int]]]] = defaultdict(lambda: [(0, [])])
    for step, (one, lane) in enumerate(arrivals):
        if step in heads:
            at = bisect_right(borders[lane], one.start_ms)
            begin, steps = segments[lane][at]
            yield begin, steps, ()
            before = [other for other in steps if arrivals[other][0].middle_ms < one.start_ms]
            behind = [other for other in steps if arrivals[other][0].middle_ms >= one.start_ms]
            segments[lane][at : at + 1] = [(step, before), (step, behind)]
            borders[lane].insert(at, one.start_ms)
        segments[lane][bisect_right(borders[lane], one.middle_ms)][1].append(step)
    for own in segments.values():
        for begin, steps in own:
            yield begin, steps, ()


def _grew_as_one(run: Run, book: Rulebook) -> bool:
    """Say whether each recording, when announced, touched what was known: then the anchor never changed.

    This is the ordinary case, and it is cheap to see. True also where no other anchor is possible.
    """
    members = run.members
    if len(members) == 1 or run.lane.window is not None:
        return True
    if book.splits and any(book.is_split(one.recording) for one in members):
        return False
    limit_ms = book.rules.grouping.max_length_ms
    if _came_in_order(members):
        low, high = hull(members)
        return not limit_ms or high - low <= limit_ms
    arrivals = sorted(members, key=in_announced_order)
    gap_ms = run.lane.gap_ms
    low, high, first = arrivals[0].join_ms, arrivals[0].end_ms, arrivals[0].start_ms
    for one in arrivals:
        if one.join_ms - high > gap_ms or low - one.end_ms > gap_ms:
            return False
        low, high, first = min(low, one.join_ms), max(high, one.end_ms), min(first, one.start_ms)
    return not limit_ms or high - first <= limit_ms


def _came_in_order(members: Sequence[Placed]) -> bool:
    """Say whether recordings that a walk found together were also announced in that order."""
    last = members[0].recording.announced_ms
    for one in members[1:]:
        if one.recording.announced_ms <= last:
            return False
        last = one.recording.announced_ms
    return True


class Strip:
    """Disjoint stretches of time, each owned by a step, that flow together when nearer than a given reach."""

    def __init__(self, reach_ms: int) -> None:
        self._reach_ms = reach_ms
        self._lows: list[int] = []
        self._highs: list[int] = []
        self._owners: list[int] = []

    def add(self, low: int, high: int, owner: int) -> tuple[list[int], int, int]:
        """Add a stretch; return the owners of what it met, and from where to where it reaches together with that."""
        begin = bisect_left(self._highs, low - self._reach_ms)
        end = bisect_right(self._lows, high + self._reach_ms)
        met = self._owners[begin:end]
        if met:
            low, high = min(low, self._lows[begin]), max(high, self._highs[end - 1])
            owner = min(met)
        self._lows[begin:end], self._highs[begin:end], self._owners[begin:end] = [low], [high], [owner]
        return met, low, high


class Whole:
    """One group before cutting: its extent, its members, and once it is too long the first of each day."""

    def __init__(self, placed: Placed, step: int) -> None:
        self.low, self.high = placed.start_ms, placed.end_ms
        self.steps = [step]
        self.days: dict[int, int] | None = None


class Replay:
    """Recordings arriving in announced order under unchanging rules."""

    def __init__(
        self,
        arrivals: Sequence[tuple[Placed, Lane]],
        heads: Sequence[tuple[Placed, Lane]],
        links: Links,
        book: Rulebook,
    ) -> None:
        self._arrivals = arrivals
        self._book = book
        self._borders: defaultdict[Lane, list[int]] = defaultdict(list)
        for one, lane in heads:
            self._borders[lane].append(one.start_ms)
        for borders in self._borders.values():
            borders.sort()
        self._names = self._tied(links)
        self._strips: dict[tuple[Lane, int], Strip] = {}
        self._chains: defaultdict[tuple[Lane, int, str, str], Strip] = defaultdict(lambda: Strip(LINK_REACH_MS))
        self._merged: dict[tuple[str, ...], int] = {}
        self._joins = Joins(len(arrivals))
        self._pieces = Joins(len(arrivals))
        self._wholes: dict[int, Whole] = {}

    def _tied(self, links: Links) -> defaultdict[str, list[tuple[str, str]]]:
        lanes: defaultdict[Lane, list[Placed]] = defaultdict(list)
        for one, lane in self._arrivals:
            if lane.window is None and lane.gap_ms:
                lanes[lane].append(one)
        names: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for lane, members in lanes.items():
            for name, tied in links.tied(lane.stream, members).items():
                for one in tied:
                    names[one.recording.key].append(name)
        return names

    def anchors_since(self, begin: int) -> set[int]:
        """Return the steps of all recordings that were an anchor after step `begin` or any later one."""
        found: set[int] = set()
        for step in range(len(self._arrivals)):
            fresh = self._arrive(step)
            if step > begin:
                found |= fresh
            elif step == begin:
                found |= self._anchors_now()
        return found

    def _anchors_now(self) -> set[int]:
        now: set[int] = set()
        for root, whole in self._wholes.items():
            now |= {root} if whole.days is None else {self._pieces.root(step) for step in whole.steps}
        return now

    def _arrive(self, step: int) -> set[int]:
        """Let one recording arrive; return the anchors that are new."""
        placed, lane = self._arrivals[step]
        met = self._met(step, placed, lane)
        roots = {self._joins.root(other) for other in met} - {step}
        parts = [self._wholes.pop(root) for root in sorted(roots)] + [Whole(placed, step)]
        root = step
        for other in roots:
            root = self._joins.join(root, other)
        limit_ms = self._book.rules.grouping.max_length_ms
        low, high = min(part.low for part in parts), max(part.high for part in parts)
        cutting = bool(limit_ms) and high - low > limit_ms and lane.window is None
        fresh = self._cut(parts) if cutting else ({step} if not roots else set())
        whole = max(parts, key=lambda part: len(part.steps))
        for part in parts:
            if part is not whole:
                whole.steps += part.steps
        whole.low, whole.high = low, high
        self._wholes[root] = whole
        return fresh

    def _met(self, step: int, placed: Placed, lane: Lane) -> list[int]:
        met: list[int] = []
        if lane.window is not None or lane.gap_ms:
            segment = bisect_right(self._borders[lane], placed.middle_ms) if lane in self._borders else 0
            reach_ms = ENDLESS_MS if lane.window is not None else lane.gap_ms
            low, high = placed.join_ms, placed.end_ms
            for rule, name in self._names.get(placed.recording.key, ()):  # what lies inside a chain is met too
                _, begin, end = self._chains[lane, segment, rule, name].add(placed.join_ms, placed.end_ms, step)
                low, high = min(low, begin), max(high, end)
            met, _, _ = self._strips.setdefault((lane, segment), Strip(reach_ms)).add(low, high, step)
        if lane.window is None:
            for ids in self._book.merges_of(placed.recording):
                met.append(self._merged.setdefault(ids, step))
        return met

    def _cut(self, parts: Sequence[Whole]) -> set[int]:
        """Cut groups that became one too long group: sort the uncut ones into days; return the new anchors."""
        fresh: set[int] = set()
        days = max((part.days for part in parts if part.days is not None), key=len, default={})
        for part in parts:
            if part.days is not None:
                for day, step in part.days.items():
                    self._pieces.join(days.setdefault(day, step), step)
        uncut = [step for part in parts if part.days is None for step in part.steps]
        for step in uncut:
            placed = self._arrivals[step][0]
            self._pieces.join(days.setdefault(self._book.days.number(placed.middle_ms), step), step)
            for ids in self._book.merges_of(placed.recording):
                self._pieces.join(self._merged[ids], step)
        fresh.update(self._pieces.root(step) for step in uncut)
        for part in parts:
            part.days = days
        return fresh
