"""Keeps addresses alive that records cannot tell: what the last build published and is now neither live nor an alias.

The new address is that of the session which holds the old one's anchor, or the list above one that is no more. It is
written into `redirects.yaml`, which is input: the next clean build reads it there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from enum import Enum
from pathlib import Path

from builder import redirects
from builder.addresses import parse_session_id
from builder.catalog import Catalog
from builder.catalog.ledger import EVERYTHING, Ledger
from builder.model import PageKey, Problem, Value
from builder.pages import Site, kind_named, paths
from builder.pages.redirect import heir, leads
from builder.pages.standing import LISTS, stands
from builder.stale import ALL, every_redirect
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
    moves = unkept(workshop, catalog) | find(workshop.site(catalog), ledger)
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
        site = workshop.site(catalog)
        add(workshop.places.source / redirects.FILE, moves, lambda path: is_live(site, path))
    except OSError as error:  # the next build tries again
        reason = (error.strerror or str(error)).lower()
        problems = tuple(not_kept(old, new, reason) for old, new in moves.items())
        return Moved(added=tuple(earlier.items()), problems=problems)
    workshop.load_redirects()
    with catalog.transaction():
        catalog.store_unkept({})
        catalog.forget_former(paths.read(old[1:])[1] for old in moves)  # the file alone says now where they lead
    look_at_redirects(workshop, catalog, ledger, "redirects.yaml changed")
    return added


def look_at_redirects(workshop: Workshop, catalog: Catalog, ledger: Ledger, cause: str) -> None:
    with catalog.transaction():
        ledger.add_pending(every_redirect(workshop.site(catalog)), cause)


def unkept(workshop: Workshop, catalog: Catalog) -> dict[str, str]:
    """Return what earlier builds could not write, but for what is live again or was written by a person since."""
    site = workshop.site(catalog)
    return {old: new for old, new in catalog.unkept().items() if site.redirects.needs(old) and not is_live(site, old)}


def moved_sessions(site: Site, ledger: Ledger) -> dict[str, str]:
    """Return old path → new path of every address of a broadcast that would die while the broadcast still has one."""
    moves = {}
    for old in sorted(dead_ids(site.catalog, ledger)):
        anchor = site.catalog.former_anchor(old)
        session = site.catalog.session_of_file(anchor) if anchor else None
        # A line may have slept while its path was live: it holds again if it still leads somewhere.
        if session is not None and leads(site, f"replays/{old}/") is None:
            moves[f"/replays/{old}/"] = f"/replays/{session.id}/"
    return moves


def moved_lists(site: Site, ledger: Ledger) -> dict[str, str]:
    """Return old path → new path of every address of a list that would die, and of languages that are given up."""
    moves = {f"/{old}": new for old in sorted(dead_lists(site, ledger)) if (new := heir(site, old))}
    return moves | dict(map(redirects.tree_of, dead_languages(site, ledger)))


def not_kept(old: str, new: str, reason: str = "") -> Problem:
    why = f": {reason}" if reason else ""
    return Problem(
        "address_moved", f"`{old}` moved to `{new}` and the file could not be written{why}", redirects.FILE, field=old
    )


def dead_ids(catalog: Catalog, ledger: Ledger) -> set[str]:
    """Return the session ids whose pages, or redirects, were published and that are now neither live nor an alias."""
    names = {kind: published(ledger, ledger.pending(), kind) for kind in (WATCH, TOMBSTONE, REDIRECT)}
    former = {paths.read(name)[1] for name in names[REDIRECT] if parse_session_id(name)}
    candidates = names[WATCH] | names[TOMBSTONE] | former
    return {name for name in candidates if catalog.session(name) is None and not catalog.alias_target(name)}


def dead_lists(site: Site, ledger: Ledger) -> set[str]:
    """Return the paths, without the first "/", of lists that were published and are no more.

    A list whose kind `outputs:` switched off is not among them, and neither is a day: it goes with its broadcasts.
    """
    found: set[str] = set()
    pending = ledger.pending()
    for kind in sorted({*LISTS, "vj"}):
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
        return set(ledger.names_of(kind))
    return {key.name for key in pending if key.kind == kind and ledger.paths_of(key)}


def is_live(site: Site, path: str) -> bool:
    """Say whether a path is the address of a session as the catalog stands, or of another page."""
    kind, name = paths.read(path[1:])
    return (kind == "watch" and site.catalog.session(name) is not None) or stands(site, path[1:])


def add(file: Path, moves: Mapping[str, str], live: Callable[[str], bool]) -> None:
    """Merge moves into the file, atomically and for good: it is input, and only we know what it says."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    merged = redirects.merge(text, moves, live)
    if merged == text:
        return
    temporary = file.with_name(f".{file.name}.aftercast-tmp")
    with temporary.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(merged)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(file)
