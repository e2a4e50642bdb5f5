"""Grouping by its plain definition: join neighbours one by one until nothing changes. Slow and obvious."""

from __future__ import annotations

from itertools import combinations

from builder.sessions.intervals import place_all
from builder.sessions.links import Links

DAY_MS = 86_400_000


def naive_groups(recordings, pushes, tasks, book):
    """Return the groups as a set of frozensets of keys."""
    placed = place_all(recordings)
    links = Links(pushes, tasks)
    windowed = {one.recording.key for one in placed if book.window_at(one.recording.stream, one.middle_ms)}
    merges = [frozenset(curation.merge) - windowed for curation in book.rules.curations]
    whole = united([(one, 0) for one in placed], links, merges, book)
    parted = []
    for island in whole:
        heads = [one for one in placed if one.recording.key in island - windowed and book.is_split(one.recording)]
        inside = [(one, splits_before(one, heads, book)) for one in placed if one.recording.key in island]
        parted += united(inside, links, merges, book)
    return {frozenset(piece) for group in parted for piece in pieces(group, placed, merges, windowed, book)}


def lane_of(one, book):
    stream = one.recording.stream
    window = book.window_at(stream, one.middle_ms)
    return ("window", window) if window else (stream, book.owner(stream, one.middle_ms))


def splits_before(one, heads, book):
    """Return how many splits of its own lane lie before a recording."""
    lane = lane_of(one, book)
    return sum(head.start_ms <= one.middle_ms for head in heads if lane_of(head, book) == lane)


def united(numbered, links, merges, book):
    """Return sets of keys of recordings, given with the number of splits before each."""
    lanes: dict = {}
    for one, segment in numbered:
        lanes.setdefault((lane_of(one, book), segment), []).append(one)
    sets = []
    for (name, _), members in lanes.items():
        if name[0] == "window":
            sets.append({one.recording.key for one in members})
        else:
            sets += lane_sets(members, links, name[1].gap_ms)
    return join(sets, lambda a, b: any(a & ids and b & ids for ids in merges))


def lane_sets(members, links, gap_ms):
    alone = [(one.join_ms, one.end_ms, {one.recording.key}) for one in members]
    if gap_ms == 0:
        return [keys for _, _, keys in alone]
    ties: dict = {}
    for one in members:
        for name in links.names(one.recording):
            ties.setdefault(name, []).append(one)
        for push in links.pushes(one.recording.stream):
            if push.holds(one):
                ties.setdefault(push, []).append(one)
    chains = []
    for tied in ties.values():
        chains += flow([(one.join_ms, one.end_ms, {one.recording.key}) for one in tied], DAY_MS)
    return [keys for _, _, keys in flow(alone + chains, gap_ms)]


def flow(stretches, reach_ms):
    """Let stretches nearer than `reach_ms` flow together."""
    stretches = list(stretches)
    while True:
        for one, two in combinations(stretches, 2):
            if max(one[0], two[0]) - min(one[1], two[1]) <= reach_ms:
                stretches.remove(one)
                stretches.remove(two)
                stretches.append((min(one[0], two[0]), max(one[1], two[1]), one[2] | two[2]))
                break
        else:
            return stretches


def join(sets, belong):
    sets = list(sets)
    while True:
        for one, two in combinations(sets, 2):
            if belong(one, two):
                sets.remove(one)
                sets.remove(two)
                sets.append(one | two)
                break
        else:
            return sets


def pieces(group, placed, merges, windowed, book):
    members = [one for one in placed if one.recording.key in group]
    length = max(one.end_ms for one in members) - min(one.start_ms for one in members)
    if length <= book.rules.grouping.max_length_ms or group & windowed:
        return [group]
    days: dict = {}
    for one in members:
        days.setdefault(book.days.day(one.middle_ms), set()).add(one.recording.key)
    return join(list(days.values()), lambda a, b: any(a & ids and b & ids for ids in merges))
