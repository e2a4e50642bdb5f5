"""The meter: shows on stderr how far long work has come: a line drawn anew on a terminal, elsewhere a line at times."""

from __future__ import annotations

import contextlib
import time

import click

from builder.cli.common import is_terminal, note

REDRAWN_S = 0.2
LINE_S = 15.0
WIPE = "\r\x1b[K"


class Meter:
    """Shows the progress of one piece of work; `wipe` it before anything else is printed."""

    def __init__(self) -> None:
        self._is_drawn = is_terminal()
        self._pause_s = REDRAWN_S if self._is_drawn else LINE_S
        self._due = time.monotonic() + self._pause_s
        self._is_there = False

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def __call__(self, what: str, count: int) -> None:
        """Show a count, unless one was shown just now; work of a moment shows none."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + self._pause_s
        if self._is_drawn:
            self._draw(f"{WIPE}{count:,} {what}")
            self._is_there = True
        else:
            note(f"{count:,} {what} so far")

    def wipe(self) -> None:
        if self._is_there:
            self._draw(WIPE)
            self._is_there = False

    def _draw(self, text: str) -> None:
        with contextlib.suppress(OSError):  # that nobody can read stderr is no reason to give up what is being done
            click.echo(text, nl=False, err=True)
