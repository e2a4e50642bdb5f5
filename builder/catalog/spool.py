"""The spool: rows of a bulk load, appended to buckets by stream while they are read.

A bucket holds all there is about some streams and fits into memory; nothing has to be sorted. Its rows lie in one file
for each process that spooled some. A file is frames: what sort, a length, a msgpack list.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from builder.catalog.intake import Batch

FRAME_ROWS = 256
NOTICE, EVENT = 0, 1
EMPTY_BYTES = 12  # two frames without rows
LIFTED = "lifted.bucket"
SpoolRow = tuple[int, int, bytes]  # base, stream, item of a notice
ShotRow = tuple[int, int, str, bytes]  # identity, stream, kind, item of an event

_encode = msgspec.msgpack.Encoder().encode


class Spool:
    """Writes rows into the bucket of their stream, or into the one for lifted streams."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir(exist_ok=True)
        places = [*(folder / _name(number) for number in range(count)), folder / LIFTED]
        self._files: list[BinaryIO] = [place.open("wb", buffering=1 << 16) for place in places]
        self._notices: list[list[SpoolRow]] = [[] for _ in places]
        self._events: list[list[ShotRow]] = [[] for _ in places]
        self._count = count

    def add(self, batch: Batch) -> None:
        """Spool what a batch tells, but for notices that name no stream: see `lift`."""
        count, waiting = self._count, self._notices
        for _, base, stream, _, _, _, item in batch.notices:
            if stream:
                number = stream % count
                rows = waiting[number]
                rows.append((base, stream, item))
                if len(rows) >= FRAME_ROWS:
                    self._flush(number, NOTICE, rows)
        for _, identity, stream, kind, _, _, _, _, _, item in batch.events:
            self.event((identity, stream, kind, item))

    def notice(self, row: SpoolRow, *, lifted: bool = False) -> None:
        number = self._count if lifted else row[1] % self._count
        waiting = self._notices[number]
        waiting.append(row)
        if len(waiting) >= FRAME_ROWS:
            self._flush(number, NOTICE, waiting)

    def event(self, row: ShotRow, *, lifted: bool = False) -> None:
        number = self._count if lifted else row[1] % self._count
        waiting = self._events[number]
        waiting.append(row)
        if len(waiting) >= FRAME_ROWS:
            self._flush(number, EVENT, waiting)

    def _flush(self, number: int, sort: int, waiting: list[SpoolRow] | list[ShotRow]) -> None:
        data = _encode(waiting)
        self._files[number].write(bytes((sort,)) + len(data).to_bytes(4, "big") + data)
        waiting.clear()

    def close(self) -> None:
        for number, file in enumerate(self._files):
            self._flush(number, NOTICE, self._notices[number])
            self._flush(number, EVENT, self._events[number])
            file.close()


def _name(number: int) -> str:
    return f"{number:03}.bucket"


def buckets_in(folders: list[Path], count: int) -> list[list[Path]]:
    """Return the files of each bucket that has rows; that of the lifted streams is a bucket of its own, the last."""
    buckets = [[folder / name for folder in folders] for name in (*map(_name, range(count)), LIFTED)]
    kept = [[place for place in places if place.stat().st_size > EMPTY_BYTES] for places in buckets]
    return [places for places in kept if places]


def frames(place: Path) -> Iterator[tuple[int, bytes]]:
    with place.open("rb") as file:
        while head := file.read(5):
            yield head[0], file.read(int.from_bytes(head[1:], "big"))
