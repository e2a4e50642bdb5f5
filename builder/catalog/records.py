"""The questions that people ask: what was told of a recording, what is wrong, which streams there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from builder.addresses import TAG_LENGTH
from builder.catalog import findings
from builder.catalog.deriving import Deriver, Setting, apps_of
from builder.catalog.merge import identity
from builder.catalog.numbers import base_numbers
from builder.catalog.queries import Questions
from builder.catalog.recall import Recall
from builder.catalog.rows import Known, decode_notice, decode_session, overwritten_in, stream_id_number
from builder.catalog.schema import ROW_BITS
from builder.catalog.values import Note, Stated, StreamTotal
from builder.catalog.witnesses import contradiction, place_of
from builder.model import Counts, Notice, Problem, Recording, Session, StreamKey
from builder.sessions import Rules, resolve_stream
from builder.sessions.claims import Claims
from builder.wording import count

_decode_problem = msgspec.msgpack.Decoder(Problem).decode


class RecordQuestions(Questions):
    """Lookups for `explain`, `problems`, `streams` and for redirects; none of them is asked for a page."""

    def session_of_file(self, file_id: str) -> Session | None:
        """Return the session that holds a recording, named by file id or key."""
        for number in base_numbers(file_id):
            rows = self.connection.execute(
                "SELECT r.key, s.body FROM recordings AS r JOIN sessions AS s ON s.id=r.session WHERE r.base=? "
                "ORDER BY r.key",
                (number,),
            )
            for key, body in rows:
                if file_id in (key, key.rpartition("@")[0]):
                    return decode_session(body)
        return None

    def session_of_tag(self, tag: str) -> Session | None:
        """Return the session whose address, or else whose former one, ends with a tag; this walks all of them."""
        query = (
            "WHERE id=(SELECT id FROM sessions WHERE substr(id, 12)=?1"
            " UNION ALL SELECT session FROM aliases WHERE substr(alias, 12)=?1 LIMIT 1)"
        )
        found = self._sessions(query, (tag,)) if len(tag) == TAG_LENGTH else []
        return found[0] if found else None

    def known(self, name: str) -> Iterator[Known]:
        """Yield the recordings with this key or file id, also one that waits for its media host to be listed."""
        return self._recall().all_named(name)

    def recordings_of(self, session: Session) -> list[Recording]:
        """Return the recordings of a session, by key."""
        recall = self._recall()
        found = {one.recording.key: one.recording for key in session.recordings for one in recall.all_named(key)}
        return [found[key] for key in session.recordings if key in found]

    def notices_of(self, name: str) -> list[Stated]:
        """Return every notice about a recording and where it was read, by place."""
        plain = name.rpartition("@")[0]
        found = []
        for number in base_numbers(name):
            rows = self.connection.execute(
                "SELECT f.relative, n.line, n.offset, n.item FROM notices AS n CROSS JOIN files AS f "
                f"ON f.id=n.id>>{ROW_BITS} WHERE n.base=? ORDER BY f.relative, n.id",
                (number,),
            )
            for relative, line, offset, item in rows:
                notice = decode_notice(item)
                if identity(notice) in (name, plain):
                    found.append(Stated(relative, line, offset, notice))
        return found

    # --- problems ---

    def problems(self, limit: int | None = None) -> list[Note]:
        """Return what is wrong: what was read, by file and place, then what the catalog found, by code and name."""
        most = -1 if limit is None else limit
        notes = [
            Note(f"{relative}#{row_id & ((1 << ROW_BITS) - 1)}", _placed(_decode_problem(item), relative))
            for row_id, relative, item in self.connection.execute(
                f"SELECT p.id, f.relative, p.item FROM files AS f CROSS JOIN problems AS p "
                f"ON p.id BETWEEN f.id<<{ROW_BITS} AND ((f.id+1)<<{ROW_BITS})-1 ORDER BY f.relative, p.id LIMIT ?",
                (most,),
            )
        ]
        rows = self.connection.execute(
            "SELECT code, name, base, item FROM findings ORDER BY code, name LIMIT ?",
            (-1 if limit is None else max(limit - len(notes), 0),),
        )
        notes += [
            Note(f"{code}:{name}", self.located(_decode_problem(item), name, base)) for code, name, base, item in rows
        ]
        notes += self._too_short(-1 if limit is None else max(limit - len(notes), 0))
        return (notes + self._no_facts())[:limit]

    def problems_of(self, source: str) -> list[Problem]:
        """Return what the catalog found about a curation file."""
        rows = self.connection.execute("SELECT item FROM findings WHERE name=? AND base=0 ORDER BY code", (source,))
        return [_decode_problem(item) for (item,) in rows]

    def _too_short(self, limit: int) -> list[Note]:
        """Return the recordings that are in no session, since it would be shorter than `grouping.min_length`."""
        rows = self.connection.execute(
            "SELECT key, base FROM recordings WHERE usable AND session IS NULL ORDER BY key LIMIT ?", (limit,)
        ).fetchall()
        problem = Problem("too_short", "its session is shorter than `grouping.min_length`")
        return [
            Note(f"too_short:{key}", self.located(msgspec.structs.replace(problem, file_id=key), key, base))
            for key, base in rows
        ]

    def _no_facts(self) -> list[Note]:
        """Return a word where all that was read only adds to what nobody told; among recordings that is common."""
        untold = findings.tallies(self.connection)["unclaimed"]
        if not untold or self.connection.execute("SELECT 1 FROM recordings LIMIT 1").fetchone():
            return []
        base, item = self.connection.execute("SELECT base, item FROM notices ORDER BY id LIMIT 1").fetchone()
        key = identity(decode_notice(item))
        message = (
            f"of {count(untold, 'record')} none tells stream and times of its file, so there is no replay: names that"
            " somebody changed do not tell them; add the notifications of the recordings, or a list that does"
        )
        return [Note(f"no_facts:{key}", self.located(Problem("no_facts", message, file_id=key), key, base))]

    def located(self, problem: Problem, name: str, base: int) -> Problem:
        """Add where the first notice of the recording stands, and where that is which it does not agree with."""
        if problem.source or not base:
            return problem
        stated = self.notices_of(name)
        if not stated:
            return problem
        at, message = stated[0], problem.message
        if problem.code == "overwritten":
            message = self._written_over(name) or message
        elif problem.code == "media_host":
            at = next((one for one in stated if _tells_address(one.notice)), at)
        elif problem.code == "conflict" and (pair := contradiction(name, stated)):
            at, other = pair
            message += f"; this one is used, not that at {place_of(other)}"
        return msgspec.structs.replace(problem, message=message, source=at.source, line=at.line, offset=at.offset)

    def _written_over(self, key: str) -> str:
        """Say what was stored under the address of a recording later, and where that was told."""
        session = self.session_of_file(key)
        newer = dict(overwritten_in(session)).get(key) if session else None
        told = next(iter(self.notices_of(newer)), None) if newer else None
        return findings.written_over(newer, place_of(told)) if newer and told else ""

    def doubt_problems(self) -> None:
        """Let the next refresh read every file with problems from its start."""
        self.connection.execute(
            f"UPDATE files SET settings='' WHERE id IN (SELECT DISTINCT id>>{ROW_BITS} FROM problems)"
        )

    # --- streams ---

    def streams(self, *, unmapped: bool = False) -> list[StreamTotal]:
        """Return the streams that were told, by stream id, and the VJs their sessions are filed under.

        `unmapped`: those alone that no profile claims, or not for all the time of their sessions.
        """
        profiles = self.setting().rules.vjs
        mapped, claims = {vj.slug for vj in profiles}, Claims(profiles)
        told = self.connection.execute(
            "SELECT number, stream_id, app, appname, recordings, events FROM streams ORDER BY stream_id, app, appname"
        ).fetchall()
        apps = apps_of(StreamKey(*row[1:4]) for row in told)
        totals = []
        for number, stream_id, app, appname, recordings, events in told:
            rows = self.connection.execute(
                "SELECT vj, count(*), min(start_ms), max(start_ms) FROM sessions WHERE stream=? "
                "GROUP BY vj ORDER BY vj",
                (number,),
            ).fetchall()
            count = sum(row[1] for row in rows)
            first = min((row[2] for row in rows), default=None)
            last = max((row[3] for row in rows), default=None)
            slugs = tuple(row[0] for row in rows)
            stream = StreamKey(stream_id, app, appname)
            whole, _ = resolve_stream(stream, apps.get(stream_id, ()))
            is_mapped = mapped.issuperset(slugs) and (not stream_id or claims.of(whole))  # "" cannot be claimed
            if not unmapped or not is_mapped:
                totals.append(StreamTotal(stream, recordings, events, slugs, count, first, last))
        return totals

    def holding(self, stream: StreamKey) -> list[StreamKey]:
        """Return the other streams whose sessions hold files of this one, by stream: a person merged them."""
        rows = self.connection.execute(
            "SELECT DISTINCT s.body FROM recordings AS r JOIN sessions AS s ON s.id=r.session WHERE r.stream=?",
            (stream_id_number(stream.stream_id),),
        )
        sessions = (decode_session(body) for (body,) in rows)
        held = (session for session in sessions if any(one.stream == stream for one in self.recordings_of(session)))
        return sorted({session.stream for session in held if session.stream != stream})

    # --- counts and memory ---

    def counts(self) -> Counts:
        """Count what became of every record read."""
        return findings.counts(self.connection)

    def session_count(self) -> int:
        """Return how many sessions there are, hidden ones and tombstones too."""
        return findings.tallies(self.connection)["sessions"]

    def waiting_count(self) -> int:
        """Return how many recordings wait for their media host to be listed."""
        return findings.tallies(self.connection)["unusable"]

    def former_anchor(self, identity: str) -> str | None:
        """Return the anchor's key of a session that is no more, if this catalog ever held it."""
        found = self.connection.execute("SELECT anchor FROM gone WHERE session=?", (identity,)).fetchone()
        return found[0] if found else None

    def forget_former(self, identities: Iterable[str]) -> None:
        """Forget the anchors of sessions that are no more; inside a transaction."""
        self.connection.executemany("DELETE FROM gone WHERE session=?", ((identity,) for identity in identities))

    def unkept(self) -> dict[str, str]:
        """Return the addresses that moved, old path → new path, and that `redirects.yaml` could not be told of."""
        stored = self.meta("unkept")
        return msgspec.json.decode(stored, type=dict[str, str]) if isinstance(stored, bytes) else {}

    def store_unkept(self, moves: Mapping[str, str]) -> None:
        """Remember such addresses, those alone; inside a transaction."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES('unkept', ?)", (msgspec.json.encode(moves),))

    def stated_aliases(self) -> dict[str, str]:
        """Return the aliases of profiles and pages of prose that the last build left, old path → new path."""
        stored = self.meta("stated")
        return msgspec.json.decode(stored, type=dict[str, str]) if isinstance(stored, bytes) else {}

    def store_stated_aliases(self, aliases: Mapping[str, str]) -> None:
        """Remember such aliases, those alone; inside a transaction."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES('stated', ?)", (msgspec.json.encode(aliases),))

    def _recall(self) -> Recall:
        return Recall(self.connection, Deriver(self.setting()))

    def setting(self) -> Setting:
        """Return what people had decided when the catalog was last brought up to date."""
        stored = self.meta("rules")
        return msgspec.msgpack.decode(stored, type=Setting) if isinstance(stored, bytes) else Setting(Rules())


def _tells_address(notice: Notice) -> bool:
    return bool(notice.filled.url or (notice.told and notice.told.url))


def _placed(problem: Problem, source: str) -> Problem:
    """Name the file as it is called now: it may have been renamed since it was read."""
    return problem if problem.source == source else msgspec.structs.replace(problem, source=source)
