"""Size, time and inode of files: what tells that something changed without reading it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

Facts = tuple[int, int, int]  # size, mtime_ns, inode
Snapshot = dict[str, Facts]


def scan(folders: Iterable[Path]) -> Snapshot:
    """Return size, time and inode of every file below the folders, links not followed."""
    snapshot: Snapshot = {}
    for top in folders:
        for folder, _, names in os.walk(top):
            for name in names:
                path = f"{folder}/{name}"
                facts = facts_of(path)
                if facts is not None:
                    snapshot[path] = facts
    return snapshot


def facts_of(path: str) -> Facts | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None  # gone between the listing and the look: the next scan says so
    return found.st_size, found.st_mtime_ns, found.st_ino
