"""The Range header (RFC 9110, section 14): one range or none; anything else is ignored, as the standard allows."""

from __future__ import annotations

import re

ONE_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,18})-(?P<last>[0-9]{0,18})|-(?P<suffix>[0-9]{1,18}))", re.ASCII)


class UnsatisfiableError(Exception):
    """The range lies outside the file: answer 416."""


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return (first, last) inclusive, or None for the whole file; raise `UnsatisfiableError` for 416."""
    found = ONE_RANGE.fullmatch(header.strip()) if header else None
    if found is None:
        return None
    if found["suffix"] is not None:
        length = int(found["suffix"])
        if length == 0 or size == 0:
            raise UnsatisfiableError
        return max(0, size - length), size - 1
    first = int(found["first"])
    last = int(found["last"]) if found["last"] else size - 1
    if found["last"] and last < first:
        return None  # not a valid range at all
    if first >= size:
        raise UnsatisfiableError
    return first, min(last, size - 1)
