"""Assemble: recordings, events and people's rules → sessions.

The only place that sees all of it. It works on any set of recordings; over a closed one (see `reach`) it gives exactly
the sessions that it would give of them among all others: assemble(all) is the union of assemble(each island).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from builder.addresses import tag_of
from builder.model import Curation, Recording, Session, Track
from builder.sessions.aliases import former_anchors
from builder.sessions.beside import Beside, words_at_borders
from builder.sessions.chapters import suggested_chapters, told_chapters
from builder.sessions.coverage import survey
from builder.sessions.curate import UNSEEN, merge
from builder.sessions.grouping import Group, groups_of, islands
from builder.sessions.holding import Hiders, Holding, earliest_expiry, extent, flags_of, hold, recorded, still_there
from builder.sessions.intervals import Placed, first_announced, place_all
from builder.sessions.island import Island
from builder.sessions.links import Links
from builder.sessions.media import PublicUrl, playable
from builder.sessions.pictures import Pictures
from builder.sessions.plain import plain_session
from builder.sessions.rules import Rulebook
from builder.sessions.standing import gone, replaced_elsewhere, written_over
from builder.sessions.titles import title_of
from builder.sessions.trimming import seen, trimmed
from builder.sessions.unions import Union

UNTOLD: dict[str, object] = {"title": "", "tags": (), "expires_ms": None}  # what records may tell besides, untold


def assemble(island: Island, book: Rulebook, public_url: PublicUrl) -> list[Session]:
    """Return the sessions of an island, by start and id; none of what is shorter than the least length.

    Deterministic, whatever the order of recordings and events.
    """
    return Assembler(island, book, public_url).run()


class Assembler:
    """One call's working set."""

    def __init__(self, island: Island, book: Rulebook, public_url: PublicUrl) -> None:
        self._book = book
        self._placed = place_all(island.recordings)
        self._links = Links(island.pushes, island.tasks)
        self._public_url = public_url
        self._notices = island.notices
        self._replaced = replaced_elsewhere(self._placed)
        self._at_borders: Mapping[str, str] = {}
        self._hiders: Hiders = {}
        shown = book.rules.posters == "provider"
        self._pictures = Pictures(island.screenshots, public_url) if shown else None

    def run(self) -> list[Session]:
        sessions: list[Session] = []
        groups: list[tuple[Group, set[str]]] = []
        for island in islands(self._placed, self._links, self._book):
            plain = self._plain(island)
            if plain is not None:
                sessions.append(plain)
                continue
            former = former_anchors(island, self._links, self._book)
            groups += [(group, former) for group in groups_of(island, self._links, self._book)]
        if any(group.own_times for group, _ in groups):
            beside = [self._beside(group, former) for group, former in groups]
            self._at_borders, self._hiders = words_at_borders(beside)
        sessions += [self._session(group, former) for group, former in groups if not self._is_left_out(group)]
        if len(sessions) > 1:
            sessions.sort(key=_in_order)
        return sessions

    def _plain(self, island: Union) -> Session | None:
        """Make the session of an island that is plain; see there."""
        stream = island.runs[0].lane.stream
        if self._replaced or self._pictures is not None or self._book.may_part(stream):
            return None
        return plain_session(island, self._book, self._public_url, self._address, self._notices)

    def _is_left_out(self, group: Group) -> bool:
        short_ms = self._book.rules.grouping.min_length_ms
        return bool(short_ms) and _is_short(group.members, short_ms)

    def _beside(self, group: Group, former: set[str]) -> Beside:
        """Return a group as its neighbours see it."""
        members = group.members
        recordings = [one.recording for one in members]
        said = merge(self._book.curations_of(recordings, self._addresses(members, former), group.window))
        is_shown = said.visibility not in UNSEEN and not self._is_left_out(group)

        def tracks(words: Mapping[str, str]) -> Sequence[Track]:
            return self._hold(members, recordings, words).tracks if is_shown else ()

        return Beside(first_announced(members).recording.key, members, group.own_times, said, tracks)

    def _session(self, group: Group, former: set[str]) -> Session:
        """Make one session of what the records tell, then lay over it what only some sessions have."""
        members, book = group.members, self._book
        recordings = [one.recording for one in members]
        anchor = first_announced(members)
        stream = anchor.recording.stream
        held = self._hold(members, recordings, self._at_borders)
        tracks = held.tracks
        start, end = extent(tracks, members)
        owner = book.owner(stream, anchor.middle_ms)
        length, holes = recorded(tracks)
        session = Session(
            id=self._address(anchor),
            vj=owner.slug,
            stream=stream,
            anchor=anchor.recording.key,
            start_ms=start,
            end_ms=end,
            tracks=tracks,
            recordings=tuple(sorted([recording.key for recording in recordings])),
            flags=flags_of(held),
            max_gap_ms=owner.gap_ms,
            notices=self._count(recordings),
            chapters=() if held.stone else suggested_chapters(tracks[0].parts, start, book.days),
            duration_ms=length,
            gaps=holes,
        )
        return self._overlaid(session, group, recordings, held, self._aliases(members, anchor, former))

    def _overlaid(
        self, plain: Session, group: Group, recordings: Sequence[Recording], held: Holding, aliases: tuple[str, ...]
    ) -> Session:
        found: dict[str, object] = {}
        if aliases:
            found["aliases"] = aliases
        if group.reasons:
            found["reasons"] = tuple(sorted(group.reasons, key=lambda reason: (reason.rule, reason.keys)))
        if held.others:
            found["others"] = held.others
        there = still_there(recordings, held)
        found |= _told(there, held.tracks)
        curations = self._book.curations_of(recordings, (plain.id, *aliases), group.window)
        said = _said(merge(curations), plain, aliases) if curations else {}
        if curations:
            found |= said
            found["curated_by"] = tuple(curation.source for curation in curations)
        if held.stone and "tombstone" not in found:
            found["tombstone"] = held.stone
        if "tombstone" in found:
            found["chapters"] = ()
        session = msgspec.structs.replace(plain, **found) if found else plain
        if session.trim is not None and not session.tombstone:
            session = trimmed(session, session.trim)
            told = UNTOLD | _told(seen(there, session), session.tracks)
            session = msgspec.structs.replace(session, **{name: said.get(name, told[name]) for name in UNTOLD})
        if self._pictures is None or session.tombstone:
            return session
        return msgspec.structs.replace(session, poster_url=self._pictures.of(there, session))

    def _hold(
        self, members: Sequence[Placed], recordings: Sequence[Recording], at_borders: Mapping[str, str]
    ) -> Holding:
        overwritten = self._replaced
        if len(members) > 1:
            overwritten = written_over(members) | overwritten
        words = gone(recordings, self._book.rules.expired_before_ms, overwritten)
        if at_borders:
            words = {one.key: at_borders[one.key] for one in recordings if one.key in at_borders} | words
        public_url = self._public_url
        media = {one.key: playable(one, public_url) for one in recordings}
        return hold(members, media, words, overwritten, self._hiders)

    def _addresses(self, members: Sequence[Placed], former: set[str]) -> Iterator[str]:
        """Yield what a session is called by, as far as somebody asks."""
        anchor = first_announced(members)
        yield self._address(anchor)
        yield from self._aliases(members, anchor, former)

    def _aliases(self, members: Sequence[Placed], anchor: Placed, former: set[str]) -> tuple[str, ...]:
        if not former:
            return ()
        found = {self._address(one) for one in members if one is not anchor and one.recording.key in former}
        return tuple(sorted(found))

    def _address(self, placed: Placed) -> str:
        return f"{self._book.days.path(placed.start_ms)}/{tag_of(placed.recording.key)}"

    def _count(self, recordings: Sequence[Recording]) -> int:
        notices = self._notices
        return sum([notices.get(recording.key, 1) for recording in recordings]) if notices else len(recordings)


def _told(recordings: Sequence[Recording], tracks: Sequence[Track]) -> dict[str, object]:
    """Return what some records tell besides: a title (the earliest recording's that has one), tags, an expiry."""
    found: dict[str, object] = {}
    for recording in recordings:
        if recording.title and (title := title_of(recording)):
            found.setdefault("title", title)
        if recording.tags:
            found["tags"] = tuple(sorted({tag for one in recordings for tag in one.tags}))
        if recording.expires_ms is not None:
            found["expires_ms"] = earliest_expiry(recordings, tracks)
    return found


def _said(said: Curation, plain: Session, aliases: tuple[str, ...]) -> dict[str, object]:
    """Return what people say; their word beats the records', except that their aliases come on top."""
    found = {
        "vj": said.vj,
        "title": said.title,
        "language": said.language,
        "description_html": said.description_html,
        "description_text": said.description_text,
        "tags": tuple(sorted(set(said.tags))),
        "featured": said.featured,
        "visibility": said.visibility,
        "trim": said.trim,
        "chapters": told_chapters(said.chapters, plain.start_ms, plain.end_ms),
        "aliases": (*aliases, *sorted(set(said.aliases))) if said.aliases else (),
        "tombstone": "hidden" if said.visibility == "hidden" else "",
    }
    return {name: value for name, value in found.items() if value}


def _is_short(members: Sequence[Placed], limit_ms: int) -> bool:
    """Say whether a session is too short, by all its recordings; one of unknown length is not."""
    if all("bad_times" in one.flags for one in members):
        return False
    return survey(members)[0] < limit_ms


def _in_order(session: Session) -> tuple[int, str]:
    return session.start_ms, session.id
