"""Captions and storyboards on pages: files beside the watch page, a transcript, what the player reads, the cards."""

import json
import re

import msgspec
import pytest

from builder.content import Content
from builder.model import Captions, PageKey, Storyboard
from builder.pages import kind_named
from builder.pages.attachment import Attachment
from tests.pages.support import MINUTE, T0, Links, render, rich, session, site, track

FINALE = "replays/finale.md"
ENGLISH = Captions("replays/finale.en.vtt", FINALE, "en", ((0, 2000, "Hello"), (65_000, 67_000, "<b>Fish</b> & chips")))
CHINESE = Captions(
    "replays/finale.zh-Hans.vtt", FINALE, "zh-Hans", ((0, 2000, "你好"), (4_000_000, 4_001_000, "再见")), whole=False
)
BOARD = Storyboard("replays/finale.storyboard.vtt", FINALE, ("replays/s-1.jpg",))
NAMES = ["captions.en.vtt", "captions.zh-Hans.vtt", "s-1.jpg", "storyboard.vtt"]


def made_of(*sessions, **config):
    content = Content(
        captions=(ENGLISH, CHINESE),
        storyboards=(BOARD,),
        digests=tuple(
            (source, f"digest of {source}") for source in (ENGLISH.source, CHINESE.source, BOARD.source, *BOARD.images)
        ),
    )
    made = site(sessions, **config)
    return type(made)(
        **{name: getattr(made, name) for name in ("catalog", "config", "messages", "now_ms", "assets")}, content=content
    )


def keys(made):
    return sorted(key.name.rpartition("/")[2] for key in kind_named("attachment").keys(made))


def test_files_lie_beside_the_watch_page_and_in_the_players_data():
    """Addresses are relative to the page, in every language; captions carry the language's own name."""
    one = session("a1", curated_by=(FINALE,))
    made = made_of(one)
    kind = kind_named("attachment")

    assert keys(made) == NAMES
    key = PageKey("attachment", f"{one.id}/captions.en.vtt")
    assert kind.path(made, key) == f"/replays/{one.id}/captions.en.vtt"
    assert kind.data(made, key) == Attachment("replays/finale.en.vtt", "digest of replays/finale.en.vtt")
    for language, up in (("en", ""), ("zh", f"../../../../../../replays/{one.id}/")):
        text = render(made, "watch", one.id, language)
        data = json.loads(re.search(r'class="replay">(.*?)</script>', text)[1])
        assert data["captions"] == [
            {"lang": "en", "label": "English", "url": f"{up}captions.en.vtt"},
            {"lang": "zh-Hans", "label": "中文", "url": f"{up}captions.zh-Hans.vtt"},
        ]
        assert data["storyboard"] == f"{up}storyboard.vtt"
        assert ("track", "src", f"{up}captions.en.vtt") in Links(text).found


def test_the_transcript_is_in_the_pages_language_and_escaped():
    """Each line leads to its moment; what a cut transcript lacks the player shows."""
    one = session("a1", curated_by=(FINALE,))
    made = made_of(one)

    english, chinese = render(made, "watch", one.id), render(made, "watch", one.id, "zh")

    assert '<details class="sec transcript" data-whole="en"><summary>Transcript</summary>' in english
    assert '<a href="#t=65"><bdi>&lt;b&gt;Fish&lt;/b&gt; &amp; chips</bdi></a>' in english
    assert "你好" not in english
    assert '<details class="sec transcript"><summary>' in chinese
    assert '<ol class="toc" lang="zh-Hans">' in chinese
    assert "再见" not in chinese  # after the end


def test_several_files_leave_captions_to_the_player():
    """Session time is not the time of a second file."""
    one = rich(curated_by=(FINALE,))
    text = render(made_of(one), "watch", one.id)

    assert "<track" not in text
    assert "captions.en.vtt" in text


@pytest.mark.parametrize(
    "state", [{"visibility": "hidden", "tombstone": "hidden"}, {"tombstone": "deleted"}, {"visibility": "draft"}]
)
def test_a_session_without_a_page_publishes_none_of_its_files(state):
    one = session("a1", curated_by=(FINALE,))
    made = made_of(msgspec.structs.replace(one, **state))
    kind = kind_named("attachment")

    assert keys(made) == NAMES  # asked for, so that an earlier copy goes
    assert all(kind.data(made, key) is None for key in kind.keys(made))


def test_cards_name_a_storyboard_only_where_there_is_one():
    one = session("a1", curated_by=(FINALE,))
    made = made_of(one, session("a2", start_ms=T0 + 90 * MINUTE))

    assert render(made, "day", "2022-01-13").count("data-storyboard=") == 1
    assert f'data-storyboard="{one.id[11:]}/storyboard.vtt"' in render(made, "day", "2022-01-13")


def test_switched_off_attachments_leave_no_trace():
    one = session("a1", curated_by=(FINALE,), tracks=(track("mp4", [(0, 60)], primary=True),))
    made = made_of(one, outputs_off=frozenset({"attachment"}))
    text = render(made, "watch", one.id)

    assert keys(made) == []
    assert ".vtt" not in text
    assert "transcript" not in text.replace('"transcript"', "")
