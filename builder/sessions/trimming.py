"""Trimming: what is left of a session where a person hides time at its ends.

A trim hides what must not be seen, so it never fails open: a part that lies outside is in the session no more, and a
session of which nothing is left is hidden whole. Membership, address and session time stay those of the whole session,
which is kept beside what is shown of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from builder.model import Part, Recording, Session, Track, Trim
from builder.sessions.claims import BEGINNING_MS, ENDLESS_MS
from builder.sessions.coverage import Interval, survey
from builder.sessions.holding import recorded
from builder.sessions.intervals import hull, place
from builder.sessions.tracks import primary_first


def trimmed(session: Session, trim: Trim) -> Session:
    """Return what a trim leaves of a session, with the whole of it beside; hidden when it leaves nothing.

    What records tell besides (title, tags, expiry) is still the whole's: see `seen`.
    """
    if trim == Trim():
        return session
    low, high = kept(session.start_ms, session.end_ms, trim)
    tracks = primary_first([track for track in (_within(track, low, high) for track in session.tracks) if track.parts])
    if not tracks:
        return replace(session, tombstone="hidden", chapters=())
    start, end = hull([_cut(part, low, high) for track in tracks for part in track.parts])
    first = replace(tracks[0], parts=tuple(_cut(part, low, high) for part in tracks[0].parts))
    length, gaps = recorded([first])
    unseen = _flags(session.tracks) - _flags(tracks)
    return replace(
        session,
        start_ms=start,
        end_ms=end,
        tracks=tracks,
        duration_ms=length,
        gaps=gaps,
        flags=tuple(flag for flag in session.flags if flag not in unseen),
        others=tuple(other for other in session.others if _is_seen(other, low, high)),
        chapters=tuple(mark for mark in session.chapters if start <= session.start_ms + mark[0] < max(end, start + 1)),
        untrimmed=session,
    )


def seen(recordings: Iterable[Recording], session: Session) -> list[Recording]:
    """Return the recordings of a session that its trim does not hide altogether."""
    if session.trim is None or session.untrimmed is None:
        return list(recordings)
    low, high = kept(session.untrimmed.start_ms, session.untrimmed.end_ms, session.trim)
    return [recording for recording in recordings if _is_seen(place(recording), low, high)]


def kept(start_ms: int, end_ms: int, trim: Trim) -> tuple[int, int]:
    """Return what a trim leaves of a session between its hidden ends; where an end is not trimmed, all there is."""
    head, tail = round(1000 * trim.head_seconds), round(1000 * trim.tail_seconds)
    low, high = start_ms + head if head else BEGINNING_MS, end_ms - tail if tail else ENDLESS_MS
    return max(low, trim.from_ms or low), min(high, trim.to_ms or high)


def hidden_ends(trim: Trim, worded: Callable[[int], str]) -> str:
    """Say what a trim hides: "30 s at the beginning, all before …, all from … on"; `worded` writes a moment."""
    ends = [
        trim.head_seconds and f"{trim.head_seconds:.10g} s at the beginning",
        trim.tail_seconds and f"{trim.tail_seconds:.10g} s at the end",
        trim.from_ms is not None and f"all before {worded(trim.from_ms)}",
        trim.to_ms is not None and f"all from {worded(trim.to_ms)} on",
    ]
    return ", ".join(end for end in ends if end) or "nothing"


def leaves_nothing(session: Session) -> bool:
    """Say whether a session is hidden because its trim hides all of it."""
    return session.trim is not None and session.tombstone == "hidden" and session.visibility != "hidden"


def _within(track: Track, low: int, high: int) -> Track:
    """Return a track with the parts that are not hidden altogether; its coverage is what is shown of them."""
    parts = tuple(part for part in track.parts if _is_seen(part, low, high))
    covered, _ = survey(_cut(part, low, high) for part in parts)
    return replace(track, parts=parts, coverage_ms=covered, primary=False)


def _is_seen(one: Interval, low: int, high: int) -> bool:
    return low < high and low < one.end_ms and one.start_ms < high


def _flags(tracks: Iterable[Track]) -> set[str]:
    return {flag for track in tracks for part in track.parts for flag in part.flags}


def _cut(part: Part, low: int, high: int) -> Part:
    """Return a part with the times and length that are shown of it."""
    start, end = max(low, part.start_ms), min(high, part.end_ms)
    return replace(part, start_ms=start, end_ms=end, duration_ms=None if part.duration_ms is None else end - start)
