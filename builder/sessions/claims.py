"""Claims: which broadcaster a stream belongs to, at a moment.

Exact beats glob. Among claims of one kind the one with more literal characters wins, then the one that also names app
or path, then the one limited in time, then text order: the answer never depends on the order of files.
Two equal claims of different profiles that overlap in time are refused by `check_claims`; those that differ and meet on
a stream all the same, so that only the text order decides, are told by `contested`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import combinations

import msgspec

from builder.errors import ConfigError
from builder.model import StreamClaim, StreamKey, Vj

Where = Callable[[str, str], str]  # (a content file, a field of it) → the place as messages name it

BEGINNING_MS = -(2**62)
ENDLESS_MS = 2**62


class Claim(msgspec.Struct, frozen=True):
    """A claim and the profile that makes it."""

    vj: Vj
    told: StreamClaim
    glob: re.Pattern[str] | None

    @property
    def from_ms(self) -> int:
        return BEGINNING_MS if self.told.from_ms is None else self.told.from_ms

    @property
    def until_ms(self) -> int:
        return ENDLESS_MS if self.told.until_ms is None else self.told.until_ms

    @property
    def timeless(self) -> bool:
        return self.told.from_ms is None and self.told.until_ms is None

    def fits(self, stream: StreamKey) -> bool:
        """Say whether the claim is about this stream, whatever the time."""
        told = self.told
        if (told.app and told.app != stream.app) or (told.appname and told.appname != stream.appname):
            return False
        return told.pattern == stream.stream_id if self.glob is None else bool(self.glob.fullmatch(stream.stream_id))

    def strength(self) -> tuple[bool, int, int, bool]:
        """Sort key: the more exact claim comes first."""
        literal = sum(character not in "*?" for character in self.told.pattern)
        narrowed = bool(self.told.app) + bool(self.told.appname)
        return self.glob is not None, -literal, -narrowed, self.timeless

    def rank(self) -> tuple[tuple[bool, int, int, bool], str, str, bool]:
        """Sort key: the claim that wins comes first; of equal ones in one profile, one that says more."""
        return self.strength(), self.told.pattern, self.vj.slug, self.told.gap_ms is None

    def overlaps(self, other: Claim) -> bool:
        """Say whether two claims hold at one time."""
        return max(self.from_ms, other.from_ms) < min(self.until_ms, other.until_ms)


class Claims:
    """Every profile's claims, ready to be asked; `any_ends` says whether any holds for a limited time only."""

    def __init__(self, vjs: Iterable[Vj]) -> None:
        self._exact: defaultdict[str, list[Claim]] = defaultdict(list)
        self._globs: list[Claim] = []
        self.any_ends = False
        for claim in _claims(vjs):
            self.any_ends = self.any_ends or not claim.timeless
            if claim.told.exact:
                self._exact[claim.told.pattern].append(claim)
            else:
                self._globs.append(claim)

    def of(self, stream: StreamKey) -> list[Claim]:
        """Return the claims on a stream, the strongest first; nothing after the first that always holds."""
        fitting = [claim for claim in (*self._exact.get(stream.stream_id, ()), *self._globs) if claim.fits(stream)]
        fitting.sort(key=Claim.rank)
        always = next((place for place, claim in enumerate(fitting) if claim.timeless), len(fitting))
        return fitting[: always + 1]


def without_stream(vjs: Iterable[Vj], streams: Iterable[StreamKey]) -> list[Claim]:
    """Return the claims that fit none of these streams, by profile and text: too early, or a slip of the pen."""
    by_id: defaultdict[str, list[StreamKey]] = defaultdict(list)
    for stream in streams:
        by_id[stream.stream_id].append(stream)
    claims = sorted(_claims(vjs), key=lambda claim: (claim.vj.slug, claim.told.pattern))
    return [
        claim
        for claim in claims
        if not any(
            claim.fits(stream)
            for alike in ((by_id.get(claim.told.pattern, ()),) if claim.told.exact else by_id.values())
            for stream in alike
        )
    ]


def in_force(claims: list[Claim], at_ms: int) -> Claim | None:
    """Return what decides whose stream it is at a moment: the first claim that holds then."""
    return next((claim for claim in claims if claim.from_ms <= at_ms < claim.until_ms), None)


def moments_of(claims: Iterable[Claim]) -> list[int]:
    """Return the moments from which on another one of these claims may decide, by time."""
    told = {moment for claim in claims for moment in (claim.told.from_ms, claim.told.until_ms)}
    return sorted(moment for moment in told if moment is not None)


def contested(vjs: Collection[Vj], streams: Callable[[], Iterable[StreamKey]]) -> list[tuple[StreamKey, Claim, Claim]]:
    """Return the streams that two profiles claim alike for an overlapping time: the claim that wins, and the other one.

    `streams` is asked only when there are claims that might meet, which is seldom.
    """
    rivals = _rivals(vjs)
    if not rivals:
        return []
    claims = Claims(vjs)
    found = []
    for stream in streams():
        alike = [(one, two) for one, two in rivals if one.fits(stream) and two.fits(stream)]
        in_force = claims.of(stream) if alike else []
        found += [(stream, one, two) for one, two in alike if one in in_force]
    return found


def _rivals(vjs: Iterable[Vj]) -> list[tuple[Claim, Claim]]:
    """Return the pairs of claims that only the text order tells apart and that may fit one stream, by rank."""
    alike: defaultdict[tuple[object, ...], list[Claim]] = defaultdict(list)
    for claim in _claims(vjs):
        alike[claim.strength(), claim.told.pattern if claim.told.exact else ""].append(claim)
    pairs = [
        sorted(pair, key=Claim.rank)
        for claims in alike.values()
        for pair in _near(claims)
        if pair[0].vj.slug != pair[1].vj.slug and pair[0].overlaps(pair[1])
    ]
    meeting = [(one, two) for one, two in pairs if _may_meet(one.told.pattern, two.told.pattern)]
    return sorted(meeting, key=lambda pair: (pair[0].rank(), pair[1].rank()))


def _near(claims: Iterable[Claim]) -> Iterator[tuple[Claim, Claim]]:
    """Yield the pairs worth a look, without looking at all of them: thousands of profiles may claim by a glob each."""
    begun: list[tuple[str, Claim]] = []
    open_ended: list[tuple[str, Claim]] = []
    for claim in claims:
        first, last = _ends(claim.told.pattern)
        (begun if first else open_ended).append((first or last[::-1], claim))
    yield from _alike(begun)
    yield from _alike(open_ended)
    yield from ((one, two) for _, one in begun for _, two in open_ended)


def _alike(named: list[tuple[str, Claim]]) -> Iterator[tuple[Claim, Claim]]:
    """Yield the pairs of which one's text begins with the other's."""
    named.sort(key=lambda pair: pair[0])
    for place, (text, one) in enumerate(named):
        for after in range(place + 1, len(named)):
            if not named[after][0].startswith(text):
                break
            yield one, named[after][1]


def _may_meet(one: str, two: str) -> bool:
    """Say whether what two globs begin and end with allows one text to fit both."""
    (first, last), (other_first, other_last) = _ends(one), _ends(two)
    begin_alike = first.startswith(other_first) or other_first.startswith(first)
    return begin_alike and (last.endswith(other_last) or other_last.endswith(last))


def _ends(pattern: str) -> tuple[str, str]:
    """Return what stands before the first and behind the last wildcard."""
    parts = re.split(r"[*?]", pattern)
    return parts[0], parts[-1]


def check_claims(vjs: Iterable[Vj], where: Where) -> None:
    """Raise `ConfigError` when two profiles make equal claims that overlap in time; both places are named."""
    alike: defaultdict[tuple[bool, str, str, str], list[Claim]] = defaultdict(list)
    for vj in sorted(vjs, key=lambda vj: (vj.source, vj.slug)):
        for told in vj.streams:
            alike[told.exact, told.pattern, told.app, told.appname].append(Claim(vj, told, None))
    for equal in alike.values():
        for one, two in combinations(equal, 2):
            if one.vj.slug != two.vj.slug and one.overlaps(two):
                raise ConfigError(
                    f"{where(_file(two.vj), 'streams')}: `streams` claims `{two.told.pattern}`,"
                    f" which {where(_file(one.vj), 'streams')} claims too for an overlapping time",
                    hint="narrow one of the claims by `from`, `until`, `app` or `appname`",
                )


def _claims(vjs: Iterable[Vj]) -> Iterator[Claim]:
    for vj in vjs:
        for told in vj.streams:
            yield Claim(vj, told, None if told.exact else compiled_glob(told.pattern))


def _file(vj: Vj) -> str:
    return vj.source or f"vjs/{vj.slug}.md"


def compiled_glob(pattern: str) -> re.Pattern[str]:
    """Return the expression that whole stream ids of a glob match."""
    wild = {"*": ".*", "?": "."}
    collapsed = re.sub(r"\*+", "*", pattern)  # one star says as much as several, and matches in less time
    return re.compile("".join(wild.get(character) or re.escape(character) for character in collapsed), re.DOTALL)
