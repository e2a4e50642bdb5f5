"""Record: a session as the JSON object of `aftercast sessions --json`, a stable contract (DESIGN "Commands")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from builder.addresses import session_path
from builder.model import Part, Session, Track

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_MS = (datetime.min.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
LATEST_MS = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)


def session_json(session: Session) -> dict[str, Any]:
    """Return the object of one session; its keys come in the contract's order."""
    return {
        "id": session.id,
        "url": session_path(session.id),
        "vj": session.vj,
        "title": session.title,
        "start": instant(session.start_ms),
        "end": instant(session.end_ms),
        "duration": seconds(session.duration_ms),
        "gaps": [[instant(start), instant(end)] for start, end in session.gaps],
        "flags": sorted(session.flags),
        "visibility": session.visibility,
        "hidden": bool(session.tombstone) or session.visibility in ("hidden", "draft"),
        "aliases": list(session.aliases),
        "others": [{"file_id": other.file_id or other.key, "why": other.why} for other in session.others],
        "tracks": [_track(track) for track in session.tracks],
    }


def _track(track: Track) -> dict[str, Any]:
    return {"format": track.format, "primary": track.primary, "parts": [_part(part) for part in track.parts]}


def _part(part: Part) -> dict[str, Any]:
    return {
        "file_id": part.file_id or part.key,
        "start": instant(part.start_ms),
        "end": instant(part.end_ms),
        "duration": seconds(part.duration_ms),
        "size": part.size_bytes,
        "url": part.url or None,
    }


def instant(ms: int) -> str:
    """Return an instant as text in UTC with milliseconds: "2022-01-13T15:57:24.618Z"."""
    ms = min(max(ms, EARLIEST_MS), LATEST_MS)
    return (EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(ms: int | None) -> float | None:
    """Return a length in seconds, with up to three decimals; None when it is unknown."""
    return None if ms is None else round(ms / 1000, 3)
