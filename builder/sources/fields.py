"""One record's fields, read one by one: text cleaned, numbers exact, instants in milliseconds.

Every rule about types is here, the same for every dialect: integers may come as 1 to 20 ASCII digits and instants of
13 digits are milliseconds, both flagged `coerced`; a float, a boolean or other text is refused with the field's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from builder import media
from builder.model import Format, Item, StreamKey
from builder.sources import limits

BLANKS = " \t\r\n\f\v\u3000\u00a0"
FORMATS: dict[str, Format] = {
    **media.SUFFIX_FORMATS,
    "hls": "hls",
    "dash": "dash",
    "1": "flv",
    "2": "hls",
    "3": "mp4",
    "4": "aac",
    "5": "mp3",
}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DIGITS = re.compile(rf"[0-9]{{1,{limits.INTEGER_DIGITS}}}", re.ASCII)
_EXACT = 2**53
WIDE_DIGIT = re.compile("[\uff10-\uff19]")  # as some keyboards write them; an id of them is another one
SPREADSHEET = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")


class RefusedError(ValueError):
    """A record that cannot be used: the reason's code, a sentence, the field; and what of it counts all the same."""

    def __init__(self, code: str, message: str, field: str = "", kept: Sequence[Item] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.kept = kept


class Fields:
    """A record's mapping with typed access; collects the flags of what had to be repaired."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.flags: set[str] = set()

    def flag_tuple(self) -> tuple[str, ...]:
        return tuple(sorted(self.flags))

    def has(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def text(self, name: str, *, limit: int = limits.TEXT_CHARACTERS, required: bool = False) -> str:
        """Return the text without blanks at its ends; "" when it is not told."""
        value = self.values.get(name)
        if value is None:
            value = ""
        if type(value) is not str:
            raise RefusedError("bad_field", f"`{name}` expected text, found {kind_of(value)}", name)
        text = clean(value, name, limit)
        if required and not text:
            raise RefusedError("missing_field", f"`{name}` is missing", name)
        return text

    def ident(self, name: str, *, required: bool = False) -> str:
        """Return an id, which is always text: a number is exact only up to 2^53, a spreadsheet's is destroyed."""
        value = self.values.get(name)
        if type(value) is int:
            if not 0 <= value <= _EXACT:
                raise RefusedError("damaged_id", f"`{name}` is a number above 2^53: other programs round it", name)
            self.flags.add("coerced")
            return str(value)
        text = self.text(name, required=required)
        if SPREADSHEET.fullmatch(text):
            raise RefusedError("damaged_id", f"`{name}` was destroyed by a spreadsheet: `{text}`", name)
        return text

    def label(self, name: str) -> str:
        """Return an id that only joins things (a task's, a push's): a number is taken as its digits."""
        value = self.values.get(name)
        if type(value) is int:
            self.flags.add("coerced")
            return str(value)
        return self.text(name)

    def integer(self, name: str, low: int, high: int, *, required: bool = False) -> int | None:
        """Return an integer in [low, high]; None when it is not told."""
        value = self.values.get(name)
        if type(value) is str:
            text = value.strip(BLANKS)
            if text and not _DIGITS.fullmatch(text):
                raise RefusedError("bad_field", f"`{name}` expected an integer, found other text", name)
            value = int(text) if text else None
            if value is not None:
                self.flags.add("coerced")
        if value is None:
            if required:
                raise RefusedError("missing_field", f"`{name}` is missing", name)
            return None
        if type(value) is not int:
            raise RefusedError("bad_field", f"`{name}` expected an integer, found {kind_of(value)}", name)
        if not low <= value <= high:
            raise RefusedError("bad_field", f"`{name}` expected {low} to {high}, found {value}", name)
        return value

    def appid(self) -> str:
        """Return the account's number as text; "" when it is not told."""
        number = self.integer("appid", 0, 2**63 - 1)
        return "" if number is None else str(number)

    def instant(self, name: str, *, required: bool = False) -> int | None:
        """Return unix seconds (or milliseconds, flagged) as milliseconds."""
        value = self.integer(name, 0, limits.LAST_SECOND * 1000, required=required)
        if value is None:
            return None
        if value >= 10**12:
            self.flags.add("coerced")
        else:
            value *= 1000
        if not limits.FIRST_SECOND * 1000 <= value < limits.LAST_SECOND * 1000:
            raise RefusedError("bad_field", f"`{name}` expected an instant between 2001 and 2100", name)
        return value

    def microseconds(self, name: str) -> int:
        """Return the whole milliseconds of a fraction of a second; what is out of range is ignored and flagged."""
        value = self.values.get(name)
        if type(value) is int and not 0 <= value < 1_000_000:
            self.flags.add("bad_usec")
            return 0
        return (self.integer(name, 0, 999_999) or 0) // 1000

    def duration_ms(self, name: str) -> int | None:
        """Return a length of whole seconds; 0 means unknown."""
        seconds = self.integer(name, 0, limits.DURATION_SECONDS)
        return seconds * 1000 if seconds else None

    def size(self, name: str) -> int | None:
        return self.integer(name, 0, limits.SIZE_BYTES)

    def url(self, name: str, *, required: bool = False) -> str:
        """Return the clean address; an unknown suffix is a flag."""
        value = self.values.get(name)
        if value is None or value == "":
            if required:
                raise RefusedError("missing_field", f"`{name}` is missing", name)
            return ""
        if type(value) is not str:
            raise RefusedError("bad_field", f"`{name}` expected text, found {kind_of(value)}", name)
        try:
            url = media.clean_url(value.strip(BLANKS))
        except media.MediaUrlError as error:
            raise RefusedError(error.code, f"`{name}`: {error}", name) from error
        if not media.is_known_suffix(media.suffix_of(url)):
            self.flags.add("unknown_suffix")
        return url

    def format(self, name: str, url: str = "", *, required: bool = False) -> Format:
        """Return the format: as told (any case, or the vendor's number), else by the address's suffix."""
        value = self.values.get(name)
        if type(value) is int:
            self.flags.add("coerced")
            told = str(value)
        else:
            told = self.text(name, required=required).lower()
        by_suffix = media.SUFFIX_FORMATS.get(media.suffix_of(url)) if url else None
        if not told:
            return by_suffix or "other"
        found = FORMATS.get(told)
        if found is None:
            self.flags.add("unknown_format")
            return by_suffix or "other"
        if by_suffix is not None and by_suffix != found:
            self.flags.add("format_mismatch")
        return found

    def stream(self, stream_id: str = "stream_id", app: str = "app", appname: str = "appname") -> StreamKey:
        return StreamKey(self.text(stream_id, required=True), self.text(app), self.text(appname))


def clean(value: str, name: str, limit: int = limits.TEXT_CHARACTERS) -> str:
    """Return the text without blanks at its ends; control characters and too long texts are refused."""
    text = value.strip(BLANKS)
    if len(text) > limit:
        raise RefusedError("bad_text", f"`{name}` may have {limit} characters, found {len(text)}", name)
    if _CONTROL.search(text):
        raise RefusedError("bad_text", f"`{name}` holds a control character", name)
    return text


def kind_of(value: object) -> str:
    """Name a JSON value's type for a message; the value itself may be a secret."""
    names = {
        bool: "true or false",
        int: "a number",
        float: "a fraction",
        str: "text",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), "null")
