"""Where answers are laid, and how far a query has come.

An answer is a file of its own under `recordings/pulled/`, named by what was asked, so that asking again replaces it.
Files are written atomically and flushed: the progress that says "asked" is written after them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any

import msgspec

FOLDER = "recordings/pulled"
PROGRESS = "pull.json"


class Shelf:
    """The `recordings/pulled/` of one site and the progress kept in its state folder."""

    def __init__(self, source: Path, state: Path) -> None:
        self.folder = source / FOLDER
        self.progress_file = state / PROGRESS
        self.progress: dict[str, str] = {}
        with contextlib.suppress(OSError, msgspec.DecodeError):  # no progress yet, or not ours: begin anew
            self.progress = msgspec.json.decode(self.progress_file.read_bytes(), type=dict[str, str])
        self.written = 0

    def lay(self, name: str, answer: dict[str, Any]) -> None:
        """Write one answer unless the same already lies there; what only differs by a request number is the same."""
        cleaned = without_request_ids(answer)
        data = msgspec.json.format(msgspec.json.encode(cleaned), indent=1) + b"\n"
        path = self.folder / name
        with contextlib.suppress(OSError):
            if path.read_bytes() == data:
                return
        write(path, data)
        self.written += 1

    def remember(self, what: str, until: str) -> None:
        """Note how far a query has come."""
        self.progress[what] = until
        write(self.progress_file, msgspec.json.encode(self.progress, order="sorted"))


def without_request_ids(answer: Any) -> Any:
    """Drop `RequestId`, which changes with every call and says nothing about recordings."""
    if isinstance(answer, dict):
        return {key: without_request_ids(value) for key, value in answer.items() if key != "RequestId"}
    return answer


def stream_name(stream: str) -> str:
    """Return a harmless name for the answers about a stream: ids may hold anything, file names may not."""
    return hashlib.blake2b(stream.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.aftercast-tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
