"""The peer's side: Hugo builds the same pages from the same sessions with an equal minimal theme.

The pages come from content adapters (`_content.gotmpl`), Hugo's own way to make pages from data: no file per page has
to be written or parsed, which is the fastest that it offers. The data is prepared for it beforehand and that is not
timed, while our side starts from the raw notifications.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from benchmarks.measure import Measured, run

THEME = Path(__file__).parent / "hugo"
LATEST = 50


def binary() -> str | None:
    """Return the program of Hugo's Python package in this environment, or one on the path."""
    beside = Path(sys.executable).parent / "hugo"
    return str(beside) if beside.exists() else shutil.which("hugo")


def make_site(root: Path, sessions: list[dict[str, object]]) -> None:
    """Write a Hugo site whose pages are those of our bench outputs."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(THEME, root)
    rows = [row_of(session) for session in sessions]
    data = root / "data"
    data.mkdir()
    days: dict[str, list[dict[str, object]]] = {}
    people: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        days.setdefault(str(row["day"]), []).append(row)
        people.setdefault(str(row["vj"]), []).append(row)
    for name, content in (("sessions", rows), ("days", days), ("people", people), ("latest", rows[-LATEST:])):
        (data / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def row_of(session: dict[str, object]) -> dict[str, object]:
    """Return what the minimal theme shows of a session."""
    identity = str(session["id"])
    primary = next(track for track in session["tracks"] if track["primary"])  # type: ignore[attr-defined]
    return {
        "id": identity,
        "url": session["url"],
        "title": session["title"] or f"{session['vj']} {session['start']}",
        "vj": session["vj"],
        "start": session["start"],
        "day": "/".join(identity.split("/")[:3]),
        "parts": [part["url"] for part in primary["parts"]],
    }


def cold_build(root: Path) -> tuple[Measured, int]:
    """Build from nothing, without caches; return the figures and the number of pages."""
    hugo = binary()
    assert hugo is not None
    shutil.rmtree(root / "public", ignore_errors=True)
    shutil.rmtree(root / "resources", ignore_errors=True)
    measured = run([hugo, "--source", str(root), "--quiet", "--noBuildLock", "--ignoreCache"], cwd=root)
    return measured, sum(1 for _ in (root / "public").rglob("*.html"))
