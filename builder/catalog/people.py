"""The questions that pages ask about VJs, and about the streams that became theirs."""

from __future__ import annotations

from builder.catalog.numbers import stream_number
from builder.catalog.queries import Questions
from builder.catalog.recall import app_names
from builder.catalog.rows import stream_id_number
from builder.catalog.values import DayTotal, VjTotal
from builder.model import Session, StreamKey

COLUMNS = "slug, count, recorded_ms, first_ms, last_ms, longest_ms, longest_id"


class VjQuestions(Questions):
    """Totals and lists of one VJ, or of all."""

    def vj_slugs(self) -> list[VjTotal]:
        """Return the totals of every VJ that has listed sessions, by slug."""
        return [VjTotal(*row) for row in self.connection.execute(f"SELECT {COLUMNS} FROM vjs ORDER BY slug")]

    def vj_total(self, slug: str) -> VjTotal | None:
        found = self.connection.execute(f"SELECT {COLUMNS} FROM vjs WHERE slug=?", (slug,)).fetchone()
        return VjTotal(*found) if found else None

    def told_streams(self, number: int | None = None) -> list[StreamKey]:
        """Return the names that recordings gave their streams, whole or not: all, or those of one stream id.

        `number` is what `stream_id_number` makes of the stream id.
        """
        which, values = ("", ()) if number is None else (" AND stream=?", (number,))
        rows = self.connection.execute(
            f"SELECT stream_id, app, appname FROM streams WHERE recordings>0{which} ORDER BY stream_id, app, appname",
            values,
        )
        return [StreamKey(*row) for row in rows]

    def is_told_within(self, told: StreamKey, whole: StreamKey) -> bool:
        """Say whether a session of the stream `whole` holds a recording that named its stream `told`."""
        row = self.connection.execute(
            "SELECT 1 FROM recordings AS r JOIN sessions AS s ON s.id=r.session "
            "WHERE r.stream=? AND r.told=? AND s.stream=? LIMIT 1",
            (stream_id_number(told.stream_id), stream_number(told), stream_number(whole)),
        ).fetchone()
        return row is not None

    def stream_names(self, stream_id: str) -> frozenset[tuple[str, str]]:
        """Return the (app, appname) pairs that were told with a stream id."""
        return app_names(self.connection, stream_id)

    def vj_months(self, slug: str) -> list[tuple[str, int, int]]:
        """Return (month, sessions, recorded_ms) by month."""
        query = (
            "SELECT substr(day, 1, 7) AS month, sum(count), sum(recorded_ms) FROM vj_days WHERE vj=? "
            "GROUP BY month ORDER BY month"
        )
        return list(self.connection.execute(query, (slug,)))

    def vj_days(self, slug: str, prefix: str = "") -> list[DayTotal]:
        """Return the days of a VJ that have listed sessions: all, or those of a year or month."""
        query = "SELECT day, count, recorded_ms FROM vj_days WHERE vj=? AND day>=? AND day<? ORDER BY day"
        return [DayTotal(*row) for row in self.connection.execute(query, (slug, prefix, f"{prefix}~"))]

    def vj_sessions(
        self, slug: str, prefix: str = "", *, limit: int | None = None, newest_first: bool = False
    ) -> list[Session]:
        """Return a VJ's sessions: all, or those of a year, month or day, by (start_ms, id)."""
        order = "start_ms DESC, id DESC" if newest_first else "start_ms, id"
        span = (prefix, f"{prefix}~") if prefix else ()
        within = " AND day>=? AND day<?" if prefix else ""  # without it an index has all of a VJ in order
        tail = f"WHERE listed AND vj=?{within} ORDER BY {order} LIMIT ?"
        return self._sessions(tail, (slug, *span, -1 if limit is None else limit))

    def vj_unlisted_sessions(self, slug: str, limit: int) -> list[Session]:
        """Return what a VJ has besides the sessions in lists: pages that only a link leads to."""
        tail = "WHERE visibility='unlisted' AND vj=? ORDER BY start_ms, id LIMIT ?"
        return self._sessions(tail, (slug, limit))

    def vj_unlisted_ids(self, slug: str) -> list[str]:
        """Return the ids of all of those."""
        query = "SELECT id FROM sessions WHERE visibility='unlisted' AND vj=? ORDER BY start_ms, id"
        return [identity for (identity,) in self.connection.execute(query, (slug,))]

    def vj_hours(self, slug: str) -> list[list[int]]:
        """Return how many sessions began in each hour of the week: seven rows (Monday first) of 24 counts."""
        counts = [[0] * 24 for _ in range(7)]
        rows = self.connection.execute("SELECT weekday, hour, count FROM vj_hours WHERE vj=?", (slug,))
        for weekday, hour, count in rows:
            counts[weekday][hour] = count
        return counts
