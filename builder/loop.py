"""Builds again whenever the sources change and are quiet, until told to stop.

A failed build is told and the loop goes on: the next change may mend it. What is loaded (profiles, templates) is
kept from build to build and read again only when a file other than a record changed.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from builder.build import BuildReport, Options, build
from builder.errors import AftercastError, storage_error
from builder.places import Places
from builder.watch import Watcher
from builder.workshop import Workshop, source_folders


class Listener(Protocol):
    """Who is told what happens."""

    def building(self) -> None: ...

    def progress(self, what: str, count: int) -> None: ...

    def built(self, report: BuildReport) -> None: ...

    def failed(self, error: AftercastError) -> None: ...


class Loop:
    """The rebuild loop of `watch` and `serve`."""

    def __init__(self, places: Places, environ: Mapping[str, str], options: Options, listener: Listener) -> None:
        self.places = places
        self.environ = environ
        self.options = options
        self.listener = listener
        self.workshop: Workshop | None = None

    def run(self, watcher: Watcher, stop: threading.Event) -> None:
        """Build once, then after every change; returns when `stop` is set."""
        changed: list[str] = []
        while True:
            is_made = self._build(changed)
            if self.workshop is not None:
                watcher.forget(self.workshop.redirects_seen)  # a build may have written them itself
            changed = watcher.wait(stop, is_made=is_made)
            if not changed:
                return

    def _build(self, changed: list[str]) -> bool:
        """Build, and say whether that made the output."""
        self.listener.building()
        try:
            self.listener.built(build(self._loaded(changed), self.options, self.listener.progress))
        except (AftercastError, OSError) as error:
            self.workshop = None  # what is loaded may be the cause
            self.listener.failed(error if isinstance(error, AftercastError) else storage_error(error))
            return False
        return True

    def _loaded(self, changed: list[str]) -> Workshop:
        records = str(self.places.source / "recordings") + "/"
        if self.workshop is None:
            self.workshop = Workshop(self.places, self.environ, stays=True)
        elif any(not path.startswith(records) for path in changed):
            self.workshop.load()
        return self.workshop


@contextmanager
def watched(places: Places) -> Iterator[Watcher]:
    """Watch everything a build depends on, and whether its output is still there.

    watchdog watches a folder twice that appears while it takes on the one above (`cp -r`), and warns of itself: the
    second watch replaces the first, nothing is lost, and nobody who reads it could do anything.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning, "watchdog")
        with Watcher(source_folders(places), places.output) as watcher:
            yield watcher
