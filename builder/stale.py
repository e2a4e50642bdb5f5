"""Which pages are stale, and why: pages that changed sessions touch, and pages that changed inputs touch.

The catalog notes the first kind while it reads. This module notes the second by comparing a digest per input
(configuration, profile, page of prose, template closure, asset) with those of the last build, then spells the notes
out as page keys.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import msgspec

from builder.catalog.ledger import EVERYTHING, Ledger
from builder.model import PageKey, Session, Value
from builder.pages import KINDS, Site, kind_named
from builder.pages.former import Former, names_beside
from builder.pages.kind import CutKind
from builder.pages.redirect import about_piece
from builder.pages.standing import CUT_LISTS
from builder.places import Places

ALL = "*"  # as a key's name: every page of the kind
ASSETS = PageKey("asset", ALL)
FORMER_PAGES = PageKey(Former.name, ALL)
PROFILE_LIMIT = 2000  # sessions; a profile with more of them makes everything stale


class Stale(Value, frozen=True):
    """What must be looked at: everything, or whole kinds and single pages."""

    everything: bool
    kinds: frozenset[tuple[str, str]]  # (kind, language)
    singles: tuple[PageKey, ...]
    assets: bool
    causes: dict[PageKey, str]

    @property
    def is_bulk(self) -> bool:
        return self.everything or bool(self.kinds)

    def keys(self, site: Site) -> Iterator[PageKey]:
        """Yield every page to look at; a page may come twice."""
        if self.everything:
            for kind in KINDS:
                yield from kind.keys(site)
            return
        for name, language in sorted(self.kinds):
            yield from (key for key in kind_named(name).keys(site) if key.language == language)
        yield from self.singles

    def cause(self, key: PageKey) -> str:
        """Say what made a page stale."""
        for candidate in (key, PageKey(key.kind, ALL, key.language), EVERYTHING):
            if candidate in self.causes:
                return self.causes[candidate]
        return ""


def output_id(places: Places) -> str:
    """Return the name under which the catalog remembers an output folder: where it is from the state folder.

    So a build goes on where both were moved or copied together, as between the folders of a CI; links stay as they were
    written, for they may lead elsewhere each time. Under another name an output is built anew.
    """
    return hashlib.blake2b(os.fsencode(os.path.relpath(places.output, places.state)), digest_size=8).hexdigest()


def note_changed_inputs(ledger: Ledger, site: Site, digests: dict[str, str], *, everything: str) -> None:
    """Add the pages of changed inputs to `pending` and remember the digests, in the caller's transaction.

    `everything` says why all pages are stale ("" = they are not).
    """
    stored = ledger.inputs()
    known: dict[str, str] = msgspec.json.decode(stored, type=dict[str, str]) if stored else {}
    if everything:
        ledger.add_pending([EVERYTHING], everything)
    for name in sorted(known.keys() | digests.keys()):
        if known.get(name) != digests.get(name):
            ledger.add_pending(touched_by(name, site), f"{name} changed")
    ledger.store_inputs(msgspec.json.encode(digests, order="sorted"))


def remember_input(ledger: Ledger, name: str, digest: str) -> None:
    """Remember how an input stands that the build itself wrote, in the caller's transaction."""
    known = msgspec.json.decode(ledger.inputs(), type=dict[str, str])
    ledger.store_inputs(msgspec.json.encode({**known, name: digest}, order="sorted"))


def touched_by(name: str, site: Site) -> Iterable[PageKey]:
    """Return the pages that an input touches, by the input's name in `Workshop.digests`."""
    what, _, rest = name.partition(" ")
    if what == "theme":
        kind, _, language = rest.partition(" ")
        return [PageKey(kind, ALL, language)]
    if what == "asset":
        return [ASSETS]
    if what == "redirects":
        return redirect_pages(site)
    if what == "content" and rest.startswith("replays/"):
        # Curation itself changes sessions, and the catalog has noted those.
        return [] if rest.endswith(".md") else beside_pages(rest, site)
    if what == "content" and rest.startswith("vjs/"):
        return profile_pages(PurePosixPath(rest).stem, site)
    return [EVERYTHING]


def note_pieces(ledger: Ledger, site: Site) -> None:
    """Add the pieces that come or go with the lists that are pending: one broadcast may cut a list, or join it again.

    Those are the pieces that were published and stand no more, and those that stand and were not published; and the
    redirects about them. What the last build published in another output needs redirects here, but is no file of this.
    """
    pending = ledger.pending()
    for kind in CUT_LISTS if EVERYTHING not in pending else ():
        lists = {kind.list_of(key.name) for key in pending if key.kind == kind.name and key.name != ALL}
        for list_ in sorted(lists) if site.has(kind.name) else ():
            folder = kind.folder(list_)
            published = [ledger.names_below(kind.name, folder, here=here) for here in (True, False)]
            changed = {name for there in published for name in come_or_gone(site, kind, list_, there)}
            names = [(kind.name, name) for name in changed]
            names += [("redirect", old) for name in changed for old in about_piece(site, kind.name, name)]
            keys = (PageKey(what, name, language) for what, name in names for language in site.languages)
            ledger.add_pending(keys, "the list was cut or joined")


def come_or_gone(site: Site, kind: CutKind, list_: str, published: Iterable[str]) -> list[str]:
    """Return the pieces of a list that are not as they were published, in order."""
    return sorted(set(published) ^ set(kind.pieces(site, list_)))


def redirect_pages(site: Site) -> list[PageKey]:
    """Return the pages that depend on `redirects.yaml`: all redirects, and those of VJs who feature a replay."""
    featuring = (vj.slug for vj in site.content.vjs if vj.featured)
    return [
        *every_redirect(site),
        *(PageKey("vj", slug, language) for slug in featuring for language in site.languages),
    ]


def every_redirect(site: Site) -> list[PageKey]:
    return [FORMER_PAGES, *(PageKey("redirect", ALL, language) for language in ("", *site.languages))]


def beside_pages(name: str, site: Site) -> list[PageKey]:
    """Return the pages that a file beside a curation touches: the copies, and what shows that there is one."""
    found = {PageKey("attachment", ALL): None}
    stem, _, kind = name.removesuffix(".vtt").rpartition(".")
    if name.endswith(".vtt"):
        # Captions show on the watch page alone, a storyboard on every card of the session.
        kinds = KINDS if kind == "storyboard" else (kind_named("watch"),)
        for session in filter(None, map(site.catalog.session, site.catalog.curated_ids(f"{stem}.md"))):
            found.update({key: None for each in kinds for key in each.affected(site, session, session)})
    return list(found)


def profile_pages(slug: str, site: Site) -> list[PageKey]:
    """Return the pages that show a VJ: those of their sessions, their own, and the lists of VJs."""
    sessions: list[Session] = site.catalog.vj_sessions(slug, limit=PROFILE_LIMIT)
    sessions += site.catalog.vj_unlisted_sessions(slug, limit=PROFILE_LIMIT)
    if len(sessions) >= PROFILE_LIMIT:
        return [EVERYTHING]
    found = {key: None for session in sessions for kind in KINDS for key in kind.affected(site, session, session)}
    lists = [
        PageKey(kind.name, ALL, language) for kind in KINDS for language in site.languages if kind.name in VJ_LISTS
    ]
    return [*found, *lists, *every_redirect(site)]


VJ_LISTS = frozenset({"vj", "vjs", "home"})


def stale_pages(ledger: Ledger, site: Site) -> Stale:
    """Spell out what is pending, and what goes with it where the tree of a language was."""
    pending = ledger.pending()
    pending |= dict.fromkeys(former_pages(pending, site), "a page of the first language changed")
    whole = [key for key in pending if key.name == ALL and key not in {EVERYTHING, ASSETS}]
    everything = EVERYTHING in pending
    return Stale(
        everything=everything,
        kinds=frozenset((key.kind, key.language) for key in whole),
        singles=tuple(sorted(key for key in pending if key.name != ALL)),
        assets=everything or ASSETS in pending,
        causes=pending,
    )


def former_pages(pending: Iterable[PageKey], site: Site) -> list[PageKey]:
    """Return the redirects that come and go with these pages; none on nearly all sites."""
    found: dict[PageKey, None] = {}
    for key in pending if site.redirects.former_languages else ():
        if key.name != ALL and key.kind != Former.name:
            names = names_beside(site, key, kind_named(key.kind).path(site, key))
            found.update({PageKey(Former.name, name): None for name in names})
        elif key.language == site.languages[0]:
            found[FORMER_PAGES] = None
    return [key for key in found if key not in pending]
