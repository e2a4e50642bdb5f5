"""Through the pages of a question until everything has come.

A service may give fewer rows a page than it was asked for, tell no total or a wrong one, or give nothing of what it
tells. So the walk goes on by what has come, an empty page ends it, and an answer that contradicts itself is none: asked
again it may be whole. A window with more rows than can be paged through is halved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from builder.model import Value
from builder.pull.calls import DoubtfulError, IncompleteError
from builder.pull.names import hashed
from builder.pull.windows import Window


class Page(Value, frozen=True):
    """An answer, the rows in it, and how many there are in all, as it tells; 0 where it does not."""

    answer: dict[str, Any]
    rows: list[Any]
    total: int


class Place(Value, frozen=True):
    """How far a window was asked about: what has come of it."""

    window: Window
    rows: int = 0
    pages: int = 0
    last: str = ""  # the hash of the last page's rows

    def after(self, page: Page) -> Place:
        return Place(self.window, self.rows + len(page.rows), self.pages + 1, told(page.rows))

    def ends_with(self, page: Page) -> bool:
        """Say whether nothing follows a page; a total that is less than the page itself tells nothing."""
        return not page.rows or len(page.rows) <= page.total <= self.rows + len(page.rows)


class Step(Value, frozen=True):
    """One page of a walk: where it was asked for, the answer, and what is left."""

    place: Place
    answer: dict[str, Any]
    left: list[Place]


def walk(ask: Callable[[Place], Page], places: Sequence[Place], most: int = 0) -> Iterator[Step]:
    """Yield every page of the windows; one with more rows than `most` is halved.

    Raises `IncompleteError` where a window that cannot be halved has more.
    """
    left = list(places)
    while left:
        place, *others = left
        page = ask(place)
        is_last = place.ends_with(page)
        is_over = bool(most) and not is_last and place.after(page).rows >= most
        if is_over and not place.window.can_be_halved:
            raise IncompleteError(f"failed to ask for a second with more than {most} rows")
        if is_over or (page.total > most > 0 and place.window.can_be_halved):
            left = [*map(Place, place.window.halves()), *others]
            continue
        left = others if is_last else [place.after(page), *others]
        yield Step(place, page.answer, left)


def believed(page: Page, place: Place) -> Page:
    """Return a page that can be the one at a place; raise `DoubtfulError` for another."""
    if not page.rows and place.rows < page.total:
        raise DoubtfulError(f"the answer tells of {page.total} rows, {place.rows} came")
    if page.rows and told(page.rows) == place.last:
        raise DoubtfulError("the same page came twice")
    return page


def told(rows: list[Any]) -> str:
    try:
        return hashed(json.dumps(rows, sort_keys=True))
    except RecursionError as error:
        raise DoubtfulError("the answer is nested too deeply") from error
