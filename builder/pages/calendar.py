"""What the calendar's pages share: totals of periods, day strips, the neighbours of a period.

Days are the days of addresses. A broadcast that reaches over midnight is drawn in both days and listed on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from builder.catalog.values import DayTotal
from builder.drawing.almanac import heat_step
from builder.drawing.clock import DayScale, day_scale
from builder.drawing.strips import Bar, bar_of, day_svg
from builder.model import Session
from builder.pages import frame
from builder.pages.kind import LIST_LIMIT
from builder.pages.site import Site
from builder.pages.values import Head, Svg, Total, Turn, VjRef


def scale_of(site: Site, day: str) -> DayScale:
    return day_scale(day, site.config.timezone, site.config.day_starts_at_minutes)


def head(site: Site, kind: str, name: str, language: str, *, title: str) -> Head:
    """Return the head of a page that lists a period."""
    return frame.head(site, kind, name, language, title=title, description=site.words(language)("calendar.description"))


def total(site: Site, kind: str, told: DayTotal, language: str) -> Total:
    """Return a period of the calendar in a list."""
    return Total(told.day, site.link(kind, told.day, language), told.count, told.recorded_ms)


def day_total(
    site: Site,
    day: str,
    language: str,
    *,
    count: int,
    recorded_ms: int,
    busiest_ms: int,
    sessions: Sequence[Session] = (),
) -> Total:
    """Return a day in a list; `sessions` (its own and those that reach into it) draw its strip and name its VJs."""
    own = [session for session in sessions if session.day == day]
    return Total(
        name=day,
        url=site.link("day", day, language),
        count=count,
        recorded_ms=recorded_ms,
        heat=heat_step(recorded_ms, count, busiest_ms=busiest_ms),
        strip=day_strip(site, day, sessions) if sessions and site.shows("strip") else None,
        vjs=vjs_of(site, own, language) if site.shows("vjs") else (),
    )


def day_strip(site: Site, day: str, sessions: Iterable[Session], *, labelled: bool = False) -> Svg:
    bars = [bar(site, session) for session in sessions]
    return Svg(day_svg(bars, scale_of(site, day), labelled=labelled))


def bar(site: Site, session: Session) -> Bar:
    return bar_of(session, site.session_hue(session))


def vjs_of(site: Site, sessions: Iterable[Session], language: str) -> tuple[VjRef, ...]:
    """Return the VJs of sessions in the order of their first broadcast."""
    return tuple(site.vj_ref(slug, language) for slug in dict.fromkeys(session.vj for session in sessions))


def drawn_sessions(site: Site, day: str) -> list[Session]:
    """Return what a day's timeline shows: its own broadcasts and those reaching into it; none when it is cut."""
    if site.catalog.day_count(day) > LIST_LIMIT:
        return []
    scale = scale_of(site, day)
    own = site.catalog.day_sessions(day)
    known = {session.id for session in own}
    reaching = [
        session
        for session in site.catalog.overlapping_day(scale.start_ms, scale.end_ms)
        if session.id not in known and session.day != day and session.start_ms < scale.end_ms
    ]
    return [*sorted(reaching, key=lambda session: (session.start_ms, session.id)), *own]


def touched_days(site: Site, session: Session) -> list[str]:
    """Return the days whose timelines a session reaches, its own first."""
    days = {session.day: None}
    dates = site.dates("")
    shift = timedelta(minutes=site.config.day_starts_at_minutes)
    first = (dates.local(session.zero_ms) - shift).date()
    last = (dates.local(max(session.start_ms, session.end_ms - 1)) - shift).date()
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        days[date.fromordinal(ordinal).isoformat()] = None
    return list(days)


def turn(site: Site, kind: str, name: str, language: str) -> Turn:
    """Return the periods before and after that have broadcasts. No counts: they would change with every session."""
    before, after = site.catalog.previous_period(name), site.catalog.next_period(name)
    return Turn(
        before=Total(before, site.link(kind, before, language)) if before else None,
        after=Total(after, site.link(kind, after, language)) if after else None,
    )


def period_and_neighbours(site: Site, name: str, count: int) -> list[str]:
    """Return a period and, where it is about to come or has just gone, those that link to it."""
    if count:
        return [name]
    around = (site.catalog.previous_period(name), site.catalog.next_period(name))
    return [name, *(period for period in around if period)]
