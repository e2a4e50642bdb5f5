"""The bulk load: everything is read and grouped anew, in streams of rows, without looking any row up.

1. A second process reads the files; this one stores the rows and spools them into buckets by stream.
2. Streams that a recording, a merge or a shared URL ties together are lifted into one bucket of their own.
3. Workers derive bucket after bucket; this process stores what they give.
4. Indexes and totals are made last, each in one sweep.

Small inputs take the same steps in one process.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from builder.addresses import address_clash
from builder.catalog import facts, findings, rollups, schema
from builder.catalog.buckets import Derived, Spool, decode_derived, without_collector, work
from builder.catalog.deriving import Setting
from builder.catalog.intake import Batch, FileRow, Plan, Task, batches
from builder.catalog.now import Now, newest_ends, note_end, now_from
from builder.catalog.numbers import base_numbers, span_class
from builder.catalog.rows import decode_session, encode
from builder.errors import StorageError
from builder.sources import SourceSettings

BUCKET_BYTES = 5_000_000  # of source text or stored notices, about
MAX_BUCKETS = 128
PARALLEL_BYTES = 6_000_000  # below it a second process costs more than it gives
MAX_WORKERS = 4
SHARED_BASES = (
    "SELECT DISTINCT stream FROM notices WHERE stream<>0 AND base IN "
    "(SELECT base FROM notices WHERE stream<>0 GROUP BY base HAVING min(stream)<>max(stream))"
)
SHARED_URLS = (
    "SELECT DISTINCT stream FROM notices WHERE stream<>0 AND url IN "
    "(SELECT url FROM notices WHERE url IS NOT NULL GROUP BY url HAVING min(stream)<>max(stream))"
)

_decode_batch = msgspec.msgpack.Decoder(Batch).decode
Progress = Callable[[str, int], None]  # what is being done, how many so far


def load(
    connection: sqlite3.Connection,
    plan: Plan,
    settings: SourceSettings,
    setting: Setting,
    *,
    now_override_ms: int | None,
    progress: Progress,
) -> Now:
    """Read what the plan says, then derive the whole catalog; return its "now"."""
    stored = connection.execute("SELECT coalesce(sum(length(item)), 0) FROM notices").fetchone()[0]
    size = plan.size_bytes + stored
    is_parallel = size > PARALLEL_BYTES and (os.cpu_count() or 1) > 1
    count = max(1, min(MAX_BUCKETS, size // BUCKET_BYTES))
    with tempfile.TemporaryDirectory(prefix="aftercast-spool-") as name, without_collector():
        spool = Spool(Path(name), count)
        ends = _read(connection, plan, settings, spool, is_parallel=is_parallel, progress=progress)
        lifted = _lift(connection, setting, spool)
        spool.close()
        places = spool.places_with_rows()
        guess = now_from(ends, now_override_ms)
        while True:  # "now" comes out of the recordings that it shapes; what was told is nearly always what is so
            _derive(connection, places, at(setting, guess), lifted, is_parallel=is_parallel, progress=progress)
            now = now_from(newest_ends(connection), now_override_ms)
            if now.expired_before_ms == guess.expired_before_ms:
                return now
            guess = now


def at(setting: Setting, now: Now) -> Setting:
    """Return the setting with the limit of expiries."""
    rules = msgspec.structs.replace(setting.rules, expired_before_ms=now.expired_before_ms)
    return Setting(rules, setting.media)


# --- reading ---


def _read(
    connection: sqlite3.Connection,
    plan: Plan,
    settings: SourceSettings,
    spool: Spool,
    *,
    is_parallel: bool,
    progress: Progress,
) -> dict[int, int]:
    is_first = not facts.kept_files(connection, plan)
    if is_first:
        facts.drop_everything(connection)
        schema.drop_indexes(connection, schema.FACT_INDEXES)
    for row in plan.gone:
        facts.drop(connection, row.id)
    ends = newest_ends(connection)
    done: list[FileRow] = []
    count = 0
    source = _other_process(plan.tasks, settings) if is_parallel else _this_process(plan.tasks, settings)
    for batch in source:
        facts.store(connection, batch)
        if is_first:
            _spool(spool, batch)
        if batch.done is not None:
            done.append(batch.done)
        for end_ms in batch.ends.values():
            note_end(ends, end_ms)
        count += len(batch.notices)
        progress("reading", count)
    assert len(done) == len(plan.tasks)
    facts.store_files(connection, done, plan.gone)
    schema.create_indexes(connection, schema.FACT_INDEXES)
    if not is_first:
        _spool_stored(connection, spool)
    return ends


def _this_process(tasks: Iterable[Task], settings: SourceSettings) -> Iterator[Batch]:
    for task in tasks:
        yield from batches(task, settings)


def _other_process(tasks: tuple[Task, ...], settings: SourceSettings) -> Iterator[Batch]:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    reader = context.Process(target=send_batches, args=(sender, tasks, settings), daemon=True)
    reader.start()
    sender.close()
    try:
        while data := receiver.recv_bytes():
            yield _decode_batch(data)
    except EOFError as error:
        raise StorageError("the process that reads the sources ended early") from error
    finally:
        receiver.close()
        reader.join()


def send_batches(sender: Connection, tasks: Iterable[Task], settings: SourceSettings) -> None:
    """Read files in a process of its own; an empty message ends it."""
    with without_collector():
        for task in tasks:
            for batch in batches(task, settings):
                sender.send_bytes(encode(batch))
        sender.send_bytes(b"")


def _spool(spool: Spool, batch: Batch) -> None:
    for _, base, stream, _, _, _, item in batch.notices:
        if stream:
            spool.notice((base, stream, item))
    for _, identity, stream, kind, _, _, _, _, _, item in batch.events:
        spool.event((identity, stream, kind, item))


def _spool_stored(connection: sqlite3.Connection, spool: Spool) -> None:
    for row in connection.execute("SELECT base, stream, item FROM notices WHERE stream<>0"):
        spool.notice(row)
    for row in connection.execute("SELECT identity, stream, kind, item FROM events"):
        spool.event(row)


# --- what ties streams together ---


def _lift(connection: sqlite3.Connection, setting: Setting, spool: Spool) -> frozenset[int]:
    """Put streams that must be looked at together into a bucket of their own, and return them.

    Notices that tell no stream go to the stream that the other notices of their file tell.
    """
    streams = {stream for query in (SHARED_BASES, SHARED_URLS) for (stream,) in connection.execute(query)}
    for name in sorted({name for curation in setting.rules.curations for name in curation.merge}):
        for number in base_numbers(name):
            rows = connection.execute("SELECT DISTINCT stream FROM notices WHERE base=? AND stream<>0", (number,))
            streams.update(stream for (stream,) in rows)
    bare = connection.execute(
        "SELECT n.base, coalesce((SELECT min(stream) FROM notices AS m WHERE m.base=n.base AND m.stream<>0), 0), "
        "n.item FROM notices AS n WHERE n.stream=0"
    )
    for base, stream, item in bare:
        spool.notice((base, stream, item), lifted=stream in streams)
    if streams:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS lifted(stream INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM temp.lifted")
        connection.executemany("INSERT INTO temp.lifted VALUES(?)", [(stream,) for stream in streams])
        within = "WHERE stream IN (SELECT stream FROM temp.lifted)"
        for row in connection.execute(f"SELECT base, stream, item FROM notices {within}"):
            spool.notice(row, lifted=True)
        for row in connection.execute(f"SELECT identity, stream, kind, item FROM events {within}"):
            spool.event(row, lifted=True)
    return frozenset(streams)


# --- deriving ---


def _derive(
    connection: sqlite3.Connection,
    places: list[Path],
    setting: Setting,
    lifted: frozenset[int],
    *,
    is_parallel: bool,
    progress: Progress,
) -> None:
    _clear(connection)
    _store_pushes(connection)
    unclaimed = count = 0
    for data in _worked(places, encode(setting), lifted, is_parallel=is_parallel):
        derived = decode_derived(data)
        _store(connection, derived)
        unclaimed += derived.unclaimed
        count += len(derived.recordings)
        progress("grouping", count)
    progress("indexing", count)
    schema.create_indexes(connection, schema.RECORDING_INDEXES)
    try:
        schema.create_indexes(connection, schema.SESSION_INDEXES)
    except sqlite3.IntegrityError:
        _refuse_clash(connection)
        raise
    rollups.compute(connection)
    usable, unusable = connection.execute(
        "SELECT coalesce(sum(usable), 0), coalesce(sum(1-usable), 0) FROM recordings"
    ).fetchone()
    happened = connection.execute("SELECT count(*) FROM (SELECT DISTINCT identity FROM events)").fetchone()[0]
    sessions = connection.execute("SELECT count(*) FROM sessions").fetchone()[0]
    findings.store_tallies(
        connection, usable=usable, unusable=unusable, unclaimed=unclaimed, events=happened, sessions=sessions
    )


def _worked(places: list[Path], setting: bytes, lifted: frozenset[int], *, is_parallel: bool) -> Iterator[bytes]:
    names = [(str(place), frozenset() if place.stem == Spool.LIFTED else lifted) for place in places]
    if not is_parallel:
        for name, skipped in names:
            yield work(name, setting, skipped)
        return
    workers = min(MAX_WORKERS, os.cpu_count() or 1)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        running: deque[Future[bytes]] = deque()
        for name, skipped in names:
            running.append(pool.submit(work, name, setting, skipped))
            if len(running) > workers + 1:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _clear(connection: sqlite3.Connection) -> None:
    """Empty the derived tables; the sessions of before stay as `former` until they have been compared."""
    schema.drop_indexes(connection, schema.RECORDING_INDEXES | schema.SESSION_INDEXES)
    connection.execute("DROP TABLE IF EXISTS former")
    connection.execute("ALTER TABLE sessions RENAME TO former")
    for name, statement in schema.derived_tables():
        if name != "sessions":
            connection.execute(f"DROP TABLE {name}")
        connection.execute(statement)


def _store(connection: sqlite3.Connection, derived: Derived) -> None:
    insert = connection.executemany
    insert(f"INSERT INTO recordings({schema.RECORDING_COLUMNS}) VALUES(?{',?' * 12})", derived.recordings)
    insert(f"INSERT INTO sessions({schema.SESSION_COLUMNS}) VALUES(?{',?' * 13})", derived.sessions)
    insert("INSERT INTO session_tags VALUES(?,?,?,?)", derived.tags)
    insert("INSERT OR IGNORE INTO aliases VALUES(?,?)", derived.aliases)
    insert("INSERT OR IGNORE INTO curated VALUES(?,?)", derived.curated)
    insert("INSERT INTO streams VALUES(?,?,?,?,?,?,?)", derived.streams)
    for base, key, fields, losers in derived.conflicts:
        findings.conflict(connection, base, key, fields, losers)
    for base, key, host in derived.refused:
        findings.refused(connection, base, key, host)


def _store_pushes(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        "SELECT stream, link, min(CASE kind WHEN 'start' THEN at_ms END) AS low, "
        "max(CASE kind WHEN 'stop' THEN at_ms END) AS high FROM events "
        "WHERE kind IN ('start', 'stop') AND link IS NOT NULL GROUP BY stream, link HAVING low<=high"
    ).fetchall()
    connection.executemany(
        "INSERT INTO pushes(stream, link, span, start_ms, stop_ms) VALUES(?,?,?,?,?)",
        ((stream, link, span_class(high - low), low, high) for stream, link, low, high in rows),
    )


def _refuse_clash(connection: sqlite3.Connection) -> None:
    found = connection.execute("SELECT id FROM sessions GROUP BY id HAVING count(*)>1 ORDER BY id LIMIT 1").fetchone()
    if found:
        rows = connection.execute("SELECT body FROM sessions WHERE id=?", found).fetchall()
        first, second, *_ = sorted(decode_session(body).anchor for (body,) in rows)
        raise address_clash(found[0], first, second)
