"""A small site as a whole: the pages are compared with those that somebody has looked at.

`make golden` writes them anew; review the difference like code. The hashes in the names of assets are left out, so
that only a change of what the pages say is one.
"""

import os
import re
from pathlib import Path

from tests.build.sites import TestSite, callback

CASE = Path(__file__).parent / "evening"
PAGES = ("day.html", "redirect.html", "vj.html", "watch.html")
SITE = """\
title: Lampbridge
base_url: https://replays.example.com/
timezone: Asia/Shanghai
outputs: {home: false, years: false, year: false, month: false, vjs: false, vj_month: false, not_found: false}
"""
CURATION = """\
---
recordings: ['5200000000000000001']
title: 灯桥之夜
language: zh-Hans
tags: [night]
chapters:
  - 5:00 The second record
---
Records from 5:00 on.
"""
CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Alice>Good evening & welcome.\n"


def made(root):
    """Build an evening in two files with a hole of 120 s, captions, and a part announced late."""
    site = TestSite(root)
    site.write("site.yaml", SITE)
    site.append("a.jsonl", callback("alice", 1, 0, 600) + callback("alice", 2, 720, 300, t=None))
    site.write("replays/night.md", CURATION)
    site.write("replays/night.en.vtt", CAPTIONS)
    site.write("redirects.yaml", "/old/: /vj/alice/\n")
    site.build()
    output = site.places.output
    (watch,) = output.glob("replays/2022/01/14/*/index.html")
    files = (output / "replays/2022/01/14/index.html", output / "old/index.html", output / "vj/alice/index.html", watch)
    return {name: plain(file.read_text(encoding="utf-8")) for name, file in zip(PAGES, files, strict=True)}


def plain(text):
    return re.sub(r"(assets/[\w./-]+?)\.[0-9a-f]{10}(\.\w+)", r"\1\2", text)


def test_the_pages_are_those_that_somebody_has_looked_at(tmp_path):
    """Every byte, but for the hashes of assets."""
    pages = made(tmp_path)
    if os.environ.get("AFTERCAST_GOLDEN") == "rewrite":
        for name, text in pages.items():
            (CASE / name).write_text(text, encoding="utf-8")

    differing = [name for name, text in pages.items() if (CASE / name).read_text(encoding="utf-8") != text]

    assert not differing, f"{differing}: if that is meant, run `make golden` and review the difference"
