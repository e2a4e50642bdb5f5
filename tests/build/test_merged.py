"""Streams that a person brings together: what shows the same time is another view, never a repetition."""

import json

import pytest

from tests.build.sites import TestSite, callback

MAIN, AUX = (f"52{number:017d}" for number in (1, 2))


@pytest.fixture
def site(tmp_path):
    made = TestSite(tmp_path)
    made.append("a.jsonl", callback("room_main", 1, 0, 600) + callback("room_aux", 2, 20, 580))
    made.append("a.jsonl", callback("room_main", 3, 5000, 600))
    return made


def curate(site, *merged):
    site.write("replays/room.md", f"---\nrecordings: ['{MAIN}']\nmerge: {json.dumps(merged)}\n---\n")


def tracks(site, capsys):
    (session, *_) = site.sessions(capsys)
    found = [(track["primary"], [part["file_id"] for part in track["parts"]]) for track in session["tracks"]]
    return found, session["others"]


def test_another_stream_at_the_same_time_is_another_version(site, capsys):
    """Both pictures are on the page, told apart in words, and `explain` says which stream each of them is."""
    curate(site, AUX)

    site.build()

    assert tracks(site, capsys) == ([(True, [MAIN]), (False, [AUX])], [])
    english, chinese = (text.decode() for path, text in sorted(site.tree().items()) if b"/a/2/f0.mp4" in text)
    assert "<p>mp4 · view 2 · plays on phones · 580 KB</p>" in english
    assert "<p>mp4 · 画面 2 · 手机可播放 · 580 KB</p>" in chinese
    said = site.ask(capsys, "explain", AUX)
    assert "stream push.example.com/live/room_aux" in said
    at = said.index("also there: mp4, view 2, 1 part, covers 9 m 40 s")
    assert said[at + 1] == "  stream push.example.com/live/room_aux"


def test_streams_that_follow_each_other_are_one_track(tmp_path, capsys):
    """A broadcaster that goes on under another name is one picture, as before."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("first", 1, 0, 600) + callback("second", 2, 590, 600))
    curate(site, AUX)

    assert tracks(site, capsys) == ([(True, [MAIN, AUX])], [])


def test_views_are_told_apart_by_the_time_of_whole_streams(site, capsys):
    """A screen that was shared while the camera began anew overlaps neither of its files nearly, and all of them."""
    site.append("a.jsonl", callback("room_main", 4, 600, 600) + callback("screen", 5, 300, 620))
    curate(site, f"52{5:017d}", AUX)

    found, others = tracks(site, capsys)

    assert (found[0], others) == ((True, [MAIN, f"52{4:017d}"]), [])
    assert sorted(files for _, files in found[1:]) == [[AUX], [f"52{5:017d}"]]


def test_a_grown_playlist_of_another_stream_is_kept(tmp_path, capsys):
    """One told start and a later end mean one playlist only where the stream is one too."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("first", 1, 0, 100, form="hls"))
    site.append("a.jsonl", callback("second", 2, 0, 700, form="hls", duration=590))
    curate(site, AUX)

    found, others = tracks(site, capsys)

    assert (sorted(key for _, files in found for key in files), others) == ([MAIN, AUX], [])


def test_where_streams_of_one_view_meet_a_track_plays_one_of_them(tmp_path, capsys):
    """Ten minutes that both recorded, at the end of the one and the beginning of the other, are on the track once."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("cam", 1, 0, 3600) + callback("cam", 2, 3600, 600))
    site.append("a.jsonl", callback("cam2", 3, 3600, 600) + callback("cam2", 4, 4200, 7200))
    curate(site, *(f"52{number:017d}" for number in (2, 3, 4)))

    found, others = tracks(site, capsys)

    assert found == [(True, [f"52{number:017d}" for number in (1, 2, 4)])]
    assert [other["file_id"] for other in others] == [f"52{3:017d}"]
