"""What happens between: failures while nothing plays, moments off the broadcast, choices before the first press."""

from __future__ import annotations

import json

from playwright.sync_api import Browser

from tests.player.conftest import Watch
from tests.player.pages import evening, replay, track
from tests.player.server import Host


def test_a_file_that_fails_while_a_gap_is_shown_changes_nothing(watch: Watch) -> None:
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)
    watch.press("k")
    watch.seek(30)
    watch.until("deck.state === 'gap'")

    watch.look("deck.video.dispatchEvent(new Event('error'))")

    assert watch.look("[deck.state, deck.time]") == ["gap", 30]
    watch.press("x")
    watch.until("deck.state === 'on' && Math.abs(t - 72) < 0.3")


def test_an_absurd_moment_in_a_link_harms_nothing(watch: Watch) -> None:
    watch.open(evening(), "#t=99999999999h")

    assert watch.notice == "99999999999:00:00 is outside this broadcast; this is the nearest moment"
    assert watch.clock == "0:01:20"
    assert watch.page.locator(".keys button").all_text_contents() == [" Play"]
    watch.start()
    watch.until_playing(0.1, 6)
    watch.page.evaluate("location.hash = '#t=2h'")
    watch.until("deck.state === 'over'")
    assert watch.notice == "2:00:00 is outside this broadcast; this is the nearest moment"


def test_a_gap_at_a_trimmed_end_ends_the_broadcast(watch: Watch) -> None:
    watch.open(replay(80, evening()["tracks"], gaps=[[12, 72]], trim=[0, 40]), "#t=30")
    watch.start()

    watch.until("deck.state === 'over'")

    watch.press("k")
    watch.until_playing(0.1, 6)


def test_the_key_on_the_picture_follows_a_seek_before_the_first_press(watch: Watch) -> None:
    watch.open(evening())

    watch.page.click(".bar", position={"x": 500, "y": 30})

    watch.until("t > 1")
    assert watch.page.locator(".keys button").first.text_content() == f" Play from {watch.clock}"
    watch.press("Home")
    watch.page.focus(".bar")
    watch.press("Home")
    watch.until("document.querySelector('.keys button').textContent === ' Play'")


def test_a_version_without_this_moment_is_not_said_to_play(watch: Watch) -> None:
    watch.open(replay(80, [evening()["tracks"][0], track("aac", [(0, 6, "/media/p1.aac")])], gaps=[[12, 72]]), "#t=75")

    watch.page.click(".versions li:nth-child(2) button")

    watch.until_playing(75, 80)
    assert watch.notice == "Now playing mp4 · 3 parts"


def test_versions_with_the_same_words_are_told_apart(watch: Watch) -> None:
    watch.open(evening("mp4", "mp4"), "#t=8")

    watch.page.click(".versions li:nth-child(2) button")

    watch.until_playing(8, 12)
    assert watch.look("deck.track") == 1


def test_of_unknown_lengths_pictures_still_come_before_sound(watch: Watch) -> None:
    watch.open(replay(0, [track("aac", [(0, 0, "/media/p1.aac")]), track("mp4", [(0, 0, "/media/p1.mp4")])]))

    assert watch.look("deck.order") == [1, 0]


def test_play_during_a_pause_before_another_try_does_not_lose_it(watch: Watch) -> None:
    watch.site.missing.add("p1.mp4")
    watch.open(evening())
    watch.start()
    watch.until("document.querySelector('.notice').textContent.includes('trying once more')")
    watch.site.heal()

    watch.press("k", "k")

    watch.until_playing(0.1, 6)


def test_remembered_ways_that_make_no_sense_are_left_out(watch: Watch) -> None:
    watch.page.goto(f"{watch.site.url}/poster.svg")
    ways = json.dumps({"rate": "fast", "volume": 7, "wall": 0})
    watch.page.evaluate("(ways) => localStorage.setItem('aftercast:ways', ways)", ways)
    watch.page.evaluate("() => localStorage.setItem('aftercast:places', '\"x\"')")
    watch.open(evening())

    watch.start()

    watch.until_playing(0.1, 6)
    assert watch.look("[video.playbackRate, video.volume]") == [1, 1]


def test_a_held_key_toggles_once_and_steps_on(watch: Watch) -> None:
    press = """([key, code, repeat]) => document.body.dispatchEvent(
      new KeyboardEvent("keydown", { key, code, repeat, bubbles: true, cancelable: true }))"""
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)

    watch.page.evaluate(press, ["k", "KeyK", False])
    watch.page.evaluate(press, ["k", "KeyK", True])
    assert watch.look("video.paused")
    watch.seek(0)
    watch.page.evaluate(press, ["l", "KeyL", True])
    watch.until("t === 10")
    watch.page.evaluate(press, ["q", "KeyX", False])  # Dvorak prints a q on the place of the x
    watch.page.evaluate(press, ["a", "KeyJ", False])
    assert watch.time == 10


def test_single_keys_are_off_at_once(watch: Watch) -> None:
    """Also while what remembers the choice is still on its way."""
    watch.site.silent.add("live.js")
    watch.open(evening())

    watch.page.uncheck("text=Single keys")

    assert watch.look("player.ways.keys") is False


def test_a_finger_plays_at_the_first_tap_and_seeks_along_the_bar(browser: Browser, site: Host, far: Host) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    watch = Watch(context, site, far).open(evening())
    stage = watch.page.locator(".stage").bounding_box()
    bar = watch.page.locator(".bar").bounding_box()
    assert stage is not None
    assert bar is not None
    watch.page.touchscreen.tap(stage["x"] + 60, stage["y"] + 60)
    watch.until_playing(0.1, 6)
    watch.until("player.live.pointer.then((pointer) => Boolean(pointer))")
    watch.press("k")

    finger = context.new_cdp_session(watch.page)
    for kind, share in (("touchStart", 0.1), ("touchMove", 0.5), ("touchMove", 0.9), ("touchEnd", None)):
        points = [] if share is None else [{"x": bar["x"] + bar["width"] * share, "y": bar["y"] + 30}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    watch.until("t > 76 && t < 80")
    context.close()
    assert watch.errors == []
