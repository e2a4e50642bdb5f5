"""The two jobs of a bulk load's crew: to read some files, and to derive some buckets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from builder.catalog.buckets import derive_bucket
from builder.catalog.deriving import Deriver, Setting
from builder.catalog.intake import Task, batches
from builder.catalog.rows import encode
from builder.catalog.spool import LIFTED, Spool
from builder.catalog.turns import with_head
from builder.model import Value
from builder.sources import SourceSettings


class Reading(Value, frozen=True):
    """Read files; give batches of rows with heads for `turns`, and spool the rows if a folder is named."""

    tasks: tuple[Task, ...]
    settings: SourceSettings
    folder: Path | None
    buckets: int

    def run(self) -> Iterator[bytes]:
        spool = Spool(self.folder, self.buckets) if self.folder else None
        for task in self.tasks:
            for batch in batches(task, self.settings):
                if spool:
                    spool.add(batch)
                yield with_head(task.row.id, encode(batch), is_last=batch.done is not None)
        if spool:
            spool.close()


class Deriving(Value, frozen=True):
    """Derive buckets; give the name of a file for each, with what came of it.

    The result is not sent itself: while this one stores, the crew would wait for it to be taken.
    """

    buckets: tuple[tuple[Path, ...], ...]
    setting: bytes
    lifted: frozenset[int]

    def run(self) -> Iterator[bytes]:
        deriver = deriver_of(self.setting)
        for places in self.buckets:
            is_lifted = places[0].name == LIFTED
            derived = derive_bucket(places, deriver, frozenset() if is_lifted else self.lifted, is_tied=is_lifted)
            result = places[0].with_suffix(".derived")
            result.write_bytes(encode(derived))
            yield str(result).encode()


@lru_cache(maxsize=1)
def deriver_of(setting: bytes) -> Deriver:
    """Return the lookups of an encoded setting; a process makes them once."""
    return Deriver(msgspec.msgpack.decode(setting, type=Setting))


def dealt(tasks: Sequence[Task], hands: int) -> list[tuple[Task, ...]]:
    """Share files out so that each reader has about as much to read; each hand in the order of the files."""
    found: list[list[Task]] = [[] for _ in range(hands)]
    for task in sorted(tasks, key=lambda task: -task.file.size):
        min(found, key=lambda hand: sum(task.file.size for task in hand)).append(task)
    return [tuple(sorted(hand, key=lambda task: task.row.id)) for hand in found if hand]
