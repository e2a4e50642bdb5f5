"""`aftercast init`: start a site."""

from __future__ import annotations

import secrets
import shlex
import shutil
import sys
from pathlib import Path

import click

from builder.starter import start_site


@click.command("init", short_help="Start a site in DIR.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> None:
    """Start a site in DIR: sources with comments, a place for your templates, an output folder.

    \b
    Example:  aftercast init mysite
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    written = start_site(folder, secrets.token_hex(16))
    place = shlex.quote(folder.as_posix())
    click.echo(f"started a site in {folder}: {len(written)} files, to begin with site_src/site.yaml")
    click.echo(f"next: put records into {place}/site_src/recordings/ (the provider's JSON into callbacks/ in it), then")
    click.echo(f"      {called()} build --source {place}/site_src --output {place}/output")


def called() -> str:
    """Return how to call this command again: by its name, or by its path where the name is not found."""
    path = Path(sys.argv[0])
    return "aftercast" if shutil.which("aftercast") or path.name != "aftercast" else shlex.quote(str(path))
