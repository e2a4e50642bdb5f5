"""Island and assembly: what goes into making sessions, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping

from builder.model import PushEvent, Recording, Screenshot, Session, SetAside, TaskEvent, Value

TOO_SHORT = "too_short"


class Island(Value, frozen=True, omit_defaults=True):
    """What sessions are made of: recordings that are grouped together, and the events of their streams.

    `notices` says how many notifications stand behind a recording, by key; one where it is silent.
    """

    recordings: tuple[Recording, ...] = ()
    pushes: tuple[PushEvent, ...] = ()
    tasks: tuple[TaskEvent, ...] = ()
    screenshots: tuple[Screenshot, ...] = ()
    notices: Mapping[str, int] = {}


class Assembly(Value, frozen=True):
    """The sessions of an island, by start and id; and the recordings that became part of none, with a word why.

    Every recording of the island is in exactly one of the two: among a session's `recordings`, or here. The word is
    `too_short` for all recordings of a session below `min_length`; such a session has no page and no address.
    """

    sessions: tuple[Session, ...] = ()
    skipped: tuple[SetAside, ...] = ()
