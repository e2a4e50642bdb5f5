"""Through the pages of a question until everything has come.

A service may give fewer rows a page than it was asked for, tell no total or a wrong one, give nothing of what it tells,
or the same again. So the walk goes on by what has come, an empty page ends it, and an answer that contradicts itself is
none: asked again it may be whole. One that goes on contradicting the pages before it may be right, and one of them half
a page: no later page brings the rest of it, so the window is begun anew. A page that is as full as it was asked for is
not the last, whatever total it tells. A window with more rows than can be paged through is halved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from builder.model import Value
from builder.pull.calls import DoubtfulError, FailingError, IncompleteError, number_in
from builder.pull.names import hashed
from builder.pull.windows import Window
from builder.wording import count

PAGE_ROWS = 100  # the most that any of the lists gives
BEGINNINGS = 3  # of one window, because its rows moved
ANEW = "run it again: it begins that day anew"


class Page(Value, frozen=True):
    """An answer, the rows in it, and how many there are in all, as it tells; 0 where it does not."""

    answer: dict[str, Any]
    rows: list[Any]
    total: int
    names: tuple[str, ...] = ()  # hashes of the rows
    is_full: bool = False  # as many rows as were asked for
    name: str = ""  # the hash of all of it, where a row may stand there more than once


NOTHING = Page({}, [], 0)  # in place of a page that is not to be kept


class Place(Value, frozen=True):
    """How far a window was asked about: what has come of it."""

    window: Window
    rows: int = 0
    pages: int = 0
    total: int = 0  # as the last page told that told one
    came: tuple[str, ...] = ()  # the hashes of the rows, without those that an earlier page had too
    beginnings: int = 0  # how often it was begun anew
    is_cut: bool = False  # has more than can be had: all that can be came
    whole: tuple[str, ...] = ()  # the names of the pages that came, where they have any
    is_grown: bool = False  # a page told of more rows than the one before it

    @property
    def is_short(self) -> bool:
        """Say whether as many rows came as there are, but some of them twice.

        Where a row may stand there more than once that tells of rows that moved only if there were more of them.
        """
        return len(self.came) < self.total <= self.rows and (self.is_grown or not self.whole)

    def after(self, page: Page) -> Place:
        came = self.came + self.new_in(page)
        rows, pages = self.rows + len(page.rows), self.pages + 1
        whole = (*self.whole, page.name) if page.name else ()
        is_grown = self.is_grown or self.has_less(page)
        total = page.total or self.total
        return Place(self.window, rows, pages, total, came, self.beginnings, whole=whole, is_grown=is_grown)

    def had(self, page: Page) -> bool:
        """Say whether all of a page came before, and not because so many rows moved there."""
        return page.name in self.whole and not self.has_less(page) if page.name else not self.new_in(page)

    def has_less(self, page: Page) -> bool:
        return 0 < self.total < page.total

    def new_in(self, page: Page) -> tuple[str, ...]:
        """Return the rows of a page that no earlier one had; what a page itself has twice is two rows."""
        came = set(self.came)
        return tuple(name for name in page.names if name not in came)

    def ends_with(self, page: Page) -> bool:
        """Say whether nothing follows a page; a total that is less than the page itself tells nothing."""
        is_all = len(page.rows) <= page.total <= self.rows + len(page.rows)
        return not page.rows or (is_all and not page.is_full)


class Step(Value, frozen=True):
    """A page of a walk, without rows where it is not to be kept; where it was asked for, and what is left.

    Cut places are left to the end: what is left after the last step could not be asked for.
    """

    place: Place
    page: Page
    left: list[Place]


def walk(ask: Callable[[Place], Page], places: Sequence[Place], most: int = 0) -> Iterator[Step]:
    """Yield every page of the windows, from where an earlier walk stopped; one with more rows than `most` is halved.

    Where there are fewer rows now than the pages before told of, others have moved up, and where not all of them come,
    some did not stand on their pages: the window is asked from its start, some times at most, since a service may tell
    what it likes. A window that cannot be halved and has more is cut, and the walk goes on behind it. What fails ends
    the walk and is left behind the others, which the next one asks about first: it may fail for ever.
    """
    left, cut = ([place for place in places if place.is_cut == is_cut] for is_cut in (False, True))
    while left:
        place, *others = left
        try:
            page, lack = looked_up(ask, place)
        except IncompleteError:
            if others:
                yield Step(place, NOTHING, [*others, place, *cut])
            raise
        if (lack or 0 < page.total < place.total) and place.beginnings < BEGINNINGS:
            left = [Place(place.window, beginnings=place.beginnings + 1), *others]
            yield Step(place, NOTHING, left + cut)  # a budget that ends here must not bring the old total back
            continue
        if lack:
            yield Step(place, page, [*others, Place(place.window), *cut])
            raise lack
        is_last = place.ends_with(page)
        is_over = bool(most) and not is_last and place.after(page).rows >= most
        if is_over and not place.window.can_be_halved:
            left, cut = others, [*cut, Place(place.window, is_cut=True)]
        elif is_over or (page.total >= most > 0 and place.window.can_be_halved):
            left, page = [*map(Place, place.window.halves()), *others], NOTHING
        else:
            left = others if is_last else [place.after(page), *others]
        yield Step(place, page, left + cut)


def looked_up(ask: Callable[[Place], Page], place: Place) -> tuple[Page, IncompleteError | None]:
    """Return the page at a place, and why it does not go together with those before it, if so."""
    try:
        page = ask(place)
    except IncompleteError as error:
        if isinstance(error, FailingError) or not place.pages:
            raise
        return NOTHING, IncompleteError(str(error), hint=ANEW)
    after = place.after(page)
    if not after.is_short:
        return page, None
    return page, IncompleteError(
        f"{after.total} rows are told of, but some of those that came were the same",
        hint=ANEW,
    )


def page_of(answer: dict[str, Any], part: dict[str, Any], rows: str, total: str, *, asked: int = PAGE_ROWS) -> Page:
    """Read a page by the names that a part of the answer has for it; what tells neither rows nor a total is none."""
    if part.get(rows) is None and part.get(total) is None:
        raise DoubtfulError(f"the answer has neither `{rows}` nor `{total}`")
    found = part.get(rows) or []
    return Page(answer, found, number_in(part.get(total)), tuple(map(told, found)), len(found) >= asked)


def believed(page: Page, place: Place) -> Page:
    """Return a page that can be the one at a place; raise `DoubtfulError` for another."""
    total = page.total or place.total
    if not page.rows and place.rows < total:
        raise DoubtfulError(f"the answer tells of {count(total, 'row')}, {place.rows} came")
    if page.rows and place.had(page):
        raise DoubtfulError("the same rows came twice")
    return page


def told(row: Any) -> str:
    try:
        return hashed(json.dumps(row, sort_keys=True))
    except RecursionError as error:
        raise DoubtfulError("the answer is nested too deeply") from error
