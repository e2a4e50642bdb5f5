"""How commands that only ask get their catalog: they read what is new first, as `build` does, and write no page.

While another aftercast is at work they answer from the catalog as it stands, and say so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from builder.build import affected
from builder.catalog import Catalog, refresh
from builder.cli.common import note, places_of
from builder.errors import LockedError
from builder.lock import locked
from builder.workshop import Workshop


class Desk(msgspec.Struct, frozen=True):
    """A site and its catalog, to be asked."""

    workshop: Workshop
    catalog: Catalog


@contextmanager
def up_to_date(source: Path, state: Path | None, *, retry: bool = False) -> Iterator[Desk]:
    """Open a site's catalog with everything that is new; `retry` also reads files with problems again."""
    places = places_of(source, None, state)
    workshop = Workshop(places, os.environ)
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(places.lock, wait=False, what=f"`{places.source}`"))
        except LockedError:
            if retry:
                raise
            note("another aftercast is at work here: this is the catalog as it stands")
            yield Desk(workshop, stack.enter_context(Catalog.open(places.state, readonly=True)))
            return
        catalog = stack.enter_context(Catalog.open(places.state))
        if retry:
            catalog.doubt_problems()
        report = refresh(
            catalog,
            workshop.inputs(),
            lambda catalog, before, after: affected(workshop, catalog, before, after),
            output_ids=(),
        )
        if report.warning:
            note(report.warning)
        yield Desk(workshop, catalog)
