"""Beside: what sessions that lie beside each other show of one another, where a file reaches over their border.

Such a file stays a member of the session of its midpoint, so that no address moves, but

- where it reaches into what a person hides, be it a whole session or what a trim takes away of one, it is *withheld*,
  since nothing that is hidden is published;
- else it is *repeated*, and not shown, when without it both sides show all of its time in formats that are no worse:
  then sessions begin and end at the border. Where they do not, it is shown: losing a part of a broadcast would be worse
  than showing it twice.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from builder.model import Curation, StreamKey, Track, Trim
from builder.sessions.borders import OwnTimes
from builder.sessions.claims import BEGINNING_MS, ENDLESS_MS
from builder.sessions.coverage import GAP_MS, survey
from builder.sessions.curate import UNSEEN
from builder.sessions.duplicates import by_start
from builder.sessions.holding import Hiders, extent
from builder.sessions.intervals import Placed
from builder.sessions.media import PREFERENCE
from builder.sessions.standing import REPEATED, WITHHELD
from builder.sessions.trimming import kept

Words = Mapping[str, str]  # REPEATED or WITHHELD, by key


class Beside(msgspec.Struct):
    """A session beside others: its members, which of them reach over a border, and what it shows."""

    anchor: str
    members: Sequence[Placed]
    own_times: OwnTimes
    said: Curation  # what people say of it
    hold: Callable[[Words], Sequence[Track]]  # makes its tracks, without the files that have a word
    tracks: Sequence[Track] = ()
    words: Words | None = None  # of the files that are not in its tracks

    def show(self, words: Words) -> None:
        """Make its tracks anew where other files have a word now."""
        own = {key: words[key] for key in self.own_times if key in words}
        if own != self.words:
            self.words, self.tracks = own, self.hold(own)

    @property
    def reaching(self) -> list[Placed]:
        """Return its files that may have to go, since they show something of others; of one that is hidden, none."""
        return [one for one in self.members if one.recording.key in self.own_times and not self.is_hidden]

    @property
    def is_hidden(self) -> bool:
        return self.said.visibility in UNSEEN

    @property
    def left(self) -> tuple[int, int]:
        """Return the time that people let be seen: all of it but what is hidden or trimmed away."""
        if self.is_hidden:
            return ENDLESS_MS, BEGINNING_MS
        return kept(*extent(self.tracks, self.members), self.said.trim or Trim())

    def unseen(self) -> Iterator[tuple[StreamKey, int, int]]:
        """Yield when its files show what people hide; what of a file lies over the border is for others to hide."""
        if self.said.trim is None and not self.is_hidden:
            return
        low, high = self.left
        for one in self.members:
            start, end = self.own_times.get(one.recording.key, (one.start_ms, one.end_ms))
            yield one.recording.stream, start, min(low, end)
            yield one.recording.stream, max(high, start), end


def words_at_borders(sessions: Sequence[Beside]) -> tuple[dict[str, str], Hiders]:
    """Return a word for each file that is not shown because of what it shows of another session, and who hides that.

    A trim that counts from the ends hides less of a session that shows more. So at first no file is withheld; then
    those are that reach into what is hidden of what is shown, until there are no more.
    """
    hiders: Hiders = {}
    while True:
        words = _show(sessions, hiders)
        found = {**hiders, **_hiders(sessions)}
        if found.keys() == hiders.keys():
            return words, found
        hiders = found


def _show(sessions: Sequence[Beside], withheld: Iterable[str]) -> dict[str, str]:
    """Let sessions show what they may besides the files that are withheld; return the words of those that they do not.

    Near-equal files give way to one that is shown, so each word depends on the others. At first every file that reaches
    over has one; then they are judged anew by what is shown without these, until all are true. That ends, for a word is
    only ever taken away.
    """
    kept_out = dict.fromkeys(withheld, WITHHELD)
    words = {one.recording.key: REPEATED for session in sessions for one in session.reaching} | kept_out
    while True:
        for session in sessions:
            session.show(words)
        found = _repeated(sessions, words) | kept_out
        if found == words:
            return words
        words = found


def _hiders(sessions: Sequence[Beside]) -> Hiders:
    unseen: defaultdict[StreamKey, list[Shown]] = defaultdict(list)
    for place, session in enumerate(sessions):
        for stream, start, end in session.unseen():
            if start < end:
                unseen[stream].append(Shown(start, end, place))
    times = {stream: Times(spans) for stream, spans in unseen.items()}
    found = {}
    for place, session in enumerate(sessions):
        for one in session.reaching:
            near = times[one.recording.stream].of_others(one, place) if one.recording.stream in times else []
            if _shared(one, near) > GAP_MS:
                found[one.recording.key] = tuple(sorted({sessions[span.place].anchor for span in near}))
    return found


def _shared(one: Placed, spans: Iterable[Shown]) -> int:
    """Return how much of a file's time lies in any of the spans."""
    begun = [replace(span, start_ms=max(span.start_ms, one.start_ms)) for span in spans]
    return survey(replace(span, end_ms=min(span.end_ms, one.end_ms)) for span in begun)[0]


def _repeated(sessions: Sequence[Beside], words: Words) -> dict[str, str]:
    spans: defaultdict[StreamKey, list[Shown]] = defaultdict(list)
    for place, session in enumerate(sessions):
        streams = {one.recording.key: one.recording.stream for one in session.members}
        for track in session.tracks:
            rank = PREFERENCE.index(track.format)
            for part in track.parts:
                if part.url:
                    spans[streams[part.key]].append(Shown(part.start_ms, part.end_ms, place, rank))
    times = {stream: Times(together) for stream, together in spans.items()}
    return {
        one.recording.key: REPEATED
        for place, session in enumerate(sessions)
        for one in session.reaching
        if words.get(one.recording.key) == REPEATED
        and one.recording.stream in times
        and _is_repeated(one, session.own_times[one.recording.key], place, times[one.recording.stream])
    }


def _is_repeated(one: Placed, own_time: tuple[int, int], place: int, times: Times) -> bool:
    """Say whether its session shows a file's own time without it, and others the rest, in formats no worse than its."""
    low, high = own_time
    near = [span for span in times.near(one) if span.rank <= PREFERENCE.index(one.recording.format)]
    own, others = [span for span in near if span.place == place], [span for span in near if span.place != place]
    return (
        bool(own)
        and _is_whole(own, low, high)
        and _is_whole(others, one.start_ms, low)
        and _is_whole(others, high, one.end_ms)
    )


def _is_whole(spans: Iterable[Shown], low: int, high: int) -> bool:
    """Say whether spans, by start, leave no gap between two instants."""
    for span in spans:
        if span.start_ms - low >= GAP_MS:
            break
        low = max(low, span.end_ms)
    return high - low < GAP_MS


class Shown(msgspec.Struct, frozen=True, order=True):
    """What a session shows or hides of a stream: from when to when, the session's place, how good the format is."""

    start_ms: int
    end_ms: int
    place: int
    rank: int = 0


class Times:
    """Spans of one stream, by start; of few of them, which lie near a file."""

    def __init__(self, spans: Iterable[Shown]) -> None:
        self._spans = sorted(spans)
        self._longest_ms = max(span.end_ms - span.start_ms for span in self._spans)

    def near(self, one: Placed) -> list[Shown]:
        """Return the spans that share time with a file."""
        begin = bisect_left(self._spans, one.start_ms - self._longest_ms, key=by_start)
        end = bisect_left(self._spans, one.end_ms, key=by_start)
        return [span for span in self._spans[begin:end] if span.end_ms > one.start_ms]

    def of_others(self, one: Placed, place: int) -> list[Shown]:
        """Return those of other sessions than its own."""
        return [span for span in self.near(one) if span.place != place]
