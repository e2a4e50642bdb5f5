"""What a run asks about: a day, or a hole; who asks, what it is remembered under and how a person is told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from builder.model import Value
from builder.pull.calls import FailingError, IncompleteError, RefusedError
from builder.pull.names import hashed
from builder.pull.shelf import Open, Refused
from builder.pull.turns import About
from builder.pull.walk import Place
from builder.pull.windows import DAY_MS, Window, file_text, utc_text

STILL_FRESH_MS = 3_600_000  # a walk through the present day that began so long ago is enough: it never ends otherwise

Pages = Callable[[Sequence[Place]], Iterator[list[Place]]]  # lays the pages; yields what is left after each
PagesOf = Callable[[Sequence[str], Sequence[Place]], Iterator[list[Place]]]  # of some streams


class Question(Value, frozen=True):
    """A day of some streams, or of all where none is named, who asks about it and up to when."""

    kind: str
    streams: Sequence[str]
    window: Window
    pages_of: PagesOf
    until_ms: int  # what comes later may still change

    def of(self, stream: str) -> Question:
        """Return the question about one of the streams alone."""
        return replace(self, streams=[stream])

    @property
    def pages(self) -> Pages:
        return partial(self.pages_of, self.streams)

    @property
    def what(self) -> str:
        """Return what it is remembered under with the other days."""
        return f"{self.kind} {label(self.streams)}"

    @property
    def name(self) -> str:
        return f"{self.what} {file_text(self.window)}"

    @property
    def day(self) -> int:
        return self.window.begin_ms // DAY_MS

    @property
    def whom(self) -> str:
        return self.what if self.streams else self.name

    @property
    def about(self) -> About:
        return About(self.day, self.whom, title(day_text(self.window), self.streams))

    @property
    def enough_ms(self) -> int:
        return self.until_ms if self.until_ms == self.window.end_ms else self.until_ms - STILL_FRESH_MS


class Missing(Value, frozen=True):
    """A hole, the window in which its files were registered, who asks about that, and when all of them are told."""

    stream: str
    window: Window
    wide: Window
    pages: Pages
    settled_ms: int

    @property
    def streams(self) -> Sequence[str]:
        return [self.stream]

    @property
    def what(self) -> str:
        return f"hole {hashed(self.stream)} {file_text(self.window)}"

    @property
    def enough_ms(self) -> int:
        return self.settled_ms

    @property
    def whom(self) -> str:
        return f"hole {hashed(self.stream)}"

    @property
    def day(self) -> int:
        return self.window.begin_ms // DAY_MS

    @property
    def about(self) -> About:
        return About(self.day, self.whom, title(utc_text(self.window.begin_ms), self.streams))


class Turn(Value, frozen=True):
    """A question that a run has to ask, what is known of it and of refusals of those that it is about."""

    known: Open
    refused: Refused
    one: Question | Missing
    ask: Callable[[], None]

    @property
    def is_new(self) -> bool:
        return not self.known.why and self.known.until_ms < self.one.enough_ms

    @property
    def has_failed(self) -> bool:
        """Say whether it did not come whole, where its streams are not refused: never, or they have answered since."""
        return bool(self.known.why) and not self.refused.times


def at_first(left: Iterable[Turn]) -> list[Callable[[], None]]:
    """Sort what is new: day by day, and last of streams that were refused, of the least often in turn before others."""
    new = (turn for turn in left if turn.is_new)
    return [turn.ask for turn in sorted(new, key=lambda turn: (turn.refused.times, turn.one.window, turn.known.turn))]


def in_turn(left: Iterable[Turn]) -> list[Callable[[], None]]:
    """Sort what is asked again: what failed is last, the day that was asked about longest ago before the others.

    Beside it stands what is left of streams that are refused, of the least often in turn before others. Of the days
    that were put off with them the newest comes first: a list may tell of no older ones. Which of the two was asked
    longest ago comes first, or one would wait for ever where the other ends each run.
    """
    again = [turn for turn in left if not turn.is_new]
    latest: defaultdict[int, int] = defaultdict(int)
    for turn in again:
        if turn.has_failed:  # not what came of the present day, which is asked by every run
            latest[turn.one.day] = max(latest[turn.one.day], turn.known.turn)
    refused = [turn.known.turn for turn in again if turn.known.why and not turn.has_failed]
    is_refused_first = bool(refused and latest) and min(refused) < min(latest.values())

    def place(turn: Turn) -> tuple[int, int, int, int]:
        if turn.has_failed:
            return 2, latest[turn.one.day], turn.known.turn, 0
        if turn.known.why:
            return 1 if is_refused_first else 3, turn.refused.times, turn.known.turn, -turn.one.window.begin_ms
        return 0, 0, turn.known.turn, 0

    return [turn.ask for turn in sorted(again, key=place)]


def parted(one: Question | Missing, error: IncompleteError, *, is_again: bool = False) -> Sequence[str]:
    """Return the streams of a group that is parted, since it is refused, or the service failed at it once more.

    Failing once is most often of the service: when it is up again, the group is one question and not ten.
    """
    is_its_own = isinstance(error, RefusedError) or (is_again and isinstance(error, FailingError))
    return one.streams if is_its_own and len(one.streams) > 1 else ()


def label(streams: Sequence[str]) -> str:
    return hashed(*streams) if streams else "all"


def title(when: str, streams: Sequence[str]) -> str:
    """Return what a question is about, for a person: "2025-08-01 of `s1` and 9 more"."""
    others = f" and {len(streams) - 1} more" if len(streams) > 1 else ""
    return f"{when} of `{streams[0]}`{others}" if streams else when


def day_text(day: Window) -> str:
    """Return "2022-01-14", the date of a UTC day as of a China day: at noon of either it is that day in both."""
    return utc_text(day.begin_ms + DAY_MS // 2)[:10]
