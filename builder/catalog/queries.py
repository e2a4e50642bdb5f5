"""The questions that pages ask about sessions. Lists hold listed sessions only; every one of them is in a fixed order.

Each question is answered by an index or by a table of totals: none of them walks the whole catalog, except those that
name every session (`all_ids`, `aliases`, `tombstones`) for pages that do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from builder.catalog.values import DayTotal, Totals
from builder.model import DAY_MS, Session

BEGINNING = (-(2**63), "")  # lies before every session
OVERLAP_MS = 3 * DAY_MS  # how long before a day a session may have begun that still reaches into it

_decode = msgspec.msgpack.Decoder(Session).decode


class Questions:
    """What every group of questions shares."""

    connection: sqlite3.Connection

    def _sessions(self, tail: str, parameters: tuple[object, ...] = ()) -> list[Session]:
        return [_decode(body) for (body,) in self.connection.execute(f"SELECT body FROM sessions {tail}", parameters)]

    def _number(self, query: str, parameters: tuple[object, ...] = ()) -> int:
        found = self.connection.execute(query, parameters).fetchone()
        return int(found[0] or 0) if found else 0

    def meta(self, name: str) -> object:
        found = self.connection.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return found[0] if found else None


class SessionQuestions(Questions):
    """One session, all sessions, and what lies beside one."""

    def session(self, identity: str) -> Session | None:
        """Return a session by its id, whatever its visibility."""
        found = self._sessions("WHERE id=?", (identity,))
        return found[0] if found else None

    def all_ids(self) -> Iterator[str]:
        """Yield the id of every session, hidden ones too, in order."""
        return (identity for (identity,) in self.connection.execute("SELECT id FROM sessions ORDER BY id"))

    def all_sessions(self) -> Iterator[Session]:
        """Yield every session, hidden ones too, by start and id."""
        rows = self.connection.execute("SELECT body FROM sessions ORDER BY start_ms, id")
        return (_decode(body) for (body,) in rows)

    def places(self, every: int) -> Iterator[tuple[int, str]]:
        """Yield (start_ms, id) of the first session by start and id, and of each so many behind it."""
        query = "SELECT start_ms, id FROM sessions WHERE (start_ms, id)>=(?,?) ORDER BY start_ms, id LIMIT 1 OFFSET ?"
        found = self.connection.execute(query, (*BEGINNING, 0)).fetchone()
        while found:
            yield found
            found = self.connection.execute(query, (*found, every)).fetchone()

    def sessions_from(self, place: tuple[int, str], limit: int) -> Iterator[Session]:
        """Yield so many sessions by start and id, from a place on."""
        query = "SELECT body FROM sessions WHERE (start_ms, id)>=(?,?) ORDER BY start_ms, id LIMIT ?"
        return (_decode(body) for (body,) in self.connection.execute(query, (*place, limit)))

    def tombstones(self) -> Iterator[Session]:
        rows = self.connection.execute("SELECT body FROM sessions WHERE tombstone<>'' ORDER BY id")
        return (_decode(body) for (body,) in rows)

    def aliases(self) -> Iterator[tuple[str, str]]:
        """Yield (alias, session id) in order; where two sessions claim one alias the smaller id has it."""
        return iter(self.connection.execute("SELECT alias, min(session) FROM aliases GROUP BY alias ORDER BY alias"))

    def alias_target(self, alias: str) -> str | None:
        found = self.connection.execute("SELECT min(session) FROM aliases WHERE alias=?", (alias,)).fetchone()
        return found[0] if found else None

    def curated_ids(self, source: str) -> list[str]:
        """Return the ids of the sessions that a curation file speaks of, in order."""
        rows = self.connection.execute("SELECT session FROM curated WHERE source=? ORDER BY session", (source,))
        return [identity for (identity,) in rows]

    def twice_curated(self) -> list[str]:
        """Return the ids of the sessions that several curation files speak of, in order."""
        rows = self.connection.execute(
            "SELECT session FROM curated GROUP BY session HAVING count(*)>1 ORDER BY session"
        )
        return [identity for (identity,) in rows]

    def neighbours(self, session: Session) -> tuple[Session | None, Session | None]:
        """Return the listed sessions of the same VJ just before and just after."""
        place = (session.vj, session.zero_ms, session.id)
        listed = "WHERE listed AND vj=? AND (start_ms, id)"
        before = self._sessions(f"{listed} < (?, ?) ORDER BY start_ms DESC, id DESC LIMIT 1", place)
        after = self._sessions(f"{listed} > (?, ?) ORDER BY start_ms, id LIMIT 1", place)
        return (before[0] if before else None), (after[0] if after else None)

    def overlapping_day(self, start_ms: int, end_ms: int) -> list[Session]:
        """Return sessions that began before the span and reach into it, by (start_ms, id)."""
        assert start_ms <= end_ms
        tail = "WHERE listed AND start_ms>=? AND start_ms<? AND end_ms>? ORDER BY start_ms, id"
        return self._sessions(tail, (start_ms - OVERLAP_MS, start_ms, start_ms))

    def latest(self, limit: int) -> list[Session]:
        """Return the newest listed sessions, newest first."""
        return self._sessions("WHERE listed ORDER BY start_ms DESC, id DESC LIMIT ?", (limit,))

    def featured(self) -> list[Session]:
        """Return featured sessions, newest first."""
        return self._sessions("WHERE featured AND listed ORDER BY start_ms DESC, id DESC")

    def totals(self) -> Totals:
        """Return whole-site counts; for the home page only."""
        count, recorded, first = self.connection.execute(
            "SELECT coalesce(sum(count), 0), coalesce(sum(recorded_ms), 0), coalesce(min(day), '') FROM days"
        ).fetchone()
        return Totals(count, recorded, self._number("SELECT count(*) FROM vjs"), first)

    def now_ms(self) -> int:
        """Return DESIGN's "now": the newest recording's end, or what overrides it."""
        found = self.meta("now_ms")
        return found if isinstance(found, int) else 0


class CalendarQuestions(Questions):
    """Days, months and years, by the day of a session's address."""

    def day_sessions(self, day: str, hour: int | None = None) -> list[Session]:
        """Return a day's sessions, or those that began in one local hour of it, by (start_ms, id)."""
        if hour is None:
            return self._sessions("WHERE listed AND day=? ORDER BY start_ms, id", (day,))
        return self._sessions("WHERE listed AND day=? AND hour=? ORDER BY start_ms, id", (day, hour))

    def day_count(self, day: str) -> int:
        return self._number("SELECT count FROM days WHERE day=?", (day,))

    def day_hours(self, day: str) -> list[tuple[int, int]]:
        """Return (local hour, sessions that began in it), by hour."""
        query = "SELECT hour, count(*) FROM sessions WHERE listed AND day=? GROUP BY hour ORDER BY hour"
        return list(self.connection.execute(query, (day,)))

    def hour_starts(self, day: str, hour: int) -> list[int]:
        """Return when the sessions of a local hour began."""
        query = "SELECT start_ms FROM sessions WHERE listed AND day=? AND hour=? ORDER BY start_ms"
        return [start for (start,) in self.connection.execute(query, (day, hour))]

    def days(self, prefix: str = "") -> list[DayTotal]:
        """Return the days that have listed sessions: of a year ("2022"), a month ("2022-01"), or all."""
        query = "SELECT day, count, recorded_ms FROM days WHERE day>=? AND day<? ORDER BY day"
        return [DayTotal(*row) for row in self.connection.execute(query, (prefix, f"{prefix}~"))]

    def has_days(self, prefix: str) -> bool:
        """Say whether a year, month or day has listed sessions."""
        return self._number("SELECT 1 FROM days WHERE day>=? AND day<? LIMIT 1", (prefix, f"{prefix}~")) == 1

    def months(self, year: str = "") -> list[DayTotal]:
        return self._periods(7, year)

    def years(self) -> list[DayTotal]:
        return self._periods(4, "")

    def _periods(self, length: int, prefix: str) -> list[DayTotal]:
        query = (
            f"SELECT substr(day, 1, {length}) AS period, sum(count), sum(recorded_ms) FROM days "
            "WHERE day>=? AND day<? GROUP BY period ORDER BY period"
        )
        return [DayTotal(*row) for row in self.connection.execute(query, (prefix, f"{prefix}~"))]

    def quiet_days(self, prefix: str) -> list[str]:
        """Return the days ("2022/01/13") with an address below them that no list shows; of a year or month, or all.

        Such an address is a former one, a tombstone or an unlisted broadcast.
        """
        span = (prefix or "0", f"{prefix}~" if prefix else ":")  # ":" sorts just behind the digits
        query = (
            "SELECT substr(a.alias, 1, 10) FROM aliases AS a CROSS JOIN sessions AS s ON s.id=a.session "
            "WHERE a.alias>=? AND a.alias<? AND s.visibility<>'draft' UNION "
            "SELECT substr(id, 1, 10) FROM sessions "
            "WHERE tombstone<>'' AND id>=? AND id<? AND visibility<>'draft' UNION "
            "SELECT substr(id, 1, 10) FROM sessions WHERE visibility='unlisted' AND id>=? AND id<? ORDER BY 1"
        )
        return [day for (day,) in self.connection.execute(query, span * 3)]

    def previous_period(self, period: str) -> str | None:
        """Return the day, month or year before this one that has listed sessions."""
        found = self.connection.execute("SELECT max(day) FROM days WHERE day<?", (period,)).fetchone()
        return found[0][: len(period)] if found[0] else None

    def next_period(self, period: str) -> str | None:
        found = self.connection.execute("SELECT min(day) FROM days WHERE day>?", (f"{period}~",)).fetchone()
        return found[0][: len(period)] if found[0] else None


class TagQuestions(Questions):
    """Tags of listed sessions, exactly as they were given."""

    def tags(self) -> list[tuple[str, int]]:
        return list(self.connection.execute("SELECT tag, count FROM tags ORDER BY tag"))

    def tag_sessions(self, tag: str, prefix: str = "") -> list[Session]:
        """Return a tag's sessions: all, or those of a year, month or day, by (day, start_ms, id)."""
        query = (
            "SELECT s.body FROM session_tags AS t CROSS JOIN sessions AS s ON s.id=t.session "
            "WHERE t.tag=? AND t.day>=? AND t.day<? ORDER BY t.day, t.start_ms, t.session"
        )
        return [_decode(body) for (body,) in self.connection.execute(query, (tag, prefix, f"{prefix}~"))]

    def tag_months(self, tag: str) -> list[tuple[str, int]]:
        """Return (month, sessions) of a tag, by month."""
        query = (
            "SELECT substr(day, 1, 7) AS month, count(*) FROM session_tags WHERE tag=? GROUP BY month ORDER BY month"
        )
        return list(self.connection.execute(query, (tag,)))

    def tag_days(self, tag: str, month: str) -> list[str]:
        """Return the days of a month that have sessions with a tag."""
        query = "SELECT DISTINCT day FROM session_tags WHERE tag=? AND day>=? AND day<? ORDER BY day"
        return [day for (day,) in self.connection.execute(query, (tag, month, f"{month}~"))]
