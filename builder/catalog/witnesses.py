"""Witnesses: of the notices that tell of one recording, which one stands, and where another contradicts it.

Asked for when a conflict is told, never while records are read: that two differ is known then, where they are is not.
"""

from __future__ import annotations

from collections.abc import Sequence

from builder.catalog.deriving import merge_numbered
from builder.catalog.merge import LAYER_ONE, accounts_of, contradictions, key_of
from builder.catalog.values import Stated
from builder.model import Recording, Told


def contradiction(key: str, stated: Sequence[Stated]) -> tuple[Stated, Stated] | None:
    """Return the first notice that tells a recording as it stands, and the first that tells it otherwise."""
    merged = merge_numbered([one.notice for one in stated])
    standing = next((one.recording for one in merged if one.recording and one.recording.key == key), None)
    if standing is None:
        return None
    accounts = accounts_of(one.notice for one in stated)
    telling = [one for one in stated if one.notice.told and key_of(one.notice, accounts) == key]
    first = next((one for one in telling if _is_of(standing, one.notice.told)), None)
    if first is None:
        return None
    other = next((one for one in telling if contradictions(first.notice, one.notice)), None)
    return None if other is None else (first, other)


def place_of(stated: Stated) -> str:
    return f"{stated.source}:{stated.line}"


def _is_of(recording: Recording, told: Told | None) -> bool:
    return all(getattr(recording, name) == getattr(told, name) for name in LAYER_ONE)
