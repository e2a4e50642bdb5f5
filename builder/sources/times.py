"""Times as people write them → milliseconds UTC.

Texts without a zone are China Standard Time wherever the provider's were checked, and `…Z` is UTC; the caller says
which zone a text without one has. Far ends mean "never": 2^31−1 shown in China time, and the year 9999.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from builder.model import NEVER_MS
from builder.sources import limits
from builder.sources.fields import BLANKS, RefusedError

CHINA = timezone(timedelta(hours=8))
_TIME = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})"
    r"(?:[T ]\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?"
    r"\s*(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)
_NEVER_WORDS = frozenset(("永久", "永久有效", "永不过期", "never", "permanent", "forever", "no expiration"))
_NOTHING = frozenset(("", "-", "--", "n/a", "null", "none", "0"))


def instant_ms(text: str, name: str, zone: timezone) -> int:
    """Read a written time, or raise `RefusedError` naming the field."""
    match = _TIME.fullmatch(text.strip(BLANKS))
    if match is None:
        expected = "expected a time such as `2022-01-13 23:57:25`"
        raise RefusedError("bad_field", f"`{name}` {expected}, found other text", name)
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    micro = int((fraction or "0").ljust(6, "0")[:6])
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micro,
            tzinfo=_zone(offset, zone),
        )  # fmt: skip
        milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    except (ValueError, OverflowError) as error:
        raise RefusedError("bad_field", f"`{name}` expected a time that exists", name) from error
    if not limits.FIRST_SECOND * 1000 <= milliseconds < limits.LAST_SECOND * 1000:
        raise RefusedError("bad_field", f"`{name}` expected an instant between 2001 and 2100", name)
    return milliseconds


def expiry_ms(text: str, name: str, zone: timezone) -> int | None:
    """Read when a file expires: None when nothing is told, `NEVER_MS` for "never" in any of its spellings."""
    text = text.strip(BLANKS)
    if text.lower() in _NOTHING or text.startswith("0000"):
        return None
    if text.lower() in _NEVER_WORDS or text.startswith("9999"):
        return NEVER_MS
    milliseconds = instant_ms(text, name, zone)
    return NEVER_MS if milliseconds >= (2**31 - 1) * 1000 else milliseconds


def optional_ms(text: str, name: str, zone: timezone) -> int | None:
    """Read a written time that may be missing."""
    text = text.strip(BLANKS)
    return None if text.lower() in _NOTHING or text.startswith("0000") else instant_ms(text, name, zone)


def _zone(offset: str | None, default: timezone) -> timezone:
    if offset is None:
        return default
    if offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))
