"""Totals of listed sessions: made from the sessions table in one go, or kept up one session at a time.

Both ways give the same rows; the totals never have to be trusted, only to be quick.
"""

from __future__ import annotations

import sqlite3

from builder.catalog.rows import tag_rows
from builder.model import Session

TABLES = ("days", "vj_days", "vj_hours", "vjs", "tags")
COMPUTE = (  # each asks an index that has all it needs, or sweeps: to look sessions up one by one takes longest
    (
        "INSERT INTO vj_days SELECT vj, day, count(*), sum(coalesce(duration_ms, 0)) FROM sessions WHERE listed "
        "GROUP BY vj, day"
    ),
    "INSERT INTO days SELECT day, sum(count), sum(recorded_ms) FROM vj_days GROUP BY day",
    (
        "INSERT INTO vj_hours SELECT vj, weekday, hour, count(*) FROM sessions NOT INDEXED WHERE listed "
        "GROUP BY vj, weekday, hour"
    ),
    "INSERT INTO tags SELECT tag, count(*) FROM session_tags GROUP BY tag",
)
VJ_TOTALS = (
    "INSERT INTO vjs SELECT d.vj, sum(d.count), sum(d.recorded_ms), "
    "(SELECT min(s.start_ms) FROM sessions AS s WHERE s.listed AND s.vj=d.vj), "
    "(SELECT max(s.start_ms) FROM sessions AS s WHERE s.listed AND s.vj=d.vj), "
    "(SELECT coalesce(max(s.duration_ms), 0) FROM sessions AS s WHERE s.listed AND s.vj=d.vj), "
    "(SELECT s.id FROM sessions AS s WHERE s.listed AND s.vj=d.vj ORDER BY s.duration_ms DESC, s.id DESC LIMIT 1) "
    "FROM vj_days AS d"
)


def compute(connection: sqlite3.Connection) -> None:
    """Make every total anew from the sessions."""
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")
    for statement in COMPUTE:
        connection.execute(statement)
    connection.execute(f"{VJ_TOTALS} GROUP BY d.vj")


def count(connection: sqlite3.Connection, session: Session, sign: int) -> None:
    """Add a session to the totals (sign 1) or take it away (sign -1); its VJ's own row is made by `settle`."""
    if not session.listed:
        return
    day, recorded = session.day, sign * (session.duration_ms or 0)
    row = connection.execute("SELECT hour, weekday FROM sessions WHERE id=?", (session.id,)).fetchone()
    assert row is not None
    hour, weekday = row
    connection.execute(
        "INSERT INTO days VALUES(?,?,?) ON CONFLICT DO UPDATE SET count=count+excluded.count, "
        "recorded_ms=recorded_ms+excluded.recorded_ms",
        (day, sign, recorded),
    )
    connection.execute(
        "INSERT INTO vj_days VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET count=count+excluded.count, "
        "recorded_ms=recorded_ms+excluded.recorded_ms",
        (session.vj, day, sign, recorded),
    )
    connection.execute(
        "INSERT INTO vj_hours VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET count=count+excluded.count",
        (session.vj, weekday, hour, sign),
    )
    for tag, *_ in tag_rows(session):
        connection.execute(
            "INSERT INTO tags VALUES(?,?) ON CONFLICT DO UPDATE SET count=count+excluded.count", (tag, sign)
        )


def settle(connection: sqlite3.Connection, touched: list[Session]) -> None:
    """Finish after the last `count`: rows that count nothing go, the VJs' own rows are made anew."""
    for session in touched:
        connection.execute("DELETE FROM days WHERE day=? AND count=0", (session.day,))
        connection.execute("DELETE FROM vj_days WHERE vj=? AND day=? AND count=0", (session.vj, session.day))
        for tag in session.tags:
            connection.execute("DELETE FROM tags WHERE tag=? AND count=0", (tag,))
    for slug in sorted({session.vj for session in touched}):
        connection.execute("DELETE FROM vj_hours WHERE vj=? AND count=0", (slug,))
        connection.execute("DELETE FROM vjs WHERE slug=?", (slug,))
        connection.execute(f"{VJ_TOTALS} WHERE d.vj=? GROUP BY d.vj", (slug,))
