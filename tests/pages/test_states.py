"""Honest states: what a page says of lengths nobody knows, of media that does not play, of streams."""

import json
import re

import msgspec
import pytest

from builder.model import Part, Rendition, StreamKey, Track
from builder.pages import cards
from tests.pages.support import HOUR, LIN, MINUTE, T0, build, render, rich, session, site, track

PHONE = "13800000000"


def unknown(key, **more):
    """A broadcast whose records tell an end and no length."""
    values = {"minutes": 0, "duration_ms": None, "flags": ("bad_times",)} | more
    return session(key, **values)


def with_part(one, **changes):
    (track,) = one.tracks
    part = msgspec.structs.replace(track.parts[0], **changes)
    return msgspec.structs.replace(one, tracks=(msgspec.structs.replace(track, parts=(part,)),))


def test_no_page_says_that_an_unknown_length_is_nothing():
    """Not "0 s", not "0 hours": it reads as unknown, or is left out."""
    made = site([unknown("a", tags=("piano",)), unknown("b", vj="lin", start_ms=T0 + HOUR)], vjs=[LIN])

    pages = build(made)

    for path, text in pages.items():
        plain = text.replace("-0 s", "")
        for words in ("0 s<", '0 s"', "0 s.", "0 s,", ", 0 s", "0 hours", " 0 秒", "0 小时"):
            assert words not in plain, (path, words)
    assert 'aria-label="13 January, 2 broadcasts, length unknown"' in pages["/replays/2022/01/"]
    assert "时长未知" in pages["/zh/replays/2022/"]
    assert "length unknown" in pages["/replays/2022/01/13/"]


@pytest.mark.parametrize(
    ("flags", "badge", "sentence"),
    [
        (("unplayable",), "Not playable any more", "Nothing of this broadcast can be played any more."),
        (("archived", "unplayable"), "In the archive", "The provider has put this broadcast into its archive"),
        (("no_address", "unplayable"), "Not playable yet", "The records of this broadcast name no address yet"),
    ],
)
def test_a_broadcast_that_does_not_play_says_why(flags, badge, sentence):
    """On its card and in place of the player."""
    one = with_part(session("a", flags=flags), url="")
    made = site([one])

    assert f"<li>{badge}</li>" in render(made, "day", "2022-01-13")
    assert sentence in render(made, "watch", one.id)
    assert f"<li>{badge}</li>" in render(made, "watch", one.id)


@pytest.mark.parametrize(
    ("base", "url", "says"),
    [
        ("https://replays.example.com/", "http://media.example.com/a.mp4", True),
        ("https://replays.example.com/", "https://media.example.com/a.mp4", False),
        ("https://replays.example.com/", "/static/a.mp4", False),
        ("http://replays.example.com/", "http://media.example.com/a.mp4", False),
    ],
)
def test_media_without_encryption_is_flagged_on_a_site_with_it(base, url, says):
    """A browser may refuse it there; the facts say what to do."""
    one = with_part(session("a"), url=url)
    text = render(site([one], base_url=base), "watch", one.id)

    assert ("<li>Without encryption</li>" in text) is says
    assert ("a file has an address without encryption" in text) is says


def test_one_version_with_encryption_is_enough_for_no_badge():
    """The facts still tell."""
    part = Part(key="f", start_ms=T0, end_ms=T0 + HOUR, duration_ms=HOUR, url="http://media.example.com/a.flv")
    one = session("a")
    one = msgspec.structs.replace(one, tracks=(*one.tracks, Track(format="flv", parts=(part,), coverage_ms=HOUR)))
    text = render(site([one]), "watch", one.id)

    assert "Without encryption" not in text
    assert "a file has an address without encryption" in text


def test_stream_ids_show_only_where_they_are_public():
    """Off by default, and then in no byte of any page; on, the watch page and the VJ's say them. Addresses stay."""
    stream = StreamKey(PHONE, "push.example.com", "live")
    sessions = [rich(stream=stream), session("a", vj="s-0123456789abcdef", stream=stream, start_ms=T0 + 300 * MINUTE)]

    private = build(site(sessions, vjs=[LIN]))
    public = build(site(sessions, vjs=[LIN], public_stream_ids=True))

    assert [path for path, text in private.items() if PHONE in text or "push.example.com" in text] == []
    shown = {path for path, text in public.items() if PHONE in text}
    assert shown == {
        *(f"{tree}/replays/{one.id}/" for tree in ("", "/zh") for one in sessions),
        *(f"{tree}/vj/{one.vj}/" for tree in ("", "/zh") for one in sessions),
    }
    assert private.keys() == public.keys()
    assert not any("push.example.com" in text for text in public.values())
    assert json.dumps(PHONE) not in public[f"/replays/{sessions[0].id}/"]


TRANSCODE = Rendition("https://1250000000.vod2.myqcloud.com/t.mp4", "mp4", height=720)


def of_flv(*renditions, form="flv"):
    """A broadcast recorded in a format that phones do not play, in as many parts as there are lists of transcodes."""
    spans = [(at * 600, at * 600 + 600) for at in range(len(renditions))]
    made = track(form, spans, primary=True)
    parts = [
        msgspec.structs.replace(part, renditions=list_) for part, list_ in zip(made.parts, renditions, strict=True)
    ]
    return session("a", minutes=10 * len(parts), tracks=(msgspec.structs.replace(made, parts=tuple(parts)),))


def shown(one):
    text = render(site([one]), "watch", one.id)
    data = json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', text)[1])
    (row,) = re.findall(r"<p>([^<]*(?:phones|desktop)[^<]*)", text.partition('class="versions"')[2])
    return text, data, row


@pytest.mark.parametrize("form", ["flv", "other"])
def test_a_transcode_for_phones_goes_before_an_original_that_only_desktops_play(form):
    one = of_flv((TRANSCODE,), (TRANSCODE,), form=form)

    text, data, row = shown(one)

    assert "No phone playback" not in text + render(site([one]), "day", "2022-01-13")
    assert "phones" in row
    (played,) = data["tracks"]
    original = one.tracks[0].parts[0].url
    assert played["format"] == "mp4"
    assert [played["parts"][0]["url"], *(each["url"] for each in played["parts"][0]["renditions"])] == [
        TRANSCODE.url,
        original,
    ]
    assert text.index(f'<source src="{TRANSCODE.url}"') > 0
    assert ("mpegts" in data["engines"]) == (form == "flv")
    assert f'href="{original}"' in text, "what was recorded can still be fetched"


def test_one_part_without_a_transcode_leaves_the_version_to_desktops():
    one = of_flv((TRANSCODE,), ())

    text, data, row = shown(one)

    assert "No phone playback" in text
    assert "desktop" in row
    assert data["tracks"][0]["format"] == "flv"
    assert data["tracks"][0]["parts"][0]["url"] == one.tracks[0].parts[0].url


@pytest.mark.parametrize(("original", "transcode", "flagged"), [("http", "https", False), ("https", "http", True)])
def test_encryption_is_asked_of_what_is_played(original, transcode, flagged):
    one = of_flv((msgspec.structs.replace(TRANSCODE, url=f"{transcode}://1250000000.vod2.myqcloud.com/t.mp4"),))
    one = with_part(one, url=f"{original}://1250000000.vod2.myqcloud.com/a.flv")

    assert cards.any_insecure(site([one]), one) is flagged
