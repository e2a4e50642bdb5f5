"""A day of the calendar, and its pieces when it has more broadcasts than one page may list.

A whole day shows a timeline with a row per VJ and the cards. A cut day shows its hours; an hour its cards, or its
minutes when it is too full itself. The names: "2022-01-13", "2022-01-13T21", "2022-01-13T21:05".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from builder.drawing.guide import Entry, hours_svg, lane_svg
from builder.model import Session, Value
from builder.pages import calendar, cards, paths
from builder.pages.frame import frame
from builder.pages.kind import LIST_LIMIT, CutKind
from builder.pages.site import Site
from builder.pages.values import Card, Filter, Head, SiteFrame, Svg, Total, Turn, VjRef


class Lane(Value, frozen=True):
    """A row of the timeline."""

    vj: VjRef
    picture: Svg


class DayPage(Value, frozen=True):
    """The value of `day.html`."""

    site: SiteFrame
    head: Head
    day: str
    hour: str  # "21" or "21:05" on a piece, else ""
    up: tuple[Total, ...]  # year, month and, on a piece, the day
    count: int
    recorded_ms: int
    vj_count: int = 0
    hours: Svg | None = None
    uneven: bool = False  # a day of 23 or 25 hours
    lanes: tuple[Lane, ...] = ()
    pieces: tuple[Total, ...] = ()  # the hours of a cut day, the minutes of a cut hour
    filters: tuple[Filter, ...] = ()
    cards: tuple[Card, ...] = ()
    turn: Turn = Turn()


class Day(CutKind):
    name = "day"
    template = "day.html"

    def names(self, site: Site) -> Iterator[str]:
        for total in site.catalog.days():
            yield total.day
            yield from self.pieces(site, total.day) if total.count > LIST_LIMIT else ()

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        if not session.listed:
            return
        count = site.catalog.day_count(session.day)
        yield from calendar.period_and_neighbours(site, session.day, count)
        yield from (day for day in calendar.touched_days(site, session) if day != session.day)
        clock = _clock(site, session.zero_ms)
        yield from (f"{session.day}T{clock[:2]}", f"{session.day}T{clock}")

    def list_of(self, name: str) -> str:
        return name[:10]

    def folder(self, list_: str) -> str:
        return paths.of("day", list_)

    def pieces(self, site: Site, list_: str) -> Iterator[str]:
        if site.catalog.day_count(list_) <= LIST_LIMIT:
            return
        for hour, count in site.catalog.day_hours(list_):
            yield f"{list_}T{hour:02}"
            if count > LIST_LIMIT:
                yield from (f"{list_}T{hour:02}:{minute}" for minute in _minutes(site, list_, hour))

    def stands(self, site: Site, name: str) -> bool:
        day, _, time = name.partition("T")
        count = site.catalog.day_count(day)
        return _has_piece(site, day, time) if time and count > LIST_LIMIT else bool(count) and not time

    def value(self, site: Site, name: str, language: str) -> DayPage | None:
        if not self.stands(site, name):
            return None
        if "T" in name:
            return _piece(site, name, language)
        if site.catalog.day_count(name) > LIST_LIMIT:
            return _cut_day(site, name, language)
        return _whole_day(site, name, language)


def _whole_day(site: Site, day: str, language: str) -> DayPage:
    scale = calendar.scale_of(site, day) if site.shows("hours", "uneven") else None
    return replace(
        _listing(site, day, language, site.catalog.day_sessions(day)),
        hours=Svg(hours_svg(scale)) if scale else None,
        uneven=scale is not None and not scale.is_even,
        lanes=_lanes(site, day, language) if site.shows("lanes") else (),
        turn=calendar.turn(site, "day", day, language) if site.shows("turn") else Turn(),
    )


def _cut_day(site: Site, day: str, language: str) -> DayPage:
    (total,) = site.catalog.days(day)
    hours = [(f"{hour:02}", count) for hour, count in site.catalog.day_hours(day)]
    return replace(
        _listing(site, day, language, (), pieces=hours),
        count=total.count,
        recorded_ms=total.recorded_ms,
        turn=calendar.turn(site, "day", day, language),
    )


def _has_piece(site: Site, day: str, time: str) -> bool:
    """Say whether a cut day has broadcasts in an hour, or in a minute of an hour that is cut too."""
    hour, _, minute = time.partition(":")
    count = dict(site.catalog.day_hours(day)).get(int(hour), 0)
    if not minute or count <= LIST_LIMIT:
        return bool(count) and not minute
    return minute in _minutes(site, day, int(hour))


def _piece(site: Site, name: str, language: str) -> DayPage:
    day, _, time = name.partition("T")
    hour, _, minute = time.partition(":")
    sessions = site.catalog.day_sessions(day, hour=int(hour))
    pieces: list[tuple[str, int]] = []
    if minute:
        sessions = [session for session in sessions if _clock(site, session.zero_ms)[3:] == minute]
    elif len(sessions) > LIST_LIMIT:
        pieces = [(f"{hour}:{at}", len(each)) for at, each in _by_minute(site, sessions)]
    return _listing(site, name, language, sessions, pieces=pieces)


def _listing(
    site: Site, name: str, language: str, sessions: Sequence[Session], *, pieces: Sequence[tuple[str, int]] = ()
) -> DayPage:
    """Return what a day and its pieces have in common; `pieces` are (time, broadcasts) of what it is cut into."""
    day, _, time = name.partition("T")
    shown = () if pieces else cards.cards(site, sessions, language, by_vj=True)
    return DayPage(
        site=frame(site, language, "years"),
        head=_head(site, name, language),
        day=day,
        hour=time,
        up=_up(site, name, language),
        count=len(sessions),
        recorded_ms=sum(session.duration_ms or 0 for session in sessions),
        vj_count=len({session.vj for session in sessions}),
        pieces=tuple(Total(at, site.link("day", f"{day}T{at}", language), count) for at, count in pieces),
        filters=cards.filters(site, shown),
        cards=shown,
    )


def _head(site: Site, name: str, language: str) -> Head:
    day, _, time = name.partition("T")
    title = site.dates(language).write("day_long", day)
    if time:
        title += ", " + (time if ":" in time else f"{time}:00")
    return calendar.head(site, "day", name, language, title=title)


def _up(site: Site, name: str, language: str) -> tuple[Total, ...]:
    names = [("year", name[:4]), ("month", name[:7])] + ([("day", name[:10])] if "T" in name else [])
    return tuple(Total(name, site.link(kind, name, language)) for kind, name in names)


def _lanes(site: Site, day: str, language: str) -> tuple[Lane, ...]:
    """Return a row per VJ in the order of the day's first broadcasts."""
    scale = calendar.scale_of(site, day)
    rows: dict[str, list[Entry]] = {}
    for session in sorted(calendar.drawn_sessions(site, day), key=lambda each: (each.start_ms, each.id)):
        rows.setdefault(session.vj, []).append(_entry(site, session, day, language))
    return tuple(
        Lane(vj=site.vj_ref(slug, language), picture=Svg(lane_svg(entries, scale))) for slug, entries in rows.items()
    )


def _entry(site: Site, session: Session, day: str, language: str) -> Entry:
    words, dates = site.words(language), site.dates(language)
    title = cards.title(site, session, language)
    is_own = session.day == day
    weekday = (
        "" if dates.local(session.start_ms).date().isoformat() == day else dates.write("weekday", session.start_ms)
    )
    clock = dates.clock(session.start_ms)
    at = dates.weekday_and_clock(session.start_ms) if weekday else clock
    length_ms = session.duration_ms or cards.on_air_ms(session)
    length = dates.length(length_ms) if length_ms else words("length_unknown")
    url = site.link("watch", session.id, language)
    page = site.link("day", day, language)
    return Entry(
        bar=calendar.bar(site, session),
        href=f"#{session.tag}" if is_own or not url else paths.relative(page, url),
        label=words("calendar.lane", at=at, title=title.text, length=length),
        clock=clock,
        title=title.text,
        language=title.lang,
        day_word=f"{weekday} " if weekday else "",
    )


def _minutes(site: Site, day: str, hour: int) -> list[str]:
    """Return the minutes of an hour in which broadcasts began, "05"."""
    return sorted({_clock(site, start_ms)[3:] for start_ms in site.catalog.hour_starts(day, hour)})


def _by_minute(site: Site, sessions: Sequence[Session]) -> list[tuple[str, list[Session]]]:
    def minute(session: Session) -> str:
        return _clock(site, session.zero_ms)[3:]

    ordered = sorted(sessions, key=lambda session: (minute(session), session.zero_ms, session.id))
    return [(name, list(each)) for name, each in groupby(ordered, key=minute)]


def _clock(site: Site, start_ms: int) -> str:
    return f"{site.dates('').local(start_ms):%H:%M}"
