"""What lies in a span of time, over all streams: asked when recordings seem to be missing, never for a page."""

from __future__ import annotations

from collections.abc import Iterator

from builder.catalog.queries import Questions
from builder.catalog.rows import decode_event, decode_session
from builder.model import PushEvent, Session


class SpanQuestions(Questions):
    """Sessions and pushes by time."""

    def sessions_between(self, from_ms: int, to_ms: int) -> Iterator[Session]:
        """Yield every session that touches a span, hidden ones too, by start and id."""
        rows = self.connection.execute(
            "SELECT body FROM sessions WHERE start_ms<=? AND end_ms>=? ORDER BY start_ms, id", (to_ms, from_ms)
        )
        return (decode_session(body) for (body,) in rows)

    def pushes_between(self, from_ms: int, to_ms: int) -> list[PushEvent]:
        """Return the starts and stops of pushes in a span, each once, by stream and time."""
        rows = self.connection.execute(
            "SELECT kind, item FROM events WHERE kind IN ('start', 'stop') AND at_ms BETWEEN ? AND ?", (from_ms, to_ms)
        )
        found = {event for event in (decode_event(kind, item) for kind, item in rows) if isinstance(event, PushEvent)}
        return sorted(found, key=lambda event: (event.stream, event.at_ms, event.kind, event.sequence))
