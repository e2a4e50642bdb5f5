"""Our side of the comparison: sites with generated records and the bench theme, and the commands that are measured."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks import catalogs
from benchmarks.measure import Measured, run

ROOT = Path(__file__).resolve().parents[1]
THEME = Path(__file__).parent / "theme"
FEW_KINDS = ("watch", "day", "vj", "home")  # the pages that the peer makes too
ALL_KINDS = (
    "poster", "watch", "tombstone", "redirect", "page", "tag", "tags", "vj_month", "vj", "vjs", "day", "month", "year",
    "years", "not_found", "home",
)  # fmt: skip
COMPILED = Path(tempfile.gettempdir()) / "aftercast-bench-modules"
# An installed package has compiled modules; a checkout may have none, or be told to write none.
ENVIRON = {
    "AFTERCAST_SLUG_KEY": "a key of the benchmark",
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(COMPILED),
}


@dataclass(frozen=True)
class BenchSite:
    """A site in a folder of its own."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / "site_src"

    @property
    def output(self) -> Path:
        return self.root / "output"

    @property
    def state(self) -> Path:
        return self.root / ".aftercast"


def make_site(root: Path, recordings: int, *, duplicates: float = 0.0, few_kinds: bool = True) -> BenchSite:
    """Write a site of that many notifications, with the bench theme and, if asked, only the kinds the peer has."""
    site = BenchSite(root)
    shutil.rmtree(root, ignore_errors=True)
    catalogs.write(site.source / "recordings", recordings, duplicates=duplicates)
    shutil.copytree(THEME, root / "templates")
    off = [kind for kind in ALL_KINDS if few_kinds and kind not in FEW_KINDS]
    outputs = f"outputs: {{{', '.join(f'{kind}: false' for kind in off)}}}\n" if off else ""
    (site.source / "site.yaml").write_text(f"title: Bench\nbase_url: https://replays.example.com/\n{outputs}")
    return site


def compile_modules(folder: Path) -> None:
    """Build a small site once, with workers, so that no measured command compiles Python modules."""
    site = make_site(folder / "first", 1_000)
    aftercast(site, "build", "--jobs", "2")
    aftercast(site, "sessions", "--json")
    shutil.rmtree(site.root)


def aftercast(site: BenchSite, command: str, *arguments: str) -> Measured:
    """Run one command on a site, as a user would."""
    told = [sys.executable, "-m", "builder", command, "--source", str(site.source), *arguments]
    return run(told, environ=ENVIRON, cwd=site.root)


def sessions(site: BenchSite) -> tuple[Measured, list[dict[str, object]]]:
    """Run `sessions --json` from nothing; return the figures and the sessions."""
    shutil.rmtree(site.state, ignore_errors=True)
    measured = aftercast(site, "sessions", "--json")
    return measured, [json.loads(line) for line in measured.stdout.splitlines()]


def cold_build(site: BenchSite, jobs: int) -> tuple[Measured, int]:
    """Build from nothing; return the figures and the number of files."""
    shutil.rmtree(site.state, ignore_errors=True)
    shutil.rmtree(site.output, ignore_errors=True)
    measured = aftercast(site, "build", "--json", "--jobs", str(jobs))
    return measured, int(json.loads(measured.stdout)["pages"]["written"])


def copy_seconds(site: BenchSite) -> float:
    """Return how long `cp -r` of the finished tree takes, the ground that no generator goes below."""
    target = site.root / "copy"
    measured = run(["cp", "-r", str(site.output), str(target)])
    shutil.rmtree(target)
    return measured.wall


def one_callback(site: BenchSite, recordings: int, times: int = 5) -> dict[str, float]:
    """Add one notification at a time and build: the one-shot command, then a loop that keeps running."""
    log = site.source / "recordings" / "new.jsonl"
    walls, written = [], 0
    for number in range(times):
        append(log, recordings + number)
        measured = aftercast(site, "build", "--json")
        walls.append(measured.wall)
        written = max(written, int(json.loads(measured.stdout)["pages"]["written"]))
    watched = run(
        [sys.executable, "-m", "benchmarks.watching", str(site.root), str(recordings + times), str(times + 1)],
        environ=ENVIRON,
        cwd=ROOT,
    )
    seconds = json.loads(watched.stdout)["seconds"]
    return {
        "one_shot_ms": round(statistics.median(walls) * 1000, 1),
        "watch_ms": round(statistics.median(seconds[1:]) * 1000, 1),
        "files": written,
    }


def append(log: Path, number: int) -> None:
    """Add the notification of one more recording, of a stream that is there, after all others."""
    begin = catalogs.FIRST_MS // 1000 + catalogs.SPAN_SECONDS + number % 100_000 * 4000
    with log.open("a", encoding="utf-8") as file:
        file.write(catalogs.line("stream000001", number, begin, 900))
