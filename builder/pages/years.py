"""The calendar's first page: every year that has broadcasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.model import Session, Value
from builder.pages.frame import frame, head
from builder.pages.kind import Kind
from builder.pages.site import Site
from builder.pages.values import Head, SiteFrame, Total


class YearsPage(Value, frozen=True):
    """The value of `years.html`."""

    site: SiteFrame
    head: Head
    years: tuple[Total, ...]  # newest first
    months: tuple[Total, ...]  # of the newest year, newest first


class Years(Kind):
    name = "years"
    template = "years.html"

    def names(self, site: Site) -> Iterator[str]:
        yield ""

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        return [""] if session.listed else []

    def value(self, site: Site, name: str, language: str) -> YearsPage:
        words = site.words(language)
        years = list(reversed(site.catalog.years()))
        newest = reversed(site.catalog.months(years[0].day)) if years else ()
        return YearsPage(
            site=frame(site, language, "years"),
            head=head(
                site,
                "years",
                "",
                language,
                title=words("calendar.title"),
                description=words("calendar.description"),
            ),
            years=tuple(Total(y.day, site.link("year", y.day, language), y.count, y.recorded_ms) for y in years),
            months=tuple(Total(m.day, site.link("month", m.day, language), m.count, m.recorded_ms) for m in newest),
        )
