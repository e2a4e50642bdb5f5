"""Times of day in a description ("1:02:11") become links to that moment of the broadcast.

Works on sanitised HTML, between its tags, and never inside a link or code. Pure text in, pure text out.
"""

from __future__ import annotations

import re

_TAG = re.compile(r'(<(?:[^<>"]|"[^"]*")*>)')
_TIME = re.compile(r"(?<![\d:.])(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)(?![\d:]|\.\d)")
_CLOSED_TO_LINKS = ("a", "code", "pre")


def linked(markup: str, length_seconds: float) -> str:
    """Return the HTML with every session time below `length_seconds` linked to `#t=`."""
    pieces = _TAG.split(markup)
    depth = 0
    for at, piece in enumerate(pieces):
        if at % 2:
            name = piece.strip("</>").split(" ", 1)[0].lower()
            if name in _CLOSED_TO_LINKS:
                depth = max(0, depth - 1) if piece.startswith("</") else depth + 1
        elif not depth:
            pieces[at] = _TIME.sub(lambda found: _link(found, length_seconds), piece)
    return "".join(pieces)


def _link(found: re.Match[str], length_seconds: float) -> str:
    hours, minutes, seconds = int(found[1] or 0), int(found[2]), int(found[3])
    if 3600 * hours + 60 * minutes + seconds >= length_seconds:
        return found[0]
    moment = (f"{hours}h" if hours else "") + f"{minutes}m{seconds}s"
    return f'<a href="#t={moment}">{found[0]}</a>'
