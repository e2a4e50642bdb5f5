"""Where files seem to be missing: one row per kind of evidence, and those that are none."""

import pytest

from builder.model import Part, PushEvent, Session, StreamKey, Track
from builder.pull.holes import Task, holes
from builder.pull.windows import Window

STREAM = StreamKey("s")
LIVE, SHOW = StreamKey("s", "push.example.com", "live"), StreamKey("s", "push.example.com", "show")
ALL = Window(0, 10**9)
MINUTE = 60_000


def session(gaps=(), stream=STREAM, **formats) -> Session:
    """Return a session with the given parts, in minutes, per format."""
    tracks = tuple(
        Track(
            name,
            tuple(Part(f"{name}{i}", round(a * MINUTE), round(b * MINUTE)) for i, (a, b) in enumerate(parts)),
            0,
            primary=not n,
        )
        for n, (name, parts) in enumerate(formats.items())
    )
    begin = min(part.start_ms for track in tracks for part in track.parts)
    end = max(part.end_ms for track in tracks for part in track.parts)
    return Session("2022/01/13/a", "vj", stream, "a", begin, end, tracks, gaps=gaps)


def push(kind, minute, sequence="1", stream=STREAM) -> PushEvent:
    return PushEvent(stream, kind, round(minute * MINUTE), sequence)


@pytest.mark.parametrize(
    ("sessions", "pushes", "tasks", "expected"),
    [
        pytest.param([session(mp4=[(0, 30)])], [push("start", 0), push("stop", 30)], [], [], id="nothing is missing"),
        pytest.param([session(mp4=[(0, 30)])], [push("start", 0), push("stop", 60)], [], [(30, 60)], id="the end of a push"),
        pytest.param([], [push("start", 0), push("stop", 60)], [], [(0, 60)], id="a push of which nothing came"),
        pytest.param([session(mp4=[(0, 30)])], [], [Task(STREAM, 0, 60 * MINUTE)], [(30, 60)], id="the end of a task"),
        pytest.param(
            [session(mp4=[(0, 60)])], [], [Task(STREAM, 0, 60 * MINUTE)] * 2, [(0, 60)], id="more tasks than formats"
        ),
        pytest.param(
            [session(mp4=[(0, 30)], hls=[(0, 30)])], [], [Task(STREAM, 0, 30 * MINUTE), Task(STREAM, 10_000, 30 * MINUTE)],
            [], id="as many tasks as formats",
        ),
        pytest.param([session(mp4=[(0, 30)], hls=[(0, 60)])], [], [], [(30, 60)], id="another format goes on"),
        pytest.param(
            [session(mp4=[(0, 30), (40, 60)], gaps=((30 * MINUTE, 40 * MINUTE),))], [], [], [(30, 40)],
            id="a hole that nothing explains",
        ),
        pytest.param(
            [session(mp4=[(0, 30), (40, 60)], gaps=((30 * MINUTE, 40 * MINUTE),))],
            [push("start", 0), push("stop", 30), push("start", 40, "2"), push("stop", 60, "2")], [], [],
            id="a hole that a stop and a start explain",
        ),
        pytest.param([session(mp4=[(0, 30)])], [push("stop", 30)], [], [(-690, 0)], id="a stop without its start"),
        pytest.param(
            [session(mp4=[(0.4, 29.6)], hls=[(0.1, 30)])], [push("start", 0), push("stop", 30)],
            [Task(STREAM, 0, 30 * MINUTE)] * 2, [], id="ragged ends",
        ),
        pytest.param(
            [session(mp4=[(0, 30)])], [push("start", 40), push("stop", 40.25)], [], [(40, 40.25)], id="a short push"
        ),
        pytest.param(
            [session(mp4=[(0, 30)])], [push("start", 40), push("stop", 40)], [], [], id="a push of no length"
        ),
        pytest.param(
            [session(mp4=[(0, 30), (30.4, 60)])],
            [push("start", 0), push("stop", 30), push("start", 30.1, "2"), push("stop", 30.2, "2")], [], [(30.1, 30.2)],
            id="a short push in a short pause",
        ),
        pytest.param([session(mp4=[(0, 30)])], [], [Task(STREAM, 40 * MINUTE, 40 * MINUTE + 9000)], [(40, 40.15)], id="a short task"),
        pytest.param([session(mp4=[(0, 0.25)])], [], [Task(STREAM, 0, 15_000)] * 2, [(0, 0.25)], id="more short tasks than formats"),
        pytest.param(
            [session(mp4=[(0.1, 0.2)], hls=[(0, 0.25)])], [], [Task(STREAM, 0, 15_000)] * 2, [], id="as many short tasks as formats"
        ),
        pytest.param(
            [session(mp4=[(0, 30)], hls=[(0, 30)]), session(mp4=[(40, 40.25)])], [], [], [(40, 40.25)],
            id="a short broadcast in one format",
        ),
        pytest.param(
            [session(mp4=[(0, 30), (30, 30.1)], hls=[(0, 30)])], [], [], [(30, 30.1)], id="a short last slice of one format"
        ),
        pytest.param(
            [session(mp4=[(0, 30), (30, 30.1)], hls=[(0, 30.02)])], [], [], [(30.02, 30.1)],
            id="a short last slice of one format, where the other went on for a second",
        ),
        pytest.param([session(mp4=[(0, 30)], hls=[(0, 30.1)])], [], [], [], id="a ragged end of one format"),
        pytest.param(
            [session(mp4=[(0, 30)], hls=[(0, 30)]), session(mp4=[(40, 40.25)], hls=[(40.1, 40.2)])], [], [], [],
            id="a short broadcast in all formats",
        ),
    ],
)  # fmt: skip
def test_evidence(sessions, pushes, tasks, expected):
    window = Window(-(10**9), 10**9)
    found = holes(sessions, pushes, tasks, window)
    expected_windows = [Window(round(a * MINUTE), round(b * MINUTE)) for a, b in expected]

    assert found == ({"s": expected_windows} if expected else {})


def test_only_the_window_is_asked_about():
    found = holes([], [push("start", 0), push("stop", 60)], [], Window(10 * MINUTE, 20 * MINUTE))

    assert found == {"s": [Window(10 * MINUTE, 20 * MINUTE)]}


def pushed(stream) -> list[PushEvent]:
    return [push("start", 0, stream=stream), push("stop", 30, stream=stream)]


@pytest.mark.parametrize(
    ("sessions", "pushes", "tasks", "is_missing"),
    [
        pytest.param([session(stream=LIVE, mp4=[(0, 30)])], pushed(LIVE) + pushed(SHOW), [], True, id="a push"),
        pytest.param([session(stream=LIVE, mp4=[(0, 30)])], [], [Task(SHOW, 0, 30 * MINUTE)], True, id="a task"),
        pytest.param(
            [session(stream=LIVE, mp4=[(0, 30)]), session(stream=SHOW, mp4=[(0, 30)])],
            pushed(LIVE) + pushed(SHOW), [Task(LIVE, 0, 30 * MINUTE), Task(SHOW, 0, 30 * MINUTE)], False,
            id="a file of each",
        ),
        pytest.param(
            [session(stream=LIVE, mp4=[(0, 30)]), session(stream=SHOW, flv=[(0, 30)])],
            pushed(LIVE) + pushed(SHOW), [], False, id="each in its own format",
        ),
        pytest.param([session(mp4=[(0, 30)])], pushed(LIVE) + pushed(SHOW), [], False, id="a file of one not told"),
        pytest.param(
            [session(stream=LIVE, mp4=[(0, 30)]), session(mp4=[(0, 30)])], pushed(LIVE) + pushed(SHOW), [], False,
            id="a file of live and one not told",
        ),
        pytest.param([session(stream=LIVE, mp4=[(0, 30)])], pushed(STREAM), [], False, id="a push of one not told"),
        pytest.param(
            [session(stream=LIVE, mp4=[(0, 30)])], [push("start", 0, stream=LIVE), push("stop", 30)], [], False,
            id="one end of a push without its path",
        ),
    ],
)  # fmt: skip
def test_streams_that_share_their_id(sessions, pushes, tasks, is_missing):
    """Only app and path tell them apart; what tells neither counts for each, so that asking comes to an end."""
    found = holes(sessions, pushes, tasks, ALL)

    assert found == ({"s": [Window(0, 30 * MINUTE)]} if is_missing else {})
