"""Notices of one identity → the recording they tell of. Pure: the same notices give the same recording in any order.

Three layers (DESIGN "Identity and merge"). *Told once*: stream, times, length, format, size, URL come whole from one
notice, the smallest by (receiver's verdict, signed t, what it leaves out, canonical bytes). Three exceptions: a
playlist that has grown, an end that was guessed, in whose place stand the times that would be told without the guesses,
and an address that is missing, which somebody may tell who knows no times.
*Filled*: every other field from the newest notice that has it. *Sticky*: deleted, forbidden and archived hold from the
newest statement about them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec
from msgspec.structs import astuple, replace

from builder import media
from builder.model import VERDICT_RANK, Filled, Notice, Recording, StreamKey, Told, Value, is_library_id, whereabouts
from builder.sessions.intervals import MISMATCH_MS
from builder.sources.verify import VALID_SECONDS

NO_TIME = 2**63  # sorts behind every signed t
ANNOUNCED_BEFORE_T_MS = VALID_SECONDS * 1000
SEVERITY = {"deleted": 3, "forbidden": 2, "archived": 1, "normal": 0}
FILLED = Filled.__struct_fields__
LAYER_ONE = ("format", "end_ms", "start_ms", "duration_ms", "size_bytes", "url", "stream", "bps", "resolution", "codec")
TIMES = frozenset({"end_ms", "start_ms", "duration_ms"})
ROUNDED = {"end_ms": "times_ms", "start_ms": "times_ms", "duration_ms": "length_ms", "size_bytes": "size_bytes"}
UNTOLD = (None, "", 0, "other")  # "other" is the format where none was told
GUESSED = "end_from_creation"  # the flag of an end that nobody told
NAMELESS = "no_stream"  # the flag of a list that names no stream
NO_ADDRESS = "no_address"  # the flag of a list that knows none
EMPTY = Filled()

_encode = msgspec.msgpack.Encoder().encode


class Merged(msgspec.Struct, frozen=True, gc=False):
    """A recording, its stream still as told, and what stood behind it. No recording: nobody told its facts."""

    recording: Recording | None
    notices: int
    conflict: tuple[str, ...] = ()  # fields in which a notice that lost contradicts the one that stands
    losers: int = 0  # how many notices contradict it


def identity(notice: Notice) -> str:
    """Return what decides which recording a notice is about; empty when it names none."""
    if notice.file_id:
        return notice.file_id
    told = notice.told
    if told is None:
        return ""
    if told.url:
        return f"url:{told.url.partition('://')[2]}"  # the port as told: a published key stays as it is
    facts = _encode((told.stream, told.format, told.start_ms, told.end_ms, told.size_bytes))
    return f"row:{blake2b(facts, digest_size=15).hexdigest()}"


def merge(notices: Iterable[Notice]) -> list[Merged]:
    """Merge the notices of one identity; several recordings only where notices carry different appids.

    A repeated notice changes nothing but the count. Notices without an appid go with the smallest one; statements that
    tell no facts (deleted, expires) are about every recording of the identity.
    """
    everything = list(notices)
    if not everything:
        return []
    if len(everything) == 1:
        return [lone(everything[0], 1)]
    accounts = accounts_of(everything)
    if len(accounts) < 2:
        return [merge_one(identity(everything[0]), everything)]
    groups: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in everything:
        if notice.told is not None or notice.appid in accounts:
            groups[key_of(notice, accounts)].append(notice)
    plain = [notice for notice in everything if notice.told is None and notice.appid not in accounts]
    return [merge_one(key, groups[key] + plain, counted=len(groups[key])) for key in sorted(groups)]


def accounts_of(notices: Iterable[Notice]) -> list[str]:
    """Return the accounts that tell of a file under one identity, sorted."""
    return sorted({notice.appid for notice in notices if notice.appid and notice.told})


def key_of(notice: Notice, accounts: Sequence[str]) -> str:
    """Return the key of the recording that a notice tells of; the first of the accounts has the plain one."""
    key = identity(notice)
    return key if not notice.appid or notice.appid == accounts[0] else f"{key}@{notice.appid}"


def lone(notice: Notice, count: int) -> Merged:
    """Return what a notice tells that stands alone, or that came `count` times unchanged."""
    if notice.told is None:
        return Merged(None, count)
    status = "" if notice.status == "normal" else notice.status
    layers = (notice.told, notice.filled)
    return Merged(_recording(notice.file_id or identity(notice), notice, layers, notice.flags, status), count)


def merge_one(key: str, notices: Sequence[Notice], *, counted: int | None = None) -> Merged:
    """Merge notices that are about one recording."""
    count = len(notices) if counted is None else counted
    telling = [notice for notice in notices if notice.told is not None]
    if not telling:
        return Merged(None, count)
    winner = _winner(telling)
    told = winner.told
    assert told is not None
    flags = winner.flags
    contradicted: set[str] = set()
    losers = 0
    for notice in telling:
        if notice.told == told:
            if notice.flags != flags:
                flags = tuple(sorted({*flags, *notice.flags}))
        elif differing := contradictions(winner, notice):
            losers += 1
            contradicted.update(differing)
    if GUESSED not in winner.flags:
        flags = _without(GUESSED, flags)  # somebody told what another guessed right
    earliest, filled, status = replace(winner, t=_earliest(notices)), _filled(notices), _status(notices)
    if _wants_address(winner, told, filled, status):
        told, flags = _with_address(told, filled.url), _without(NO_ADDRESS, flags)
    recording = _recording(key, earliest, (told, filled), flags, status)
    order = tuple(name for name in LAYER_ONE if name in contradicted)
    return Merged(recording, count, order, losers)


def _winner(telling: Sequence[Notice]) -> Notice:
    if len(telling) == 1:
        return telling[0]
    best = min(telling, key=_precedence)
    sure = [notice for notice in telling if GUESSED not in notice.flags]
    if not sure:
        return best
    if GUESSED in best.flags:
        return _with_told_times(best, _winner(sure))
    return _grown(best, sure)


def _grown(best: Notice, telling: Sequence[Notice]) -> Notice:
    """Return the longest self of a playlist that has grown, else the notice itself."""
    told = best.told
    assert told is not None
    if told.format != "hls" or not told.url or told.start_ms is None:
        return best
    selves = [n for n in telling if n.told and _is_self(told, n.told)]
    longest = max(n.told.end_ms for n in selves if n.told)
    if longest == told.end_ms:
        return best
    grown = min((n for n in selves if n.told and n.told.end_ms == longest), key=_precedence)
    assert grown.told is not None
    stream = _fuller(grown.told.stream, told.stream)
    flags = _without(NAMELESS, grown.flags) if stream.stream_id else grown.flags
    return replace(grown, told=replace(grown.told, stream=stream), flags=flags)


def _fuller(stream: StreamKey, other: StreamKey) -> StreamKey:
    """Return a grown playlist's stream with what a list leaves out and its earlier self told."""
    if not _compatible(stream, other):
        return stream
    return StreamKey(stream.stream_id or other.stream_id, stream.app or other.app, stream.appname or other.appname)


def _with_told_times(guess: Notice, teller: Notice) -> Notice:
    """Return the notice with the told times in place of its guess; the length it tells is told, if they hold it."""
    facts, told = guess.told, teller.told
    assert facts is not None
    assert told is not None
    length = told.duration_ms
    if length is None and _may_last(told, facts.duration_ms):
        length = facts.duration_ms
    times = replace(facts, start_ms=told.start_ms, end_ms=told.end_ms, duration_ms=length)
    precision = teller.precision or guess.precision
    return replace(guess, told=times, flags=_without(GUESSED, guess.flags), precision=precision)


def _wants_address(winner: Notice, told: Told, filled: Filled, status: str) -> bool:
    """Say whether to take an address from one that tells no facts; among library ids alone no two files share one."""
    return bool(filled.url) and not told.url and status != "archived" and is_library_id(winner.file_id)


def _with_address(told: Told, url: str) -> Told:
    form = told.format if told.format != "other" else media.SUFFIX_FORMATS.get(media.suffix_of(url), "other")
    return replace(told, url=url, format=form)


def _may_last(told: Told, length_ms: int | None) -> bool:
    """Say whether the times leave room for the length; a stream that stalls makes it shorter, nothing much longer."""
    if told.start_ms is None or length_ms is None or told.end_ms < told.start_ms:
        return True
    return length_ms <= told.end_ms - told.start_ms + MISMATCH_MS


def _without(flag: str, flags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in flags if one != flag)


def _is_self(told: Told, other: Told) -> bool:
    """Say whether both tell of one playlist from one start: then the later end is the same file, grown."""
    return whereabouts(told.url) == whereabouts(other.url) and told.start_ms == other.start_ms


def _precedence(notice: Notice) -> tuple[int, int, tuple[bool, bool, int], bytes, bytes]:
    """Sort key: the first in rank tells, among equals the one that leaves out least."""
    t = notice.t if notice.t is not None and notice.has_sign else NO_TIME
    return VERDICT_RANK[notice.verdict], t, _left_out(notice), canonical(notice.told), canonical(notice)


def _left_out(notice: Notice) -> tuple[bool, bool, int]:
    """Sort key: without the stream or the address no replay has its place or plays; else more facts are better."""
    told = notice.told
    assert told is not None  # the caller's choice
    facts = (*astuple(told.stream), *(getattr(told, name) for name in LAYER_ONE))
    is_bare = not told.stream.stream_id or not told.url
    return is_bare, GUESSED in notice.flags, sum(fact in UNTOLD for fact in facts)


def canonical(value: object) -> bytes:
    """Return the bytes that decide between facts of equal rank: what is told, by name."""
    return _encode(_by_name(value))


def _by_name(value: object) -> object:
    if not isinstance(value, Value):
        return value
    told = {name: getattr(value, name) for name in value.__struct_fields__}
    defaults = dict(zip(reversed(value.__struct_fields__), reversed(value.__struct_defaults__), strict=False))
    return {name: _by_name(each) for name, each in told.items() if name not in defaults or each != defaults[name]}


def contradictions(winner: Notice, loser: Notice) -> list[str]:
    """Return the fields in which both say something and the two cannot both be right."""
    told, other = winner.told, loser.told
    assert told is not None
    assert other is not None
    if told.format == "hls" and _is_self(told, other) and other.end_ms < told.end_ms:
        return []  # an earlier self of a growing playlist is no contradiction
    found = []
    for name in LAYER_ONE:
        one, two = getattr(told, name), getattr(other, name)
        if one == two or one in UNTOLD or two in UNTOLD:
            continue
        if name == "end_ms" and (GUESSED in winner.flags or GUESSED in loser.flags):
            continue
        if name in TIMES and abs(one - two) < 1000 and (one % 1000 == 0 or two % 1000 == 0):
            continue  # one source tells whole seconds only
        if name in ROUNDED and abs(one - two) <= _slack(winner, name) + _slack(loser, name):
            continue
        if name == "size_bytes" and told.format == other.format == "hls":
            continue  # one source weighs the playlist alone, another all its pieces (DOMAIN 1.1)
        if name == "url" and whereabouts(one) == whereabouts(two):
            continue
        if name == "stream" and _compatible(told.stream, other.stream):
            continue
        found.append(name)
    return found


def _slack(notice: Notice, name: str) -> int:
    """Return how far a told number may lie from the truth."""
    if notice.precision is None:
        return 0
    slack: int = getattr(notice.precision, ROUNDED[name])
    return slack


def _compatible(one: StreamKey, two: StreamKey) -> bool:
    if not one.stream_id or not two.stream_id:
        return True  # a list that names no stream contradicts none
    return one.may_be(two)


def _filled(notices: Sequence[Notice]) -> Filled:
    saying = [notice for notice in notices if notice.filled != EMPTY]
    if not saying:
        return EMPTY
    if all(notice.filled == saying[0].filled for notice in saying):
        return saying[0].filled
    newest_last = sorted(saying, key=lambda notice: (notice.stated_ms, canonical(notice.filled)))
    values: dict[str, object] = {}
    for notice in newest_last:
        for name in FILLED:
            value = getattr(notice.filled, name)
            if value or (name == "expires_ms" and value is not None):
                values[name] = value
    return replace(EMPTY, **values)


def _status(notices: Sequence[Notice]) -> str:
    stated = [(notice.stated_ms, SEVERITY[notice.status], notice.status) for notice in notices if notice.status]
    newest = max(stated)[2] if stated else ""
    return "" if newest == "normal" else newest


def _earliest(notices: Sequence[Notice]) -> int | None:
    return min((notice.t for notice in notices if notice.t is not None), default=None)


def _recording(key: str, notice: Notice, layers: tuple[Told, Filled], flags: tuple[str, ...], status: str) -> Recording:
    """Put a recording together; the notice's `t` is the earliest of all."""
    told, filled = layers
    if status == "archived":  # a fact about the file, not a reason to withdraw the page
        status, flags = "", tuple(sorted({*flags, "archived"}))
    sent_ms = told.end_ms
    if notice.t is not None:
        sent_ms = max(sent_ms, notice.t * 1000 - ANNOUNCED_BEFORE_T_MS)
    return Recording(
        key,
        told.stream,
        told.format,
        told.end_ms,
        sent_ms,
        notice.file_id,
        told.start_ms,
        told.duration_ms,
        told.size_bytes,
        told.url,
        told.bps,
        told.resolution,
        told.codec,
        filled.expires_ms,
        filled.cover_url,
        filled.renditions,
        filled.title,
        filled.tags,
        filled.task_id,
        filled.session_id,
        status,  # type: ignore[arg-type]  # one of the keys of SEVERITY or empty
        flags,
    )
