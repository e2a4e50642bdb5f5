"""Every format through the engine that plays it: plays, crosses parts, seeks both ways over a seam and a gap, ends."""

from __future__ import annotations

import pytest

from tests.player.conftest import Watch, measured
from tests.player.pages import evening

SEAM_LIMIT_MS = 2000  # loose: a shared machine may stop for a while; the figures are printed


def walk(watch: Watch, *, has_picture: bool = True) -> None:
    """Play, cross a seam, seek back and forth over seam and gap, and reach the end."""
    watch.page.click(".play")
    watch.until_playing(0.1, 6)
    watch.seek(4.6)
    watch.until_playing(6.1, 12)
    watch.seek(2)
    watch.until_playing(2, 6)
    watch.seek(75)
    watch.until_playing(75, 80)
    if has_picture:
        assert watch.lag() < 1
    watch.seek(8)
    watch.until_playing(8, 12)
    if has_picture:
        assert watch.lag() < 1
    watch.seek(78.8)
    watch.until("deck.state === 'over'")


@pytest.mark.parametrize("form", ["mp4", "hls", "flv", "aac"])
def test_each_format_plays_crosses_seeks_and_ends(watch: Watch, form: str) -> None:
    watch.open(evening(form))

    walk(watch, has_picture=form != "aac")

    asked = set(watch.site.asked)
    assert ("hls.mjs" in asked, "mpegts.js" in asked) == (form == "hls", form == "flv")
    seams = watch.page.evaluate("seams")
    assert seams
    assert max(seams) < SEAM_LIMIT_MS
    measured(f"{form}: ended to playing across a seam", seams)


def test_hls_without_cors_is_given_to_the_browser_itself(watch: Watch) -> None:
    watch.far.has_cors = False
    watch.open(evening("hls", base=f"{watch.far.url}/media/"))

    watch.start()

    watch.until_playing(0.3, 6)
    assert watch.look("video.src").endswith("/p1.m3u8")
    watch.seek(4.6)
    watch.until_playing(6.1, 12)
    watch.seek(3)
    watch.until_playing(3, 6)


def test_another_origin_with_cors_plays_by_the_engines(watch: Watch) -> None:
    watch.open(evening("flv", base=f"{watch.far.url}/media/"))

    watch.start()

    watch.until_playing(0.3, 6)
    assert watch.look("video.src").startswith("blob:")


def test_sound_alone_has_the_same_bar_and_no_picture(watch: Watch) -> None:
    watch.open(evening("aac"))

    assert watch.page.is_visible(".player.audio .deck .bar")
    assert not watch.page.is_visible("video")
    assert watch.page.locator("button[aria-label='Picture in picture']").count() == 0
    assert watch.page.text_content(".readout small") == "Opening · 20:34:54 · part 1 of 3"
    watch.page.click(".play")
    watch.until_playing(0.2, 6)


def test_nothing_is_loaded_before_play_and_play_begins_at_the_start(watch: Watch) -> None:
    watch.open(evening())
    assert watch.site.media_asked() == []
    assert not any(name in watch.site.asked for name in ("live.js", "deck.js", "hls.mjs"))

    watch.start()

    watch.until_playing(0.2, 3)
    assert watch.page.get_attribute(".play", "aria-label") == "Pause"
    assert watch.lag() < 1


def test_a_seam_and_a_gap_are_crossed_and_the_broadcast_ends(watch: Watch) -> None:
    watch.open(evening())
    watch.start()
    watch.until_playing(0.2, 6)

    watch.seek(5)
    watch.until_playing(6.3, 12)
    assert watch.lag() < 1
    watch.seek(11)
    watch.until("t >= 72 && deck.state === 'on'")
    assert watch.notice == "Lost 1 m, 20:35:06 to 20:36:06: stepped over"
    watch.seek(79)

    watch.until("deck.state === 'over'")
    assert watch.page.text_content(".hollow p") == "The broadcast ends here"
    assert watch.clock == "0:01:20"
