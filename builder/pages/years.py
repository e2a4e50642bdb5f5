"""The calendar's first page: every year that has broadcasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.model import Session, Value
from builder.pages import calendar
from builder.pages.frame import frame
from builder.pages.kind import Kind
from builder.pages.site import Site
from builder.pages.values import Head, SiteFrame, Total

YEARS_WITH_MONTHS = 15  # so that the page stays within its limit


class YearBlock(Value, frozen=True):
    """A year and its months, January first; a year beyond `YEARS_WITH_MONTHS` comes without."""

    total: Total
    months: tuple[Total, ...]


class YearsPage(Value, frozen=True):
    """The value of `years.html`."""

    site: SiteFrame
    head: Head
    years: tuple[YearBlock, ...]  # newest first


class Years(Kind):
    name = "years"
    template = "years.html"

    def names(self, site: Site) -> Iterator[str]:
        yield ""

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        return [""] if session.listed else []

    def stands(self, site: Site, name: str) -> bool:
        return True

    def value(self, site: Site, name: str, language: str) -> YearsPage:
        years = reversed(site.catalog.years())
        return YearsPage(
            site=frame(site, language, "years"),
            head=calendar.head(site, "years", "", language, title=site.words(language)("calendar.title")),
            years=tuple(
                YearBlock(calendar.total(site, "year", year, language), _months(site, year.day, language, shown=at))
                for at, year in enumerate(years)
            ),
        )


def _months(site: Site, year: str, language: str, *, shown: int) -> tuple[Total, ...]:
    if shown >= YEARS_WITH_MONTHS:
        return ()
    return tuple(calendar.total(site, "month", month, language) for month in site.catalog.months(year))
