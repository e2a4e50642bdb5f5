"""Keeps addresses alive that records cannot tell: what the last build published and is now neither live nor an alias.

The new address is that of the session which holds the old one's anchor. It is written into `redirects.yaml`, which is
input: the next clean build reads it there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from builder import redirects
from builder.addresses import parse_session_id
from builder.catalog import Catalog
from builder.catalog.ledger import EVERYTHING, Ledger
from builder.model import Problem, Value
from builder.stale import every_redirect
from builder.workshop import Workshop

WATCH, REDIRECT = "watch", "redirect"


class Moved(Value, frozen=True):
    """What happened: the paths added (old, new), and a problem per address that could not be kept."""

    added: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


def keep_addresses_alive(workshop: Workshop, catalog: Catalog, ledger: Ledger, *, write: bool) -> Moved:
    """Append the addresses that would die to `redirects.yaml`; without `write` only say what would be added."""
    moves = moves_of(workshop, catalog, ledger)
    if not moves:
        return Moved()
    if write:
        try:
            add(workshop.places.source / redirects.FILE, moves, lambda path: is_live(catalog, path))
        except OSError as error:
            return Moved(problems=tuple(not_kept(old, new, error) for old, new in moves.items()))
        workshop.load_redirects()
        with catalog.transaction():
            catalog.forget_former(id_in(old) for old in moves)  # from now on the file alone says where they lead
            ledger.add_pending(every_redirect(workshop.site(catalog)), "redirects.yaml changed")
    return Moved(added=tuple(moves.items()))


def moves_of(workshop: Workshop, catalog: Catalog, ledger: Ledger) -> dict[str, str]:
    """Return old path → new path, sorted, of every address that would die and whose recording still has a session."""
    moves = {}
    for old in sorted(dead_ids(catalog, ledger)):
        anchor = catalog.former_anchor(old)
        session = catalog.session_of_file(anchor) if anchor else None
        path = f"/replays/{old}/"
        if session is not None and path not in workshop.redirects:
            moves[path] = f"/replays/{session.id}/"
    return moves


def not_kept(old: str, new: str, error: OSError) -> Problem:
    reason = (error.strerror or str(error)).lower()
    return Problem(
        "address_moved", f"`{old}` moved to `{new}` and the file cannot be written: {reason}", redirects.FILE
    )


def dead_ids(catalog: Catalog, ledger: Ledger) -> set[str]:
    """Return the session ids whose pages, or redirects, were published and that are now neither live nor an alias."""
    pending = ledger.pending()
    names: dict[str, set[str]] = {}
    for kind in (WATCH, REDIRECT):
        if EVERYTHING in pending:
            names[kind] = set(ledger.names_of(kind))
        else:
            names[kind] = {key.name for key in pending if key.kind == kind and ledger.paths_of(key)}
    candidates = names[WATCH] | {id_in(name) for name in names[REDIRECT] if parse_session_id(name)}
    return {name for name in candidates if catalog.session(name) is None and not catalog.alias_target(name)}


def is_live(catalog: Catalog, path: str) -> bool:
    """Say whether a path is the address of a session as the catalog stands."""
    return path.startswith("/replays/") and catalog.session(id_in(path)) is not None


def id_in(path: str) -> str:
    """Return the id that a session's path is made of."""
    return path.lstrip("/").removeprefix("replays/").rstrip("/")


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
