"""Tracks: formats, coverage, duplicates, what plays first."""

from __future__ import annotations

import pytest

from builder.model import Rendition
from tests.sessions.making import made, rec, rulebook


def shape(session):
    """Return the tracks as texts: ["hls: h", "mp4: a b"]."""
    return [f"{track.format}: {' '.join(part.key for part in track.parts)}" for track in session.tracks]


def only(recordings, **more):
    (session,) = made(recordings, **more)
    return session


SLICES = [rec(f"m{n}", n * 1800, (n + 1) * 1800) for n in range(4)]


def test_one_playlist_equals_four_slices_and_plays_first():
    session = only([*SLICES, rec("h", 0, 7201, fmt="hls")])

    assert shape(session) == ["hls: h", "mp4: m0 m1 m2 m3"]
    assert [track.primary for track in session.tracks] == [True, False]
    assert session.duration_ms == 7_201_000
    assert session.others == ()


def test_a_rendition_of_one_file_lets_no_other_playlists_play_first():
    """MP4 has fewer files than the playlists that would play; with more than these it comes after them."""
    lists = [rec("h0", 0, 1000, fmt="hls"), rec("h1", 1000, 2000, fmt="hls"), rec("h2", 2000, 3600, fmt="hls")]
    small = rec("s", 30, 3600, fmt="hls", bps=800, resolution="640x360")

    assert shape(only([*SLICES[:2], *lists, small])) == ["mp4: m0 m1", "hls: h0 h1 h2", "hls: s"]
    assert shape(only([rec(f"m{n}", n * 900, (n + 1) * 900) for n in range(4)] + [*lists, small]))[0] == "hls: h0 h1 h2"


def test_one_file_each_plays_as_mp4():
    trio = [rec("m", 0, 600), rec("h", 0, 601, fmt="hls"), rec("f", 0, 599, fmt="flv")]

    assert shape(only(trio)) == ["mp4: m", "flv: f", "hls: h"]


@pytest.mark.parametrize(("hls_end", "first"), [(6840, "hls"), (6839, "mp4")])
def test_a_track_needs_nearly_all_of_the_best_coverage(hls_end, first):
    """95 % of 7200 s are 6840 s."""
    assert only([*SLICES, rec("h", 0, hls_end, fmt="hls")]).tracks[0].format == first


@pytest.mark.parametrize(
    ("others", "first"), [(("flv", "aac"), "flv"), (("aac", "mp3"), "aac"), (("dash", "flv"), "flv")]
)
def test_formats_are_preferred_in_order(others, first):
    assert only([rec(fmt, 0, 600, fmt=fmt) for fmt in others]).tracks[0].format == first


def test_tasks_never_separate_tracks():
    assert shape(only([rec("a", 0, 600, task_id="1"), rec("b", 600, 1200, task_id="2")])) == ["mp4: a b"]


@pytest.mark.parametrize(
    ("start", "end", "others"),
    [
        (0, 600, ["b"]),  # equal: the lower id stays
        (0, 601, ["a"]),  # the longer stays
        (121, 720, []),  # 479 of 599 s, just under 80 %
        (119, 719, ["b"]),  # 481 of 600 s
        (120, 720, []),  # 80 % exactly is not more than 80 %
        (300, 302, ["b"]),
        (600, 1200, []),
    ],
)
def test_near_equal_recordings_are_shown_once(start, end, others):
    session = only([rec("a", 0, 600), rec("b", start, end)])

    assert [other.key for other in session.others] == others
    assert {other.why for other in session.others} <= {"duplicate"}


def test_the_lower_file_id_is_lower_as_a_number():
    session = only([rec("10", 0, 600), rec("9", 0, 600)])

    assert shape(session) == ["mp4: 9"]


def test_a_point_is_never_a_duplicate():
    session = only([rec("a", 0, 600), rec("b", 0, 300, told=900, length=None)])

    assert shape(session) == ["mp4: a b"]
    assert session.flags == ("bad_times",)
    assert session.gaps == ()
    assert session.duration_ms == 600_000


def test_a_growing_playlist_replaces_its_earlier_states():
    """Interruptions do not count in its length, so that the intervals by length need not even overlap."""
    states = [
        rec("h1", 0, 600, fmt="hls"),
        rec("h2", 900, 1500, fmt="hls", told=0, length=1200),
        rec("h3", 1800, 3900, fmt="hls", told=0, length=1800),
    ]

    session = only(states)

    assert shape(session) == ["hls: h3"]
    assert [(other.key, other.why) for other in session.others] == [("h1", "superseded"), ("h2", "superseded")]


def test_playlists_of_different_tasks_do_not_replace_each_other():
    pair = [rec("h1", 0, 600, fmt="hls", task_id="1"), rec("h2", 700, 1500, fmt="hls", told=0, task_id="2")]

    assert shape(only(pair)) == ["hls: h1 h2"]


@pytest.mark.parametrize(
    "other", ["http://media.example.com", "https://media.example.com", "https://media.example.com:443"]
)
def test_of_files_under_one_url_only_the_newest_is_real(other):
    """One file is told over both schemes, and with their ports."""
    url = "http://media.example.com/live.mp4"
    pair = [rec("1250000000_a", 0, 600, url=url), rec("1250000000_b", 86_400, 87_000, url=f"{other}/live.mp4")]

    old, new = made(pair)

    assert (old.tombstone, [other.why for other in old.others], old.tracks) == ("deleted", ["overwritten"], ())
    assert (new.tombstone, shape(new)) == ("", ["mp4: 1250000000_b"])
    assert shape(only([rec("1", 0, 600, url=url), rec("2", 600, 1200, url=f"{other}/live.mp4")])) == ["mp4: 2"]


def test_files_on_other_ports_are_others():
    url = "http://media.example.com:{}/live.mp4"
    pair = [rec(f"1250000000_{port}", port, port + 600, url=url.format(port)) for port in (8080, 443)]

    assert {session.tombstone for session in made(pair)} == {""}


def test_a_turned_phone_stays_one_track():
    session = only([rec("a", 0, 600, resolution="640x480"), rec("b", 600, 1200, resolution="480x640")])

    assert shape(session) == ["mp4: a b"]
    assert session.tracks[0].resolution == ""


def test_two_resolutions_of_one_time_are_two_tracks():
    pair = [rec("a", 0, 600, resolution="640x480"), rec("b", 0, 600, resolution="1280x720"), rec("c", 600, 1200)]
    session = only([*pair, rec("d", 600, 1200, resolution="1280x720")])

    assert shape(session) == ["mp4: b c", "mp4: a"]
    assert [track.resolution for track in session.tracks] == ["", "640x480"]
    assert [other.key for other in session.others] == ["d"]


def test_a_recorded_transcode_is_a_track_and_the_original_plays_first():
    session = only([rec("a", 0, 600, bps=800), rec("b", 0, 600)])

    assert [(track.bps, track.primary) for track in session.tracks] == [(0, True), (800, False)]


def test_what_cannot_be_played_does_not_play_first():
    pair = [rec("a", 0, 600, host="elsewhere.example.net"), rec("f", 0, 300, fmt="flv")]
    session = only(pair)

    assert shape(session) == ["flv: f", "mp4: a"]
    assert session.tracks[1].parts[0].url == ""
    assert session.end_ms - session.start_ms == 600_000


@pytest.mark.parametrize("how", [{"fmt": "dash"}, {"flags": ("archived",)}, {"url": ""}])
def test_a_session_that_nothing_plays_says_so(how):
    session = only([rec("a", 0, 600, **how)])

    assert "unplayable" in session.flags
    assert session.tombstone == ""
    assert session.tracks[0].parts[0].url == ""


def test_a_protected_transcode_does_not_keep_the_original_from_playing():
    """The flag tells of the one that was left out."""
    session = only([rec("a", 0, 600, flags=("drm",))])

    assert session.flags == ("drm",)
    assert session.tracks[0].parts[0].url


def test_a_transcode_steps_in_for_an_original_that_does_not_play():
    renditions = (
        Rendition("http://media.example.com/t.m3u8", "hls", height=720),
        Rendition("http://media.example.com/t.mp4", "mp4", height=480),
        Rendition("http://media.example.com/big.mp4", "mp4", height=720),
        Rendition("http://media.example.com/t.mpd", "dash"),
        Rendition("http://elsewhere.example.net/t.mp4", "mp4"),
    )
    dash = only([rec("d", 0, 600, fmt="dash", renditions=renditions)])
    flv = only([rec("f", 0, 600, fmt="flv", renditions=renditions)])

    assert shape(dash) == ["mp4: d"]
    assert dash.tracks[0].parts[0].url == "https://media.example.com/big.mp4"
    assert [r.url[-6:] for r in dash.tracks[0].parts[0].renditions] == ["/t.mp4", "t.m3u8"]
    assert flv.tracks[0].parts[0].url == "https://media.example.com/f.flv"
    assert len(flv.tracks[0].parts[0].renditions) == 3


@pytest.mark.parametrize(("hole", "gaps"), [(9.999, 0), (10, 1), (-5, 0), (200, 1)])
def test_a_hole_of_ten_seconds_is_a_gap(hole, gaps):
    session = only([rec("a", 0, 600), rec("b", 600 + hole, 1200 + hole)])

    assert len(session.gaps) == gaps
    assert session.duration_ms == round((1200 + min(hole, 0)) * 1000)
    if gaps:
        assert session.gaps == ((session.start_ms + 600_000, session.start_ms + round((600 + hole) * 1000)),)


def test_gaps_are_those_of_the_track_that_plays_first():
    session = only([rec("a", 0, 600), rec("b", 700, 1300), rec("h", 0, 1300, fmt="hls")])

    assert session.tracks[0].format == "hls"
    assert session.gaps == ()


def test_every_other_pair_of_an_hour_of_slices_is_found_quickly():
    """Two recorders, a template and a task, over a day: half of the files are set aside."""
    slices = [rec(f"{n:03}{who}", n * 1800 + who * 3, (n + 1) * 1800 + who * 3) for n in range(40) for who in range(2)]

    session = only(slices, book=rulebook())

    assert len(session.others) == 40
    assert len(session.tracks[0].parts) == 40
