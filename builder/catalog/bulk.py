"""The bulk load: everything is read and grouped anew, in streams of rows, without looking any row up.

1. A crew reads the files and spools their rows into buckets by stream; this process stores the rows.
2. Streams that a recording, a merge or a shared URL ties together are lifted into one bucket of their own.
3. The crew derives bucket after bucket; this process stores what they give.
4. Indexes and totals are made last, each in one sweep.

Small inputs take the same steps in one process.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from builder.addresses import address_clash
from builder.catalog import facts, findings, rollups, schema
from builder.catalog.buckets import Derived, decode_derived
from builder.catalog.collector import without_collector
from builder.catalog.crew import Crew
from builder.catalog.deriving import Setting
from builder.catalog.intake import Batch, FileRow, Plan
from builder.catalog.jobs import Deriving, Reading, dealt
from builder.catalog.now import Now, newest_ends, note_end, now_from
from builder.catalog.numbers import base_numbers, span_class
from builder.catalog.rows import decode_session, encode
from builder.catalog.spool import Spool, buckets_in
from builder.catalog.turns import Turns
from builder.progress import Progress
from builder.sessions.standing import WITHHELD
from builder.sources import SourceSettings

BUCKET_BYTES = 5_000_000  # of source text or stored notices, about
MAX_BUCKETS = 128
PARALLEL_BYTES = 6_000_000  # below it a second process costs more than it gives
MAX_CREW = 4
SHARED_BASES = (
    "SELECT DISTINCT stream FROM notices WHERE stream<>0 AND base IN "
    "(SELECT base FROM notices WHERE stream<>0 GROUP BY base HAVING min(stream)<>max(stream))"
)
SHARED_URLS = (
    "SELECT DISTINCT stream FROM notices WHERE stream<>0 AND url IN "
    "(SELECT url FROM notices WHERE url IS NOT NULL GROUP BY url HAVING min(stream)<>max(stream))"
)

_decode_batch = msgspec.msgpack.Decoder(Batch).decode


def load(
    connection: sqlite3.Connection,
    plan: Plan,
    settings: SourceSettings,
    setting: Setting,
    *,
    now_override_ms: int | None,
    jobs: int,
    progress: Progress,
) -> Now:
    """Read what the plan says, then derive the whole catalog in up to `jobs` processes; return its "now"."""
    stored = connection.execute("SELECT coalesce(sum(length(item)), 0) FROM notices").fetchone()[0]
    size = plan.size_bytes + stored
    hands = min(MAX_CREW, jobs) if size > PARALLEL_BYTES and jobs > 1 else 0
    count = max(1, min(MAX_BUCKETS, size // BUCKET_BYTES))
    with tempfile.TemporaryDirectory(prefix="aftercast-spool-") as name, without_collector(), Crew(hands) as crew:
        work = Load(connection, crew, Path(name), count=count, progress=progress)
        ends = work.read(plan, settings)
        lifted = work.lift(setting)
        _set_former_aside(connection)
        guess = now_from(ends, now_override_ms)
        while True:  # "now" comes out of the recordings that it shapes; what was told is nearly always what is so
            work.derive(at(setting, guess), lifted)
            now = now_from(newest_ends(connection), now_override_ms)
            if now.expired_before_ms == guess.expired_before_ms:
                return now
            guess = now


def at(setting: Setting, now: Now) -> Setting:
    """Return the setting with the limit of expiries."""
    rules = msgspec.structs.replace(setting.rules, expired_before_ms=now.expired_before_ms)
    return Setting(rules, setting.media)


class Load:
    """One load's working set."""

    def __init__(
        self, connection: sqlite3.Connection, crew: Crew, folder: Path, *, count: int, progress: Progress
    ) -> None:
        self.connection = connection
        self.crew = crew
        self.folder = folder
        self.count = count  # of buckets
        self.progress = progress

    # --- reading ---

    def read(self, plan: Plan, settings: SourceSettings) -> dict[int, int]:
        """Store what the files tell, and have it spooled; return the newest ends by day."""
        connection = self.connection
        is_first = not facts.kept_files(connection, plan)
        if is_first:
            facts.drop_everything(connection)
            schema.drop_indexes(connection, schema.FACT_INDEXES)
        for row in plan.gone:
            facts.drop(connection, row.id)
        ends = newest_ends(connection)
        done: list[FileRow] = []
        count = 0
        for batch in self._batches(plan, settings, is_spooled=is_first):
            facts.store(connection, batch)
            if batch.done is not None:
                done.append(batch.done)
            for end_ms in batch.ends.values():
                note_end(ends, end_ms)
            count += len(batch.notices)
            self.progress("records read", count)
        assert len(done) == len(plan.tasks)
        facts.store_files(connection, done, plan.gone)
        schema.create_indexes(connection, schema.FACT_INDEXES)
        if not is_first:
            _spool_stored(connection, self._spool("stored"))
        return ends

    def _batches(self, plan: Plan, settings: SourceSettings, *, is_spooled: bool) -> Iterator[Batch]:
        turns = Turns(self.folder, sorted(task.row.id for task in plan.tasks))
        jobs = [
            Reading(hand, settings, self.folder / f"reader{number}.spool" if is_spooled else None, self.count)
            for number, hand in enumerate(dealt(plan.tasks, self.crew.hands))
        ]
        for message in self.crew.run(jobs):
            for data in turns.take(message):
                yield _decode_batch(data)

    def _spool(self, name: str) -> Spool:
        return Spool(self.folder / f"{name}.spool", self.count)

    # --- what ties streams together ---

    def lift(self, setting: Setting) -> frozenset[int]:
        """Put streams that must be looked at together into a bucket of their own, and return them.

        Notices that tell no stream go to the stream that the other notices of their file tell.
        """
        connection, spool = self.connection, self._spool("lifted")
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
        spool.close()
        return frozenset(streams)

    # --- deriving ---

    def derive(self, setting: Setting, lifted: frozenset[int]) -> None:
        """Derive everything from the buckets and store it in place of what there is."""
        connection = self.connection
        _clear(connection)
        _store_pushes(connection)
        unclaimed = count = 0
        for derived in self._derived(encode(setting), lifted):
            _store(connection, derived)
            unclaimed += derived.unclaimed
            count += len(derived.recordings)
            self.progress("recordings grouped", count)
        self.progress("recordings grouped, now indexed", count)
        _finish(connection, unclaimed)

    def _derived(self, setting: bytes, lifted: frozenset[int]) -> Iterator[Derived]:
        buckets = buckets_in(sorted(self.folder.glob("*.spool")), self.count)
        hands = [tuple(map(tuple, buckets[number :: self.crew.hands])) for number in range(self.crew.hands)]
        for message in self.crew.run([Deriving(hand, setting, lifted) for hand in hands]):
            place = Path(message.decode())
            yield decode_derived(place.read_bytes())
            place.unlink()


def _spool_stored(connection: sqlite3.Connection, spool: Spool) -> None:
    for row in connection.execute("SELECT base, stream, item FROM notices WHERE stream<>0"):
        spool.notice(row)
    for row in connection.execute("SELECT identity, stream, kind, item FROM events"):
        spool.event(row)
    spool.close()


def _finish(connection: sqlite3.Connection, unclaimed: int) -> None:
    """Make what is made of all rows: indexes, totals, tallies."""
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


def _set_former_aside(connection: sqlite3.Connection) -> None:
    """Keep the sessions of before until they have been compared, however often all is derived anew."""
    _set_spoken_aside(connection)
    schema.drop_indexes(connection, schema.SESSION_INDEXES)
    connection.execute("DROP TABLE IF EXISTS former")
    connection.execute("ALTER TABLE sessions RENAME TO former")
    connection.execute("DROP TABLE IF EXISTS former_aliases")
    connection.execute("CREATE TABLE former_aliases AS SELECT alias, session FROM aliases")


def _set_spoken_aside(connection: sqlite3.Connection) -> None:
    """Keep the sessions that people spoke of, and before them those that withheld a file for one of them."""
    connection.execute("DROP TABLE IF EXISTS former_spoken")
    connection.execute("CREATE TABLE former_spoken(id TEXT NOT NULL, body BLOB NOT NULL)")
    insert = "INSERT INTO former_spoken SELECT id, body FROM sessions WHERE"
    spoken = "id IN (SELECT session FROM curated)"
    withholding = "instr(body, ?) AND EXISTS (SELECT 1 FROM curated)"
    connection.execute(f"{insert} {withholding}", (WITHHELD.encode(),))
    connection.execute(f"{insert} {spoken} AND id NOT IN (SELECT id FROM former_spoken)")


def _clear(connection: sqlite3.Connection) -> None:
    """Empty the derived tables."""
    schema.drop_indexes(connection, schema.RECORDING_INDEXES | schema.SESSION_INDEXES)
    for name, statement in schema.derived_tables():
        connection.execute(f"DROP TABLE IF EXISTS {name}")
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
    for key, newer in derived.overwritten:
        findings.overwritten(connection, key, newer)


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
