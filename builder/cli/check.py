"""`aftercast check`: the built site as a reader would meet it."""

from __future__ import annotations

import os
from pathlib import Path

import click
import msgspec

from builder.check import Finding, check
from builder.cli.common import json_option, note, places_of, site_options
from builder.cli.terminal import say
from builder.config import load_config
from builder.errors import ConfigError, VerificationError

WORDS = {
    "dead_link": "links to `{target}`, which is not there",
    "missing_file": "needs `{target}`, which is not there",
    "orphan": "no page leads here",
    "duplicate_address": "differs from `{target}` only in capitals",
}


@click.command()
@site_options
@json_option
def command(source: Path, output: Path | None, state: Path | None, as_json: bool) -> None:
    """Check the built site: dead links, missing assets, pages nobody can reach, addresses that clash.

    Exits with 8 when something is wrong.

    \b
    Example:  aftercast check --output output
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    places = places_of(source, output, state)
    if not (places.output / "index.html").is_file():
        raise ConfigError(f"{places.output}: expected a built site, found none", hint="run `aftercast build` first")
    checked = check(places.output, load_config(places.source, os.environ).base_url)
    if as_json:
        click.echo(msgspec.json.encode(checked).decode())
    else:
        for finding in checked.findings:
            say(f"{finding.page}: {words(finding)}")
        note(f"{checked.pages} pages and {checked.links} links checked")
    if checked.findings:
        count = len(checked.findings)
        raise VerificationError(f"{count} {'fault' if count == 1 else 'faults'} found in `{places.output}`")


def words(finding: Finding) -> str:
    return WORDS[finding.kind].format(target=finding.target)
