"""How commands that only ask get their catalog: they read what is new first, as `build` does, and write no page.

While another aftercast is at work they answer from the catalog as it stands, and say so; so they do when the records
that are left would unpublish much, or show what people hid.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from builder.catalog import Catalog, Note
from builder.cli.common import note, places_of
from builder.cli.meter import Meter
from builder.errors import ExposureError, LockedError, RemovalError
from builder.lines import with_lines
from builder.lock import locked
from builder.model import Problem
from builder.moved import not_kept
from builder.news import read_news, rehearse_what_hides
from builder.site_problems import site_problems
from builder.workshop import Workshop


class Desk(msgspec.Struct, frozen=True):
    """A site and its catalog, to be asked."""

    workshop: Workshop
    catalog: Catalog
    is_current: bool = True  # False: it is told that this is the catalog as it stands

    def problems(self) -> list[Note]:
        """Return what is wrong with the records, then with what people wrote, and addresses that could not be kept."""
        unkept = (not_kept(old, new) for old, new in sorted(self.catalog.unkept().items()))
        site = self.workshop.site(self.catalog)
        written = [*self.workshop.problems(), *site_problems(site), *unkept]
        notes = self.catalog.problems() + [Note(_number_of(problem), problem) for problem in written]
        placed = with_lines((note.problem for note in notes), self.workshop.places.source)
        return [Note(note.number, problem) for note, problem in zip(notes, placed, strict=True)]

    def problem(self, number: str) -> Note | None:
        """Return one problem by the number that `problems` gives it."""
        return next((note for note in self.problems() if note.number == number), None)


def _number_of(problem: Problem) -> str:
    place = problem.line or problem.field
    return f"{problem.code}:{problem.source}{f':{place}' if place else ''}"


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
            yield Desk(workshop, stack.enter_context(Catalog.open(places.state, readonly=True)), is_current=False)
            return
        catalog = stack.enter_context(Catalog.open(places.state))
        if retry:
            catalog.doubt_problems()
        yield Desk(workshop, catalog, is_current=_refresh(workshop, catalog))


def _refresh(workshop: Workshop, catalog: Catalog) -> bool:
    """Read what is new, and say whether it counts: what a build would stop at is a build's to take over."""
    rehearse_what_hides(catalog)
    try:
        with Meter() as meter:
            report = read_news(workshop, catalog, progress=meter)
    except RemovalError as error:
        note(f"{error}: this is the catalog as it stands")
        note("`aftercast build --allow-removal` takes it over, if the records were removed on purpose")
        return False
    except ExposureError as error:
        note(f"{error}: this is the catalog as it stands")
        note(error.hint)
        return False
    if report.warning:
        note(report.warning)
    return True
