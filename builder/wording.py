"""Numbers with their nouns, and lengths of time, in what is said to the operator. Pages have their words in `dates`."""

from __future__ import annotations


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 record", "3 records"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def length_words(ms: int) -> str:
    """Return a length in words, to the second below ten minutes: "3 h 26 m", "2 m 40 s", "0.4 s"."""
    if 0 < ms < 1000:
        return f"{ms / 1000:g} s"
    seconds = ms // 1000
    minutes, rest = divmod(seconds, 60)
    if seconds < 600:
        words = [f"{minutes} m"] if minutes else []
        return " ".join([*words, f"{rest} s"] if rest or not minutes else words)
    hours, minutes = divmod(minutes, 60)
    words = [f"{hours} h"] if hours else []
    return " ".join([*words, f"{minutes} m"] if minutes or not hours else words)
