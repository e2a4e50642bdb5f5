"""Grouping: from recordings in time to groups, each of which is one session.

The rules in their order (DESIGN "Grouping"):

1. A *window* takes its recordings out: they are one group, whatever else is true of them.
2. The rest falls into *lanes*: one stream of one broadcaster. A *split* parts the session that holds its file: in the
   file's lane, what lies before it goes from what lies after it, by the midpoint of the content, so that all
   renditions of one moment stay together. A file that is in no session with others parts nothing.
3. People's *merges* join groups, also of different lanes and across splits.
4. *Hard links* join what the provider or one push ties together, within a lane, and what lies between; *gaps* join
   what is near: a lane is walked by time, and a new run begins where the time since the last recording is longer than
   the gap limit. A gap limit of 0 leaves every recording alone, linked or not.
5. A group longer than the limit is cut at the starts of broadcast days: a recording goes to the day of its midpoint,
   which is the cut at the part border nearest to the start of the day. Windows are never cut, nor what people merged.

Every rule looks at recordings only through intervals and ids, so the order in which they came cannot matter. Ignoring
splits and cuts, growing the input only ever joins groups; what is joined then is the *island*, the unit that can be
regrouped without knowing any other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from builder.model import Reason, Window
from builder.sessions.borders import Borders, OwnTimes
from builder.sessions.intervals import Placed, hull, in_time_order
from builder.sessions.joins import Joins
from builder.sessions.lanes import Lane, Run, lanes, runs_of
from builder.sessions.links import Links
from builder.sessions.rules import Rulebook, names_of
from builder.sessions.unions import Union, places_of_merged, unite


class Group(msgspec.Struct):
    """The recordings of one session, in time order, and why they are together."""

    members: list[Placed]
    reasons: list[Reason]
    window: Window | None = None
    own_times: OwnTimes = {}


def islands(placed: Iterable[Placed], links: Links, book: Rulebook) -> list[Union]:
    """Return the runs that hang together when splits and cuts are ignored."""
    return unite([run for lane, members in lanes(placed, book) for run in runs_of(lane, members)], links, book)


def groups_of(island: Union, links: Links, book: Rulebook) -> list[Group]:
    """Apply splits and cuts to an island: each group becomes one session."""
    unions = [island]
    heads = _heads(island, book) if book.splits else []
    if heads:
        unions = unite(_split(island, heads), links, book)
    groups = [_group(union, book) for union in unions]
    if heads:
        _tell_partings(groups, heads, island, book)
    return [piece for group in groups for piece in _pieces(group, heads, book)]


def _pieces(group: Group, heads: list[Placed], book: Rulebook) -> list[Group]:
    pieces = cut(group, book)
    is_cut = len(pieces) > 1
    if heads or is_cut or book.has_borders:
        borders = Borders(book, heads, group.members if is_cut else ())
        for piece in pieces:
            piece.own_times = borders.own_times(piece.members, piece.window)
    return pieces


def _heads(island: Union, book: Rulebook) -> list[Placed]:
    """Return the recordings that a session must begin with, where that can be."""
    return [
        one for run in island.runs if run.lane.window is None for one in run.members if book.is_split(one.recording)
    ]


def _tell_partings(groups: list[Group], heads: list[Placed], island: Union, book: Rulebook) -> None:
    """Tell the groups on both sides of a split why they end there: by its head, and by the last file before that.

    One by a person who speaks of other broadcasts alone has a name of its own: it was hardly meant for this one.
    """
    present = {name for run in island.runs for one in run.members for name in names_of(one.recording)}
    home = {one.recording.key: group for group in groups for one in group.members}
    names = {one.recording.key for one in heads}
    partings: defaultdict[str, set[str]] = defaultdict(set)
    for members in _by_lane(island).values():
        ordered = sorted(members, key=lambda one: (one.middle_ms, one.recording.key))
        for head in (one for one in members if one.recording.key in names):
            own = home[head.recording.key]
            end = bisect_left(ordered, head.start_ms, key=lambda one: one.middle_ms)
            before = (ordered[at].recording.key for at in range(end - 1, -1, -1))
            nearest = next((key for key in before if home[key] is not own), "")
            if nearest:
                is_meant = not present.isdisjoint(book.spoken_of(head.recording))
                partings["split" if is_meant else "split_astray"].add(head.recording.key)
                partings["split_end"].add(nearest)
    for rule in partings:
        side = "after" if rule == "split_end" else "with"
        for group in groups:
            keys = tuple(one.recording.key for one in group.members if one.recording.key in partings[rule])
            if keys:
                group.reasons.append(Reason(rule, f"a person let a new session begin {side} this file", keys))


def _by_lane(island: Union) -> dict[Lane, list[Placed]]:
    lanes: defaultdict[Lane, list[Placed]] = defaultdict(list)
    for run in island.runs:
        lanes[run.lane] += run.members
    return lanes


def _split(island: Union, heads: list[Placed]) -> list[Run]:
    runs = []
    names = {one.recording.key for one in heads}
    for lane, members in _by_lane(island).items():
        borders = sorted(one.start_ms for one in members if one.recording.key in names)
        segments: defaultdict[int, list[Placed]] = defaultdict(list)
        for one in members:
            segments[bisect_right(borders, one.middle_ms)].append(one)
        runs += [run for segment, rest in segments.items() for run in runs_of(lane, rest, segment)]
    return runs


def _group(union: Union, book: Rulebook) -> Group:
    first = union.runs[0]
    members = first.members if len(union.runs) == 1 else [one for run in union.runs for one in run.members]
    if len(members) > 1:
        members.sort(key=in_time_order)
    if first.lane.window is not None:
        return Group(members, [Reason("window", "a person gave these hours to one session")], first.lane.window)
    reasons = union.reasons
    if book.merges:
        present = {name: one.recording.key for one in members for name in names_of(one.recording)}
        for ids in sorted({ids for one in members for ids in book.merges_of(one.recording)}):
            keys = tuple(sorted({present[identity] for identity in ids if identity in present}))
            if len(keys) > 1:
                reasons.append(Reason("merge", "a person put these files into one session", keys))
    return Group(members, reasons)


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
    for places in (*days.values(), *places_of_merged(enumerate(group.members), book)):
        joins.join_all(places)
    pieces = joins.sets()
    return [group] if len(pieces) == 1 else [_piece(group, places) for places in pieces]


def _piece(group: Group, places: list[int]) -> Group:
    members = [group.members[place] for place in places]
    keys = {one.recording.key for one in members}
    reasons = [reason for reason in group.reasons if not keys.isdisjoint(reason.keys)]
    limit = Reason("max_length", "the broadcast was longer than one session may be and was cut where a day begins")
    return Group(members, [*reasons, limit])
