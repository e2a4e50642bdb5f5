"""Where files seem to be missing: what `pull --missing` asks about, and nothing else. Pure.

Four kinds of evidence, each compared with what is recorded in every format that the stream usually has: pushes (a start
and a stop with one sequence), recording tasks that the provider lists, the broadcast itself (another format goes on
longer), and holes that no stop and start explain. Of a stream's first broadcasts nothing tells what is usual; but every
task makes a file, so more tasks at a time than recorded formats tell that one is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from builder.model import PushEvent, Session, Value
from builder.pull.windows import Window, joined

TOLERANCE_MS = 30_000  # recorders begin late and end early by seconds (DOMAIN 1.3)
LONGEST_PUSH_MS = 12 * 3_600_000  # how far a push reaches whose other end was not told
EXPLAINED_MS = 90_000  # how near to a hole's ends a stop and a start must be to explain it
USUAL_SHARE = 2  # a format is usual when at least one session in so many has it
ASK_SLACK_MS = 3_600_000  # holes nearer than this are asked about together


class Task(Value, frozen=True):
    """A recording task as the provider lists it."""

    stream_id: str
    begin_ms: int
    end_ms: int


def holes(
    sessions: Iterable[Session], pushes: Iterable[PushEvent], tasks: Iterable[Task], within: Window
) -> dict[str, list[Window]]:
    """Return stream id → windows to ask about, sorted, all inside `within`."""
    recorded = Recorded(sessions)
    by_stream: defaultdict[str, list[PushEvent]] = defaultdict(list)
    for push in pushes:
        by_stream[push.stream.stream_id].append(push)
    tasked: defaultdict[str, list[Window]] = defaultdict(list)
    for task in tasks:
        tasked[task.stream_id].append(Window(task.begin_ms, task.end_ms))
    found: dict[str, list[Window]] = {}
    for stream in sorted(tasked.keys() | by_stream.keys() | recorded.sessions.keys()):
        expected = tasked[stream] + push_windows(by_stream[stream])
        missing = [hole for window in expected for hole in recorded.missing(stream, window)]
        missing += outnumbered(tasked[stream], recorded.spans(stream))
        for session in recorded.sessions.get(stream, []):
            missing += recorded.missing(stream, Window(session.start_ms, session.end_ms), in_any=True)
            missing += unexplained(session, by_stream[stream])
        clipped = [Window(max(one.begin_ms, within.begin_ms), min(one.end_ms, within.end_ms)) for one in missing]
        if windows := joined((one for one in clipped if one.begin_ms <= one.end_ms), ASK_SLACK_MS):
            found[stream] = windows
    return found


class Recorded:
    """What is recorded of each stream, per format."""

    def __init__(self, sessions: Iterable[Session]) -> None:
        self.sessions: defaultdict[str, list[Session]] = defaultdict(list)
        self._spans: defaultdict[tuple[str, str], list[Window]] = defaultdict(list)
        formats: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        for session in (session.whole for session in sessions):
            stream = session.stream.stream_id
            self.sessions[stream].append(session)
            for track in session.tracks:
                formats[stream][track.format] += 1
                self._spans[stream, track.format] += [Window(part.start_ms, part.end_ms) for part in track.parts]
        self._spans = defaultdict(list, {key: joined(spans, TOLERANCE_MS) for key, spans in self._spans.items()})
        self._formats = {stream: sorted(seen) for stream, seen in formats.items()}
        self._usual = {
            stream: sorted(name for name, count in seen.items() if count * USUAL_SHARE >= len(self.sessions[stream]))
            for stream, seen in formats.items()
        }

    def spans(self, stream: str) -> list[Window]:
        """Return what is recorded of a stream: the times of one format after those of another."""
        return [span for name in self._formats.get(stream, ()) for span in self._spans[stream, name]]

    def missing(self, stream: str, window: Window, *, in_any: bool = False) -> list[Window]:
        """Return the parts of `window` that some usual format lacks.

        `in_any`: only where another format has it, so that a hole in all of them is no evidence.
        """
        usual = self._usual.get(stream, [])
        if not usual:
            return [] if in_any else [window]
        lacking = [hole for name in usual for hole in uncovered(window, self._spans[stream, name])]
        if not in_any:
            return lacking
        anything = joined((span for name in usual for span in self._spans[stream, name]), 0)
        return [hole for hole in lacking if overlap_ms(hole, anything) > TOLERANCE_MS]


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


def outnumbered(tasks: Iterable[Window], spans: Iterable[Window]) -> list[Window]:
    """Return when more tasks ran than formats are recorded, without what is shorter than the tolerance."""
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
    return [hole for hole in joined(found, 0) if hole.end_ms - hole.begin_ms > TOLERANCE_MS]


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
    """Return what `spans` (joined, sorted) leave of a window, without what is shorter than the tolerance."""
    found, moment = [], window.begin_ms
    for span in spans:
        if span.end_ms <= moment:
            continue
        if span.begin_ms >= window.end_ms:
            break
        if span.begin_ms - moment > TOLERANCE_MS:
            found.append(Window(moment, span.begin_ms))
        moment = max(moment, span.end_ms)
    if window.end_ms - moment > TOLERANCE_MS:
        found.append(Window(moment, window.end_ms))
    return found


def overlap_ms(window: Window, spans: Sequence[Window]) -> int:
    return sum(max(0, min(window.end_ms, span.end_ms) - max(window.begin_ms, span.begin_ms)) for span in spans)
