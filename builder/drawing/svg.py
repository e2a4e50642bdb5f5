"""Words of SVG: numbers, percentages, rectangles, escaping.

Everything drawn in pages is inline SVG whose `x` and `width` are percentages and whose height, colour and place
come from the style sheet by class: no style attribute (the policy forbids it), no script, any width.
"""

from __future__ import annotations

import re

_NOT_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)  # these, not all others: a large class compiles slowly

_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;"))


def number(value: float, places: int = 1) -> str:
    """Write a number with at most `places` decimals, without a trailing `.0` and never as `-0`."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """Write a share of one as a percentage with at most two decimals: 0.3069 is `30.69%`."""
    return number(100 * share, 2) + "%"


def text(words: str) -> str:
    """Escape words for text and attributes; characters that XML cannot hold are dropped."""
    for sign, entity in _ENTITIES:  # `html.escape`, whose module takes long to load
        if sign in words:
            words = words.replace(sign, entity)
    return _NOT_XML.sub("", words)


def rect(name: str, x: float, width: float | None = None, extra: str = "") -> str:
    """Draw a rectangle of a class at shares of the width; the style sheet gives the rest."""
    size = "" if width is None else f' width="{percent(width)}"'
    return f'<rect class="{name}"{extra} x="{percent(x)}"{size}/>'


def named(label: str) -> str:
    """Return the attributes of a picture with a name, or of one that assistive technology should pass over."""
    return f'role="img" aria-label="{text(label)}"' if label else 'aria-hidden="true"'


def lang(code: str) -> str:
    """Return a `lang` attribute with a space before it, or nothing."""
    return f' lang="{text(code)}"' if code else ""
