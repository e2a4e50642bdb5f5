"""Strict JSON: one text, one meaning, bounded cost.

`json.loads` alone is no validator: it takes NaN, repeated keys (the last wins), lone surrogates and UTF-16 bytes, and
deep input ends in `RecursionError`. Here all of these are a `StrictJsonError` with a reason code of docs/problems.md.

Most records are flat objects of short texts and numbers. msgspec reads those several times faster and is as strict but
for what `_flat_object` looks at; whatever is not evidently plain goes the long way, which alone finds words for a
refusal.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

import msgspec

from builder.sources import limits
from builder.sources.pieces import is_too_long, too_long

_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)  # an open text goes to the end, once
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJsonError(ValueError):
    """A text that is not strict JSON; `code` is the reason's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def strict_object(body: bytes) -> dict[str, Any]:
    """Return the one JSON object that the bytes hold, or raise `StrictJsonError`.

    No byte order mark, at most `limits.RECORD_BYTES` (`limits.DELETION_BYTES` where it may be a deletion, which the
    caller sees to), `limits.NESTING` levels, `limits.KEYS` keys an object.
    """
    if is_too_long(body, len(body)):
        raise StrictJsonError("record_too_long", too_long(len(body)))
    flat = _flat_object(body)
    if flat is not None:
        return flat
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError("bad_encoding", f"expected UTF-8, found another byte at {error.start}") from error
    value = strict_value(text)
    if type(value) is not dict:
        raise StrictJsonError("not_an_object", f"expected a JSON object, found {_kind(value)}")
    return value


def strict_value(text: str) -> Any:
    """Return the JSON value of the text under the same rules, whatever its type."""
    if text.count("[") + text.count("{") > limits.NESTING:
        _check_nesting(text)
    try:
        value = _DECODER.decode(text)
    except StrictJsonError:
        raise
    except (ValueError, RecursionError) as error:
        detail = (
            f"{error.msg.lower()} at character {error.pos}" if isinstance(error, json.JSONDecodeError) else "unreadable"
        )
        raise StrictJsonError("bad_json", f"expected JSON, found: {detail}") from error
    if _SURROGATE_ESCAPE.search(text) and _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise StrictJsonError("bad_encoding", "a `\\u` escape is half of a surrogate pair")
    return value


def legible_value(text: str | bytes) -> Any:
    """Return what can be made out of a text that is refused, every value of a key told twice; None when nothing."""
    try:
        return _LEGIBLE.decode(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)
    except (ValueError, RecursionError):
        return None


def _flat_object(body: bytes) -> dict[str, Any] | None:
    """Return the object when it is evidently plain: no levels, no floats, no key twice; else None.

    Every text has two quotes that are not escaped, so there are as many as the keys and values found account for, or
    something that stood under a key told twice was dropped.
    """
    if b"\\u" in body or b"\\\\" in body:
        return None
    try:
        found: dict[str, Any] = _FLAT_DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    texts = len(found)
    for key, value in found.items():
        if type(value) is str:
            texts += 1
        elif type(value) is not int or not 0 <= value < 2**63 or (value == 0 and b"-0" in body):
            return None
        if len(key) > limits.KEY_CHARACTERS:
            return None
    quotes = body.count(b'"') - body.count(b'\\"')
    return found if quotes == 2 * texts and len(found) <= limits.KEYS else None


def _check_nesting(text: str) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(text):
        mark = match.group()
        if mark in "[{":
            depth += 1
            if depth > limits.NESTING:
                raise StrictJsonError("record_too_deep", f"nesting may reach {limits.NESTING} levels")
        elif mark in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add
        raise StrictJsonError("duplicate_key", f"the key `{twice[:40]}` stands twice")
    if len(found) > limits.KEYS:
        raise StrictJsonError("too_many_keys", f"an object may have {limits.KEYS} keys, found {len(found)}")
    if any(len(key) > limits.KEY_CHARACTERS for key in found):
        raise StrictJsonError("too_many_keys", f"a key may have {limits.KEY_CHARACTERS} characters")
    return found


def _legible(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told: dict[str, list[Any]] = {}
    for key, value in pairs:
        told.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else _all_told(values) for key, values in told.items()}


def _all_told(values: list[Any]) -> Any:
    """Return what the values of one key tell together: objects are one object, which other values make an array."""
    told = [value for value in values if value is not None] or [None]
    if all(value == told[0] for value in told):
        return told[0]
    objects = [value for value in told if type(value) is dict]
    together = [_legible([pair for value in objects for pair in value.items()])] if objects else []
    others = [one for value in told if type(value) is not dict for one in (value if type(value) is list else [value])]
    return [*others, *together] if others else together[0]


def _legible_integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= limits.INTEGER_DIGITS else float(digits)


def _integer(digits: str) -> int:
    if digits == "-0":
        raise StrictJsonError("bad_number", "expected a number, found negative zero")
    if len(digits.lstrip("-")) > limits.INTEGER_DIGITS:
        raise StrictJsonError("bad_number", f"an integer may have {limits.INTEGER_DIGITS} digits, found {len(digits)}")
    return int(digits)


def _float(token: str) -> float:
    number = float(token)
    if not math.isfinite(number):
        raise StrictJsonError("bad_number", "expected a finite number, found one out of range")
    return number


def _constant(token: str) -> NoReturn:
    raise StrictJsonError("bad_number", f"expected a number, found `{token}`")


def _kind(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null")


_FLAT_DECODER = msgspec.json.Decoder(dict[str, Any])
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant, strict=True
)
_LEGIBLE = json.JSONDecoder(object_pairs_hook=_legible, parse_int=_legible_integer, strict=False)
