"""Missing: what people name in `static/`, or in `nav` as a page, and what is not there.

A page would show a broken picture or lead nowhere. It is no mistake that stops a build, since the file may come later;
and no part of what is remembered of content, since the files of `static/` decide it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from builder import inside
from builder.config import SITE_FILE
from builder.content.curation import former_paths
from builder.content.front import MAX_FILE_BYTES
from builder.model import Problem
from builder.pages import Site, paths
from builder.pages.named import paths_at
from builder.pages.site import MEDIA_STATIC, static_name
from builder.pages.standing import stands
from builder.snapshot import Facts, facts_of

SHOWN = 3  # addresses in one message
_NAMED = re.compile(rf'(?<= )(?:href|src)="({MEDIA_STATIC}[^"]*)"')
_Named = tuple[str, str, str]  # source, field, address


def missing_problems(site: Site) -> list[Problem]:
    """Return a warning for each place that names files of `static/`, or pages, which are not there."""
    found: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for source, field, url in (*_of_profiles(site), *_of_texts(site), *_of_nav(site)):
        if url.startswith(MEDIA_STATIC) and static_name(url) not in site.assets:
            found[source, field][url] = None
    files = [_problem(site, *place, list(urls)) for place, urls in sorted(found.items())]
    return [*files, *_pages_missing(site), *_folders_missing(site)]


def _of_profiles(site: Site) -> Iterator[_Named]:
    for vj in site.content.vjs:
        yield vj.source, "photo", vj.photo
        yield vj.source, "banner", vj.banner
        yield from ((vj.source, "links", link.url) for link in vj.links)


def _of_texts(site: Site) -> Iterator[_Named]:
    content = site.content
    texts = [  # few of many: a build with one new record asks as well
        *[(vj.source, vj.bio_html) for vj in content.vjs if MEDIA_STATIC in vj.bio_html],
        *[(one.source, one.description_html) for one in content.curations if MEDIA_STATIC in one.description_html],
        *[(page.source, page.html) for page in content.pages if MEDIA_STATIC in page.html],
    ]
    for source, markup in texts:
        import html  # here: its table of entities takes long to load, and most sites need it for no text

        yield from ((source, "", html.unescape(url)) for url in _NAMED.findall(markup))


def _of_nav(site: Site) -> Iterator[_Named]:
    return ((SITE_FILE, "nav", url) for _, url in site.config.nav)


def _problem(site: Site, source: str, field: str, urls: list[str]) -> Problem:
    alike = site.once("static names", lambda: {name.casefold(): name for name in site.assets})
    near = alike.get(static_name(urls[0]).casefold())
    shown = ", ".join(f"`{url[:120]}`" for url in urls[:SHOWN])
    more = f" and {len(urls) - SHOWN} more" if len(urls) > SHOWN else ""
    but = f" but `/{near}`" if near else ""
    instead = "; initials are shown" if field == "photo" else ""
    message = f"expected a file in `static/`, found none at {shown}{more}{but}{instead}"
    return Problem("target_missing", message, source=source, line=_line(site, source, urls[0]), field=field)


def _line(site: Site, source: str, url: str) -> int:
    """Return the first line of a file that names an address; 0 where it is written in another way."""
    return _line_in(site.source, source, facts_of(str(site.source / source)), url)


@lru_cache(maxsize=10_000)  # a process that stays asks again with every record
def _line_in(folder: Path, source: str, _facts: Facts | None, url: str) -> int:
    text = (inside.read(folder, source, MAX_FILE_BYTES) or b"").decode("utf-8", "replace")
    at = next((at for written in (url, unquote(url)) if (at := text.find(written)) >= 0), -1)
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def _pages_missing(site: Site) -> Iterator[Problem]:
    """Find entries of `nav` for pages of prose that nobody wrote, and that lead nowhere else either."""
    for _, url in site.config.nav:
        ways = [path for path in paths_at(site, url) if path.endswith("/")] if url.startswith("/") else []
        kind = next(filter(None, (paths.read(path[1:])[0] for path in ways)), "")
        if kind == "page" and not any(_is_known(site, path) for path in ways):
            message = f"expected a page of the site, found none at `{url}`"
            line = _line(site, SITE_FILE, url)
            yield Problem("target_missing", message, source=SITE_FILE, line=line, field="nav")


def _is_known(site: Site, path: str) -> bool:
    """Say whether a page stands at a path, or somebody says where it leads."""
    content = site.content
    stated = [one.aliases for one in content.vjs] + [one.aliases for one in content.pages]
    stated += map(former_paths, content.curations)
    return stands(site, path[1:]) or path in site.redirects.targets or any(path in aliases for aliases in stated)


def _folders_missing(site: Site) -> Iterator[Problem]:
    """Find targets of `media.rewrite` with nothing below them."""
    for _, target in site.config.media.rewrite:
        if target.startswith(MEDIA_STATIC) and not any(f"/{name}".startswith(target) for name in site.assets):
            message = f"expected a folder in `static/` with files, found none at `{target}`"
            line = _line(site, SITE_FILE, target)
            yield Problem("target_missing", message, source=SITE_FILE, line=line, field="media.rewrite")
