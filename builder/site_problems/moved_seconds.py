"""Seconds that count from a beginning or end which is not where their file thought it.

A late recording may make one replay of two that have a curation each. Chapters, a trim, captions and pictures of one of
them then count from the beginning of the other. From where they were counted no program can tell, because the replay
may have begun before the recording that its file names; so nothing is moved, and it is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from builder.addresses import tag_of
from builder.model import Captions, Curation, Part, Problem, Session, SetAside, Storyboard
from builder.pages import Site


def moved_seconds_problems(site: Site) -> Iterator[Problem]:
    """Yield a problem for each thing that counts from where only another curation of its replay names a recording."""
    by_source = {curation.source: curation for curation in site.content.curations}
    for session in map(site.catalog.session, site.catalog.twice_curated()):
        if session is None or session.tombstone:
            continue
        curations = [by_source[source] for source in session.curated_by if source in by_source]
        spans = {curation.source: span for curation in curations if (span := _span(curation, session.whole))}
        for source, (start, end) in spans.items():
            first, last = min(spans, key=lambda one: spans[one][0]), max(spans, key=lambda one: spans[one][1])
            if spans[first][0] < start:
                yield from _from_beginning(site, by_source[source], first)
            if spans[last][1] > end:
                yield from _from_end(by_source[source], last)


def _span(curation: Curation, session: Session) -> tuple[int, int] | None:
    """Return when the recordings begin and end by which a curation names a session; None where none of them does."""
    names, tag = {*curation.recordings, *curation.merge}, curation.address.rpartition("/")[2]
    files: list[Part | SetAside] = [*(part for track in session.tracks for part in track.parts), *session.others]
    named = [one for one in files if names & {one.key, one.file_id} or tag_of(one.key) == tag]
    return (min(one.start_ms for one in named), max(one.end_ms for one in named)) if named else None


def _from_beginning(site: Site, curation: Curation, other: str) -> Iterator[Problem]:
    which = f"from the beginning, which moved when this replay and that of `{other}` became one"
    right = f"or add the replay's first recording to `{curation.source}` if that is right"
    if any(chapter.at_ms is None for chapter in curation.chapters):
        yield _moved(curation.source, f"`chapters` count {which}; give moments (`at:`), {right}", "chapters")
    if curation.trim and curation.trim.head_seconds:
        yield _moved(curation.source, f"`head` of `trim` counts {which}; give a moment (`from:`), {right}", "trim")
    beside: tuple[Captions | Storyboard, ...] = (*site.content.captions, *site.content.storyboards)
    for file in beside:
        if file.curation == curation.source:
            yield _moved(file.source, f"its times count {which}; correct them, {right}")


def _from_end(curation: Curation, other: str) -> Iterator[Problem]:
    if curation.trim and curation.trim.tail_seconds:
        which = f"from the end, which moved when this replay and that of `{other}` became one"
        right = f"or add the replay's last recording to `{curation.source}` if that is right"
        yield _moved(curation.source, f"`tail` of `trim` counts {which}; give a moment (`to:`), {right}", "trim")


def _moved(source: str, message: str, field: str = "") -> Problem:
    return Problem("seconds_moved", message, source=source, field=field)
