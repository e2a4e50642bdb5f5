"""Which recordings are one session: a row per rule, boundaries on both sides."""

from __future__ import annotations

import pytest

from builder.model import StreamClaim, StreamKey, TaskEvent, Vj, Window
from tests.sessions.making import DEMO, HOUR, NOON, curation, made, members, ms, push, rec, rulebook

OTHER = StreamKey("other", "push.example.com", "live")


@pytest.mark.parametrize(
    ("hole", "gap", "sessions"),
    [
        (0, 300, ["a b"]),
        (-5, 300, ["a b"]),
        (300, 300, ["a b"]),
        (300.001, 300, ["a", "b"]),
        (0.001, 0, ["a", "b"]),
        (-50, 0, ["a", "b"]),
        (900, 900, ["a b"]),
    ],
)
def test_recordings_nearer_than_the_gap_are_one_session(hole, gap, sessions):
    found = made([rec("a", 0, 600), rec("b", 600 + hole, 1200 + hole)], rulebook(gap=gap))

    assert members(found) == sessions


def test_files_whose_stream_nobody_told_are_no_neighbours():
    """They may be of many streams: side by side they would be joined, or set aside as duplicates."""
    nobody = StreamKey("")
    found = made([rec("a", 0, 600, stream=nobody), rec("b", 0, 590, stream=nobody), rec("c", 600, 900, stream=nobody)])

    assert sorted(members(found)) == ["a", "b", "c"]


def test_a_long_recording_holds_together_what_lies_in_it():
    found = made([rec("a", 0, 7200, fmt="hls"), rec("b", 0, 600), rec("c", 6000, 6600)])

    assert members(found) == ["a b c"]


def test_a_stalled_recording_is_no_gap():
    """Its content is 71 s shorter than its told time; measured from the content the hole would be too long."""
    found = made([rec("a", 0, 600), rec("b", 971, 1200, told=900)])

    assert members(found) == ["a b"]
    assert members(made([rec("a", 0, 600), rec("b", 971, 1200)])) == ["a", "b"]


@pytest.mark.parametrize("name", ["session_id", "task_id"])
@pytest.mark.parametrize(
    ("hole", "same", "sessions"),
    [
        (24 * HOUR, True, ["a b"]),
        (24 * HOUR + 0.001, True, ["a", "b"]),
        (HOUR, False, ["a", "b"]),
    ],
)
def test_a_link_joins_across_a_day_at_most(name, hole, same, sessions):
    pair = [
        rec("a", 0, 600, **{name: "1"}),
        rec("b", 600 + hole, 1200 + hole, **{name: "1" if same else "2"}),
    ]

    assert members(made(pair, rulebook(max_length=72 * HOUR))) == sessions


def test_a_link_joins_step_by_step_over_any_time():
    chain = [rec(str(n), n * 20 * HOUR, n * 20 * HOUR + 600, session_id="1") for n in range(4)]

    assert members(made(chain, rulebook(max_length=1000 * HOUR))) == ["0 1 2 3"]


def test_links_join_within_one_stream_only():
    pair = [rec("a", 0, 600, session_id="1"), rec("b", 0, 600, session_id="1", stream=OTHER)]

    assert members(made(pair)) == ["a", "b"] or members(made(pair)) == ["b", "a"]


def test_a_gap_of_zero_leaves_linked_recordings_alone():
    pair = [rec("a", 0, 600, session_id="1"), rec("b", 600, 1200, session_id="1")]

    assert members(made(pair, rulebook(gap=0))) == ["a", "b"]


def test_a_recorder_message_ties_a_task_to_a_session():
    pair = [rec("a", 0, 600, task_id="t"), rec("b", HOUR, HOUR + 600, session_id="s")]
    tie = TaskEvent(DEMO, "started", ms(0), "t", "s")

    assert members(made(pair)) == ["a", "b"]
    assert members(made(pair, tasks=[tie])) == ["a b"]


@pytest.mark.parametrize(
    ("start", "stop", "sessions"),
    [
        (0, 5000, ["a b"]),
        (60, 4140, ["a b"]),
        (60.001, 4140, ["a", "b"]),
        (60, 4139.999, ["a", "b"]),
        (0, None, ["a", "b"]),
        (None, 5000, ["a", "b"]),
        (5000, 0, ["a", "b"]),
    ],
)
def test_one_push_joins_what_lies_in_it(start, stop, sessions):
    """With a minute's grace at both ends; half a push joins nothing."""
    pair = [rec("a", 0, 600), rec("b", 3600, 4200)]

    assert members(made(pair, pushes=push("7", start, stop))) == sessions


def test_a_push_without_a_sequence_or_of_another_stream_joins_nothing():
    pair = [rec("a", 0, 600), rec("b", 3600, 4200)]

    assert members(made(pair, pushes=push("", 0, 5000))) == ["a", "b"]
    assert members(made(pair, pushes=push("7", 0, 5000, OTHER))) == ["a", "b"]


@pytest.mark.parametrize("link", [{}, {"task_id": "u"}, {"session_id": "s"}])
def test_a_task_that_records_both_sides_takes_in_what_lies_between(link):
    """Other ids or none are no proof of another broadcast, and a stream has one at a time; a neighbour is near to it."""
    three = [rec("a", 0, 600, task_id="t"), rec("b", 3600, 4200, **link), rec("c", 7200, 7800, task_id="t")]
    beside = [rec("d", 4500, 5000), rec("e", 8101, 8200), rec("o", 3600, 4200, stream=OTHER)]

    assert members(made([*three, *beside])) == ["a b c d", "o", "e"]
    assert members(made([*three, *beside], rulebook(gap=0))) == ["a", "o", "b", "d", "c", "e"]


def test_two_tasks_in_turn_are_one_broadcast():
    turns = [rec(f"{n}", n * 1500, n * 1500 + 600, task_id="tu"[n % 2]) for n in range(4)]

    assert members(made(turns)) == ["0 1 2 3"]


@pytest.mark.parametrize(
    ("middle", "inside"),
    [(1000, True), (999.999, False), (1999.999, True), (2000, False)],
)
def test_a_window_claims_by_the_midpoint(middle, inside):
    window = Window("demo", ms(1000), ms(2000))
    pair = [rec("a", middle - 300, middle + 300), rec("b", 1500, 1502)]

    found = made(pair, rulebook(gap=0, curations=[curation("replays/w.md", window=window)]))

    assert (members(found) == ["a b"]) == inside


def test_a_window_is_one_session_and_the_rest_is_grouped_without_it():
    """The window's recordings bridge nothing, links and merges do not reach into it, and it is never cut."""
    window = Window("demo", ms(600), ms(100 * HOUR))
    slices = [
        rec("a", 0, 600, session_id="1"),
        rec("b", 600, 1200, session_id="1"),
        rec("c", 60 * HOUR, 61 * HOUR),
        rec("d", 110 * HOUR, 111 * HOUR, session_id="1"),
        rec("e", 0, 500, stream=OTHER),
    ]
    book = rulebook(
        curations=[curation("replays/w.md", window=window), curation("replays/m.md", "a", merge=("a", "b", "e"))]
    )

    assert members(made(slices, book)) == ["a e", "b c", "d"]


def test_a_window_without_an_app_gathers_every_stream_of_that_name():
    elsewhere = StreamKey("demo", "push2.example.com", "live")
    window = Window("demo", ms(0), ms(1000))
    pair = [rec("a", 0, 600), rec("b", 0, 600, stream=elsewhere), rec("c", 2000, 2600)]

    assert members(made(pair, rulebook(curations=[curation("replays/w.md", window=window)]))) == ["a b", "c"]
    narrowed = Window("demo", ms(0), ms(1000), app="push2.example.com")
    found = made(pair, rulebook(curations=[curation("replays/w.md", window=narrowed)]))
    assert sorted(members(found)) == ["a", "b", "c"]


def test_a_split_keeps_the_renditions_of_a_moment_together():
    """The playlist began a moment before the file that the person named."""
    slices = [
        rec("a", 0, 1800),
        rec("b", 1800, 3600),
        rec("h1", 0, 1800, fmt="hls", session_id="1"),
        rec("h2", 1799, 3600, fmt="hls", session_id="1"),
    ]

    found = made(slices, rulebook(curations=[curation("replays/s.md", "b", split_before=("b",))]))

    assert members(found) == ["a h1", "b h2"]
    told = [(reason.rule, reason.keys) for session in found for reason in session.reasons]
    assert told == [("split_end", ("h1",)), ("split", ("b",))]


def test_a_merge_joins_streams_and_beats_a_split():
    trio = [rec("a", 0, 600), rec("b", 600, 1200), rec("c", 90 * HOUR, 91 * HOUR, stream=OTHER)]
    book = rulebook(
        curations=[
            curation("replays/s.md", "b", split_before=("b",)),
            curation("replays/m.md", "a", merge=("a", "b", "c", "unknown")),
        ]
    )

    assert members(made(trio, book)) == ["a b c"]


def test_a_session_that_is_too_long_is_cut_where_a_day_begins():
    """Half-hour slices for 36 hours from noon: 12 h, then 24 h; the slice over midnight goes where most of it is."""
    slices = [rec(f"{n:02}", n * 1800 - 600, (n + 1) * 1800 - 600) for n in range(72)]

    found = made(slices)

    assert [len(session.recordings) for session in found] == [24, 48]
    assert found[0].end_ms == ms(12 * HOUR - 600)
    assert [session.day for session in found] == ["2022-01-12", "2022-01-12"]  # 23:50 is when it began
    assert {reason.rule for session in found for reason in session.reasons} == {"max_length"}


@pytest.mark.parametrize(("hours", "count"), [(24, 1), (24.5, 2)])
def test_a_session_as_long_as_the_limit_stays_whole(hours, count):
    slices = [rec(f"{n:02}", n * 1800, (n + 1) * 1800) for n in range(round(hours * 2))]

    assert len(made(slices)) == count
    assert len(made(slices, rulebook(max_length=0))) == 1


def test_what_a_person_merged_is_not_cut_apart():
    slices = [rec(f"{n:02}", n * 3600, (n + 1) * 3600) for n in range(36)]
    book = rulebook(curations=[curation("replays/m.md", "11", merge=("11", "12"))])

    assert len(made(slices, book)) == 1


def test_a_day_that_begins_at_four_is_cut_at_four():
    slices = [rec(f"{n:02}", n * 3600, (n + 1) * 3600) for n in range(36)]

    found = made(slices, rulebook(day_starts_at_minutes=240))

    assert [len(session.recordings) for session in found] == [16, 20]


def test_a_stream_that_changed_hands_is_two_sessions():
    vjs = [
        Vj("alice", "Alice", streams=(StreamClaim("demo", until_ms=ms(600)),)),
        Vj("bob", "Bob", streams=(StreamClaim("demo", from_ms=ms(600)),)),
    ]

    found = made([rec("a", 0, 601), rec("b", 601, 1200)], rulebook(vjs=vjs))

    assert [(session.vj, *session.recordings) for session in found] == [("alice", "a"), ("bob", "b")]


def test_gap_limits_come_from_the_stream_then_the_broadcaster_then_the_site():
    vjs = [
        Vj("alice", "Alice", streams=(StreamClaim("demo"), StreamClaim("other", gap_ms=900_000)), gap_ms=60_000),
    ]
    third = StreamKey("third", "push.example.com", "live")
    pairs = [
        rec(f"{stream.stream_id}{n}", n * 900, n * 900 + 600, stream=stream)
        for stream in (DEMO, OTHER, third)
        for n in range(2)
    ]

    found = made(pairs, rulebook(vjs=vjs))

    assert sorted(members(found)) == ["demo0", "demo1", "other0 other1", "third0 third1"]
    assert {session.stream.stream_id: session.max_gap_ms for session in found} == {
        "demo": 60_000,
        "other": 900_000,
        "third": 300_000,
    }


@pytest.mark.parametrize(
    ("length", "shown"),
    [(59.999, False), (60, True), (None, True)],
)
def test_sessions_that_are_too_short_are_left_out(length, shown):
    """A length that is unknown is not short; a deleted file still counts, so that an address does not go."""
    one = rec("a", 0, 60, length=length, told=9999 if length is None else None, status="deleted")

    found = made([one], rulebook(min_length=60))

    assert members(found) == (["a"] if shown else [])


def test_noon_is_noon():
    assert NOON == 1_641_988_800
