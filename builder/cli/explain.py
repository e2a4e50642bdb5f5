"""`aftercast explain`: why a session is what it is, and what became of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from builder.addresses import load_zone
from builder.catalog import Catalog, Stated
from builder.cli.common import source_option, state_option
from builder.cli.reading import up_to_date
from builder.cli.terminal import say
from builder.errors import ConfigError
from builder.explain import explain
from builder.lines import with_lines
from builder.model import Problem, Session
from builder.pages import Site
from builder.pages.named import session_at
from builder.site_problems.moved_seconds import moved_seconds_problems

SHOWN_NOTICES = 200
MASKED = ", signature masked"
SIGNATURES = {"": "", "good": ", signature good", "bad": ", signature bad"}


@click.command("explain", short_help="Say why these files are one broadcast.")
@click.argument("what", metavar="ID")
@source_option
@state_option
def command(what: str, source: Path, state: Path | None) -> None:
    """Say which records, gaps, rules and repairs made a session, and what was set aside.

    ID is a session's id, its address, a former address of it, the last part of one of these, or the id of a file.
    This prints stream ids and file ids: it is for the operator.

    \b
    Example:  aftercast explain 2022/01/13/k3f9q2m7xa
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    with up_to_date(source, state) as desk:
        for line in explanation(desk.workshop.site(desk.catalog), what):
            say(line)


def explanation(site: Site, what: str) -> Iterator[str]:
    """Yield the lines about a session or a file; `ConfigError` when there is no such thing."""
    catalog, zone = site.catalog, load_zone(site.config.timezone)
    at = session_at(site, what)
    holder = None if at else catalog.session_of_file(what)
    session = at or holder or catalog.session_of_tag(what.strip("/"))
    if session is not None:
        if session.id not in what:
            yield f"{what} {'is in' if holder else 'leads to'} session {session.id}"
        yield from [
            f"session {session.id}",
            *explain(session, catalog.recordings_of(session), zone=zone, private=True),
        ]
        yield from (f"problem: {problem.sentence}" for problem in said_in_vain(site, session))
        yield from told(notice for key in session.recordings for notice in catalog.notices_of(key))
        return
    notices = catalog.notices_of(what)
    refused = [each.problem for each in catalog.problems() if each.problem.quarantined and each.problem.file_id == what]
    if not notices and refused:
        yield f"{what} is in no session: {'its record was' if len(refused) == 1 else 'its records were'} set aside"
        yield from (problem.sentence for problem in refused)
        return
    if not notices:
        found = "that of a stream" if catalog.stream_names(what) else "nothing of that name"
        raise ConfigError(
            f"`{what[:80]}` expected the id of a session or a file, found {found}",
            hint="`aftercast sessions --json` lists sessions, their streams and files, `aftercast problems` the rest",
        )
    yield f"{what} is in no session: {reason(catalog, what)}"
    yield from told(iter(notices))


def said_in_vain(site: Site, session: Session) -> Iterator[Problem]:
    """Yield what is wrong with the curation of a session: keys that another file gives too, what lies outside it."""
    found = [problem for source in session.curated_by for problem in site.catalog.problems_of(source)]
    found += (problem for problem in moved_seconds_problems(site) if problem.source in session.curated_by)
    return with_lines(found, site.source)


def reason(catalog: Catalog, name: str) -> str:
    """Say why a file that notices speak of is in no session."""
    known = list(catalog.known(name))
    if not known:
        return "what tells of it leaves out its stream and times"
    if not any(one.usable for one in known):
        return "its media host is not in `media.hosts`"
    return "its session is shorter than `grouping.min_length`"


def told(notices: Iterator[Stated]) -> Iterator[str]:
    """Yield where the notices were read and how far they are trusted."""
    for number, stated in enumerate(notices):
        if number == SHOWN_NOTICES:
            yield "and more notifications"
            return
        notice = stated.notice
        kind = "facts" if notice.told is not None else notice.status or "additions"
        signature = MASKED if notice.signed == "bad" and "masked_sign" in notice.flags else SIGNATURES[notice.signed]
        yield f"told by {stated.source}:{stated.line}: {kind}, {notice.verdict}{signature}"
