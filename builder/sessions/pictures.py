"""Pictures: which still a session shows when the operator lets pages use the provider's."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from builder.model import Recording, Screenshot, Session, StreamKey
from builder.sessions.intervals import interval
from builder.sessions.media import PublicUrl

SETTLED_PERCENT = 10  # the first moments of a broadcast are often a black or waiting picture


class Pictures:
    """The screenshots of an island by stream and time."""

    def __init__(self, screenshots: Iterable[Screenshot], public_url: PublicUrl) -> None:
        self._shots: dict[StreamKey, list[tuple[int, str]]] = {}
        self._public_url = public_url
        for shot in screenshots:
            self._shots.setdefault(shot.stream, []).append((shot.at_ms, shot.url))
        for shots in self._shots.values():
            shots.sort()

    def of(self, members: Sequence[Recording], session: Session) -> str:
        """Return a picture's published URL: a screenshot after the first tenth, else an earlier one, else a cover.

        A screenshot is of a moment that a part of its stream shows: what was on air while a file was recorded that is
        gone or hidden must not be seen. A cover shows a moment that nobody tells, so it is taken only of a file that
        lies within the time shown. `members` are the recordings that are there.
        """
        start_ms, end_ms = session.start_ms, session.end_ms
        streams = {recording.key: recording.stream for recording in members}
        shots = sorted(
            {
                shot
                for track in session.tracks
                for part in track.parts
                for shot in self._within(streams[part.key], max(part.start_ms, start_ms), min(part.end_ms, end_ms))
            }
        )
        settled = start_ms + (end_ms - start_ms) * SETTLED_PERCENT // 100
        late = [url for at_ms, url in shots if at_ms >= settled]
        early = [url for at_ms, url in shots if at_ms < settled]
        covers = [one.cover_url for one in members if one.cover_url and _lies_within(one, start_ms, end_ms)]
        urls = (self._public_url(url) for url in (*late, *reversed(early), *covers))
        return next((url for url in urls if url), "")

    def _within(self, stream: StreamKey, from_ms: int, to_ms: int) -> list[tuple[int, str]]:
        """Return the screenshots of a stream in a time; one on its end is already of what comes next."""
        shots = self._shots.get(stream, [])
        return shots[bisect_left(shots, (from_ms,)) : bisect_left(shots, (to_ms,))]


def _lies_within(recording: Recording, start_ms: int, end_ms: int) -> bool:
    start, end, _ = interval(recording)
    return start_ms <= start and end <= end_ms
