"""Grouping: from recordings in time to groups, each of which is one session.

The rules in their order (DESIGN "Grouping"):

1. A *window* takes its recordings out: they are one group, whatever else is true of them.
2. The rest falls into *lanes*: one stream of one broadcaster. In a lane a *split* separates what lies before a file
   from what lies after it, by the midpoint of the content, so that all renditions of one moment stay together.
3. People's *merges* join groups, also of different lanes and across splits.
4. *Bridges* (hard links) and *gaps* make runs: a lane is walked by time, and a new run begins where neither the time
   since the last recording is within the gap limit nor a bridge spans it. A gap limit of 0 leaves every recording
   alone, linked or not.
5. A group longer than the limit is cut at the starts of broadcast days: a recording goes to the day of its midpoint,
   which is the cut at the part border nearest to the start of the day. Windows are never cut, nor what people merged.

Every rule looks at recordings only through intervals and ids, so the order in which they came cannot matter. Ignoring
splits and cuts, growing the input only ever joins groups; what is joined then is the *island*, the unit that can be
regrouped without knowing any other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter

import msgspec

from builder.model import Reason, StreamKey, Window
from builder.sessions.intervals import Placed, hull, in_time_order
from builder.sessions.joins import Joins
from builder.sessions.links import Bridge, Links
from builder.sessions.rules import Rulebook, names_of

by_join = attrgetter("join_ms")


class Lane(msgspec.Struct, frozen=True):
    """What gaps and links can join at most: one stream of one broadcaster, or one window."""

    stream: StreamKey
    slug: str = ""
    gap_ms: int = 0
    window: Window | None = None


class Run(msgspec.Struct):
    """Recordings of one lane that belong together by gaps, bridges or a window."""

    lane: Lane
    members: list[Placed]
    reasons: list[Reason]


class Group(msgspec.Struct):
    """The recordings of one session, in time order, and why they are together."""

    members: list[Placed]
    reasons: list[Reason]
    window: Window | None = None


def lanes(placed: Iterable[Placed], book: Rulebook) -> list[tuple[Lane, list[Placed]]]:
    """Sort recordings into lanes."""
    streams: defaultdict[StreamKey, list[Placed]] = defaultdict(list)
    for one in placed:
        streams[one.recording.stream].append(one)
    found: list[tuple[Lane, list[Placed]]] = []
    windows: dict[Window, list[Placed]] = {}
    for stream, members in streams.items():
        slug = book.steady_vj_of(stream)
        if slug is not None and not book.windows_of(stream):
            found.append((Lane(stream, slug, book.gap_of(stream, slug)), members))
            continue
        holders: defaultdict[str, list[Placed]] = defaultdict(list)
        for one in members:
            window = book.window_at(stream, one.middle_ms)
            if window is None:
                holders[slug or book.vj_of(stream, one.middle_ms)].append(one)
            else:
                windows.setdefault(window, []).append(one)
        found += [(Lane(stream, holder, book.gap_of(stream, holder)), rest) for holder, rest in holders.items()]
    found += [(Lane(members[0].recording.stream, window=window), members) for window, members in windows.items()]
    return found


def runs_of(lane: Lane, members: list[Placed], links: Links) -> list[Run]:
    """Walk one lane by time; sorts the members in place."""
    if lane.window is not None:
        return [Run(lane, members, [Reason("window", "a person gave these hours to one session")])]
    if len(members) == 1:
        return [Run(lane, members, [])]
    members.sort(key=by_join)
    if lane.gap_ms == 0:
        return [Run(lane, [one], []) for one in members]
    return _walk(lane, members, links.bridges(lane.stream, members))


def _walk(lane: Lane, members: list[Placed], bridges: Sequence[Bridge]) -> list[Run]:
    gap_ms = lane.gap_ms
    first = members[0]
    run = Run(lane, [first], [])
    runs = [run]
    high, last, bridge, coming = first.end_ms, first, None, 0
    for one in members[1:]:
        while coming < len(bridges) and bridges[coming].low_ms <= one.join_ms:
            if bridge is None or bridges[coming].high_ms > bridge.high_ms:
                bridge = bridges[coming]
            coming += 1
        if one.join_ms - high > gap_ms:
            if bridge is None or one.join_ms > bridge.high_ms:
                run = Run(lane, [], [])
                runs.append(run)
            else:
                run.reasons.append(_bridged(bridge, last, one))
        run.members.append(one)
        if one.end_ms >= high:
            high, last = one.end_ms, one
    return runs


def _bridged(bridge: Bridge, before: Placed, after: Placed) -> Reason:
    words = {
        "session_id": "the provider gave both sides of a long hole one recording session",
        "task_id": "the provider recorded both sides of a long hole in one task",
        "push": "the broadcaster's connection lasted across a long hole",
    }
    return Reason(bridge.rule, words[bridge.rule], (before.recording.key, after.recording.key))


def islands(placed: Iterable[Placed], links: Links, book: Rulebook) -> list[list[Run]]:
    """Return the runs that hang together when splits and cuts are ignored."""
    runs = [run for lane, members in lanes(placed, book) for run in runs_of(lane, members, links)]
    return merged(runs, book)


def merged(runs: list[Run], book: Rulebook) -> list[list[Run]]:
    """Put runs together that hold files which a person merged."""
    homes = _homes_of_merged(runs, book)
    if not homes:
        return [[run] for run in runs]
    joins = Joins(len(runs))
    for places in homes.values():
        joins.join_all(places)
    return [[runs[place] for place in places] for places in joins.sets()]


def _homes_of_merged(runs: Iterable[Run], book: Rulebook) -> dict[tuple[str, ...], list[int]]:
    homes: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    if book.merges:
        for place, run in enumerate(runs):
            if run.lane.window is None:
                for one in run.members:
                    for ids in book.merges_of(one.recording):
                        homes[ids].append(place)
    return homes


def groups_of(island: list[Run], links: Links, book: Rulebook) -> list[Group]:
    """Apply splits and cuts to an island: each group becomes one session."""
    if len(island) == 1 and not _has_split(island, book):
        sets = [island]
    else:
        runs = [part for run in island for part in _split(run, links, book)]
        sets = merged(runs, book)
    return [piece for together in sets for piece in cut(_group(together, book), book)]


def _has_split(island: list[Run], book: Rulebook) -> bool:
    return bool(book.splits) and any(book.is_split(one.recording) for run in island for one in run.members)


def _split(run: Run, links: Links, book: Rulebook) -> list[Run]:
    if run.lane.window is not None or not book.splits:
        return [run]
    heads = [one for one in run.members if book.is_split(one.recording)]
    if not heads:
        return [run]
    borders = sorted({one.start_ms for one in heads})
    segments: defaultdict[int, list[Placed]] = defaultdict(list)
    for one in run.members:
        segments[bisect_right(borders, one.middle_ms)].append(one)
    runs = [part for segment in segments.values() for part in runs_of(run.lane, segment, links)]
    names = {one.recording.key for one in heads}
    for part in runs:
        keys = tuple(sorted(names.intersection(one.recording.key for one in part.members)))
        if keys:
            part.reasons.append(Reason("split", "a person let a new session begin with this file", keys))
    return runs


def _group(runs: list[Run], book: Rulebook) -> Group:
    if len(runs) == 1:
        run = runs[0]
        if len(run.members) > 1:
            run.members.sort(key=in_time_order)
        group = Group(run.members, run.reasons, run.lane.window)
    else:
        members = sorted((one for run in runs for one in run.members), key=in_time_order)
        group = Group(members, [reason for run in runs for reason in run.reasons])
    if book.merges:
        present = {name: one.recording.key for one in group.members for name in names_of(one.recording)}
        for ids in sorted({ids for one in group.members for ids in book.merges_of(one.recording)}):
            keys = tuple(sorted({present[identity] for identity in ids if identity in present}))
            if len(keys) > 1 and group.window is None:
                group.reasons.append(Reason("merge", "a person put these files into one session", keys))
    return group


def cut(group: Group, book: Rulebook) -> list[Group]:
    """Cut a group that is longer than allowed; a group that may stay whole is returned as it is."""
    limit_ms = book.rules.grouping.max_length_ms
    if len(group.members) == 1 or group.window is not None or not limit_ms:
        return [group]
    low, high = hull(group.members)
    if high - low <= limit_ms:
        return [group]
    days: defaultdict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(group.members):
        days[book.days.number(one.middle_ms)].append(place)
    joins = Joins(len(group.members))
    for places in (*days.values(), *places_of_merged(group.members, book)):
        joins.join_all(places)
    pieces = joins.sets()
    return [group] if len(pieces) == 1 else [_piece(group, places) for places in pieces]


def places_of_merged(members: Sequence[Placed], book: Rulebook) -> list[list[int]]:
    """Return, for each merge of a person, the places of its recordings among the members."""
    homes: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    if book.merges:
        for place, one in enumerate(members):
            for ids in book.merges_of(one.recording):
                homes[ids].append(place)
    return list(homes.values())


def _piece(group: Group, places: list[int]) -> Group:
    members = [group.members[place] for place in places]
    keys = {one.recording.key for one in members}
    reasons = [reason for reason in group.reasons if not keys.isdisjoint(reason.keys)]
    limit = Reason("max_length", "the broadcast was longer than one session may be and was cut where a day begins")
    return Group(members, [*reasons, limit])
