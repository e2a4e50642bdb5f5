"""Moments: what a link may name, that it beats the saved place, what is remembered, and what the address shows."""

from __future__ import annotations

import json

import pytest

from tests.player.conftest import Watch
from tests.player.pages import START_MS, TAG, evening, replay, track

FORMS = [
    ("#t=734", {"t": 734}),
    ("#t=12.5", {"t": 12.5}),
    ("#t=90s", {"t": 90}),
    ("#t=1h2m3s", {"t": 3723}),
    ("#t=0h41m12s", {"t": 2472}),
    ("#t=2m", {"t": 120}),
    ("#t=1:02:03", {"t": 3723}),
    ("#t=2:03", {"t": 123}),
    ("#t=npt:12", {"t": 12}),
    ("#t=12m,14m", {"t": 720, "until": 840}),
    ("#t=,30", {"t": 0, "until": 30}),
    ("#t=30,", {"t": 30}),
    ("#t=40,30", {"t": 40}),
    ("#x=1&t=7", {"t": 7}),
    ("#t=", None),
    ("#t=abc", None),
    ("#t=1h2x", None),
    ("#t=" + "9" * 400, None),
    ("#t=" + "9" * 400 + ":00:00", None),
    ("#main", None),
    ("#%", None),
    ("#at=20220113T203502+0800", {"t": 8, "wall": True}),
    ("#at=2022-01-13T20:35:02+08:00", {"t": 8, "wall": True}),
    ("#at=20220113T123502Z", {"t": 8, "wall": True}),
    ("#at=20220113T123502.5Z", {"t": 8.5, "wall": True}),
    ("#at=20220113T073502-0500", {"t": 8, "wall": True}),
    ("#at=20220113T203502", {"t": 8, "wall": True}),
    ("#at=20220113T2036", {"t": 66, "wall": True}),
    ("#at=20220113T203502%2B0800", {"t": 8, "wall": True}),
    ("#at=yesterday", None),
]


def test_every_form_of_a_moment_is_read_from_the_raw_fragment(watch: Watch) -> None:
    watch.open(evening())
    read = f"""async (forms) => {{
      const {{ readFragment, Wall }} = await import("/assets/player/moment.js");
      const wall = new Wall({START_MS}, [[{START_MS}, 480]]);
      return forms.map((form) => readFragment(form, wall));
    }}"""

    found = watch.page.evaluate(read, [form for form, _ in FORMS])

    assert list(zip((form for form, _ in FORMS), found, strict=True)) == FORMS


def test_times_are_written_as_links_and_clocks(watch: Watch) -> None:
    watch.open(evening())
    write = f"""async (seconds) => {{
      const {{ clock, compact, Wall }} = await import("/assets/player/moment.js");
      const wall = new Wall({START_MS}, [[{START_MS}, 480], [{START_MS + 60_000}, 540]]);
      return seconds.map((t) => [clock(t), compact(t), wall.stamp(t), wall.iso(t)]);
    }}"""

    assert watch.page.evaluate(write, [0, 59.9, 3723]) == [
        ["0:00:00", "0s", "20220113T203454+0800", "2022-01-13T20:34:54+08:00"],
        ["0:00:59", "59s", "20220113T203553+0800", "2022-01-13T20:35:53+08:00"],
        ["1:02:03", "1h2m3s", "20220113T223657+0900", "2022-01-13T22:36:57+09:00"],
    ]


def test_the_bar_compresses_gaps_and_can_be_true(watch: Watch) -> None:
    watch.open(evening())
    scale = """async ([range, gaps, isTrue, times]) => {
      const { Scale } = await import("/assets/player/panel.js");
      const one = new Scale(range, gaps, isTrue);
      return times.map((t) => [Math.round(1000 * one.share(t)), Math.round(one.time(one.share(t)))]);
    }"""

    drawn = watch.page.evaluate(scale, [[0, 100], [[50, 90]], False, [0, 25, 50, 70, 90, 100]])
    true = watch.page.evaluate(scale, [[0, 100], [[50, 90]], True, [0, 50, 90, 100]])
    many = watch.page.evaluate(scale, [[0, 800], [[i * 2 + 1, i * 2 + 2] for i in range(399)], False, [0, 400, 800]])

    assert drawn == [[0, 0], [403, 25], [807, 50], [823, 70], [839, 90], [1000, 100]]
    assert true == [[0, 0], [500, 50], [900, 90], [1000, 100]]
    assert many == [[0, 0], [500, 400], [1000, 800]]


def test_a_wall_clock_link_lands_on_the_right_picture(watch: Watch) -> None:
    watch.open(evening(), "#at=2022-01-13T20:35:02+08:00")
    assert watch.clock == "0:00:08"
    assert watch.page.text_content(".keys button") == " Play from 0:00:08"
    assert watch.site.media_asked() == []
    watch.start()
    watch.until_playing(8, 12)
    watch.pause_between(8, 12)

    assert 7.9 <= watch.time <= 12
    assert watch.lag() < 0.6
    assert watch.site.media_asked()[0] == "p2.mp4"


def test_a_moment_outside_the_broadcast_is_said_to_be(watch: Watch) -> None:
    watch.open(evening(), "#at=20220113T100000+0800")

    assert watch.clock == "0:00:00"
    assert watch.notice == "10:00:00 is outside this broadcast; this is the nearest moment"


def save(watch: Watch, second: float, **more: object) -> None:
    place = {"at": START_MS + round(second * 1000), "share": 0.1, "done": False, "saved": 1, **more}
    watch.page.goto(f"{watch.site.url}/poster.svg")
    watch.page.evaluate(
        "([tag, place]) => localStorage.setItem('aftercast:places', JSON.stringify({[tag]: place}))", [TAG, place]
    )


def test_a_saved_place_is_offered_and_a_shared_moment_beats_it(watch: Watch) -> None:
    save(watch, 11)

    watch.open(evening())
    assert watch.page.locator(".keys button").all_text_contents() == [
        " Continue at 0:00:11, part 2 of 3",
        "From the start",
    ]
    watch.open(evening(), "#t=3")
    assert watch.page.locator(".keys button").all_text_contents() == [" Play from 0:00:03", "From the start"]
    watch.open(evening(tags=["new0000000", TAG]))
    assert watch.clock == "0:00:11"

    watch.page.click("text=From the start")
    watch.until_playing(0.1, 6)


def test_the_place_is_saved_on_pause_as_wall_clock_and_found_again(watch: Watch) -> None:
    watch.open(evening(), "#t=10.5")
    watch.start()
    watch.pause_between(10.6, 12)

    place = json.loads(watch.page.evaluate("localStorage.getItem('aftercast:places')"))[TAG]
    assert START_MS + 10_500 <= place["at"] <= START_MS + 12_000
    assert place["done"] is False
    watch.page.wait_for_url("**/watch/#t=1*s")
    watch.open(evening())
    assert (watch.page.text_content(".keys button") or "").startswith(" Continue at 0:00:1")
    watch.press("k")
    watch.until_playing(10.5, 12)


def test_speed_volume_and_switches_are_remembered(watch: Watch) -> None:
    watch.open(evening())
    watch.press(">", ">", "m", "w")
    watch.until("player.ways.wall === false")

    watch.open(evening())

    assert watch.page.text_content('button[aria-label="1.5×, speed"]') == "1.5×"
    assert watch.page.get_attribute('button[aria-label="Muted"]', "aria-pressed") == "true"
    assert not watch.page.is_visible(".wall")
    watch.start()
    watch.until_playing(0.1, 6)
    assert watch.look("[video.playbackRate, video.muted]") == [1.5, True]


def test_the_address_follows_and_a_copied_link_names_the_wall_clock(watch: Watch) -> None:
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)
    watch.press("k")
    watch.seek(8)
    watch.page.wait_for_url("**/watch/#t=8s")

    watch.press("y")

    watch.until("document.querySelector('.notice').textContent === 'Link copied: 0:00:08, 20:35:02'")
    assert watch.page.evaluate("navigator.clipboard.readText()") == f"{watch.site.url}/watch/#at=20220113T203502+0800"


def test_links_in_the_page_and_typed_fragments_seek_without_a_reload(watch: Watch) -> None:
    watch.open(evening())
    watch.page.evaluate("window.isSame = true")

    watch.page.click(".toc li:nth-child(2) a")

    watch.until_playing(8, 12)
    assert watch.page.get_attribute(".toc li:nth-child(2)", "aria-current") == "true"
    watch.page.evaluate("location.hash = '#t=3'")
    watch.until("t >= 3 && t < 6 && deck.state === 'on'")
    watch.page.click("#moment")
    watch.until("t >= 10 && t < 12")
    assert watch.page.evaluate("window.isSame")


def test_a_clip_plays_its_range_and_offers_the_rest(watch: Watch) -> None:
    watch.open(evening(), "#t=8,9")
    assert watch.page.text_content(".readout .dim") == "clip to 0:00:09"
    assert watch.page.get_attribute(".tape .clip", "visibility") == "visible"
    watch.start()
    watch.until("document.querySelector('.notice').textContent.startsWith('The clip ends here')")
    assert 8.9 <= watch.time < 11

    watch.page.click("text=Play the rest")

    watch.until_playing(9.2, 12)


def test_a_clip_is_copied_and_a_time_is_gone_to(watch: Watch) -> None:
    watch.open(evening(), "#t=3")
    watch.page.click("text=Copy clip")
    watch.page.fill(".ask label:nth-of-type(2) input", "0:00:09")
    watch.press("Enter")
    watch.until("document.querySelector('.notice').textContent === 'Clip copied: 0:00:03 to 0:00:09'")
    assert watch.page.evaluate("navigator.clipboard.readText()") == f"{watch.site.url}/watch/#t=3s,9s"

    for text, clock in (("20:35:03", "0:00:09"), ("7", "0:00:07"), ("0:01:14", "0:01:14"), ("1m15s", "0:01:15")):
        watch.press("g")
        watch.page.fill(".ask input", text)
        watch.press("Enter")
        watch.until("document.querySelector('.readout b').textContent === arg", clock)
    watch.press("g")
    watch.page.fill(".ask input", "25:61")
    watch.press("Enter")
    watch.until("document.querySelector('.notice').textContent === 'Not a time of this broadcast: 25:61'")
    watch.press("Escape")
    assert watch.page.query_selector(".ask") is None


@pytest.mark.parametrize("is_playing", [True, False])
def test_a_reload_by_the_preview_keeps_the_place(watch: Watch, is_playing: bool) -> None:
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)
    watch.seek(7)
    watch.until_playing(7, 12)
    if not is_playing:
        watch.press("k")
        watch.until("video.paused")

    watch.page.evaluate("document.dispatchEvent(new Event('aftercast-reload')); location.reload()")

    watch.page.wait_for_selector("aftercast-player.ready")
    watch.until("t >= 7 && t < 12")
    if not is_playing:
        assert watch.look("deck.state") == "idle"


def test_trimmed_time_is_not_shown(watch: Watch) -> None:
    value = replay(80, evening()["tracks"], gaps=[[12, 72]], trim=[2, 10])
    watch.open(value, "#t=1")
    assert watch.clock == "0:00:02"
    watch.start()
    watch.until_playing(2.1, 6)
    watch.seek(9.5)

    watch.until("deck.state === 'over'")

    assert watch.clock == "0:00:10"


def test_a_version_is_chosen_and_keeps_the_moment(watch: Watch) -> None:
    watch.open(replay(80, [evening()["tracks"][0], track("aac", [(0, 6, "/media/p1.aac"), (6, 12, "/media/p2.aac")])]))
    watch.start()
    watch.until_playing(0.1, 6)
    watch.seek(7)
    watch.until_playing(7, 12)

    watch.page.click(".versions li:nth-child(2) button")

    watch.until("deck.track === 1 && deck.state === 'on' && t >= 7")
    assert watch.page.get_attribute(".versions li:nth-child(2)", "aria-current") == "true"
    assert watch.notice == "Now playing aac · 2 parts"
