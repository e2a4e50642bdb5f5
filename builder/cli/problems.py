"""`aftercast problems`: what is wrong with the records, and what was set aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from builder.catalog import Note
from builder.cli.common import json_option, note, source_option, state_option
from builder.cli.reading import Desk, up_to_date
from builder.cli.terminal import say
from builder.errors import ConfigError
from builder.wording import count

PRIVATE = ("stream_id", "excerpt")


@click.group("problems", invoke_without_command=True, short_help="List what is wrong, and what was set aside.")
@source_option
@state_option
@json_option
@click.pass_context
def command(context: click.Context, source: Path, state: Path | None, as_json: bool) -> None:
    """List what is wrong with the records and with what people wrote, show one, or read the records again.

    \b
    Example:  aftercast problems show recordings/a.jsonl#3
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    given = {"source": source, "state": state, "as_json": as_json}
    context.default_map = dict.fromkeys(command.commands, given)  # what is said before `list` counts for it too
    if context.invoked_subcommand is None:
        context.invoke(list_problems, source=source, state=state, as_json=as_json)


@command.command("list")
@source_option
@state_option
@json_option
def list_problems(source: Path, state: Path | None, as_json: bool) -> None:
    """List every problem in one line, with the number to show it by."""
    with up_to_date(source, state) as desk:
        found = desk.problems()
    for each in found:
        say(msgspec.json.encode(as_data(each, private=False)).decode() if as_json else line_of(each))
    if not found and not as_json:
        note(f"no problems{where(desk)}")


@command.command("show")
@click.argument("number")
@source_option
@state_option
@json_option
def show(number: str, source: Path, state: Path | None, as_json: bool) -> None:
    """Show one problem with all that is known about it, an excerpt of the record too.

    NUMBER is what its line in `aftercast problems list` begins with.
    """
    with up_to_date(source, state) as desk:
        found = desk.problem(number)
    if found is None:
        raise ConfigError(
            f"`{number[:80]}` expected the number of a problem, found none of that number",
            hint="`aftercast problems list` has the numbers",
        )
    data = as_data(found, private=True)
    if as_json:
        click.echo(msgspec.json.encode(data).decode())
        return
    for name, value in data.items():
        if name == "quarantined":
            say(f"{name}: {'yes' if value else 'no'}")
        elif value not in ("", 0):
            say(f"{name}: {value}")


@command.command("retry")
@source_option
@state_option
def retry(source: Path, state: Path | None) -> None:
    """Read the files with problems again, from their start."""
    with up_to_date(source, state, retry=True) as desk:
        left = len(desk.problems())
    note(f"{count(left, 'problem is', 'problems are') if left else 'no problems are'} left{where(desk)}")


def where(desk: Desk) -> str:
    """Say that what was told of is not all, where the news were not taken over."""
    return "" if desk.is_current else " in the catalog as it stands"


def line_of(found: Note) -> str:
    standing = "set aside" if found.problem.quarantined else "warning"
    return f"{found.number}  {found.problem.code} ({standing})  {found.problem.sentence}"


def as_data(found: Note, *, private: bool) -> dict[str, Any]:
    """Return a problem as plain data; what names a stream only where that was asked for."""
    data: dict[str, Any] = {"number": found.number}
    for name in found.problem.__struct_fields__:
        if private or name not in PRIVATE:
            data[name] = getattr(found.problem, name)
    return data
