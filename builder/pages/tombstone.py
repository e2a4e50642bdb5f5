"""What remains of a replay that was hidden, deleted, forbidden or has expired: a status word at its old address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.model import Session, Value
from builder.pages.frame import frame, head
from builder.pages.kind import Kind
from builder.pages.site import Site
from builder.pages.values import Head, SiteFrame


class TombstonePage(Value, frozen=True):
    """The value of `tombstone.html`: no title, no VJ, no times, no media."""

    site: SiteFrame
    head: Head
    status: str  # hidden, deleted, forbidden, expired
    back: str


class TombstoneKind(Kind):
    name = "tombstone"
    template = "tombstone.html"

    def names(self, site: Site) -> Iterator[str]:
        return (session.id for session in site.catalog.tombstones())

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        return [session.id]

    def stands(self, site: Site, name: str) -> bool:
        session = site.catalog.session(name)
        return session is not None and leaves_tombstone(session)

    def value(self, site: Site, name: str, language: str) -> TombstonePage | None:
        session = site.catalog.session(name) if self.stands(site, name) else None
        if session is None:
            return None
        sentence = site.words(language)(f"tombstone.{session.tombstone}")
        return TombstonePage(
            site=frame(site, language),
            head=head(site, "watch", name, language, title=sentence.rstrip(".。"), robots="noindex"),
            status=session.tombstone,
            back=site.link("years", "", language),
        )


def leaves_tombstone(session: Session) -> bool:
    """Say whether a session that is gone leaves a word at its address; a draft was never published."""
    return bool(session.tombstone) and session.visibility != "draft"
