"""Assemble: recordings, events and people's rules → sessions.

The only place that sees all of it. It works on any set of recordings; over a closed one (see `reach`) it gives exactly
the sessions that it would give of them among all others: assemble(all) is the union of assemble(each island).
"""

from __future__ import annotations

from collections.abc import Sequence

from builder.addresses import session_id, tag_of
from builder.model import Session, SetAside, Tombstone
from builder.sessions.aliases import former_anchors
from builder.sessions.chapters import Marks, suggested_chapters, told_chapters
from builder.sessions.coverage import covered_ms, gaps
from builder.sessions.curate import merge
from builder.sessions.grouping import Group, groups_of, hull, islands
from builder.sessions.holding import Holding, earliest_expiry, flags_of, hold, recorded_ms, told_tags, told_title
from builder.sessions.intervals import Placed, in_announced_order, place_all
from builder.sessions.island import TOO_SHORT, Assembly, Island
from builder.sessions.links import Links
from builder.sessions.media import PublicUrl, playable
from builder.sessions.pictures import Pictures
from builder.sessions.rules import Rulebook
from builder.sessions.standing import gone, replaced_elsewhere, written_over


def assemble(island: Island, book: Rulebook, public_url: PublicUrl) -> list[Session]:
    """Return the sessions of an island, by start and id.

    Deterministic, whatever the order of recordings and events. Raises `ConfigError` when two curation files give one
    key for one session.
    """
    return list(assemble_all(island, book, public_url).sessions)


def assemble_all(island: Island, book: Rulebook, public_url: PublicUrl) -> Assembly:
    """Return the sessions of an island and the recordings that became part of none."""
    placed = place_all(island.recordings)
    return Assembler(island, book, public_url, replaced_elsewhere(placed)).run(placed)


class Assembler:
    """One call's working set."""

    def __init__(self, island: Island, book: Rulebook, public_url: PublicUrl, replaced: frozenset[str]) -> None:
        self._book = book
        self._links = Links(island.pushes, island.tasks)
        self._public_url = public_url
        self._notices = island.notices
        self._replaced = replaced
        shown = book.rules.posters == "provider"
        self._pictures = Pictures(island.screenshots, public_url) if shown else None
        self._short_ms = book.rules.grouping.min_length_ms
        self._sessions: list[Session] = []
        self._skipped: list[SetAside] = []

    def run(self, placed: list[Placed]) -> Assembly:
        for island in islands(placed, self._links, self._book):
            former = former_anchors(island, self._links, self._book)
            for group in groups_of(island, self._links, self._book):
                if self._short_ms and _is_short(group.members, self._short_ms):
                    self._skipped += [
                        SetAside(one.recording.key, TOO_SHORT, one.recording.file_id) for one in group.members
                    ]
                else:
                    self._sessions.append(self._session(group, former))
        self._sessions.sort(key=_in_order)
        self._skipped.sort(key=lambda aside: aside.key)
        return Assembly(tuple(self._sessions), tuple(self._skipped))

    def _hold(self, members: Sequence[Placed]) -> Holding:
        recordings = [one.recording for one in members]
        overwritten = self._replaced
        if len(members) > 1:
            overwritten |= written_over(members)
        words = gone(recordings, self._book.rules.expired_before_ms, overwritten)
        return hold(members, {one.key: playable(one, self._public_url) for one in recordings}, words)

    def _aliases(self, members: Sequence[Placed], anchor: Placed, former: set[str]) -> tuple[str, ...]:
        found = {self._address(one) for one in members if one is not anchor and one.recording.key in former}
        return tuple(sorted(found))

    def _address(self, placed: Placed) -> str:
        return session_id(self._book.days.day(placed.start_ms), tag_of(placed.recording.key))

    def _session(self, group: Group, former: set[str]) -> Session:
        members, book = group.members, self._book
        anchor = members[0] if len(members) == 1 else min(members, key=in_announced_order)
        recordings = [one.recording for one in members]
        identity = self._address(anchor)
        aliases = self._aliases(members, anchor, former) if former else ()
        said = merge(curations := book.curations_of(recordings, (identity, *aliases), group.window))
        held = self._hold(members)
        tracks = held.tracks
        start, end = hull(held.there or members)
        stream = anchor.recording.stream
        slug = book.vj_of(stream, anchor.middle_ms)
        stone: Tombstone = "hidden" if said.visibility == "hidden" else held.stone
        chapters: Marks = ()
        if tracks and not stone:
            chapters = told_chapters(said.chapters, start, end) or suggested_chapters(tracks[0].parts, start, book.days)
        return Session(
            id=identity,
            vj=said.vj or slug,
            stream=stream,
            anchor=anchor.recording.key,
            start_ms=start,
            end_ms=end,
            tracks=tracks,
            duration_ms=recorded_ms(tracks),
            gaps=gaps((part.start_ms, part.end_ms) for part in tracks[0].parts) if tracks else (),
            others=held.others,
            recordings=tuple(sorted(recording.key for recording in recordings)),
            flags=flags_of(held),
            title=said.title or told_title(recordings),
            language=said.language,
            description_html=said.description_html,
            description_text=said.description_text,
            tags=tuple(sorted(set(said.tags))) or told_tags(recordings),
            featured=said.featured,
            visibility=said.visibility or "public",
            tombstone=stone,
            chapters=chapters,
            chapters_told=bool(said.chapters) and bool(chapters),
            trim=said.trim,
            poster_url=self._pictures.of(recordings, start, end) if self._pictures and not stone else "",
            expires_ms=earliest_expiry(recordings, tracks),
            aliases=(*aliases, *sorted(set(said.aliases))),
            reasons=tuple(group.reasons),
            notices=sum(self._notices.get(recording.key, 1) for recording in recordings),
            curated_by=tuple(curation.source for curation in curations),
            max_gap_ms=book.gap_of(stream, slug),
        )


def _is_short(members: Sequence[Placed], limit_ms: int) -> bool:
    """Say whether a session is too short, by all its recordings; one of unknown length is not."""
    if all("bad_times" in one.flags for one in members):
        return False
    return covered_ms((one.start_ms, one.end_ms) for one in members) < limit_ms


def _in_order(session: Session) -> tuple[int, str]:
    return session.start_ms, session.id
