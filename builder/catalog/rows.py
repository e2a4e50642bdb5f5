"""Values ↔ rows: what the columns of notices, events, recordings and sessions hold. No SQL and no disk here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from builder.addresses import BroadcastDays
from builder.catalog.numbers import SPAN_BASE_MS, base_number, span_class, stream_number, text_number
from builder.model import (
    DAY_MS,
    HOUR_MS,
    Event,
    Notice,
    PushEvent,
    Recording,
    Screenshot,
    Session,
    StreamKey,
    TaskEvent,
    is_library_id,
    whereabouts,
)
from builder.sessions import join_interval

QUARTER_MS = 900_000  # clocks are changed at quarters of an hour
THURSDAY = 3  # 1970-01-01, counting from Monday

NoticeRow = tuple[int, int, int, int | None, int, int, bytes]  # id, base, stream, url, offset, line, item
EventRow = tuple[int, int, int, str, int | None, int | None, int, int, int, bytes]
RecordingRow = tuple[int, str, int, int, int, int, int, int | None, int | None, int | None, int, int, str | None]
SessionRow = tuple[str, str, int, str, int, int, int, int, int | None, int, int, str, str, bytes]

encode = msgspec.msgpack.Encoder().encode
decode_notice = msgspec.msgpack.Decoder(Notice).decode
decode_session = msgspec.msgpack.Decoder(Session).decode
_decode_push = msgspec.msgpack.Decoder(PushEvent).decode
_decode_task = msgspec.msgpack.Decoder(TaskEvent).decode
_decode_shot = msgspec.msgpack.Decoder(Screenshot).decode


def decode_event(kind: str, item: bytes) -> Event:
    if kind == "task":
        return _decode_task(item)
    return _decode_shot(item) if kind == "shot" else _decode_push(item)


def event_columns(event: Event) -> tuple[int, int, str, int | None, int | None, int, bytes]:
    """Return (identity, stream, kind, link, task_session, at_ms, item): equal identities are one event told again.

    `link` stands for the sequence of a push or the id of a task, `task_session` for the session of a task.
    """
    link = session = ""
    if isinstance(event, PushEvent):
        kind: str = event.kind
        parts: tuple[object, ...] = (kind, event.stream, event.at_ms, event.sequence)
        link = event.sequence
    elif isinstance(event, TaskEvent):
        kind = "task"
        parts = (kind, event.stream, event.kind, event.at_ms, event.task_id, event.session_id)
        link, session = event.task_id, event.session_id if event.task_id else ""
    else:
        kind = "shot"
        parts = (kind, event.stream, event.at_ms, event.url)
    identity = text_number(encode(parts).hex())
    numbers = (base_number(link) if link else None, base_number(session) if session else None)
    return identity, stream_id_number(event.stream.stream_id), kind, *numbers, event.at_ms, encode(event)


class Known(msgspec.Struct, frozen=True, gc=False):
    """A recording as grouping needs it, and what the catalog knows about it."""

    base: int
    recording: Recording  # its stream completed where that is possible
    told: StreamKey  # … as it was told
    notices: int
    usable: bool  # False: its media host is not listed
    conflict: tuple[str, ...] = ()
    losers: int = 0


def recording_row(known: Known, session: str | None) -> RecordingRow:
    """Return the columns of a recording; the interval is the one neighbours are sought by."""
    recording = known.recording
    start_ms, end_ms = join_interval(recording)
    length_ms = end_ms - start_ms
    return (
        known.base,
        recording.key,
        stream_id_number(recording.stream.stream_id),
        stream_number(known.told),
        span_class(length_ms) if length_ms > SPAN_BASE_MS else 0,
        start_ms,
        end_ms,
        recording.expires_ms,
        replaceable_number(recording.file_id, recording.url),
        base_number(recording.task_id) if recording.task_id and not recording.session_id else None,
        1 if known.usable else 0,
        known.notices,
        session,
    )


class LocalClock:
    """Tell the hour and weekday at which sessions began; quick for many."""

    def __init__(self, days: BroadcastDays) -> None:
        self._days = days
        self._offsets: dict[int, int] = {}

    def place(self, ms: int) -> tuple[int, int]:
        """Return (hour 0 to 23, weekday with Monday 0) of the local clock."""
        quarter = ms // QUARTER_MS
        offset = self._offsets.get(quarter)
        if offset is None:
            offset = self._offsets[quarter] = self._days.offset_ms(ms)
        local = ms + offset
        return local // HOUR_MS % 24, (local // DAY_MS + THURSDAY) % 7


def session_row(session: Session, clock: LocalClock) -> SessionRow:
    hour, weekday = clock.place(session.zero_ms)
    return (
        session.id,
        session.vj,
        stream_number(session.stream),
        session.day,
        hour,
        weekday,
        session.zero_ms,  # a trim moves no session to another place in lists
        session.end_ms,
        session.duration_ms,
        int(session.listed),
        int(session.featured),
        session.visibility,
        session.tombstone,
        encode(session),
    )


def tag_rows(session: Session) -> Iterable[tuple[str, str, int, str]]:
    """Return the rows that find a listed session by its tags."""
    if not session.tags or not session.listed:
        return ()
    return [(tag, session.day, session.zero_ms, session.id) for tag in dict.fromkeys(session.tags)]


def overwritten_in(session: Session) -> list[tuple[str, str]]:
    """Return (key, key of the newer one) of each recording of a session that was written over."""
    return [(other.key, other.by) for other in session.whole.others if other.by]


def notice_numbers(notice: Notice, identity: str) -> tuple[int, int, int | None]:
    """Return (base, stream, url): what a notice is found by. Stream 0: it tells no facts and so no stream."""
    told = notice.told
    if told is None:
        return base_number(identity), 0, None
    place = replaceable_number(notice.file_id, told.url)
    return base_number(identity), stream_id_number(told.stream.stream_id), place


def replaceable_number(file_id: str, url: str) -> int | None:
    """Return the number of where a URL leads that another recording may be written over, else None.

    Recordings that share such a place decide together which of them is real, whatever their streams.
    """
    if not url or not file_id or is_library_id(file_id):
        return None
    return text_number(whereabouts(url))


@lru_cache(maxsize=4096)
def stream_id_number(stream_id: str) -> int:
    """Return the number that rows of a stream id are found by; never 0, which means "no stream"."""
    return text_number(stream_id) or 1
