"""The parts of a session for browsers' own players, which pages show without scripts.

A file that a trim cuts gets a fragment, `#t=from,to`, so that these players begin and stop there.
"""

from __future__ import annotations

from msgspec.structs import replace

from builder.model import Part, Session, Track
from builder.pages.cards import AUDIO_FORMATS, as_played, is_for_player
from builder.pages.values import NativePart, Source
from builder.pages.versions import part_size, published

NATIVE_PARTS_LIMIT = 20  # above it the list for pages without scripts is links
MEDIA_TYPES = {
    "mp4": "video/mp4",
    "hls": "application/vnd.apple.mpegurl",
    "flv": "video/x-flv",
    "aac": "audio/aac",
    "mp3": "audio/mpeg",
    "dash": "application/dash+xml",
}
_NATIVE_ORDER = ("mp4", "hls", "aac", "mp3", "flv")


def native_track(session: Session) -> Track | None:
    """Return the track that most browsers play by themselves, with the parts of it that have an address."""
    tracks = [as_played(track) for track in published(session) if is_for_player(track)]
    if not tracks:
        return None
    track = min(tracks, key=lambda each: (_NATIVE_ORDER.index(each.format), -each.coverage_ms))
    return replace(track, parts=tuple(part for part in track.parts if part.url))


def native_parts(session: Session, track: Track) -> tuple[NativePart, ...]:
    """Return the parts of a session's native track."""
    return tuple(_native_part(session, track, number) for number in range(1, len(track.parts) + 1))


def _native_part(session: Session, track: Track, number: int) -> NativePart:
    part = track.parts[number - 1]
    start, end = _shown(session, part)
    begin, until = start - part.start_ms, f",{_seconds(end - part.start_ms)}" if end < part.end_ms else ""
    fragment = f"#t={_seconds(begin)}{until}" if begin or until else ""
    return NativePart(
        number=number,
        total=len(track.parts),
        start_ms=start,
        end_ms=end,
        audio=track.format in AUDIO_FORMATS,
        sources=_sources(track, part, fragment),
        size_bytes=part_size(track, part),
        moments=tuple(
            (at_ms // 1000, f"{part.url}#t={(session.zero_ms + at_ms - part.start_ms) // 1000}{until}")
            for at_ms, _ in session.chapters
            if part.start_ms <= session.zero_ms + at_ms < part.end_ms
        ),
    )


def _shown(session: Session, part: Part) -> tuple[int, int]:
    """Return what a trim leaves of a part."""
    if session.untrimmed is None:
        return part.start_ms, part.end_ms
    return max(part.start_ms, session.start_ms), min(part.end_ms, session.end_ms)


def _sources(track: Track, part: Part, fragment: str) -> tuple[Source, ...]:
    told = [(part.url, track.format), *((each.url, each.format) for each in part.renditions)]
    sources = [Source(url + fragment, MEDIA_TYPES[form]) for url, form in told if url and form in MEDIA_TYPES]
    return tuple(dict.fromkeys(sources))


def _seconds(ms: int) -> str:
    return f"{ms // 1000}.{ms % 1000:03}".rstrip("0").rstrip(".")
