"""A watch page as the templates write it, made from a few numbers, for the player alone."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

import yaml

START_MS = 1642077294000  # 2022-01-13 20:34:54 in Shanghai
OFFSET_MINUTES = 480
TAG = "k3f9q2m7xa"
ROOT = Path(__file__).resolve().parents[2]


def words(language: str = "en") -> dict[str, str]:
    text = (ROOT / "templates" / "messages" / f"{language}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["player"]


def track(form: str, parts: list[tuple[float, float, str]], **more: Any) -> dict[str, Any]:
    """A track of parts (from, to, url)."""
    return {
        "format": form,
        "words": f"{form} · {len(parts)} parts",
        "audio": form == "aac",
        "parts": [{"at": at, "to": to, "length": to - at, "url": url, "renditions": []} for at, to, url in parts],
        **more,
    }


def replay(length: float, tracks: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """The player's value of one broadcast."""
    return {
        "id": f"2022/01/13/{TAG}",
        "tags": [TAG],
        "start": START_MS,
        "length": length,
        "offset": [[START_MS, OFFSET_MINUTES]],
        "zone": "Asia/Shanghai",
        "title": "Patch night",
        "vj": "Lin Xiao",
        "hue": 6,
        "poster": "/poster.svg",
        "trim": [0, length],
        "gaps": [],
        "chapters": [],
        "prev": "",
        "next": "",
        "tracks": tracks,
        "captions": [],
        "storyboard": "",
        "engines": {"hls": "/engines/hls.mjs", "mpegts": "/engines/mpegts.js"},
        "words": words(),
        **more,
    }


def evening(*forms: str, base: str = "/media/", **more: Any) -> dict[str, Any]:
    """The broadcast most tests watch: 0-6, 6-12, a minute lost, 72-80, in each of the formats."""
    tracks = []
    for form in forms or ("mp4",):
        names = [f"h{n}/p{n}.m3u8" if form == "hls" else f"p{n}.{form}" for n in (1, 2, 3)]
        urls = [base + name for name in names]
        tracks.append(track(form, [(0, 6, urls[0]), (6, 12, urls[1]), (72, 80, urls[2])]))
    chapters = [[0, "Opening"], [8, "Filters"], [74, "Questions"]]
    return replay(80, tracks, **{"gaps": [[12, 72]], "chapters": chapters, **more})


def page(value: dict[str, Any], media: str = "", *, patience: int = 0, more: str = "") -> bytes:
    """The page around a value, under the policy of the built site; `media` is a further media host."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"media-src 'self' blob: {media}; connect-src 'self' {media}; worker-src 'self' blob:"
    )
    block = json.dumps(value, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        block = block.replace(sign, f"\\u{ord(sign):04x}")
    chapters = "".join(f'<li><a href="#t={t}">{escape(title)}</a></li>' for t, title in value["chapters"])
    versions = "".join(f"<li><p>{escape(one['words'])}</p> <p></p></li>" for one in value["tracks"])
    videos = "".join(
        f'<video controls preload="none" src="{escape(part["url"])}"></video>'
        for part in value["tracks"][0]["parts"][:20]
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(value["title"])}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}"><link rel="stylesheet" href="/assets/site.css">
<link rel="icon" href="/poster.svg">
<script type="module" src="/assets/player/watch.js"></script></head><body data-hue="6">
<svg class="defs" aria-hidden="true"><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse"
 patternTransform="rotate(45)"><path d="M0 0v5"/></pattern></svg>
<main><aftercast-player{f' patience="{patience}"' if patience else ""}><script type="application/json" class="replay">{block}</script>
<div class="fallback">{videos}</div></aftercast-player>
<h1>{escape(value["title"])}</h1><div class="actions"></div><ol class="toc">{chapters}</ol><ul class="versions">{versions}</ul>
<p><label>Note <input id="note"></label> <a id="moment" href="#t=10">0:10</a></p>{more}</main></body></html>""".encode()
