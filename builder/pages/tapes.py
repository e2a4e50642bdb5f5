"""The bar of a broadcast as the page draws it before any script: for scripts off, and for paper."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from builder.dates import MINUTE_MS
from builder.drawing.tape import Gap, Mark, Tape, tape_svg
from builder.model import HOUR_MS, Session
from builder.pages import cards
from builder.pages.site import Site
from builder.pages.values import Svg
from builder.sessions.holes import Hole, holes

HOURS_MOST = 12  # marks on one bar
CHAPTERS_MOST = 40
GAPS_MOST = 60  # beyond that a bar shows no more, and the page stays small
SEAMS_MOST = 60


def tape(site: Site, session: Session, language: str) -> Svg:
    """Draw the bar of a session in its VJ's colour."""
    words, dates = site.words(language), site.dates(language)
    start_ms, end_ms = session.start_ms, session.end_ms
    longest = sorted(holes(session), key=lambda hole: (-hole.length_ms, hole.start_ms))[:GAPS_MOST]
    drawn = Tape(
        start_ms=start_ms,
        end_ms=end_ms,
        gaps=tuple(
            Gap(hole.start_ms, hole.end_ms, words(_name(hole), length=dates.length(hole.length_ms)))
            for hole in sorted(longest, key=lambda hole: hole.start_ms)
        ),
        chapters=tuple(
            Mark(chapter.at_ms, chapter.title.text, chapter.title.lang)
            for chapter in cards.shown_chapters(site, session, language)[:CHAPTERS_MOST]
        ),
        hours=tuple(_hours(site, start_ms, end_ms, language)),
        seams=tuple(_seams(session)[:SEAMS_MOST]),
    )
    return Svg(tape_svg(drawn, cards.strip_words(site, session, language)))


def _name(hole: Hole) -> str:
    return "watch.gap_removed" if hole.removed else "watch.gap"


def _hours(site: Site, start_ms: int, end_ms: int, language: str) -> Iterator[Mark]:
    """Yield whole hours of the local clock, fewer on a long broadcast; midnight comes with its weekday."""
    dates = site.dates(language)
    step = next((hours for hours in (1, 2, 3, 6, 12) if end_ms - start_ms <= hours * HOURS_MOST * HOUR_MS), 24)
    minutes = dates.offset_minutes(start_ms) % 60
    at_ms = (start_ms + minutes * MINUTE_MS) // HOUR_MS * HOUR_MS - minutes * MINUTE_MS + HOUR_MS
    while at_ms < end_ms:
        clock = dates.clock(at_ms)
        if int(clock[:2]) % step == 0:
            before = dates.write("weekday", at_ms) + " " if clock == "00:00" else ""
            yield Mark(at_ms, clock, before=before)
        at_ms += HOUR_MS


def _seams(session: Session) -> list[int]:
    """Return where parts of the primary track meet without a hole."""
    parts = session.tracks[0].parts if session.tracks else ()
    holes = {low for low, _ in session.gaps}
    return [before.end_ms for before, _ in pairwise(parts) if before.end_ms not in holes]
