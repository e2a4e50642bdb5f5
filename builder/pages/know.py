"""How we know this: the records, gaps and repairs behind a broadcast, in sentences of the page's language.

Made from the session alone, so that they can never disagree with the page. Numbers and times only: no name and no
text from a record gets here, except the stream's id where the operator made ids public.
"""

from __future__ import annotations

from collections import Counter

from builder.model import NEVER_MS, Session
from builder.pages.cards import any_insecure
from builder.pages.site import Site
from builder.pages.values import Fact
from builder.pages.words import NAME_LIMIT, clean
from builder.sessions.holes import Hole, lost_and_removed

LOSSES_SHOWN = 20


def facts(site: Site, session: Session, language: str) -> tuple[Fact, ...]:
    """Return the lines of the list, in order; a line without a sentence is left out."""
    lost, removed = lost_and_removed(session)
    lines = {
        "records": _records(site, session, language),
        "on_air": _on_air(site, session, language),
        "recorded": _recorded(site, session, language),
        "lost": _stretches(site, lost, language),
        "removed": _stretches(site, removed, language),
        "one_broadcast": _one_broadcast(site, session, language),
        "repaired": _repaired(site, session, language),
        "set_aside": _set_aside(site, session, language),
        "stream": _stream(site, session),
        "filed": _filed(site, session, language),
        "expires": _expires(site, session, language),
    }
    return tuple(Fact(name, tuple(sentences)) for name, sentences in lines.items() if sentences)


def _records(site: Site, session: Session, language: str) -> list[str]:
    words = site.words(language)
    counts = Counter(track.format for track in session.tracks for _ in track.parts)
    formats = ", ".join(
        words("know.record_of", n=count, format=words(f"versions.{kind}")) for kind, count in sorted(counts.items())
    )
    # No count of notifications here: one that is repeated must change no byte. `explain` tells it.
    return [words("know.records_line", n=counts.total() + len(session.others), formats=formats)]


def _on_air(site: Site, session: Session, language: str) -> list[str]:
    words, dates = site.words(language), site.dates(language)
    if session.duration_ms is None:
        return [words("know.on_air_point", start=dates.clock_seconds(session.start_ms))]
    start, end = dates.clocks_seconds(session.start_ms, session.end_ms)
    return [
        words(
            "know.on_air_line",
            start=start,
            end=end,
            length=dates.exact_length(session.end_ms - session.start_ms),
        )
    ]


def _recorded(site: Site, session: Session, language: str) -> list[str]:
    span_ms = session.end_ms - session.start_ms
    if session.duration_ms is None or span_ms <= 0:
        return []
    percent = min(1000, session.duration_ms * 1000 // span_ms)
    return [
        site.words(language)(
            "know.recorded_line",
            length=site.dates(language).exact_length(session.duration_ms),
            percent=f"{percent // 10}.{percent % 10}".removesuffix(".0"),
        )
    ]


def _stretches(site: Site, found: list[Hole], language: str) -> list[str]:
    words, dates = site.words(language), site.dates(language)
    lines = []
    for hole in found[:LOSSES_SHOWN]:
        start, end = dates.clocks_seconds(hole.start_ms, hole.end_ms)
        lines.append(words("know.lost_line", start=start, end=end, length=dates.exact_length(hole.length_ms)))
    more = len(found) - LOSSES_SHOWN
    return [*lines, words("know.lost_more", n=more)] if more > 0 else lines


def _one_broadcast(site: Site, session: Session, language: str) -> list[str]:
    words, dates = site.words(language), site.dates(language)
    length = dates.length(session.max_gap_ms)
    # Nothing of a split, which only `explain` tells: what lies behind it may be hidden, or a draft.
    rules = dict.fromkeys(reason.rule for reason in session.reasons)
    said = [words(f"know.rule.{rule}", length=length) for rule in rules if words.has(f"know.rule.{rule}")]
    if said:
        return said
    if len(session.recordings) == 1:
        return [words("know.single")]
    return [words("know.gap", length=length)] if session.max_gap_ms else [words("know.gap_zero")]


def _repaired(site: Site, session: Session, language: str) -> list[str]:
    words = site.words(language)
    flags = sorted({*session.flags, *(("http",) if any_insecure(site, session) else ())})
    return [words(f"know.flag.{flag}") for flag in flags if words.has(f"know.flag.{flag}")]


def _set_aside(site: Site, session: Session, language: str) -> list[str]:
    words = site.words(language)
    counts = Counter(other.why if words.has(f"know.set_aside_why.{other.why}") else "other" for other in session.others)
    return [words(f"know.set_aside_why.{why}", n=count) for why, count in sorted(counts.items())]


def _stream(site: Site, session: Session) -> list[str]:
    return [clean(session.stream.stream_id, NAME_LIMIT)] if site.config.public_stream_ids else []


def _filed(site: Site, session: Session, language: str) -> list[str]:
    date = site.dates(language).write("date", session.day)
    words, zone = site.words(language), site.zone_place(language)
    if zone == "UTC":
        return [words("know.filed_line_utc", date=date)]
    return [words("know.filed_line", date=date, zone=zone)]


def _expires(site: Site, session: Session, language: str) -> list[str]:
    if session.expires_ms is None or session.expires_ms >= NEVER_MS:
        return []
    return [site.words(language)("know.expires_line", date=site.dates(language).day_and_clock(session.expires_ms))]
