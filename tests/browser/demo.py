"""The demo site, built into a folder of its own and served under a base path, and one page of every kind of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from builder.build import Options, build
from builder.catalog import Catalog
from builder.model import PageKey
from builder.pages import KINDS
from builder.pages.kind import Kind
from builder.places import find_places
from builder.workshop import Workshop

ROOT = Path(__file__).resolve().parents[2]
BASE = "/a/b"
NO_HTML = {"poster", "attachment"}
KIND_NAMES = [kind.name for kind in KINDS if kind.name not in NO_HTML]


class Sheet(NamedTuple):
    """A page to be looked at: its kind, its language, its address under the base path, its file."""

    kind: str
    language: str
    path: str
    file: Path

    @property
    def title(self) -> str:
        return f"{self.kind}-{self.language}"


class Built(NamedTuple):
    """A site in its output folder, and the pages that it has."""

    output: Path
    sheets: tuple[Sheet, ...]

    def one_of_each(self) -> list[Sheet]:
        """Return the fullest page of every kind in every language."""
        fullest = sorted(self.sheets, key=lambda sheet: (sheet.file.stat().st_size, sheet.path))
        return list({sheet.title: sheet for sheet in fullest}.values())

    def fullest(self, kind: str) -> list[Sheet]:
        """Return the fullest page of one kind, in every language."""
        found = [sheet for sheet in self.one_of_each() if sheet.kind == kind]
        assert found, f"the demo has no page of the kind {kind}"
        return found


def build_site(root: Path) -> Built:
    """Build `root/site_src` into `root/output` as the command does, and list its pages."""
    places = find_places(root / "site_src", root / "output", root / "state")
    workshop = Workshop(places, {})
    build(workshop, Options(write_redirects=False))
    with Catalog.open(places.state, readonly=True) as catalog:
        site = workshop.site(catalog)
        keys = [(kind, key) for kind in KINDS if kind.name not in NO_HTML for key in kind.keys(site)]
        sheets = [sheet_of(places.output, kind, key, kind.path(site, key)) for kind, key in keys]
    return Built(places.output, tuple(sheet for sheet in sheets if sheet.file.is_file()))


def sheet_of(output: Path, kind: Kind, key: PageKey, path: str) -> Sheet:
    file = output / path.lstrip("/")
    return Sheet(kind.name, key.language, path, file / "index.html" if path.endswith("/") else file)


def build_demo(root: Path) -> Built:
    """Build the demo without its media: no page here plays. It was in French too, once."""
    source = root / "site_src"
    shutil.copytree(ROOT / "site_src", source, ignore=shutil.ignore_patterns("media"))
    settings = source / "site.yaml"
    text = settings.read_text(encoding="utf-8")
    assert "base_url: https://replays.example.com/\n" in text
    settings.write_text(text.replace("replays.example.com/\n", f"replays.example.com{BASE}/\n"), encoding="utf-8")
    with (source / "redirects.yaml").open("a", encoding="utf-8") as file:
        file.write('"/fr/*": "/*"\n')
    return build_site(root)
