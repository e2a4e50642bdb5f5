"""Who is connected, and who has to go when too many are.

A public address holds at most 32 connections; a proxy on a loopback or private address may hold all of them. When all
are taken, the connection that has gone longest without completing a request makes room for the new one: a slow or
silent sender costs others nothing, however many it is, and a sender that finishes its requests is never the oldest.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Protocol

from builder.collect.limits import Limits


class Guest(Protocol):
    def evict(self) -> None: ...
    def dismiss(self) -> None: ...


class Crowd:
    """The table of connections, in the order of their last completed request (or of their arrival)."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: dict[Guest, str] = {}
        self._busy: dict[Guest, str] = {}
        self._of_peer: Counter[str] = Counter()
        self.evicted = 0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._busy)

    def admit(self, guest: Guest, address: str | None) -> bool:
        """Take in a new connection, if need be in place of the one that waits longest; False: there is no room."""
        peer = peer_of(address)
        if peer and self._of_peer[peer] >= self._limits.connections_per_peer:
            return False
        if len(self) >= self._limits.connections:
            if not self._waiting:
                return False
            self.make_room()
        self._waiting[guest] = peer
        self._of_peer[peer] += 1
        return True

    def make_room(self) -> None:
        """Send away the one that waits longest, if anybody waits."""
        oldest = next(iter(self._waiting), None)
        if oldest is not None:
            self.leave(oldest)
            self.evicted += 1
            oldest.evict()

    def starts(self, guest: Guest) -> None:
        """Note that a whole request of this guest is being answered: it cannot be sent away now."""
        if guest in self._waiting:
            self._busy[guest] = self._waiting.pop(guest)

    def finishes(self, guest: Guest) -> None:
        """Note a completed request: the guest goes to the end of the row."""
        if guest in self._busy:
            self._waiting[guest] = self._busy.pop(guest)

    def leave(self, guest: Guest) -> None:
        for table in (self._waiting, self._busy):
            if guest in table:
                peer = table.pop(guest)
                self._of_peer[peer] -= 1
                if not self._of_peer[peer]:
                    del self._of_peer[peer]

    def dismiss(self) -> None:
        """Send everybody away who is still here at the end: the disk has not spoken in time."""
        for guest in [*self._waiting, *self._busy]:
            self.leave(guest)
            guest.dismiss()


def peer_of(address: str | None) -> str:
    """Return what connections are counted by: a public address (IPv6: its /64), or "" for one that may hold all."""
    if not address:
        return ""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""  # a local socket has no address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if not parsed.is_global:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
