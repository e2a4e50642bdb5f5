"""What a page kind is: one file per kind, one template, and the questions that a build asks.

A clean build makes `keys`; an incremental one makes the union of `affected`, asked before and after the sessions
changed. Both go through `data`, so a page is its own list of dependencies. A kind answers for names ("2022-01-13");
this base multiplies them by the languages and answers for kinds that are switched off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from builder.model import PageKey, Session, Value
from builder.pages import paths
from builder.pages.site import Site

LIST_LIMIT = 200  # entries of one page; longer lists are cut by time or by slug


class Kind:
    """One kind of output; its pages exist once per language."""

    name: ClassVar[str]
    template: ClassVar[str]

    def names(self, site: Site) -> Iterator[str]:
        """Yield the name of every page, in one language."""
        raise NotImplementedError

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        """Return the names of the pages that show anything of a session, or that it makes come or go."""
        raise NotImplementedError

    def value(self, site: Site, name: str, language: str) -> Value | None:
        """Return the template's value."""
        raise NotImplementedError

    def stands(self, site: Site, name: str) -> bool:
        """Say whether there is such a page; kinds that are asked often answer without making it."""
        return self.value(site, name, site.languages[0]) is not None

    def languages(self, site: Site) -> tuple[str, ...]:
        return site.languages

    # --- what a build asks ---

    def keys(self, site: Site) -> Iterator[PageKey]:
        """Yield every page of this kind."""
        if site.has(self.name):
            for name in self.names(site):
                for language in self.languages(site):
                    yield PageKey(self.name, name, language)

    def affected(self, site: Site, before: Session | None, after: Session | None) -> Iterable[PageKey]:
        """Return the pages that a changed session may change, given the catalog as it stands."""
        if not site.has(self.name):
            return []
        names: dict[str, None] = {}
        for session in (before, after):
            if session is not None:
                names.update(dict.fromkeys(self.touched(site, session)))
        return [PageKey(self.name, name, language) for name in names for language in self.languages(site)]

    def path(self, site: Site, key: PageKey) -> str:
        """Return the page's path, "/replays/2022/01/13/k3f9q2m7xa/"."""
        return paths.tree(key.language, site.languages) + paths.of(self.name, key.name)

    def data(self, site: Site, key: PageKey) -> Value | None:
        """Return all that the template sees; None: there must be no such page."""
        return self.value(site.narrowed(self.template), key.name, key.language) if site.has(self.name) else None


class CutKind(Kind):
    """A kind whose long lists are cut into pieces, which come and go."""

    def list_of(self, name: str) -> str:
        """Return the list that a page is, or is a piece of; "" where the kind is one list."""
        return ""

    def folder(self, list_: str) -> str:
        """Return the address below which the pieces of a list lie, and nothing else of this kind."""
        raise NotImplementedError

    def pieces(self, site: Site, list_: str) -> Iterable[str]:
        """Return the names of a list's pieces, as the catalog stands; none while it is not cut."""
        raise NotImplementedError
