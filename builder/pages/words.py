"""Untrusted text on its way into a page: cleaned, bounded, and named by language. Escaping is the template's.

The rule for characters that have no business in a page: white space becomes one space; direction overrides and
invisible format characters go; other control characters, half surrogates and non-characters become U+FFFD. A text
that is blank after that becomes one U+FFFD, so that what was there never vanishes without a trace.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from builder.pages.values import Run

TITLE_LIMIT = 300  # characters
NAME_LIMIT = 80
MARKS_LIMIT = 4  # combining marks on one character

# Patterns as text, which `re` compiles when they are first used: large classes take long, and many sites need none.
_SPACE = r"[\s\x1c-\x1f\x85\u2028\u2029]+"
_INVISIBLE = "[\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
_NO_CHARACTERS = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_CONTROL = f"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NO_CHARACTERS}]"
# Where combining marks live, roughly: only a text with such a run is looked at character by character.
_MARKED = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u0eff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ua66f-\ua672\ufe00-\ufe2f]{5}"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_KANA = "[\u3040-\u30ff]"
_HAN = "[\u3400-\u9fff\uf900-\ufaff]"
_HANGUL = "[\u1100-\u11ff\uac00-\ud7a3]"
_WIDE_LANGUAGES = ("zh", "ja", "ko")


@lru_cache(maxsize=4096)
def clean(text: str, limit: int = TITLE_LIMIT) -> str:
    """Return a text fit for a page; empty only when it was empty."""
    if not text or (text.isascii() and text.isprintable() and len(text) <= limit and text.strip() == text):
        return text
    text = re.sub(_CONTROL, "\ufffd", re.sub(_INVISIBLE, "", re.sub(_SPACE, " ", text[: 4 * limit]))).strip()
    if re.search(_MARKED, text):
        text = _few_marks(text)
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return text or "\ufffd"


def run(text: str, told: str, page_language: str, limit: int = TITLE_LIMIT) -> Run:
    """Return cleaned text with its language: as told, else as its script says, else the page's."""
    text = clean(text, limit)
    return Run(text=text, lang=told if _is_language(told) else language_of(text, page_language))


@lru_cache(maxsize=256)
def _is_language(told: str) -> bool:
    return _LANGUAGE.fullmatch(told) is not None


def language_of(text: str, page_language: str) -> str:
    """Guess the language of a run by its script; Latin text on a Chinese page counts as English."""
    if not text.isascii():
        if re.search(_KANA, text):
            return "ja"
        if re.search(_HAN, text):
            return page_language if page_language.startswith("zh") else "zh"
        if re.search(_HANGUL, text):
            return "ko"
    return "en" if page_language.startswith(_WIDE_LANGUAGES) else page_language


def _few_marks(text: str) -> str:
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) or unicodedata.category(char) == "Me" else 0
        if marks <= MARKS_LIMIT:
            kept.append(char)
    return "".join(kept)
