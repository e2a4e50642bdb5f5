"""Closing islands: from some recordings to all that must be grouped with them (see `sessions.reach`)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import msgspec

from builder.catalog.deriving import completed_event
from builder.catalog.recall import Events, Recall
from builder.catalog.rows import Known, decode_session
from builder.model import Event, PushEvent, Recording, Session, TaskEvent
from builder.sessions import Reach, Rulebook, Span, join_interval, reach
from builder.sessions.borders import may_reach_over
from builder.sessions.intervals import place, place_all
from builder.sessions.links import LINK_REACH_MS, Links


class Closed(msgspec.Struct, frozen=True):
    """A closed set of recordings, the events of their streams, and the sessions they were in until now."""

    known: dict[str, Known]
    events: list[Event]
    sessions: dict[str, Session]


class Closing:
    """Grows a set of recordings until nothing outside it can matter to them.

    `ghosts` are recordings as they were before a change: what they reached may have to be regrouped without them.
    """

    def __init__(self, recall: Recall, ghosts: Iterable[Recording]) -> None:
        self.recall = recall
        self.ghosts = list(ghosts)
        self.known: dict[str, Known] = {}
        self.events: Events = {}
        self.sessions: dict[str, Session] = {}
        self._asked: set[object] = set()
        self._fresh: list[Known] = []

    def add(self, known: Iterable[Known]) -> None:
        for one in known:
            if one.usable and one.recording.key not in self.known:
                self.known[one.recording.key] = one
                self._fresh.append(one)

    def add_session(self, identity: str) -> None:
        """Add a session as it is stored, with all its recordings, and what it was cut off from."""
        if identity in self.sessions:
            return
        row = self.recall.connection.execute("SELECT body FROM sessions WHERE id=?", (identity,)).fetchone()
        if row is None:
            return
        session = self.sessions[identity] = decode_session(row[0])
        tied = {key for reason in session.reasons for key in reason.keys}  # some of them are in others
        for key in tied.union(session.recordings):
            self.add(one for one in self.recall.named(key) if one.recording.key == key)
        self._add_next_to(session)

    def _add_next_to(self, session: Session) -> None:
        """Add what lies within the gap before and after a session: the days that a broadcast was cut into.

        By what is reached they would come one by one, each at the price of all before it.
        """
        gap_ms, whole = session.max_gap_ms, session.whole
        for from_ms, to_ms in ((whole.start_ms - gap_ms, whole.start_ms), (whole.end_ms, whole.end_ms + gap_ms)):
            if gap_ms:
                self.add(self.recall.in_span(Span(session.stream, from_ms, to_ms)))

    def close(self) -> Closed:
        """Load until nothing new comes."""
        while True:
            self._follow_sessions()
            before = len(self.known), len(self.events)
            self._load(reach(*self._so_far()))
            if not self._fresh and before == (len(self.known), len(self.events)):
                break
        return Closed(self.known, self._happened(), self.sessions)

    def _follow_sessions(self) -> None:
        """Whatever is regrouped takes the whole of its present session with it."""
        while self._fresh:
            fresh, self._fresh = self._fresh, []
            self.events.update(self.recall.tasks(fresh))
            for one in fresh:
                row = self.recall.connection.execute(
                    "SELECT session FROM recordings WHERE base=? AND key=?", (one.base, one.recording.key)
                ).fetchone()
                if row and row[0]:
                    self.add_session(row[0])

    def _so_far(self) -> tuple[list[Recording], list[PushEvent], Rulebook, list[TaskEvent]]:
        recordings = [one.recording for one in self.known.values()]
        keys = set(self.known)
        events = [self._completed(event) for event in self.events.values()]
        return (
            recordings + [ghost for ghost in self.ghosts if ghost.key not in keys],
            [event for event in events if isinstance(event, PushEvent)],
            self.recall.deriver.book,
            [event for event in events if isinstance(event, TaskEvent)],
        )

    def _load(self, found: Reach) -> None:
        for span in found.pushes:
            if self._is_new(("push", span)):
                self.events.update(self.recall.pushes(span.stream.stream_id, span.from_ms, span.to_ms))
        for span in found.spans:
            if self._is_new(span):
                self.add(self.recall.in_span(span))
        for span in found.reaching:
            if self._is_new(("reaching", span)):
                self.add(one for one in self.recall.in_span(span) if self._may_reach_over(one))
        for span in found.around:
            if self._is_new(("around", span)):
                self.add(self._astride(span))
        new = [link for link in found.links if self._is_new(link)]
        for span, links in groupby(new, lambda link: Span(link.stream, link.from_ms, link.to_ms)):
            self.add(self.recall.linked(span, {link.name for link in links}))
        for name in found.names:
            if self._is_new(("name", name)):
                self.add(self.recall.named(name))
        for address in found.places:
            if self._is_new(("place", address)):
                self.add(self.recall.stored_at(address))

    def _may_reach_over(self, known: Known) -> bool:
        return may_reach_over(place(known.recording), self.recall.deriver.book)

    def _astride(self, span: Span) -> list[Known]:
        """Return what is tied to each other across a time, by the events of what lies near it too."""
        wide = Span(span.stream, span.from_ms - LINK_REACH_MS, span.to_ms + LINK_REACH_MS)
        near = {one.recording.key: one for one in self.recall.in_span(wide)}
        if len(near) < 2:
            return []
        events = [self._completed(event) for event in self.recall.tasks(near.values()).values()]
        links = Links(tasks=[event for event in events if isinstance(event, TaskEvent)])
        placed = place_all(one.recording for one in near.values())
        return [near[one.recording.key] for one in links.astride(placed, span.from_ms, span.to_ms)]

    def _is_new(self, question: object) -> bool:
        if question in self._asked:
            return False
        self._asked.add(question)
        return True

    def _completed(self, event: Event) -> Event:
        return completed_event(event, self.recall.apps(event.stream.stream_id))

    def _happened(self) -> list[Event]:
        """Return the events, with the screenshots taken while the recordings ran."""
        if self.recall.deriver.shows_pictures:
            for one in self.known.values():
                low, high = join_interval(one.recording)
                self.events.update(self.recall.shots(one.recording.stream.stream_id, low, high))
        return [self._completed(event) for _, event in sorted(self.events.items())]
