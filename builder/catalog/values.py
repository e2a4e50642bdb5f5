"""What the catalog's questions are answered with, beside the model's own values."""

from __future__ import annotations

from builder.model import Counts, Notice, Problem, StreamKey, Value


class DayTotal(Value, frozen=True):
    """The listed sessions of one day, month or year (`day` is "2022-01-13", "2022-01" or "2022")."""

    day: str
    count: int
    recorded_ms: int


class VjTotal(Value, frozen=True):
    """What the listed sessions of one VJ add up to."""

    slug: str
    count: int
    recorded_ms: int
    first_ms: int
    last_ms: int
    longest_ms: int
    longest_id: str


class Totals(Value, frozen=True):
    """Whole-site counts of listed sessions, for the one page that shows them."""

    sessions: int
    recorded_ms: int
    vjs: int
    first_day: str


class StreamTotal(Value, frozen=True):
    """A stream as told, how much is known of it, and the VJs that its sessions are filed under."""

    stream: StreamKey
    recordings: int
    events: int
    vjs: tuple[str, ...]
    sessions: int
    first_ms: int | None = None
    last_ms: int | None = None


class Stated(Value, frozen=True):
    """A notice with the place where it was read."""

    source: str
    line: int
    offset: int
    notice: Notice


class RefreshReport(Value, frozen=True):
    """What a refresh found and did."""

    counts: Counts  # the whole catalog
    new: Counts  # read in this run
    changed: int = 0  # sessions that are new, gone or different
    removed: int = 0  # sessions of which no recording is left
    everything: bool = False  # pending holds one key that stands for every page
    problems: tuple[Problem, ...] = ()  # of this run, the first ones
    warning: str = ""  # why the catalog was made anew, if it was


class Note(Value, frozen=True):
    """A problem and the number that `problems show` finds it by."""

    number: str
    problem: Problem
