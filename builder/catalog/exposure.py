"""Exposure: refuse to show what people hid when the records or the grouping changed, and not their word.

Hiding follows the file: a curation hides the whole broadcast of a recording that it names. Where that record is lost,
or another setting parts the broadcast, the rest would be public unasked. What was hidden, the catalog of before the run
knows; only sessions that the run replaced are looked at, and those that kept a file of one of them out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from builder.catalog.catalog import Catalog
from builder.catalog.comparing import leads
from builder.catalog.findings import is_matched, named, session_of, unmatched
from builder.catalog.rows import decode_session
from builder.errors import ExposureError
from builder.model import Curation, Session, SetAside, Trim, Visibility
from builder.sessions import Rules
from builder.sessions.claims import ENDLESS_MS
from builder.sessions.coverage import GAP_MS, survey
from builder.sessions.curate import HIDING, UNSEEN
from builder.sessions.standing import GONE, WITHHELD
from builder.sessions.trimming import kept
from builder.wording import count

Span = tuple[int, int]
Spans = dict[str, Span]  # from when to when, by the key of a recording
Hidden = dict[str, Span | None]  # what may be shown all the same of a recording, by its key
ACT = (
    "name what must stay hidden in `recordings` of that file too; if all may see it, {}, "
    "or give `aftercast build --allow-exposure`"
)
LET_GO = "take `visibility` or `trim` out of the file"
TAKE_AWAY = "take the file away"  # it matches nothing, which would stay a problem
PUT_BACK = "put the file back where it is read; if all may see it, give `aftercast build --allow-exposure`"


class Way(IntEnum):
    """How a file hides. What hides more comes first: whoever lets go of the rest must not lose this unasked."""

    WHOLE = 0  # `hidden` or `draft`
    ENDS = 1  # `trim`
    LISTS = 2  # `unlisted`


class Lap(NamedTuple):
    """Hidden time that a file shares which was withheld for it, and who hid it before the run and should now."""

    start_ms: int
    end_ms: int
    way: Way
    old: Curation
    new: Curation


def refuse_exposure(
    catalog: Catalog,
    replaced: Iterable[Session],
    rules: Rules,
    unread: Sequence[str] = (),
    *,
    names: Sequence[str] = (),
) -> None:
    """Raise `ExposureError` where the run that is under way shows what was hidden in a session that it replaced.

    Of these sessions those come first that withheld files (see `withheld_in`). Where something is `unread`, or
    everything is gone, so that nobody can tell what was taken away, a file that is gone still says what it said.
    """
    hiding = Hiding(catalog, rules, unread, names)
    found: defaultdict[tuple[Way, str], set[str]] = defaultdict(set)
    exposed = chain.from_iterable(map(hiding.exposed, chain(replaced, hiding.beside())))
    for way, source, key in chain(exposed, hiding.lapping()):
        found[way, source].add(key)
    if found:
        raise _refusal(hiding, found)


def _refusal(hiding: Hiding, found: Mapping[tuple[Way, str], set[str]]) -> ExposureError:
    (way, source), keys = min(found.items())
    number = len(keys)
    which = f"{'' if number == 1 else 'the first is '}{named(min(keys), 'one without an id')}"
    why = hiding.why_shown(source)
    more = len({source for _, source in found}) - 1
    others = f"; so it is with {count(more, 'more file')} in replays/" if more else ""
    what = "kept out of lists would be listed" if way is Way.LISTS else "hid would be seen"
    said = f"{source}: {count(number, 'recording')} that it {what}, {which}{why}{others}; the site stays as it was"
    if hiding.is_gone(source):
        return ExposureError(said, hint=PUT_BACK)
    return ExposureError(said, hint=ACT.format(LET_GO if hiding.is_matched(source) else TAKE_AWAY))


def withheld_in(session: Session) -> list[SetAside]:
    """Return the files that a session did not show because they reach into hidden time beside it."""
    return [one for one in session.whole.others if one.why == WITHHELD]


def forgotten(rules: Rules) -> str:
    """Return what to say besides of a catalog that is made anew, and so does not know what was hidden."""
    if not any(map(hides, rules.curations)):
        return ""
    return ", which do not tell what a file in replays/ hid that matches nothing now"


class Hiding:
    """What people said of replays before the run, and what they say now."""

    def __init__(self, catalog: Catalog, rules: Rules, unread: Sequence[str], names: Sequence[str]) -> None:
        self.catalog = catalog
        self.connection = catalog.connection
        self._rules = rules
        self._unread = tuple(unread)
        self._present = names
        self._withheld: defaultdict[str, Spans] = defaultdict(dict)  # by the anchor of what they were withheld for
        self._laps: defaultdict[str, list[Lap]] = defaultdict(list)  # by the key of the file

    @cached_property
    def _old_rules(self) -> Rules:
        return self.catalog.setting().rules

    @cached_property
    def _is_zone_new(self) -> bool:
        """Say whether moments without an offset are others than before though nobody wrote them anew."""
        return self._rules.zone != self._old_rules.zone

    @cached_property
    def _old(self) -> Mapping[str, Curation]:
        return {curation.source: curation for curation in self._old_rules.curations}

    @cached_property
    def _new(self) -> Mapping[str, Curation]:
        return {curation.source: curation for curation in self._rules.curations}

    @cached_property
    def _is_lost(self) -> bool:
        """Say whether none of several files is left: a disk may not be mounted."""
        return len(self._old) > 1 and self._old.keys().isdisjoint(self._new)

    def _doubt(self, source: str) -> str:
        """Return why a file that is gone may be meant all the same, "" where its going is a person's word."""
        if self._unread:
            return self._unread[0]
        return "so is all else that was in `replays/`" if self._is_lost and not self._is_off(source) else ""

    def _is_off(self, source: str) -> bool:
        """Say whether a file lies there switched off, as `a.md.off`, `a.off` or `.a.md`."""
        name = source.rpartition("/")[2]
        return any(one in {name[:-2] + "off", f".{name}"} or one.startswith(name) for one in self._present)

    @cached_property
    def _said_before(self) -> Collection[tuple[str, Visibility | None]]:
        """Return the recordings that files named before, each with who might see them by that file."""
        return {(name, old.visibility) for old in self._old_rules.curations for name in _names(old)}

    @cached_property
    def _naming(self) -> Mapping[str, list[Curation]]:
        """Return the files that name a recording now."""
        naming: defaultdict[str, list[Curation]] = defaultdict(list)
        for curation in self._rules.curations:
            for name in curation.recordings:
                naming[name].append(curation)
        return naming

    def exposed(self, former: Session) -> Iterator[tuple[Way, str, str]]:
        """Yield (way, source, key) of what a file hid by a former session, and does not where it is now."""
        for one in withheld_in(former):
            for anchor in one.hiders:
                self._withheld[anchor][one.key] = one.start_ms, one.end_ms
        for old in [self._old[source] for source in former.curated_by if source in self._old]:
            for way in _ways(old):
                bearers = (new for new in self._bearers(old, former) if not self._is_taken_back(former, old, new, way))
                if new := next(bearers, None):
                    hidden = self._hidden(former, old, new, way)
                    yield from ((way, new.source, key) for key in self._seen_now(hidden, old, new, way))

    def beside(self) -> Iterator[Session]:
        """Yield what files were withheld for: a border may go away, and it is what it was."""
        for anchor in sorted(self._withheld):
            session = self.catalog.session_of_file(anchor)
            if session is not None and session.anchor == anchor:
                yield session

    def is_gone(self, source: str) -> bool:
        return source not in self._new

    def is_matched(self, source: str) -> bool:
        """Say whether a file speaks of any replay now."""
        return is_matched(self.connection, self._new[source])

    def why_shown(self, source: str) -> str:
        """Say why a file hides less than it did, where that can be told: the refused run takes its problems with it."""
        if self.is_gone(source):
            return f"; the file is gone, and {self._doubt(source)}"
        curation = self._new[source]
        if not self.is_matched(source):
            return f"; now it matches no session: {unmatched(self.connection, curation)[1]}"
        if self._is_zone_new and (curation.window or (curation.trim and any(_moments(curation.trim)))):
            return "; the site has another `timezone`, which moves moments without an offset"
        return ""

    def _bearers(self, old: Curation, former: Session) -> Iterator[Curation]:
        """Yield the files that may say now what one said: itself, and others that name recordings of the same."""
        if old.source in self._new:
            yield self._new[old.source]
        elif self._doubt(old.source):
            yield old
        for name in (*old.recordings, *sorted(_ids(former))):
            yield from self._naming.get(name, ())

    def _is_taken_back(self, former: Session, old: Curation, new: Curation, way: Way) -> bool:
        """Say whether a person lets go of what a file hid. More names do not, nor does one less that names nothing.

        What is said of other broadcasts in that file does not either. What another `trim` lets go of: see `_left`.
        """
        if new.trim is None if way is Way.ENDS else _audience(new.visibility) > _audience(old.visibility):
            return True
        members = _ids(former)
        return (
            (new.window != old.window and not (new.window and self._is_zone_new))
            or not members.isdisjoint(set(new.split_before).difference(old.split_before))
            or (new.address != old.address and leads(self.connection, old.address))
            or any(map(self.catalog.session_of_file, members & _names(old).difference(_names(new))))
        )

    def _hidden(self, former: Session, old: Curation, new: Curation, way: Way) -> Hidden:
        """Return what a file hid by a session, also of what was withheld for its sake."""
        whole = former.whole
        start, end = whole.start_ms, whole.end_ms
        if way is Way.ENDS:
            low, high = self._left(whole, old, new)
            spans = {key: (span, _within(span, low, high)) for key, span in _shown(whole).items()}
            hidden: Hidden = {key: left for key, (span, left) in spans.items() if left != span}
            dark = [(start, min(low, end)), (max(high, start), end)]
        else:
            hidden = dict.fromkeys(former.recordings)
            dark = [(start, end)] if way is Way.WHOLE else []
        for key, span in self._withheld.get(former.anchor, {}).items():
            self._laps[key] += [
                Lap(max(low, span[0]), min(high, span[1]), way, old, new)
                for low, high in dark
                if low < span[1] and span[0] < high
            ]
        return hidden

    def lapping(self) -> Iterator[tuple[Way, str, str]]:
        """Yield (way, source, key) of what shares more of hidden times, all told, than slices do at a border."""
        for key, laps in self._laps.items():
            seen = [lap for lap in laps if any(self._seen_now({key: None}, lap.old, lap.new, lap.way))]
            if survey(sorted(seen, key=attrgetter("start_ms")))[0] > GAP_MS:
                first = min(seen, key=attrgetter("way", "new.source"))
                yield first.way, first.new.source, key

    def _left(self, whole: Session, old: Curation, new: Curation) -> Span:
        """Return what a trim left of a session, with what it may show besides as a person wrote it anew."""
        trims = [old.trim or Trim()] + ([] if self._is_moved(old, new) else [new.trim or Trim()])
        spans = [kept(whole.start_ms, whole.end_ms, trim) for trim in trims]
        lows, highs = zip(*([span for span in spans if span[0] < span[1]] or [(ENDLESS_MS, ENDLESS_MS)]), strict=True)
        return min(lows), max(highs)

    def _is_moved(self, old: Curation, new: Curation) -> bool:
        """Say whether a trim may show other moments because the site's zone is another."""
        moments = _moments(new.trim or Trim())
        return self._is_zone_new and any(moments) and moments != _moments(old.trim or Trim())

    def _seen_now(self, hidden: Hidden, old: Curation, new: Curation, way: Way) -> Iterator[str]:
        homes: dict[str, Spans] = {}
        for key, before in hidden.items():
            home = session_of(self.connection, key)
            if home not in homes:
                homes[home] = self._shown_in(home, old, new, way)
            after = homes[home].get(key)
            if after and (before is None or after[0] < before[0] or before[1] < after[1]):
                yield key

    def _shown_in(self, identity: str, old: Curation, new: Curation, way: Way) -> Spans:
        """Return what a session shows; nothing where it is hidden as well as before, or a person says who may see it.

        `head` and `tail` of a file that still speaks of it hide what they hide, however the ends moved.
        """
        source = "" if way is Way.ENDS and self._is_moved(old, new) else new.source
        query = "SELECT body FROM sessions WHERE id=?1 AND ?2 NOT IN (SELECT source FROM curated WHERE session=?1)"
        row = self.connection.execute(query, (identity, source)).fetchone()
        session = decode_session(row[0]) if row else None
        if session is None or session.tombstone:
            return {}
        if way is not Way.ENDS and (
            _audience(session.visibility) <= _audience(old.visibility) or self._is_said_anew(session)
        ):
            return {}
        return _shown(session)

    def _is_said_anew(self, session: Session) -> bool:
        """Say whether a person says now who may see a session: what stood elsewhere all along was not said of it."""
        members = _ids(session)
        return any(
            (name, new.visibility) not in self._said_before
            for new in map(self._new.__getitem__, session.curated_by)
            if new.visibility
            for name in members & _names(new)
        )


def hides(curation: Curation) -> bool:
    return next(_ways(curation), None) is not None


def _ways(curation: Curation) -> Iterator[Way]:
    if curation.visibility in UNSEEN:
        yield Way.WHOLE
    if curation.trim:
        yield Way.ENDS
    if curation.visibility == "unlisted":
        yield Way.LISTS


def _audience(visibility: Visibility | None) -> int:
    """Return how many may see a session, as a number to compare: of what is hidden as many as of a draft."""
    return max(HIDING.index(visibility or "public"), len(UNSEEN) - 1)


def _names(curation: Curation) -> set[str]:
    return {*curation.recordings, *curation.merge}


def _ids(session: Session) -> set[str]:
    """Return all that people may call the recordings of a session: keys and file ids."""
    return {*session.recordings, *(key.rpartition("@")[0] for key in session.recordings)}


def _moments(trim: Trim) -> tuple[int | None, int | None]:
    return trim.from_ms, trim.to_ms


def _within(span: Span, low: int, high: int) -> Span | None:
    start, end = span
    return (max(low, start), min(high, end)) if low < end and start < high else None


def _shown(session: Session) -> Spans:
    """Return the times of the recordings that are there to be seen, also of those that say what others do."""
    shown = {part.key: (part.start_ms, part.end_ms) for track in session.tracks for part in track.parts}
    shown |= {other.key: (other.start_ms, other.end_ms) for other in session.others if other.why not in GONE}
    if session.untrimmed is None:
        return shown
    return {key: (max(low, session.start_ms), min(high, session.end_ms)) for key, (low, high) in shown.items()}
