"""Through the pages of a question until everything has come.

A service may give fewer rows a page than it was asked for, tell no total or a wrong one, or give nothing of what it
tells. So the walk goes on by what has come, an empty page ends it, and an answer that contradicts itself is none: asked
again it may be whole. A window with more rows than can be paged through is halved.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from builder.model import Value
from builder.pull.calls import DoubtfulError, number_in
from builder.pull.names import hashed
from builder.pull.windows import Window

BEGINNINGS = 3  # of one window, because its rows became fewer


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
    total: int = 0  # as the last page told
    last: str = ""  # the hash of its rows
    is_cut: bool = False  # has more than can be had: all that can be came

    def after(self, page: Page) -> Place:
        return Place(self.window, self.rows + len(page.rows), self.pages + 1, page.total, told(page.rows))

    def ends_with(self, page: Page) -> bool:
        """Say whether nothing follows a page; a total that is less than the page itself tells nothing."""
        return not page.rows or len(page.rows) <= page.total <= self.rows + len(page.rows)


class Step(Value, frozen=True):
    """A page of a walk, without rows where it is not to be kept; where it was asked for, and what is left.

    Cut places are left to the end: what is left after the last step could not be asked for.
    """

    place: Place
    page: Page
    left: list[Place]


def walk(ask: Callable[[Place], Page], places: Sequence[Place], most: int = 0) -> Iterator[Step]:
    """Yield every page of the windows, from where an earlier walk stopped; one with more rows than `most` is halved.

    Where there are fewer rows now than the page before told of, others have moved up: the window is asked from its
    start, some times at most, since a service may tell what it likes.
    A window that cannot be halved and has more is cut, and the walk goes on behind it.
    """
    left, cut = ([place for place in places if place.is_cut == is_cut] for is_cut in (False, True))
    begun_anew: Counter[Window] = Counter()
    while left:
        place, *others = left
        page = ask(place)
        if 0 < page.total < place.total and begun_anew[place.window] < BEGINNINGS:
            begun_anew[place.window] += 1
            left = [Place(place.window), *others]
            yield Step(place, Page({}, [], 0), left + cut)  # a budget that ends here must not bring the old total back
            continue
        is_last = place.ends_with(page)
        is_over = bool(most) and not is_last and place.after(page).rows >= most
        if is_over and not place.window.can_be_halved:
            left, cut = others, [*cut, Place(place.window, is_cut=True)]
        elif is_over or (page.total > most > 0 and place.window.can_be_halved):
            left, page = [*map(Place, place.window.halves()), *others], Page({}, [], 0)
        else:
            left = others if is_last else [place.after(page), *others]
        yield Step(place, page, left + cut)


def page_of(answer: dict[str, Any], part: dict[str, Any], rows: str, total: str) -> Page:
    """Read a page by the names that a part of the answer has for it; what tells neither rows nor a total is none."""
    if part.get(rows) is None and part.get(total) is None:
        raise DoubtfulError(f"the answer has neither `{rows}` nor `{total}`")
    return Page(answer, part.get(rows) or [], number_in(part.get(total)))


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
