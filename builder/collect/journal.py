"""The receiver's own messages, one line each, written by a thread of their own.

A reader of our stderr that stalls or goes away must not hold up an answer: lines wait in a bounded queue and are
dropped, counted, when it is full. Nothing of a request's body, no key, sign, push parameter or stream id is ever passed
in; what comes from outside is cut to a harmless alphabet by `plain`.
"""

from __future__ import annotations

import datetime as dt
import queue
import re
import threading
from collections.abc import Callable
from typing import TextIO

CAPACITY = 10_000
UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
ID = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class Journal:
    """A bounded queue of lines and the thread that writes them."""

    def __init__(self, stream: TextIO, clock: Callable[[], int]) -> None:
        self._stream = stream
        self._clock = clock
        self._lines: queue.Queue[str | None] = queue.Queue(CAPACITY)
        self._dropped = 0
        self.is_broken = False  # the stream takes nothing any more
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def say(self, line: str) -> None:
        """Queue one line; never waits, never fails."""
        moment = dt.datetime.fromtimestamp(self._clock() / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            self._lines.put_nowait(f"{moment} {UNPRINTABLE.sub('?', line)}\n")
        except queue.Full:
            self._dropped += 1

    def close(self, patience_seconds: float = 1.0) -> None:
        """Write what is waiting, as far as the reader takes it in time."""
        if self._dropped:
            self.say(f"{self._dropped} messages were dropped, nobody read them")
        try:
            self._lines.put(None, timeout=patience_seconds)
        except queue.Full:
            return
        self._thread.join(patience_seconds)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                self._stream.write(line)
                self._stream.flush()
            except (OSError, ValueError):
                self.is_broken = True  # the reader is gone; the receiver goes on


def plain(value: object) -> str:
    """Return an id from outside for a message: itself when it is letters, digits, `_`, `.`, `-`; else `-`."""
    text = str(value) if type(value) in {str, int} else ""
    return text if ID.fullmatch(text) else "-"
