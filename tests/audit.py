"""Weigh the built site against its budgets: `make audit`.

For the heaviest page of each kind: the HTML, the style sheet, and the modules it loads before a press of play (its
scripts and what they import statically), gzipped; and every request to another host. Exits 1 when a budget is broken.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path

KB = 1024
BUDGETS = {"html": 10 * KB, "css": 12 * KB, "modules": 12 * KB}
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
IMPORTED = re.compile(r'(?:^|;|\n)\s*(?:import|export)\b[^;"\']*["\'](\.[^"\']+)["\']')


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


def weights(page: Path) -> tuple[dict[str, int], list[str]]:
    """Return what a page weighs, and the addresses of others that it loads from."""
    addresses = LOADED.findall(page.read_text(encoding="utf-8"))
    strangers = [address for address in addresses if re.match(r"(?:https?:)?//", address)]
    files = [(page.parent / address).resolve() for address in addresses if address not in strangers]
    styles = {file for file in files if file.suffix == ".css"}
    modules = {module for file in files if file.suffix in {".js", ".mjs"} for module in modules_of(file)}
    return {"html": weight({page}), "css": weight(styles), "modules": weight(modules)}, strangers


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


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", nargs="?", default="output", type=Path)
    output = parser.parse_args().output
    faults = 0
    say(f"{'page':8}{'html':>10}{'css':>10}{'modules':>10}  address")
    for kind, page in heaviest(output):
        found, strangers = weights(page)
        over = {name: size for name, size in found.items() if size > BUDGETS[name]}
        cells = "".join(f"{size / KB:>9.1f}{'!' if name in over else ' '}" for name, size in found.items())
        say(f"{kind:8}{cells}  /{page.parent.relative_to(output).as_posix().strip('.')}")
        for address in strangers:
            say(f"{'':8}loads from another host: {address}")
        faults += len(over) + len(strangers)
    say(f"budgets in KB, gzipped: {', '.join(f'{name} {limit / KB:.0f}' for name, limit in BUDGETS.items())}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
