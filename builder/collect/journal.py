"""The receiver's own messages, one line each, written by a thread of their own.

A reader of our stderr that stalls or goes away must not hold up an answer: lines wait in a bounded queue and are
dropped, counted, when it is full. Nothing of a request's body, no key, sign, push parameter or stream id is ever passed
in; what comes from outside is cut to a harmless alphabet by `plain`.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections import deque
from collections.abc import Callable
from typing import TextIO

CAPACITY = 10_000
GATHER_SECONDS = 0.05
UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
ID = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class Journal:
    """A bounded row of lines and the thread that writes them, many at a time."""

    def __init__(self, stream: TextIO, clock: Callable[[], int]) -> None:
        self._stream = stream
        self._clock = clock
        self._lines: deque[tuple[int, str]] = deque()
        self._dropped = 0
        self._news = threading.Event()
        self._is_closing = threading.Event()
        self.is_broken = False  # the stream takes nothing any more
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def say(self, line: str) -> None:
        """Queue one line; never waits, never fails."""
        if len(self._lines) >= CAPACITY:
            self._dropped += 1
            return
        self._lines.append((self._clock() // 1000, line))
        if not self._news.is_set():
            self._news.set()

    def close(self, patience_seconds: float = 1.0) -> None:
        """Write what is waiting, as far as the reader takes it in time."""
        self._is_closing.set()
        self._news.set()
        self._thread.join(patience_seconds)

    def _run(self) -> None:
        while not self._is_closing.is_set():
            self._news.wait()
            self._is_closing.wait(GATHER_SECONDS)
            self._news.clear()
            self._write([self._lines.popleft() for _ in range(len(self._lines))])

    def _write(self, lines: list[tuple[int, str]]) -> None:
        dropped, self._dropped = self._dropped, 0
        if dropped:
            lines.append((self._clock() // 1000, f"{dropped} messages were dropped, nobody read them"))
        moments = {at_s: moment(at_s) for at_s in {at_s for at_s, _ in lines}}
        try:
            self._stream.write("".join(f"{moments[at_s]} {UNPRINTABLE.sub('?', line)}\n" for at_s, line in lines))
            self._stream.flush()
        except (OSError, ValueError):
            self.is_broken = True  # the reader is gone; the receiver goes on


def moment(at_s: int) -> str:
    return dt.datetime.fromtimestamp(at_s, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(value: object) -> str:
    """Return an id from outside for a message: itself when it is letters, digits, `_`, `.`, `-`; else `-`."""
    text = str(value) if type(value) in {str, int} else ""
    return text if ID.fullmatch(text) else "-"
