"""Renamed: profiles and pages of prose whose file has another name now and does not say which one it had.

A file that goes takes its address along, which a person may want. Where another one comes in the same build it is more
likely the same under a new name, and only that person knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from builder.addresses import PRIVATE_SLUG
from builder.catalog.ledger import Ledger
from builder.moved import is_dead, published
from builder.pages import Site, paths


def perhaps_renamed(site: Site, ledger: Ledger) -> Iterator[str]:
    """Yield a warning for each address that was published and leads nowhere now, while files of its kind are new."""
    for kind, files in (("vj", site.content.vjs), ("page", site.content.pages)):
        gone = sorted(slug for slug in published(ledger, ledger.pending(), kind) if _is_gone(site, kind, slug))
        known = ledger.names_of(kind) if gone else set()
        new = ", ".join(file.source for file in files if file.slug not in known)
        for slug in gone if new and site.has(kind) else ():
            address = f"/{paths.of(kind, slug)}"
            yield (
                f"`{address}` was published and leads nowhere now: if its file was renamed, "
                f"give `aliases: [{slug}]` in the new one ({new})"
            )


def _is_gone(site: Site, kind: str, slug: str) -> bool:
    return not PRIVATE_SLUG.fullmatch(slug) and is_dead(site, paths.of(kind, slug))
