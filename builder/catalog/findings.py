"""What the catalog itself finds wrong with records: conflicts, unlisted hosts, curation that matches nothing.

And the tallies that counts are made from, so that no count walks a table. For each recording one notice is `accepted`
(or `quarantined` while its host is not listed) and the others are `duplicate`; notices about files whose facts nobody
told are `ignored` until someone does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from itertools import islice, pairwise

import msgspec

from builder.addresses import load_zone, parse_session_id
from builder.catalog.numbers import base_numbers
from builder.catalog.rows import Known, decode_session, encode, overwritten_in
from builder.media import host_of
from builder.model import Counts, Curation, Problem, Session, Trim
from builder.sessions import Rules, chapters_outside, given_twice, hidden_ends, leaves_nothing
from builder.sessions.curate import UNSEEN
from builder.sessions.record import instant
from builder.sources.fields import WIDE_DIGIT
from builder.wording import count

WORDS = {"end_ms": "end", "start_ms": "start", "duration_ms": "duration", "size_bytes": "size", "bps": "bitrate"}
FENCE_MS = 60_000  # pages tell minutes: whoever copies an end from there does not mean to hide anything yet
ABOUT_CURATION = ("curation_unmatched", "curation_twice", "trim_too_long", "trim_outside", "chapter_outside")
TALLIES = ("usable", "unusable", "unclaimed", "events", "sessions")
_decode = msgspec.msgpack.Decoder(Problem).decode


def conflict(connection: sqlite3.Connection, base: int, key: str, fields: Collection[str], losers: int) -> None:
    """Note that notices of one recording tell different facts."""
    names = ", ".join(f"`{WORDS.get(field, field)}`" for field in fields)
    told = count(losers, "notification tells", "notifications tell")
    two = " (two files need an id each)" if "url" in fields else ""
    message = f"{told} another {names} of {named(key, 'this file')}{two}"
    _put(connection, base, Problem("conflict", message, file_id=key))


def overwritten(connection: sqlite3.Connection, key: str, newer: str) -> None:
    """Note that a recording counts as written over by a newer one under its address."""
    _put(connection, base_numbers(key)[0], Problem("overwritten", written_over(newer), field="url", file_id=key))


def written_over(newer: str, place: str = "") -> str:
    """Say that another file has the address; `place` is where that one was told."""
    where = f" ({place})" if place else ""
    name = named(newer, "")
    which = f"the newer file {name}" if name else "a newer file"
    return (
        f"is also that of {which}{where}, so this file counts as written over and is not shown; "
        "correct the address if it was copied by mistake"
    )


def named(key: str, nameless: str) -> str:
    """Name a recording by its id; the key of one that was told none says nothing to a person."""
    return nameless if key.startswith(("url:", "row:")) else f"`{key[:80]}`"


def refused(connection: sqlite3.Connection, base: int, key: str, host: str) -> None:
    """Note that a recording waits for its media host to be listed."""
    message = f"expected a host of `media.hosts`, found `{host}`; add it to `media.hosts` in site.yaml to use it"
    _put(connection, base, Problem("media_host", message, field="url", file_id=key, quarantined=True))


def note(connection: sqlite3.Connection, known: Known) -> None:
    """Note what is wrong with a recording."""
    recording = known.recording
    if known.conflict:
        conflict(connection, known.base, recording.key, known.conflict, known.losers)
    if not known.usable:
        refused(connection, known.base, recording.key, host_of(recording.url))


def _put(connection: sqlite3.Connection, base: int, problem: Problem) -> None:
    row = (problem.code, problem.file_id, base, encode(problem))
    connection.execute("INSERT OR REPLACE INTO findings VALUES(?,?,?,?)", row)


def overwritten_bases(before: Session | None, after: Session | None) -> Iterable[int]:
    """Return the base numbers of the recordings that a change of their session shows to be written over."""
    found = overwritten_in(after) if after is not None else []
    known = overwritten_in(before) if before is not None else []
    return [base_numbers(key)[0] for key, newer in found if (key, newer) not in known]


def forget_overwritten(connection: sqlite3.Connection, pairs: Iterable[tuple[str, str]]) -> None:
    """Forget that recordings were written over: (key, key of the newer one)."""
    keys = [(key,) for key, _ in pairs]
    connection.executemany("DELETE FROM findings WHERE code='overwritten' AND name=?", keys)


def forget(connection: sqlite3.Connection, base: int) -> None:
    """Forget what was found about the recordings of a base number."""
    connection.execute("DELETE FROM findings WHERE base=? AND code IN ('conflict', 'media_host')", (base,))


def match_curations(connection: sqlite3.Connection, rules: Rules) -> list[Problem]:
    """Note every curation that matches no session, or does not fit the one it matches, and return those notes."""
    connection.execute(f"DELETE FROM findings WHERE code IN {ABOUT_CURATION}")
    by_source = {curation.source: curation for curation in sorted(rules.curations, key=lambda one: one.source)}
    worded = partial(_local, zone=load_zone(rules.zone))
    found = [
        problem
        for curation in by_source.values()
        for problem in (_mismatch(connection, curation, worded), _given_twice(connection, curation, by_source))
        if problem
    ]
    rows = [(problem.code, problem.source, 0, encode(problem)) for problem in found]
    connection.executemany("INSERT OR REPLACE INTO findings VALUES(?,?,?,?)", rows)
    return found


def about_curations(connection: sqlite3.Connection) -> list[Problem]:
    """Return the notes of `match_curations` that stand."""
    rows = connection.execute(f"SELECT item FROM findings WHERE code IN {ABOUT_CURATION} ORDER BY name, code")
    return [_decode(item) for (item,) in rows]


def note_denied(connection: sqlite3.Connection, problems: Iterable[Problem]) -> None:
    """Note the places that may not be read now, in place of those that could not be before."""
    connection.execute("DELETE FROM findings WHERE code='unreadable_file'")
    rows = [(problem.code, problem.source, 0, encode(problem)) for problem in problems]
    connection.executemany("INSERT INTO findings VALUES(?,?,?,?)", rows)


def denied(connection: sqlite3.Connection) -> list[Problem]:
    rows = connection.execute("SELECT item FROM findings WHERE code='unreadable_file' ORDER BY name")
    return [_decode(item) for (item,) in rows]


def _mismatch(connection: sqlite3.Connection, curation: Curation, worded: Callable[[int], str]) -> Problem | None:
    if not is_matched(connection, curation):
        field, why = unmatched(connection, curation)
        if curation.visibility in UNSEEN or curation.trim:
            why += "; so it hides nothing, and what else there is of that broadcast is public"
        elif curation.visibility == "unlisted":
            why += "; so it keeps nothing out of lists, and what else there is of that broadcast is in them"
        return Problem("curation_unmatched", f"matches no session: {why}", field=field, source=curation.source)
    if idle := _idle(connection, curation):
        (field, name), *more = idle
        message = f"has no effect: no recording has the id `{name[:80]}`"
        message += "".join(f"; neither has `{other}`: none has the id `{name[:80]}`" for other, name in more)
        return Problem("curation_unmatched", message, field=field, source=curation.source)
    if vain := _split_in_vain(connection, curation) or _merged_in_vain(connection, curation):
        return Problem("curation_unmatched", vain[1], field=vain[0], source=curation.source)
    if curation.trim is None and not curation.chapters:
        return None
    bodies = connection.execute(
        "SELECT s.body FROM curated AS c JOIN sessions AS s ON s.id=c.session WHERE c.source=? ORDER BY s.id",
        (curation.source,),
    )
    sessions = [decode_session(body) for (body,) in bodies]
    return (
        _trimmed_away(curation, sessions, worded)
        or _idle_trim(curation, sessions, worded)
        or _outside(curation, sessions)
    )


def _local(ms: int, zone: tzinfo) -> str:
    """Write a moment as a person may in a curation: by the site's clock, with its offset."""
    try:
        local = datetime.fromtimestamp(ms // 1000, zone).replace(microsecond=ms % 1000 * 1000)
    except (ValueError, OverflowError):  # a slip in the year can lie outside of all calendars
        return instant(ms)
    return local.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")


def _idle(connection: sqlite3.Connection, curation: Curation) -> list[tuple[str, str]]:
    """Return of `split` and `merge` the first id that no recording has, beside the key."""
    found = []
    for field, names in (("split", curation.split_before), ("merge", curation.merge)):
        # Of `recordings`, which `merge` adds to, any one is enough.
        unknown = (name for name in names if name not in curation.recordings and not _is_known(connection, name))
        found += [(field, name) for name in islice(unknown, 1)]
    return found


def _split_in_vain(connection: sqlite3.Connection, curation: Curation) -> tuple[str, str] | None:
    """Return `split` and what it does in vain; of a file that is in no session nobody knows yet."""
    for name in curation.split_before:
        identity = session_of(connection, name)
        row = connection.execute("SELECT body FROM sessions WHERE id=?", (identity,)).fetchone()
        if row is None:
            continue
        reasons = decode_session(row[0]).reasons
        partings = {reason.rule for reason in reasons if name in reason.keys}
        if "split" in partings:
            continue
        if "split_astray" in partings:
            return "split", f"parts another broadcast than that of `recordings`, before `{name[:80]}`"
        if any(reason.rule == "window" for reason in reasons):
            return "split", f"has no effect: `{name[:80]}` lies in a `window`, which nothing parts"
        why = f"nothing before `{name[:80]}` would be in one replay with it, or a `merge` keeps them together"
        return "split", f"has no effect: {why}"
    return None


def _merged_in_vain(connection: sqlite3.Connection, curation: Curation) -> tuple[str, str] | None:
    """Return `merge` and what keeps its files apart: what a window claims is merged with nothing."""
    homes = {name: home for name in curation.merge if (home := session_of(connection, name))}
    if len(set(homes.values())) < 2:
        return None
    one, other = next((one, other) for one, other in pairwise(homes) if homes[one] != homes[other])
    return "merge", f"has no effect: a `window` claims `{one[:80]}` or `{other[:80]}`, so they stay apart"


def session_of(connection: sqlite3.Connection, key: str) -> str:
    """Return the session of a recording, "" when it is in none."""
    query = "SELECT session FROM recordings WHERE base=? AND key=? LIMIT 1"
    rows = [connection.execute(query, (base, key)).fetchone() for base in base_numbers(key)]
    return next((row[0] for row in rows if row and row[0]), "")


def _given_twice(
    connection: sqlite3.Connection, curation: Curation, by_source: Mapping[str, Curation]
) -> Problem | None:
    """Say that a curation gives a key which another, before it, gives too: the records made their sessions one."""
    firsts = connection.execute(
        "SELECT DISTINCT other.source FROM curated AS own JOIN curated AS other ON other.session=own.session"
        " WHERE own.source=? AND other.source<own.source ORDER BY other.source",
        (curation.source,),
    )
    keys_of: dict[str, list[str]] = {}
    told = {"aliases"}  # all of them hold
    for (first,) in firsts:
        if keys := [key for key in given_twice(by_source[first], curation) if key not in told]:
            keys_of[first] = keys
            told.update(keys)
    if not keys_of:
        return None
    every = [key for keys in keys_of.values() for key in keys]
    given = "; ".join(f"{_listed(keys)} given by {first} too" for first, keys in keys_of.items())
    message = f"{given}, for the same session, and {_counting(every)}"
    return Problem("curation_twice", message, field=every[0], source=curation.source)


def _listed(keys: Sequence[str]) -> str:
    *most, last = (f"`{key}`" for key in keys)
    return f"{', '.join(most)} and {last} are" if most else f"{last} is"


def _counting(keys: Sequence[str]) -> str:
    """Say which of two files counts for keys that both give."""
    hiding = [f"`{key}`" for key in keys if key in ("visibility", "trim")]
    if len(hiding) == len(keys):
        return "what hides more counts"
    return "that file counts" + (f", of {' and '.join(hiding)} what hides more" if hiding else "")


def _trimmed_away(curation: Curation, sessions: Iterable[Session], worded: Callable[[int], str]) -> Problem | None:
    trim = curation.trim
    gone = next((session for session in sessions if leaves_nothing(session)), None) if trim is not None else None
    if trim is None or gone is None:
        return None
    seconds = (gone.end_ms - gone.start_ms) / 1000
    message = (
        f"`trim` takes {hidden_ends(trim, worded)} of a broadcast of {seconds:.10g} s,"
        " which leaves nothing; the replay is hidden"
    )
    return Problem("trim_too_long", message, field="trim", source=curation.source)


def _idle_trim(curation: Curation, sessions: Sequence[Session], worded: Callable[[int], str]) -> Problem | None:
    """Say of a moment of a trim that it hides nothing: with a slip in the date or the zone all would be shown."""
    trim = curation.trim or Trim()
    idle = []
    if trim.from_ms is not None and all(trim.from_ms <= session.whole.start_ms - FENCE_MS for session in sessions):
        idle.append(f"`from` ({worded(trim.from_ms)}) is before the broadcast began")
    if trim.to_ms is not None and all(trim.to_ms >= session.whole.end_ms + FENCE_MS for session in sessions):
        idle.append(f"`to` ({worded(trim.to_ms)}) is after the broadcast ended")
    message = f"in `trim`, {' and '.join(idle)}, which hides nothing; check date and zone"
    return Problem("trim_outside", message, field="trim", source=curation.source) if idle else None


def _outside(curation: Curation, sessions: Iterable[Session]) -> Problem | None:
    spans = [(session.whole.start_ms, session.whole.end_ms) for session in sessions]
    outside = [chapter.title for span in spans for chapter in chapters_outside(curation.chapters, *span)]
    if not outside:
        return None
    message = f"{len(outside)} of `chapters` outside the broadcast and not shown, the first is `{outside[0][:80]}`"
    return Problem("chapter_outside", message, field="chapters", source=curation.source)


def _is_known(connection: sqlite3.Connection, key: str) -> bool:
    query = "SELECT 1 FROM recordings WHERE base=? AND key=? LIMIT 1"
    return any(connection.execute(query, (base, key)).fetchone() for base in base_numbers(key))


def is_matched(connection: sqlite3.Connection, curation: Curation) -> bool:
    query = "SELECT 1 FROM curated WHERE source=? LIMIT 1"
    return connection.execute(query, (curation.source,)).fetchone() is not None


def unmatched(connection: sqlite3.Connection, curation: Curation) -> tuple[str, str]:
    """Return the key by which a curation matches no session, and why; its recording may be there in vain."""
    if known := next((key for key in curation.recordings if _is_known(connection, key)), ""):
        return "recordings", f"the recording `{known[:80]}` is in none; `aftercast explain {known[:80]}` says why"
    if curation.recordings:
        hint = "; write the digits of ids in half-width" if any(map(WIDE_DIGIT.search, curation.recordings)) else ""
        hint = "; an address stands under `address`" if any(map(parse_session_id, curation.recordings)) else hint
        return "recordings", f"none has the recording `{curation.recordings[0][:80]}`{hint}"
    if curation.address:
        return "address", f"none has the address `{curation.address}`"
    if curation.window:
        return "window", "no recording lies in its `window`"
    return "recordings", "no recording is named"


def found_about(connection: sqlite3.Connection, base: int) -> list[Problem]:
    rows = connection.execute("SELECT item FROM findings WHERE base=? ORDER BY code, name", (base,))
    return [_decode(item) for (item,) in rows]


# --- counts ---


def tallies(connection: sqlite3.Connection) -> dict[str, int]:
    rows = dict(connection.execute("SELECT name, value FROM meta WHERE name LIKE 'tally:%'"))
    return {name: int(rows.get(f"tally:{name}", 0)) for name in TALLIES}


def store_tallies(connection: sqlite3.Connection, **values: int) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO meta VALUES(?,?)", [(f"tally:{name}", value) for name, value in values.items()]
    )


def add_to_tallies(connection: sqlite3.Connection, steps: Mapping[str, int]) -> None:
    before = tallies(connection)
    store_tallies(connection, **{name: before[name] + step for name, step in steps.items() if step})


def counts(connection: sqlite3.Connection) -> Counts:
    """Count what became of every record of the catalog."""
    read, ignored, quarantined = connection.execute(
        "SELECT coalesce(sum(read), 0), coalesce(sum(ignored), 0), coalesce(sum(quarantined), 0) FROM files"
    ).fetchone()
    tally = tallies(connection)
    accepted = tally["usable"] + tally["events"]
    ignored += tally["unclaimed"]
    quarantined += tally["unusable"]
    return Counts(read, accepted, read - accepted - ignored - quarantined, ignored, quarantined)
