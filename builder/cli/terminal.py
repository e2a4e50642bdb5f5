"""What is printed for people: one event a line, and nothing in it that could steer a terminal.

Titles, ids and file names come from records and may hold escape sequences, line breaks or direction controls.
"""

from __future__ import annotations

import re

import click

UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Return text with control characters, direction controls and lone surrogates written as `\u001b`.

    Inside a JSON string that is the same text, so data may be printed with it too.
    """
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def say(text: str, *, err: bool = False) -> None:
    """Print one line for a person."""
    click.echo(printable(text), err=err)
