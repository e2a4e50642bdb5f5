"""What is printed for people: one event a line, and nothing in it that could steer a terminal.

Titles, ids and file names come from records and may hold escape sequences, line breaks or direction controls.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable

import click

LINES_AT_ONCE = 256
UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Return text with control characters, direction controls and lone surrogates written as `\u001b`.

    Inside a JSON string that is the same text, so data may be printed with it too.
    """
    if text.isprintable():  # then nothing unsafe is in it; long lines are looked through many times faster
        return text
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def say_all(lines: Iterable[str]) -> None:
    """Print many lines, each as `say` does, some hundred at a time: every call flushes.

    When the lines end in an error, those made before it are printed first.
    """
    waiting: list[str] = []
    try:
        for line in lines:
            waiting.append(printable(line))
            if len(waiting) >= LINES_AT_ONCE:
                click.echo("\n".join(waiting))
                waiting.clear()
    finally:
        if waiting:
            click.echo("\n".join(waiting))


def say_data(lines: bytes) -> None:
    """Print lines of JSON that are known to be safe."""
    click.echo(lines)


def say(text: str, *, err: bool = False) -> None:
    """Print one line for a person; that nobody can read stderr is no reason to give up what is being done."""
    if err:
        show(printable(text))
    else:
        click.echo(printable(text))


def show(text: str) -> None:
    """Print a text of our own on stderr, lines and all, if anybody can read it."""
    with contextlib.suppress(OSError):
        click.echo(text, err=True)
