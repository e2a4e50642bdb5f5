"""Pages of prose: about, imprint and whatever else a site says. Every language has every page.

A page without a version in some language is shown there in another one, marked as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.model import Session, Value
from builder.pages.frame import frame, head, pages_in
from builder.pages.kind import Kind
from builder.pages.site import Site
from builder.pages.values import Head, Html, Run, SiteFrame
from builder.pages.words import run


class ProsePage(Value, frozen=True):
    """The value of `page.html`."""

    site: SiteFrame
    head: Head
    title: Run
    body: Html
    lang: str
    other_language: str  # the name of the page's language where it is not the interface's, else ""


class Page(Kind):
    name = "page"
    template = "page.html"

    def names(self, site: Site) -> Iterator[str]:
        return iter(sorted({page.slug for page in site.content.pages}))

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        return []

    def stands(self, site: Site, name: str) -> bool:
        return any(page.slug == name for page in site.content.pages)

    def value(self, site: Site, name: str, language: str) -> ProsePage | None:
        page_language = site.code(language)
        page = next((page for page in pages_in(site, language) if page.slug == name), None)
        if page is None:
            return None
        is_other = page.language not in ("", page_language)
        other = ""
        if is_other:
            words = site.messages.get(page.language)
            other = words("language_name") if words else page.language
        return ProsePage(
            site=frame(site, language, f"page/{name}"),
            head=head(site, "page", name, language, title=page.title, description=page.description),
            title=run(page.title, page.language, page_language),
            body=Html(page.html),
            lang=page.language or page_language,
            other_language=other,
        )
