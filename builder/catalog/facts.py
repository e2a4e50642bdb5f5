"""The SQL that stores and drops what sources told: rows per file, and the checkpoints that go with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from builder.catalog.intake import Batch, FileRow, Plan
from builder.catalog.numbers import rows_of

FILE_COLUMNS = "id, relative, size, mtime_ns, inode, settings, resume, rows, read, ignored, quarantined, identity"


def file_rows(connection: sqlite3.Connection) -> list[FileRow]:
    return [FileRow(*row) for row in connection.execute(f"SELECT {FILE_COLUMNS} FROM files ORDER BY relative")]


def store(connection: sqlite3.Connection, batch: Batch) -> None:
    """Store the rows of a batch; the first batch of a file that restarted drops what the file told before."""
    if batch.restarted:
        drop(connection, batch.file)
    connection.executemany("INSERT INTO notices VALUES(?,?,?,?,?,?,?)", batch.notices)
    if batch.events:
        connection.executemany("INSERT INTO events VALUES(?,?,?,?,?,?,?,?,?,?)", batch.events)
    if batch.problems:
        connection.executemany("INSERT INTO problems VALUES(?,?)", batch.problems)


def drop(connection: sqlite3.Connection, file: int) -> None:
    """Forget everything a file told."""
    for table in ("notices", "events", "problems"):
        connection.execute(f"DELETE FROM {table} WHERE id BETWEEN ? AND ?", rows_of(file))


def drop_everything(connection: sqlite3.Connection) -> None:
    """Forget everything that any file told; far quicker than file by file."""
    for table in ("notices", "events", "problems"):
        connection.execute(f"DELETE FROM {table}")


def kept_files(connection: sqlite3.Connection, plan: Plan) -> set[int]:
    """Return the files that keep rows: those that are there and are not read again from their start."""
    again = {row.id for row in plan.gone} | {task.row.id for task in plan.tasks if task.row.settings != task.settings}
    return {identity for (identity,) in connection.execute("SELECT id FROM files")} - again


def store_files(connection: sqlite3.Connection, rows: Iterable[FileRow], gone: Iterable[FileRow]) -> None:
    """Store checkpoints. Names may have moved from file to file, so every old one goes first."""
    kept = list(rows)
    connection.executemany("DELETE FROM files WHERE id=?", [(row.id,) for row in (*gone, *kept)])
    connection.executemany(
        f"INSERT INTO files({FILE_COLUMNS}) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
        [tuple(getattr(row, name) for name in FileRow.__struct_fields__) for row in kept],
    )


def bases_of(connection: sqlite3.Connection, file: int) -> set[int]:
    """Return the numbers of the recordings that a file tells of."""
    rows = connection.execute("SELECT base FROM notices WHERE id BETWEEN ? AND ?", rows_of(file))
    return {base for (base,) in rows}


def items_of(connection: sqlite3.Connection, base: int) -> list[bytes]:
    return [item for (item,) in connection.execute("SELECT item FROM notices WHERE base=?", (base,))]
