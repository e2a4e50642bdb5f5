"""Bringing the catalog up to date: what is new in the sources → changed sessions → pages that have to be made again.

Everything happens in one transaction: rows, checkpoints, recordings, sessions, totals and the notes about pages are
stored together or not at all. A little news takes the incremental way, much of it the bulk one; the result is the same.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from builder.catalog import facts, findings
from builder.catalog.catalog import Catalog
from builder.catalog.comparing import changed_spoken, compare_bulk, keep_former_addresses, removed_sessions
from builder.catalog.deriving import Setting
from builder.catalog.exposure import forgotten, refuse_exposure, withheld_in
from builder.catalog.guard import refuse_removal
from builder.catalog.intake import Batch, FileRow, Plan, batches, plan
from builder.catalog.ledger import EVERYTHING, Ledger
from builder.catalog.now import Now
from builder.catalog.replacing import Change, assign, changes, replace
from builder.catalog.rows import encode
from builder.catalog.setting import code_digest, concern, digest_of, kept
from builder.catalog.updating import Intake, Update
from builder.catalog.values import RefreshReport
from builder.model import Counts, Media, PageKey, Problem, Session, Value
from builder.progress import Progress, unseen
from builder.sessions import Rules
from builder.sources import SourceSettings, find_sources

INCREMENTAL_BYTES = 4_000_000  # of new text; more is loaded in bulk
INCREMENTAL_ROWS = 5_000  # new or dropped notices, or recordings to group again
INCREMENTAL_SESSIONS = 1_000  # changed sessions whose pages are noted one by one
SHOWN_PROBLEMS = 1_000

Affected = Callable[[Catalog, Session | None, Session | None], Iterable[PageKey]]


class Inputs(Value, frozen=True):
    """All that decides what the catalog holds, and how many processes may make it."""

    source: Path
    settings: SourceSettings
    rules: Rules
    media: Media
    now_override_ms: int | None = None
    jobs: int | None = None  # None: one a core
    unread: tuple[str, ...] = ()  # why a file of `replays/` that is gone may be meant all the same, in words
    names: tuple[str, ...] = ()  # of all that lies in `replays/`, read or not

    @property
    def setting(self) -> Setting:
        return Setting(self.rules, self.media)


class TooMuchError(Exception):
    """There is more news than the incremental way is for."""


@dataclass(frozen=True)
class Refresh:
    """One run; `affected` tells the pages that a changed session touches, of every known output and of `output_ids`."""

    catalog: Catalog
    inputs: Inputs
    affected: Affected
    output_ids: tuple[str, ...]
    allow_removal: bool = False
    allow_exposure: bool = False
    progress: Progress = unseen

    @property
    def connection(self) -> sqlite3.Connection:
        return self.catalog.connection

    def run(self) -> RefreshReport:
        """Bring the catalog up to date with the sources and rules; note the pages that may change.

        Raises, with the catalog untouched, `ConfigError` when two sessions have one address, `RemovalError` when more
        sessions would vanish than may without `allow_removal`, and `ExposureError` when what people hid would be seen
        without `allow_exposure`. Running it again without news changes nothing.
        """
        settings = f"{self.inputs.settings.digest()} {code_digest()}"
        todo = plan(facts.file_rows(self.connection), find_sources(self.inputs.source), settings)
        digest = digest_of(self.inputs.setting)
        is_same_setting = self.catalog.meta("setting") == digest and self._is_same_now()
        if not todo.tasks and not todo.gone and is_same_setting:
            return self._report(Counts(), self._standing(todo))
        if self._is_empty() and not self.catalog.is_rehearsal:
            with self.catalog.loading(), self.catalog.transaction():
                return self._bulk(todo, digest)
        with self.catalog.transaction():
            self.connection.execute("SAVEPOINT attempt")
            try:
                return self._incremental(todo, digest, is_same_setting=is_same_setting)
            except TooMuchError:
                self.connection.execute("ROLLBACK TO attempt")
            return self._bulk(todo, digest)

    def _standing(self, todo: Plan) -> tuple[Problem, ...]:
        """Keep what may not be read, when there is nothing else to do; return it and what is wrong with curation."""
        if findings.denied(self.connection) != sorted(todo.denied, key=lambda problem: problem.source):
            with self.catalog.transaction():
                findings.note_denied(self.connection, todo.denied)
        return (*todo.denied, *findings.about_curations(self.connection))[:SHOWN_PROBLEMS]

    def _is_empty(self) -> bool:
        return self.connection.execute("SELECT 1 FROM files LIMIT 1").fetchone() is None

    def _is_same_now(self) -> bool:
        return self.catalog.meta("now_override_ms") == self.inputs.now_override_ms

    # --- the incremental way ---

    def _incremental(self, todo: Plan, digest: str, *, is_same_setting: bool) -> RefreshReport:
        intake = self._read(todo)
        update = Update(self.connection, self.catalog.setting(), self.inputs.setting)
        if not is_same_setting:
            self._concern(update)
        before = Now(expired_before_ms=self._expired_before())
        now = update.run(intake, before, self.inputs.now_override_ms)
        if len(update.concerned) > INCREMENTAL_ROWS:
            raise TooMuchError
        closed = update.close()
        after = update.recall.deriver.sessions(closed.known.values(), closed.events)
        changed = changes(closed.sessions, after)
        removed = removed_sessions(self.connection, [c.before for c in changed if c.before and not c.after])
        self._guard(removed, self.catalog.session_count())
        everything = len(changed) > INCREMENTAL_SESSIONS
        keys = {} if everything else self._affected(changed)
        replace(self.connection, changed, update.recall.deriver.clock)
        assign(self.connection, closed.known.values(), after)
        replaced = [change.before for change in changed if change.before is not None]
        self._guard_hidden(sorted(replaced, key=lambda session: not withheld_in(session)))
        for session in replaced:
            keep_former_addresses(self.connection, session)
        step = sum((change.after is not None) - (change.before is not None) for change in changed)
        findings.add_to_tallies(self.connection, {"sessions": step})
        if not everything:
            keys |= self._affected(changed)
        self._note_pages(keys, everything=everything)
        self._store_setting(digest, now)
        findings.note_denied(self.connection, todo.denied)
        bases = intake.bases()
        bases |= {base for change in changed for base in findings.overwritten_bases(change.before, change.after)}
        bases |= update.refused()
        problems = todo.denied + self._problems(intake.batches, bases)
        return self._report(new_counts(intake, todo, update), problems, len(changed), removed, everything=everything)

    def _read(self, todo: Plan) -> Intake:
        if todo.size_bytes > INCREMENTAL_BYTES:
            raise TooMuchError
        rows = sum(row.rows for row in todo.gone)
        read: list[Batch] = []
        for task in todo.tasks:
            for batch in batches(task, self.inputs.settings):
                read.append(batch)
                rows += len(batch) + (task.row.rows if batch.restarted else 0)
                if rows > INCREMENTAL_ROWS:
                    raise TooMuchError
        return Intake(read, todo.gone)

    def _concern(self, update: Update) -> None:
        """Note what a changed setting concerns; when that may be much, everything is derived anew."""
        found = concern(self.connection, self.catalog.setting(), self.inputs.setting, INCREMENTAL_ROWS)
        if found is None:
            raise TooMuchError
        update.concerned |= found.bases
        update.judged |= found.judged
        update.sessions |= found.sessions

    def _affected(self, changed: list[Change]) -> dict[PageKey, str]:
        keys: dict[PageKey, str] = {}
        for change in changed:
            for key in self.affected(self.catalog, change.before, change.after):
                keys.setdefault(key, f"session {change.id}")
        return keys

    # --- the bulk way ---

    def _bulk(self, todo: Plan, digest: str) -> RefreshReport:
        from builder.catalog import bulk  # here, for it brings all that starts processes

        before, sessions = findings.counts(self.connection), self.catalog.session_count()
        read_before = {task.row.id: task.row for task in todo.tasks}
        now = bulk.load(
            self.connection,
            todo,
            self.inputs.settings,
            self.inputs.setting,
            now_override_ms=self.inputs.now_override_ms,
            jobs=self.inputs.jobs or os.cpu_count() or 1,
            progress=self.progress,
        )
        changed, removed = compare_bulk(self.connection)
        self._guard(removed, sessions)
        self._guard_hidden(changed_spoken(self.connection))
        self.connection.execute("DROP TABLE former_spoken")
        self._note_pages({}, everything=True)
        self._store_setting(digest, now)
        findings.note_denied(self.connection, todo.denied)
        new = bulk_counts(self.connection, before, read_before)
        return self._report(new, self._first_problems(), changed, removed, everything=True)

    # --- both ---

    def _guard(self, removed: int, total: int) -> None:
        if not self.allow_removal:
            refuse_removal(self.catalog, self.inputs.source, removed, total)

    def _guard_hidden(self, replaced: Iterable[Session]) -> None:
        if not self.allow_exposure:
            told = self.inputs
            refuse_exposure(self.catalog, replaced, told.rules, told.unread, names=told.names)

    def _note_pages(self, keys: dict[PageKey, str], *, everything: bool) -> None:
        known = {output for (output,) in self.connection.execute("SELECT output FROM output")}
        for output in sorted(known.union(self.output_ids)):
            ledger = Ledger(self.connection, output)
            if everything:
                ledger.add_pending([EVERYTHING], "everything was grouped anew")
            for key, cause in sorted(keys.items()):
                ledger.add_pending([key], cause)

    def _store_setting(self, digest: str, now: Now) -> None:
        values = {
            "setting": digest,
            "rules": encode(kept(self.inputs.setting)),
            "now_ms": now.now_ms,
            "expired_before_ms": now.expired_before_ms,
            "now_override_ms": self.inputs.now_override_ms,
        }
        self.connection.executemany("INSERT OR REPLACE INTO meta VALUES(?,?)", list(values.items()))

    def _expired_before(self) -> int | None:
        found = self.catalog.meta("expired_before_ms")
        return found if isinstance(found, int) else None

    def _problems(self, read: list[Batch], bases: set[int]) -> tuple[Problem, ...]:
        found = [msgspec.msgpack.decode(item, type=Problem) for batch in read for _, item in batch.problems]
        for base in sorted(bases):
            if len(found) >= SHOWN_PROBLEMS:
                break
            about = findings.found_about(self.connection, base)
            found += [self.catalog.located(problem, problem.file_id, base) for problem in about]
        found += findings.match_curations(self.connection, self.inputs.rules)
        return tuple(found[:SHOWN_PROBLEMS])

    def _first_problems(self) -> tuple[Problem, ...]:
        findings.match_curations(self.connection, self.inputs.rules)
        return tuple(note.problem for note in self.catalog.problems(SHOWN_PROBLEMS))

    def _report(
        self,
        new: Counts,
        problems: tuple[Problem, ...],
        changed: int = 0,
        removed: int = 0,
        *,
        everything: bool = False,
    ) -> RefreshReport:
        counts = findings.counts(self.connection)
        warning = self.catalog.warning and self.catalog.warning + forgotten(self.inputs.rules)
        return RefreshReport(counts, new, changed, removed, everything, problems, warning)


def new_counts(intake: Intake, todo: Plan, update: Update) -> Counts:
    """Count what became of the records read in this run."""
    former = {task.row.id: task.row for task in todo.tasks}
    restarted = {batch.file for batch in intake.batches if batch.restarted}
    read = ignored = quarantined = 0
    for batch in intake.batches:
        if batch.done is not None:
            base = FileRow(batch.file, "") if batch.file in restarted else former[batch.file]
            read += batch.done.read - base.read
            ignored += batch.done.ignored - base.ignored
            quarantined += batch.done.quarantined - base.quarantined
    accepted = update.new["usable"] + update.new["events"]
    ignored += update.new["unclaimed"]
    quarantined += update.new["unusable"]
    return Counts(read, accepted, read - accepted - ignored - quarantined, ignored, quarantined)


def bulk_counts(connection: sqlite3.Connection, before: Counts, former: dict[int, FileRow]) -> Counts:
    """Count the same for a bulk load: by what the catalog has more than before."""
    after = findings.counts(connection)
    read = 0
    for row in facts.file_rows(connection):
        if row.id in former:
            read += row.read - former[row.id].read if row.read >= former[row.id].read else row.read
    if before.read == 0:
        return after
    left = read
    steps = []
    for one, other in (
        (after.quarantined, before.quarantined),
        (after.ignored, before.ignored),
        (after.accepted, before.accepted),
    ):
        steps.append(min(max(one - other, 0), left))
        left -= steps[-1]
    quarantined, ignored, accepted = steps
    return Counts(read, accepted, left, ignored, quarantined)
