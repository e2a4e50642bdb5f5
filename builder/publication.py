"""Makes the stale pages and lets them be seen: stage, doubt, flush, rename in order, remove, remember.

Whatever instant the process dies at, every page reachable from `/` is whole and its links resolve, and the next
build completes the work: pages leave `pending` only with their new manifest rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from builder.assets import Asset
from builder.catalog import Catalog
from builder.catalog.ledger import Ledger, Row
from builder.catalog.staging import ASSET, DOUBTFUL, KEPT, UNCHANGED, Staging
from builder.errors import AftercastError
from builder.model import PageKey, Value
from builder.output import FSYNC_EACH_LIMIT, TEMP_SUFFIX, OutputFolder
from builder.pages import kind_named
from builder.parent import end_with_parent
from builder.press import Outcome, Press, Worker, file_path, press_parallel
from builder.progress import Progress
from builder.stale import ASSETS, Stale, output_id
from builder.workshop import Workshop

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

POOL_THRESHOLD = 300  # sessions; below it starting workers costs more than they save
SMALL_RUN = FSYNC_EACH_LIMIT
REPORTED = 2000  # written paths kept for the report


class Published(Value, frozen=True):
    written: int
    unchanged: int
    removed: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]  # (path, why) of the first written


class Publication:
    """One run over one output folder. `prune`: the manifest is new, so files nobody knows are removed too."""

    def __init__(
        self, workshop: Workshop, catalog: Catalog, ledger: Ledger, folder: OutputFolder, *, prune: bool, dry: bool
    ) -> None:
        self.workshop = workshop
        self.catalog = catalog
        self.site = workshop.site(catalog)
        self.ledger = ledger
        self.folder = folder
        self.prune = prune
        self.dry = dry
        self.connection = catalog.connection
        self.fresh = prune and next(folder.files(), None) is None  # the output holds nothing yet: no need to look

    def run(self, stale: Stale, jobs: int, progress: Progress) -> Published:
        """Make and publish the stale pages."""
        with closing(Staging(self.connection, self.ledger.output)) as staging:
            small = not stale.is_bulk and not stale.assets and len(stale.singles) <= SMALL_RUN
            try:
                self._stage(staging, stale, jobs, progress)
                if not self.dry:
                    self._flush(staging, small=small)
                removals = sorted(self._removals(staging, stale))
            except BaseException:
                if not self.dry:
                    self.folder.discard()
                raise
            written = staging.written_count()
            reasons = tuple((path, why) for path, _, why in islice(staging.written(), REPORTED))
            if self.dry:
                files = self._files_after(staging, removals)
            else:
                self._show(staging, removals, small=small)
                self._remember(staging, removals, recount=stale.is_bulk)
                files = self.ledger.page_count()
        return Published(written, max(0, files - written), tuple(removals), reasons)

    def _files_after(self, staging: Staging, removals: list[str]) -> int:
        """Count the files that the manifest would know after a run that remembers nothing."""
        if self.prune:
            return staging.count()
        known = sum(self.ledger.row(path) is not None for path in removals)
        return self.ledger.page_count() + staging.unknown_count() - known

    # --- make ---

    def _stage(self, staging: Staging, stale: Stale, jobs: int, progress: Progress) -> None:
        if not self.dry:
            self._begin_run()
        if stale.assets:
            with self.catalog.transaction():
                staging.add(self._asset(asset) for asset in self.workshop.assets)
        count = 0
        for outcomes in self._outcomes(stale, jobs):
            with self.catalog.transaction():
                staging.add((row, rank, said(why, stale.cause(row.key))) for row, rank, why in outcomes)
            count += len(outcomes)
            progress("pages looked at", count)

    def _begin_run(self) -> None:
        if self.prune or self.ledger.was_interrupted():  # a new manifest does not know what an old run left
            self.folder.sweep()
        if self.prune:
            self.folder.unlink_folders()
        with self.catalog.transaction():
            self.ledger.set_running(True)

    def _outcomes(self, stale: Stale, jobs: int) -> Iterator[list[Outcome]]:
        press = Press(self.site, self.workshop.renderer, self.folder, self.ledger, fresh=self.fresh, dry=self.dry)
        keys = stale.keys(self.site)
        is_large = stale.is_bulk and self.catalog.totals().sessions > POOL_THRESHOLD
        if jobs > 1 and is_large and not self.catalog.is_rehearsed:  # which workers could not see
            yield from self._in_parallel(keys, jobs - 1, press)
            return
        chunk = []
        for key in keys:
            if (outcome := press.page(key)) is not None:
                chunk.append(outcome)
            if len(chunk) >= SMALL_RUN:
                yield chunk
                chunk = []
        yield chunk

    def _in_parallel(self, keys: Iterator[PageKey], workers: int, press: Press) -> Iterator[list[Outcome]]:
        import multiprocessing  # here: a small build starts no workers
        import pickle
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        context = multiprocessing.get_context("spawn")  # a fork would share the catalog's connection
        handed_over = context.Queue()  # no argument: a worker could not end quietly while it waits for a large one
        arguments = (handed_over, self.fresh, self.dry)
        with ProcessPoolExecutor(workers, mp_context=context, initializer=start_worker, initargs=arguments) as pool:
            workshop = pickle.dumps(self.workshop)
            for _ in range(workers):
                handed_over.put(workshop)
            try:
                yield from press_parallel(keys, pool, workers, press)
            except BrokenProcessPool as error:
                raise AftercastError("a worker process ended unexpectedly", hint="try `--jobs 1`") from error
            finally:
                handed_over.cancel_join_thread()  # a worker that was never needed took none

    def _asset(self, asset: Asset) -> Outcome:
        key = PageKey("asset", asset.path)
        row = self.ledger.row(asset.path)
        if row is not None and row.value == asset.digest and self.folder.is_intact(row.path, row.size, row.mtime_ns):
            return row, KEPT, ""
        is_of_bytes = "-" not in asset.digest  # of a large file it is of size and time: no need to read
        found = self.folder.digest(asset.path) if is_of_bytes and not self.fresh else None
        if found is not None and found[0] == asset.digest:
            return Row(asset.path, key, "", asset.digest, *found), UNCHANGED, ""
        if self.dry:
            return Row(asset.path, key, "", asset.digest, "", 0, 0), ASSET, "new or changed"
        if asset.origin is not None:
            staged, digest = self.folder.stage_file(asset.path, asset.origin)
        else:
            staged, digest = self.folder.stage(asset.path, asset.data), asset.digest
        value = DOUBTFUL if is_of_bytes and digest != asset.digest else asset.digest
        return Row(asset.path, key, "", value, digest, staged.size, staged.mtime_ns), ASSET, "new or changed"

    def _flush(self, staging: Staging, *, small: bool) -> None:
        """See that what the renames will show is whole on the disk."""
        if small:
            self.folder.sync_staged([path for path, _, _ in staging.written()])
        else:
            self.folder.sync_all()

    def _removals(self, staging: Staging, stale: Stale) -> set[str]:
        """Return the files that no page of this run claims, within what this run looked at."""
        if stale.everything:
            if not self.prune:
                return set(staging.leftovers())
            return {path for path in self.folder.files() if not staging.has(path) and not path.endswith(TEMP_SUFFIX)}
        gone: set[str] = set()
        for kind, language in sorted(stale.kinds):
            gone.update(staging.leftovers(kind, language))
        if stale.assets:
            gone.update(staging.leftovers("asset", ""))
        for key in stale.singles:
            paths = {*self.ledger.paths_of(key), file_path(kind_named(key.kind).path(self.site, key))}
            gone |= {path for path in paths if not staging.has(path) and self._is_of(path, key)}
        return gone

    def _is_of(self, path: str, key: PageKey) -> bool:
        row = self.ledger.row(path)
        return row is not None and row.key == key

    # --- show and remember ---

    def _show(self, staging: Staging, removals: list[str], *, small: bool) -> None:
        with self.catalog.transaction():
            self.ledger.doubt(removals)
            if not self.prune:  # else no file has a row, and one that nobody wants is removed anyway
                self.ledger.count_pages(staging.unknown_count())
                staging.claim()
        self.folder.commit(path for path, _, _ in staging.written())
        if small:
            self.folder.sync_folders([path for path, _, _ in staging.written()])
        self.folder.remove(removals)
        if not small:
            self.folder.sync_all()

    def _remember(self, staging: Staging, removals: list[str], *, recount: bool) -> None:
        with self.catalog.transaction():
            staging.into_manifest()
            fewer = self.ledger.drop(removals)
            self.ledger.count_pages(None if recount else -fewer)
            self.ledger.clear_pending()
            again = {ASSETS if key.kind == ASSETS.kind else key for key in staging.doubtful()}
            self.ledger.add_pending(again, "written to during the build")
            self.ledger.set_running(False)
            self.ledger.store_built()


def start_worker(handed_over: Queue[bytes], fresh: bool, dry: bool) -> None:
    """Open the site in a worker process, for reading only.

    The workshop is a copy of that whose digests are remembered: files that are written meanwhile are the next build's.
    """
    import pickle  # here: a small build starts no workers

    end_with_parent()
    workshop: Workshop = pickle.loads(handed_over.get())  # noqa: S301  our parent's own bytes
    places = workshop.places
    catalog = Catalog.open(places.state, readonly=True)
    ledger = Ledger(catalog.connection, output_id(places))
    Worker.press = Press(
        workshop.site(catalog), workshop.renderer, OutputFolder(places.output), ledger, fresh=fresh, dry=dry
    )


def said(why: str, cause: str) -> str:
    return f"{why}: {cause}" if why and cause else why
