"""What the player leaves alone: the page's own keys, a place saved earlier, the focus, words that still hold."""

from __future__ import annotations

import json

from playwright.sync_api import Browser

from tests.player.conftest import Watch
from tests.player.pages import START_MS, TAG, evening, replay, track
from tests.player.server import Host

FOCUS = "document.activeElement.className || document.activeElement.localName"
SEEN = "getComputedStyle(document.querySelector('.controls')).opacity"
TOLD = "getComputedStyle(document.querySelector('.player .notice')).opacity"


def remember(watch: Watch, places: dict[str, object]) -> None:
    watch.page.goto(f"{watch.site.url}/poster.svg")
    watch.page.evaluate("(text) => localStorage.setItem('aftercast:places', text)", json.dumps(places))


def place(watch: Watch) -> int:
    """The second remembered of the broadcast."""
    return watch.page.evaluate(f"JSON.parse(localStorage.getItem('aftercast:places'))['{TAG}']?.t")


def test_the_pages_own_keys_scroll_it_while_the_broadcast_plays(watch: Watch) -> None:
    watch.open(evening(), more="<p>and so on</p>" * 80)
    watch.press("k")
    watch.until_playing(0.1, 6)

    for key in ("End", "Home", "PageDown"):
        watch.press(key)

    watch.until("scrollY > 0")
    assert watch.time < 10
    watch.page.focus(".bar")
    watch.press("PageUp")
    watch.until("t > 60")


def test_a_selection_grows_by_the_keyboard(watch: Watch) -> None:
    watch.open(evening())
    watch.press("k", "k")
    watch.until("deck.isWanted === false && deck.state !== 'idle'")
    watch.look("getSelection().selectAllChildren(document.querySelector('h1'))")

    watch.press("Shift+ArrowRight")

    assert watch.time < 10


def test_a_reload_goes_on_where_playback_was_and_not_where_it_was_paused(watch: Watch) -> None:
    watch.open(evening(), "#t=11")
    watch.start()
    watch.pause_between(11.1, 12)
    watch.page.wait_for_url("**/watch/#t=11s")
    places = watch.look("JSON.parse(localStorage.getItem('aftercast:places'))")
    places[TAG]["at"] = START_MS + 30_000  # as after half a minute more
    text = json.dumps(json.dumps(places))
    watch.page.add_init_script(f"if (location.host) localStorage.setItem('aftercast:places', {text})")

    watch.page.reload()

    watch.page.wait_for_selector("aftercast-player.ready")
    assert watch.clock == "0:00:30"
    watch.page.goto("about:blank")
    watch.page.goto(f"{watch.site.url}/watch/#t=11s")
    watch.page.wait_for_selector("aftercast-player.ready")
    assert watch.clock == "0:00:11"


def test_a_clip_leaves_the_place_of_the_broadcast_alone(watch: Watch) -> None:
    remember(watch, {TAG: {"at": START_MS + 40_000, "t": 40, "share": 0.5, "saved": 1}})
    watch.open(evening(), "#t=8,9")
    watch.start()
    watch.until("document.querySelector('.notice').textContent.startsWith('The clip ends here')")

    watch.page.goto(f"{watch.site.url}/poster.svg")

    assert place(watch) == 40


def test_the_rest_after_a_clip_is_remembered(watch: Watch) -> None:
    watch.open(evening(), "#t=8,9")
    watch.start()
    watch.page.click("text=Play the rest")
    watch.pause_between(9.2, 12)

    assert watch.page.text_content(".readout .dim") == "/ 0:01:20"
    assert place(watch) in (9, 10, 11)


def test_after_a_clip_at_the_very_end_the_whole_is_played(watch: Watch) -> None:
    watch.open(evening(), "#t=79,80")
    watch.start()
    watch.until("deck.isWanted === false && t > 79.9")

    watch.press("k")

    watch.until_playing(0.1, 6)
    assert watch.page.text_content(".readout .dim") == "/ 0:01:20"


def test_nonsense_among_the_places_does_not_stop_saving(watch: Watch) -> None:
    remember(watch, {"x": None, "y": 1, "z": {"saved": "x"}, TAG: None})
    watch.open(evening())
    watch.start()
    watch.pause_between(0.1, 6)

    assert place(watch) < 6
    assert watch.look("Object.keys(JSON.parse(localStorage.getItem('aftercast:places')))") == [TAG]


def test_the_focus_stays_in_the_player_when_what_was_pressed_goes(watch: Watch) -> None:
    watch.open(evening())
    watch.page.focus(".keys button")
    watch.press("Enter")
    watch.until_playing(0.1, 6)
    assert watch.look(FOCUS) == "play"
    watch.seek(30)
    watch.until("deck.state === 'gap'")
    watch.page.focus(".hollow button")

    watch.press("Enter")

    watch.until_playing(72, 80)
    assert watch.look(FOCUS) == "play"


def test_the_focus_survives_a_start_from_the_beginning(watch: Watch) -> None:
    watch.open(evening(), "#t=8")
    watch.page.focus(".keys button:last-child")

    watch.press("Enter")

    watch.until_playing(0.1, 6)
    assert watch.look(FOCUS) == "play"


def test_what_is_tried_once_more_and_plays_is_no_longer_spoken_of(watch: Watch) -> None:
    watch.open(replay(8, [track("mp4", [(0, 8, "/media/p3.mp4")])]))
    watch.start()
    watch.fail_between(0.1, 8)

    watch.until_playing(0.1, 8)

    assert watch.notice == ""


def test_controls_in_full_screen_keep_the_focus_and_come_back_for_a_key(watch: Watch) -> None:
    watch.open(evening())
    watch.page.focus(".controls .play")
    watch.press("Enter")
    watch.until_playing(0.1, 6)
    watch.press("f")
    watch.until("document.fullscreenElement && document.querySelector('.player.idle')")
    assert watch.page.evaluate(SEEN) == "0"
    assert watch.look(FOCUS) == "play"
    watch.look("(document.activeElement.blur(), 0)")

    watch.press("w")

    assert watch.page.evaluate(SEEN) == "1"
    watch.press("m")
    assert watch.notice == "Muted"
    assert watch.page.evaluate(TOLD) == "1"
    watch.page.wait_for_selector(".player.idle")
    assert watch.page.evaluate(TOLD) == "0"
    watch.look("(player.do('pause'), 0)")
    assert watch.page.evaluate(SEEN) == "1"


def test_a_seek_while_paused_is_not_given_up(watch: Watch) -> None:
    """Some phones load nothing of it before the next press."""
    watch.open(evening())
    watch.start()
    watch.pause_between(0.1, 6)
    watch.look("(deck.patience = 1, 0)")
    watch.site.silent.add("p3.mp4")

    watch.seek(75)

    watch.until("deck.state === 'idle'")
    assert watch.page.is_hidden(".hollow")
    assert watch.time == 75
    watch.site.heal()
    watch.press("k")
    watch.until_playing(75, 80)


def test_the_element_that_a_phone_has_enlarged_plays_on(watch: Watch) -> None:
    watch.page.add_init_script(
        "Object.defineProperty(HTMLVideoElement.prototype, 'webkitDisplayingFullscreen', { get: () => true })"
    )
    watch.open(evening(), "#t=4")
    watch.start()
    watch.until_playing(4, 6)
    watch.look("(window.enlarged = video, 0)")

    watch.until_playing(6.2, 12)

    assert watch.look("video === window.enlarged")


def test_two_fingers_do_not_hurry(browser: Browser, site: Host, far: Host) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    watch = Watch(context, site, far).open(evening())
    watch.page.tap(".keys button")
    watch.until_playing(0.1, 6)
    watch.until("player.live.pointer.then((pointer) => Boolean(pointer))")
    press = """(fingers) => {
      const video = document.querySelector("aftercast-player").player.deck.video;
      for (let pointerId = 1; pointerId <= fingers; pointerId += 1) {
        const more = { bubbles: true, pointerType: "touch", pointerId, isPrimary: pointerId === 1 };
        video.dispatchEvent(new PointerEvent("pointerdown", more));
      }
    }"""

    watch.page.evaluate(press, 2)
    watch.page.wait_for_timeout(700)

    assert watch.look("video.playbackRate") == 1
    watch.page.evaluate(press, 1)
    watch.until("video.playbackRate === 2")
    watch.look("video.dispatchEvent(new PointerEvent('pointercancel', { bubbles: true, pointerType: 'touch' }))")
    assert watch.look("video.playbackRate") == 1
    context.close()
    assert watch.errors == []
