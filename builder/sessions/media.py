"""Media: what of a recording can be played, and where it is published."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from builder.model import Format, Recording, Rendition

PublicUrl = Callable[[str], str | None]

PLAYABLE: frozenset[str] = frozenset(("mp4", "hls", "flv", "aac", "mp3", "other"))  # dash is protected or needs more
PREFERENCE: tuple[Format, ...] = ("mp4", "hls", "flv", "aac", "mp3", "other", "dash")


class Playable(msgspec.Struct, frozen=True, gc=False):
    """How one recording can be played: in which format, where, and which transcodes there are besides."""

    format: Format
    url: str = ""  # "" when it cannot
    renditions: tuple[Rendition, ...] = ()


def playable(recording: Recording, public_url: PublicUrl) -> Playable:
    """Tell how a recording can be played; its first transcode steps in for an original that cannot."""
    url: str | None = ""
    if recording.url and recording.format in PLAYABLE:
        url = "" if "archived" in recording.flags else public_url(recording.url)
    renditions = _transcodes(recording, public_url) if recording.renditions else ()
    if url or not renditions:
        return Playable(recording.format, url or "", renditions)
    return Playable(renditions[0].format, renditions[0].url, renditions[1:])


def _transcodes(recording: Recording, public_url: PublicUrl) -> tuple[Rendition, ...]:
    found = set()
    for rendition in recording.renditions:
        url = public_url(rendition.url) if rendition.url and rendition.format in PLAYABLE else None
        if url:
            found.add(msgspec.structs.replace(rendition, url=url))
    return tuple(sorted(found, key=_rank))


def _rank(rendition: Rendition) -> tuple[int, int, int, str]:
    return PREFERENCE.index(rendition.format), -rendition.height, -rendition.bitrate_bps, rendition.url
