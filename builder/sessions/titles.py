"""The title that a recording brings, unless a recorder made it of the stream's name and times."""

from __future__ import annotations

import re

from builder.model import Recording

_LETTER = re.compile(r"[^\W\d_]")
_OF_TIMES = re.compile(r"(?<=[0-9])[TZ](?![A-Za-z])")  # 2023-01-01T11:00:00Z
_LIVE = "直播"  # in front of the names of slices (DOMAIN 3.2)


def title_of(recording: Recording) -> str:
    """Return what a viewer may read as a title, "" for a name that a template made.

    Templates are free (DOMAIN 3.3, `BasicInfo.Name`), so there is no form to know one by. One that holds the id of the
    stream, and beside it no word but what hangs together with it, tells nothing but what must not be published.
    """
    title, stream_id = recording.title, recording.stream.stream_id
    if not stream_id or stream_id not in title:
        return title
    whole = re.compile(f"(?<!{_alike(stream_id[0])}){re.escape(stream_id)}(?!{_alike(stream_id[-1])})")
    if not whole.search(title) or any(_is_word(part, whole) for part in title.replace(_LIVE, " ").split()):
        return title
    return ""


def _alike(letter: str) -> str:
    """Return a pattern of what would make a number or a word longer: `2` is not in `2022`."""
    return "[0-9]" if letter.isdigit() else "[A-Za-z]"


def _is_word(part: str, whole: re.Pattern[str]) -> bool:
    """Say whether somebody wrote that; what hangs on the id is a file's name, unless it is of another script."""
    if whole.search(part):
        return any(not letter.isascii() for letter in _LETTER.findall(whole.sub("", part)))
    return bool(_LETTER.search(_OF_TIMES.sub("", part)))
