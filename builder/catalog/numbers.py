"""Numbers that stand for texts in the tables: small, equal everywhere, and good enough to find rows by.

Two texts may share a number; whoever looks rows up by number compares the texts themselves afterwards.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from builder.catalog.schema import ROW_BITS
from builder.model import HOUR_MS, StreamKey

SIGN = 1 << 63
MASK = (1 << 64) - 1
SPAN_BASE_MS = HOUR_MS  # recordings are filed by length: up to 1 h, 4 h, 16 h …
SPANS = 24


def base_number(identity: str) -> int:
    """Return the number of a recording's identity: the decimal id itself where it is one."""
    if len(identity) <= 20 and identity.isdecimal() and identity.isascii():
        number = int(identity)
        return number if number < SIGN else ((number & MASK) ^ SIGN) - SIGN
    return text_number(identity)


def base_numbers(name: str) -> list[int]:
    """Return the numbers that a recording's key or file id may be stored under."""
    names = [name, name.rpartition("@")[0]] if "@" in name else [name]
    return [base_number(each) for each in names if each]


def text_number(text: str) -> int:
    """Return 64 bits of a text's digest as a signed number."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@lru_cache(maxsize=4096)
def stream_number(stream: StreamKey) -> int:
    """Return the number of a full stream key."""
    return text_number(f"{stream.stream_id}\0{stream.app}\0{stream.appname}")


def span_class(length_ms: int) -> int:
    """Return the class of lengths that a recording is filed under; see `span_ms`."""
    return min(((max(length_ms - 1, 0) // SPAN_BASE_MS).bit_length() + 1) // 2, SPANS - 1)


def span_ms(span: int) -> int:
    """Return the longest length of a class."""
    return int(SPAN_BASE_MS * 4**span)


def rows_of(file: int) -> tuple[int, int]:
    """Return the first and the last row id that belong to a file."""
    return file << ROW_BITS, ((file + 1) << ROW_BITS) - 1
