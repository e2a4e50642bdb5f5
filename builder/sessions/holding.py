"""Holding: what a session has to show: what is there, in which tracks, what is not and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from builder.model import NEVER_MS, Recording, SetAside, Tombstone, Track
from builder.sessions.coverage import Spans, survey
from builder.sessions.intervals import Placed, hull
from builder.sessions.media import Playable
from builder.sessions.standing import GONE, OVERWRITTEN, WITHHELD, tombstone
from builder.sessions.tracks import tracks_of

UNPLAYABLE = "unplayable"
Hiders = Mapping[str, tuple[str, ...]]  # anchors of sessions beside, by the key of a file that shows what they hide


class Holding(msgspec.Struct, frozen=True, gc=False):
    """The recordings of a session, sorted out."""

    tracks: tuple[Track, ...]
    others: tuple[SetAside, ...] = ()  # by key
    stone: Tombstone = ""  # "" while something is there; "hidden" only by what a neighbour hides


def hold(
    members: Sequence[Placed],
    media: Mapping[str, Playable],
    words: Mapping[str, str],
    overwritten: Mapping[str, str],
    hiders: Hiders,
) -> Holding:
    """Sort out a session's recordings (in time order), given how each plays, which are gone, and what replaced some.

    `hiders`: for whose sake some are withheld.
    """
    if not words:
        tracks, aside = tracks_of(members, media)
        return Holding(tracks, _others(members, aside, {}, {}))
    there = [one for one in members if one.recording.key not in words]
    played = {one.recording.key for one in members if media[one.recording.key].url}
    stone = tombstone({one.recording.key for one in members}, words, played)
    tracks, aside = tracks_of(there, media) if there else ((), {})
    return Holding(tracks, _others(members, {**words, **aside}, overwritten, hiders), stone)


def _others(
    members: Sequence[Placed], words: Mapping[str, str], overwritten: Mapping[str, str], hiders: Hiders
) -> tuple[SetAside, ...]:
    found = []
    for one in members:
        key = one.recording.key
        if key in words:
            by = overwritten.get(key, "") if words[key] == OVERWRITTEN else ""
            sake = hiders.get(key, ()) if words[key] == WITHHELD else ()
            found.append(SetAside(key, words[key], one.recording.file_id, one.start_ms, one.end_ms, by, sake))
    return tuple(sorted(found, key=lambda other: other.key))


def extent(tracks: Sequence[Track], members: Sequence[Placed]) -> tuple[int, int]:
    """Return from where to where a session reaches: its parts, or its recordings where it has none."""
    return hull([part for track in tracks for part in track.parts] or members)


def recorded(tracks: Sequence[Track]) -> tuple[int | None, Spans]:
    """Return the recorded time and the gaps of the primary track; the time is None when that of every part is."""
    if not tracks:
        return None, ()
    parts = tracks[0].parts
    if len(parts) == 1:
        return parts[0].duration_ms, ()
    covered, gaps = survey(parts)
    if not covered and all(part.duration_ms is None for part in parts):
        return None, ()
    return covered, gaps


def still_there(recordings: Sequence[Recording], holding: Holding) -> Sequence[Recording]:
    """Return the recordings that are not gone: what is told of a forbidden or deleted file is not shown either."""
    gone = {other.key for other in holding.others if other.why in GONE}
    return [one for one in recordings if one.key not in gone] if gone else recordings


def flags_of(holding: Holding) -> tuple[str, ...]:
    """Return the flags of a session: those of its parts, and what is wrong with the whole."""
    flags: set[str] = set()
    plays = False
    for track in holding.tracks:
        for part in track.parts:
            plays = plays or bool(part.url)
            if part.flags:
                flags.update(part.flags)
    if holding.stone:
        flags.add(holding.stone)
    elif not plays:
        flags.add(UNPLAYABLE)
    return tuple(sorted(flags)) if flags else ()


def earliest_expiry(recordings: Sequence[Recording], tracks: Sequence[Track]) -> int | None:
    """Return when the first playable part will be thrown away by the provider."""
    expiring = {one.key: one.expires_ms for one in recordings if one.expires_ms is not None}
    playable = (part.key for track in tracks for part in track.parts if part.url)
    return min((expiring[key] for key in playable if expiring.get(key, NEVER_MS) < NEVER_MS), default=None)
