"""A second engine: Firefox plays and seeks every format, over a seam and over a gap."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.marionette import Firefox
from tests.player import pages
from tests.player.server import Host
from tests.player.site import make_clips, serving

STATE = """
const element = document.querySelector("aftercast-player"), player = element?.player, deck = player?.deck;
const video = deck?.video ?? {};
const state = {state: deck?.state, t: deck?.time, paused: video.paused, at: video.currentTime, error: video.error?.message};
"""
TELL = STATE + "return JSON.stringify([state, document.querySelector('.hollow:not([hidden])')?.textContent]);"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Two touching parts and one after a gap, in every format, and the player."""
    host = serving(make_clips(tmp_path_factory.mktemp("clips")))
    yield host
    host.close()


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    firefox = Firefox(tmp_path_factory.mktemp("firefox") / "profile")
    yield firefox
    firefox.close()


def until_playing(firefox: Firefox, first: float, last: float) -> None:
    script = (
        STATE + "return state.state === 'on' && !state.paused && state.t >= arguments[0] && state.t < arguments[1];"
    )
    firefox.until(script, first, last, hint=TELL)


def seek(firefox: Firefox, second: float) -> None:
    firefox.run("document.querySelector('aftercast-player').player.do('seek', arguments[0]);", second)


@pytest.mark.parametrize("form", ["mp4", "hls", "flv", "aac"])
def test_firefox_plays_crosses_a_seam_and_seeks(firefox: Firefox, host: Host, form: str) -> None:
    host.heal()
    host.texts["/watch/"] = pages.page(pages.evening(form))
    firefox.open(f"{host.url}/assets/site.css")  # any page of this origin
    firefox.run(
        "localStorage.setItem('aftercast:ways', JSON.stringify({muted: true}));"
    )  # Firefox fails where no sound card is
    firefox.open(f"{host.url}/watch/")
    firefox.until("return document.querySelector('aftercast-player.ready') !== null;")

    firefox.click(".play")

    until_playing(firefox, 0.1, 6)
    seek(firefox, 4.8)
    until_playing(firefox, 6.1, 12)  # over the seam
    seek(firefox, 2)
    until_playing(firefox, 2, 6)  # back over it
    seek(firefox, 75)
    until_playing(firefox, 75, 80)  # over the gap
    seek(firefox, 8)
    until_playing(firefox, 8, 12)
    seek(firefox, 79)
    firefox.until(STATE + "return state.state === 'over';", hint=TELL)
    used = {name for name in ("hls.mjs", "mpegts.js") if name in host.asked}
    assert used == {"hls": {"hls.mjs"}, "flv": {"mpegts.js"}}.get(form, set())


def test_without_a_sound_output_sound_goes_on_and_a_sentence_says_why_it_is_not_heard(
    firefox: Firefox, host: Host
) -> None:
    host.heal()
    host.texts["/watch/"] = pages.page(pages.evening("aac"))
    firefox.open(f"{host.url}/assets/site.css")
    firefox.run("localStorage.clear();")
    firefox.open(f"{host.url}/watch/")
    firefox.until("return document.querySelector('aftercast-player.ready') !== null;")

    firefox.click(".play")

    firefox.until(
        "return document.querySelector('.notice[role=status]').textContent.startsWith('The browser finds no sound output');"
    )
    until_playing(firefox, 0.5, 6)
    seek(firefox, 8)
    until_playing(firefox, 8, 12)
