"""Where files seem to be missing: what `pull --missing` asks about, and nothing else. Pure.

Four kinds of evidence, each compared with what is recorded in every format that the stream usually has: pushes (a start
and a stop with one sequence), recording tasks that the provider lists, the broadcast itself (another format goes on
longer), and holes that no stop and start explain. Of a stream's first broadcasts nothing tells what is usual; but every
task makes a file, so more tasks at a time than recorded formats tell that one is missing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

from builder.model import PushEvent, Session, StreamKey, Value
from builder.pull.windows import Window, joined
from builder.sessions.streams import resolve_stream

TOLERANCE_MS = 30_000  # recorders begin late and end early by seconds (DOMAIN 1.3): so ragged a recording may be
LONGEST_PUSH_MS = 12 * 3_600_000  # how far a push reaches whose other end was not told
EXPLAINED_MS = 90_000  # how near to a hole's ends a stop and a start must be to explain it
USUAL_SHARE = 2  # a format is usual when at least one session in so many has it
ASK_SLACK_MS = 3_600_000  # holes nearer than this are asked about together


class Task(Value, frozen=True):
    """A recording task as the provider lists it."""

    stream: StreamKey
    begin_ms: int
    end_ms: int


Evidence = Session | PushEvent | Task


def holes(
    sessions: Iterable[Session], pushes: Iterable[PushEvent], tasks: Iterable[Task], within: Window
) -> dict[str, list[Window]]:
    """Return stream id → windows to ask about, sorted, all inside `within`."""
    by_id: defaultdict[str, list[Evidence]] = defaultdict(list)
    everything: Iterable[Evidence] = chain((session.whole for session in sessions), pushes, tasks)
    for one in everything:
        by_id[one.stream.stream_id].append(one)
    found: dict[str, list[Window]] = {}
    for stream_id, told in sorted(by_id.items()):
        clipped = [Window(max(one.begin_ms, within.begin_ms), min(one.end_ms, within.end_ms)) for one in lacking(told)]
        if windows := joined((one for one in clipped if one.begin_ms <= one.end_ms), ASK_SLACK_MS):
            found[stream_id] = windows
    return found


def lacking(told: Sequence[Evidence]) -> Iterator[Window]:
    """Yield what the streams of one id lack."""
    apps = {(one.stream.app, one.stream.appname) for one in told if one.stream.app or one.stream.appname}
    by_stream: defaultdict[StreamKey, list[Evidence]] = defaultdict(list)
    for one in told:
        by_stream[resolve_stream(one.stream, apps)[0]].append(one)
    for stream, own in by_stream.items():
        alike = [one for other, theirs in by_stream.items() if other.may_be(stream) for one in theirs]
        recorded = Recorded(one for one in alike if isinstance(one, Session))
        pushes = [one for one in alike if isinstance(one, PushEvent)]
        tasks = [Window(one.begin_ms, one.end_ms) for one in own if isinstance(one, Task)]
        for window in tasks + push_windows([one for one in own if isinstance(one, PushEvent)]):
            yield from recorded.missing(window)
        yield from outnumbered(tasks, recorded.spans())
        for session in own:
            if isinstance(session, Session):
                for window in (Window(session.start_ms, session.end_ms), *short_parts(session)):
                    yield from recorded.missing(window, in_any=True)
                yield from unexplained(session, pushes)


class Recorded:
    """What is recorded of a stream, per format."""

    def __init__(self, sessions: Iterable[Session]) -> None:
        spans: defaultdict[str, list[Window]] = defaultdict(list)
        seen: Counter[str] = Counter()
        count = 0
        for count, session in enumerate(sessions, 1):  # noqa: B007
            for track in session.tracks:
                seen[track.format] += 1
                spans[track.format] += [Window(part.start_ms, part.end_ms) for part in track.parts]
        self._spans = {name: joined(spans[name], 0) for name in sorted(seen)}
        self._usual = [name for name in self._spans if seen[name] * USUAL_SHARE >= count]
        self._anything = joined((span for name in self._usual for span in self._spans[name]), 0)

    def spans(self) -> list[Window]:
        """Return all that is recorded: the times of one format after those of another."""
        return [span for spans in self._spans.values() for span in spans]

    def missing(self, window: Window, *, in_any: bool = False) -> list[Window]:
        """Return the parts of `window` that some usual format lacks.

        `in_any`: only where another format has it, so that a hole in all of them is no evidence.
        """
        if not self._usual:
            return [] if in_any else [window]
        lacking = [hole for name in self._usual for hole in uncovered(window, self._spans[name])]
        if not in_any:
            return lacking
        return [hole for hole in lacking if overlap_ms(hole, self._anything) > ragged_ms(hole)]


def push_windows(events: Sequence[PushEvent]) -> list[Window]:
    """Return the time of every push; one whose other end was not told reaches to its neighbour, or for hours."""
    pairs: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for event in events:
        pairs[event.sequence or f"{event.kind}{event.at_ms}"][event.kind] = event.at_ms
    times = sorted(event.at_ms for event in events)
    found = []
    for ends in pairs.values():
        begin, end = ends.get("start"), ends.get("stop")
        if begin is None and end is not None:
            begin = max([at for at in times if at < end], default=end - LONGEST_PUSH_MS)
            begin = max(begin, end - LONGEST_PUSH_MS)
        elif end is None and begin is not None:
            end = min([at for at in times if at > begin], default=begin + LONGEST_PUSH_MS)
            end = min(end, begin + LONGEST_PUSH_MS)
        if begin is not None and end is not None and begin <= end:
            found.append(Window(begin, end))
    return found


def outnumbered(tasks: Sequence[Window], spans: Iterable[Window]) -> list[Window]:
    """Return when more tasks ran than formats are recorded, but for ragged ends: what is short and holds no task."""
    changes: defaultdict[int, int] = defaultdict(int)  # moment → tasks that begin there, less formats that do
    for windows, step in ((tasks, 1), (spans, -1)):
        for window in windows:
            changes[window.begin_ms] += step
            changes[window.end_ms] -= step
    found, excess = [], 0
    for moment, following in pairwise(sorted(changes)):
        excess += changes[moment]
        if excess > 0:
            found.append(Window(moment, following))
    begun = sorted(tasks)
    return [hole for hole in joined(found, 0) if length_ms(hole) > TOLERANCE_MS or holds_any(hole, begun)]


def holds_any(window: Window, tasks: Sequence[Window]) -> bool:
    """Say whether one of the tasks (sorted) lies inside a window."""
    first, behind = (bisect_left(tasks, Window(at_ms, at_ms)) for at_ms in (window.begin_ms, window.end_ms))
    return any(length_ms(task) > 0 and task.end_ms <= window.end_ms for task in tasks[first:behind])


def short_parts(session: Session) -> list[Window]:
    """Return the files, such as last slices, whose lack in another format looks like a ragged end of all of it."""
    parts = [Window(part.start_ms, part.end_ms) for track in session.tracks for part in track.parts]
    return [part for part in parts if length_ms(part) <= TOLERANCE_MS]


def unexplained(session: Session, events: Sequence[PushEvent]) -> list[Window]:
    """Return the holes of a session that no stop at their beginning and start at their end explain."""
    found = []
    for begin, end in session.gaps:
        stopped = any(event.kind == "stop" and abs(event.at_ms - begin) <= EXPLAINED_MS for event in events)
        started = any(event.kind == "start" and abs(event.at_ms - end) <= EXPLAINED_MS for event in events)
        if not (stopped and started):
            found.append(Window(begin, end))
    return found


def uncovered(window: Window, spans: Sequence[Window]) -> list[Window]:
    """Return what `spans` (joined, sorted) leave of a window, without its ragged ends."""
    found, moment = [], window.begin_ms
    for span in near(window, spans):
        found.append(Window(moment, span.begin_ms))
        moment = max(moment, span.end_ms)
    found.append(Window(moment, window.end_ms))
    return [hole for hole in found if length_ms(hole) > ragged_ms(window)]


def near(window: Window, spans: Sequence[Window]) -> Sequence[Window]:
    """Return the spans (joined, sorted) that may reach into a window."""
    first, behind = (bisect_left(spans, Window(at_ms, at_ms)) for at_ms in (window.begin_ms, window.end_ms))
    return spans[max(first - 1, 0) : behind]


def ragged_ms(window: Window) -> int:
    """Return how much may lack at an end: of what is short no more than half, else it would never be missed."""
    return min(TOLERANCE_MS, length_ms(window) // 2)


def length_ms(window: Window) -> int:
    return window.end_ms - window.begin_ms


def overlap_ms(window: Window, spans: Sequence[Window]) -> int:
    ends = ((max(window.begin_ms, span.begin_ms), min(window.end_ms, span.end_ms)) for span in near(window, spans))
    return sum(max(0, end_ms - begin_ms) for begin_ms, end_ms in ends)
