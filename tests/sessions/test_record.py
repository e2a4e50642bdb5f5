"""The object of `sessions --json`, by hand from the contract; and the explanation in words."""

from __future__ import annotations

import json

import pytest

from builder.addresses import load_zone
from builder.explain import explain
from builder.model import Recording, StreamClaim, StreamKey, Vj
from builder.sessions import session_line
from builder.wording import count, length_words
from tests.sessions.making import curation, made, ms, rec, rulebook


def test_the_vendors_sample_is_the_object_of_the_contract():
    """Told times 153.302 s apart, told length 154 s: content starts 154 s before the end."""
    stream = StreamKey("stream_test", "push.example.com", "live")
    sample = Recording(
        "5285890794580000000", stream, "hls", 1_642_089_598_618, 1_642_089_598_618, "5285890794580000000",
        start_ms=1_642_089_445_316, duration_ms=154_000, size_bytes=277_941_079, url="http://media.example.com/playlist.m3u8",
    )  # fmt: skip
    (session,) = made([sample], rulebook(vjs=[Vj("alice", "Alice", streams=(StreamClaim("stream_test"),))]))

    assert json.dumps(json.loads(session_line(session))) == (
        f'{{"id": "{session.id}", "url": "/replays/{session.id}/", "vj": "alice", "title": "",'
        ' "start": "2022-01-13T15:57:24.618Z", "end": "2022-01-13T15:59:58.618Z", "duration": 154.0, "gaps": [],'
        ' "flags": [], "visibility": "public", "hidden": false, "aliases": [], "others": [],'
        ' "tracks": [{"format": "hls", "primary": true, "parts": [{"file_id": "5285890794580000000",'
        ' "start": "2022-01-13T15:57:24.618Z", "end": "2022-01-13T15:59:58.618Z", "duration": 154.0,'
        ' "size": 277941079, "url": "https://media.example.com/playlist.m3u8"}]}]}'
    )
    assert session.id.startswith("2022/01/13/")


def test_the_inverted_sample_is_a_point_at_its_end():
    """The most copied sample: it starts 10020 s after it ends and tells no length."""
    sample = Recording(
        "9192487266581821586", StreamKey("2121_15919131751"), "flv", 1_473_125_627_000, 1_473_125_633_000,
        "9192487266581821586", start_ms=1_473_135_647_000, size_bytes=9_749_353, url="http://media.example.com/f0.flv",
    )  # fmt: skip
    (session,) = made([sample])

    found = json.loads(session_line(session))

    assert (found["start"], found["end"]) == ("2016-09-06T01:33:47.000Z", "2016-09-06T01:33:47.000Z")
    assert (found["duration"], found["flags"], found["gaps"]) == (None, ["bad_times"], [])
    assert found["tracks"][0]["parts"][0]["duration"] is None


@pytest.mark.parametrize("point", ["b", "d"])
def test_parts_that_begin_together_come_by_id(point):
    """Whatever their ends: `start`, then `file_id` is the order that readers may rely on."""
    parts = [rec("c", 0, 51), rec(point, -60, 0, length=None, told=60), rec("a", 51, 60)]

    (session,) = made(parts)
    found = json.loads(session_line(session))

    assert [part["file_id"] for part in found["tracks"][0]["parts"]] == [*sorted(["c", point]), "a"]


def test_gaps_others_and_thousandths_are_told():
    parts = [rec("a", 0, 600.25), rec("b", 700.125, 1200), rec("c", 0, 590, host="elsewhere.example.net")]

    (session,) = made(parts)
    found = json.loads(session_line(session))

    assert found["duration"] == 1100.125
    assert found["gaps"] == [["2022-01-12T12:10:00.250Z", "2022-01-12T12:11:40.125Z"]]
    assert found["others"] == [{"file_id": "c", "why": "duplicate"}]


def test_a_part_that_cannot_be_played_has_no_url():
    (session,) = made([rec("a", 0, 600, host="elsewhere.example.net")])

    assert json.loads(session_line(session))["tracks"][0]["parts"][0]["url"] is None


@pytest.mark.parametrize(
    ("visibility", "status", "hidden"),
    [
        ("public", "", False),
        ("unlisted", "", False),
        ("draft", "", True),
        ("hidden", "", True),
        ("public", "deleted", True),
    ],
)
def test_hidden_says_whether_visitors_see_it(visibility, status, hidden):
    book = rulebook(curations=[curation("replays/a.md", "a", visibility=visibility)])
    (session,) = made([rec("a", 0, 600, status=status)], book)

    found = json.loads(session_line(session))
    assert (found["visibility"], found["hidden"]) == (visibility, hidden)


STORY = [
    rec("a", 0, 1800),
    rec("b", 1800, 3600, told=1700),
    rec("c", 4800, 6000, session_id="s", task_id="t"),
    rec("d", 3000, 3600, session_id="s", fmt="flv"),
    rec("e", 0, 1795, status="deleted"),
    rec("f", 1800, 3590),
]


def test_an_explanation_for_visitors_names_no_stream_and_no_file():
    (session,) = made(STORY, notices={"a": 2})

    assert explain(session) == [
        "made from 6 files and 7 notifications; recorded 1 h 20 m of 1 h 40 m on air",
        "plays first: mp4, 3 parts, covers 1 h 20 m",
        "also there: flv, 1 part, covers 10 m",
        "gap: 20 m not recorded, 2022-01-12T13:00:00.000Z to 2022-01-12T13:20:00.000Z",
        "rule: files at most 5 m apart are one session",
        "rule: the provider gave both sides of a long hole one recording session",
        "repair: the told length differs from the told times by more than a minute; the length is trusted",
        "set aside: 1 file, deleted at the provider",
        "set aside: 1 file, shows the same time as another file of its format",
    ]


def test_an_explanation_for_the_operator_names_everything():
    (session,) = made(STORY)

    lines = explain(session, STORY, zone=load_zone("Asia/Shanghai"), private=True)

    assert "stream push.example.com/live/demo" in lines
    assert f"address from the file announced first, {session.anchor}" in lines
    assert (
        "  b, 2022-01-12 20:30:00 to 2022-01-12 21:00:00, 30 m, announced 2022-01-12 21:00:00, time_mismatch" in lines
    )
    assert "rule: the provider gave both sides of a long hole one recording session (d, c)" in lines
    assert "set aside: e, deleted at the provider" in lines


def test_an_explanation_says_why_a_page_shows_nothing():
    (session,) = made([rec("a", 0, 600, told=900, length=None, status="forbidden")])

    assert explain(session) == [
        "made from 1 file and 1 notification; how long it is was not told",
        "the provider blocked it; the page says only that",
        "set aside: 1 file, blocked by the provider",
    ]


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0, "0 s"), (400, "0.4 s"), (59_999, "59 s"), (60_000, "1 m"), (160_000, "2 m 40 s"), (600_000, "10 m"),
     (3_600_000, "1 h"), (12_360_000, "3 h 26 m")],
)  # fmt: skip
def test_lengths_are_words(milliseconds, words):
    assert length_words(milliseconds) == words


def test_counts_agree_with_their_nouns():
    assert [count(1, "file"), count(2, "file"), count(2, "address", "addresses")] == [
        "1 file",
        "2 files",
        "2 addresses",
    ]
    assert ms(0) == 1_641_988_800_000
