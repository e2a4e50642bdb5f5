"""The page for addresses that do not exist. Its own address is unknown, so its links begin at the site's base path.

A server has one such page for the whole site, so it speaks every language: the first as its own, the others below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.model import Session, Value
from builder.pages.frame import base_path, frame, head
from builder.pages.kind import Kind
from builder.pages.site import Site
from builder.pages.values import Head, SiteFrame

KINDS = (("not_found.home", "home"), ("not_found.calendar", "years"), ("not_found.vjs", "vjs"))


class Translated(Value, frozen=True):
    """The page's words in one more language."""

    language: str
    title: str
    lead: str
    links: tuple[tuple[str, str], ...]  # (label, address)


class NotFoundPage(Value, frozen=True):
    """The value of `not_found.html`; all addresses in it get the base path of `head`."""

    site: SiteFrame
    head: Head
    links: tuple[tuple[str, str], ...]  # (message key, address)
    others: tuple[Translated, ...]


class NotFound(Kind):
    name = "not_found"
    template = "not_found.html"

    def languages(self, site: Site) -> tuple[str, ...]:
        return (site.languages[0],)

    def names(self, site: Site) -> Iterator[str]:
        yield ""

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        return []

    def value(self, site: Site, name: str, language: str) -> NotFoundPage:
        title = site.words(language)("not_found.title")
        top = head(site, "home", "", language, title=title, robots="noindex")
        return NotFoundPage(
            site=frame(site, language),
            head=Head(
                title=top.title,
                description="",
                canonical="",
                alternates=(),
                languages=top.languages if site.has("home") else (),
                robots="noindex",
                base_path=base_path(site),
            ),
            links=_links(site, language),
            others=tuple(_translated(site, code) for code in site.languages if code != language),
        )


def _translated(site: Site, language: str) -> Translated:
    words = site.words(language)
    links = tuple((words(key), address) for key, address in _links(site, language))
    return Translated(language, words("not_found.title"), words("not_found.lead"), links)


def _links(site: Site, language: str) -> tuple[tuple[str, str], ...]:
    return tuple((words, site.link(kind, "", language)) for words, kind in KINDS if site.has(kind))
