"""Holding: what a session has to show: what is there, in which tracks, what is not and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from builder.model import NEVER_MS, Recording, SetAside, Tombstone, Track
from builder.sessions.intervals import Placed
from builder.sessions.media import Playable
from builder.sessions.standing import tombstone
from builder.sessions.tracks import tracks_of

NO_FLAGS: tuple[str, ...] = ()


class Holding(msgspec.Struct, frozen=True):
    """The recordings of a session, sorted out."""

    there: Sequence[Placed]  # not gone, in time order
    tracks: tuple[Track, ...]
    others: tuple[SetAside, ...]  # by key
    stone: Tombstone  # "" while something is there; never "hidden", which the records cannot know


def hold(members: Sequence[Placed], media: Mapping[str, Playable], words: Mapping[str, str]) -> Holding:
    """Sort out a session's recordings (in time order), given how each plays and which are gone."""
    if not words:
        tracks, aside = tracks_of(members, media)
        return Holding(members, tracks, tuple(aside), "")
    there = [one for one in members if one.recording.key not in words]
    played = {one.recording.key for one in members if media[one.recording.key].url}
    stone = tombstone({one.recording.key for one in members}, words, played)
    tracks, aside = tracks_of(there, media) if there else ((), [])
    aside += [
        SetAside(one.recording.key, words[one.recording.key], one.recording.file_id)
        for one in members
        if one.recording.key in words
    ]
    return Holding(there, tracks, tuple(sorted(aside, key=lambda other: other.key)), stone)


def recorded_ms(tracks: Sequence[Track]) -> int | None:
    """Return the recorded time, the union of the primary track; None when no part's length is known."""
    if not tracks or all(part.duration_ms is None for part in tracks[0].parts):
        return None
    return tracks[0].coverage_ms


def flags_of(holding: Holding) -> tuple[str, ...]:
    """Return the flags of a session: those of its parts, and what is wrong with the whole."""
    parts = [part for track in holding.tracks for part in track.parts]
    flags = {flag for part in parts if part.flags for flag in part.flags}
    if holding.stone:
        flags.add(holding.stone)
    elif not any(part.url for part in parts):
        flags.add("unplayable")
    return tuple(sorted(flags)) if flags else NO_FLAGS


def earliest_expiry(recordings: Sequence[Recording], tracks: Sequence[Track]) -> int | None:
    """Return when the first playable part will be thrown away by the provider."""
    expiring = {
        recording.key: recording.expires_ms
        for recording in recordings
        if recording.expires_ms is not None and recording.expires_ms < NEVER_MS
    }
    if not expiring:
        return None
    playable = (part.key for track in tracks for part in track.parts if part.url)
    return min((expiring[key] for key in playable if key in expiring), default=None)


def told_title(recordings: Sequence[Recording]) -> str:
    """Return the title that the records tell, that of the earliest recording that has one."""
    return next((recording.title for recording in recordings if recording.title), "")


def told_tags(recordings: Sequence[Recording]) -> tuple[str, ...]:
    """Return the tags that the records tell, each once."""
    return tuple(sorted({tag for recording in recordings if recording.tags for tag in recording.tags}))
