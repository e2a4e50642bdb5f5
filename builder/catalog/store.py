"""The database file: opening, judging and closing it.

It is a cache of the logs. A file that is damaged, foreign, of a newer program, or not as it was sealed is deleted and
made anew with a warning, never repaired and never half trusted. One process writes; any number read.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from builder.catalog import schema, seal
from builder.errors import StorageError, reason_of

FILE = "catalog.sqlite"
BUSY_MS = 5000
SIDE_FILES = ("-wal", "-shm", "-journal")
MAGIC = b"SQLite format 3\0"
HEADER_BYTES = 100
SORTING_THREADS = 2
LOG_BYTES = 64 * 1024 * 1024


class Store:
    """One connection to the database of a state folder.

    `warning` says why the file had to be made anew; empty when it was fine or simply not there.
    """

    def __init__(self, state: Path, *, readonly: bool = False) -> None:
        self.path = state / FILE
        self.readonly = readonly
        self.warning = ""
        before = seal.read(self.path)
        self.is_unsynced = before is not None and not before.synced  # a bulk load left the disk behind
        self.is_loaded = False  # … in this run
        self._is_unsealed = False
        self._is_damaged = False
        self.is_rehearsal = False
        self.connection = self._open_readonly() if readonly else self._open(state)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _let_go(error)
        if isinstance(error, (sqlite3.DatabaseError, msgspec.DecodeError)):  # a row that is not as we wrote it
            with contextlib.suppress(sqlite3.Error):
                self.close()
            raise self._failure(error) from error
        self.close()

    def close(self) -> None:
        """Move everything into the main file and seal it."""
        if self.readonly:
            self.connection.close()
            return
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self.settle()
        self.connection.close()

    def settle(self) -> None:
        """Move committed transactions into the main file and seal it, while the empty log still tells of that."""
        if self._move() and not self._is_damaged:
            self._seal()

    def _move(self) -> bool:
        """Move committed transactions into the main file; say whether all are there.

        While a reader is at work, or on a full disk, the log keeps some, and the seal stays open.
        """
        with contextlib.suppress(sqlite3.OperationalError):
            busy, _, _ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        return False

    def _unseal(self) -> None:
        """Open the seal before the first change, so that a run that is killed or finds the disk full loses nothing."""
        if self._is_unsealed:
            return
        try:
            seal.write(self.path, synced=not self.is_unsynced, is_open=True)
        except OSError as error:
            raise StorageError(f"failed to write the catalog: {reason_of(error)}") from error
        self._is_unsealed = True

    def _seal(self) -> None:
        with contextlib.suppress(OSError):  # then it stays open, as a killed run leaves it
            if self.is_unsynced and not self.is_loaded:
                with self.path.open("rb") as file:
                    os.fsync(file)
                self.is_unsynced = False
            seal.write(self.path, synced=not self.is_unsynced)
            self._is_unsealed = False

    def rehearse(self) -> None:
        """Let this connection see what is written from here on, and nobody else: it is gone when that is closed."""
        self.is_rehearsal = True

    @property
    def is_rehearsed(self) -> bool:
        """Say, outside of transactions, whether anything was written that nobody else sees."""
        return self.is_rehearsal and self.connection.in_transaction

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write everything or nothing; nothing in a rehearsal."""
        self._unseal()
        if not self.is_rehearsed:
            self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
            if self.is_rehearsal:
                return
            self.connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._give_up()
            raise self._failure(error) from error
        except BaseException:
            self._give_up()
            raise
        self._keep_log_short()

    def _keep_log_short(self) -> None:
        """Settle now and then, so that the log of a `watch` that runs for weeks stays small."""
        log = Path(f"{self.path}-wal")
        with contextlib.suppress(OSError):  # no log: nothing to shorten
            if log.stat().st_size > LOG_BYTES:
                self.settle()

    def _give_up(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def _failure(self, error: sqlite3.DatabaseError | msgspec.DecodeError) -> StorageError:
        """Word an error of SQLite; a damaged file loses its seal, so that the next run makes it anew.

        Of what it cannot decode Python tells itself, without a name.
        """
        if isinstance(error, sqlite3.OperationalError) and hasattr(error, "sqlite_errorname"):
            doubt = " (the disk may be full, or broken)" if error.sqlite_errorname.startswith("SQLITE_IOERR") else ""
            return StorageError(f"failed to write the catalog: {error}{doubt}")
        self._is_damaged = True
        seal.place_of(self.path).unlink(missing_ok=True)
        return StorageError(f"failed to read the catalog: {error}", hint="run it again: the catalog is made anew")

    @contextlib.contextmanager
    def loading(self) -> Iterator[None]:
        """Make one transaction on an empty database cheap: nothing to roll back to, no waiting for the disk.

        Indexes are sorted by threads beside this one, which SQLite does only when it may use files for it.
        """
        switched = self.connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete"
        if switched:
            self.connection.execute("PRAGMA synchronous=OFF")
            self.is_unsynced = self.is_loaded = True
            self._is_unsealed = False  # not for this
        self.connection.execute("PRAGMA temp_store=FILE")
        self.connection.execute(f"PRAGMA threads={SORTING_THREADS}")
        try:
            yield
        finally:
            self.connection.execute("PRAGMA threads=0")
            self.connection.execute("PRAGMA temp_store=MEMORY")
            if switched:
                self.connection.execute("PRAGMA journal_mode=WAL")
                self.connection.execute("PRAGMA synchronous=NORMAL")

    # --- opening ---

    def _open(self, state: Path) -> sqlite3.Connection:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(PermissionError):  # someone else's folder: the file's own mode still holds
            state.chmod(0o700)
        reason = self._objection()
        if reason:
            self.warning = f"the catalog in the state folder {reason}; it is made anew from the sources"
        if reason or not self.path.exists() or self.path.stat().st_size == 0:
            self._delete()
        if not self.path.exists():
            return self._create()
        try:
            return self._configure(self._connect("rw"))
        except sqlite3.OperationalError as error:
            raise self._failure(error) from error
        except sqlite3.DatabaseError:  # what the header does not show
            self.warning = "the catalog in the state folder is damaged; it is made anew from the sources"
            self._delete()
            return self._create()

    def _create(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        connection = self._connect("rw")
        try:
            connection.execute("PRAGMA synchronous=OFF")  # there is nothing to lose yet
            schema.create(connection)
            return self._configure(connection)
        except sqlite3.DatabaseError as error:
            connection.close()
            self._delete()
            raise self._failure(error) from error

    def _objection(self) -> str:
        """Return why the file cannot be used; empty when it can, or when there is none."""
        if not self.path.exists() and not self.path.is_symlink():
            return ""
        if self.path.is_symlink() or not self.path.is_file():
            return "is not a regular file"
        with self.path.open("rb") as file:
            header = file.read(HEADER_BYTES)
        if not header:
            return ""
        version, application = (int.from_bytes(header[place : place + 4], "big") for place in (60, 68))
        if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
            return "is damaged"
        if application != schema.APPLICATION_ID:
            return "belongs to another program" if application else "was cut off"
        if version != schema.VERSION:
            return f"was written by {'a newer' if version > schema.VERSION else 'an older'} aftercast"
        return "" if seal.is_whole(self.path) else "was cut off or changed by something else"

    def _delete(self) -> None:
        for suffix in ("", *SIDE_FILES):
            place = Path(f"{self.path}{suffix}")
            if place.is_dir() and not place.is_symlink():
                raise StorageError(f"failed to make the catalog: `{place.name}` in the state folder is a folder")
            place.unlink(missing_ok=True)
        seal.place_of(self.path).unlink(missing_ok=True)

    def _open_readonly(self) -> sqlite3.Connection:
        if not self.path.exists():
            raise StorageError("failed to open the catalog: there is none yet", hint="run `aftercast build` first")
        connection = self._connect("ro")
        connection.execute(f"PRAGMA cache_size=-{schema.CACHE_KIB}")
        return connection

    def _connect(self, mode: str) -> sqlite3.Connection:
        place = self.path.absolute().as_uri()
        return sqlite3.connect(f"{place}?mode={mode}", uri=True, timeout=BUSY_MS / 1000, isolation_level=None)

    @staticmethod
    def _configure(connection: sqlite3.Connection) -> sqlite3.Connection:
        for setting in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "wal_autocheckpoint=0",  # the main file changes only when it is sealed afterwards
            f"cache_size=-{schema.CACHE_KIB}",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
            "cell_size_check=ON",
        ):
            connection.execute(f"PRAGMA {setting}")
        return connection


def _let_go(error: BaseException | None) -> None:
    """Drop what the frames of an error hold: a question half answered keeps the file open after `close`.

    It would be written to when the process ends, after it was sealed.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
