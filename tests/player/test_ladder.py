"""When files fail: another try, another version, the next part, and at last one sentence with a way on."""

from __future__ import annotations

from tests.player.conftest import Watch
from tests.player.pages import evening, replay, track


def dead(watch: Watch, sentence: str) -> None:
    """Wait for the end of the ladder: this sentence, a download, and another try."""
    watch.until("deck.state === 'dead'")
    assert watch.sentence == sentence
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
    dead(watch, "The recording does not load at 0:01:12: the file may be gone, or its server does not answer")
    watch.site.heal()

    watch.page.click("text=Try again")

    watch.until_playing(72, 80)
    watch.seek(1)
    watch.until_playing(1, 6)


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

    dead(watch, "The recording does not load at 0:01:12: the file may be gone, or its server does not answer")


def test_flv_without_cors_ends_in_a_sentence(watch: Watch) -> None:
    watch.far.has_cors = False
    watch.open(evening("flv", base=f"{watch.far.url}/media/"))

    watch.start()

    dead(watch, "The recording does not load at 0:01:12: the file may be gone, or its server does not answer")


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


def test_a_part_shorter_than_it_was_said_to_be_is_left_early(watch: Watch) -> None:
    value = evening()
    value["tracks"][0]["parts"][0]["url"] = "/media/tiny.mp4"
    watch.open(value)
    watch.start()

    watch.until_playing(6, 12)

    watch.seek(4)
    watch.until_playing(6, 12)


def test_a_part_of_unknown_length_learns_it_from_its_file(watch: Watch) -> None:
    watch.open(replay(0, [track("mp4", [(0, 0, "/media/p1.mp4")])]))
    watch.start()
    watch.until_playing(0.1, 6)

    assert watch.page.text_content(".readout .dim") == "/ 0:00:06"
    watch.seek(5)
    watch.until("deck.state === 'over'")
    assert watch.clock == "0:00:06"
