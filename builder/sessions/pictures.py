"""Pictures: which still a session shows when the operator lets pages use the provider's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from builder.model import Recording, Screenshot, StreamKey
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

    def of(self, members: Sequence[Recording], start_ms: int, end_ms: int) -> str:
        """Return a picture's published URL: a screenshot after the first tenth, else an earlier one, else a cover.

        A cover shows a moment that nobody tells, so it is taken only of a file that lies within the time shown.
        """
        shots = sorted(
            shot
            for stream in {recording.stream for recording in members}
            for shot in self._shots.get(stream, ())
            if start_ms <= shot[0] <= end_ms
        )
        settled = start_ms + (end_ms - start_ms) * SETTLED_PERCENT // 100
        late = [url for at_ms, url in shots if at_ms >= settled]
        early = [url for at_ms, url in shots if at_ms < settled]
        covers = [one.cover_url for one in members if one.cover_url and _lies_within(one, start_ms, end_ms)]
        urls = (self._public_url(url) for url in (*late, *reversed(early), *covers))
        return next((url for url in urls if url), "")


def _lies_within(recording: Recording, start_ms: int, end_ms: int) -> bool:
    start, end, _ = interval(recording)
    return start_ms <= start and end <= end_ms
