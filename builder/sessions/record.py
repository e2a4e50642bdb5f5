"""Record: a session as the JSON object of `aftercast sessions --json`, a stable contract (DESIGN "Commands")."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import msgspec

from builder.addresses import EPOCH_ORDINAL, session_path
from builder.model import DAY_MS, Format, Part, Session, SetAside, Track, Visibility

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_MS = (datetime.min.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
LATEST_MS = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)

_encode = msgspec.json.Encoder().encode


class PartRecord(msgspec.Struct, gc=False):
    """A part as the contract has it; the fields come in its order, here and below."""

    file_id: str
    start: str
    end: str
    duration: float | None
    size: int | None
    url: str | None


class TrackRecord(msgspec.Struct, gc=False):
    format: Format
    primary: bool
    parts: list[PartRecord]


class OtherRecord(msgspec.Struct, gc=False):
    file_id: str
    why: str


class SessionRecord(msgspec.Struct, gc=False):
    id: str
    url: str
    vj: str
    title: str
    start: str
    end: str
    duration: float | None
    gaps: list[tuple[str, str]]
    flags: list[str]
    visibility: Visibility
    hidden: bool
    aliases: tuple[str, ...]
    others: list[OtherRecord]
    tracks: list[TrackRecord]


def session_record(session: Session) -> SessionRecord:
    """Return one session in the contract's shape, without its trim, which hides time from viewers only.

    Structs are made and encoded in a third of the time of dicts.
    """
    session = session.whole
    return SessionRecord(
        session.id,
        session_path(session.id),
        session.vj,
        session.title,
        instant(session.start_ms),
        instant(session.end_ms),
        seconds(session.duration_ms),
        [(instant(start), instant(end)) for start, end in session.gaps],
        sorted(session.flags),
        session.visibility,
        bool(session.tombstone) or session.visibility in ("hidden", "draft"),
        session.aliases,
        [_other(other) for other in session.others],
        [_track(track) for track in session.tracks],
    )


def session_line(session: Session) -> bytes:
    """Return one session as a line of JSON; its keys come in the contract's order."""
    return _encode(session_record(session))


def _other(other: SetAside) -> OtherRecord:
    return OtherRecord(other.file_id or other.key, other.why)


def _track(track: Track) -> TrackRecord:
    parts = track.parts if len(track.parts) == 1 else sorted(track.parts, key=_by_start)
    return TrackRecord(track.format, track.primary, [_part(part) for part in parts])


def _by_start(part: Part) -> tuple[int, str]:
    """Sort key of the contract; in the track, which the player walks, a point lies before what begins with it."""
    return part.start_ms, part.file_id or part.key


def _part(part: Part) -> PartRecord:
    return PartRecord(
        part.file_id or part.key,
        instant(part.start_ms),
        instant(part.end_ms),
        seconds(part.duration_ms),
        part.size_bytes,
        part.url or None,
    )


def instant(ms: int) -> str:
    """Return an instant as text in UTC with milliseconds: "2022-01-13T15:57:24.618Z".

    Seven of these stand in an ordinary session's object. Whole numbers and remembered days and clock times make one in
    a fifth of the time that a datetime takes.
    """
    if not EARLIEST_MS <= ms <= LATEST_MS:
        ms = EARLIEST_MS if ms < EARLIEST_MS else LATEST_MS
    return _day(ms // DAY_MS) + _clock(ms // 1000 % 86_400) + _fraction(ms % 1000)


@lru_cache(maxsize=8192)
def _day(number: int) -> str:
    return date.fromordinal(number + EPOCH_ORDINAL).isoformat()


@lru_cache(maxsize=86_400)
def _clock(second: int) -> str:
    return f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


@lru_cache(maxsize=1000)
def _fraction(thousandths: int) -> str:
    return f".{thousandths:03}Z"


def seconds(ms: int | None) -> float | None:
    """Return a length in seconds, with up to three decimals; None when it is unknown."""
    return None if ms is None else ms / 1000
