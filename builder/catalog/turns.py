"""Turns: what several readers send at a time, put into the order of files.

Rows of a file come one after another in their table. Rows of two files that are stored in turns would split pages in
its middle, which costs more than writing what came too early to a file and reading it again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

HEAD_BYTES = 9  # number of the file, and whether the message is its last
SIZE_BYTES = 4


def with_head(file: int, message: bytes, *, is_last: bool) -> bytes:
    return file.to_bytes(HEAD_BYTES - 1, "big") + bytes((is_last,)) + message


class Turns:
    """Messages in, messages out, file by file in the order given; each file has a last message."""

    def __init__(self, folder: Path, files: Iterable[int]) -> None:
        self._folder = folder
        self._order = deque(files)
        self._early: set[int] = set()  # not open, for they may be thousands

    def take(self, message: bytes) -> Iterator[bytes]:
        """Yield, without their heads, this message and those that waited for it, or nothing yet."""
        file = int.from_bytes(message[: HEAD_BYTES - 1], "big")
        if file != self._order[0]:
            self._keep(file, message[HEAD_BYTES - 1 :])
            return
        yield message[HEAD_BYTES:]
        is_last = message[HEAD_BYTES - 1]
        while is_last:
            self._order.popleft()
            is_last = 0
            if self._order and self._order[0] in self._early:
                for early in self._kept(self._order[0]):
                    yield early[1:]
                    is_last = early[0]

    def _keep(self, file: int, message: bytes) -> None:
        self._early.add(file)
        with self._place(file).open("ab") as stored:
            stored.write(len(message).to_bytes(SIZE_BYTES, "big") + message)

    def _kept(self, file: int) -> Iterator[bytes]:
        self._early.remove(file)
        place = self._place(file)
        with place.open("rb") as stored:
            while size := stored.read(SIZE_BYTES):
                yield stored.read(int.from_bytes(size, "big"))
        place.unlink()

    def _place(self, file: int) -> Path:
        return self._folder / f"{file}.early"
