"""Redact the segments that are already on the disk: each is rewritten beside itself and then replaced, durably.

The sessions stay the same: which recordings there are, their times, sizes and addresses are untouched. But a rewritten
line is another text, so the reader takes the segment for a new file and reads it again whole.
"""

from __future__ import annotations

import gzip
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from builder.collect.disk import Disk
from builder.collect.line import decode, encode
from builder.collect.redaction import redacted
from builder.errors import LockedError
from builder.model import Value
from builder.sources.strict_json import strict_object

STORED = re.compile(r"(?!\.).*\.jsonl(\.gz)?")


class Rewritten(Value, frozen=True):
    """What became of one segment."""

    name: str
    redacted: int  # lines rewritten now
    already: int
    left: int  # lines that are not whole lines of the receiver, left as they are


def redact_folder(folder: Path, key: bytes) -> Iterator[Rewritten]:
    """Redact every segment of `folder`, which no receiver may be using; yields one report per segment, by name."""
    disk = Disk()
    try:
        lock = disk.lock(folder)
    except BlockingIOError as error:
        raise LockedError(f"`{folder}` is in use by a receiver", hint="stop it, or run it with `--redact`") from error
    try:
        for name in disk.names(folder):
            if STORED.fullmatch(name) and (folder / name).is_file() and not (folder / name).is_symlink():
                yield _redact_file(folder / name, key)
    finally:
        disk.close(lock)


def set_aside(folder: Path) -> list[str]:
    """Return the names of the torn tails kept aside, which redaction does not touch."""
    return [name for name in Disk().names(folder) if name.startswith(".cut-")]


def _redact_file(path: Path, key: bytes) -> Rewritten:
    is_gzip = path.suffix == ".gz"
    content = gzip.decompress(path.read_bytes()) if is_gzip else path.read_bytes()
    counts = {"redacted": 0, "already": 0, "left": 0}
    lines: list[bytes] = []
    for line in content.split(b"\n"):
        outcome, changed = _redact_line(line, key)
        if line:
            counts[outcome] += 1
        lines.append(changed)
    if counts["redacted"]:
        changed = b"\n".join(lines)
        replace(path, gzip.compress(changed, mtime=0) if is_gzip else changed)
    return Rewritten(name=path.name, **counts)


def _redact_line(line: bytes, key: bytes) -> tuple[str, bytes]:
    stored = decode(line)
    if stored is None:
        return "left", line
    if stored.redacted:
        return "already", line
    try:
        message = strict_object(stored.body.encode())
    except ValueError:
        return "left", line
    body = redacted(message, key)
    return "redacted", encode(stored.received_ms, stored.verdict, body, redacted=True)[:-1]  # type: ignore[arg-type]  # checked by its checksum


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of the file at `path`, whole or not at all, with the same permissions."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fchmod(handle, path.stat().st_mode & 0o777)
        os.fsync(handle)
    except BaseException:
        os.close(handle)
        temporary.unlink()
        raise
    os.close(handle)
    temporary.replace(path)
    Disk().sync_folder(path.parent)
