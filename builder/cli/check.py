"""`aftercast check`: the built site as a reader would meet it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from builder.check import Finding, check, resolve
from builder.cli.common import json_option, note, places_of, site_options
from builder.cli.terminal import say
from builder.config import load_config
from builder.errors import ConfigError, VerificationError
from builder.places import MARKER
from builder.wording import count

WORDS = {
    "dead_link": "links to `{target}`, which is not there",
    "missing_file": "needs `{target}`, which is not there",
    "orphan": "no page leads here",
    "duplicate_address": "differs from `{target}` only in capitals",
}
MISSING = {"dead_link", "missing_file"}
MEND = "what you wrote is put right in the sources; what the site makes, `aftercast build --clean` writes again"


@click.command(short_help="Check the built site: dead links, missing files.")
@site_options
@json_option
def command(source: Path, output: Path | None, state: Path | None, as_json: bool) -> None:
    """Check the built site: dead links, missing assets, pages nobody can reach, addresses that clash.

    Exits with 8 when something is wrong.

    \b
    Example:  aftercast check --output output
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    places = places_of(source, output, state)
    if not any((places.output / name).is_file() for name in ("index.html", MARKER)):
        raise ConfigError(f"{places.output}: expected a built site, found none", hint="run `aftercast build` first")
    base_url = load_config(places.source, os.environ).base_url
    checked = check(places.output, base_url)
    faults = list(lines(checked.findings, base_url))
    if as_json:
        click.echo(msgspec.json.encode(checked).decode())
    else:
        for line in faults:
            say(line)
        note(f"{count(checked.pages, 'page')} and {count(checked.links, 'link')} checked")
    if faults:
        is_missing = any(finding.kind in MISSING for finding in checked.findings)
        raise VerificationError(
            f"{count(len(faults), 'fault')} found in `{places.output}`",
            hint=MEND if is_missing else "",
        )


def lines(findings: Iterable[Finding], base_url: str) -> Iterator[str]:
    """Word what is wrong; a target that is missing once, with the first page that wants it and how many do."""
    base = urlsplit(base_url)
    groups: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in findings:
        missing = finding.kind in MISSING
        place = resolve(finding.page, finding.target, base.netloc, base.path) if missing else finding.page
        groups.setdefault((finding.kind, place), []).append(finding)
    for group in groups.values():
        first, pages = group[0], len({finding.page for finding in group})
        more = f" ({pages} pages want it)" if pages > 1 else ""
        yield f"{first.page}: {WORDS[first.kind].format(target=first.target)}{more}"
