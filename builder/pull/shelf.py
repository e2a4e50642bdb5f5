"""Where answers are laid, and how far a query has come.

An answer is a file of its own under `recordings/pulled/`, named by what was asked, so that asking again replaces it.
Files are written atomically and flushed: the progress that says "asked" is written after them. Answers hold push
addresses with their secrets: only the owner may read them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path
from typing import Any

import msgspec

from builder.model import Value
from builder.pull.holes import Task
from builder.pull.windows import Window, touch

FOLDER = "recordings/pulled"
PROGRESS = "pull.json"
LISTED = "pull-tasks.json"
ASKED = re.compile(r"(-?[0-9]{1,15}) (-?[0-9]{1,15})")


class Listed(Value, frozen=True):
    """The recording tasks of a window of one account, as far as they are listed."""

    account: str
    since_ms: int  # when the listing began: a task that ran then may have ended since
    window: Window
    tasks: list[Task]


class Shelf:
    """The `recordings/pulled/` of one site and the progress kept in its state folder."""

    def __init__(self, source: Path, state: Path) -> None:
        self.folder = source / FOLDER
        self.progress_file = state / PROGRESS
        self.listed_file = state / LISTED
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

    def remember(self, what: str, mark: str) -> None:
        """Note how far a query has come; an empty mark forgets it."""
        self.progress[what] = mark
        if not mark:
            del self.progress[what]
        write(self.progress_file, msgspec.json.encode(self.progress, order="sorted"))

    def was_asked(self, what: str, window: Window) -> bool:
        """Say whether an earlier run asked about all of a window."""
        known = self._asked(what)
        return known is not None and known.begin_ms <= window.begin_ms and window.end_ms <= known.end_ms

    def remember_asked(self, what: str, window: Window) -> None:
        """Note that a window was asked about: what touches becomes one window; of two apart, the newer one counts."""
        known = self._asked(what)
        if known is not None and touch(known, window):
            window = Window(min(known.begin_ms, window.begin_ms), max(known.end_ms, window.end_ms))
        self.remember(what, f"{window.begin_ms} {window.end_ms}")

    def listed(self) -> Listed | None:
        """Return the tasks that an unfinished run has listed."""
        with contextlib.suppress(OSError, msgspec.DecodeError):  # nothing kept, or not ours: begin anew
            return msgspec.json.decode(self.listed_file.read_bytes(), type=Listed)
        return None

    def keep_listed(self, listed: Listed) -> None:
        write(self.listed_file, msgspec.json.encode(listed))

    def forget_listed(self) -> None:
        self.listed_file.unlink(missing_ok=True)

    def _asked(self, what: str) -> Window | None:
        match = ASKED.fullmatch(self.progress.get(what, ""))
        return Window(int(match[1]), int(match[2])) if match else None


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
    temporary = path.with_name(f".{path.name}.{os.getpid()}.aftercast-tmp")  # two runs at a time may write the same
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:  # noqa: PTH123 - its mode from the first byte on
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
