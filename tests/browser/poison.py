"""A site in which every text that somebody else writes is an attack: one broadcaster and one broadcast for each string."""

from __future__ import annotations

import json
import re
from pathlib import Path

from builder.errors import AftercastError
from builder.strict_yaml import load
from tests.browser.demo import BASE, ROOT, Built, build_site

DAY_SECONDS = 86_400
BEGAN = 1_642_089_600  # 2022-01-13T16:00:00Z
LENGTH = 1800
FORMATS = ("mp4", "flv")


def strings() -> list[str]:
    """Return the attacks that a YAML file can hold at all; the others are refused where they are read."""
    lines = (ROOT / "tests" / "hostile" / "xss_strings.txt").read_text(encoding="utf-8").split("\n")
    texts = [json.loads(line.split("\t", 1)[1]) for line in lines if line and not line.startswith("#")]
    return [text for text in texts if is_storable(text)]


def is_storable(text: str) -> bool:
    if re.search("[\ud800-\udfff]", text) or not text.strip():
        return False
    try:
        load(f"a: {quoted(text)}\n".encode(), "test")
    except AftercastError:
        return False
    return True


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def record(number: int, text: str, form: str) -> str:
    """Return one line of a callback log whose own texts are the attack too."""
    end = BEGAN + number * DAY_SECONDS // 4 + LENGTH
    return json.dumps(
        {
            "event_type": 100,
            "appid": 1250000000,
            "app": text if text.isprintable() else "push",  # a control character there sets the record aside
            "appname": text if text.isprintable() else "live",
            "stream_id": f"stream{number}",
            "channel_id": f"stream{number}",
            "file_id": f"52{number:015d}{FORMATS.index(form):02d}",
            "file_format": form,
            "start_time": end - LENGTH,
            "end_time": end,
            "duration": LENGTH,
            "file_size": 1000,
            "task_id": text if text.isprintable() else "task",
            "video_url": f"http://1250000000.vod2.myqcloud.com/a/{number}/f0.{form}",
            "t": end + 620,
        }
    )


def profile(number: int, text: str) -> str:
    said = quoted(text)
    return (
        f"---\nname: {said}\nstreams: [stream{number}]\nlinks: [{{label: {said}, url: 'https://example.com/'}}]\n"
        f"---\n{text}\n"
    )


def is_tag(text: str) -> bool:
    """Say whether curation takes a text for a tag: other ones are an error that names the line."""
    return len(text) <= 64 and any(letter.isalnum() for letter in text)


def curation(number: int, text: str) -> str:
    said = quoted(text)
    tags = f"[{said}]" if is_tag(text) else "[]"
    return (
        f"---\nrecordings: ['52{number:015d}00']\ntitle: {said}\ntags: {tags}\nfeatured: {'true' if number < 4 else 'false'}\n"
        f"chapters: [{{at: '0:00', title: {said}}}, {{at: '10:00', title: {said}}}]\n---\n{text}\n\n12:30 {text}\n"
    )


def settings(text: str) -> str:
    said = quoted(text)
    return (
        f"title: {said}\nbase_url: https://replays.example.com{BASE}/\nlanguages: [en]\ntimezone: Asia/Shanghai\n"
        f"description: {said}\nauthor: {said}\nfooter: {said}\nnav: [{{label: {said}, url: /about/}}]\nslug_key: a test key\n"
    )


def build_poisoned(root: Path, texts: list[str]) -> Built:
    """Build a site of these strings; the first of them is also the text of the whole site."""
    source = root / "site_src"
    for folder in ("recordings", "vjs", "replays", "pages"):
        (source / folder).mkdir(parents=True)
    (source / "site.yaml").write_text(settings(texts[0]), encoding="utf-8")
    said = f"---\ntitle: {quoted(texts[0])}\ndescription: {quoted(texts[0])}\nnav: true\n---\n{texts[0]}\n"
    (source / "pages" / "about.md").write_text(said, encoding="utf-8", newline="")
    lines = []
    for number, text in enumerate(texts):
        lines += [record(number, text, form) for form in FORMATS]
        (source / "vjs" / f"vj{number}.md").write_text(profile(number, text), encoding="utf-8", newline="")
        (source / "replays" / f"r{number}.md").write_text(curation(number, text), encoding="utf-8", newline="")
    # A stream that no profile claims, whose own name is an attack.
    lines.append(record(len(texts), texts[0], "mp4").replace(f'"stream{len(texts)}"', quoted(texts[0])))
    (source / "recordings" / "log.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return build_site(root)
