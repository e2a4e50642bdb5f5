"""Where files do not meet as they were said to: late engines, wrong lengths, overlaps, holes, and errors long after play."""

from __future__ import annotations

from playwright.sync_api import Request, Route

from tests.player.conftest import Watch
from tests.player.pages import evening, replay, track


def hold(watch: Watch, engine: str) -> list[Route]:
    """Keep an engine waiting; what is returned lets it go on."""
    held: list[Route] = []

    def wait(route: Route) -> None:
        held.append(route)

    watch.page.route(f"**/engines/{engine}", wait)
    return held


def arrive(watch: Watch, held: list[Route]) -> None:
    def is_engine(request: Request) -> bool:
        return "/engines/" in request.url

    with watch.page.expect_request_finished(is_engine):
        held.pop().continue_()


def hurry(watch: Watch) -> None:
    watch.press(">", ">", ">", ">")


def test_an_engine_that_comes_late_leaves_the_version_chosen_meanwhile_alone(watch: Watch) -> None:
    watch.open(evening("mp4", "hls"))
    watch.start()
    watch.until_playing(0.1, 6)
    held = hold(watch, "hls.mjs")
    with watch.page.expect_request("**/engines/hls.mjs"):
        watch.look("player.do('use', 1)")
    watch.look("player.do('use', 0)")
    watch.pause_between(0.1, 4)

    arrive(watch, held)

    watch.page.evaluate("import('/engines/hls.mjs').then(() => new Promise((done) => setTimeout(done)))")
    assert watch.look("video.currentSrc").endswith("/media/p1.mp4")
    began = watch.time
    watch.press("k")
    watch.until_playing(began + 0.2, 6)
    assert watch.notice == "Now playing mp4 · 3 parts"


def test_an_engine_that_comes_late_plays_the_part_sought_meanwhile(watch: Watch) -> None:
    watch.open(evening("flv"), patience=4)
    held = hold(watch, "mpegts.js")
    with watch.page.expect_request("**/engines/mpegts.js"):
        watch.start()
    watch.seek(7)

    arrive(watch, held)

    watch.until_playing(7.2, 12)
    assert watch.notice == ""


def test_a_fatal_error_of_an_engine_resumes_at_the_place(watch: Watch) -> None:
    watch.open(evening("hls"))
    watch.start()
    watch.until_playing(1, 6)

    watch.look(
        "deck.slot.engine.trigger('hlsError', { type: 'mediaError', details: 'bufferAppendError', fatal: true })"
    )

    watch.until("deck.state === 'loading'")
    watch.until_playing(1, 6)
    assert watch.look("deck.isWanted")


def test_a_file_longer_than_it_was_said_to_be_is_played_to_its_end(watch: Watch) -> None:
    watch.open(replay(2, [track("mp4", [(0, 2, "/media/p3.mp4")])]), patience=1)
    watch.start()
    hurry(watch)

    watch.until("['over', 'dead'].includes(deck.state)")

    assert watch.look("deck.state") == "over"
    assert watch.look("video.currentTime") > 7.5


def test_a_file_that_never_tells_its_length_moves_the_end(watch: Watch) -> None:
    watch.page.add_init_script("Object.defineProperty(HTMLMediaElement.prototype, 'duration', { get: () => Infinity })")
    watch.open(replay(0, [track("mp4", [(0, 0, "/media/p1.mp4")])]))
    watch.start()

    watch.until_playing(2, 6)

    watch.until("document.querySelector('.readout .dim').textContent === '/ 0:00:03'")


def test_a_part_inside_another_is_not_gone_back_to(watch: Watch) -> None:
    parts = [(0, 60, "/media/p1.mp4"), (20, 20, "/media/tiny.mp4"), (60, 66, "/media/p2.mp4")]
    watch.open(replay(66, [track("mp4", parts)]), "#t=4")
    watch.start()

    watch.until_playing(60.1, 66)


def test_after_a_short_gap_playback_does_not_begin_again(watch: Watch) -> None:
    parts = [(0, 6, "/media/p1.mp4"), (20, 28, "/media/p3.mp4")]
    watch.open(replay(28, [track("mp4", parts)], gaps=[[6, 9]]), "#t=4")
    watch.start()

    watch.until_playing(20.1, 28)


def test_what_the_version_alone_has_lost_is_told(watch: Watch) -> None:
    watch.open(replay(80, [track("mp4", [(0, 6, "/media/p1.mp4"), (72, 80, "/media/p3.mp4")])]), "#t=4")
    watch.start()

    watch.until_playing(72, 80)

    assert watch.notice == "Lost 1 m 6 s, 20:35:00 to 20:36:06: stepped over"


def test_an_end_between_two_parts_is_the_end(watch: Watch) -> None:
    parts = [(0, 6, "/media/p1.mp4"), (9, 15, "/media/p2.mp4")]
    watch.open(replay(15, [track("mp4", parts)], trim=[0, 8]), "#t=4")
    watch.start()

    watch.until("deck.state === 'over'")

    assert watch.clock == "0:00:08"


def test_a_last_part_of_unknown_length_is_played(watch: Watch) -> None:
    watch.open(replay(6, [track("mp4", [(0, 6, "/media/p1.mp4"), (6, 6, "/media/p2.mp4")])]), "#t=4")
    watch.start()
    watch.until_playing(6.2, 12)
    watch.seek(11.5)

    watch.until("deck.state === 'over'")

    assert watch.clock == "0:00:12"


def test_errors_with_good_playback_between_are_each_tried_again(watch: Watch) -> None:
    watch.open(replay(8, [track("mp4", [(0, 8, "/media/p3.mp4")])]))
    watch.start()
    watch.fail_between(0.1, 1.5)

    watch.fail_between(7, 8)

    watch.until_playing(7, 8)


def test_a_stall_during_playback_is_tried_again(watch: Watch) -> None:
    watch.site.silent.add("p11.ts")
    watch.open(replay(6, [track("hls", [(0, 6, "/media/h1/p1.m3u8")])]), patience=2)
    watch.start()
    watch.until("document.querySelector('.notice').textContent.includes('trying once more')")
    watch.site.heal()

    watch.until_playing(2.5, 6)


def test_playback_outlives_what_goes_wrong_in_telling_of_it(watch: Watch) -> None:
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)
    watch.look("(deck.told.change = () => { throw new Error('untold'); }, 0)")

    watch.seek(7)

    watch.until_playing(7.2, 12)
    assert set(watch.errors) == {"untold"}
    watch.page.goto("about:blank")
    watch.errors.clear()
