"""Rules: what people decide about grouping, as one value, and the lookups built from it once.

`Rules` is plain data that can be stored and compared; `Rulebook` answers the questions that grouping asks of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import combinations

import msgspec

from builder.addresses import BroadcastDays, load_zone, parse_session_id, private_slug, session_id
from builder.errors import ConfigError
from builder.model import Curation, Grouping, Recording, StreamKey, Value, Vj, Window
from builder.sessions.claims import BEGINNING_MS, Claim, Claims, Where, check_claims, in_force, moments_of
from builder.sessions.curate import given_twice


class Rules(Value, frozen=True):
    """Everything besides the records that decides what the sessions are."""

    grouping: Grouping = Grouping()
    zone: str = "UTC"
    day_starts_at_minutes: int = 0
    vjs: tuple[Vj, ...] = ()
    curations: tuple[Curation, ...] = ()
    slug_key: bytes = b""
    posters: str = "generated"  # or "provider"
    expired_before_ms: int | None = None  # an expiry before this instant counts as passed (DESIGN "Now")

    def digest(self) -> str:
        """Return a digest of all that regroups every session when it changes.

        `expired_before_ms` is left out: it moves with every new day of recordings and concerns only the sessions
        whose expiry lies between the old instant and the new one. Of a profile only its claims and gaps count.
        """
        profiles = [(vj.slug, vj.streams, vj.gap_ms) for vj in self.vjs]
        rest = msgspec.structs.replace(self, vjs=(), expired_before_ms=None)
        return blake2b(msgspec.json.encode((rest, profiles)), digest_size=16).hexdigest()


class Owner(Value, frozen=True):
    """Whose stream it is, and the longest hole inside one of their sessions."""

    slug: str
    gap_ms: int


Owners = tuple[Sequence[Owner], Sequence[int]]  # of a stream: one after the other, and the moments between them


class Rulebook:
    """The lookups that grouping needs, built once for many islands."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.days = BroadcastDays(load_zone(rules.zone), rules.day_starts_at_minutes)
        self._claims = Claims(rules.vjs)
        self._owners: dict[StreamKey, Owners] = {}
        self._windows: defaultdict[str, list[Window]] = defaultdict(list)
        self._by_id: defaultdict[str, list[Curation]] = defaultdict(list)
        self._by_address: defaultdict[str, list[Curation]] = defaultdict(list)
        self._by_window: defaultdict[Window, list[Curation]] = defaultdict(list)
        self.merges: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        self.splits: defaultdict[str, set[str]] = defaultdict(set)  # … and what the files that part there speak of
        for curation in sorted(rules.curations, key=lambda curation: curation.source):
            self._learn(curation)
        self.has_borders = bool(self._windows) or self._claims.any_ends  # between recordings of any stream
        self.named = frozenset((*self.splits, *self._by_id, *self.merges))  # what people speak of by name

    def _learn(self, curation: Curation) -> None:
        for identity in dict.fromkeys(curation.recordings or curation.merge):
            self._by_id[identity].append(curation)
        if parsed := parse_session_id(curation.address):
            self._by_address[session_id(*parsed)].append(curation)
        for identity in dict.fromkeys(curation.merge):
            self.merges[identity].append(tuple(dict.fromkeys(curation.merge)))
        for identity in curation.split_before:
            self.splits[identity].update(curation.recordings)
        if curation.window is not None:
            self._by_window[curation.window].append(curation)
            if curation.window not in self._windows[curation.window.stream_id]:
                self._windows[curation.window.stream_id].append(curation.window)

    # Broadcasters ------------------------------------------------------------------------------------------------

    def owner(self, stream: StreamKey, at_ms: int) -> Owner:
        """Return whose stream it is at a moment; one that nobody claims has a private slug."""
        owners, handovers = self._owners_of(stream)
        return owners[bisect_right(handovers, at_ms)]

    def steady_owner(self, stream: StreamKey) -> Owner | None:
        """Return the one owner of a stream, or None when it depends on the time."""
        owners, handovers = self._owners_of(stream)
        return None if handovers else owners[0]

    def handovers(self, stream: StreamKey) -> Sequence[int]:
        """Return the moments at which a stream passes from one owner to the next, by time."""
        return self._owners_of(stream)[1]

    def _owners_of(self, stream: StreamKey) -> Owners:
        try:
            return self._owners[stream]
        except KeyError:
            return self._owners.setdefault(stream, self._in_turn(stream))

    def _in_turn(self, stream: StreamKey) -> Owners:
        claims = self._claims.of(stream)
        owners, handovers = [self._owner(stream, in_force(claims, BEGINNING_MS))], []
        for moment in moments_of(claims):
            owner = self._owner(stream, in_force(claims, moment))
            if owner != owners[-1]:
                owners.append(owner)
                handovers.append(moment)
        return owners, handovers

    def _owner(self, stream: StreamKey, claim: Claim | None) -> Owner:
        """Make the owner by a claim; the gap is the claim's own, else its profile's, else the site's.

        Files whose stream nobody told may be of many: they are never neighbours.
        """
        told = (claim.told.gap_ms, claim.vj.gap_ms) if claim else ()
        gap_ms = next((gap_ms for gap_ms in told if gap_ms is not None), self.rules.grouping.gap_ms)
        slug = claim.vj.slug if claim else private_slug(stream, self.rules.slug_key)
        return Owner(slug, gap_ms if stream.stream_id else 0)

    # Grouping ----------------------------------------------------------------------------------------------------

    def windows_of(self, stream: StreamKey) -> list[Window]:
        """Return the windows that claim recordings of a stream."""
        windows = self._windows.get(stream.stream_id)
        return [window for window in windows if _about(window, stream)] if windows else []

    def may_part(self, stream: StreamKey) -> bool:
        """Say whether windows or claims may part the recordings of a stream."""
        return self.has_borders and bool(self.windows_of(stream) or self.handovers(stream))

    def window_at(self, stream: StreamKey, middle_ms: int) -> Window | None:
        """Return the window that claims a recording by the midpoint of its content."""
        if stream.stream_id not in self._windows:
            return None
        return next((w for w in self.windows_of(stream) if w.from_ms <= middle_ms < w.to_ms), None)

    def merges_of(self, recording: Recording) -> list[tuple[str, ...]]:
        """Return the lists of file ids that belong in one session with this recording."""
        merges = self.merges
        return [ids for name in names_of(recording) for ids in merges.get(name, ())] if merges else []

    def is_split(self, recording: Recording) -> bool:
        """Say whether a session must begin with this recording."""
        return not self.splits.keys().isdisjoint(names_of(recording))

    def spoken_of(self, head: Recording) -> set[str]:
        """Return the recordings that are named by those who let a session begin with this one."""
        return {name for own in names_of(head) if own in self.splits for name in self.splits[own]}

    # Curation ----------------------------------------------------------------------------------------------------

    def is_addressed(self, address: str) -> bool:
        """Say whether people speak of a session by this address."""
        return address in self._by_address

    def curations_of(
        self, recordings: Iterable[Recording], addresses: Iterable[str], window: Window | None
    ) -> list[Curation]:
        """Return what people say of a session, by source: named by a recording, an address or its window."""
        found: dict[str, Curation] = {}
        if self._by_id:
            for recording in recordings:
                for name in names_of(recording):
                    found.update({curation.source: curation for curation in self._by_id.get(name, ())})
        if self._by_address:
            for address in addresses:
                found.update({curation.source: curation for curation in self._by_address.get(address, ())})
        if window is not None:
            found.update({curation.source: curation for curation in self._by_window[window]})
        return [found[source] for source in sorted(found)]


def names_of(recording: Recording) -> tuple[str, ...]:
    """Return the texts by which people may name a recording: its key, and its file id when that differs."""
    if not recording.file_id or recording.file_id == recording.key:
        return (recording.key,)
    return recording.key, recording.file_id


def check_rules(rules: Rules, where: Where = lambda file, _field: file) -> None:
    """Raise `ConfigError` for rules that contradict each other; `where` names the places.

    Equal claims of two profiles that overlap in time, overlapping windows of one stream, and a key that two files give
    the session which both name by the same recording or address.
    """
    check_claims(rules.vjs, where)
    curations = sorted(rules.curations, key=lambda curation: curation.source)
    _check_windows(curations, where)
    _check_keys(curations, where)


def _check_windows(curations: Iterable[Curation], where: Where) -> None:
    claimed: defaultdict[str, list[Curation]] = defaultdict(list)
    for curation in curations:
        if curation.window is not None:
            claimed[curation.window.stream_id].append(curation)
    for same_stream in claimed.values():
        for one, two in combinations(same_stream, 2):
            if one.window and two.window and _overlap(one.window, two.window):
                raise ConfigError(
                    f"{where(two.source, 'window')}: `window` overlaps the window of {where(one.source, 'window')}",
                    hint="a recording can belong to one window only; move one of their ends",
                )


def _check_keys(curations: Iterable[Curation], where: Where) -> None:
    speaking: defaultdict[str, list[Curation]] = defaultdict(list)
    for two in curations:
        for name in dict.fromkeys((*two.recordings, *([two.address] if two.address else []))):
            for one in speaking[name]:
                for key in given_twice(one, two)[:1]:
                    raise ConfigError(
                        f"{where(two.source, key)}: `{key}` is given by {where(one.source, key)} too,"
                        " for the same session",
                        hint="keep the key in one of the two files",
                    )
            speaking[name].append(two)


def _overlap(one: Window, two: Window) -> bool:
    return (
        max(one.from_ms, two.from_ms) < min(one.to_ms, two.to_ms)
        and (not one.app or not two.app or one.app == two.app)
        and (not one.appname or not two.appname or one.appname == two.appname)
    )


def _about(window: Window, stream: StreamKey) -> bool:
    return (not window.app or window.app == stream.app) and (not window.appname or window.appname == stream.appname)
