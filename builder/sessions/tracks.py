"""Tracks: the recordings of a session by format and rendition, and which of them plays first.

Recordings of one format and bit rate are one track, whatever their tasks. Different resolutions are one track too while
they follow each other (the broadcaster turned the phone), but several when they show the same time (renditions).
Tracks are compared by coverage, because one HLS file equals many MP4 slices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from builder.model import Format, Part, SetAside, Track
from builder.sessions.coverage import covered_ms
from builder.sessions.duplicates import grown, near_equal, near_equals
from builder.sessions.intervals import Placed
from builder.sessions.media import PREFERENCE, Playable

ENOUGH_PERCENT = 95  # a track that covers this share of the best one is as good
HLS_FIRST: tuple[Format, ...] = ("hls", *(format_ for format_ in PREFERENCE if format_ != "hls"))

TrackKey = tuple[Format, int, str]


def tracks_of(members: Sequence[Placed], playable: Mapping[str, Playable]) -> tuple[tuple[Track, ...], list[SetAside]]:
    """Build the tracks of a session from what is there of it (in time order), primary first; and what they leave."""
    if len(members) == 1:
        one = members[0]
        how = playable[one.recording.key]
        part = _part(one, how)
        track = Track(how.format, (part,), one.end_ms - one.start_ms, True, one.recording.bps, one.recording.resolution)
        return (track,), []
    words: dict[str, str] = {}
    tracks = []
    for (format_, bps, _), together in _renditions(members, playable).items():
        stay = together
        for rule in (grown, near_equals) if format_ == "hls" else (near_equals,):
            if len(stay) > 1 and (found := rule(stay)):
                words.update(found)
                stay = [one for one in stay if one.recording.key not in found]
        tracks.append(_track(format_, bps, [_part(one, playable[one.recording.key]) for one in stay]))
    aside = (
        [
            SetAside(one.recording.key, words[one.recording.key], one.recording.file_id)
            for one in members
            if one.recording.key in words
        ]
        if words
        else []
    )
    return _primary_first(tracks), aside


def _renditions(members: Sequence[Placed], playable: Mapping[str, Playable]) -> dict[TrackKey, list[Placed]]:
    found: defaultdict[TrackKey, list[Placed]] = defaultdict(list)
    for one in members:
        found[playable[one.recording.key].format, one.recording.bps, ""].append(one)
    split: dict[TrackKey, list[Placed]] = {}
    for (format_, bps, _), together in found.items():
        if _show_one_time_twice(together):
            split.update(_by_resolution(format_, bps, together))
        else:
            split[format_, bps, ""] = together
    return split


def _show_one_time_twice(together: Sequence[Placed]) -> bool:
    """Say whether two different resolutions cover nearly the same time."""
    told = [one for one in together if one.recording.resolution]
    if len({one.recording.resolution for one in told}) < 2:
        return False
    open_ones: list[Placed] = []
    for one in told:
        open_ones = [other for other in open_ones if other.end_ms > one.start_ms]
        if any(
            other.recording.resolution != one.recording.resolution and near_equal(other, one) for other in open_ones
        ):
            return True
        open_ones.append(one)
    return False


def _by_resolution(format_: Format, bps: int, together: Sequence[Placed]) -> dict[TrackKey, list[Placed]]:
    lengths: defaultdict[str, int] = defaultdict(int)
    for one in together:
        if one.recording.resolution:
            lengths[one.recording.resolution] += one.end_ms - one.start_ms
    longest = min(lengths, key=lambda resolution: (-lengths[resolution], resolution))
    found: defaultdict[TrackKey, list[Placed]] = defaultdict(list)
    for one in together:
        found[format_, bps, one.recording.resolution or longest].append(one)
    return dict(found)


def _part(placed: Placed, how: Playable) -> Part:
    recording = placed.recording
    start, end = placed.start_ms, placed.end_ms
    length = None if "bad_times" in placed.flags else end - start
    flags = recording.flags
    if placed.flags:
        flags = tuple(sorted({*flags, *placed.flags}))
    return Part(
        recording.key, start, end, recording.file_id, length, recording.size_bytes, how.url, how.renditions,
        recording.resolution, recording.codec, recording.bps, flags,
    )  # fmt: skip  # by position: a million of these are made


def _track(format_: Format, bps: int, parts: list[Part]) -> Track:
    resolutions = {part.resolution for part in parts}
    return Track(
        format=format_,
        parts=tuple(parts),
        coverage_ms=covered_ms((part.start_ms, part.end_ms) for part in parts),
        bps=bps,
        resolution=resolutions.pop() if len(resolutions) == 1 else "",
    )


def _plays(track: Track) -> bool:
    return any(part.url for part in track.parts)


def _primary_first(tracks: list[Track]) -> tuple[Track, ...]:
    """Choose the primary track: of those that cover nearly as much as the best, the one in the preferred format."""
    candidates = [track for track in tracks if _plays(track)] or tracks
    enough = max(track.coverage_ms for track in candidates) * ENOUGH_PERCENT
    candidates = [track for track in candidates if track.coverage_ms * 100 >= enough]
    order = _preference(candidates)
    primary = min(candidates, key=lambda track: (order.index(track.format), *_rank(track)))
    rest = sorted((track for track in tracks if track is not primary), key=lambda track: (track.format, *_rank(track)))
    return (msgspec.structs.replace(primary, primary=True), *rest)


def _preference(candidates: Sequence[Track]) -> tuple[Format, ...]:
    """Prefer MP4, which plays anywhere without an engine, unless HLS has fewer files and so fewer seams."""
    fewest = {track.format: len(track.parts) for track in sorted(candidates, key=lambda t: -len(t.parts))}
    return HLS_FIRST if fewest.get("hls", 0) < fewest.get("mp4", 0) and "hls" in fewest else PREFERENCE


def _rank(track: Track) -> tuple[int, int, int, int, str, str]:
    """Sort key among tracks of one format: more time, fewer files, the original, the higher rate."""
    return (
        -track.coverage_ms, len(track.parts), track.bps != 0, -track.bps, track.resolution, track.parts[0].key
    )  # fmt: skip
