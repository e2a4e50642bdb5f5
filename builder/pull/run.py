"""One run of the active query: which windows are asked, where answers are laid, how far it came.

Every run is safe to repeat: an answer has the name of its question, and progress is written after the answer. Days are
asked whole, so that the same day is always the same question and its answer replaces the earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeGuard

from builder.errors import RemoteError
from builder.model import Value
from builder.pull.calls import BudgetSpentError, IncompleteError, number_in, object_in, rows_in
from builder.pull.cloud import FILES_AT_ONCE, STREAMS_AT_ONCE, Cloud
from builder.pull.holes import Task
from builder.pull.legacy import LegacyList
from builder.pull.names import hashed
from builder.pull.shelf import Listed, Shelf
from builder.pull.statements import KNOWN, Statements
from builder.pull.walk import Place
from builder.pull.windows import DAY_MS, WEEK_MS, Window, china_days, file_text, pieces, utc_text, whole_days

ARRIVAL_MS = 2 * 3_600_000  # how long after its end a file may still be registered
FINISHED_MS = 12 * 3_600_000  # how long after a day's end a channel of that day may still go on

Ask = Callable[[], None]


class Pulled(Value, frozen=True):
    """What a run did. `finished` is False when the budget ended it; the next run goes on from there."""

    windows: int
    files_written: int
    finished: bool
    unsure: int = 0  # files that the account does not know and never told of


class Run:
    """Asks windows of one account, that of the shelf, one by one until they are done or the budget is spent."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.windows = 0
        self.unsure = 0

    def media(self, cloud: Cloud, window: Window, streams: Sequence[str] = ()) -> Pulled:
        """Pull everything that VOD registered in a window, a UTC day at a time, going on where an earlier run ended."""
        groups = [list(streams[i : i + STREAMS_AT_ONCE]) for i in range(0, len(streams), STREAMS_AT_ONCE)] or [[]]
        return self._until_spent(
            (
                (f"media {label(group)}", day, partial(self._media_of, cloud, day, group))
                for group in groups
                for day in whole_days(window)
            ),
            settled_ms=window.end_ms,
        )

    def callbacks(self, cloud: Cloud, window: Window, streams: Sequence[str] = ()) -> Pulled:
        """Pull the provider's own log of notifications, a UTC day at a time."""
        return self._until_spent(
            (
                (f"callbacks {label([stream] if stream else [])}", day, partial(self._callbacks_of, cloud, day, stream))
                for stream in streams or [""]
                for day in whole_days(window)
            ),
            settled_ms=window.end_ms,
        )

    def legacy(self, listing: LegacyList, window: Window, streams: Sequence[str], *, now_ms: int) -> Pulled:
        """Pull the legacy list of streams, a China day at a time.

        The list holds what finished channels recorded: a day counts as asked only when it was over for half a day.
        """
        return self._until_spent(
            (
                (f"legacy {hashed(stream)}", day, partial(self._legacy_of, listing, day, stream))
                for stream in streams
                for day in china_days(window)
            ),
            settled_ms=min(window.end_ms, now_ms - FINISHED_MS),
        )

    def tasks(self, cloud: Cloud, window: Window) -> list[Task] | None:
        """Return the recording tasks of a window, None when the budget ends before the list does.

        What was listed is kept until `missing` is done, else a small budget would go into the same list for ever.
        """
        account, now_ms = self.shelf.account, window.end_ms
        kept = self.shelf.listed()
        is_fresh = kept is not None and 0 <= now_ms - kept.since_ms <= DAY_MS
        if kept is None or not is_fresh or not kept.window.begin_ms <= window.begin_ms <= kept.window.end_ms:
            kept = Listed(account, now_ms, Window(window.begin_ms, window.begin_ms), [])
        try:
            for week in pieces(Window(kept.window.end_ms, window.end_ms), WEEK_MS):
                tasks = kept.tasks + tasks_of(cloud, week, window.end_ms)
                kept = Listed(account, kept.since_ms, Window(kept.window.begin_ms, week.end_ms), tasks)
                self.shelf.keep_listed(kept)
        except BudgetSpentError:
            return None
        return kept.tasks

    def missing(
        self, holes: Mapping[str, Sequence[Window]], cloud: Cloud | None, listing: LegacyList | None, *, now_ms: int
    ) -> Pulled:
        """Ask only about holes; one that was asked about after its files must have arrived is not asked again."""
        asks: list[tuple[str, Window, Ask]] = []
        for stream, windows in holes.items():
            if cloud is not None:
                for hole in windows:
                    wide = Window(hole.begin_ms, min(hole.end_ms + ARRIVAL_MS, max(now_ms, hole.begin_ms)))
                    asks.append((stream, hole, partial(self._media_of, cloud, wide, [stream])))
            elif listing is not None:
                days = sorted({day for hole in windows for day in china_days(hole)})
                asks += [(stream, day, partial(self._legacy_of, listing, day, stream)) for day in days]
        pulled = self._until_answered(asks, now_ms)
        if pulled.finished:
            self.shelf.forget_listed()
        return pulled

    def status(self, cloud: Cloud, hosts: Mapping[str, str], streams: Sequence[str] = ()) -> Pulled:
        """Ask what became of known files, told with the hosts of their media: deleted ones become tombstones.

        Where none of the files is known at all, the account is the wrong one, and believing it would empty the site.
        """
        what = f"status {label(streams)}"
        asked_to = self.shelf.progress.get(what, "")
        file_ids = sorted(hosts)
        left = [file_id for file_id in file_ids if file_id > asked_to] or file_ids
        statements = Statements(self.shelf, hosts)
        held: list[tuple[Sequence[str], dict[str, Any]]] = []
        is_known = left != file_ids  # an earlier run has seen one
        try:
            for number, answer in enumerate(cloud.media_of(left)):
                self.windows += 1
                held.append((left[number * FILES_AT_ONCE : (number + 1) * FILES_AT_ONCE], answer))
                is_known = is_known or bool(rows_in(answer["Response"].get(KNOWN)))
                if is_known:
                    self._lay_status(what, statements, held)
        except BudgetSpentError:
            return self.result(finished=False)
        if held:
            raise RemoteError(
                f"none of {len(left)} files is known there, nothing was changed",
                hint="ask with the account (and `--sub-app-id`) that the recordings were made with",
            )
        self.shelf.remember(what, "")
        return self.result(finished=True)

    def _lay_status(self, what: str, statements: Statements, held: list[tuple[Sequence[str], dict[str, Any]]]) -> None:
        for group, answer in held:
            self.unsure += statements.lay(group, answer)
            self.shelf.remember(what, group[-1])
        held.clear()

    # --- one question ---

    def _media_of(self, cloud: Cloud, window: Window, streams: Sequence[str]) -> None:
        for step in cloud.media([Place(window)], streams):
            if step.answer["Response"].get(KNOWN):
                name = f"{file_text(step.place.window)}-{step.place.rows}.json"
                self.shelf.lay(f"media/{label(streams)}/{name}", step.answer)

    def _callbacks_of(self, cloud: Cloud, day: Window, stream: str) -> None:
        for step in cloud.callbacks([Place(day)], stream):
            if step.answer["Response"].get("DataInfoList"):
                folder = f"callbacks/{hashed(stream)}" if stream else "callbacks"
                self.shelf.lay(f"{folder}/{file_text(day)}-{step.place.pages + 1}.json", step.answer)

    def _legacy_of(self, listing: LegacyList, day: Window, stream: str) -> None:
        for step in listing.pages([Place(day)], stream):
            if object_in(step.answer.get("output")).get("file_list"):
                self.shelf.lay(f"legacy/{hashed(stream)}/{file_text(day)}-{step.place.pages + 1}.json", step.answer)

    # --- how far ---

    def _until_spent(self, asks: Iterable[tuple[str, Window, Ask]], *, settled_ms: int) -> Pulled:
        """Ask what no earlier run has; what lies after `settled_ms` may still change and is asked again."""
        return self._each(partial(self._ask_unless_asked, *one, settled_ms=settled_ms) for one in asks)

    def _ask_unless_asked(self, what: str, window: Window, ask: Ask, *, settled_ms: int) -> None:
        settled = Window(window.begin_ms, min(window.end_ms, settled_ms))
        is_settling = settled.begin_ms > settled.end_ms
        if not is_settling and self.shelf.was_asked(what, settled):
            return
        ask()
        self.windows += 1
        if not is_settling:
            self.shelf.remember_asked(what, settled)

    def _until_answered(self, asks: Iterable[tuple[str, Window, Ask]], now_ms: int) -> Pulled:
        return self._each(partial(self._ask_unless_answered, *one, now_ms=now_ms) for one in asks)

    def _ask_unless_answered(self, stream: str, hole: Window, ask: Ask, *, now_ms: int) -> None:
        what = f"hole {hashed(stream)} {file_text(hole)}"
        if self.shelf.progress.get(what, "") >= utc_text(hole.end_ms + ARRIVAL_MS):
            return
        ask()
        self.windows += 1
        self.shelf.remember(what, utc_text(now_ms))

    def _each(self, asks: Iterable[Ask]) -> Pulled:
        """Ask one by one until the budget is spent; one without a whole answer holds no other up, and is told last."""
        finished, failure = True, None
        try:
            for ask in asks:
                try:
                    ask()
                except IncompleteError as error:
                    failure = failure or error
        except BudgetSpentError:
            finished = False
        if failure:
            raise failure
        return self.result(finished=finished)

    def result(self, *, finished: bool) -> Pulled:
        """Return what was done so far."""
        return Pulled(self.windows, self.shelf.written, finished, self.unsure)


def label(streams: Sequence[str]) -> str:
    return hashed(*streams) if streams else "all"


def tasks_of(cloud: Cloud, week: Window, until_ms: int) -> list[Task]:
    """Return the recording tasks of a week; one that has not ended reaches to `until_ms`."""
    found = []
    for row in cloud.tasks(week):
        begin, end, stopped = (number_in(row.get(name)) * 1000 for name in ("StartTime", "EndTime", "Stopped"))
        last = min(at for at in (end, stopped, until_ms) if at)
        if begin > 0 and is_name(row.get("StreamName")):
            found.append(Task(row["StreamName"], begin, max(begin, last)))
    return found


def is_name(value: Any) -> TypeGuard[str]:
    """Say whether a value of an answer can be the name of a stream: a text that can be written."""
    return isinstance(value, str) and value.isprintable() and bool(value)
