"""When files fail: another try, another version, the next part, and at last one sentence with a way on."""

from __future__ import annotations

from tests.player.conftest import Watch
from tests.player.pages import evening, replay, track


def dead(watch: Watch, sentence: str) -> None:
    """Wait for the end of the ladder: this sentence, a download, and another try."""
    watch.until("deck.state === 'dead'")
    assert watch.sentence == sentence
    assert watch.notice.startswith(sentence)  # heard, and not shown twice
    assert watch.page.get_attribute(".notice", "class") == "notice vh"
    assert watch.page.locator(".hollow a[download]").count() >= 1
    assert watch.page.is_visible(".hollow >> text=Try again")
    assert watch.look("deck.isWanted") is False


def test_a_failing_part_is_played_from_the_next_version_at_the_same_moment(watch: Watch) -> None:
    watch.site.missing.add("p2.mp4")
    watch.open(evening("mp4", "hls"))
    watch.start()
    watch.until_playing(0.1, 6)

    watch.seek(8)

    watch.until_playing(8, 12)
    assert watch.look("deck.track") == 1
    assert watch.notice == "mp4 stopped loading at 0:00:08. This is hls, the same place"
    assert watch.site.asked.count("p2.mp4") >= 2


def test_of_a_recording_in_one_file_no_part_is_offered(watch: Watch) -> None:
    watch.site.missing.add("p1.mp4")
    watch.open(replay(6, [track("mp4", [(0, 6, "/media/p1.mp4")])]))
    watch.start()

    dead(watch, "The recording does not load at 0:00:00: the file may be gone, or its server does not answer")

    assert watch.page.text_content(".hollow a") == "Download mp4"


def test_a_part_that_no_version_has_is_passed(watch: Watch) -> None:
    watch.site.missing.add("p2.mp4")
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)

    watch.seek(5)

    watch.until_playing(72, 80)
    assert watch.notice == "Part 2 does not load; going on at 0:01:12, part 3"


def test_dead_files_end_in_one_sentence_and_can_be_tried_again(watch: Watch) -> None:
    watch.site.missing.update({"p1.mp4", "p2.mp4", "p3.mp4"})
    watch.open(evening())
    watch.start()
    dead(watch, "The recording does not load at 0:00:00: the file may be gone, or its server does not answer")
    assert watch.clock == "0:00:00"
    assert watch.look("[t, localStorage.getItem('aftercast:places')]") == [0, None], "nothing was shown"
    watch.site.heal()

    assert watch.page.text_content(".hollow a") == "Download mp4 part 1"
    watch.page.click("text=Try again")

    watch.until_playing(0.1, 6)
    watch.seek(73)
    watch.until_playing(73, 80)


def test_several_dead_versions_are_counted(watch: Watch) -> None:
    watch.site.missing.update({f"p{n}.{form}" for n in (1, 2, 3) for form in ("mp4", "aac")})
    watch.open(evening("mp4", "aac"))

    watch.start()

    watch.until("deck.state === 'dead'")
    assert watch.sentence.startswith("None of the 2 versions loads at ")


def test_a_server_that_says_nothing_is_given_up(watch: Watch) -> None:
    watch.site.silent.update({"p1.mp4", "p2.mp4", "p3.mp4"})
    watch.open(evening(), patience=1)
    watch.start()
    watch.until("document.querySelector('.readout small').textContent.includes('loading')")

    dead(watch, "The recording does not load at 0:00:00: the file may be gone, or its server does not answer")


def test_flv_without_cors_ends_in_a_sentence(watch: Watch) -> None:
    watch.far.has_cors = False
    watch.open(evening("flv", base=f"{watch.far.url}/media/"))

    watch.start()

    dead(watch, "The recording does not load at 0:00:00: the file may be gone, or its server does not answer")


def test_a_format_that_the_browser_cannot_play_is_named(watch: Watch) -> None:
    watch.page.add_init_script("delete window.MediaSource; delete window.ManagedMediaSource")
    watch.open(evening("flv"))

    watch.start()

    dead(watch, "This browser cannot play flv; a desktop browser or a player program can")


def test_a_missing_engine_walks_the_ladder_too(watch: Watch) -> None:
    watch.open(evening("hls", "mp4", engines={"hls": "/engines/none.mjs", "mpegts": "/engines/none.js"}))

    watch.start()

    watch.until_playing(0.1, 6)
    assert watch.look("deck.track") == 1


def with_a_short_file(part: int) -> dict:
    """The evening, one of whose files lasts a second only."""
    value = evening()
    value["tracks"][0]["parts"][part]["url"] = "/media/tiny.mp4"
    return value


def test_a_part_shorter_than_it_was_said_to_be_is_left_early(watch: Watch) -> None:
    watch.open(with_a_short_file(0))
    watch.start()

    watch.until_playing(6, 12)

    watch.seek(4)
    watch.until_playing(6, 12)


def test_play_at_the_end_of_a_file_goes_on_with_the_next_one(watch: Watch) -> None:
    watch.open(with_a_short_file(0))
    watch.start()
    watch.until_playing(6, 12)
    watch.page.evaluate("document.querySelector('aftercast-player').player.do('pause')")
    watch.seek(4)
    watch.until("deck.state === 'on' && video.ended")
    watch.page.evaluate(
        "window.least = 99; document.addEventListener('timeupdate', (event) => {"
        "window.least = Math.min(window.least, event.target.currentTime + (event.target.src.includes('tiny') ? 0 : 6)) }, true)"
    )

    watch.page.keyboard.press("k")

    watch.until_playing(6, 12)
    assert watch.look("window.least") >= 1, "the short file played again from its beginning"


def test_a_last_file_shorter_than_told_ends_the_broadcast_once(watch: Watch) -> None:
    watch.open(with_a_short_file(2))
    watch.start()
    watch.until_playing(0.1, 6)
    watch.page.evaluate(
        "() => { const { told } = document.querySelector('aftercast-player').player.deck, { over } = told;"
        "window.overs = 0; told.over = () => { window.overs += 1; over(); }; }"
    )

    watch.seek(76)

    watch.until("deck.state === 'over'")
    watch.page.wait_for_timeout(500)
    assert watch.look("[window.overs, deck.state]") == [1, "over"]


def test_an_overlapping_file_that_ends_before_its_place_is_passed_at_once(watch: Watch) -> None:
    watch.open(
        replay(14, [track("mp4", [(0, 6, "/media/p1.mp4"), (2, 8, "/media/tiny.mp4"), (8, 14, "/media/p2.mp4")])])
    )
    watch.page.evaluate(
        "() => { window.loads = []; document.addEventListener('loadstart', ({ target }) =>"
        "window.loads.push(target.src.slice(-8)), true); }"
    )
    watch.start()
    watch.until_playing(0.1, 6)

    watch.page.evaluate("document.querySelector('aftercast-player').player.deck.video.playbackRate = 3")

    watch.until_playing(8.1, 14)
    assert watch.look("window.loads.filter((name) => name)") == ["a/p1.mp4", "tiny.mp4", "a/p2.mp4"]


def test_a_part_of_unknown_length_learns_it_from_its_file(watch: Watch) -> None:
    watch.open(replay(0, [track("mp4", [(0, 0, "/media/p1.mp4")])]))
    watch.start()
    watch.until_playing(0.1, 6)

    assert watch.page.text_content(".readout .dim") == "/ 0:00:06"
    watch.seek(5)
    watch.until("deck.state === 'over'")
    assert watch.clock == "0:00:06"


def test_a_server_without_ranges_is_walked_round(watch: Watch) -> None:
    watch.site.has_ranges = False
    watch.open(evening("mp4", "hls"))
    watch.start()
    watch.until_playing(0.1, 6)

    watch.seek(10)

    watch.until_playing(10, 12)
    assert watch.look("deck.track") == 1
    assert watch.notice == "mp4 stopped loading at 0:00:10. This is hls, the same place"


def test_without_another_version_a_part_that_cannot_be_sought_plays_from_its_start(watch: Watch) -> None:
    watch.site.has_ranges = False
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)

    watch.seek(10)

    watch.until_playing(6, 9)
    assert watch.notice == ("mp4 can only be played from 0:00:06 on: its server does not send files from the middle")


def test_sound_stands_in_for_a_failed_picture_only_as_long_as_it_must(watch: Watch) -> None:
    watch.site.missing.add("p2.mp4")
    watch.open(evening("mp4", "aac"))
    watch.start()
    watch.until_playing(0.1, 6)
    watch.seek(9)
    watch.until("deck.track === 1 && deck.state === 'on' && t > 9")

    watch.until_playing(72, 80)

    assert watch.look("deck.track") == 0


def test_many_failures_with_something_between_are_all_passed(watch: Watch) -> None:
    watch.site.missing.add("gone.mp4")
    names = ["tiny.mp4", "gone.mp4"] * 4 + ["p1.mp4"]
    parts = [(n * 1.0, n + 1.0, f"/media/{name}?{n}") for n, name in enumerate(names)]
    watch.open(replay(14, [track("mp4", [*parts[:-1], (8, 14, "/media/p1.mp4")])]))

    watch.start()

    watch.until_playing(8, 14)


def test_what_failed_to_load_ahead_is_asked_for_once(watch: Watch) -> None:
    watch.site.missing.add("p2.mp4")
    watch.open(evening())
    watch.start()

    watch.until_playing(3, 6)

    assert watch.site.asked.count("p2.mp4") == 1


def test_an_engine_that_did_not_arrive_is_asked_for_again(watch: Watch) -> None:
    watch.site.missing.add("mpegts.js")
    watch.open(evening("flv"))
    watch.start()
    watch.until("deck.state === 'dead'")
    watch.site.heal()

    watch.page.click("text=Try again")

    watch.until_playing(0.1, 6)


def test_a_player_that_does_not_arrive_says_so(watch: Watch) -> None:
    watch.site.missing.add("live.js")
    watch.open(evening())

    watch.start()

    watch.page.wait_for_selector(".hollow:not([hidden])")
    assert watch.sentence == "The player did not load; the network may be gone"
    watch.site.heal()
    watch.page.click("text=Try again")
    watch.page.wait_for_selector(".keys:not([hidden])")
    watch.start()
    watch.until_playing(0.1, 6)


def test_a_device_that_is_offline_is_told_so(watch: Watch) -> None:
    watch.open(evening())
    watch.start()
    watch.until_playing(0.1, 6)
    watch.context.set_offline(True)

    watch.seek(75)

    watch.until("deck.state === 'dead'")
    assert watch.sentence == "This device is offline, so the recording cannot be loaded"
    watch.context.set_offline(False)
    watch.page.click("text=Try again")
    watch.until_playing(75, 80)


def test_files_past_their_day_are_said_to_have_expired(watch: Watch) -> None:
    badge = '<ul class="badges"><li class="soon">Expires <time datetime="2022-02-01T00:00:00Z">Tue 1 Feb 2022</time></li></ul>'
    watch.site.missing.update({"p1.mp4", "p2.mp4", "p3.mp4"})
    watch.open(evening(), more=badge)

    watch.start()

    dead(watch, "This recording has expired (Tue 1 Feb 2022), its files are gone")


def test_captions_that_do_not_load_are_said_not_to(watch: Watch) -> None:
    watch.open(evening(captions=[{"lang": "en", "label": "English", "url": "/none.vtt"}]))

    watch.press("c")

    watch.until("document.querySelector('.notice').textContent === 'The captions do not load: English'")
    assert watch.page.get_attribute('button[aria-label="CC, captions off"]', "aria-pressed") == "false"
