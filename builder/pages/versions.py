"""The tracks of a session: in words, and as data for the player."""

from __future__ import annotations

from collections.abc import Callable

from builder.model import Part, Session, Track
from builder.pages.cards import AUDIO_FORMATS, PHONE_FORMATS, as_played, is_for_player
from builder.pages.site import Site
from builder.pages.values import (
    Download,
    PlayerPart,
    PlayerRendition,
    PlayerTrack,
    Version,
)

LEAST_BYTES_A_SECOND = 1000  # even speech takes as much; a playlist has some twenty, two hundred with long names


def version_words(site: Site, track: Track, language: str) -> str:
    """Describe a track: "mp4 · 2 parts · plays on phones · 1.2 GB"."""
    words, dates = site.words(language), site.dates(language)
    name = words(f"versions.{track.format}")
    said = [words("versions.audio", format=name) if track.format in AUDIO_FORMATS else name]
    if track.view:
        said.append(words("versions.view", n=track.view))
    if track.resolution or track.bps:
        said.append(_quality(track))
    if len(track.parts) > 1:
        said.append(words("versions.parts", n=len(track.parts)))
    if track.format not in AUDIO_FORMATS:
        said.append(words(f"versions.{_reach(track)}"))
    if size := track_size(track):
        said.append(dates.size(size))
    return words("separator").join(said)


def versions(site: Site, session: Session, language: str) -> tuple[Version, ...]:
    """Return the rows of the versions list; only tracks that still have an address."""
    return tuple(
        Version(
            words=version_words(site, track, language),
            primary=track.primary,
            downloads=tuple(
                Download(number, part.url, part_size(track, part))
                for number, part in enumerate(track.parts, 1)
                if part.url and track.format != "hls"
            ),
        )
        for track in published(session)
    )


def published(session: Session) -> list[Track]:
    """Return the tracks that have an address: those that the player knows first, each group in its order."""
    tracks = [track for track in session.tracks if any(part.url for part in track.parts)]
    return sorted(tracks, key=lambda track: not is_for_player(track))


def player_tracks(site: Site, session: Session, language: str, to_url: Callable[[str], str]) -> tuple[PlayerTrack, ...]:
    """Return the tracks as the player reads them; `to_url` makes an address for the page."""
    return tuple(
        PlayerTrack(
            format=as_played(track).format,
            words=version_words(site, track, language),
            audio=track.format in AUDIO_FORMATS,
            parts=tuple(_player_part(session, part, to_url) for part in as_played(track).parts if part.url),
        )
        for track in published(session)
        if is_for_player(track)
    )


def track_size(track: Track) -> int:
    """Return the size of a track in bytes, 0 when a part does not tell its own."""
    sizes = [part_size(track, part) for part in track.parts]
    return sum(sizes) if all(sizes) else 0


def part_size(track: Track, part: Part) -> int:
    """Return the size of a part in bytes, 0 when it is not known: of HLS some sources tell that of the playlist."""
    size = part.size_bytes or 0
    if track.format == "hls" and (not part.duration_ms or size * 1000 < part.duration_ms * LEAST_BYTES_A_SECOND):
        return 0
    return size


def part_length_ms(part: Part) -> int:
    return part.end_ms - part.start_ms if part.duration_ms is None else part.duration_ms


def _player_part(session: Session, part: Part, to_url: Callable[[str], str]) -> PlayerPart:
    return PlayerPart(
        at=(part.start_ms - session.zero_ms) / 1000,
        to=(part.end_ms - session.zero_ms) / 1000,
        length=part_length_ms(part) / 1000,
        url=to_url(part.url),
        renditions=tuple(
            PlayerRendition(url=to_url(rendition.url), format=rendition.format)
            for rendition in part.renditions
            if rendition.url
        ),
    )


def _quality(track: Track) -> str:
    said = [track.resolution.replace("x", "×")] if track.resolution else []
    return " ".join([*said, f"{track.bps} kbps"] if track.bps else said)


def _reach(track: Track) -> str:
    if as_played(track).format in PHONE_FORMATS:
        return "phones"
    return "desktop" if is_for_player(track) else "download_only"
