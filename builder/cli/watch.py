"""`aftercast watch`: build whenever the sources change."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import click

from builder.build import BuildReport, Options
from builder.cli import complain
from builder.cli.build import tell
from builder.cli.common import jobs_of, jobs_option, note, places_to_build, site_options
from builder.cli.meter import Meter
from builder.errors import AftercastError
from builder.loop import Loop, watched


class Teller:
    """Says on stderr how far each build has come, and what it did."""

    def __init__(self) -> None:
        self.meter = Meter()

    def building(self) -> None:
        self.meter = Meter()

    def progress(self, what: str, count: int) -> None:
        self.meter(what, count)

    def built(self, report: BuildReport) -> None:
        self.meter.wipe()
        tell(report, explain=False, dry=False)

    def failed(self, error: AftercastError) -> None:
        self.meter.wipe()
        complain(error.sentence, error.hint)


@click.command()
@site_options
@jobs_option
def command(source: Path, output: Path | None, state: Path | None, jobs: int | None) -> None:
    """Build the site, then again whenever its sources change.

    \b
    Example:  aftercast watch --source site_src --output output
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    places = places_to_build(source, output, state)
    options = Options(jobs=jobs_of(jobs), wait=True)
    stop = threading.Event()
    with watched(places) as watcher:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: watcher.stop(stop))
        note(f"watching `{places.source}`; stop with Ctrl+C")
        Loop(places, os.environ, options, Teller()).run(watcher, stop)
