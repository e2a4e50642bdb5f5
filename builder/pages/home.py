"""The home page: featured, the latest days, VJs with something new, totals. It exists for what changes every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from builder.config import worded
from builder.model import Session, Value
from builder.pages import calendar, cards
from builder.pages.frame import frame, head
from builder.pages.kind import Kind
from builder.pages.site import Site
from builder.pages.values import Card, Head, SiteFrame, Svg, TagLink, Total, VjRef
from builder.pages.words import run

LATEST = 15  # broadcasts listed
RECENT = 60  # broadcasts whose VJs were live lately
FEATURED = 6
MONTHS = 4
TAGS = 12
PEOPLE = 12


class DayBlock(Value, frozen=True):
    """A day of the latest list; `total.count` may be more than the cards shown."""

    total: Total
    cards: tuple[Card, ...]


class Person(Value, frozen=True):
    vj: VjRef
    count: int
    last_ms: int


class HomePage(Value, frozen=True):
    """The value of `home.html`."""

    site: SiteFrame
    head: Head
    count: int  # 0: the page says what to do next
    recorded_ms: int
    vj_count: int
    first_day: str
    featured: tuple[Card, ...]
    days: tuple[DayBlock, ...]
    earlier: Total | None
    people: tuple[Person, ...]
    months: tuple[Total, ...]
    years_url: str
    tags: tuple[TagLink, ...]
    tags_url: str
    blank_day: Svg | None  # the empty page's picture


class Home(Kind):
    name = "home"
    template = "home.html"

    def names(self, site: Site) -> Iterator[str]:
        yield ""

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        return [""] if session.listed else []

    def stands(self, site: Site, name: str) -> bool:
        return True

    def value(self, site: Site, name: str, language: str) -> HomePage:
        totals = site.catalog.totals()
        recent = site.catalog.latest(RECENT)
        days = _days(site, recent[:LATEST], language)
        tags = _tags(site, language)
        words = site.words(language)
        shown = frame(site, language, "home")
        earlier = site.catalog.previous_period(days[-1].total.name) if days else None
        return HomePage(
            site=shown,
            head=head(
                site,
                "home",
                "",
                language,
                title="",
                description=worded(site.config.description, shown.language)[0] or words("home.description"),
            ),
            count=totals.sessions,
            recorded_ms=totals.recorded_ms,
            vj_count=totals.vjs,
            first_day=totals.first_day,
            featured=_featured(site, language),
            days=days,
            earlier=Total(earlier, site.link("day", earlier, language)) if earlier else None,
            people=_people(site, recent, language),
            months=tuple(
                calendar.total(site, "month", month, language) for month in reversed(site.catalog.months()[-MONTHS:])
            ),
            years_url=site.link("years", "", language),
            tags=tags,
            tags_url=site.link("tags", "", language) if tags else "",
            blank_day=None if totals.sessions else calendar.day_strip(site, "2000-01-01", (), labelled=True),
        )


def _featured(site: Site, language: str) -> tuple[Card, ...]:
    chosen = site.catalog.featured()[:FEATURED]
    return tuple(cards.card(site, session, language, lazy=False) for session in chosen)


def _days(site: Site, latest: Sequence[Session], language: str) -> tuple[DayBlock, ...]:
    """Return the newest days whole, and of the very newest what there is room for."""
    by_day: dict[str, list[Session]] = {}
    for session in latest:
        by_day.setdefault(session.day, []).append(session)
    blocks: list[DayBlock] = []
    longest_ms = max((cards.on_air_ms(session) for session in latest), default=0)
    for day in sorted(by_day, reverse=True):
        (total,) = site.catalog.days(day)
        if len(by_day[day]) < total.count and blocks:
            continue  # the rest of this day did not fit: its own page has it
        drawn = (calendar.drawn_sessions(site, day) if site.shows("strip") else []) or by_day[day]
        blocks.append(
            DayBlock(
                total=Total(
                    name=day,
                    url=site.link("day", day, language),
                    count=total.count,
                    recorded_ms=total.recorded_ms,
                    strip=calendar.day_strip(site, day, drawn, labelled=True) if site.shows("strip") else None,
                ),
                cards=cards.cards(site, by_day[day], language, longest_ms=longest_ms),
            )
        )
    return tuple(blocks)


def _people(site: Site, recent: Sequence[Session], language: str) -> tuple[Person, ...]:
    found: dict[str, list[Session]] = {}
    for session in recent:
        found.setdefault(session.vj, []).append(session)
    return tuple(
        Person(site.vj_ref(slug, language), len(sessions), sessions[0].start_ms)
        for slug, sessions in list(found.items())[:PEOPLE]
    )


def _tags(site: Site, language: str) -> tuple[TagLink, ...]:
    often = sorted(site.catalog.tags(), key=lambda item: (-item[1], item[0]))[:TAGS]
    return tuple(
        TagLink(run(tag, "", site.code(language)), site.link("tag", f"|{tag}", language), count) for tag, count in often
    )
