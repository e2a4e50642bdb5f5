"""One run of the active query: which windows are asked, where answers are laid, how far it came.

Every run is safe to repeat: an answer has the name of its question, and progress is written after the answer, page by
page. Days are asked whole, so that the same day is always the same question and its answer replaces the earlier one.
In which order, and what a failure does, is the rule of `turns`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import count

from msgspec.structs import replace

from builder.errors import ConfigError, RemoteError
from builder.model import Value
from builder.pull.answers import known_in
from builder.pull.calls import BudgetSpentError, FailingError, IncompleteError, RefusedError
from builder.pull.cloud import STREAMS_AT_ONCE, Cloud, overfull
from builder.pull.denials import Denials
from builder.pull.holes import Task
from builder.pull.inquiry import Inquiry
from builder.pull.legacy import LegacyList
from builder.pull.listing import FILES, LOG, MEDIA
from builder.pull.names import hashed
from builder.pull.questions import Missing, Pages, PagesOf, Question, Turn, at_first, in_turn, label, parted
from builder.pull.shelf import FAILED_LIST, Begun, Listed, Open, Shelf
from builder.pull.tasks import begun_list, tasks_of
from builder.pull.turns import DOWN, End, Turns, titled
from builder.pull.walk import PAGE_ROWS, Place
from builder.pull.windows import (
    WEEK_MS,
    Window,
    china_days,
    ends_of_days,
    file_text,
    pieces,
    utc_text,
    whole_days,
)

ARRIVAL_MS = 2 * 3_600_000  # how long after its end a file may still be registered
FINISHED_MS = 12 * 3_600_000  # how long after a day's end a channel of that day may still go on


class Pulled(Value, frozen=True):
    """What a run did. `finished` is False when the budget or the service ended it; the next run goes on from there.

    `failure` tells of a day that could not be asked about whole, in this run or in the last one that tried, of a file,
    or of the refusal that ended the run.
    """

    windows: int
    files_written: int
    finished: bool
    unsure: int = 0  # files that the account does not know and never told of
    failure: RemoteError | None = None


class Run:
    """Asks windows of one account, that of the shelf, one by one until they are done or the budget is spent."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.windows = 0
        self.unsure = 0
        self.failure: RemoteError | None = None
        self.turns = Turns()
        self.is_of_all = False  # asks about all streams at once

    def media(self, cloud: Cloud, window: Window, streams: Sequence[str] = ()) -> Pulled:
        """Pull everything that VOD registered in a window, a UTC day at a time, going on where an earlier run ended."""
        self.is_of_all = not streams
        groups = [streams[i : i + STREAMS_AT_ONCE] for i in range(0, len(streams), STREAMS_AT_ONCE)] or [()]
        pages = partial(self._media_of, cloud)
        return self._each_day("vod", whole_days(window), groups, pages, settled_ms=window.end_ms)

    def callbacks(self, cloud: Cloud, window: Window, streams: Sequence[str] = ()) -> Pulled:
        """Pull the provider's own log of notifications, a UTC day at a time."""
        groups = [[stream] for stream in streams] or [[]]
        pages = partial(self._callbacks_of, cloud)
        return self._each_day("callbacks", whole_days(window), groups, pages, settled_ms=window.end_ms)

    def legacy(self, listing: LegacyList, window: Window, streams: Sequence[str], *, now_ms: int) -> Pulled:
        """Pull the legacy list of streams, a China day at a time.

        The list holds what finished channels recorded: a day counts as asked only when it was over for half a day.
        """
        settled_ms = min(window.end_ms, now_ms - FINISHED_MS)
        groups = [[stream] for stream in streams]
        pages = partial(self._legacy_of, listing)
        return self._each_day("legacy", china_days(window), groups, pages, settled_ms=settled_ms)

    def tasks(self, cloud: Cloud, window: Window) -> list[Task] | None:
        """Return the recording tasks of a window, None when the budget ends before the list does.

        Where the list fails or is refused, that is told, and what is listed so far is returned: other evidence may tell
        of holes, and a key may have the rights for VOD only. Where that spends the budget, the next run does not list.

        What was listed is kept until `missing` is done, else a small budget would go into the same list for ever.
        A week is listed whole: for a budget that is too small for it this raises `ConfigError`.
        """
        kept = begun_list(self.shelf, window)
        if why := self.shelf.take_failed_list():
            self.failure = IncompleteError(why, hint="the next run lists them again")
            return kept.tasks
        first = kept
        left = Window(kept.window.end_ms, kept.since_ms)
        try:
            for week in pieces(left, WEEK_MS) if left.begin_ms < left.end_ms else ():
                tasks = kept.tasks + tasks_of(cloud, week, kept.since_ms)
                kept = Listed(kept.account, kept.since_ms, Window(kept.window.begin_ms, week.end_ms), tasks)
                self.shelf.keep_listed(kept)
        except BudgetSpentError as error:
            if kept == first:
                found = cloud.calls.budget
                raise ConfigError(
                    f"`--budget` expected enough calls to list the recording tasks of a week, found {found}"
                ) from error
            self.turns.spend()
            return None
        except RemoteError as error:
            self.failure = titled(error, "the recording tasks")
            if cloud.calls.is_spent:
                self.shelf.remember(FAILED_LIST, str(self.failure))
        return kept.tasks

    def missing(
        self, holes: Mapping[str, Sequence[Window]], cloud: Cloud | None, listing: LegacyList | None, *, now_ms: int
    ) -> Pulled:
        """Ask only about holes; one that was asked about after its files must have arrived is not asked again."""
        has_tasks = self.failure is None
        asks: list[Missing] = []
        for stream, windows in holes.items():
            if cloud is not None:
                for hole in windows:
                    settled_ms = hole.end_ms + ARRIVAL_MS
                    wide = Window(hole.begin_ms, min(settled_ms, max(now_ms, hole.begin_ms)))
                    asks.append(Missing(stream, hole, wide, partial(self._media_of, cloud, [stream]), settled_ms))
            elif listing is not None:
                for day, end_ms in ends_of_days(windows).items():
                    pages = partial(self._legacy_of, listing, [stream])
                    asks.append(Missing(stream, day, day, pages, end_ms + FINISHED_MS))
        left = [
            Turn(self.shelf.open(one.what), self.shelf.refused(one.whom), one, partial(self._ask_missing, one, now_ms))
            for one in asks
            if self._is_unanswered(one)
        ]
        finished = self._each(left, self.shelf.forget_listed)
        self._tell(turn.one.what for turn in left)
        return self.result(finished=finished and has_tasks)

    def status(self, cloud: Cloud, hosts: Mapping[str, str], streams: Sequence[str] = ()) -> Pulled:
        """Ask what became of known files, told with the hosts of their media: deleted ones become tombstones.

        A round goes through all of them, in as many runs as the budget wants.
        """
        inquiry = Inquiry(self.shelf, cloud, hosts, streams, self.turns)
        try:
            finished = inquiry.go_on()
        finally:
            self.windows, self.unsure, self.failure = inquiry.answers, inquiry.unsure, inquiry.failure
        return self.result(finished=finished)

    # --- one question ---

    @cached_property
    def _denials(self) -> Denials:
        return Denials(self.shelf.everybody)

    def _media_of(self, cloud: Cloud, streams: Sequence[str], places: Sequence[Place]) -> Iterator[list[Place]]:
        for step in cloud.media(places, streams):
            if step.page.rows:
                name = f"{file_text(step.place.window)}-{step.place.rows}.json"
                self.shelf.lay_rows(f"media/{label(streams)}/{name}", step.page.answer, MEDIA)
                self._denials.take_back(row["FileId"] for row in known_in(step.page.answer))
            yield step.left

    def _callbacks_of(self, cloud: Cloud, one: Sequence[str], places: Sequence[Place]) -> Iterator[list[Place]]:
        """Lay the pages of the log; one with fewer rows than fit may be half a page, and keeps what lay there.

        A full one does not: the log may grow at its head, and each page would keep all that ever stood on it.
        """
        stream = one[0] if one else ""
        folder = f"callbacks/{hashed(stream)}" if stream else "callbacks"
        for step in cloud.callbacks(places, stream):
            name = f"{folder}/{file_text(step.place.window)}-{step.place.pages + 1}.json"
            if len(step.page.rows) >= PAGE_ROWS:
                self.shelf.lay(name, step.page.answer)
            elif step.page.rows:
                self.shelf.lay_rows(name, step.page.answer, LOG)
            yield step.left

    def _legacy_of(self, listing: LegacyList, one: Sequence[str], places: Sequence[Place]) -> Iterator[list[Place]]:
        stream, folder = one[0], f"legacy/{hashed(one[0])}"
        for step in listing.pages(places, stream):
            if step.page.rows:
                name = f"{file_text(step.place.window)}-{step.place.pages + 1}.json"
                self.shelf.lay_rows(f"{folder}/{name}", step.page.answer, FILES)
            yield step.left

    # --- how far ---

    def _each_day(
        self, kind: str, days: Iterable[Window], groups: Sequence[Sequence[str]], pages_of: PagesOf, *, settled_ms: int
    ) -> Pulled:
        """Ask about each day of each group of streams; what is told of the time after `settled_ms` may still change."""
        return self._until_spent(
            Question(kind, group, day, pages_of, min(day.end_ms, settled_ms)) for day in days for group in groups
        )

    def _until_spent(self, questions: Iterable[Question]) -> Pulled:
        """Ask what no earlier run has; a day that is not over, or did not come whole, is asked again, behind that."""
        asked = [(self.shelf.open(one.name), one) for one in questions]
        left = [(known, one) for known, one in asked if not self._was_asked(one, known)]
        for known, one in left:
            if known.why:  # the days behind a present day that failed have to touch it when it is over
                self.shelf.extend_asked(one.what, Window(one.window.begin_ms, one.until_ms))
        finished = self._each([turn for known, one in left for turn in self._turns_of(known, one)])
        self._tell(one.name for _, one in left)
        return self.result(finished=finished)

    def _each(self, left: Sequence[Turn], *then: Callable[[], None]) -> bool:
        """Ask what is new, then what is asked again; False: there is more to ask.

        Of a group that is parted also new days are asked with the latter: while no run has come to one, there is more.
        """
        self.turns.patience = max(DOWN, len({turn.one.whom for turn in left if turn.refused.times}))
        try:
            is_done = self.turns.each([*at_first(left), *then]) and self.turns.again(in_turn(left))
            is_begun = all(turn.is_new or turn.known.turn for turn in left)
            return is_done and (is_begun or self.turns.end is not End.SPENT)
        finally:
            self.shelf.write_notes()

    def _was_asked(self, one: Question, known: Open) -> bool:
        """Say whether a day was asked about, up to the moment that it is to be; of one that is open its mark tells."""
        is_open = known.why or 0 < known.until_ms < one.until_ms
        asked = Window(one.window.begin_ms, one.until_ms)
        return not is_open and asked.begin_ms <= asked.end_ms and self.shelf.was_asked(one.what, asked)

    def _ask(self, one: Question) -> None:
        """Ask about a day."""
        known = Open()
        while known.until_ms < one.enough_ms:  # once more behind the end of an earlier walk, which asked less far
            known = self._asked(one.name, one, one.window, one.until_ms, self.shelf.open(one.name))
            self._remember(one, known)

    def _turns_of(self, known: Open, one: Question) -> Iterator[Turn]:
        """Yield the asking about a day, of each stream of a group that is parted: one that is refused is."""
        refused = self.shelf.refused(one.whom)
        if not known.alone and not (refused.times and len(one.streams) > 1):
            yield Turn(known, refused, one, partial(self._ask, one))
            return
        if not known.alone or known.until_ms < one.enough_ms:  # also those that came may have more by now
            others = [stream for stream in one.streams if stream not in known.alone]
            why, alone = known.why or refused.why, [*others, *known.alone]
            known = replace(known, until_ms=one.until_ms, why=why, alone=alone)
            self._remember(one, known)
        for stream in known.alone:
            single = one.of(stream)
            yield Turn(known, self.shelf.refused(single.whom), single, partial(self._ask_alone, one, stream))

    def _ask_alone(self, one: Question, stream: str) -> None:
        """Ask about a stream of a parted group; the day is open until all of them came. One that fails is last."""
        known, single = self.shelf.open(one.name), one.of(stream)
        came = Open()
        while came.until_ms < one.enough_ms:
            came = self._asked(single.name, single, one.window, one.until_ms, known)
        if came.turn == known.turn:  # put off
            return
        alone = [*(other for other in known.alone if other != stream), *([stream] if came.why else ())]
        why = (came.why or known.why) if alone else ""
        if not alone:
            self.shelf.note_answered(one.whom)
        self._remember(one, Open(known.until_ms, why, came.turn, alone))

    def _remember(self, one: Question, known: Open) -> None:
        """Note how a day was asked; also one that did not come whole counts as asked, so that those around it touch.

        What was put off cost no call, and there may be years of it: it is written with what comes next, or at the end.
        """
        is_put_off = known.turn == self.shelf.open(one.name).turn
        is_open = known.why or known.until_ms < one.window.end_ms
        self.shelf.note_open(one.name, known if is_open else None)
        if known.until_ms >= one.window.begin_ms:
            self.shelf.note_asked(one.what, Window(one.window.begin_ms, known.until_ms))
        if not is_put_off:
            self.shelf.write_notes()

    def _is_unanswered(self, hole: Missing) -> bool:
        return self.shelf.progress.get(hole.what, "") < utc_text(hole.settled_ms)

    def _ask_missing(self, hole: Missing, now_ms: int) -> None:
        before = self.shelf.open(hole.what)
        known = self._asked(hole.what, hole, hole.wide, now_ms, before)
        self.shelf.note_open(hole.what, known if known.why else None)
        if not known.why:
            self.shelf.remember(hole.what, utc_text(known.until_ms))
        elif known.turn != before.turn:  # not put off
            self.shelf.write_notes()

    def _asked(self, name: str, one: Question | Missing, window: Window, until_ms: int, known: Open) -> Open:
        """Ask, unless it is put off; return up to when that was done, or why it did not come whole."""
        before = self.shelf.refused(one.whom)
        refused = before.why if before.times or known.why else ""  # else its streams are answered by now
        if error := self.turns.failing(one.about, refused):
            return Open(until_ms, known.why or str(error), known.turn, parted(one, error))
        ask = partial(self._ask_about, name, window, one.pages, until_ms)
        asked = self.turns.attempt(one.about, ask, was_refused=bool(refused))
        if isinstance(asked, RefusedError):
            self.shelf.note_refused(one.whom, str(asked))
        elif not isinstance(asked, FailingError):
            self.shelf.note_answered(one.whom)
        if isinstance(asked, IncompleteError):
            self.failure = self.failure or asked
            alone = parted(one, asked, is_again=bool(known.why and known.turn))
            return Open(until_ms, str(asked), next(self._turn), alone)
        return Open(asked, turn=next(self._turn))

    @cached_property
    def _turn(self) -> Iterator[int]:
        return count(self.shelf.latest_turn() + 1)

    def _tell(self, names: Iterable[str]) -> None:
        """Take what an earlier run failed at for a failure of this one, until it came whole."""
        for why in (self.shelf.open(name).why for name in names):
            if why and not self.failure:
                self.failure = IncompleteError(why, hint="run it again: it is asked again after all others")

    def _ask_about(self, what: str, window: Window, pages: Pages, until_ms: int) -> int:
        """Ask until everything has come; return up to which moment, an earlier one where a walk was gone on with.

        Raises `IncompleteError` after a walk that could not have everything; the next run begins it anew.
        """
        begun = self.shelf.begun(what, window) or Begun(window, until_ms, [Place(window)])
        left = begun.left
        for left in pages(begun.left):
            if left:
                self.shelf.keep_begun(what, Begun(window, begun.until_ms, left))
        self.shelf.forget_begun(what)
        self.windows += 1
        if left:
            raise overfull(left, is_of_all=self.is_of_all)
        return begun.until_ms

    def result(self, *, finished: bool) -> Pulled:
        """Return what was done so far."""
        return Pulled(self.windows, self.shelf.written, finished, self.unsure, self.failure)
