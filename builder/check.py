"""Checks a built folder as a reader would meet it: dead links, missing assets, orphans, duplicate addresses.

Works on the files alone, so it checks what is there and not what we believe we wrote. Links are followed within the
site: relative ones, and absolute ones that begin with `base_url`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from builder.model import Value

LINK_ATTRIBUTES = {"href": "link", "src": "file", "poster": "file", "data-src": "file"}
REFRESH = re.compile(r"^\s*\d+\s*;\s*url=(.+)$", re.IGNORECASE)
CSS_URL = re.compile(r"""(?:url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["'])""")
JS_IMPORT = re.compile(r"""(?:from\s*|import\s*\(?\s*)["'](\.{1,2}/[^"']+)["']""")


class Finding(Value, frozen=True, order=True):
    """One thing that is wrong: `kind` is dead_link, missing_file, orphan or duplicate_address."""

    page: str
    kind: str
    target: str


class Checked(Value, frozen=True):
    pages: int
    links: int
    findings: tuple[Finding, ...]


def check(root: Path, base_url: str) -> Checked:
    """Check every page below `root`; findings are sorted."""
    files = set(walk(root))
    base = urlsplit(base_url)
    findings: list[Finding] = []
    reached: dict[str, set[str]] = {}
    set_apart, links = set(), 0  # pages that no list shows, on purpose
    for name in sorted(files):
        reader = read(root, name)
        reached[name] = set()
        if reader.is_set_apart:
            set_apart.add(name)
        for kind, url in reader.links:
            target = resolve(name, url, base.netloc, base.path)
            if target is None:
                continue
            links += 1
            found = next((file for file in (target, posixpath.join(target, "index.html")) if file in files), None)
            if found is None:
                findings.append(Finding(name, "dead_link" if kind == "link" else "missing_file", url))
            else:
                reached[name].add(found)
    findings += [Finding(name, "orphan", "") for name in orphans(files, reached, set_apart)]
    findings += [Finding(name, "duplicate_address", twin) for name, twin in twins(files)]
    pages = sum(name.endswith(".html") for name in files)
    return Checked(pages, links, tuple(sorted(findings)))


def walk(root: Path) -> Iterator[str]:
    """Yield every file but top-level dot files."""
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith("."):
            yield name


def read(root: Path, name: str) -> LinkReader:
    """Collect what a file of the site refers to; a site's own files may be of any encoding."""
    reader = LinkReader()
    is_page, is_asset = name.endswith(".html"), name.startswith("assets/")
    if not is_page and not (is_asset and name.endswith((".css", ".js"))):
        return reader
    text = (root / name).read_text(encoding="utf-8", errors="replace")
    if is_page:
        reader.feed(text)
    elif name.endswith(".css"):
        reader.links += [("file", one or other) for one, other in CSS_URL.findall(text)]
    else:
        reader.links += [("file", url) for url in JS_IMPORT.findall(text)]
    return reader


class LinkReader(HTMLParser):
    """Collects what a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []  # (kind, URL)
        self.is_set_apart = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        for name, kind in LINK_ATTRIBUTES.items():
            if facts.get(name):
                is_asset = tag == "link" and (facts.get("rel") or "") not in {"canonical", "alternate", "next", "prev"}
                self.links.append(("file" if is_asset else kind, str(facts[name])))
        for candidate in (facts.get("srcset") or "").split(","):
            if candidate.strip():
                self.links.append(("file", candidate.split()[0]))
        if tag == "meta" and facts.get("name") == "robots" and "noindex" in (facts.get("content") or ""):
            self.is_set_apart = True
        if tag == "meta" and (facts.get("http-equiv") or "").lower() == "refresh":
            found = REFRESH.match(facts.get("content") or "")
            if found:
                self.is_set_apart = True
                self.links.append(("link", found[1].strip()))

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: ARG002  # as inherited
        """Read `<![…` as browsers do, as a comment up to the next `>`; Python 3.11 raises for the unknown ones."""
        return self.parse_bogus_comment(i)


def resolve(page: str, url: str, netloc: str, base_path: str) -> str | None:
    """Return the file or folder that a link means, relative to the root; None when it leaves the site.

    What no browser can read as an address, `http://[`, is returned as it stands: no file has such a name.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    if parts.netloc and parts.netloc != netloc:
        return None
    if parts.scheme and not parts.netloc:
        return None  # mailto:, data:, tel:
    path = unquote(parts.path)
    if parts.netloc or path.startswith("/"):
        if not (path + "/").startswith(base_path):
            return None
        target = path[len(base_path) :]
    elif not path:
        return page
    else:
        target = posixpath.normpath(posixpath.join("/", posixpath.dirname(page), path))
    return target.strip("/") or "index.html"


def orphans(files: set[str], reached: dict[str, set[str]], set_apart: set[str]) -> list[str]:
    """Return the pages that no walk from the home page finds; redirects and `noindex` pages are meant to be so.

    A site may have no home page. Then the walk begins at what its menu leads to, the calendar and the VJs; without
    these too it is a site of single pages, and each is reached by its address alone.
    """
    doors = ("index.html",) if "index.html" in files else ("replays/index.html", "vj/index.html")
    todo = [name for name in doors if name in files]
    if not todo:
        return []
    seen: set[str] = set()
    todo += ["404.html"] if "404.html" in files else []
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += sorted(reached.get(name, ()))
    return sorted(name for name in files - seen - set_apart if name.endswith(".html") and not name.endswith("404.html"))


def twins(files: set[str]) -> list[tuple[str, str]]:
    """Return the files whose addresses a case-folding server could not tell apart."""
    first: dict[str, str] = {}
    found = []
    for name in sorted(files):
        other = first.setdefault(name.casefold(), name)
        if other != name:
            found.append((name, other))
    return found
