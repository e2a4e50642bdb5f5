"""Settings: what people decided and which program it is, as digests; and which records a change of them concerns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import msgspec

import builder
from builder.addresses import parse_session_id, session_id
from builder.catalog.deriving import Setting
from builder.catalog.numbers import base_numbers
from builder.catalog.rows import encode, stream_id_number
from builder.model import Curation, StreamClaim, Vj
from builder.sessions import Rules
from builder.sessions.claims import compiled_glob
from builder.sessions.links import LINK_REACH_MS

Claiming = TypeVar("Claiming", Vj, Curation)
CODE = ("addresses.py", "config.py", "media.py", "secret_names.py", "catalog", "model", "sessions", "sources")


class Concern(msgspec.Struct):
    """What a changed setting is about."""

    bases: set[int] = msgspec.field(default_factory=set)  # recordings to group again
    judged: set[int] = msgspec.field(default_factory=set)  # recordings whose media host must be judged again
    sessions: set[str] = msgspec.field(default_factory=set)

    def __len__(self) -> int:
        return len(self.bases | self.judged)


def digest_of(setting: Setting) -> str:
    """Return a digest of all that decides sessions besides the records."""
    told = (setting.rules.digest(), encode(setting.media), code_digest())
    return blake2b(encode(told), digest_size=16).hexdigest()


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return a digest of the code that reads, merges and groups: other code may see other things in the records."""
    root = Path(builder.__file__).parent
    digest = blake2b(digest_size=12)
    for name in CODE:
        place = root / name
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def kept(setting: Setting) -> Setting:
    """Return a setting without what never matters to sessions: what profiles say besides their claims."""
    vjs = tuple(Vj(slug=vj.slug, name="", streams=vj.streams, gap_ms=vj.gap_ms) for vj in setting.rules.vjs)
    return Setting(msgspec.structs.replace(setting.rules, vjs=vjs, expired_before_ms=None), setting.media)


def concern(connection: sqlite3.Connection, old: Setting, setting: Setting, limit: int) -> Concern | None:
    """Return what the difference between the stored setting and the new one is about; None when that is too much.

    Profiles and curation name what they are about; any other change is about everything.
    """
    new = kept(setting)
    if clock_of(old) != clock_of(new):
        return None  # rows hold the hour and weekday of every session, also of those that are otherwise the same
    found = Concern()
    if without_names(old.rules) != without_names(new.rules) or old.media != new.media:
        rows = connection.execute("SELECT base FROM recordings LIMIT ?", (limit + 1,))
        found.bases = {base for (base,) in rows}
        if old.media != new.media:
            found.judged = found.bases
    for vj in differing(old.rules.vjs, new.rules.vjs):
        for claim in vj.streams:
            found.bases |= claimed(connection, claim, limit)
    for curation in differing(old.rules.curations, new.rules.curations):
        add_curation(connection, curation, found)
    return None if len(found) > limit else found


def clock_of(setting: Setting) -> tuple[str, int]:
    """Return what decides how the local clock stood when a session began."""
    return setting.rules.zone, setting.rules.day_starts_at_minutes


def without_names(rules: Rules) -> Rules:
    return msgspec.structs.replace(rules, vjs=(), curations=())


def differing(old: Iterable[Claiming], new: Iterable[Claiming]) -> list[Claiming]:
    """Return what is on one side only."""
    before = {encode(each): each for each in old}
    after = {encode(each): each for each in new}
    gone = [before[key] for key in sorted(before.keys() - after.keys())]
    return gone + [after[key] for key in sorted(after.keys() - before.keys())]


def claimed(connection: sqlite3.Connection, claim: StreamClaim, limit: int) -> set[int]:
    """Return the recordings of the streams that a claim may be about."""
    if claim.exact:
        numbers = {stream_id_number(claim.pattern)}
    else:
        glob = compiled_glob(claim.pattern)
        rows = connection.execute("SELECT stream_id, stream FROM streams")
        numbers = {number for stream_id, number in rows if glob.fullmatch(stream_id)}
    found: set[int] = set()
    for number in sorted(numbers):
        rows = connection.execute("SELECT base FROM recordings WHERE stream=? LIMIT ?", (number, limit + 1))
        found.update(base for (base,) in rows)
        if len(found) > limit:
            break
    return found


def add_curation(connection: sqlite3.Connection, curation: Curation, found: Concern) -> None:
    """Add what a curation file is about, and the sessions it shaped until now.

    A window takes recordings from between others, which may have been one island by them: so it is about all that
    these reached, also where `max_length` had cut the island into sessions that hold none of them. No gap limit is
    longer than the reach of a link.
    """
    for name in (*curation.recordings, *curation.merge, *curation.split_before):
        found.bases.update(base_numbers(name))
    if parsed := parse_session_id(curation.address):
        identity = session_id(*parsed)
        found.sessions.add(identity)
        rows = connection.execute("SELECT session FROM aliases WHERE alias=?", (identity,))
        found.sessions.update(session for (session,) in rows)
    if (window := curation.window) is not None:
        rows = connection.execute(
            "SELECT base FROM recordings WHERE stream=? AND start_ms<=? AND end_ms>=?",
            (stream_id_number(window.stream_id), window.to_ms + LINK_REACH_MS, window.from_ms - LINK_REACH_MS),
        )
        found.bases.update(base for (base,) in rows)
    rows = connection.execute("SELECT session FROM curated WHERE source=?", (curation.source,))
    found.sessions.update(session for (session,) in rows)
