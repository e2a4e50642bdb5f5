"""How wide words are without a browser, where to cut them, and the letters that stand for a name.

Labels in SVG do not wrap; they are cut here for a known width. Two widths are enough: a full-width character and
all others, measured at the 12 px of the style sheet's smallest size, on the generous side.
"""

from __future__ import annotations

import unicodedata

WIDE_PX = 12.4
NARROW_PX = 6.9
ELLIPSIS = "…"
_TIED = "\u00a0"  # the blank at which no line ends


def is_wide(character: str) -> bool:
    """Say whether a character takes the width of a Chinese one."""
    return unicodedata.east_asian_width(character) in "WF"


def width_px(words: str) -> float:
    """Return the width of words at 12 px."""
    return sum(
        0 if unicodedata.combining(character) else WIDE_PX if is_wide(character) else NARROW_PX for character in words
    )


def fit(words: str, room_px: float) -> str:
    """Cut words to a width: between words in Latin, after any character in Chinese; "" when nothing sensible fits."""
    if width_px(words) <= room_px:
        return words
    room_px -= NARROW_PX  # the ellipsis
    kept, used = 0, 0.0
    for at, character in enumerate(words):
        if used > room_px:
            break
        if at and _may_break(words[at - 1], character):
            kept = at
        used += width_px(character)
    cut = words[:kept].rstrip(" ,.;:!?-–—·，。；：！？、（(“‘")
    return cut + ELLIPSIS if cut else ""


def monogram(name: str) -> str:
    """Return the last character of a Chinese name, at most two initials of any other."""
    wide = [character for character in name if is_wide(character) and unicodedata.category(character)[0] == "L"]
    if wide:
        return wide[-1]
    initials = [word[0] for word in _words(name)]
    return "".join(initials[:1] + initials[1:][-1:]).upper() or "·"


def _may_break(before: str, after: str) -> bool:
    return before != _TIED and (before == " " or after == " " or is_wide(before) or is_wide(after))


def _words(name: str) -> list[str]:
    spaced = "".join(character if unicodedata.category(character)[0] in "LN" else " " for character in name)
    return spaced.split()
