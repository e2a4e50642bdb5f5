"""Events that come and go: which of them are new, which pushes they make, and which recordings that may concern."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable

from builder.catalog.intake import Batch
from builder.catalog.numbers import base_number, rows_of, span_class
from builder.catalog.recall import Recall
from builder.catalog.rows import Known, decode_event, stream_id_number
from builder.model import Event, PushEvent, StreamKey, TaskEvent
from builder.sessions.links import PUSH_MARGIN_MS


class Happenings:
    """The events of an update: made before the rows change, asked before and after."""

    def __init__(self, connection: sqlite3.Connection, dropped: Iterable[int], batches: Iterable[Batch]) -> None:
        self.connection = connection
        found: dict[int, tuple[str, bytes]] = {}
        for file in dropped:
            query = "SELECT identity, kind, item FROM events WHERE id BETWEEN ? AND ?"
            found.update({row[0]: (row[1], row[2]) for row in connection.execute(query, rows_of(file))})
        for batch in batches:
            found.update({row[1]: (row[3], row[-1]) for row in batch.events})
        self.events = {identity: decode_event(*row) for identity, row in sorted(found.items())}
        self._were_there = self._there()

    def _there(self) -> set[int]:
        query = "SELECT 1 FROM events WHERE identity=?"
        return {identity for identity in self.events if self.connection.execute(query, (identity,)).fetchone()}

    def new(self) -> int:
        """Return how many events are there that were not."""
        return len(self._there() - self._were_there)

    def steps(self) -> Counter[StreamKey]:
        """Return how many more (or fewer) events each stream has since the rows changed."""
        steps: Counter[StreamKey] = Counter()
        now = self._there()
        for identity, event in self.events.items():
            steps[event.stream] += (identity in now) - (identity in self._were_there)
        return steps

    def concerned(self, recall: Recall) -> set[int]:
        """Return the bases of recordings that the events may tie together or illustrate, as the rows stand."""
        bases: set[int] = set()
        for event in self.events.values():
            bases.update(one.base for one in _concerned(event, recall))
        return bases

    def pair_pushes(self) -> None:
        """Make the pushes anew whose starts or stops came or went."""
        pushes = {
            (stream_id_number(event.stream.stream_id), base_number(event.sequence))
            for event in self.events.values()
            if isinstance(event, PushEvent) and event.sequence
        }
        for stream, link in sorted(pushes):
            self.connection.execute("DELETE FROM pushes WHERE stream=? AND link=?", (stream, link))
            low, high = self.connection.execute(
                "SELECT min(CASE kind WHEN 'start' THEN at_ms END), max(CASE kind WHEN 'stop' THEN at_ms END) "
                "FROM events WHERE stream=? AND link=? AND kind IN ('start', 'stop')",
                (stream, link),
            ).fetchone()
            if low is not None and high is not None and low <= high:
                values = (stream, link, span_class(high - low), low, high)
                self.connection.execute("INSERT INTO pushes VALUES(?,?,?,?,?)", values)


def _concerned(event: Event, recall: Recall) -> Iterable[Known]:
    stream_id = event.stream.stream_id
    if isinstance(event, PushEvent):
        row = recall.connection.execute(
            "SELECT start_ms, stop_ms FROM pushes WHERE stream=? AND link=?",
            (stream_id_number(stream_id), base_number(event.sequence)),
        ).fetchone()
        return recall.touching(stream_id, row[0] - PUSH_MARGIN_MS, row[1] + PUSH_MARGIN_MS) if row else ()
    if isinstance(event, TaskEvent):
        return recall.of_task(event.stream, event.task_id) if event.task_id and event.session_id else ()
    return recall.touching(stream_id, event.at_ms, event.at_ms) if recall.deriver.shows_pictures else ()
