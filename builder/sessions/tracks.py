"""Tracks: the recordings of a session by format and rendition, and which of them plays first.

Recordings of one format and bit rate are one track, whatever their tasks. Different resolutions are one track too while
they follow each other (the broadcaster turned the phone), but several when they show the same time (renditions).
Tracks are compared by coverage, because one HLS file equals many MP4 slices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from builder.model import Format, Part, Track
from builder.sessions.coverage import survey
from builder.sessions.duplicates import grown, near_equal, near_equals, overlap
from builder.sessions.intervals import Placed
from builder.sessions.media import PREFERENCE, Playable
from builder.sessions.views import views_of

ENOUGH_PERCENT = 95  # a track that covers this share of the best one is as good
HLS_FIRST: tuple[Format, ...] = ("hls", *(format_ for format_ in PREFERENCE if format_ != "hls"))

TrackKey = tuple[Format, int, int, str]  # format, bit rate, view, resolution
Words = dict[str, str]


def tracks_of(members: Sequence[Placed], playable: Mapping[str, Playable]) -> tuple[tuple[Track, ...], Words]:
    """Build the tracks of a session from what is there of it (in time order), primary first.

    The second value has a word for each recording that is in no track, by key.
    """
    crossing = len(members) > 1 and overlap(members)
    renditions = _renditions(members, playable, crossing=crossing)
    if len(renditions) == 1 and not crossing:
        ((format_, bps, view, _),) = renditions
        if format_ != "hls" or len(members) == 1:
            parts = tuple([_part(one, playable[one.recording.key]) for one in members])
            return primary_first([_track(format_, bps, view, parts)]), {}
    words: Words = {}
    tracks = []
    for (format_, bps, view, _), together in renditions.items():
        if len(together) > 1 and (crossing or format_ == "hls"):
            words |= _repeats(together, format_)
        parts = tuple([_part(one, playable[one.recording.key]) for one in together if one.recording.key not in words])
        tracks.append(_track(format_, bps, view, parts))
    return primary_first(tracks), words


def _repeats(together: Sequence[Placed], format_: Format) -> Words:
    """Return a word for each recording that only repeats another one of its rendition, by key."""
    words: Words = {}
    for rule in (grown, near_equals) if format_ == "hls" else (near_equals,):
        words |= rule([one for one in together if one.recording.key not in words])
    return words


def _renditions(
    members: Sequence[Placed], playable: Mapping[str, Playable], *, crossing: bool
) -> Mapping[TrackKey, Sequence[Placed]]:
    """Sort recordings into tracks; `crossing` says whether any of them share time."""
    formats = {(playable[one.recording.key].format, one.recording.bps) for one in members}
    if len(formats) == 1 and not crossing:
        format_, bps = formats.pop()
        return {(format_, bps, 0, ""): members}
    views = views_of(members)
    found: defaultdict[tuple[Format, int, int], list[Placed]] = defaultdict(list)
    for one in members:
        recording = one.recording
        found[playable[recording.key].format, recording.bps, views.get(recording.stream, 0)].append(one)
    split: dict[TrackKey, Sequence[Placed]] = {}
    for kind, together in found.items():
        if _show_one_time_twice(together):
            split.update(_by_resolution(kind, together))
        else:
            split[*kind, ""] = together
    return split


def _show_one_time_twice(together: Sequence[Placed]) -> bool:
    """Say whether two different resolutions cover nearly the same time."""
    if not overlap(together):
        return False
    open_ones: list[Placed] = []
    for one in together:
        resolution = one.recording.resolution
        if not resolution:
            continue
        open_ones = [other for other in open_ones if other.end_ms > one.start_ms]
        if any(other.recording.resolution != resolution and near_equal(other, one) for other in open_ones):
            return True
        open_ones.append(one)
    return False


def _by_resolution(kind: tuple[Format, int, int], together: Sequence[Placed]) -> dict[TrackKey, list[Placed]]:
    lengths: defaultdict[str, int] = defaultdict(int)
    for one in together:
        if one.recording.resolution:
            lengths[one.recording.resolution] += one.end_ms - one.start_ms
    longest = min(lengths, key=lambda resolution: (-lengths[resolution], resolution))
    found: defaultdict[TrackKey, list[Placed]] = defaultdict(list)
    for one in together:
        found[*kind, one.recording.resolution or longest].append(one)
    return dict(found)


def _part(placed: Placed, how: Playable) -> Part:
    recording = placed.recording
    start, end = placed.start_ms, placed.end_ms
    flags = recording.flags
    length: int | None = end - start
    if placed.flags:
        flags = tuple(sorted({*flags, *placed.flags}))
        if "bad_times" in flags:
            length = None
    return Part(
        recording.key, start, end, recording.file_id, length, recording.size_bytes, how.url, how.renditions,
        recording.resolution, recording.codec, recording.bps, flags,
    )  # fmt: skip  # by position: a million of these are made


def _track(format_: Format, bps: int, view: int, parts: tuple[Part, ...]) -> Track:
    first = parts[0]
    if len(parts) == 1:
        return Track(format_, parts, first.end_ms - first.start_ms, False, bps, first.resolution, view)
    covered, _ = survey(parts)
    same = len({part.resolution for part in parts}) == 1
    return Track(format_, parts, covered, False, bps, first.resolution if same else "", view)


def _plays(track: Track) -> bool:
    return any(part.url for part in track.parts)


def primary_first(tracks: list[Track]) -> tuple[Track, ...]:
    """Choose the primary track: of those that cover nearly as much as the best, the one in the preferred format."""
    if not tracks:
        return ()
    candidates = [track for track in tracks if _plays(track)] or tracks
    enough = max(track.coverage_ms for track in candidates) * ENOUGH_PERCENT
    candidates = [track for track in candidates if track.coverage_ms * 100 >= enough]
    best: dict[Format, Track] = {}
    for track in sorted(candidates, key=_rank):
        best.setdefault(track.format, track)
    primary = best[min(best, key=_preference(best).index)]
    rest = sorted((track for track in tracks if track is not primary), key=lambda track: (track.format, *_rank(track)))
    return (msgspec.structs.replace(primary, primary=True), *rest)


def _preference(best: Mapping[Format, Track]) -> tuple[Format, ...]:
    """Prefer MP4, which plays anywhere without an engine, unless HLS has fewer files and so fewer seams.

    By the tracks that would play, the best of each format: a rendition of fewer files speaks for no other track.
    """
    hls, mp4 = best.get("hls"), best.get("mp4")
    return HLS_FIRST if hls and mp4 and len(hls.parts) < len(mp4.parts) else PREFERENCE


def _rank(track: Track) -> tuple[int, int, int, int, str, str]:
    """Sort key among tracks of one format: more time, fewer files, the original, the higher rate."""
    first = track.parts[0].key
    return -track.coverage_ms, len(track.parts), track.bps != 0, -track.bps, track.resolution, first
