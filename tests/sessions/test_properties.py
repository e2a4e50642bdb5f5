"""What holds of grouping whatever the records: order, locality, sums, former addresses."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builder.addresses import session_id, tag_of
from builder.model import Curation, PushEvent, Recording, StreamClaim, StreamKey, TaskEvent, Vj, Window, whereabouts
from builder.sessions import Island, Rulebook, assemble, join_interval, reach
from builder.sessions.borders import may_reach_over
from builder.sessions.intervals import place, place_all
from builder.sessions.links import LINK_REACH_MS, Links
from tests.sessions.making import HOUR, ms, public, rec, rulebook
from tests.sessions.oracle import naive_groups

STREAMS = (StreamKey("one", "push.example.com", "live"), StreamKey("two", "push.example.com", "live"))
FORMATS = ("mp4", "mp4", "mp4", "hls", "flv")
GRID = 600  # seconds


@st.composite
def recordings(draw, most=12):
    """Draw recordings that touch, overlap, repeat and stand apart, announced in any order."""
    found = []
    for number in range(draw(st.integers(1, most))):
        start = draw(st.integers(0, 160)) * GRID + draw(st.integers(-2, 2)) * 150
        length = draw(st.sampled_from((0, 3, 300, 600, 900, 1800, 1800, 7200, 30 * HOUR)))
        kind = draw(st.integers(0, 9))
        found.append(
            rec(
                f"{number:02}" if kind else f"1250000000_{number:02}",
                start,
                start + length,
                length=None if kind == 1 else -1,
                told=start + length + 5000 if kind in (1, 2) else start - draw(st.sampled_from((0, 0, 70, 400))),
                announced=draw(st.integers(0, 200)) * GRID,
                fmt=draw(st.sampled_from(FORMATS)),
                stream=draw(st.sampled_from(STREAMS)),
                host=draw(st.sampled_from(("media.example.com",) * 4 + ("elsewhere.example.net",))),
                status=draw(st.sampled_from(("",) * 6 + ("deleted", "forbidden"))),
                session_id=draw(st.sampled_from(("",) * 4 + ("s1", "s2"))),
                task_id=draw(st.sampled_from(("",) * 4 + ("t1", "t2"))),
                **({"url": "http://media.example.com/same.mp4"} if kind == 0 else {}),
            )
        )
    return tuple(found)


@st.composite
def events(draw):
    pushes = []
    for number in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, 160)) * GRID
        stream = draw(st.sampled_from(STREAMS))
        pushes.append(PushEvent(stream, "start", ms(start), str(number)))
        if draw(st.booleans()):
            pushes.append(PushEvent(stream, "stop", ms(start + draw(st.integers(0, 80)) * GRID), str(number)))
    tied = draw(st.booleans())
    tasks = (TaskEvent(STREAMS[0], "started", ms(0), "t1", "s1"),) if tied else ()
    return tuple(pushes), tasks


@st.composite
def books(draw, splits=True):
    names = st.lists(st.integers(0, 11).map("{:02}".format), unique=True, max_size=3)
    curations = []
    if draw(st.integers(0, 2)) == 0:
        curations.append(Curation("replays/merge.md", recordings=("00",), merge=tuple(draw(names))))
    if splits and draw(st.integers(0, 2)) == 0:
        curations.append(Curation("replays/split.md", recordings=("01",), split_before=tuple(draw(names))))
    if draw(st.integers(0, 3)) == 0:
        begin = draw(st.integers(0, 160)) * GRID
        window = Window("one", ms(begin), ms(begin + draw(st.integers(1, 60)) * GRID))
        curations.append(Curation("replays/window.md", window=window))
    if draw(st.integers(0, 2)) == 0:
        curations.append(Curation("replays/hidden.md", recordings=tuple(draw(names)), visibility="hidden"))
    border = ms(50 * GRID)
    own = StreamClaim("one", until_ms=border, gap_ms=draw(st.sampled_from((None, 0, 600_000))))
    claims = [own, StreamClaim("tw?", exact=False)]
    later = draw(st.sampled_from(("", "alice", "bob")))
    if later == "alice":
        claims.append(StreamClaim("one", from_ms=border, gap_ms=900_000))
    vjs = [Vj("alice", "Alice", streams=tuple(claims))]
    if later == "bob":
        vjs.append(Vj("bob", "Bob", streams=(StreamClaim("one", from_ms=border),), gap_ms=0))
    return rulebook(
        gap=draw(st.sampled_from((0, 300, 300, 1200))),
        max_length=draw(st.sampled_from((4 * HOUR, 24 * HOUR))),
        min_length=draw(st.sampled_from((0, 0, 60))),
        vjs=vjs if draw(st.booleans()) else (),
        curations=curations,
        zone=draw(st.sampled_from(("UTC", "Asia/Shanghai", "America/New_York"))),
        day_starts_at_minutes=draw(st.sampled_from((0, 240))),
    )


THOROUGH = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # shrinking can take minutes; a failing case is small enough to read
    suppress_health_check=list(HealthCheck),
)


@THOROUGH
@given(recordings(), events(), books(), st.randoms(use_true_random=False))
def test_the_order_and_the_number_of_copies_change_nothing(found, told, book, shuffler):
    pushes, tasks = told
    again = [*found, *found]
    shuffled = [shuffler.sample(things, len(things)) for things in (again, [*pushes, *pushes], [*tasks, *tasks])]

    sessions = assemble(Island(found, pushes, tasks), book, public)

    assert assemble(Island(*map(tuple, shuffled)), book, public) == sessions


@THOROUGH
@given(recordings(), events(), books())
def test_every_recording_is_in_one_place_and_no_length_is_negative(found, told, book):
    unfiltered = assemble(Island(found, *told), Rulebook(without_min_length(book)), public)
    sessions = assemble(Island(found, *told), book, public)

    places = Counter(key for session in unfiltered for key in session.recordings)
    assert places == Counter(recording.key for recording in found)
    assert all(session in unfiltered for session in sessions)
    for session in sessions:
        shown = Counter(part.key for track in session.tracks for part in track.parts)
        shown.update(other.key for other in session.others)
        assert shown == Counter(session.recordings)
        assert session.start_ms <= session.end_ms
        assert session.duration_ms is None or 0 <= session.duration_ms <= session.end_ms - session.start_ms
        assert all(begin < end for begin, end in session.gaps)
        assert all(part.start_ms <= part.end_ms for track in session.tracks for part in track.parts)
        assert [track.primary for track in session.tracks] == [True, *[False] * (len(session.tracks) - 1)][
            : len(session.tracks)
        ]


@THOROUGH
@given(recordings(), events(), books())
def test_groups_are_those_of_the_plain_definition(found, told, book):
    """The sweep gives what joining neighbours one by one until nothing changes gives."""
    sessions = assemble(Island(found, *told), book, public)

    if not book.rules.grouping.min_length_ms:
        groups = {frozenset(session.recordings) for session in sessions}
        assert groups == naive_groups(found, *told, book)


@THOROUGH
@given(recordings(), events(), books())
def test_aliases_are_the_addresses_of_every_earlier_state(found, told, book):
    """Regrouping after each recording, by brute force, gives the same former addresses."""
    unfiltered = Rulebook(without_min_length(book))
    anchors: set[str] = set()
    arrived: list[Recording] = []
    for recording in sorted(found, key=lambda one: (one.announced_ms, one.key)):
        arrived.append(recording)
        anchors |= {session.anchor for session in assemble(Island(tuple(arrived), *told), unfiltered, public)}

    for session in assemble(Island(found, *told), book, public):
        former = (anchors & set(session.recordings)) - {session.anchor}
        assert list(session.aliases) == sorted(address(found, key, book) for key in former)
        assert session.id == address(found, session.anchor, book)


def without_min_length(book):
    from msgspec.structs import replace

    return replace(book.rules, grouping=replace(book.rules.grouping, min_length_ms=0))


def address(found, key, book):
    from builder.sessions import interval

    recording = next(one for one in found if one.key == key)
    return session_id(book.days.day(interval(recording)[0]), tag_of(key))


class Store:
    """All that is known, answering what an island reaches, as the catalog does."""

    def __init__(self, found, pushes, tasks):
        self.found, self.pushes, self.tasks = found, pushes, tasks

    def close(self, seed, book):
        loaded, pushes, tasks = {seed.key: seed}, set(), set()
        while True:
            wanted = reach(loaded.values(), pushes, book, tasks)
            more = {one.key: one for one in self.found if self.is_wanted(one, wanted)}
            more_pushes = {event for event in self.pushes if self.push_is_wanted(event, wanted)}
            more_tasks = {
                event
                for event in self.tasks
                if any(
                    event.stream == link.stream and link.name in (event.task_id, event.session_id)
                    for link in wanted.links
                )
            }
            reaching = [one for one in self.found if may_reach_over(place(one), book)]
            more |= {one.key: one for one in reaching if self.is_in_a_span(one, wanted.reaching)}
            for span in wanted.around:
                more |= {one.key: one for one in self.astride(span)}
            if more.keys() <= loaded.keys() and more_pushes <= pushes and more_tasks <= tasks:
                return Island(tuple(loaded.values()), tuple(pushes), tuple(tasks))
            loaded |= more
            pushes |= more_pushes
            tasks |= more_tasks

    def astride(self, span):
        low, high = span.from_ms - LINK_REACH_MS, span.to_ms + LINK_REACH_MS
        near = [
            one
            for one in place_all(self.found)
            if one.recording.stream == span.stream and one.join_ms <= high and one.end_ms >= low
        ]
        return [one.recording for one in Links(tasks=self.tasks).astride(near, span.from_ms, span.to_ms)]

    @staticmethod
    def is_in_a_span(one, spans):
        low, high = join_interval(one)
        return any(
            span.stream.stream_id == one.stream.stream_id
            and (span.any_app or span.stream == one.stream)
            and low <= span.to_ms
            and high >= span.from_ms
            for span in spans
        )

    def is_wanted(self, one, wanted):
        low, high = join_interval(one)
        return (
            self.is_in_a_span(one, wanted.spans)
            or any(
                link.stream == one.stream
                and link.name == getattr(one, link.kind)
                and low <= link.to_ms
                and high >= link.from_ms
                for link in wanted.links
            )
            or one.key in wanted.names
            or whereabouts(one.url) in wanted.places
        )

    def push_is_wanted(self, event, wanted):
        times = [e.at_ms for e in self.pushes if (e.stream, e.sequence) == (event.stream, event.sequence)]
        return any(
            span.stream == event.stream and min(times) <= span.to_ms and max(times) >= span.from_ms
            for span in wanted.pushes
        )


@pytest.mark.parametrize("tie", [{"task_id": "t"}, {"session_id": "s"}])
def test_however_many_runs_one_link_ties_they_ask_once(tie):
    """A question for each would be answered with all of them each time."""
    found = [rec(f"{number:03}", number * 20, number * 20 + 10, **tie) for number in range(100)]

    wanted = reach(found, (), rulebook(gap=5))

    assert [len(asked) for asked in (wanted.spans, wanted.around, wanted.links, wanted.pushes)] == [1, 1, 1, 1]


def test_runs_of_one_task_that_a_link_does_not_reach_ask_apart():
    found = [rec("00", 0, 10, task_id="t"), rec("01", 100 * HOUR, 100 * HOUR + 10, task_id="t")]

    wanted = reach(found, (), rulebook(gap=5))

    assert [len(asked) for asked in (wanted.spans, wanted.around, wanted.links, wanted.pushes)] == [2, 2, 2, 2]


@THOROUGH
@given(recordings(), events(), books())
def test_a_closed_island_gives_the_sessions_that_everything_gives(found, told, book):
    pushes, tasks = told
    everything = assemble(Island(found, pushes, tasks), book, public)
    sessions = {session.id: session for session in everything}
    in_a_session = {key for session in everything for key in session.recordings}
    store = Store(found, pushes, tasks)

    for seed in found:
        part = assemble(store.close(seed, book), book, public)
        assert all(sessions[session.id] == session for session in part)
        found_in = {key for session in part for key in session.recordings}
        assert (seed.key in found_in) == (seed.key in in_a_session)


@THOROUGH
@given(recordings(), events(), books())
def test_what_one_more_recording_changes_is_in_its_island(found, told, book):
    everything = assemble(Island(found, *told), book, public)
    store = Store(found, *told)

    for one in found:
        others = tuple(other for other in found if other is not one)
        before = assemble(Island(others, *told), book, public) if others else []
        known = {recording.key for recording in store.close(one, book).recordings}
        assert all(known.issuperset(session.recordings) for session in everything if session not in before)


@pytest.mark.parametrize("seed", range(3))
def test_an_island_of_many_recordings_gives_the_same_in_any_order(seed):
    """Ten days of half-hour slices, cut at each day, in two orders."""
    slices = [
        rec(f"{n:04}", n * 1800, (n + 1) * 1800, announced=(n + 1) * 1800 + (n * 7919) % 9000) for n in range(480)
    ]
    shuffled = random.Random(seed).sample(slices, len(slices))

    sessions = assemble(Island(tuple(shuffled)), rulebook(), public)

    assert sessions == assemble(Island(tuple(slices)), rulebook(), public)
    assert [session.id[:10] for session in sessions] == [f"2022/01/{day}" for day in range(12, 23)]
