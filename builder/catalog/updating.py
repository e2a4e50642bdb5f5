"""One incremental update: new and vanished rows → the recordings they concern → islands → sessions.

The work depends on what changed and on the islands around it, never on the size of the catalog.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable

import msgspec

from builder.catalog import facts, findings
from builder.catalog.deriving import Deriver, Setting
from builder.catalog.happenings import Happenings
from builder.catalog.intake import Batch, FileRow
from builder.catalog.islands import Closed, Closing
from builder.catalog.now import Now, newest_ends, now_from
from builder.catalog.numbers import stream_number
from builder.catalog.recall import Recall, app_names
from builder.catalog.rows import Known, recording_row, stream_id_number
from builder.catalog.schema import RECORDING_COLUMNS
from builder.model import Recording, StreamKey
from builder.sessions.claims import BEGINNING_MS


class Intake(msgspec.Struct, frozen=True):
    """What was read in this run, all of it in memory because it is little."""

    batches: list[Batch]
    gone: tuple[FileRow, ...]

    @property
    def dropped(self) -> list[int]:
        """Return the files whose former rows go."""
        return [row.id for row in self.gone] + [batch.file for batch in self.batches if batch.restarted]

    def bases(self) -> set[int]:
        """Return the bases of the recordings that were told of."""
        return {row[1] for batch in self.batches for row in batch.notices}


class Update:
    """The steps of one update; `run` has their order. The caller owns the transaction."""

    def __init__(self, connection: sqlite3.Connection, old: Setting, new: Setting) -> None:
        self.connection = connection
        self.setting = new
        self.recall = Recall(connection, Deriver(old))  # what is remembered is as it was; see `run`
        self.former: dict[int, list[Known]] = {}  # recordings as they were
        self.concerned: set[int] = set()  # bases whose islands are closed
        self.judged: set[int] = set()  # bases whose media host is listed, or not, by a changed setting
        self.sessions: set[str] = set()  # sessions that lose or change a recording
        self.new: Counter[str] = Counter()  # what became of the records read in this run

    def run(self, intake: Intake, before: Now, override_ms: int | None) -> Now:
        """Change facts and recordings; afterwards `close` has the islands. Returns the catalog's new "now"."""
        bases = intake.bases()
        bases |= {base for file in intake.dropped for base in facts.bases_of(self.connection, file)}
        happenings = Happenings(self.connection, intake.dropped, intake.batches)
        bases |= self.judged
        self._remember(bases)
        self.concerned |= happenings.concerned(self.recall)
        self._change_facts(intake)
        self.recall.forget(bases)
        self.recall.deriver = Deriver(self.setting)
        steps = happenings.steps()
        self.new["events"] = happenings.new()
        bases |= self._change_streams(bases, steps)
        self._write_recordings(bases, steps.total())
        self._count_new(intake)
        happenings.pair_pushes()
        self.concerned |= bases | happenings.concerned(self.recall)
        now = now_from(newest_ends(self.connection), override_ms)
        self.concerned |= self._expiring(before, now)
        rules = msgspec.structs.replace(self.setting.rules, expired_before_ms=now.expired_before_ms)
        if rules != self.setting.rules:
            self.recall.deriver = Deriver(Setting(rules, self.setting.media))
        return now

    def refused(self) -> set[int]:
        """Return the bases of recordings that are set aside now because the list of hosts changed."""
        return {
            base
            for base in self.judged
            if any(one.usable for one in self.former[base]) and not all(one.usable for one in self.recall.known(base))
        }

    def close(self) -> Closed:
        """Return the islands that have to be grouped again."""
        ghosts = [one.recording for known in self.former.values() for one in known if one.usable]
        closing = Closing(self.recall, [as_ghost(ghost) for ghost in ghosts])
        for identity in sorted(self.sessions):
            closing.add_session(identity)
        for base in sorted(self.concerned):
            closing.add(self.recall.known(base))
        return closing.close()

    # --- steps ---

    def _remember(self, bases: Iterable[int]) -> None:
        """Keep recordings as they are, and the sessions they are in, before anything changes."""
        for base in sorted(bases):
            if base not in self.former:
                self.former[base] = self.recall.known(base)
                self.recall.former_unclaimed[base] = self.recall.unclaimed[base]
                rows = self.connection.execute("SELECT session FROM recordings WHERE base=?", (base,))
                self.sessions.update(session for (session,) in rows if session)

    def _change_facts(self, intake: Intake) -> None:
        for file in intake.dropped:
            facts.drop(self.connection, file)
        for batch in intake.batches:
            facts.store(self.connection, msgspec.structs.replace(batch, restarted=False))
        done = [batch.done for batch in intake.batches if batch.done is not None]
        facts.store_files(self.connection, done, intake.gone)

    def _change_streams(self, bases: Iterable[int], steps: Counter[StreamKey]) -> set[int]:
        """Count recordings and events by told stream; return the bases whose streams are completed otherwise now."""
        recordings: Counter[StreamKey] = Counter()
        for base in bases:
            recordings.subtract(one.told for one in self.former[base] if one.usable)
            recordings.update(one.told for one in self.recall.known(base) if one.usable)
        changed = sorted(stream for stream in {*recordings, *steps} if recordings[stream] or steps[stream])
        names = sorted({stream.stream_id for stream in changed})
        before = {name: self.recall.apps(name) for name in names}
        for stream in changed:
            self._count_stream(stream, recordings[stream], steps[stream])
        after = {name: app_names(self.connection, name) for name in names}
        wild = {base for name in names if before[name] != after[name] for base in self._wild(name)}
        self._remember(wild)  # still with the streams of before, which `recall` has kept
        self.recall.forget()
        return wild

    def _count_stream(self, stream: StreamKey, recordings: int, events: int) -> None:
        number = stream_number(stream)
        values = (number, stream_id_number(stream.stream_id), stream.stream_id, stream.app, stream.appname)
        self.connection.execute(
            "INSERT INTO streams VALUES(?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
            "recordings=recordings+excluded.recordings, events=events+excluded.events",
            (*values, recordings, events),
        )
        self.connection.execute("DELETE FROM streams WHERE number=? AND recordings=0 AND events=0", (number,))

    def _wild(self, stream_id: str) -> set[int]:
        rows = self.connection.execute(
            "SELECT r.base FROM recordings AS r CROSS JOIN streams AS s ON s.number=r.told "
            "WHERE r.stream=? AND (s.app='' OR s.appname='')",
            (stream_id_number(stream_id),),
        )
        return {base for (base,) in rows}

    def _write_recordings(self, bases: Iterable[int], events: int) -> None:
        tally: Counter[str] = Counter(events=events)
        for base in sorted(bases):
            rows = self.connection.execute("SELECT key, session FROM recordings WHERE base=?", (base,))
            homes = dict(rows.fetchall())
            self.connection.execute("DELETE FROM recordings WHERE base=?", (base,))
            findings.forget(self.connection, base)
            known = self.recall.known(base)
            for one in known:
                home = homes.get(one.recording.key) if one.usable else None
                values = recording_row(one, home)
                self.connection.execute(f"INSERT INTO recordings({RECORDING_COLUMNS}) VALUES(?{',?' * 12})", values)
                findings.note(self.connection, one)
            for one, sign in [*((one, -1) for one in self.former[base]), *((one, 1) for one in known)]:
                tally["usable" if one.usable else "unusable"] += sign
            tally["unclaimed"] += self.recall.unclaimed[base] - self.recall.former_unclaimed[base]
        findings.add_to_tallies(self.connection, tally)

    def _count_new(self, intake: Intake) -> None:
        """Count what became of the records read in this run."""
        for batch in intake.batches:
            for row in batch.notices:
                if not self.recall.known(row[1]):
                    self.new["unclaimed"] += 1
        for base in intake.bases():
            keys = {one.recording.key for one in self.former[base]}
            for one in self.recall.known(base):
                if one.recording.key not in keys:
                    self.new["usable" if one.usable else "unusable"] += 1

    def _expiring(self, before: Now, now: Now) -> set[int]:
        """Return the bases of recordings that expired, or did not after all, because "now" moved."""
        one, two = (BEGINNING_MS if n.expired_before_ms is None else n.expired_before_ms for n in (before, now))
        rows = self.connection.execute(
            "SELECT base FROM recordings WHERE expires_ms IS NOT NULL AND expires_ms>=? AND expires_ms<?",
            (min(one, two), max(one, two)),
        )
        return {base for (base,) in rows}


def as_ghost(recording: Recording) -> Recording:
    """Return a recording as it was, under a key that it shares with nothing that is."""
    return msgspec.structs.replace(recording, key=f"\0{recording.key}")
