"""Posters: one drawn SVG file per session that has a page, shared by all languages and cached by browsers.

Inside list pages two hundred of them would be half a megabyte; as files they load lazily and once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.drawing.posters import poster_svg
from builder.model import Session, Value
from builder.pages.kind import Kind
from builder.pages.site import Site
from builder.pages.values import Svg


class PosterFile(Value, frozen=True):
    """The value of `poster.svg`."""

    picture: Svg


class Poster(Kind):
    name = "poster"
    template = "poster.svg"

    def languages(self, site: Site) -> tuple[str, ...]:
        return ("",)

    def names(self, site: Site) -> Iterator[str]:
        return iter(site.catalog.all_ids())

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        return [session.id]

    def value(self, site: Site, name: str, language: str) -> PosterFile | None:
        session = site.catalog.session(name)
        if session is None or not has_page(session):
            return None
        if site.config.media.posters == "provider" and session.poster_url:
            return None
        return PosterFile(Svg(poster_svg(session, site.session_hue(session), site.config.timezone)))


def has_page(session: Session) -> bool:
    """Say whether a session has a watch page: everything but tombstones, hidden ones and drafts."""
    return not session.tombstone and session.visibility in ("public", "unlisted")
