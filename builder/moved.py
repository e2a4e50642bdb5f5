"""Keeps addresses alive that records cannot tell: what was published last and is now neither live nor an alias.

The new address is that of the session which holds the recording kept for the old one, the page that an alias led to, or
the page above: for a list that is no more, and for a replay that became too short. It is written into `redirects.yaml`,
which is input: the next clean build reads it there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from pathlib import Path

from builder import redirects
from builder.addresses import session_path
from builder.catalog import Catalog
from builder.catalog.ledger import EVERYTHING, Ledger
from builder.errors import reason_of
from builder.model import PageKey, Problem, Value
from builder.pages import Site, kind_named, paths
from builder.pages.redirect import heir, leads, profile_aliases, same_month
from builder.pages.standing import CUT_LISTS, stands
from builder.stale import ALL, redirect_pages, remember_input
from builder.workshop import Workshop

WATCH, TOMBSTONE, REDIRECT = "watch", "tombstone", "redirect"
Find = Callable[[Site, Ledger], dict[str, str]]  # old path → new path


class Keeping(Enum):
    """What becomes of addresses that would die."""

    WRITE = "write"  # into `redirects.yaml`
    SUPPOSE = "suppose"  # go on as if they had been written
    TELL = "tell"  # only say what would be added


class Moved(Value, frozen=True):
    """What happened: the paths added (old, new), and a problem per address that could not be kept."""

    added: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


def keep_addresses_alive(
    workshop: Workshop, catalog: Catalog, ledger: Ledger, find: Find, *, keeping: Keeping, before: Moved | None = None
) -> Moved:
    """Append to `redirects.yaml` the addresses that `find` finds dying; return them with those of `before`."""
    site = workshop.site(catalog)
    moves = unkept(workshop, catalog) | find(site, ledger)
    earlier = dict(before.added) if before else {}
    added = Moved(added=tuple((earlier | moves).items()))
    if keeping is Keeping.WRITE and moves != catalog.unkept():
        with catalog.transaction():
            catalog.store_unkept(moves)
    if not moves or keeping is Keeping.TELL:
        return added
    if keeping is Keeping.SUPPOSE:
        workshop.load_redirects(earlier | moves)
        look_at_redirects(workshop, catalog, ledger, "redirects.yaml would change")
        return added
    try:
        add(workshop.places.source / redirects.FILE, moves, site)
    except OSError as error:  # the next build tries again
        problems = tuple(not_kept(old, new, reason_of(error)) for old, new in moves.items())
        return Moved(added=tuple(earlier.items()), problems=problems)
    workshop.load_redirects()
    with catalog.transaction():
        remember_input(ledger, "redirects", workshop.redirects_digest())
        catalog.store_unkept({})
        # The file alone says now where they lead.
        catalog.forget_former(name for old in moves for name in (old, paths.read(old[1:])[1]))
    look_at_redirects(workshop, catalog, ledger, "redirects.yaml changed")
    return added


def look_at_redirects(workshop: Workshop, catalog: Catalog, ledger: Ledger, cause: str) -> None:
    with catalog.transaction():
        ledger.add_pending(redirect_pages(workshop.site(catalog)), cause)


def unkept(workshop: Workshop, catalog: Catalog) -> dict[str, str]:
    """Return what earlier builds could not write, but for what is live again or was written by a person since."""
    site = workshop.site(catalog)
    return {old: new for old, new in catalog.unkept().items() if site.redirects.needs(old) and not is_live(site, old)}


def moved_sessions(site: Site, ledger: Ledger) -> dict[str, str]:
    """Return old path → new path of every address of a broadcast that would die while its records are still there."""
    moves = {}
    for old in sorted(dead_addresses(site, ledger)):
        anchor = site.catalog.former_anchor(paths.read(old)[1]) or site.catalog.former_anchor(f"/{old}")
        new = place_of(site, old, anchor) if anchor else None
        # A line may have slept while its path was live: it holds again if it still leads somewhere.
        if new is not None and is_dead(site, old):
            moves[f"/{old}"] = new
    return moves


def place_of(site: Site, old: str, anchor: str) -> str | None:
    """Return where the broadcast of an old address is now; of one that became too short, the page above the address."""
    session = site.catalog.session_of_file(anchor)
    if session is not None:
        return session_path(session.id)
    return heir(site, old) if any(one.usable for one in site.catalog.known(anchor)) else None


def moved_aliases(site: Site, ledger: Ledger) -> dict[str, str]:
    """Return old path → new path of every alias that a profile or page stated and states no more; and of VJs' months.

    What led to a page that is gone itself dies with it.
    """
    moves: dict[str, str] = {}
    stated = profile_aliases(site)
    for old, new in sorted(site.catalog.stated_aliases().items()):
        target = None if old in stated else new[1:] if stands(site, new[1:]) else leads(site, new[1:])
        if target is not None:
            below = (name for name in ledger.names_below(REDIRECT, old[1:]) if paths.read(name)[0] == "vj_month")
            names = (old[1:], *below)
            moves |= {f"/{name}": f"/{same_month(site, name, target)}" for name in names if is_dead(site, name)}
    return moves


def is_dead(site: Site, old: str) -> bool:
    """Say whether there is nothing at an address, and nothing leads on from it."""
    return not stands(site, old) and leads(site, old) is None


def remember_aliases(site: Site, ledger: Ledger) -> None:
    """Remember, for the next build, what profiles and pages state of addresses without a page.

    What is stated no more stays until `redirects.yaml` tells it: this build may write none.
    """
    stated = {old: new for old, new in profile_aliases(site).items() if not stands(site, old[1:])}
    kept = moved_aliases(site, ledger) | stated
    if kept != site.catalog.stated_aliases():
        with site.catalog.transaction():
            site.catalog.store_stated_aliases(kept)


def moved_lists(site: Site, ledger: Ledger) -> dict[str, str]:
    """Return old path → new path of every address of a list that would die, and of languages that are given up."""
    moves = {f"/{old}": new for old in sorted(dead_lists(site, ledger)) if (new := heir(site, old))}
    return moves | dict(map(redirects.tree_of, dead_languages(site, ledger)))


def not_kept(old: str, new: str, reason: str = "") -> Problem:
    why = f": {reason}" if reason else ""
    return Problem(
        "address_moved", f"`{old}` moved to `{new}` and the file could not be written{why}", redirects.FILE, field=old
    )


def dead_addresses(site: Site, ledger: Ledger) -> set[str]:
    """Return the paths, without the first "/", that led to broadcasts and are now neither live nor an alias."""
    catalog = site.catalog
    names = {kind: published(ledger, ledger.pending(), kind) for kind in (WATCH, TOMBSTONE, REDIRECT)}
    broadcasts = {paths.of(WATCH, name) for name in names[WATCH] | names[TOMBSTONE] if not is_known(catalog, name)}
    former = {name for name in names[REDIRECT] if ">" not in name and catalog.alias_target(f"/{name}") is None}
    return broadcasts | {path for path in former if not is_known(catalog, paths.read(path)[1])}


def is_known(catalog: Catalog, name: str) -> bool:
    """Say whether a session has this id, or had it as the records tell."""
    return catalog.session(name) is not None or catalog.alias_target(name) is not None


def dead_lists(site: Site, ledger: Ledger) -> set[str]:
    """Return the paths, without the first "/", of lists that were published and are no more.

    A list whose kind `outputs:` switched off is not among them, and neither is a day: it goes with its broadcasts.
    """
    found: set[str] = set()
    pending = ledger.pending()
    for kind in sorted({"vj", *(cut.name for cut in CUT_LISTS)}):
        names = published(ledger, pending, kind) if site.has(kind) else set()
        gone = (name for name in names if not kind_named(kind).stands(site, name))
        found |= {paths.of(kind, name) for name in gone if kind != "day" or "T" in name}
    # A private slug led on while a recording named its stream so; lines of `redirects.yaml` are their author's.
    private = (name.partition(">") for name in published(ledger, pending, REDIRECT))
    return found | {path for path, mark, _ in private if mark and not stands(site, path)}


def dead_languages(site: Site, ledger: Ledger) -> list[str]:
    """Return the languages that had a tree of their own and have none now, and of which `redirects.yaml` tells nothing.

    One is given up, or lives at the root.
    """
    if EVERYTHING not in ledger.pending():
        return []
    trees = (language for folder, language in ledger.top_folders() if folder == language)
    return sorted(set(trees).difference(site.languages[1:], site.redirects.former_languages))


def published(ledger: Ledger, pending: Collection[PageKey], kind: str) -> set[str]:
    """Return the names of the published pages of a kind that are pending."""
    if EVERYTHING in pending or any(key.kind == kind and key.name == ALL for key in pending):
        return ledger.names_of(kind)
    return {key.name for key in pending if key.kind == kind and ledger.was_published(key)}


def is_live(site: Site, path: str) -> bool:
    """Say whether a path is the address of a session as the catalog stands, or of another page."""
    kind, name = paths.read(path[1:])
    return (kind == "watch" and site.catalog.session(name) is not None) or stands(site, path[1:])


def add(file: Path, moves: Mapping[str, str], site: Site) -> None:
    """Merge moves into the file, atomically and for good: it is input, and only we know what it says."""
    text = file.read_text(encoding="utf-8-sig") if file.exists() else ""  # a mark would hide the first comment
    merged = redirects.merge(text, moves, lambda path: is_live(site, path), site.config.left_out)
    if merged == text:
        return
    temporary = file.with_name(f".{file.name}.aftercast-tmp")
    with temporary.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(merged)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(file)
