"""`aftercast redact`: hash the push secrets in the records that the receiver has already stored."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import click

from builder.cli.common import CALLBACKS, note, source_option
from builder.cli.terminal import say
from builder.collect.keys import redaction_key
from builder.collect.rewriting import passed_over, redact_folder, set_aside
from builder.config import refuse_other_place
from builder.errors import StorageError
from builder.wording import count

SHOWN_FILES = 24


@click.command("redact", short_help="Hash the secrets in callbacks that are stored already.")
@source_option
def command(source: Path) -> None:
    """Replace txSecret, txTime and tokens in stored callbacks by keyed hashes.

    Looks at recordings/callbacks only, and there at lines that the receiver wrote. Every file is rewritten beside
    itself and then replaced; sessions stay as they are. The receiver must not be running. The key of the hashes is
    AFTERCAST_REDACT_KEY, or comes from the first callback key.

    \b
    Example:  AFTERCAST_REDACT_KEY=… aftercast redact --source mysite/site_src
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    refuse_other_place(source)
    folder = source / CALLBACKS
    key = redaction_key(os.environ)
    failure = None
    if folder.is_dir():
        try:
            with interrupted_by_signals():
                redact(folder, key)
        except StorageError as error:
            failure = error  # said at the end: the notes are about other files
        tell_set_aside(folder)
        tell_passed_over(folder)
    else:
        note(f"`{folder}` does not exist, nothing to do")
    tell_others(folder)
    if failure:
        raise failure


@contextlib.contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """End as at Ctrl+C when told to stop: what is half written, a copy in clear as it may be, goes at once."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # `nohup` has SIGHUP ignored
            signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def redact(folder: Path, key: bytes) -> None:
    """Redact the receiver's folder, and say what became of each file."""
    for file in redact_folder(folder, key):
        click.echo(f"{file.name}: {file.redacted} redacted, {file.already} before")
        if file.left:
            lines = count(file.left, "line was", "lines were")
            note(f"`{folder / file.name}`: {lines} not written by the receiver, left as found")


def tell_set_aside(folder: Path) -> None:
    """Name the torn tails, which hold what nobody has acknowledged."""
    pieces = set_aside(folder)
    if pieces:
        note(f"torn tails kept aside may hold secrets: {', '.join(pieces)}")
        say("hint: nothing in them was acknowledged; delete them when you do not need them", err=True)


def tell_passed_over(folder: Path) -> None:
    """Name the files below the folder that were not redacted, and say how they can be."""
    files = passed_over(folder)
    for path in files[:SHOWN_FILES]:
        note(f"`{path}` was passed over and may hold secrets")
    if len(files) > SHOWN_FILES:
        note(f"and {len(files) - SHOWN_FILES} more files below `{folder}`")
    if files:
        click.echo(
            "hint: only `*.jsonl` and `*.jsonl.gz` in the folder itself are redacted: unpack other files, "
            "move them there as YYYY-MM-DD.jsonl under a free name, and run this again",
            err=True,
        )


def tell_others(folder: Path) -> None:
    """Say that there are files outside the folder, which redaction never looks at."""
    other = next((name for name in sorted(folder.parent.glob("*")) if name != folder and name.name[0] != "."), None)
    if other:
        note(f"`{other}` and what else is outside `{folder}` was not looked at and may hold secrets")
        say("hint: keep logs of callbacks out of git; only lines that `collect` wrote are redacted", err=True)
