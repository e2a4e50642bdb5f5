"""The pages of the run at hand, in a temporary table: a build of a million pages keeps none of them in memory.

Every page that was looked at has a row here: those that were written under a temporary name, those found
unchanged. What the manifest knows and this table does not, has to go.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator

from builder.catalog.ledger import Row
from builder.errors import ConfigError
from builder.model import PageKey

SCHEMA = """
DROP TABLE IF EXISTS temp.staged;
CREATE TEMP TABLE staged(
  path TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL,
  theme TEXT NOT NULL, value TEXT NOT NULL, hash TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  rank INTEGER NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX temp.staged_order ON staged(rank, path);
"""
PORTION = 5000  # rows read at once
KEPT = -1  # the manifest's own row: nothing to do
UNCHANGED, ASSET, NEW, NEW_HOME, CHANGED = range(5)  # ranks: the order in which files become visible
DOUBTFUL = ""  # the value of a file that was written while it was copied: not what the run began with


class Staging:
    """The temporary table; made empty. The caller owns the transactions."""

    def __init__(self, connection: sqlite3.Connection, output: str) -> None:
        self.connection = connection
        self.output = output
        for statement in SCHEMA.split(";"):  # as a script they would end a rehearsal
            connection.execute(statement)

    def add(self, rows: Iterable[tuple[Row, int, str]]) -> None:
        """Add (row, rank, why); two keys with one path are an error that names both."""
        for row, rank, why in rows:
            key, size, time = row.key, row.size, row.mtime_ns
            values = (row.path, key.kind, key.name, key.language, row.theme, row.value, row.hash, size, time, rank, why)
            try:
                self.connection.execute("INSERT INTO staged VALUES(?,?,?,?,?,?,?,?,?,?,?)", values)
            except sqlite3.IntegrityError:
                self._refuse_collision(row)

    def _refuse_collision(self, row: Row) -> None:
        found = self.connection.execute("SELECT kind, name, language FROM staged WHERE path=?", (row.path,)).fetchone()
        other = PageKey(*found)
        if other == row.key:
            return  # asked for twice, which is harmless
        one, two = (f"{key.kind} `{key.name}`" for key in (other, row.key))
        raise ConfigError(f"`/{row.path}` is the address of two pages: {one} and {two}", hint="rename one of them")

    def written(self) -> Iterator[tuple[str, int, str]]:
        """Yield (path, rank, why) of every file to make visible, in the safe order.

        Read in portions, so that a failure in the middle leaves no open question on the table.
        """
        last: tuple[int, str] = (UNCHANGED, "")
        while True:
            rows = self.connection.execute(
                "SELECT path, rank, why FROM staged WHERE rank>0 AND (rank, path)>(?,?) ORDER BY rank, path LIMIT ?",
                (*last, PORTION),
            ).fetchall()
            if not rows:
                return
            yield from rows
            last = (rows[-1][1], rows[-1][0])

    def count(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM staged").fetchone()[0])

    def written_count(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM staged WHERE rank>0").fetchone()[0])

    def doubtful(self) -> list[PageKey]:
        """Return the pages that the next run has to look at again."""
        found = self.connection.execute("SELECT kind, name, language FROM staged WHERE value=?", (DOUBTFUL,))
        return [PageKey(*row) for row in found]

    def has(self, path: str) -> bool:
        return self.connection.execute("SELECT 1 FROM staged WHERE path=?", (path,)).fetchone() is not None

    def leftovers(self, kind: str | None = None, language: str = "") -> Iterator[str]:
        """Yield the manifest's paths (of one kind and language, or all) that no page of this run claims."""
        narrowed = "" if kind is None else " AND kind=? AND language=?"
        parameters = (self.output,) if kind is None else (self.output, kind, language)
        rows = self.connection.execute(
            "SELECT path FROM page WHERE output=?"
            + narrowed
            + " AND path NOT IN (SELECT path FROM staged) ORDER BY path",
            parameters,
        )
        return (path for (path,) in rows)

    def unknown_count(self) -> int:
        """Count the files of this run that have no row in the manifest yet."""
        query = (
            "SELECT count(*) FROM staged AS s WHERE rank>=0 "
            "AND NOT EXISTS (SELECT 1 FROM page AS p WHERE p.output=? AND p.path=s.path)"
        )
        return int(self.connection.execute(query, (self.output,)).fetchone()[0])

    def claim(self) -> None:
        """Give every file that is about to appear or change a row of its new page that is not trusted.

        Without it, a build that is killed between the rename and the new row, and whose page is then wanted no
        more, would leave a file that no row describes, or one of another page, and no later build would remove it.
        """
        self.connection.execute(
            "INSERT INTO page(output, path, kind, name, language, theme, value, hash, size, mtime_ns) "
            "SELECT ?, path, kind, name, language, '', '', '', 0, 0 FROM staged WHERE rank>=0 "
            "ON CONFLICT(output, path) DO UPDATE SET kind=excluded.kind, name=excluded.name, "
            "language=excluded.language, theme='', value='', hash=''",
            (self.output,),
        )

    def into_manifest(self) -> None:
        self.connection.execute(
            "INSERT OR REPLACE INTO page(output, path, kind, name, language, theme, value, hash, size, mtime_ns) "
            "SELECT ?, path, kind, name, language, theme, value, hash, size, mtime_ns FROM staged WHERE rank>=0",
            (self.output,),
        )

    def close(self) -> None:
        # A failure may have left a question open; then the table goes with the connection.
        with contextlib.suppress(sqlite3.OperationalError):
            self.connection.execute("DROP TABLE IF EXISTS temp.staged")
