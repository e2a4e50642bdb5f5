"""A year of the calendar: twelve small months, days shaded by hours on air."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from builder.drawing.almanac import heat_step
from builder.model import Session, Value
from builder.pages import calendar
from builder.pages.frame import frame
from builder.pages.kind import Kind
from builder.pages.site import Site
from builder.pages.values import Head, SiteFrame, Total, Turn


class Cell(Value, frozen=True):
    """A day of a small month; `number` 0 pads the first week."""

    number: int
    day: str
    url: str = ""
    count: int = 0
    recorded_ms: int = 0
    heat: int = 0


class SmallMonth(Value, frozen=True):
    total: Total
    weeks: tuple[tuple[Cell, ...], ...]  # seven cells each, Monday first


class YearPage(Value, frozen=True):
    """The value of `year.html`."""

    site: SiteFrame
    head: Head
    year: str
    up: str
    count: int
    recorded_ms: int
    months: tuple[SmallMonth, ...]
    turn: Turn


class Year(Kind):
    name = "year"
    template = "year.html"

    def names(self, site: Site) -> Iterator[str]:
        return (total.day for total in site.catalog.years())

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        if not session.listed:
            return []
        year = session.day[:4]
        return calendar.period_and_neighbours(site, year, len(site.catalog.months(year)))

    def stands(self, site: Site, name: str) -> bool:
        return site.catalog.has_days(name)

    def value(self, site: Site, name: str, language: str) -> YearPage | None:
        months = {total.day: total for total in site.catalog.months(name)}
        if not months:
            return None
        days = {total.day: (total.count, total.recorded_ms) for total in site.catalog.days(name)}
        every = [f"{name}-{month:02}" for month in range(1, 13)]
        return YearPage(
            site=frame(site, language, "years"),
            head=calendar.head(site, "year", name, language, title=site.dates(language).write("year", name)),
            year=name,
            up=site.link("years", "", language),
            count=sum(total.count for total in months.values()),
            recorded_ms=sum(total.recorded_ms for total in months.values()),
            months=tuple(
                SmallMonth(
                    total=calendar.total(site, "month", months[month], language)
                    if month in months
                    else Total(month, ""),
                    weeks=_weeks(site, month, days, language),
                )
                for month in every
            ),
            turn=calendar.turn(site, "year", name, language),
        )


def _weeks(site: Site, month: str, days: dict[str, tuple[int, int]], language: str) -> tuple[tuple[Cell, ...], ...]:
    busiest_ms = max(recorded_ms for _, recorded_ms in days.values())
    cells = [Cell(0, "")] * date.fromisoformat(f"{month}-01").weekday()
    for day in days_of(month):
        count, recorded_ms = days.get(day, (0, 0))
        url = site.link("day", day, language) if count else ""
        heat = heat_step(recorded_ms, count, busiest_ms=busiest_ms)
        cells.append(Cell(int(day[8:]), day, url, count, recorded_ms, heat))
    cells += [Cell(0, "")] * (-len(cells) % 7)
    return tuple(tuple(cells[at : at + 7]) for at in range(0, len(cells), 7))


def days_of(month: str) -> list[str]:
    """Return the days of a month, "2022-01-01" first."""
    first = date.fromisoformat(f"{month}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    return [(first + timedelta(days=at)).isoformat() for at in range((following - first).days)]
