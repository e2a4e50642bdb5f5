"""What has been written to each output folder, and what still must be: the manifest and the pending pages.

Both live in the catalog's database, so that a page leaves `pending` in the very transaction that writes its
manifest row, and enters it in the one that stores the records it depends on. A row is only a claim about a file:
it is trusted while the file has the recorded size and time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property

from builder.model import PageKey, Value

EVERYTHING = PageKey("*", "*")  # one pending key that stands for every page

SCHEMA = """
CREATE TABLE IF NOT EXISTS pending(
  output TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL,
  cause TEXT NOT NULL DEFAULT '', PRIMARY KEY(output, kind, name, language)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS page(
  output TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL,
  theme TEXT NOT NULL, value TEXT NOT NULL, hash TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  PRIMARY KEY(output, path)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS page_kind ON page(output, kind, name, language);
CREATE TABLE IF NOT EXISTS output(
  output TEXT PRIMARY KEY, folder TEXT NOT NULL, inputs BLOB NOT NULL, running INTEGER NOT NULL,
  pages INTEGER NOT NULL DEFAULT 0, marker INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
"""


class Row(Value, frozen=True):
    """One file of the output as the manifest knows it. `theme` and `value` are the halves of its fingerprint."""

    path: str  # relative, with "/", no leading "/"
    key: PageKey
    theme: str  # digest of the code, the template closure, messages and assets
    value: str  # digest of what the template saw
    hash: str  # of the bytes
    size: int
    mtime_ns: int


def create(connection: sqlite3.Connection) -> None:
    """Create the tables; harmless when they exist."""
    connection.executescript(SCHEMA)


class Ledger:
    """The manifest and the pending pages of one output folder. The caller owns the transactions.

    What was published is asked of the output that was built last besides: a site keeps its addresses wherever it is
    built next.
    """

    def __init__(self, connection: sqlite3.Connection, output: str) -> None:
        self.connection = connection
        self.output = output

    # --- the run ---

    def register(self, folder: str) -> None:
        """Make this output known; harmless when it is."""
        self.connection.execute(
            "INSERT OR IGNORE INTO output(output, folder, inputs, running) VALUES(?,?,?,0)", (self.output, folder, b"")
        )

    def inputs(self) -> bytes:
        """Return what the last build stored about its inputs (content, theme, configuration); empty at first."""
        row = self.connection.execute("SELECT inputs FROM output WHERE output=?", (self.output,)).fetchone()
        return row[0] if row else b""

    def store_inputs(self, inputs: bytes) -> None:
        self.connection.execute("UPDATE output SET inputs=? WHERE output=?", (inputs, self.output))

    def marker(self) -> int:
        """Return the stamp of the folder's marker as we wrote it last; 0 when we did not."""
        row = self.connection.execute("SELECT marker FROM output WHERE output=?", (self.output,)).fetchone()
        return row[0] if row else 0

    def store_marker(self, stamp: int) -> None:
        self.connection.execute("UPDATE output SET marker=? WHERE output=?", (stamp, self.output))

    def set_running(self, running: bool) -> None:
        self.connection.execute("UPDATE output SET running=? WHERE output=?", (int(running), self.output))

    def was_interrupted(self) -> bool:
        row = self.connection.execute("SELECT running FROM output WHERE output=?", (self.output,)).fetchone()
        return bool(row and row[0])

    def forget(self) -> None:
        """Trust no row: the next run looks at every page and every file."""
        self.connection.execute("DELETE FROM page WHERE output=?", (self.output,))
        self.count_pages(None)

    # --- pending ---

    def add_pending(self, keys: Iterable[PageKey], cause: str) -> None:
        self.connection.executemany(
            "INSERT OR IGNORE INTO pending(output, kind, name, language, cause) VALUES(?,?,?,?,?)",
            ((self.output, key.kind, key.name, key.language, cause) for key in keys),
        )

    def pending(self) -> dict[PageKey, str]:
        """Return every pending page and its cause, in order."""
        rows = self.connection.execute(
            "SELECT kind, name, language, cause FROM pending WHERE output=? ORDER BY kind, name, language",
            (self.output,),
        )
        return {PageKey(kind, name, language): cause for kind, name, language, cause in rows}

    def clear_pending(self) -> None:
        self.connection.execute("DELETE FROM pending WHERE output=?", (self.output,))

    # --- the manifest ---

    def row(self, path: str) -> Row | None:
        found = self.connection.execute(
            "SELECT path, kind, name, language, theme, value, hash, size, mtime_ns FROM page WHERE output=? AND path=?",
            (self.output, path),
        ).fetchone()
        if found is None:
            return None
        path, kind, name, language, *rest = found
        return Row(path, PageKey(kind, name, language), *rest)

    def paths_of(self, key: PageKey) -> list[str]:
        rows = self.connection.execute(
            "SELECT path FROM page WHERE output=? AND kind=? AND name=? AND language=?",
            (self.output, key.kind, key.name, key.language),
        )
        return [path for (path,) in rows]

    def is_empty(self) -> bool:
        return self.connection.execute("SELECT 1 FROM page WHERE output=? LIMIT 1", (self.output,)).fetchone() is None

    def page_count(self) -> int:
        """Return how many files the manifest knows; kept beside it, since counting a million rows takes long."""
        row = self.connection.execute("SELECT pages FROM output WHERE output=?", (self.output,)).fetchone()
        return int(row[0]) if row else 0

    def count_pages(self, change: int | None) -> None:
        """Note that there are so many more rows; None counts them all."""
        new = "pages+?" if change is not None else "(SELECT count(*) FROM page WHERE output=?)"
        known = self.output if change is None else change
        self.connection.execute(f"UPDATE output SET pages={new} WHERE output=?", (known, self.output))

    def drop(self, paths: Iterable[str]) -> int:
        """Forget rows; return how many there were."""
        cursor = self.connection.executemany(
            "DELETE FROM page WHERE output=? AND path=?", ((self.output, path) for path in paths)
        )
        return max(0, cursor.rowcount)

    def doubt(self, paths: Iterable[str]) -> None:
        """Stop trusting the rows of files that are about to change, until new rows are put.

        Without it, a build that is killed between the rename and the new row, and whose cause is then taken
        back, would leave a page that no row describes and no later build looks at.
        """
        self.connection.executemany(
            "UPDATE page SET theme='', value='', hash='' WHERE output=? AND path=?",
            ((self.output, path) for path in paths),
        )

    # --- what was published here or by the last build ---

    @cached_property
    def _published_in(self) -> tuple[str, str]:
        row = self.connection.execute("SELECT value FROM meta WHERE name='built'").fetchone()
        return self.output, row[0] if row else self.output

    def store_built(self) -> None:
        """Remember that this output was built last."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES('built', ?)", (self.output,))

    def top_folders(self) -> Iterator[tuple[str, str]]:
        """Yield the folders right below the root, each with the language of its first page; by a seek for each."""
        for output in self._published_in:
            last = ""
            while found := self.connection.execute(
                "SELECT path, language FROM page WHERE output=? AND path>? ORDER BY path LIMIT 1", (output, last)
            ).fetchone():
                folder, slash, _ = found[0].partition("/")
                if slash:
                    yield folder, found[1]
                last = f"{folder}0" if slash else found[0]  # "0" comes after "/"

    def was_published(self, key: PageKey) -> bool:
        query = "SELECT 1 FROM page WHERE output IN (?,?) AND kind=? AND name=? AND language=? LIMIT 1"
        found = self.connection.execute(query, (*self._published_in, key.kind, key.name, key.language)).fetchone()
        return found is not None

    def names_of(self, kind: str) -> set[str]:
        """Return the names of all pages of a kind."""
        query = "SELECT name FROM page WHERE output IN (?,?) AND kind=?"
        return {name for (name,) in self.connection.execute(query, (*self._published_in, kind))}

    def names_below(self, kind: str, folder: str, *, here: bool = False) -> set[str]:
        """Return the names of the pages of a kind below an address, without the one at the address.

        `here`: of those in this output alone, which are files to be made or removed. The plus keeps SQLite from walking
        the index of all pages of the kind.
        """
        outputs = (self.output, self.output) if here else self._published_in
        rows = self.connection.execute(
            "SELECT name FROM page WHERE output IN (?,?) AND path>? AND path<? AND path<>? AND +kind=?",
            (*outputs, folder, f"{folder}~", f"{folder}index.html", kind),
        )
        return {name for (name,) in rows}
