"""Pages where a language's tree was: one that was given up, or whose language lives at the root now.

One line of `redirects.yaml` tells a whole such tree, `/zh/*: /*`. Each page of the first language then has a redirect
below it, and those come and go with that page: see `stale`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.model import PageKey, Session
from builder.pages import paths
from builder.pages.frame import absolute, frame
from builder.pages.kind import Kind
from builder.pages.redirect import REDIRECT, RedirectPage, leads
from builder.pages.site import Site
from builder.pages.standing import BROADCASTS, PAGES, stands


class Former(Kind):
    """Its names are paths without the first "/": "zh/replays/2022/01/13/"."""

    name = "former"
    template = "redirect.html"

    def languages(self, site: Site) -> tuple[str, ...]:
        return ("",)

    def names(self, site: Site) -> Iterator[str]:
        for kind in (*BROADCASTS, REDIRECT, *PAGES) if site.redirects.former_languages else ():
            for key in kind.keys(site):
                yield from names_beside(site, key, kind.path(site, key))

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        return ()

    def path(self, site: Site, key: PageKey) -> str:
        return f"/{key.name}"

    def value(self, site: Site, name: str, language: str) -> RedirectPage | None:
        code, _, path = name.partition("/")
        is_taken = stands(site, name) or leads(site, name) is not None
        if code not in site.redirects.former_languages or is_taken:
            return None
        if not stands(site, path) and leads(site, path) is None:
            return None
        target = paths.tree(language, site.languages) + path
        return RedirectPage(frame(site, language), target, absolute(site, target), 0)


def names_beside(site: Site, key: PageKey, path: str) -> Iterator[str]:
    """Yield the names of the pages that come and go with another one, which lives at `path`."""
    former = site.redirects.former_languages
    if key.language != site.languages[0] or not path.endswith("/"):
        return
    if path[1:].partition("/")[0] in former:
        yield path[1:]  # a page or redirect of a person, for which ours stood back
    else:
        yield from (f"{code}{path}" for code in former)
