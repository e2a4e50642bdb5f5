"""Files beside a watch page: its captions, its storyboard and the storyboard's pictures.

They are copied as they are and belong to the session: where it has no page (hidden, deleted, a draft), they are not
published either. What they say and show of time that a trim hides, or that lies behind the end of the session because
its show was split, stays behind.
Names: "2022/01/13/k3f9q2m7xa/captions.en.vtt".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from msgspec.structs import replace

from builder.model import Captions, Session, Storyboard, Trim, Value
from builder.pages.kind import Kind
from builder.pages.poster import has_page
from builder.pages.site import Site
from builder.sessions.claims import ENDLESS_MS

VTT = ".vtt"
STORYBOARD = f"storyboard{VTT}"
ALL = (0, ENDLESS_MS)  # of session time
OVERHANG_MS = 10_000  # a file may run longer than told by so much, and the last picture may stand as long


class Kept(Value, frozen=True):
    """What is copied of captions, or of a storyboard: cues that lie within a session time, and of these pictures."""

    from_ms: int
    to_ms: int
    pictures: tuple[str, ...] = ()


class Attachment(Value, frozen=True):
    """A file of the source folder that is copied; no template sees it."""

    source: str  # "replays/finale.en.vtt"
    digest: str
    kept: Kept | None = None  # None: all of it


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
        return None if source is None else Attachment(source, _digests(site)[source], _kept(site, session, file))


def _kept(site: Site, session: Session, file: str) -> Kept | None:
    if file == STORYBOARD:
        board = storyboard_of(site, session)
        assert board is not None  # else it would be no file
        pictures = tuple(image.rpartition("/")[2] for image in board.images)
        return _unless_all(shown_time(session, board.last_ms), pictures)
    told = (each for each in captions_of(site, session) if captions_name(each) == file)
    return next((_unless_all(shown_time(session, each.last_ms), ()) for each in told), None)


def _unless_all(time: tuple[int, int], pictures: tuple[str, ...]) -> Kept | None:
    return None if time == ALL else Kept(*time, pictures)


def shown_time(session: Session, last_ms: int) -> tuple[int, int]:
    """Return the session time (from_ms, to_ms) of which the words or pictures of a file are shown, given its last cue.

    All of a file that fits: its last words may end a little later than the session, whose length nobody told to the
    frame. One that goes on behind the end is about a longer show, and what others are shown of that is not said here.
    """
    low, high = session.start_ms - session.zero_ms, session.end_ms - session.zero_ms
    trim = session.trim or Trim()
    ends = trim.cuts_tail or goes_beyond(session, last_ms)
    return low if trim.cuts_head else 0, high if ends else ENDLESS_MS


def goes_beyond(session: Session, last_ms: int) -> bool:
    """Say whether a file whose last cue begins then tells of more than the session, trimmed time included."""
    length_ms = session.whole.end_ms - session.zero_ms
    return length_ms > 0 and last_ms >= length_ms + OVERHANG_MS  # no length: nobody told it


def captions_of(site: Site, session: Session) -> tuple[Captions, ...]:
    """Return the captions of a session, one per language: those of its first curation that has them."""
    found: dict[str, Captions] = {}
    for source in session.curated_by:
        for captions in _by_curation(site).get(source, ((), ()))[0]:
            found.setdefault(captions.language, captions)
    return tuple(found[language] for language in sorted(found))


def storyboard_of(site: Site, session: Session) -> Storyboard | None:
    """Return the storyboard of a session with the pictures that show nothing hidden; None when there is none."""
    boards = (board for source in session.curated_by for board in _by_curation(site).get(source, ((), ()))[1])
    board = next(boards, None)
    if board is None or (time := shown_time(session, board.last_ms)) == ALL:
        return board
    low, high = time
    pictures = zip(board.images, board.moments, strict=True)
    images = tuple(image for image, (first, last) in pictures if low <= first and last <= high)
    return replace(board, images=images) if images else None


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
