"""Cuts a long list of names into groups by their first letters, with addresses that never change.

A group lists its members while they are at most `LIST_LIMIT`, and above it links to groups one letter longer. Extras
(streams without a profile) never stand on the first page; they begin at their own prefix.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from builder.pages.kind import LIST_LIMIT


class Groups:
    """The groups of one list. Names are sorted and distinct."""

    def __init__(self, names: Sequence[str], extras: Sequence[str] = (), extra_prefix: str = "") -> None:
        self._names = names
        self._extras = sorted(extras)
        self._all = sorted([*names, *extras])
        self._extra_prefix = extra_prefix

    def extra_count(self) -> int:
        return len(self._extras)

    def root_members(self) -> list[str]:
        return list(self._names) if len(self._names) <= LIST_LIMIT else []

    def root_groups(self) -> list[str]:
        return [] if len(self._names) <= LIST_LIMIT else sorted({name[0] for name in self._names})

    def members(self, prefix: str) -> list[str]:
        """Return who stands on a group's page: everyone, or of a cut group those whose name is the prefix itself."""
        found = self._under(prefix)
        return found if len(found) <= LIST_LIMIT else [name for name in found if name == prefix]

    def longer(self, prefix: str) -> list[str]:
        """Return the groups that a cut group links to."""
        found = self._under(prefix)
        if len(found) <= LIST_LIMIT:
            return []
        return sorted({name[: len(prefix) + 1] for name in found if len(name) > len(prefix)})

    def exists(self, prefix: str) -> bool:
        """Say whether a page links to the group."""
        if not self._under(prefix):
            return False
        if self._extras and prefix == self._extra_prefix:
            return True
        shorter = prefix[:-1]
        if not shorter:
            return prefix in self.root_groups()
        return len(self._under(shorter)) > LIST_LIMIT and self.exists(shorter)

    def names(self) -> Iterator[str]:
        """Yield every group's prefix."""
        waiting = sorted({*self.root_groups(), *([self._extra_prefix] if self._extras else [])}, reverse=True)
        seen = set()
        while waiting:
            prefix = waiting.pop()
            if prefix not in seen:
                seen.add(prefix)
                yield prefix
                waiting += reversed(self.longer(prefix))

    def with_member(self, name: str) -> list[str]:
        """Return the groups that a name stands in, or would stand in."""
        return [name[:end] for end in range(1, len(name) + 1) if self.exists(name[:end])]

    def _under(self, prefix: str) -> list[str]:
        return self._all[bisect_left(self._all, prefix) : bisect_left(self._all, prefix + "\U0010ffff")]
