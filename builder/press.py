"""Renders pages and stages them, here or in several processes.

A page is looked at in three steps, each cheaper to stop at than the next: its value and theme are those of the
manifest and the file is intact (nothing to do); the new bytes are those on the disk (only the row is new);
else it is written beside its target.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from builder import inside
from builder.catalog.ledger import Ledger, Row
from builder.catalog.staging import CHANGED, DOUBTFUL, KEPT, NEW, NEW_HOME, UNCHANGED
from builder.content.beside import MAX_BYTES, digest_of, within
from builder.model import PageKey
from builder.output import OutputFolder, Staged, content_hash
from builder.pages import Kind, Site, kind_named
from builder.pages.attachment import Attachment
from builder.render import Renderer

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

CHUNK = 100  # pages per task: large enough to hide the hand-over, small enough to share the work
IN_FLIGHT = 4  # tasks per worker that wait; bounds the memory whatever the number of pages

Outcome = tuple[Row, int, str]  # the row as it will be, its rank, and why it is written


class Press:
    """Everything needed to make pages: the site, the theme, the folder and what the manifest knows."""

    def __init__(
        self, site: Site, renderer: Renderer, folder: OutputFolder, ledger: Ledger, *, fresh: bool, dry: bool
    ) -> None:
        self.site = site
        self.renderer = renderer
        self.folder = folder
        self.ledger = ledger
        self.fresh = fresh  # the output holds nothing yet: no need to look
        self.dry = dry  # only say what would be written

    def run(self, keys: Iterable[PageKey]) -> list[Outcome]:
        """Make the pages of `keys`; a key whose page must not exist has no outcome."""
        return [outcome for key in keys if (outcome := self.page(key)) is not None]

    def page(self, key: PageKey) -> Outcome | None:
        kind = kind_named(key.kind)
        value = kind.data(self.site, key)
        if value is None:
            return None
        url = kind.path(self.site, key)
        path = file_path(url)
        theme, seen = self.renderer.theme_digest(kind, key.language), value_digest(value)
        row = None if self.fresh else self.ledger.row(path)
        intact = row is not None and self.folder.is_intact(path, row.size, row.mtime_ns)
        if row is not None and intact and (row.theme, row.value, row.key) == (theme, seen, key):
            return row, KEPT, ""
        data, is_of_value = self._made(kind, value, key, url)
        seen = seen if is_of_value else DOUBTFUL
        digest = content_hash(data)
        if (found := self._on_disk(path, digest, row if intact else None)) is not None:
            return Row(path, key, theme, seen, digest, *found), UNCHANGED, ""
        staged = self._stage(path, data)
        why = reason(row, staged, theme, seen)
        return Row(path, key, theme, seen, digest, staged.size, staged.mtime_ns), rank_of(staged), why

    def _made(self, kind: Kind, value: msgspec.Struct, key: PageKey, url: str) -> tuple[bytes, bool]:
        """Return the bytes of a page, and whether they are of its value: not where the file was written meanwhile."""
        if not isinstance(value, Attachment):
            return self.renderer.render(kind, value, key.language, url), True
        raw = inside.need(self.site.source, value.source, MAX_BYTES)
        kept = value.kept
        data = raw if kept is None else within(raw, value.source, kept.from_ms, kept.to_ms, kept.pictures)
        return data, digest_of(raw) == value.digest

    def _stage(self, path: str, data: bytes) -> Staged:
        if self.dry:
            return Staged(path, len(data), 0, is_new=self.fresh or self.folder.digest(path) is None)
        return self.folder.stage(path, data)

    def _on_disk(self, path: str, digest: str, row: Row | None) -> tuple[int, int] | None:
        """Return (size, mtime_ns) when these bytes already stand at the target."""
        if self.fresh:
            return None
        if row is not None and row.hash:
            return (row.size, row.mtime_ns) if row.hash == digest else None
        found = self.folder.digest(path)
        return (found[1], found[2]) if found is not None and found[0] == digest else None


def press_parallel(keys: Iterable[PageKey], pool: Executor, workers: int, press: Press) -> Iterator[list[Outcome]]:
    """Share `keys` among the workers of `pool` (made with `start_worker`) and `press`, that of this process.

    Yield outcomes as they come. This process makes pages whenever the workers have enough to do, so that it is not
    idle while they start, and one process less is started.
    """
    from concurrent.futures import FIRST_COMPLETED, wait  # here: a small build starts no workers

    running: set[Future[list[Outcome]]] = set()
    iterator = iter(keys)
    while True:
        while len(running) < workers * IN_FLIGHT and (chunk := list(islice(iterator, CHUNK))):
            running.add(pool.submit(run_chunk, chunk))
        own = list(islice(iterator, CHUNK))
        if own:
            yield press.run(own)
        if not running:
            return
        done, running = wait(running, timeout=0 if own else None, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()


class Worker:
    """Holds the press of a worker process between its tasks."""

    press: Press | None = None


def run_chunk(keys: list[PageKey]) -> list[Outcome]:
    assert Worker.press is not None, "the pool is made with start_worker as its initializer"
    return Worker.press.run(keys)


def rank_of(staged: Staged) -> int:
    if not staged.is_new:
        return CHANGED
    return NEW_HOME if staged.path == "index.html" else NEW


def reason(row: Row | None, staged: Staged, theme: str, seen: str) -> str:
    """Say in words why the page is written."""
    if row is None:
        return "new" if staged.is_new else "the file was not ours or not known"
    if staged.is_new:
        return "the file was missing"
    if not row.hash:
        return "an earlier build was interrupted"
    changed = [word for word, old, new in (("theme", row.theme, theme), ("data", row.value, seen)) if old != new]
    return " and ".join(changed) + " changed" if changed else "the file was changed by someone else"


def file_path(url: str) -> str:
    """Turn a URL path into the file that answers it, relative to the output."""
    return url.lstrip("/") + "index.html" if url.endswith("/") else url.lstrip("/")


def value_digest(value: msgspec.Struct) -> str:
    return hashlib.blake2b(msgspec.msgpack.encode(value), digest_size=12).hexdigest()
