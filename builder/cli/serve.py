"""`aftercast serve`: a preview on this machine that builds and reloads by itself."""

from __future__ import annotations

import os
import threading
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

import click

from builder.build import BuildReport, Options
from builder.catalog import Catalog
from builder.catalog.ledger import Ledger
from builder.cli.common import jobs_of, jobs_option, note, places_to_build, site_options
from builder.cli.watch import Teller
from builder.errors import AftercastError
from builder.listening import authority
from builder.loop import Loop, watched
from builder.places import Places
from builder.serve import News, Preview, listen, serve
from builder.stale import output_id


class BuiltFiles(Container[str]):
    """The files that the manifest knows, asked one by one: a large site is never loaded for a preview."""

    def __init__(self, places: Places) -> None:
        self.places = places

    def __contains__(self, path: object) -> bool:
        with suppress(AftercastError), Catalog.open(self.places.state, readonly=True) as catalog:
            return Ledger(catalog.connection, output_id(self.places)).row(str(path)) is not None
        return False  # there is no catalog before the first build


class Herald(Teller):
    """Tells the terminal and the open pages."""

    def __init__(self, news: News) -> None:
        super().__init__()
        self.news = news

    def building(self) -> None:
        super().building()
        self.news.building()

    def built(self, report: BuildReport) -> None:
        super().built(report)
        is_all = report.pages.written <= len(report.written)  # a report names the first files only
        self.news.built([*(path for path, _ in report.written), *report.removed] if is_all else None)

    def failed(self, error: AftercastError) -> None:
        super().failed(error)
        self.news.failed(f"{error.sentence}\nhint: {error.hint}" if error.hint else error.sentence)


@click.command(short_help="Preview the site on this machine; it follows every change.")
@site_options
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Listen there; 0 picks a free port."
)
@click.option("--host", default=None, help="Listen here instead of loopback; then anyone who reaches it sees the site.")
@jobs_option
def command(
    source: Path, output: Path | None, state: Path | None, *, port: int, host: str | None, jobs: int | None
) -> None:
    """Preview the site on this machine: builds after every change, and open pages reload by themselves.

    \b
    Example:  aftercast serve --port 8000
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    places = places_to_build(source, output, state)
    sockets = listen(port, host)
    bound = sockets[0].getsockname()[1]
    if host is not None:
        note(f"warning: listening on `{host}`: other machines may read this preview")
    news, stop = News(), threading.Event()
    own = authority(host or "127.0.0.1", bound)
    extra = frozenset({own.lower(), own.lower().removesuffix(":80")} if host else ())
    options = Options(jobs=jobs_of(jobs), wait=True)
    with watched(places) as watcher:
        preview = Preview(
            places.output,
            lambda: BuiltFiles(places),
            news,
            port=bound,
            extra_hosts=extra,
            is_stirred=lambda: watcher.is_stirred,
        )
        loop = threading.Thread(
            target=Loop(places, os.environ, options, Herald(news)).run, args=(watcher, stop), name="rebuild"
        )
        loop.start()
        try:
            serve(preview, sockets, lambda: click.echo(f"http://{own}/"))
        finally:
            watcher.stop(stop)
            loop.join()
