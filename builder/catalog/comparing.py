"""Before and after: which sessions a run changed, and which it removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from builder.addresses import tag_of
from builder.catalog.numbers import base_numbers
from builder.catalog.rows import decode_session
from builder.model import Session


def removed_sessions(connection: sqlite3.Connection, gone: Iterable[Session]) -> int:
    """Count the sessions of which no recording is left.

    A session that merged into another or got another address is not removed.
    """
    return sum(not any(_is_told(connection, key) for key in session.recordings) for session in gone)


def keep_former_addresses(connection: sqlite3.Connection, session: Session) -> None:
    """Keep, for each address of a session of before that leads nowhere any more, the recording that it went with.

    That is the one it is named by, or where that is in no session now the first of the others that is in one.
    """
    lost = [address for address in (session.id, *session.aliases) if not leads(connection, address)]
    if not lost:
        return
    named = {tag_of(key): key for key in session.recordings}
    parts = [part.key for track in session.tracks for part in track.parts]
    # Found once for all: a long broadcast that is gone had as many addresses as recordings.
    first = next((key for key in (*parts, *session.recordings) if _is_in_session(connection, key)), None)
    for address in lost:
        key = named.get(address.rpartition("/")[2], session.anchor)
        kept = key if first is None or _is_in_session(connection, key) else first
        connection.execute("INSERT OR REPLACE INTO gone VALUES(?,?)", (address, kept))


def leads(connection: sqlite3.Connection, address: str) -> bool:
    """Say whether an address is that of a session, or a former one of it."""
    query = "SELECT 1 FROM sessions WHERE id=?1 UNION ALL SELECT 1 FROM aliases WHERE alias=?1"
    return connection.execute(query, (address,)).fetchone() is not None


def _is_told(connection: sqlite3.Connection, key: str) -> bool:
    query = "SELECT 1 FROM recordings WHERE base=? AND key=? AND usable"
    return any(connection.execute(query, (base, key)).fetchone() for base in base_numbers(key))


def _is_in_session(connection: sqlite3.Connection, key: str) -> bool:
    query = "SELECT 1 FROM recordings WHERE base=? AND key=? AND session IS NOT NULL"
    return any(connection.execute(query, (base, key)).fetchone() for base in base_numbers(key))


def changed_spoken(connection: sqlite3.Connection) -> Iterator[Session]:
    """Yield the sessions of `former_spoken`, in their order, that are others after a bulk load or none."""
    query = (
        "SELECT f.body FROM former_spoken AS f LEFT JOIN sessions AS s ON s.id=f.id "
        "WHERE s.id IS NULL OR s.body<>f.body ORDER BY f.rowid"
    )
    for (body,) in connection.execute(query):
        yield decode_session(body)


def compare_bulk(connection: sqlite3.Connection) -> tuple[int, int]:
    """Compare the sessions with those before a bulk load; return how many changed and how many were removed."""
    new = connection.execute(
        "SELECT count(*) FROM sessions AS s LEFT JOIN former AS f ON f.id=s.id WHERE f.id IS NULL OR f.body<>s.body"
    ).fetchone()[0]
    query = "SELECT f.body FROM former AS f LEFT JOIN sessions AS s ON s.id=f.id WHERE s.id IS NULL ORDER BY f.id"
    gone = [body for (body,) in connection.execute(query)]
    removed = removed_sessions(connection, (decode_session(body) for body in gone))
    query = "SELECT session FROM former_aliases WHERE alias NOT IN (SELECT alias FROM aliases)"
    lost = [body for (body,) in connection.execute(f"SELECT body FROM former WHERE id IN ({query}) ORDER BY id")]
    for body in dict.fromkeys([*gone, *lost]):
        keep_former_addresses(connection, decode_session(body))
    connection.execute("DROP TABLE former")
    connection.execute("DROP TABLE former_aliases")
    return new + len(gone), removed
