"""The page that `aftercast build` writes, in the browser that viewers have: the player finds its data, its modules, its media."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from builder.build import Options, build
from builder.places import find_places
from builder.workshop import Workshop
from tests import chromium
from tests.player.conftest import Watch
from tests.player.server import Host

SITE = """\
title: Lampbridge
base_url: https://replays.example.com/
timezone: Asia/Shanghai
media:
  hosts: [vod.example.com]
  rewrite: {"https://vod.example.com/": /static/media/}
"""
TALK = """\
---
recordings: [r1]
title: Patch night
language: en
chapters:
  - 0:00 Opening
  - 0:08 Filters
---
The filters begin at 0:08.
"""
START = 1_642_077_294  # 2022-01-13 20:34:54 in Shanghai


@pytest.fixture
def built(clips: Path, tmp_path: Path) -> Iterator[Host]:
    """A site of one broadcast in three mp4 parts with a minute lost, and its sound alone."""
    source = tmp_path / "site_src"
    rows = [
        {"id": f"r{n}{form[0]}" if form != "mp4" else f"r{n}", "stream": "lamp", "format": form, "start": START + at,
         "end": START + to, "duration": to - at, "url": f"https://vod.example.com/p{n}.{form}"}
        for form in ("mp4", "aac")
        for n, (at, to) in enumerate([(0, 6), (6, 12), (72, 80)], 1)
    ]  # fmt: skip
    texts = {"site.yaml": SITE, "recordings/rows.json": json.dumps(rows), "replays/talk.md": TALK}
    for name, text in texts.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    (source / "static" / "media").mkdir(parents=True)
    for row in rows:
        shutil.copy(clips / row["url"].rsplit("/", 1)[-1], source / "static" / "media")
    places = find_places(source, tmp_path / "output", tmp_path / "state")
    build(Workshop(places, {"AFTERCAST_SLUG_KEY": "a test key of the tests"}), Options(write_redirects=False))
    host = Host({"/": places.output})
    yield host
    host.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.opened(chromium.WHOLE) as browser:
        yield browser


def test_a_built_page_plays_from_a_linked_moment_over_its_parts(browser: Browser, built: Host) -> None:
    [page] = (built.folders["/"] / "replays" / "2022" / "01" / "13").glob("??????????/index.html")
    address = f"{built.url}/replays/2022/01/13/{page.parent.name}/"
    context = browser.new_context()
    watch = Watch(context, built, built)

    watch.page.goto(f"{address}#at=20220113T203504+0800")
    watch.page.wait_for_selector("aftercast-player.ready")
    assert watch.clock == "0:00:10"
    assert watch.page.locator(".versions button:visible").all_text_contents() == ["Play this"]
    assert watch.page.get_attribute(".toc [aria-current] a", "href") == "#t=8"
    watch.start()
    watch.until_playing(72, 80)
    assert watch.notice == "Lost 1 m, 20:35:06 to 20:36:06: stepped over"
    watch.page.click(".about a[href^='#t=']")
    watch.until_playing(8, 12)

    watch.page.click(".versions button:visible")
    watch.until("deck.track === 1 && deck.state === 'on' && t >= 8")
    context.close()
    assert watch.errors == []
    assert watch.refused == []
