"""A month of the calendar: the grid, and under it the days with their strips and VJs.

Strips are drawn from the month's sessions while these are few enough for one page; a busier month shows shades, counts
and lengths to one scale, which come from totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from builder.model import Session, Value
from builder.pages import calendar
from builder.pages.frame import frame
from builder.pages.kind import LIST_LIMIT, Kind
from builder.pages.site import Site
from builder.pages.values import Head, SiteFrame, Total, Turn
from builder.pages.year import days_of


class Week(Value, frozen=True):
    """A row of the grid: seven cells, Monday first; None pads. `quiet`: nothing was on air."""

    cells: tuple[Total | None, ...]
    quiet: bool


class MonthPage(Value, frozen=True):
    """The value of `month.html`."""

    site: SiteFrame
    head: Head
    month: str
    year: str
    year_url: str
    count: int
    recorded_ms: int
    busiest_ms: int  # recorded on the day that has most
    weeks: tuple[Week, ...]
    days: tuple[Total, ...]  # newest first
    turn: Turn


class Month(Kind):
    name = "month"
    template = "month.html"

    def names(self, site: Site) -> Iterator[str]:
        return (total.day for total in site.catalog.months())

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        if not session.listed:
            return
        month = session.day[:7]
        yield from calendar.period_and_neighbours(site, month, len(site.catalog.days(month)))
        yield from (day[:7] for day in calendar.touched_days(site, session))

    def stands(self, site: Site, name: str) -> bool:
        return site.catalog.has_days(name)

    def value(self, site: Site, name: str, language: str) -> MonthPage | None:
        totals = {total.day: total for total in site.catalog.days(name)}
        if not totals:
            return None
        count = sum(total.count for total in totals.values())
        busiest_ms = max(total.recorded_ms for total in totals.values())
        cells = {
            day: calendar.day_total(
                site,
                day,
                language,
                count=total.count,
                recorded_ms=total.recorded_ms,
                busiest_ms=busiest_ms,
                sessions=calendar.drawn_sessions(site, day) if count <= LIST_LIMIT else (),
            )
            for day, total in totals.items()
        }
        return MonthPage(
            site=frame(site, language, "years"),
            head=calendar.head(site, "month", name, language, title=site.dates(language).write("month", name)),
            month=name,
            year=name[:4],
            year_url=site.link("year", name[:4], language),
            count=count,
            recorded_ms=sum(total.recorded_ms for total in totals.values()),
            busiest_ms=busiest_ms,
            weeks=_weeks(name, cells),
            days=tuple(cells[day] for day in sorted(cells, reverse=True)),
            turn=calendar.turn(site, "month", name, language),
        )


def _weeks(month: str, cells: dict[str, Total]) -> tuple[Week, ...]:
    days: list[Total | None] = [None] * date.fromisoformat(f"{month}-01").weekday()
    days += [cells.get(day) or Total(day, "") for day in days_of(month)]
    days += [None] * (-len(days) % 7)
    rows = [tuple(days[at : at + 7]) for at in range(0, len(days), 7)]
    return tuple(Week(row, not any(cell and cell.count for cell in row)) for row in rows)
