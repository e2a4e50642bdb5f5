"""Before and after: which sessions a run changed, and which it removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from builder.addresses import tag_of
from builder.catalog.numbers import base_numbers
from builder.catalog.rows import decode_session
from builder.model import Session


def removed_sessions(connection: sqlite3.Connection, gone: Iterable[Session]) -> int:
    """Count the sessions of which no recording is left; the anchors of all that are gone are kept for redirects.

    A session that merged into another or got another address is not removed.
    """
    removed = 0
    for session in gone:
        connection.execute("INSERT OR REPLACE INTO gone VALUES(?,?)", (session.id, session.anchor))
        removed += not any(_is_in_session(connection, key) for key in session.recordings)
    return removed


def keep_former_addresses(connection: sqlite3.Connection, session: Session) -> None:
    """Keep the recordings of addresses that led to a session of before, where they lead nowhere any more."""
    query = "SELECT 1 FROM aliases WHERE alias=?"
    own = (alias for alias in session.aliases if not alias.startswith("/"))
    lost = [alias for alias in own if connection.execute(query, (alias,)).fetchone() is None]
    if lost:
        keys = {tag_of(key): key for key in session.recordings}
        rows = [(alias, keys.get(alias.rpartition("/")[2])) for alias in lost]
        connection.executemany("INSERT OR REPLACE INTO gone VALUES(?,?)", [row for row in rows if row[1]])


def _is_in_session(connection: sqlite3.Connection, key: str) -> bool:
    query = "SELECT 1 FROM recordings WHERE base=? AND key=? AND usable"
    return any(connection.execute(query, (base, key)).fetchone() for base in base_numbers(key))


def compare_bulk(connection: sqlite3.Connection) -> tuple[int, int]:
    """Compare the sessions with those before a bulk load; return how many changed and how many were removed."""
    new = connection.execute(
        "SELECT count(*) FROM sessions AS s LEFT JOIN former AS f ON f.id=s.id WHERE f.id IS NULL OR f.body<>s.body"
    ).fetchone()[0]
    query = "SELECT f.body FROM former AS f LEFT JOIN sessions AS s ON s.id=f.id WHERE s.id IS NULL ORDER BY f.id"
    gone = [body for (body,) in connection.execute(query)]
    removed = removed_sessions(connection, (decode_session(body) for body in gone))
    lost = "SELECT session FROM former_aliases AS f WHERE NOT EXISTS (SELECT 1 FROM aliases AS a WHERE a.alias=f.alias)"
    for (body,) in connection.execute(f"SELECT body FROM former WHERE id IN ({lost})"):
        keep_former_addresses(connection, decode_session(body))
    connection.execute("DROP TABLE former")
    connection.execute("DROP TABLE former_aliases")
    return new + len(gone), removed
