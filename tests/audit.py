"""Weigh the built site against its budgets and ask Lighthouse: `make audit`.

For the heaviest page of each kind: the HTML, the style sheet, the modules it loads before a press of play (its scripts
and what they import statically) and those that it imports on first use, gzipped; and every address of another host in it.
Then, for every kind of page in every language, opened in Chromium: what axe, the Nu HTML checker and the browser's own
eye for requests to other hosts find. Then Lighthouse's four scores, as for a phone, of watch, VJ, day and home pages.
Exits 1 when a budget is broken.
"""

from __future__ import annotations

import argparse
import gzip
import os
import platform
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from tests import chromium, lighthouse
from tests.browser.axe import violations_in_both_schemes
from tests.browser.checker import objections, sheet_objections
from tests.shots import chosen_pages, hold, served

KB = 1024
BUDGETS = {"html": 10 * KB, "css": 12 * KB, "modules": 12 * KB, "on use": 12 * KB}
SCORE = lighthouse.GOOD
KINDS = {
    "watch": r"replays/\d{4}/\d\d/\d\d/[0-9a-z]{10}",
    "day": r"replays/\d{4}/\d\d/\d\d",
    "month": r"replays/\d{4}/\d\d",
    "year": r"replays/\d{4}",
    "vj": r"vj/[^/]+",
    "tag": r"tags/[^/]+",
    "home": "",
}
LOADED = re.compile(r'(?:<link[^>]*rel="stylesheet"[^>]*href|<script[^>]*src|<img[^>]*src|<source[^>]*src)="([^"]+)"')
IMPORTED = re.compile(r'(?:^|;|\n)\s*(?:import|export)\b(?:[^;"\'(]*\bfrom)?\s*["\'](\.[^"\']+)["\']')

# Imported on first use. The engines are no part of the budget: they come with play, and only for their formats.
LATER = re.compile(r'\bimport\(["\'](\.[^"\']+)["\']\)')


def weight(paths: set[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in paths)


def modules_of(start: Path) -> set[Path]:
    """Return a module and what it imports statically."""
    found, waiting = set(), [start.resolve()]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            text = module.read_text(encoding="utf-8")
            waiting += [(module.parent / name).resolve() for name in IMPORTED.findall(text)]
    return found


def later_modules(loaded: set[Path]) -> set[Path]:
    """Return what loaded modules, and those that come later, import on first use."""
    found, waiting = set(), list(loaded)
    while waiting:
        module = waiting.pop()
        for name in LATER.findall(module.read_text(encoding="utf-8")):
            new = modules_of(module.parent / name) - loaded - found
            found |= new
            waiting += new
    return found


def weights(page: Path) -> tuple[dict[str, int], list[str]]:
    """Return what a page weighs, and the addresses of others that it loads from."""
    addresses = LOADED.findall(page.read_text(encoding="utf-8"))
    strangers = [address for address in addresses if re.match(r"(?:https?:)?//", address)]
    files = [(page.parent / address).resolve() for address in addresses if address not in strangers]
    styles = {file for file in files if file.suffix == ".css"}
    modules = {module for file in files if file.suffix in {".js", ".mjs"} for module in modules_of(file)}
    sizes = {
        "html": weight({page}),
        "css": weight(styles),
        "modules": weight(modules),
        "on use": weight(later_modules(modules)),
    }
    return sizes, strangers


def heaviest(output: Path) -> Iterator[tuple[str, Path]]:
    """Give the heaviest page of each kind."""
    for kind, pattern in KINDS.items():
        pages = [
            page
            for page in output.rglob("index.html")
            if re.fullmatch(rf"(?:zh/)?{pattern}", page.parent.relative_to(output).as_posix().strip("."))
        ]
        if pages:
            yield kind, max(sorted(pages), key=lambda page: weight({page}))


class Report:
    """What is printed as a table, and can be kept as one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.faults = 0

    def row(self, *cells: str) -> None:
        self.say("| " + " | ".join([f"{cells[0]:14}", *(f"{cell:>9}" for cell in cells[1:-1]), cells[-1]]) + " |")

    def head(self, *cells: str) -> None:
        self.row(*cells)
        self.say("| --- |" + " ---: |" * (len(cells) - 2) + " --- |")

    def say(self, line: str) -> None:
        self.lines.append(line)
        sys.stdout.write(line + "\n")


def weigh(report: Report, output: Path) -> None:
    """Print what the heaviest page of each kind weighs."""
    report.head("page", *BUDGETS, "hosts", "address")
    for kind, page in heaviest(output):
        found, strangers = weights(page)
        cells = [f"{size / KB:.1f}{'!' if size > BUDGETS[name] else ''}" for name, size in found.items()]
        report.row(kind, *cells, str(len(strangers)), address_of(output, page))
        report.faults += sum(size > BUDGETS[name] for name, size in found.items()) + len(strangers)
    limits = ", ".join(f"{name} {limit / KB:.0f}" for name, limit in BUDGETS.items())
    report.say(f"\nIn KB, gzipped; budgets: {limits}; hosts = requests to another host, budget 0.\n")


def look(report: Report, output: Path) -> None:
    """Print how many faults are found on the fullest page of each kind and language, and below them each fault."""
    pages = chosen_pages(output)
    markup = objections(*(output / path for path in pages.values()))
    faults = [f"style sheet: {line}" for sheet in output.glob("assets/site.*.css") for line in sheet_objections(sheet)]
    report.head("page", "rules", "markup", "hosts", "address")
    with served(output) as address, chromium.opened(chromium.WHOLE) as browser:
        for name, path in pages.items():
            url = path.removesuffix("index.html")
            rules, hosts = see(browser, name, address + url, output / path)
            said = [line for line in markup if f"{(output / path).resolve()}:" in line]
            report.row(name, *(f"{len(lines)}{'!' if lines else ''}" for lines in (rules, said, hosts)), f"/{url}")
            faults += [f"{name}: {line}" for lines in (rules, said, hosts) for line in lines]
    told = "\n".join(faults)
    faults += [line for line in markup if line not in told]  # of a file that no row stands for
    report.say(
        "\nRules: of accessibility, in both schemes, as wide as a desk and a phone (axe). Markup: the Nu HTML checker."
    )
    report.say(f"Hosts: others asked by Chromium. Wanted: 0 of each, and 0 in the style sheet. Found: {len(faults)}.\n")
    report.faults += len(faults)
    for fault in faults:
        report.say(f"- {fault}")


def see(browser: Browser, name: str, address: str, file: Path) -> tuple[list[str], list[str]]:
    """Open one page; return the rules of accessibility that it breaks, and what it asked of other hosts."""
    rules: list[str] = []
    asked: list[str] = []
    for width in (1280, 360):
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("request", lambda request: asked.append(request.url))
        if name.startswith("redirect"):
            hold(page, address, file)
        page.goto(address, wait_until="load")
        if page.query_selector("aftercast-player"):
            page.wait_for_selector("aftercast-player.ready")
        rules += [f"{width} wide: {line}" for line in violations_in_both_schemes(page)]
        page.close()
    own = f"http://{urlsplit(address).netloc}/"
    return rules, [f"asked {url}" for url in asked if not url.removeprefix("blob:").startswith(own)]


def address_of(output: Path, page: Path) -> str:
    return "/" + f"{page.parent.relative_to(output).as_posix()}/".removeprefix("./")


def ask_lighthouse(report: Report, output: Path) -> None:
    """Print the four scores of the heaviest pages that a visitor is likely to open first."""
    pages = {kind: address_of(output, page) for kind, page in heaviest(output) if kind in lighthouse.PAGES}
    report.head("page", *lighthouse.CATEGORIES, "LCP ms", "CLS", "runs", "what lost points")
    for kind, found in lighthouse.judge(output, pages):
        cells = [f"{score}{'!' if score < SCORE else ''}" for score in found.scores]
        losses = ", ".join(found.losses) or "nothing"
        report.row(kind, *cells, str(found.paint_ms), f"{found.shift:.3f}", str(found.runs), losses)
        report.faults += sum(score < SCORE for score in found.scores)
    said = f"Lighthouse {lighthouse.version()}, phone profile; wanted: {SCORE} in each category"
    report.say(f"\n{said}; the best of up to {lighthouse.RUNS} runs.")


def machine() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", nargs="?", default="output", type=Path)
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the tables in a file")
    parser.add_argument("--weights-only", action="store_true", help="open no page and do not ask Lighthouse")
    options = parser.parse_args()
    report = Report()
    weigh(report, options.output)
    if not options.weights_only:
        look(report, options.output)
        ask_lighthouse(report, options.output)
    if options.write:
        head = f"# Audit of the demo site\n\n{machine()}: what `make audit` printed.\n\n"
        options.write.write_text(head + "\n".join(report.lines) + "\n", encoding="utf-8")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
