"""Witnesses: of the notices that tell of one recording, which one stands, and where another contradicts it.

Asked for when a conflict is told, never while records are read: that two differ is known then, where they are is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from builder.catalog.deriving import merge_numbered
from builder.catalog.merge import LAYER_ONE, accounts_of, contradictions, key_of
from builder.catalog.values import Stated
from builder.model import Notice, Told


def contradiction(key: str, stated: Sequence[Stated]) -> tuple[Stated, Stated] | None:
    """Return the notice that tells a recording as it stands, and the first that tells it otherwise.

    Where its facts stand in several notices, the one that told most of those in question is named.
    """
    merged = merge_numbered([one.notice for one in stated])
    standing = next((one.recording for one in merged if one.recording and one.recording.key == key), None)
    if standing is None:
        return None
    accounts = accounts_of(one.notice for one in stated)
    telling = [one for one in stated if one.notice.told and key_of(one.notice, accounts) == key]
    facts = Told(**{name: getattr(standing, name) for name in Told.__struct_fields__})
    precision = next((one.notice.precision for one in telling if one.notice.told == facts), None)
    stands = Notice(told=facts, flags=standing.flags, precision=precision)
    differing = [contradictions(stands, one.notice) for one in telling]
    other, names = next(((one, found) for one, found in zip(telling, differing, strict=True) if found), (None, []))
    agreeing = [one for one, found in zip(telling, differing, strict=True) if not found]
    if other is None or not agreeing:
        return None
    first = max(agreeing, key=lambda one: (_alike(facts, one, names), _alike(facts, one, LAYER_ONE)))
    return first, other


def place_of(stated: Stated) -> str:
    return f"{stated.source}:{stated.line}"


def _alike(facts: Told, stated: Stated, names: Iterable[str]) -> int:
    """Count the facts of these names that a notice tells as they stand."""
    return sum(getattr(facts, name) == getattr(stated.notice.told, name) for name in names)
