"""Keys, pointer and touch: each does what the sheet says, and none is taken from somebody who writes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.player.conftest import Watch
from tests.player.pages import evening
from tests.player.server import Host


def paused_at(watch: Watch, second: float) -> None:
    watch.seek(second)
    watch.until(
        "Math.abs(t - arg) < 0.3 && ['on', 'gap', 'over'].includes(deck.state) && player.deck.isWanted === false",
        second,
    )


@pytest.fixture
def still(watch: Watch) -> Watch:
    """A player that has played and is paused."""
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)
    watch.press("k")
    watch.until("video.paused")
    return watch


def test_every_key_that_seeks_goes_where_the_sheet_says(still: Watch) -> None:
    rows = [
        (8, "ArrowLeft", 3),
        (2, "ArrowRight", 7),
        (11, "j", 1),
        (1, "l", 11),
        (75, "Shift+ArrowLeft", 15),
        (9, "Shift+ArrowRight", 69),
        (2, "9", 72),
        (2, "1", 8),
        (7, "0", 0),
        (2, "Control+ArrowRight", 8),
        (76, "Control+ArrowLeft", 8),
        (2, "]", 6),
        (7, "]", 12),
        (13, "]", 72),
        (9, "[", 6),
        (75, "[", 72),
        (73, "[", 12),
        (30, "x", 72),
    ]
    for start, key, end in rows:
        paused_at(still, start)

        still.press(key)

        still.until("Math.abs(t - arg) < 0.3", end)


def test_letters_count_by_place_where_the_layout_prints_none(still: Watch) -> None:
    press = """([key, code, shiftKey]) => document.body.dispatchEvent(
      new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true }))"""
    paused_at(still, 1)

    still.page.evaluate(press, ["д", "KeyL", False])
    still.until("Math.abs(t - 11) < 0.3")
    still.page.evaluate(press, ["Process", "KeyJ", False])
    still.until("Math.abs(t - 1) < 0.3")
    still.page.evaluate(press, ["】", "BracketRight", False])
    still.until("Math.abs(t - 6) < 0.3")
    still.page.evaluate(press, ["？", "Slash", True])
    still.page.wait_for_selector(".help")
    still.page.evaluate(press, ["l", "KeyN", False])  # another Latin layout: the printed letter counts
    still.until("deck.time > 15")


def test_play_sound_speed_and_views_have_their_keys(still: Watch) -> None:
    still.press(" ")
    still.until("!video.paused")
    still.press("ArrowDown", "ArrowDown")
    still.until("video.volume === 0.9")
    still.press("ArrowUp")
    still.until("video.volume === 0.95")
    still.press("m")
    still.until("video.muted")
    still.press("<")
    still.until("video.playbackRate === 0.75")
    still.press(">", ">")
    still.until("video.playbackRate === 1.25")
    still.press("=")
    still.until("video.playbackRate === 1")
    still.press("w")
    still.until("document.querySelector('.wall').hidden")
    still.press("t")
    still.until("document.body.classList.contains('theatre')")
    still.press("f")
    still.until("document.fullscreenElement?.classList.contains('player')")
    assert still.page.get_attribute('button[aria-label="Leave full screen"]', "type") == "button"
    still.press("f")
    still.until("document.fullscreenElement === null")
    still.press("k")
    still.until("video.paused")


def test_frames_are_stepped_while_paused(still: Watch) -> None:
    paused_at(still, 3)
    still.press(".", ".", ".")
    still.until("t > 3.05 && t < 3.3")
    still.press(",", ",", ",")
    still.until("Math.abs(t - 3) < 0.03")


def test_keys_are_left_to_somebody_who_writes_composes_or_holds_a_modifier(still: Watch) -> None:
    paused_at(still, 3)
    still.page.focus("#note")
    still.press("l", "k", "5", "ArrowRight")
    assert still.page.input_value("#note") == "lk5"
    still.page.evaluate("document.activeElement.blur()")

    still.press("Alt+l", "Control+l", "Meta+k")
    still.page.evaluate("""document.body.dispatchEvent(
      new KeyboardEvent("keydown", { key: "l", code: "KeyL", isComposing: true, bubbles: true }))""")

    assert abs(still.time - 3) < 0.1
    assert still.look("video.paused")


def test_single_keys_can_be_switched_off_but_space_and_arrows_stay(still: Watch) -> None:
    paused_at(still, 3)
    still.page.uncheck("text=Single keys")
    still.until("player.ways.keys === false")

    still.press("l", "9", "?", "k")

    assert still.page.query_selector(".help") is None
    assert abs(still.time - 3) < 0.1
    still.page.focus(".bar")
    still.press("ArrowRight")
    still.until("Math.abs(t - 8) < 0.3")


def test_the_sheet_lists_every_key_and_gives_the_focus_back(still: Watch) -> None:
    still.page.focus(".bar")
    still.press("?")
    still.page.wait_for_selector(".help")
    assert still.page.locator(".help kbd").count() == 32
    assert still.page.evaluate("document.activeElement.localName") == "h2"

    still.press("Escape")

    assert still.page.query_selector(".help") is None
    assert still.page.evaluate("document.activeElement.className") == "bar"


def test_next_and_previous_broadcast_have_keys(watch: Watch) -> None:
    watch.site.texts["/next/"] = watch.site.texts["/prev/"] = b"<!doctype html><title>n</title>"
    watch.open(evening(next="../next/", prev="../prev/"))
    watch.press("Shift+N")
    watch.page.wait_for_url("**/next/")
    watch.open(evening(next="../next/", prev="../prev/"))

    watch.press("Shift+P")

    watch.page.wait_for_url("**/prev/")


def test_the_slider_says_where_it_is_and_the_bar_can_be_pressed(still: Watch) -> None:
    paused_at(still, 8)
    bar = still.page.locator(".bar")
    assert bar.get_attribute("role") == "slider"
    assert bar.get_attribute("aria-valuenow") == "8"
    assert bar.get_attribute("aria-valuetext") == "0:00:08 of 0:01:20, 20:35:02, part 2 of 3, Filters"
    box = bar.bounding_box()
    assert box is not None

    still.page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 30)
    still.page.wait_for_selector(".tape .peek")
    still.until("document.querySelector('.peek').textContent === '0:00:05 · 20:34:59 · part 1 of 3'")
    still.page.mouse.down()
    still.page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + 30, steps=5)
    assert abs(still.time - 8) < 0.1
    still.page.mouse.up()

    still.until("t > 76 && t < 79 && deck.state === 'on'")
    assert still.site.media_asked() == ["p1.mp4", "p2.mp4", "p3.mp4"]


def test_a_gap_that_is_sought_is_shown_and_skipped(still: Watch) -> None:
    paused_at(still, 30)
    assert still.sentence == "Nothing was recorded from 20:35:06 to 20:36:06"
    assert still.page.text_content(".readout small") == "Filters · nothing recorded"

    still.page.click("text=Skip (x)")

    still.until("Math.abs(t - 72) < 0.3 && deck.state === 'on'")
    still.seek(31)
    still.press("k")
    still.until_playing(72, 80)


def test_gaps_to_scale_are_waited_out(still: Watch) -> None:
    still.page.check("text=Gaps to scale")
    still.until("player.ways.scale === true")
    still.seek(68.5)
    still.until("deck.state === 'gap'")
    still.press("k")
    still.until_playing(72, 80)
    assert still.notice == "Lost 1 m, 20:35:06 to 20:36:06: stepped over"


def test_a_removed_stretch_is_told_from_a_lost_one(still: Watch) -> None:
    still.open({**evening(), "gaps": [[12, 72, 1]]})
    assert still.page.locator(".tape .gap").all_text_contents() == ["removed 1 m"]
    still.page.check("text=Gaps to scale")
    still.seek(30)
    still.press("k")
    still.until("deck.state === 'gap'")
    assert "What was recorded from 20:35:06 to 20:36:06 has been removed" in still.page.inner_text(".stage")
    still.page.click("text=Skip (x)")
    still.until_playing(72, 80)
    assert still.notice == "Removed 1 m, 20:35:06 to 20:36:06: stepped over"


def test_pressing_the_picture_plays_and_double_taps_leap(browser: Browser, site: Host, far: Host) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    watch = Watch(context, site, far).open(evening())
    watch.page.tap(".keys button")
    watch.until_playing(0.1, 6)
    watch.press("k")
    watch.until("video.paused && player.live.pointer")
    watch.until("player.live.pointer.then((pointer) => Boolean(pointer))")
    paused_at(watch, 1)
    box = watch.page.locator(".stage").bounding_box()
    assert box is not None

    tap = {"x": box["x"] + box["width"] * 0.9, "y": box["y"] + 80, "gestureSourceType": "touch"}
    context.new_cdp_session(watch.page).send("Input.synthesizeTapGesture", {**tap, "tapCount": 2, "duration": 1})

    watch.until("Math.abs(t - 11) < 0.3")
    watch.page.touchscreen.tap(box["x"] + box["width"] * 0.5, box["y"] + 80)
    watch.until("!video.paused")
    context.close()
    assert watch.errors == []
