"""Before and after: which sessions a run changed, and which it removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

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
    connection.execute("DROP TABLE former")
    return new + len(gone), removed
