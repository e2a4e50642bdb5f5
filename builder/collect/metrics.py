"""What the receiver counts, and the Prometheus text of it. Labels come from closed lists, never from a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

HELP = {
    "answers_total": ("counter", "status", "Answers given, by status."),
    "refusals_total": ("counter", "reason", "Requests and connections refused, by reason; nothing of them is stored."),
    "notifications_total": ("counter", "verdict", "Notifications stored, by verdict."),
    "events_total": ("counter", "event_type", "Notifications stored, by event type."),
    "commits_total": ("counter", "", "Groups of notifications made durable."),
    "commit_failures_total": ("counter", "", "Groups that could not be stored; their senders were answered 503."),
    "builds_total": ("counter", "result", "Builds started after quiet time, by result."),
    "internal_errors_total": ("counter", "", "Errors of the receiver itself; each is a bug to report."),
    "evictions_total": ("counter", "", "Waiting connections closed to make room."),
    "connections": ("gauge", "", "Open connections."),
    "ready": ("gauge", "", "1 while notifications can be stored."),
    "last_stored_seconds": ("gauge", "", "Time of the last stored notification, Unix seconds."),
    "build_began_seconds": ("gauge", "", "When the build began that runs, Unix seconds; 0 while none runs."),
    "last_built_seconds": ("gauge", "", "End of the last build that was done, Unix seconds; 0 before the first."),
}
EVENT_TYPES = frozenset({0, 1, 100, 200, 314, 317, 318, 321, 332, 341})


class Counters:
    """Counts by name and label value; only names in `HELP` exist."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, label: str = "") -> None:
        assert name in HELP, name
        self._counts[name, label] += 1

    def put(self, name: str, value: int) -> None:
        """Set a gauge."""
        assert name in HELP, name
        self._counts[name, ""] = value

    def value(self, name: str, label: str = "") -> int:
        return self._counts[name, label]

    def labels(self, name: str) -> dict[str, int]:
        """Return every label of one name with its count, sorted."""
        return {label: count for (known, label), count in sorted(self._counts.items()) if known == name}

    def text(self, gauges: Mapping[str, int]) -> str:
        """Return the Prometheus text: every counter, then `gauges`, sorted by name and label."""
        lines: list[str] = []
        for name, (kind, label, sentence) in sorted(HELP.items()):
            full = f"aftercast_collect_{name}"
            lines += [f"# HELP {full} {sentence}", f"# TYPE {full} {kind}"]
            if name in gauges:
                lines.append(f"{full} {gauges[name]}")
            elif label:
                lines += [f'{full}{{{label}="{value}"}} {count}' for value, count in self.labels(name).items()]
            else:
                lines.append(f"{full} {self.value(name)}")
        return "\n".join(lines) + "\n"


def event_label(event_type: object) -> str:
    """Return the label of an event type: a known number, or `other`."""
    if isinstance(event_type, str) and event_type.isascii() and event_type.isdigit() and len(event_type) < 4:
        event_type = int(event_type)
    return str(event_type) if type(event_type) is int and event_type in EVENT_TYPES else "other"
