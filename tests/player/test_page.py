"""The page around it: many parts, few requests, captions, the end screen, no scripts, sizes, and what screen readers hear."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from builder import shrink
from tests.player import pages
from tests.player.conftest import Watch
from tests.player.pages import evening, replay, track
from tests.player.server import Host

BEFORE_PLAY = {"watch.js", "panel.js", "moment.js", "memory.js", "elements.js"}
LIMIT = 12 * 1024  # bytes of modules under gzip, before play; and as many for those fetched on first use


def test_twelve_parts_and_eleven_gaps_touch_only_what_is_watched(watch: Watch) -> None:
    parts = [(n * 60.0, n * 60.0 + 8, f"/media/p3.mp4?{n}") for n in range(12)]
    gaps = [[n * 60 + 8, n * 60 + 60] for n in range(11)]
    watch.open(replay(668, [track("mp4", parts)], gaps=gaps))
    assert watch.site.media_asked() == []
    watch.start()
    watch.until_playing(0.1, 8)

    for n in (11, 4, 7):
        watch.seek(n * 60 + 1)
        watch.until_playing(n * 60 + 1, n * 60 + 8)

    asked = watch.site.media_asked()
    assert [name for name in asked if name in {f"p3.mp4?{n}" for n in (0, 11, 4, 7)}] == [
        f"p3.mp4?{n}" for n in (0, 11, 4, 7)
    ]
    assert set(asked) <= {f"p3.mp4?{n}" for n in (0, 1, 11, 4, 5, 7, 8)}
    assert watch.page.locator(".tape .lost").count() == 11


def test_four_hundred_parts_open_at_once_and_a_seek_loads_one(watch: Watch) -> None:
    parts = [(float(n), n + 1.0, f"/media/tiny.mp4?{n}") for n in range(400)]
    watch.open(replay(400, [track("mp4", parts)]))
    assert watch.site.media_asked() == []
    watch.press("9")
    watch.until("t === 360")
    assert watch.site.media_asked() == []

    watch.press("k")

    watch.until_playing(360, 364)
    watch.press("k")
    watch.until("video.paused")
    before = len(watch.site.media_asked())
    for key in "13579":
        watch.press(key)
        watch.until("Math.abs(t - arg) < 0.3 && deck.state === 'on'", int(key) * 40)
    assert len(watch.site.media_asked()) - before <= 5
    assert before <= 6


def test_captions_transcript_and_storyboard_are_shown_when_there_are(watch: Watch) -> None:
    watch.site.texts["/c.vtt"] = (
        b"WEBVTT\n\nNOTE x\n\n1\n00:00.000 --> 00:03.000 line:0\n<v.loud Lin>Rock &amp;amp; <b>roll</b>&nbsp;&#60;3\n\n00:01:12.000 --> 00:01:20.000\n<i>Later</i>\nand more\n"
    )
    watch.site.texts["/s.vtt"] = b"WEBVTT\n\n00:00:00.000 --> 00:01:20.000\nposter.svg#xywh=4,0,8,9\n"
    watch.open(evening(captions=[{"lang": "en", "label": "English", "url": "/c.vtt"}], storyboard="/s.vtt"))
    watch.start()
    watch.until_playing(0.1, 6)
    watch.press("c")
    watch.page.wait_for_selector(".cues p")
    assert watch.page.text_content(".cues") == "Lin: Rock &amp; roll\u00a0<3"
    watch.seek(73)
    watch.until("document.querySelector('.cues').textContent === 'Later\\nand more'")
    assert watch.page.locator(".transcript li").count() == 2
    assert watch.page.get_attribute('button[aria-label="CC, captions: English"]', "aria-pressed") == "true"

    watch.page.hover(".bar", position={"x": 300, "y": 30})
    watch.page.wait_for_selector(".thumb", state="attached")
    watch.page.hover(".bar", position={"x": 310, "y": 30})
    watch.until("document.querySelector('.thumb').getAttribute('viewBox') === '4 0 8 9'")
    watch.press("c")
    watch.until("document.querySelector('.cues').hidden && !document.querySelector('.transcript')")


def test_captions_that_are_wanted_and_that_a_broadcast_has_none_of_are_not_asked_for(watch: Watch) -> None:
    watch.open(evening())
    watch.page.evaluate("""localStorage.setItem('aftercast:ways', '{"captions": "en"}')""")
    watch.open(evening())
    watch.site.asked.clear()
    watch.start()
    watch.until_playing(0.1, 6)
    watch.press("c")
    watch.until_playing(1, 8)

    assert "captions.js" not in watch.site.asked
    assert watch.errors == []


def test_at_the_end_the_next_broadcast_is_offered(watch: Watch) -> None:
    more = '<nav class="nextprev"><a href="/next/" lang="zh-Hans">雨天采样</a></nav>'
    watch.open(evening(next="/next/"), "#t=79", more=more)
    watch.start()

    watch.until("deck.state === 'over'")

    assert watch.page.text_content(".hollow p:first-child") == "Up next: the next broadcast"
    link = watch.page.locator(".hollow a")
    assert (link.text_content(), link.get_attribute("lang")) == ("雨天采样", "zh-Hans")
    watch.page.click("text=Watch again")
    watch.until_playing(0.1, 6)


def test_the_system_is_told_what_plays(watch: Watch) -> None:
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)

    watch.until(
        "navigator.mediaSession.playbackState === 'playing' && navigator.mediaSession.metadata?.title === 'Patch night'"
    )
    watch.press("k")
    watch.until("navigator.mediaSession.playbackState === 'paused'")


def test_without_scripts_every_part_has_a_player(browser: Browser, site: Host) -> None:
    site.texts["/plain/"] = pages.page(evening())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/plain/")

    assert page.locator(".fallback video[controls]").count() == 3
    assert page.is_visible(".fallback video")
    context.close()


@pytest.mark.parametrize("broken", [{"start": "yesterday"}, {"tags": None}])
def test_where_the_player_cannot_begin_the_players_without_scripts_stay(
    watch: Watch, broken: dict[str, object]
) -> None:
    watch.site.texts["/watch/"] = pages.page({**evening(), **broken})
    with watch.page.expect_event("pageerror"):
        watch.page.goto(f"{watch.site.url}/watch/")

    assert watch.page.locator("aftercast-player .player").count() == 0
    assert watch.page.locator(".fallback video[controls]").count() == 3
    watch.press("k")
    watch.page.click(".toc li:nth-child(2) a")
    assert watch.page.url.endswith("#t=8")
    assert "live.js" not in watch.site.asked
    assert len(set(watch.errors)) == 1
    watch.errors.clear()


def test_times_under_the_bar_never_touch(watch: Watch) -> None:
    """Also the last one, which stands on the other side of its mark."""
    boxes = "[...document.querySelectorAll('.tape text[y=\"60\"]')].map((text) => text.getBoundingClientRect()).map((box) => [box.left, box.right])"
    for seconds in range(1600, 1840, 20):
        watch.open(replay(seconds, [track("mp4", [(0, seconds, "/media/p1.mp4")])]))
        times = sorted(watch.page.evaluate(boxes))
        assert len(times) > 1
        assert all(left[1] + 2 <= right[0] for left, right in itertools.pairwise(times)), f"{seconds} seconds: {times}"


def test_a_chapter_that_begins_at_the_end_of_a_gap_is_named_behind_the_words_of_the_loss(watch: Watch) -> None:
    watch.open(replay(80, evening()["tracks"], gaps=[[12, 60]], chapters=[[0, "Opening"], [60, "Second try"]]), "#t=62")

    assert watch.page.text_content(".tape .name.here") == "Second try"
    loss, name = (watch.page.locator(f".tape .{kind}").bounding_box() for kind in ("gap", "name.here"))
    assert loss is not None
    assert name is not None
    assert loss["x"] + loss["width"] < name["x"] < loss["x"] + loss["width"] + 16


def test_the_bar_is_drawn_anew_for_the_width_of_paper(watch: Watch) -> None:
    watch.open(evening())
    width = watch.look("player.panel.tape.width")
    watch.page.evaluate(
        "() => { const { tape } = document.querySelector('aftercast-player').player.panel;"
        "addEventListener('beforeprint', () => { window.printed = tape.width; }); }"
    )

    watch.page.pdf(format="A4")

    assert watch.look("window.printed") == 640
    watch.until("player.panel.tape.width === arg", width)


def test_a_chapter_named_by_the_clock_is_not_told_beside_it(watch: Watch) -> None:
    watch.open(evening(chapters=[[0, "20:34"], [6, "Filters"]]))
    assert watch.page.text_content(".readout small") == "part 1 of 3"

    watch.press("Control+ArrowRight")

    watch.until("document.querySelector('.readout small').textContent === 'Filters · part 2 of 3'")


def test_a_title_that_is_markup_stays_text(watch: Watch) -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    watch.open(replay(80, evening()["tracks"], title=evil, chapters=[[0, evil], [6, evil]], vj=evil))

    watch.start()

    watch.until_playing(0.1, 6)
    assert watch.page.locator("img[src=x]").count() == 0
    assert evil in (watch.page.text_content(".readout small") or "")


def test_the_page_has_no_inline_style_attribute_of_ours_before_play(watch: Watch) -> None:
    watch.open(evening())

    assert watch.page.locator("aftercast-player [style]").count() == 0


def served(file: Path) -> str:
    """A module as a site serves it: shrunk, and with hashes in the names that it imports."""
    text = shrink.javascript(file.read_text("utf-8"))
    return re.sub(
        r"(\./\w+)\.js", lambda name: f"{name[1]}.{hashlib.sha256(name[1].encode()).hexdigest()[:10]}.js", text
    )


@pytest.mark.parametrize("name", ["before play", "on first use"])
def test_the_modules_keep_to_their_budget(name: str) -> None:
    root = pages.ROOT / "templates" / "assets"
    first = [root / "theme.js", root / "site.js", *(root / "player" / name for name in sorted(BEFORE_PLAY))]
    files = (
        first
        if name == "before play"
        else [file for file in sorted((root / "player").glob("*.js")) if file not in first]
    )

    sizes = {file.name: len(gzip.compress(served(file).encode(), 9, mtime=0)) for file in files}

    print(f"\n[player] modules {name}: {sum(sizes.values())} bytes under gzip, {sizes}")  # noqa: T201 - what a run shows
    assert sum(sizes.values()) <= LIMIT


def test_nothing_but_the_first_modules_is_asked_for_before_play(watch: Watch) -> None:
    watch.open(evening())

    scripts = {name for name in watch.site.asked if name.endswith(".js")}

    assert scripts == BEFORE_PLAY
