"""Reading recordings back: rows of notices → merged recordings with whole streams; and events of streams.

The incremental path asks here. Every question is answered by an index; none depends on the size of the catalog.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator

from builder.catalog.deriving import Deriver, completed, merged_of
from builder.catalog.facts import items_of
from builder.catalog.numbers import SPANS, base_number, base_numbers, span_ms, text_number
from builder.catalog.rows import Known, decode_event, stream_id_number
from builder.model import Event, StreamKey, whereabouts
from builder.sessions import Span

Events = dict[int, Event]  # by identity: an event told twice is one


def app_names(connection: sqlite3.Connection, stream_id: str) -> frozenset[tuple[str, str]]:
    """Return the (app, appname) pairs that were told with a stream id, as the rows stand."""
    rows = connection.execute(
        "SELECT app, appname FROM streams WHERE stream=? AND stream_id=? AND recordings+events>0",
        (stream_id_number(stream_id), stream_id),
    )
    return frozenset(pair for pair in rows if any(pair))


class Recall:
    """Reads recordings and events as they stand; keeps what it read until `forget`."""

    def __init__(self, connection: sqlite3.Connection, deriver: Deriver) -> None:
        self.connection = connection
        self.deriver = deriver
        self._apps: dict[str, frozenset[tuple[str, str]]] = {}
        self._known: dict[int, list[Known]] = {}
        self.unclaimed: dict[int, int] = {}  # notices of a base that belong to no recording …
        self.former_unclaimed: dict[int, int] = {}  # … and as it was before

    def forget(self, bases: Iterable[int] | None = None) -> None:
        """Forget what was read: everything, or some recordings whose rows or streams changed."""
        if bases is None:
            self._apps.clear()
            self._known.clear()
            self.unclaimed.clear()
        for base in bases or ():
            self._known.pop(base, None)

    # --- recordings ---

    def known(self, base: int) -> list[Known]:
        """Return the recordings of a base number: mostly one."""
        found = self._known.get(base)
        if found is None:
            found = self._known[base] = self._read(base)
        return found

    def _read(self, base: int) -> list[Known]:
        found, unclaimed = [], 0
        for merged in merged_of(items_of(self.connection, base)):
            recording = merged.recording
            if recording is None:
                unclaimed += merged.notices
                continue
            told = recording.stream
            whole = completed(recording, () if told.app and told.appname else self.apps(told.stream_id))
            usable = self.deriver.is_usable(recording.url)
            found.append(Known(base, whole, told, merged.notices, usable, merged.conflict, merged.losers))
        self.unclaimed[base] = unclaimed
        return found

    def apps(self, stream_id: str) -> frozenset[tuple[str, str]]:
        """Return what `app_names` did when it was first asked."""
        found = self._apps.get(stream_id)
        if found is None:
            found = self._apps[stream_id] = app_names(self.connection, stream_id)
        return found

    # --- what lies in reach ---

    def touching(self, stream_id: str, from_ms: int, to_ms: int) -> Iterator[Known]:
        """Yield usable recordings of a stream id, whatever its app, that touch a time, ends included."""
        number = stream_id_number(stream_id)
        for span in self._spans_of("recordings", number):
            rows = self.connection.execute(
                "SELECT base FROM recordings WHERE stream=? AND span=? AND start_ms BETWEEN ? AND ? AND end_ms>=?",
                (number, span, from_ms - span_ms(span), to_ms, from_ms),
            ).fetchall()
            for (base,) in rows:
                yield from self._usable(base)

    def _spans_of(self, table: str, stream: int) -> list[int]:
        """Return the classes of length that a stream has, by a seek for each."""
        found: list[int] = []
        span = -1
        while span < SPANS:
            row = self.connection.execute(
                f"SELECT min(span) FROM {table} WHERE stream=? AND span>?", (stream, span)
            ).fetchone()
            if row[0] is None:
                break
            span = row[0]
            found.append(span)
        return found

    def _usable(self, base: int) -> Iterator[Known]:
        return (one for one in self.known(base) if one.usable)

    def in_span(self, span: Span) -> Iterator[Known]:
        for one in self.touching(span.stream.stream_id, span.from_ms, span.to_ms):
            if one.recording.stream.stream_id == span.stream.stream_id and (
                span.any_app or one.recording.stream == span.stream
            ):
                yield one

    def linked(self, span: Span, names: Collection[str]) -> Iterator[Known]:
        """Yield recordings of a span with any of these session or task ids."""
        for one in self.in_span(span):
            if one.recording.session_id in names or one.recording.task_id in names:
                yield one

    def named(self, name: str) -> Iterator[Known]:
        """Yield usable recordings with this key or file id."""
        return (one for one in self.all_named(name) if one.usable)

    def all_named(self, name: str) -> Iterator[Known]:
        """Yield recordings with this key or file id, also those that wait for their media host to be listed."""
        for number in base_numbers(name):
            for one in self.known(number):
                if name in (one.recording.key, one.recording.file_id):
                    yield one

    def stored_at(self, place: str) -> Iterator[Known]:
        """Yield recordings whose address leads to the place, and may be written over there."""
        rows = self.connection.execute("SELECT base FROM recordings WHERE url=?", (text_number(place),)).fetchall()
        for (base,) in rows:
            yield from (one for one in self._usable(base) if whereabouts(one.recording.url) == place)

    def of_task(self, stream: StreamKey, task_id: str) -> Iterator[Known]:
        """Yield recordings that know their task but not their session."""
        rows = self.connection.execute(
            "SELECT base FROM recordings WHERE stream=? AND task=?",
            (stream_id_number(stream.stream_id), base_number(task_id)),
        ).fetchall()
        for (base,) in rows:
            yield from self._usable(base)

    # --- events ---

    def pushes(self, stream_id: str, from_ms: int, to_ms: int) -> Events:
        """Return both ends of every push of a stream id that touches a time."""
        number = stream_id_number(stream_id)
        found: Events = {}
        for span in self._spans_of("pushes", number):
            rows = self.connection.execute(
                "SELECT link FROM pushes WHERE stream=? AND span=? AND start_ms BETWEEN ? AND ? AND stop_ms>=?",
                (number, span, from_ms - span_ms(span), to_ms, from_ms),
            ).fetchall()
            for (link,) in rows:
                found.update(self._events("stream=? AND link=? AND kind IN ('start', 'stop')", number, link))
        return found

    def tasks(self, known: Iterable[Known]) -> Events:
        """Return the events that tie the tasks of recordings to sessions, and those of their sessions."""
        found: Events = {}
        names = {(one.recording.stream.stream_id, one.recording.task_id, one.recording.session_id) for one in known}
        for stream_id, task_id, session_id in sorted(names):
            number = stream_id_number(stream_id)
            if task_id:
                found.update(self._events("stream=? AND link=? AND kind='task'", number, base_number(task_id)))
            if session_id:
                found.update(self._events("stream=? AND task_session=?", number, base_number(session_id)))
        return found

    def shots(self, stream_id: str, from_ms: int, to_ms: int) -> Events:
        number = stream_id_number(stream_id)
        return self._events("stream=? AND kind='shot' AND at_ms BETWEEN ? AND ?", number, from_ms, to_ms)

    def _events(self, where: str, *values: int) -> Events:
        rows = self.connection.execute(f"SELECT identity, kind, item FROM events WHERE {where}", values)
        found: dict[int, tuple[str, bytes]] = {}
        for identity, kind, item in rows:
            known = found.get(identity)
            found[identity] = (kind, item if known is None else min(item, known[1]))
        return {identity: decode_event(kind, item) for identity, (kind, item) in found.items()}
