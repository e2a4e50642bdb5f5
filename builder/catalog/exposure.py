"""Exposure: refuse to show what people hid when the records or the grouping changed, and not their word.

Hiding follows the file: a curation hides the whole broadcast of a recording that it names. Where that record is lost,
or another setting parts the broadcast, the rest would be public unasked. What was hidden, the catalog of before the run
knows; only sessions that the run replaced are looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from builder.catalog.catalog import Catalog
from builder.catalog.comparing import leads
from builder.catalog.findings import is_matched, named, session_of, unmatched
from builder.catalog.rows import decode_session
from builder.errors import ExposureError
from builder.model import Curation, Session, StreamKey, Visibility
from builder.sessions.coverage import GAP_MS
from builder.sessions.curate import HIDING, UNSEEN
from builder.sessions.standing import GONE, WITHHELD
from builder.wording import count

Spans = dict[str, tuple[int, int]]  # from when to when, by the key of a recording
Hidden = dict[str, tuple[int, int] | None]  # what was shown all the same of a recording, by its key
ACT = (
    "name what must stay hidden in `recordings` of that file too; if all may see it, take `visibility` or `trim` "
    "out of the file, or give `aftercast build --allow-exposure`"
)


def refuse_exposure(catalog: Catalog, replaced: Iterable[Session], curations: Iterable[Curation]) -> None:
    """Raise `ExposureError` where the run that is under way shows what was hidden in a session that it replaced.

    Of these sessions those come first that withheld files (see `withheld_in`).
    """
    hiding = Hiding(catalog, curations)
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    for session in replaced:
        for source, key in hiding.exposed(session):
            counts[source] += 1
            first[source] = min(key, first.get(source, key))
    if counts:
        raise _refusal(hiding, counts, first)


def _refusal(hiding: Hiding, counts: Mapping[str, int], first: Mapping[str, str]) -> ExposureError:
    source, *more = sorted(counts)
    number = counts[source]
    which = f"{'' if number == 1 else 'the first is '}{named(first[source], 'one without an id')}"
    why = hiding.why_unmatched(source)
    others = f"; so it is with {count(len(more), 'more file')} in replays/" if more else ""
    what = f"{count(number, 'recording')} that it hid would be seen, {which}{why}{others}"
    return ExposureError(f"{source}: {what}", hint=ACT)


def withheld_in(session: Session) -> Spans:
    """Return the files that a session did not show because they reach into hidden time beside it."""
    return {one.key: (one.start_ms, one.end_ms) for one in session.whole.others if one.why == WITHHELD}


class Hiding:
    """What people said of replays before the run, and what they say now."""

    def __init__(self, catalog: Catalog, curations: Iterable[Curation]) -> None:
        self.catalog = catalog
        self.connection = catalog.connection
        self._curations = curations
        self._withheld: defaultdict[StreamKey, Spans] = defaultdict(dict)
        self._holding: dict[str, bool] = {}

    @cached_property
    def _old(self) -> Mapping[str, Curation]:
        return {curation.source: curation for curation in self.catalog.setting().rules.curations}

    @cached_property
    def _new(self) -> Mapping[str, Curation]:
        return {curation.source: curation for curation in self._curations}

    def exposed(self, former: Session) -> Iterator[tuple[str, str]]:
        """Yield (source, key) of what a file hid by a former session, and does not where it is now."""
        if withheld := withheld_in(former):
            self._withheld[former.stream] |= withheld
        for source in former.curated_by:
            by = self._old[source]
            hidden = _hidden(former, by)
            if by.visibility in UNSEEN and former.stream in self._withheld:
                hidden |= dict.fromkeys(_sharing(self._withheld[former.stream], former.whole))
            if hidden and self._holds(source):
                yield from ((source, key) for key in self._seen_now(hidden, by))

    def why_unmatched(self, source: str) -> str:
        """Say why a file matches no session any more, if it does not: the refused run takes its problems with it."""
        curation = self._new[source]
        if is_matched(self.connection, curation):
            return ""
        return f"; now it matches no session: {unmatched(self.connection, curation)[1]}"

    def _seen_now(self, hidden: Hidden, by: Curation) -> Iterator[str]:
        homes: dict[str, Spans] = {}
        for key, before in hidden.items():
            home = session_of(self.connection, key)
            if home not in homes:
                homes[home] = self._shown_in(home, by)
            after = homes[home].get(key)
            if after and (before is None or after[0] < before[0] or before[1] < after[1]):
                yield key

    def _shown_in(self, identity: str, by: Curation) -> Spans:
        """Return what a session shows; nothing where the file hides it still, or any file says who may see it."""
        query = "SELECT body FROM sessions WHERE id=?1 AND ?2 NOT IN (SELECT source FROM curated WHERE session=?1)"
        row = self.connection.execute(query, (identity, by.source)).fetchone()
        session = decode_session(row[0]) if row else None
        if session is None or session.tombstone:
            return {}
        is_said = any(self._new[source].visibility for source in session.curated_by)
        return {} if is_said else _shown(session)

    def _holds(self, source: str) -> bool:
        if source not in self._holding:
            self._holding[source] = not self._is_taken_back(self._old[source], self._new.get(source))
        return self._holding[source]

    def _is_taken_back(self, old: Curation, new: Curation | None) -> bool:
        """Say whether a person lets go of what a file hid. More names do not, nor does one less that names nothing."""
        if new is None or _audience(new.visibility) > _audience(old.visibility):
            return True
        dropped = {*old.recordings, *old.merge}.difference(new.recordings, new.merge)
        return (
            (_is_public(new) and new.trim != old.trim)
            or new.window != old.window
            or not set(new.split_before) <= set(old.split_before)
            or (new.address != old.address and leads(self.connection, old.address))
            or any(map(self.catalog.session_of_file, dropped))
        )


def _audience(visibility: Visibility | None) -> int:
    """Return how many may see a session, as a number to compare: of what is hidden as many as of a draft."""
    return max(HIDING.index(visibility or "public"), len(UNSEEN) - 1)


def _is_public(curation: Curation) -> bool:
    return curation.visibility in (None, "public")


def _hidden(session: Session, by: Curation) -> Hidden:
    """Return what a file hid in a session."""
    if not _is_public(by):
        return dict.fromkeys(session.recordings)
    if by.trim is None:
        return {}
    shown = {} if session.tombstone else _shown(session)
    return {key: shown.get(key) for key, span in _shown(session.whole).items() if shown.get(key) != span}


def _sharing(spans: Spans, session: Session) -> list[str]:
    """Return what shares more time with a session than slices do at a border."""
    low, high = session.start_ms, session.end_ms
    return [key for key, (start, end) in spans.items() if min(high, end) - max(low, start) > GAP_MS]


def _shown(session: Session) -> Spans:
    """Return the times of the recordings that are there to be seen, also of those that say what others do."""
    shown = {part.key: (part.start_ms, part.end_ms) for track in session.tracks for part in track.parts}
    shown |= {other.key: (other.start_ms, other.end_ms) for other in session.others if other.why not in GONE}
    if session.untrimmed is None:
        return shown
    return {key: (max(low, session.start_ms), min(high, session.end_ms)) for key, (low, high) in shown.items()}
