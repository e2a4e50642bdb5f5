"""The seal: what the database file looked like when we last closed it.

SQLite survives a killed process by itself, and its own check finds broken pages; neither sees a changed byte inside a
row. The main file changes only at checkpoints, which this room makes itself and seals. A file that is not as the seal
says was cut off by a power failure, restored from elsewhere or changed by something else; it is made anew rather than
trusted. That is dear where something else changed too, such as the zone: only the catalog knows where the replays were.
So a run opens the seal before it changes anything: what a killed run or a full disk left is SQLite's own to mend, as
long as its log is there.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from builder.flush import flush

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SECOND_NS = 1_000_000_000


class Seal(msgspec.Struct, frozen=True):
    """Size and time of the file, and whether the disk has it; if not, the seal holds until the machine restarts.

    An open seal is that of a run at work: the file may have changed since, and then its log is beside it.
    """

    size: int
    mtime_ns: int
    synced: bool
    boot: str
    is_open: bool = False


def place_of(database: Path) -> Path:
    return database.with_suffix(".seal")


def write(database: Path, *, synced: bool, is_open: bool = False) -> None:
    """Seal a database that no transaction is open on, or open its seal; `OSError` when the disk takes no more.

    An open seal reaches the disk before anything that follows it.
    """
    facts = database.stat()
    seal = Seal(facts.st_size, facts.st_mtime_ns, synced, boot_id(), is_open)
    if read(database) == seal:
        return
    temporary = place_of(database).with_suffix(".seal.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(seal))
        file.flush()
        os.fsync(handle)
    temporary.replace(place_of(database))
    if is_open:
        flush(str(database.parent))


def read(database: Path) -> Seal | None:
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(place_of(database).read_bytes(), type=Seal)
    return None


def is_whole(database: Path) -> bool:
    """Say whether the file is as it was sealed. Archives that restore whole seconds only are believed."""
    seal = read(database)
    if seal is None or not (seal.synced or (seal.boot and seal.boot == boot_id())):
        return False
    facts = database.stat()
    same_time = facts.st_mtime_ns in (seal.mtime_ns, seal.mtime_ns // SECOND_NS * SECOND_NS)
    if facts.st_size == seal.size and same_time:
        return True
    is_grown = facts.st_size >= seal.size and facts.st_mtime_ns >= seal.mtime_ns
    return seal.is_open and is_grown and Path(f"{database}-wal").is_file()


def boot_id() -> str:
    """Return what changes when the machine restarts; empty where the system does not say."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):  # not Linux, or hidden: then an unsynced file is not trusted
        return ""
