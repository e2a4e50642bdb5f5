"""The title that a recording brings, unless a recorder made it of the stream's name and times."""

from __future__ import annotations

import re

from builder.model import Recording

_LETTER = re.compile(r"[^\W\d_]")
_NO_WORD = re.compile(
    r"(?<=[0-9])[TZ](?![A-Za-z])|UTC|GMT|直播|录制"
)  # 2023-01-01T11:00:00Z; a slice's name (DOMAIN 3.2)
CODE_LENGTH = 8  # letters and digits; in a shorter one, such as `k1`, `Week12` may end by chance
_ID = "\0"  # stands for the id


def title_of(recording: Recording) -> str:
    """Return what a viewer may read as a title, "" for a name that a template made.

    Templates are free (DOMAIN 3.3, `BasicInfo.Name`), so there is no form to know one by. One that holds the id of the
    stream, and beside it no word but what hangs together with it, tells nothing but what must not be published.
    """
    title, stream_id = recording.title, recording.stream.stream_id
    if not stream_id or stream_id not in title:
        return title
    parts = _whole(stream_id).sub(_ID, title)
    return title if _ID not in parts or any(map(_is_word, parts.split())) else ""


def _whole(stream_id: str) -> re.Pattern[str]:
    """Return a pattern of the id that is no part of a number or word: `2` is not in `2022`, `bach` in no Offenbach."""
    inside = "[0-9]" if stream_id.isdigit() else "[A-Za-z0-9]"
    is_code = len(stream_id) >= CODE_LENGTH and not stream_id.isalpha() and not stream_id.isdigit()
    edges = ("", "") if is_code else (f"(?<!{inside})", f"(?!{inside})")
    return re.compile(re.escape(stream_id).join(edges))


def _is_word(part: str) -> bool:
    """Say whether somebody wrote that; what hangs on the id is a file's name, unless it is of another script."""
    letters = _LETTER.findall(_NO_WORD.sub("", part))
    return any(not letter.isascii() for letter in letters) if _ID in part else bool(letters)
