"""Plain broadcasts: the shape that nearly every session has, made in one walk over its recordings.

A shortcut and nothing else: it gives what the general path gives, or None where it is not sure, and a property test
holds the two together. A plain broadcast is one run of one stream; its files are there, of one kind, tell nothing
special, came in order, do not overlap, and no person speaks of them. Making one takes half of the general time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from builder.addresses import BroadcastDays
from builder.model import Part, Session, Track, whereabouts
from builder.sessions.chapters import MOST_SUGGESTED, Marks, marks_of, suggested_chapters
from builder.sessions.coverage import GAP_MS
from builder.sessions.intervals import Placed
from builder.sessions.media import PLAYABLE, PublicUrl
from builder.sessions.rules import Rulebook
from builder.sessions.unions import Union

Address = Callable[[Placed], str]


def plain_session(
    union: Union, book: Rulebook, public_url: PublicUrl, address: Address, notices: Mapping[str, int]
) -> Session | None:
    """Return the one session of a union, or None when it is not plain."""
    run = union.runs[0]
    lane, members = run.lane, run.members
    if len(union.runs) > 1 or union.reasons or lane.window is not None:
        return None
    parts = _parts(members, book.named, public_url)
    if parts is None:
        return None
    first, start, end = members[0], members[0].start_ms, members[-1].end_ms
    grouping = book.rules.grouping
    covered = sum([part.end_ms - part.start_ms for part in parts])
    if covered < grouping.min_length_ms or 0 < grouping.max_length_ms < end - start:
        return None
    identity = address(first)
    if book.is_addressed(identity):
        return None
    keys = [part.key for part in parts]
    recording = first.recording
    return Session(
        identity,
        lane.slug,
        recording.stream,
        recording.key,
        start,
        end,
        (Track(recording.format, parts, covered, True, recording.bps, recording.resolution),),  # primary
        covered,
        _gaps(parts),
        recordings=tuple(sorted(keys)),
        chapters=_chapters(parts, start, book.days),
        notices=sum([notices.get(key, 1) for key in keys]) if notices else len(keys),
        max_gap_ms=lane.gap_ms,
    )


def _parts(members: list[Placed], named: frozenset[str], public_url: PublicUrl) -> tuple[Part, ...] | None:
    """Return the parts of recordings that follow each other and are alike, or None when they do not."""
    first = members[0].recording
    format_, bps, resolution = first.format, first.bps, first.resolution
    if format_ not in PLAYABLE or (format_ == "hls" and len(members) > 1):
        return None
    parts = []
    high, announced = members[0].start_ms, first.announced_ms - 1
    for one in members:
        recording, start, end = one.recording, one.start_ms, one.end_ms
        if (
            start < high
            or end <= start
            or recording.announced_ms <= announced
            or recording.format != format_
            or recording.bps != bps
            or recording.resolution != resolution
            or recording.flags
            or one.flags
            or recording.status
            or recording.expires_ms is not None
            or recording.renditions
            or recording.title
            or recording.tags
            or (named and (recording.key in named or recording.file_id in named))
        ):
            return None
        url = public_url(recording.url) if recording.url else None
        if not url:
            return None
        high, announced = end, recording.announced_ms
        parts.append(
            Part(
                recording.key, start, end, recording.file_id, end - start, recording.size_bytes, url, (), resolution,
                recording.codec, bps,
            )
        )  # fmt: skip  # by position: a million of these are made
    if len(parts) > 1 and len({whereabouts(one.recording.url) for one in members}) < len(members):
        return None  # perhaps one was written over another
    return tuple(parts)


def _chapters(parts: tuple[Part, ...], start_ms: int, days: BroadcastDays) -> Marks:
    """Return what is suggested for parts that are alike: the start of each, while there are few."""
    if len(parts) == 1:
        return ()
    if len(parts) >= MOST_SUGGESTED:
        return suggested_chapters(parts, start_ms, days)
    return marks_of([(part.start_ms, "") for part in parts], start_ms, days)


def _gaps(parts: tuple[Part, ...]) -> tuple[tuple[int, int], ...]:
    if len(parts) == 1:
        return ()
    holes = [(one.end_ms, two.start_ms) for one, two in pairwise(parts) if two.start_ms - one.end_ms >= GAP_MS]
    return tuple(holes)
