"""What page kinds are given: the catalog, the configuration, the content, the words. Nothing here renders."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from builder.config import SiteConfig
from builder.dates import Dates, zone_place
from builder.drawing.colour import hue_step
from builder.drawing.lettering import monogram
from builder.messages import Messages
from builder.model import Session, Vj
from builder.pages import paths
from builder.pages.values import VjRef
from builder.pages.words import NAME_LIMIT, clean, run
from builder.redirects import Table

if TYPE_CHECKING:
    from builder.catalog import Catalog
    from builder.content import Content

LIVES_BY = {  # only a VJ leads to their months, and an index of tags only to tags
    "vj_month": "vj",
    "tags": "tag",
    "former": "redirect",
}
MEDIA_STATIC = "/static/"
T = TypeVar("T")


class Everything(Container[str]):
    """The names of all fields."""

    def __contains__(self, name: object) -> bool:
        return True


EVERYTHING = Everything()


@dataclass(frozen=True)
class Site:
    """One site as pages see it. `cache` keeps what many pages of one build share; make a new `Site` for each build.

    `named` tells of a template which fields it may print; `shown` are those of the page at hand.
    """

    catalog: Catalog
    config: SiteConfig
    content: Content
    messages: Mapping[str, Messages]
    now_ms: int = 0
    assets: Mapping[str, str] = field(default_factory=dict)  # "site.css" → "/assets/site.<hash>.css"
    redirects: Table = field(default_factory=Table)  # from redirects.yaml
    source: Path = Path()  # where attachments are copied from; pages do not read it
    named: Callable[[str], Container[str]] = field(default=lambda _: EVERYTHING, compare=False, repr=False)
    shown: Container[str] = EVERYTHING
    cache: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def narrowed(self, template: str) -> Site:
        """Return the site as the pages of a template see it; both share what is kept for the build."""
        found: Site | None = self.cache.get(("narrowed", template))
        if found is None:
            found = self.cache["narrowed", template] = replace(self, shown=self.named(template))
        return found

    def shows(self, name: str, *others: str) -> bool:
        """Say whether the page's template names one of these fields: what it does not name need not be made."""
        return name in self.shown or any(other in self.shown for other in others)

    @property
    def languages(self) -> tuple[str, ...]:
        return self.config.languages

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Return what `make` makes, made once for this build."""
        if name not in self.cache:
            self.cache[name] = make()
        found: T = self.cache[name]
        return found

    def code(self, language: str) -> str:
        """Return the language that a page is in: one that all languages share, "", is in the first."""
        return language or self.languages[0]

    def words(self, language: str) -> Messages:
        return self.messages[language or self.languages[0]]

    def dates(self, language: str) -> Dates:
        found = self.cache.get(("dates", language))
        if found is None:
            found = Dates(self.words(language), self.config.timezone)
            self.cache["dates", language] = found
        return found

    def has(self, kind: str) -> bool:
        """Say whether pages of a kind are made at all (`outputs:` may switch a kind off, or what it lives by)."""
        off = self.config.outputs_off
        return kind not in off and LIVES_BY.get(kind) not in off

    def zone_place(self, language: str) -> str:
        """Return what a language calls the place of the site's zone: "Shanghai"."""
        words, zone = self.words(language), self.config.timezone
        return words(f"zones.{zone}") if words.has(f"zones.{zone}") else zone_place(zone)

    def link(self, kind: str, name: str, language: str) -> str:
        """Return the path of a page for links, "" when its kind is switched off."""
        return paths.tree(language, self.languages) + paths.of(kind, name) if self.has(kind) else ""

    def vj(self, slug: str) -> Vj:
        """Return the profile of a VJ, or the one derived for a stream that no profile claims."""
        profiles = self.once("profiles", lambda: {profile.slug: profile for profile in self.content.vjs})
        return profiles.get(slug) or Vj(slug=slug, name="", mapped=False)

    def has_vj_page(self, slug: str) -> bool:
        """Say whether a VJ has a page: one with a profile always, a stream without only for what is listed."""
        return self.vj(slug).mapped or self.catalog.vj_total(slug) is not None

    def vj_ref(self, slug: str, language: str) -> VjRef:
        """Return what a page shows of a VJ beside a broadcast: nothing that a broadcast changes."""
        found: VjRef | None = self.cache.get(("vj", slug, language))
        if found is None:
            found = self.cache["vj", slug, language] = self._vj_ref(self.vj(slug), language)
        return found

    def _vj_ref(self, vj: Vj, language: str) -> VjRef:
        page_language = self.code(language)
        if vj.name:
            name = run(vj.name, vj.language, page_language, NAME_LIMIT)
        else:
            name = run(self.words(language)("unnamed_vj", tag=short_tag(vj.slug)), page_language, page_language)
        return VjRef(
            slug=vj.slug,
            name=name,
            url=self.link("vj", vj.slug, language),
            hue=hue_step(vj.slug) if vj.hue is None else vj.hue,
            monogram=clean(monogram(name.text if vj.name else short_tag(vj.slug))),
            photo=self.picture(vj.photo),
        )

    def picture(self, url: str) -> str:
        """Return a picture's site path, "" when it is not there; one from elsewhere is not: a page asks no others."""
        return url if url.startswith(MEDIA_STATIC) and static_name(url) in self.assets else ""

    def session_hue(self, session: Session) -> int:
        return self.vj_ref(session.vj, self.languages[0]).hue


def static_name(url: str) -> str:
    """Return the name that the file at a site path has among the assets: `static/ada.jpg`."""
    name = unquote(re.split("[?#]", url)[0]).removeprefix("/")
    return f"{name}index.html" if name.endswith("/") else name


def short_tag(slug: str) -> str:
    """Return the part of a private slug that a name may show."""
    return slug.removeprefix("s-")[:6]
