"""Unions: runs that belong together although time lies between them: by hard links, or because a person says so.

A broadcast is one stretch of time, for a stream has one push at a time: what lies between two linked recordings is of
their broadcast, also when it tells no link, or another one (DOMAIN 8.1: that is never proof).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from builder.model import Reason
from builder.sessions.intervals import Placed
from builder.sessions.joins import Joins
from builder.sessions.lanes import Lane, Run
from builder.sessions.links import Links
from builder.sessions.rules import Rulebook

WORDS = {
    "session_id": "the provider gave both sides of a long hole one recording session",
    "task_id": "the provider recorded both sides of a long hole in one task",
    "push": "the broadcaster's connection lasted across a long hole",
}


class Union(msgspec.Struct):
    """Runs that are one group, and the links that made them so."""

    runs: list[Run]
    reasons: list[Reason]


def unite(runs: list[Run], links: Links, book: Rulebook) -> list[Union]:
    """Put runs together that a hard link joins, or that hold files which a person merged."""
    if len(runs) == 1:
        return [Union(runs, [])]
    joins = Joins(len(runs))
    reasons = _link(runs, links, joins)
    if book.merges:
        homes = [(place, one) for place, run in enumerate(runs) if run.lane.window is None for one in run.members]
        for places in places_of_merged(homes, book):
            joins.join_all(places)
    elif not reasons:  # nearly always
        return [Union([run], []) for run in runs]
    unions: dict[int, Union] = {}
    for place, run in enumerate(runs):
        unions.setdefault(joins.root(place), Union([], [])).runs.append(run)
    for place, reason in reasons:
        unions[joins.root(place)].reasons.append(reason)
    return list(unions.values())


def _link(runs: Sequence[Run], links: Links, joins: Joins) -> list[tuple[int, Reason]]:
    """Join the runs of each lane that chains tie; return why, with the place of a run that it concerns."""
    reasons = []
    for lane, places in _by_lane(runs):
        if len(places) < 2:
            continue
        chains = links.chains(lane.stream, [one for place in places for one in runs[place].members])
        if not chains:
            continue
        home = {one.recording.key: place for place in places for one in runs[place].members}
        for chain in chains:
            for before, after in pairwise(chain.members):
                keys = before.recording.key, after.recording.key
                one, two = home[keys[0]], home[keys[1]]
                if joins.root(one) != joins.root(two):
                    _join_between(joins, one, two)
                    reasons.append((one, Reason(chain.rule, WORDS[chain.rule], keys)))
    return reasons


def _join_between(joins: Joins, one: int, two: int) -> None:
    """Join the runs from one place to a later one; those of a lane stand in the order of time, without others."""
    while joins.root(two) > one:
        joins.join(joins.root(two) - 1, two)


def _by_lane(runs: Sequence[Run]) -> list[tuple[Lane, list[int]]]:
    """Return the places of the runs of each lane and segment that links can join."""
    first = runs[0]
    if all(run.lane is first.lane and run.segment == first.segment for run in runs):  # nearly always; hashing is dear
        return [(first.lane, list(range(len(runs))))] if first.lane.window is None and first.lane.gap_ms else []
    lanes: defaultdict[tuple[Lane, int], list[int]] = defaultdict(list)
    for place, run in enumerate(runs):
        if run.lane.window is None and run.lane.gap_ms:
            lanes[run.lane, run.segment].append(place)
    return [(lane, places) for (lane, _), places in lanes.items()]


def places_of_merged(homes: Iterable[tuple[int, Placed]], book: Rulebook) -> list[list[int]]:
    """Return, for each merge of a person, the places where its recordings are."""
    found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, one in homes:
        for ids in book.merges_of(one.recording):
            found[ids].append(place)
    return list(found.values())
