"""The player on mp4 parts: it plays, crosses a seam and a gap, seeks, obeys links and remembers."""

from __future__ import annotations

from tests.player.conftest import Watch
from tests.player.pages import evening


def test_nothing_is_loaded_before_play_and_play_begins_at_the_start(watch: Watch) -> None:
    watch.open(evening())
    assert watch.site.media_asked() == []
    assert not any(name in watch.site.asked for name in ("live.js", "deck.js", "hls.mjs"))

    watch.start()

    watch.until_playing(0.2, 3)
    assert watch.page.get_attribute(".play", "aria-label") == "Pause"
    assert abs(watch.picture() - watch.time) < 1


def test_a_seam_and_a_gap_are_crossed_and_the_broadcast_ends(watch: Watch) -> None:
    watch.open(evening())
    watch.start()
    watch.until_playing(0.2, 6)

    watch.seek(5)
    watch.until_playing(6.3, 12)
    assert abs(watch.picture() - watch.time) < 1
    watch.until("t >= 72 && deck.state === 'on'")
    assert watch.notice == "Lost 1 m, 20:35:06 to 20:36:06: stepped over"
    watch.seek(79)

    watch.until("deck.state === 'over'")
    assert watch.page.text_content(".hollow p") == "The broadcast ends here"
    assert watch.clock == "0:01:20"
