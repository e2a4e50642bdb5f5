"""Replacing sessions in the tables, one by one, with everything that hangs on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from builder.addresses import address_clash
from builder.catalog import findings, rollups, schema
from builder.catalog.rows import Known, LocalClock, decode_session, overwritten_in, session_row, tag_rows
from builder.model import Session


class Change(msgspec.Struct, frozen=True):
    """A session before and after; None where it is not."""

    id: str
    before: Session | None
    after: Session | None


def changes(before: Mapping[str, Session], after: Iterable[Session]) -> list[Change]:
    """Compare the sessions of closed islands; by id."""
    now: dict[str, Session] = {}
    for session in after:
        other = now.setdefault(session.id, session)
        if other is not session:
            raise address_clash(session.id, other.anchor, session.anchor)
    return [
        Change(identity, before.get(identity), now.get(identity))
        for identity in sorted({*before, *now})
        if before.get(identity) != now.get(identity)
    ]


def replace(connection: sqlite3.Connection, changed: list[Change], clock: LocalClock) -> None:
    """Store changed sessions and their totals."""
    for change in changed:
        if change.before is not None:
            _remove(connection, change.before)
    for change in changed:
        if change.after is not None:
            _insert(connection, change.after, clock)
    touched = [session for change in changed for session in (change.before, change.after) if session is not None]
    rollups.settle(connection, touched)


def _remove(connection: sqlite3.Connection, session: Session) -> None:
    rollups.count(connection, session, -1)
    connection.execute("DELETE FROM sessions WHERE id=?", (session.id,))
    connection.executemany(
        "DELETE FROM session_tags WHERE tag=? AND day=? AND start_ms=? AND session=?", tag_rows(session)
    )
    connection.execute("DELETE FROM aliases WHERE session=?", (session.id,))
    connection.execute("DELETE FROM curated WHERE session=?", (session.id,))
    findings.forget_overwritten(connection, overwritten_in(session))


def _insert(connection: sqlite3.Connection, session: Session, clock: LocalClock) -> None:
    values = session_row(session, clock)
    try:
        connection.execute(f"INSERT INTO sessions({schema.SESSION_COLUMNS}) VALUES(?{',?' * 13})", values)
    except sqlite3.IntegrityError as error:
        row = connection.execute("SELECT body FROM sessions WHERE id=?", (session.id,)).fetchone()
        if row is None:
            raise
        raise address_clash(session.id, decode_session(row[0]).anchor, session.anchor) from error
    connection.executemany("INSERT INTO session_tags VALUES(?,?,?,?)", tag_rows(session))
    aliases = [(alias, session.id) for alias in session.aliases]
    connection.executemany("INSERT OR IGNORE INTO aliases VALUES(?,?)", aliases)
    sources = [(source, session.id) for source in session.curated_by]
    connection.executemany("INSERT OR IGNORE INTO curated VALUES(?,?)", sources)
    for key, newer in overwritten_in(session):
        findings.overwritten(connection, key, newer)
    rollups.count(connection, session, 1)


def assign(connection: sqlite3.Connection, known: Iterable[Known], sessions: Iterable[Session]) -> None:
    """Note which session each recording of closed islands is in; none for those that became part of none."""
    homes = {key: session.id for session in sessions for key in session.recordings}
    connection.executemany(
        "UPDATE recordings SET session=? WHERE base=? AND key=? AND session IS NOT ?",
        ((homes.get(one.recording.key), one.base, one.recording.key, homes.get(one.recording.key)) for one in known),
    )
