"""What commands share: the options that name a site, and the words for problems."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from builder.cli.terminal import say
from builder.model import Problem
from builder.places import Places, find_places, refuse_overlap

Command = TypeVar("Command", bound=Callable[..., Any])
SHOWN_PROBLEMS = 20
CALLBACKS = "recordings/callbacks"  # in the sources: what the receiver stores

source_option = click.option(
    "--source", type=click.Path(path_type=Path), default=Path("site_src"), show_default=True, help="The site's sources."
)
output_option = click.option(
    "--output", type=click.Path(path_type=Path), default=None, help="Where the site goes.  [default: output, beside]"
)
state_option = click.option(
    "--state", type=click.Path(path_type=Path), default=None, help="Where the catalog is kept.  [default: .aftercast]"
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(1, 256), default=None, help="Worker processes.  [default: the cores]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print data: stdout holds JSON and nothing else.")


def site_options(command: Command) -> Command:
    """Add `--source`, `--output` and `--state`."""
    return source_option(output_option(state_option(command)))


def jobs_of(told: int | None) -> int:
    """Return how many processes may work: as told, else one a core."""
    return told or os.cpu_count() or 1


def places_of(source: Path, output: Path | None = None, state: Path | None = None) -> Places:
    """Find the folders, and say on stderr when the state cannot be kept."""
    places = find_places(source, output, state)
    if places.state_is_temporary:
        note(f"the state folder beside `{source}` is not writable: building everything anew")
    return places


def places_to_build(source: Path, output: Path | None, state: Path | None) -> Places:
    """Find the folders for a command that writes pages; the state may not be among them."""
    places = places_of(source, output, state)
    refuse_overlap(places.state, places.output)
    return places


def note(sentence: str) -> None:
    """Say something on stderr."""
    say(f"aftercast: {sentence}", err=True)


def is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()  # it is None when the shell closed it: `2>&-`


def tell_problems(problems: Iterable[Problem]) -> None:
    """List the first problems on stderr, and where to see the rest."""
    found = list(problems)
    for problem in found[:SHOWN_PROBLEMS]:
        note(problem.sentence)
    if len(found) > SHOWN_PROBLEMS:
        note(f"and {len(found) - SHOWN_PROBLEMS} more; `aftercast problems` lists them all")
