"""Views: streams of one broadcast that show the same time are different views of it, such as a screen beside a camera.

Only a person brings several streams into one broadcast. Streams that follow each other are one view: the broadcaster
went on under another name. Nobody tells which of the two it is, so time decides: streams that share more than half of
the shorter one's time cannot follow each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from builder.model import StreamKey
from builder.sessions.coverage import survey
from builder.sessions.duplicates import by_start
from builder.sessions.intervals import Placed

SHARED_PERCENT = 50  # of the shorter stream's time; above it the two are different views

ONE_VIEW: Mapping[StreamKey, int] = {}


def views_of(members: Sequence[Placed]) -> Mapping[StreamKey, int]:
    """Number the views of a session from 1, by stream; empty where there is one view only.

    The stream with the most time comes first, and each takes the first view that it shares little time with.
    """
    first = members[0].recording.stream
    if all(one.recording.stream is first or one.recording.stream == first for one in members):
        return ONE_VIEW
    streams: defaultdict[StreamKey, list[Placed]] = defaultdict(list)
    for one in members:
        streams[one.recording.stream].append(one)
    views: list[list[Placed]] = []
    numbers = {}
    for stream in sorted(streams, key=lambda stream: (-_time_of(streams[stream]), stream)):
        own = streams[stream]
        number = next((at for at, view in enumerate(views) if not _show_the_same_time(view, own)), len(views))
        if number == len(views):
            views.append([])
        views[number] += own
        numbers[stream] = number + 1
    return numbers if len(views) > 1 else ONE_VIEW


def _time_of(members: Sequence[Placed]) -> int:
    covered, _ = survey(sorted(members, key=by_start))
    return covered


def _show_the_same_time(one: Sequence[Placed], other: Sequence[Placed]) -> bool:
    times = _time_of(one), _time_of(other)
    shared = sum(times) - _time_of([*one, *other])
    return shared * 100 > min(times) * SHARED_PERCENT
