"""A month of one VJ, and its days when the month has more broadcasts than one page may list.

Names: "alice/2022-01", "alice/2022-01-13".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.model import Session, Value
from builder.pages import calendar, cards, paths
from builder.pages.frame import frame
from builder.pages.kind import LIST_LIMIT, CutKind
from builder.pages.site import Site
from builder.pages.values import Card, Filter, Head, SiteFrame, Total, Turn, VjRef
from builder.pages.vj import months_of


class VjMonthPage(Value, frozen=True):
    """The value of `vj_month.html`."""

    site: SiteFrame
    head: Head
    vj: VjRef
    period: str  # "2022-01" or "2022-01-13"
    up: tuple[Total, ...]
    count: int
    recorded_ms: int
    pieces: tuple[Total, ...]  # the days of a cut month
    filters: tuple[Filter, ...]
    cards: tuple[Card, ...]
    turn: Turn


class VjMonth(CutKind):
    name = "vj_month"
    template = "vj_month.html"

    def names(self, site: Site) -> Iterator[str]:
        for total in site.catalog.vj_slugs():
            yield from (f"{total.slug}/{period}" for period in periods_of(site, total.slug))

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        if not session.listed:
            return
        slug, month = session.vj, session.day[:7]
        yield f"{slug}/{month}"
        yield f"{slug}/{session.day}"
        if not site.catalog.vj_days(slug, month):  # the month comes or has gone: its neighbours link to it
            yield from (f"{slug}/{name}" for name in _around(site, slug, month) if name)

    def list_of(self, name: str) -> str:
        slug, _, period = name.partition("/")
        return f"{slug}/{period[:7]}"

    def folder(self, list_: str) -> str:
        return paths.of("vj_month", list_)

    def pieces(self, site: Site, list_: str) -> Iterator[str]:
        slug, _, month = list_.partition("/")
        yield from (f"{slug}/{day}" for day in _cut_days(site, slug, month))

    def stands(self, site: Site, name: str) -> bool:
        slug, _, period = name.partition("/")
        days = site.catalog.vj_days(slug, period[:7])
        if len(period) < 10:
            return bool(days)
        return sum(day.count for day in days) > LIST_LIMIT and any(day.day == period for day in days)

    def value(self, site: Site, name: str, language: str) -> VjMonthPage | None:
        if not self.stands(site, name):
            return None
        slug, _, period = name.partition("/")
        month, is_day = period[:7], len(period) == 10
        days = site.catalog.vj_days(slug, month)
        is_cut = sum(day.count for day in days) > LIST_LIMIT
        shown = [day for day in days if day.day == period] if is_day else days
        listed: tuple[Card, ...] = ()
        if is_day or not is_cut:
            listed = cards.cards(site, site.catalog.vj_sessions(slug, period, newest_first=True), language)
        ref = site.vj_ref(slug, language)
        date = site.dates(language).write("day_long" if is_day else "month", period)
        title = site.words(language)("vj.month_title", name=ref.name.text, month=date)
        return VjMonthPage(
            site=frame(site, language, "vjs"),
            head=calendar.head(site, "vj_month", name, language, title=title),
            vj=ref,
            period=period,
            up=(Total(month, site.link("vj_month", f"{slug}/{month}", language)),) if is_day else (),
            count=sum(day.count for day in shown),
            recorded_ms=sum(day.recorded_ms for day in shown),
            pieces=tuple(
                Total(day.day, site.link("vj_month", f"{slug}/{day.day}", language), day.count, day.recorded_ms)
                for day in days
            )
            if is_cut and not is_day
            else (),
            filters=cards.filters(site, listed, by_vj=False),
            cards=listed,
            turn=Turn() if is_day else _turn(site, slug, month, language),
        )


def periods_of(site: Site, slug: str) -> Iterator[str]:
    """Yield the periods that have a page of a VJ: the months, and the days of those that are cut."""
    for month, count, _ in site.catalog.vj_months(slug):
        yield month
        yield from _cut_days(site, slug, month) if count > LIST_LIMIT else ()


def _cut_days(site: Site, slug: str, month: str) -> list[str]:
    days = site.catalog.vj_days(slug, month)
    return [day.day for day in days] if sum(day.count for day in days) > LIST_LIMIT else []


def _around(site: Site, slug: str, month: str) -> tuple[str, str]:
    """Return the months of a VJ before and after one that may not exist."""
    months = [name for name, _, _ in months_of(site, slug)]
    before = [name for name in months if name < month]
    after = [name for name in months if name > month]
    return (before[-1] if before else "", after[0] if after else "")


def _turn(site: Site, slug: str, month: str, language: str) -> Turn:
    before, after = _around(site, slug, month)
    return Turn(
        before=Total(before, site.link("vj_month", f"{slug}/{before}", language)) if before else None,
        after=Total(after, site.link("vj_month", f"{slug}/{after}", language)) if after else None,
    )
