"""`aftercast sessions`: the broadcasts that the records make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from builder.cli.common import jobs_of, json_option, source_option, state_option
from builder.cli.listing import MANY, say_many
from builder.cli.reading import up_to_date
from builder.cli.terminal import say_all
from builder.model import Session
from builder.sessions import session_line
from builder.sessions.record import instant
from builder.wording import length_words


@click.command("sessions")
@source_option
@state_option
@json_option
def command(source: Path, state: Path | None, as_json: bool) -> None:
    """List the sessions, hidden ones too, by start.

    With --json: one object a line, a stable format.

    \b
    Example:  aftercast sessions --json --source site_src
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    with up_to_date(source, state) as desk:
        catalog, hands = desk.catalog, jobs_of(None)
        # What another aftercast is changing is read at one moment, by one process; and what is only rehearsed.
        is_shared = not (catalog.readonly or catalog.is_rehearsed)
        if as_json and hands > 1 and is_shared and catalog.session_count() > MANY:
            say_many(catalog, desk.workshop.places.state, hands)
        else:
            say_all(session_lines(catalog.all_sessions(), as_json=as_json))


def session_lines(sessions: Iterator[Session], *, as_json: bool) -> Iterator[str]:
    """Word each session in one line."""
    for session in sessions:
        yield session_line(session).decode() if as_json else one_line(session)


def one_line(session: Session) -> str:
    """Word a session for a person: id, start, length, broadcaster, title."""
    session = session.whole
    length = "length unknown" if session.duration_ms is None else length_words(session.duration_ms)
    standing = session.tombstone or ("" if session.visibility == "public" else session.visibility)
    words = [session.id, instant(session.start_ms), length, session.vj, session.title]
    return "  ".join([word for word in words if word] + ([f"({standing})"] if standing else []))
