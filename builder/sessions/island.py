"""Island: what goes into making sessions."""

from __future__ import annotations

from collections.abc import Mapping

from builder.model import PushEvent, Recording, Screenshot, TaskEvent, Value


class Island(Value, frozen=True):
    """What sessions are made of: recordings that are grouped together, and the events of their streams.

    `notices` says how many notifications stand behind a recording, by key; one where it is silent.
    """

    recordings: tuple[Recording, ...] = ()
    pushes: tuple[PushEvent, ...] = ()
    tasks: tuple[TaskEvent, ...] = ()
    screenshots: tuple[Screenshot, ...] = ()
    notices: Mapping[str, int] = {}
