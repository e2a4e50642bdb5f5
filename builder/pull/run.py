"""One run of the active query: which windows are asked, where answers are laid, how far it came.

Every run is safe to repeat: an answer has the name of its question, and progress is written after the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from builder.model import Value
from builder.pull.calls import BudgetSpentError
from builder.pull.cloud import STREAMS_AT_ONCE, Cloud
from builder.pull.holes import Task
from builder.pull.legacy import LegacyList
from builder.pull.shelf import Shelf, stream_name
from builder.pull.windows import DAY_MS, Window, china_days, file_text, pieces, utc_text

ARRIVAL_MS = 2 * 3_600_000  # how long after its end a file may still be registered


class Pulled(Value, frozen=True):
    """What a run did. `finished` is False when the budget ended it; the next run goes on from there."""

    windows: int
    files_written: int
    finished: bool


class Run:
    """Asks windows one by one until they are done or the budget is spent."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.windows = 0

    def media(self, cloud: Cloud, window: Window, streams: Sequence[str] = ()) -> Pulled:
        """Pull everything that VOD registered in a window, a day at a time, going on where an earlier run stopped."""
        groups = [list(streams[i : i + STREAMS_AT_ONCE]) for i in range(0, len(streams), STREAMS_AT_ONCE)] or [[]]
        return self._until_spent(
            (f"media {self._label(group)}", day, lambda group=group, day=day: self._media_of(cloud, day, group))
            for group in groups
            for day in pieces(window, DAY_MS)
        )

    def callbacks(self, cloud: Cloud, window: Window) -> Pulled:
        """Pull the provider's own log of notifications."""
        return self._until_spent(
            ("callbacks", day, lambda day=day: self._callbacks_of(cloud, day))
            for day in pieces(window, DAY_MS)
        )

    def legacy(self, listing: LegacyList, window: Window, streams: Sequence[str]) -> Pulled:
        """Pull the legacy list of streams, a China day at a time."""
        return self._until_spent(
            (f"legacy {stream_name(stream)}", day, lambda s=stream, day=day: self._legacy_of(listing, day, s))
            for stream in streams
            for day in china_days(window)
        )

    def missing(
        self, holes: Mapping[str, Sequence[Window]], cloud: Cloud | None, listing: LegacyList | None, *, now_ms: int
    ) -> Pulled:
        """Ask only about holes; one that was asked about after its files must have arrived is not asked again."""
        asks = []
        for stream, windows in holes.items():
            for hole in windows:
                if cloud is not None:
                    wide = Window(hole.begin_ms, min(hole.end_ms + ARRIVAL_MS, max(now_ms, hole.begin_ms)))
                    asks.append((stream, hole, lambda s=stream, w=wide: self._media_of(cloud, w, [s])))
                elif listing is not None:
                    asks += [
                        (stream, hole, lambda s=stream, d=d: self._legacy_of(listing, d, s)) for d in china_days(hole)
                    ]
        return self._until_answered(asks, now_ms)

    def status(self, cloud: Cloud, file_ids: Sequence[str]) -> Pulled:
        """Ask what became of known files: deleted and forbidden ones become tombstones."""
        first = 0
        try:
            for answer in cloud.media_of(file_ids):
                self.shelf.lay(f"status/{stream_name(' '.join(file_ids[first : first + 20]))}.json", answer)
                first += 20
                self.windows += 1
        except BudgetSpentError:
            return self._result(finished=False)
        return self._result(finished=True)

    # --- one question ---

    def _media_of(self, cloud: Cloud, window: Window, streams: Sequence[str]) -> None:
        for part, offset, answer in cloud.media(window, streams):
            if answer["Response"].get("MediaInfoSet"):
                self.shelf.lay(f"media/{self._label(streams)}/{file_text(part)}-{offset}.json", answer)

    def _callbacks_of(self, cloud: Cloud, day: Window) -> None:
        for part, page, answer in cloud.callbacks(day):
            if answer["Response"].get("DataInfoList"):
                self.shelf.lay(f"callbacks/{file_text(part)}-{page}.json", answer)

    def _legacy_of(self, listing: LegacyList, day: Window, stream: str) -> None:
        for page, answer in enumerate(listing.pages(stream, day), 1):
            if (answer.get("output") or {}).get("file_list"):
                self.shelf.lay(f"legacy/{stream_name(stream)}/{file_text(day)}-{page}.json", answer)

    def _label(self, streams: Sequence[str]) -> str:
        return stream_name("\0".join(streams)) if streams else "all"

    # --- how far ---

    def _until_spent(self, asks: Iterable[tuple[str, Window, Any]]) -> Pulled:
        try:
            for what, window, ask in asks:
                end = utc_text(window.end_ms)
                if self.shelf.progress.get(what, "") >= end:
                    continue  # an earlier run came this far
                ask()
                self.windows += 1
                self.shelf.remember(what, end)
        except BudgetSpentError:
            return self._result(finished=False)
        return self._result(finished=True)

    def _until_answered(self, asks: Sequence[tuple[str, Window, Any]], now_ms: int) -> Pulled:
        try:
            for stream, hole, ask in asks:
                what = f"hole {stream_name(stream)} {file_text(hole)}"
                if self.shelf.progress.get(what, "") >= utc_text(hole.end_ms + ARRIVAL_MS):
                    continue
                ask()
                self.windows += 1
                self.shelf.remember(what, utc_text(now_ms))
        except BudgetSpentError:
            return self._result(finished=False)
        return self._result(finished=True)

    def _result(self, *, finished: bool) -> Pulled:
        return Pulled(self.windows, self.shelf.written, finished)


def tasks_of(cloud: Cloud, window: Window) -> list[Task]:
    """Return the recording tasks of a window; one that has not ended reaches to the window's end."""
    found = []
    for row in cloud.tasks(window):
        begin, end = int(row.get("StartTime") or 0) * 1000, int(row.get("EndTime") or 0) * 1000
        stopped = int(row.get("Stopped") or 0) * 1000
        last = min(at for at in (end, stopped or end, window.end_ms) if at) if end or stopped else window.end_ms
        if begin and row.get("StreamName"):
            found.append(Task(str(row["StreamName"]), begin, max(begin, last)))
    return found
