"""Files beside a watch page: its captions, its storyboard and the storyboard's pictures.

They are copied as they are and belong to the session: where it has no page (hidden, deleted, a draft), they are not
published either. Names: "2022/01/13/k3f9q2m7xa/captions.en.vtt".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from builder.model import Captions, Session, Storyboard, Value
from builder.pages.kind import Kind
from builder.pages.poster import has_page
from builder.pages.site import Site

STORYBOARD = "storyboard.vtt"


class Attachment(Value, frozen=True):
    """A file of the source folder that is copied; no template sees it."""

    source: str  # "replays/finale.en.vtt"
    digest: str


class AttachmentKind(Kind):
    name = "attachment"
    template = ""

    def languages(self, site: Site) -> tuple[str, ...]:
        return ("",)

    def names(self, site: Site) -> Iterator[str]:
        ids = {identity for curation in _by_curation(site) for identity in site.catalog.curated_ids(curation)}
        for identity in sorted(ids):
            if session := site.catalog.session(identity):
                yield from self.touched(site, session)

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        return [f"{session.id}/{name}" for name in files_of(site, session)]

    def value(self, site: Site, name: str, language: str) -> Attachment | None:
        identity, _, file = name.rpartition("/")
        session = site.catalog.session(identity)
        if session is None or not has_page(session):
            return None
        source = files_of(site, session).get(file)
        return Attachment(source, _digests(site)[source]) if source else None


def captions_of(site: Site, session: Session) -> tuple[Captions, ...]:
    """Return the captions of a session, one per language: those of its first curation that has them."""
    found: dict[str, Captions] = {}
    for source in session.curated_by:
        for captions in _by_curation(site).get(source, ((), ()))[0]:
            found.setdefault(captions.language, captions)
    return tuple(found[language] for language in sorted(found))


def storyboard_of(site: Site, session: Session) -> Storyboard | None:
    boards = (board for source in session.curated_by for board in _by_curation(site).get(source, ((), ()))[1])
    return next(boards, None)


def storyboard_url(site: Site, session: Session) -> str:
    """Return the path of a session's storyboard, "" when it has none."""
    if not session.curated_by or storyboard_of(site, session) is None:
        return ""
    return site.link("attachment", f"{session.id}/{STORYBOARD}", "")


def captions_name(captions: Captions) -> str:
    return f"captions.{captions.language}.vtt"


def files_of(site: Site, session: Session) -> dict[str, str]:
    """Return the files of a session: published name → file of the source. Pictures keep their names."""
    if not session.curated_by:
        return {}
    files = {captions_name(captions): captions.source for captions in captions_of(site, session)}
    if board := storyboard_of(site, session):
        files[STORYBOARD] = board.source
        files |= {image.rpartition("/")[2]: image for image in board.images}
    return files


Files = tuple[tuple[Captions, ...], tuple[Storyboard, ...]]


def _by_curation(site: Site) -> dict[str, Files]:
    return site.once("beside", partial(_sorted_by_curation, site))


def _sorted_by_curation(site: Site) -> dict[str, Files]:
    found: dict[str, Files] = {}
    for captions in site.content.captions:
        known = found.get(captions.curation, ((), ()))
        found[captions.curation] = ((*known[0], captions), known[1])
    for board in site.content.storyboards:
        known = found.get(board.curation, ((), ()))
        found[board.curation] = (known[0], (*known[1], board))
    return dict(sorted(found.items()))


def _digests(site: Site) -> dict[str, str]:
    return site.once("content digests", lambda: dict(site.content.digests))
