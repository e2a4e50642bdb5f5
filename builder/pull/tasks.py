"""Recording tasks as the provider lists them: which stream was recorded when."""

from __future__ import annotations

from builder.model import StreamKey
from builder.pull.calls import number_in
from builder.pull.cloud import Cloud
from builder.pull.holes import Task
from builder.pull.names import is_name
from builder.pull.shelf import Listed, Shelf
from builder.pull.windows import DAY_MS, Window


def begun_list(shelf: Shelf, window: Window) -> Listed:
    """Return what an unfinished run listed of a window within the last day, or that nothing is listed yet."""
    kept, now_ms = shelf.listed(), window.end_ms
    if kept and 0 <= now_ms - kept.since_ms <= DAY_MS and kept.window.begin_ms <= window.begin_ms <= kept.window.end_ms:
        return kept
    return Listed(shelf.account, now_ms, Window(window.begin_ms, window.begin_ms), [])


def tasks_of(cloud: Cloud, week: Window, until_ms: int) -> list[Task]:
    """Return the recording tasks of a week; one that has not ended reaches to `until_ms`."""
    found = []
    for row in cloud.tasks(week):
        begin, end, stopped = (number_in(row.get(name)) * 1000 for name in ("StartTime", "EndTime", "Stopped"))
        last = min(at for at in (end, stopped, until_ms) if at)
        if begin > 0 and is_name(row.get("StreamName")):
            apps = (row[name] if is_name(row.get(name)) else "" for name in ("DomainName", "AppName"))
            found.append(Task(StreamKey(row["StreamName"], *apps), begin, max(begin, last)))
    return found
