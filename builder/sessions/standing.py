"""Standing: which recordings are gone, and what that makes of their session.

A recording is gone when the provider says deleted or forbidden, when its expiry has passed, or when a newer file was
written over it. Gone recordings leave the tracks and are listed among the others with their word; a near-equal
duplicate of a gone file takes its place, because duplicates are sought only among what is there.

A session is a tombstone when every file that could ever be played is gone (files that never played, such as protected
renditions, do not keep it alive); the word is the gravest one: forbidden, then deleted, then expired. When nothing of
it could ever be played, every file counts. What a person hides is hidden whatever the files say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from builder.model import NEVER_MS, Recording, Tombstone, is_library_id, whereabouts
from builder.sessions.intervals import Placed

OVERWRITTEN = "overwritten"
WITHHELD = "withheld"  # it is there, but shows what a person hides (see `beside`)
REPEATED = "repeated"  # it is there, but so is all that it shows
GRAVITY: tuple[tuple[str, Tombstone], ...] = (
    (WITHHELD, "hidden"),
    ("forbidden", "forbidden"),
    ("deleted", "deleted"),
    (OVERWRITTEN, "deleted"),
    ("expired", "expired"),
)
GONE = frozenset(word for word, _ in GRAVITY)


def gone(
    recordings: Iterable[Recording], expired_before_ms: int | None, overwritten: Collection[str]
) -> dict[str, str]:
    """Return the word for each recording that is gone, by key."""
    words = {}
    for recording in recordings:
        if recording.status:
            words[recording.key] = str(recording.status)
        elif recording.key in overwritten:
            words[recording.key] = OVERWRITTEN
        elif recording.expires_ms is not None and has_expired(recording, expired_before_ms):
            words[recording.key] = "expired"
    return words


def has_expired(recording: Recording, expired_before_ms: int | None) -> bool:
    """Say whether the provider has thrown the file away by now."""
    expires = recording.expires_ms
    return expires is not None and expired_before_ms is not None and expires < min(expired_before_ms, NEVER_MS)


def tombstone(keys: set[str], words: Mapping[str, str], playable: set[str]) -> Tombstone:
    """Return the word on the session's stone, "" while something of it is there."""
    decisive = (keys & playable) or keys
    if any(key not in words for key in decisive):
        return ""
    found = {words[key] for key in decisive}
    return next((stone for word, stone in GRAVITY if word in found), "")


def written_over(placed: Iterable[Placed]) -> dict[str, str]:
    """Return, for the key of each recording whose file a newer one replaced where its URL leads, the key of that one.

    Object storage with a path template that does not change lets this happen (DOMAIN trap 25): of the recordings with
    one URL and different times only the newest is real.
    """
    placed = list(placed)
    places = [whereabouts(one.recording.url) for one in placed]
    if len(set(places)) == len(places):  # nearly always
        return {}
    stored: defaultdict[str, list[Placed]] = defaultdict(list)
    for place, one in zip(places, placed, strict=True):
        stored[place].append(one)
    stored.pop("", None)
    older: dict[str, str] = {}
    for sharing in stored.values():
        newest = max(sharing, key=_age)
        times = newest.start_ms, newest.end_ms
        for one in sharing:
            if (one.start_ms, one.end_ms) != times:
                older[one.recording.key] = newest.recording.key
    return older


def replaced_elsewhere(placed: Iterable[Placed]) -> dict[str, str]:
    """Return what was written over by a recording of any session, and by which.

    Only files in storage that others write to can be: those of the media library never share a URL, so they need not
    be looked up across sessions (`reach` asks for the same places).
    """
    replaceable = [one for one in placed if may_be_replaced(one.recording)]
    return written_over(replaceable) if replaceable else {}


def may_be_replaced(recording: Recording) -> bool:
    """Say whether another file may be stored under the recording's URL one day."""
    return bool(recording.file_id) and not is_library_id(recording.file_id)


def _age(placed: Placed) -> tuple[int, int, str]:
    return placed.end_ms, placed.recording.announced_ms, placed.recording.key
