"""Joins: a small union-find over places in a list, for what people merge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class Joins:
    """Disjoint sets of 0 … size − 1; the smallest member stands for its set."""

    def __init__(self, size: int) -> None:
        self._parents = list(range(size))

    def root(self, member: int) -> int:
        """Return the smallest member of a set."""
        parents = self._parents
        while parents[member] != member:
            parents[member] = parents[parents[member]]
            member = parents[member]
        return member

    def join(self, one: int, two: int) -> int:
        """Make two sets one; return its smallest member."""
        low, high = sorted((self.root(one), self.root(two)))
        self._parents[high] = low
        return low

    def join_all(self, members: Iterable[int]) -> None:
        """Make the sets of all members one."""
        first, *rest = members
        for member in rest:
            first = self.join(first, member)

    def sets(self) -> list[list[int]]:
        """Return the sets, each sorted, by smallest member."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for member in range(len(self._parents)):
            found[self.root(member)].append(member)
        return list(found.values())
