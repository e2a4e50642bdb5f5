"""Lanes: what gaps can join at most, and how a lane is walked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter

import msgspec

from builder.model import StreamKey, Window
from builder.sessions.intervals import Placed
from builder.sessions.rules import Owner, Rulebook

by_join = attrgetter("join_ms")


class Lane(msgspec.Struct, frozen=True):
    """What gaps and links can join at most: one stream of one broadcaster under one gap limit, or one window."""

    stream: StreamKey
    slug: str = ""
    gap_ms: int = 0
    window: Window | None = None


class Run(msgspec.Struct):
    """Recordings of one lane that belong together by gaps or a window; `segment` counts the splits before them."""

    lane: Lane
    members: list[Placed]
    segment: int = 0


def lanes(placed: Iterable[Placed], book: Rulebook) -> list[tuple[Lane, list[Placed]]]:
    """Sort recordings into lanes."""
    found: list[tuple[Lane, list[Placed]]] = []
    windows: dict[Window, list[Placed]] = {}
    for stream, members in _by_stream(list(placed)):
        steady = book.steady_owner(stream)
        if steady is not None and not book.windows_of(stream):
            found.append((Lane(stream, steady.slug, steady.gap_ms), members))
            continue
        owners: defaultdict[Owner, list[Placed]] = defaultdict(list)
        for one in members:
            window = book.window_at(stream, one.middle_ms)
            if window is None:
                owners[steady or book.owner(stream, one.middle_ms)].append(one)
            else:
                windows.setdefault(window, []).append(one)
        found += [(Lane(stream, owner.slug, owner.gap_ms), rest) for owner, rest in owners.items()]
    found += [(Lane(members[0].recording.stream, window=window), members) for window, members in windows.items()]
    return found


def _by_stream(placed: list[Placed]) -> Iterable[tuple[StreamKey, list[Placed]]]:
    """Sort recordings by stream; mostly there is one, which comparing tells sooner than hashing each."""
    streams = [one.recording.stream for one in placed]
    if placed and streams.count(streams[0]) == len(streams):
        return [(streams[0], placed)]
    found: defaultdict[StreamKey, list[Placed]] = defaultdict(list)
    for stream, one in zip(streams, placed, strict=True):
        found[stream].append(one)
    return found.items()


def runs_of(lane: Lane, members: list[Placed], segment: int = 0) -> list[Run]:
    """Walk one lane by time; sorts the members in place."""
    if lane.window is not None or len(members) == 1:
        return [Run(lane, members, segment)]
    members.sort(key=by_join)
    if lane.gap_ms == 0:
        return [Run(lane, [one], segment) for one in members]
    together = [members[0]]
    runs = [Run(lane, together, segment)]
    gap_ms, high = lane.gap_ms, members[0].end_ms
    for one in members[1:]:
        if one.join_ms - high > gap_ms:
            together = []
            runs.append(Run(lane, together, segment))
        together.append(one)
        high = max(high, one.end_ms)
    return runs
