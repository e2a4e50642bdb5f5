"""Periods of the calendar that list nothing and yet lie above a published address: every prefix of one answers.

Below such a period there is a former address, a tombstone or an unlisted broadcast. Periods are named as the
calendar's pages are: "2022", "2022-01", "2022-01-13".
"""

from __future__ import annotations

from collections.abc import Iterator

from builder.model import Session
from builder.pages import paths
from builder.pages.site import Site

KINDS = {4: "year", 7: "month", 10: "day"}


def quiet_periods(site: Site, prefix: str = "") -> list[str]:
    """Return all of them within a period, itself included, in order."""
    found = {day[:length] for day in _days(site, prefix) for length, kind in KINDS.items() if site.has(kind)}
    listing = {total.day[:length] for total in site.catalog.days(prefix) for length in KINDS}
    return sorted(period for period in found - listing if len(period) >= len(prefix))


def is_quiet(site: Site, period: str) -> bool:
    kind = KINDS.get(len(period))  # pieces of a day are none
    return kind is not None and site.has(kind) and not site.catalog.has_days(period) and bool(_days(site, period))


def quieted(site: Site, session: Session) -> Iterator[str]:
    """Yield the periods that come, go or lead elsewhere with a session: those that list nothing just now."""
    days = {session.day, *("-".join(alias.split("/")[:3]) for alias in session.aliases if not alias.startswith("/"))}
    for day in sorted(days):
        for period in (day, day[:7], day[:4]):
            if site.catalog.has_days(period):
                break  # and so have the longer ones
            if site.has(KINDS[len(period)]):
                yield period
            yield from quiet_periods(site, period)


def _days(site: Site, prefix: str) -> set[str]:
    """Return the days within a period that have a page or redirect below them which no list shows."""
    folders = prefix.replace("-", "/")
    found = {day.replace("/", "-") for day in site.catalog.quiet_days(folders)}
    for path in site.redirects.below(f"/replays/{folders}"):
        kind, name = paths.read(path[1:])
        if kind == "watch":
            found.add("-".join(name.split("/")[:3]))
    return found
