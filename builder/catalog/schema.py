"""The tables of the catalog, and what a connection to it is set to.

Facts are kept per source file: the id of a row is (file << 36) + its place in the file, so that a file takes its rows
with it by one range. Everything after `facts` is derived and can be computed again from them.
"""

from __future__ import annotations

import sqlite3

from builder.catalog import ledger

APPLICATION_ID = 0x41465443  # "AFTC"
VERSION = 15
ROW_BITS = 36  # rows a file may have, as a power of two; 27 bits are left for files
PAGE_BYTES = 8192  # SQLite's 4096 make sweeps over sessions, of some 700 bytes each, dearer
CACHE_KIB = 24 * 1024
SORT_KIB = 4 * 1024  # cache while indexes are made

FACTS = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE files(
  id INTEGER PRIMARY KEY, relative TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL, settings TEXT NOT NULL, resume BLOB, rows INTEGER NOT NULL, read INTEGER NOT NULL,
  ignored INTEGER NOT NULL, quarantined INTEGER NOT NULL, identity TEXT NOT NULL);
CREATE TABLE notices(
  id INTEGER PRIMARY KEY, base INTEGER NOT NULL, stream INTEGER NOT NULL, url INTEGER, offset INTEGER NOT NULL,
  line INTEGER NOT NULL, item BLOB NOT NULL);
CREATE TABLE events(
  id INTEGER PRIMARY KEY, identity INTEGER NOT NULL, stream INTEGER NOT NULL, kind TEXT NOT NULL,
  link INTEGER, task_session INTEGER, at_ms INTEGER NOT NULL, offset INTEGER NOT NULL, line INTEGER NOT NULL,
  item BLOB NOT NULL);
CREATE TABLE problems(id INTEGER PRIMARY KEY, item BLOB NOT NULL);
CREATE TABLE gone(session TEXT PRIMARY KEY, anchor TEXT NOT NULL) WITHOUT ROWID;
"""
DERIVED = """
CREATE TABLE recordings(
  id INTEGER PRIMARY KEY, base INTEGER NOT NULL, key TEXT NOT NULL, stream INTEGER NOT NULL, told INTEGER NOT NULL,
  span INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, expires_ms INTEGER, url INTEGER,
  task INTEGER, usable INTEGER NOT NULL, notices INTEGER NOT NULL, session TEXT);
CREATE TABLE streams(
  number INTEGER PRIMARY KEY, stream INTEGER NOT NULL, stream_id TEXT NOT NULL, app TEXT NOT NULL,
  appname TEXT NOT NULL, recordings INTEGER NOT NULL, events INTEGER NOT NULL);
CREATE TABLE pushes(
  stream INTEGER NOT NULL, link INTEGER NOT NULL, span INTEGER NOT NULL, start_ms INTEGER NOT NULL,
  stop_ms INTEGER NOT NULL, PRIMARY KEY(stream, link)) WITHOUT ROWID;
CREATE TABLE findings(
  code TEXT NOT NULL, name TEXT NOT NULL, base INTEGER NOT NULL, item BLOB NOT NULL,
  PRIMARY KEY(code, name)) WITHOUT ROWID;
CREATE TABLE sessions(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL, vj TEXT NOT NULL, stream INTEGER NOT NULL, day TEXT NOT NULL,
  hour INTEGER NOT NULL, weekday INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,
  duration_ms INTEGER, listed INTEGER NOT NULL, featured INTEGER NOT NULL, visibility TEXT NOT NULL,
  tombstone TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE aliases(alias TEXT NOT NULL, session TEXT NOT NULL, PRIMARY KEY(alias, session)) WITHOUT ROWID;
CREATE TABLE curated(source TEXT NOT NULL, session TEXT NOT NULL, PRIMARY KEY(source, session)) WITHOUT ROWID;
CREATE TABLE session_tags(
  tag TEXT NOT NULL, day TEXT NOT NULL, start_ms INTEGER NOT NULL, session TEXT NOT NULL,
  PRIMARY KEY(tag, day, start_ms, session)) WITHOUT ROWID;
CREATE TABLE days(day TEXT PRIMARY KEY, count INTEGER NOT NULL, recorded_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tags(tag TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE vj_days(
  vj TEXT NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL, recorded_ms INTEGER NOT NULL,
  PRIMARY KEY(vj, day)) WITHOUT ROWID;
CREATE TABLE vj_hours(
  vj TEXT NOT NULL, weekday INTEGER NOT NULL, hour INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(vj, weekday, hour)) WITHOUT ROWID;
CREATE TABLE vjs(
  slug TEXT PRIMARY KEY, count INTEGER NOT NULL, recorded_ms INTEGER NOT NULL, first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL, longest_ms INTEGER NOT NULL, longest_id TEXT NOT NULL) WITHOUT ROWID;
"""
FACT_INDEXES = {
    "notices_base": "notices(base, stream)",
    "notices_bare": "notices(base) WHERE stream=0",
    "notices_url": "notices(url, stream) WHERE url IS NOT NULL",
    "events_identity": "events(identity)",
    "events_stream": "events(stream, kind, at_ms)",
    "events_link": "events(stream, link) WHERE link IS NOT NULL",
    "events_task_session": "events(stream, task_session) WHERE task_session IS NOT NULL",
}
RECORDING_INDEXES = {
    "recordings_base": "recordings(base)",
    "recordings_span": "recordings(stream, span, start_ms)",
    "recordings_end": "recordings(end_ms) WHERE usable",
    "recordings_task": "recordings(stream, task) WHERE task IS NOT NULL",
    "recordings_url": "recordings(url) WHERE url IS NOT NULL",
    "recordings_expiry": "recordings(expires_ms) WHERE expires_ms IS NOT NULL",
    "recordings_homeless": "recordings(key) WHERE usable AND session IS NULL",
    "pushes_span": "pushes(stream, span, start_ms)",
    "streams_stream": "streams(stream)",
    "findings_base": "findings(base)",
}
SESSION_INDEXES = {
    "sessions_id": "sessions(id)",
    "sessions_day": "sessions(day, start_ms, id, hour) WHERE listed",
    "sessions_vj": "sessions(vj, start_ms, id) WHERE listed",
    "sessions_vj_unlisted": "sessions(vj, start_ms, id) WHERE visibility='unlisted'",
    "sessions_vj_day": "sessions(vj, day, start_ms, id, duration_ms) WHERE listed",
    "sessions_longest": "sessions(vj, duration_ms, id) WHERE listed",
    "sessions_featured": "sessions(start_ms, id) WHERE featured AND listed",
    "sessions_order": "sessions(start_ms, id, end_ms, listed)",
    "sessions_dead": "sessions(id) WHERE tombstone<>''",
    "sessions_stream": "sessions(stream)",
    "aliases_session": "aliases(session)",
    "curated_session": "curated(session)",
}
RECORDING_COLUMNS = "base, key, stream, told, span, start_ms, end_ms, expires_ms, url, task, usable, notices, session"
SESSION_COLUMNS = (
    "id, vj, stream, day, hour, weekday, start_ms, end_ms, duration_ms, listed, featured, visibility, tombstone, body"
)
UNIQUE = ("sessions_id",)
ALL_INDEXES = FACT_INDEXES | RECORDING_INDEXES | SESSION_INDEXES


def create(connection: sqlite3.Connection) -> None:
    """Make every table and index in an empty database."""
    connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
    connection.executescript(f"BEGIN; {FACTS} {DERIVED} {_indexes(ALL_INDEXES)} COMMIT;")
    ledger.create(connection)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={VERSION}")


def drop_indexes(connection: sqlite3.Connection, group: dict[str, str]) -> None:
    for name in group:
        connection.execute(f"DROP INDEX IF EXISTS {name}")


def create_indexes(connection: sqlite3.Connection, group: dict[str, str]) -> None:
    """Make the indexes of a group; in bulk this is far cheaper than keeping them up row by row.

    A sort is cut where it fills the cache, and only then do other threads sort the pieces (see `Store.loading`): with a
    small cache this one works for 1.3 instead of 2.2 seconds on the indexes of 200,000 notices.
    """
    connection.execute(f"PRAGMA cache_size=-{SORT_KIB}")
    for name, what in group.items():
        connection.execute(f"CREATE {_unique(name)}INDEX IF NOT EXISTS {name} ON {what}")
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")


def derived_tables() -> list[tuple[str, str]]:
    """Return the name of each derived table and the statement that makes it."""
    statements = [text.strip() for text in DERIVED.split(";") if text.strip()]
    return [(text.removeprefix("CREATE TABLE ").partition("(")[0], text) for text in statements]


def _indexes(group: dict[str, str]) -> str:
    return " ".join(f"CREATE {_unique(name)}INDEX {name} ON {what};" for name, what in group.items())


def _unique(name: str) -> str:
    return "UNIQUE " if name in UNIQUE else ""
