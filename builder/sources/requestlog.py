r"""A line of a web server's or framework's log → the body that was posted.

Four forms: a JSON string that holds JSON; nginx `escape=json` (a quoted, escaped body among other words); nginx's
default escapes (`\x22`), when the whole body decodes; and any text followed by one JSON object to the end of the line.
"""

from __future__ import annotations

import re

from builder.sources import limits
from builder.sources.fields import RefusedError
from builder.sources.strict_json import StrictJsonError, strict_object, strict_value

_HEX = re.compile(rb"\\x([0-9A-Fa-f]{2})")
_HEX_BODY = re.compile(rb"\{(?:[^\"\s\\]|\\x[0-9A-Fa-f]{2}| )*\}")
_QUOTED = re.compile(rb'"\{(?:[^"\\]|\\.)*+("?)')  # without its end: no later text has one either
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BEFORE_OBJECT = re.compile(rb"[\s=:|>]\{")
_TRIES = 8
_BRACKETED = re.compile(rb"\[[^\[\]{}\"]*\][ \t]*[^\s,]")  # `[2025-09-05 17:46:32] …`, which no array begins with
_NOT_JSON = "expected JSON, or a log line that ends in one JSON object"


def is_log_line(line: bytes) -> bool:
    """Say whether a line is of a log although it begins as JSON does: a bracketed word, or an escaped body."""
    return line.startswith((rb"{\x22", rb"{ \x22")) or _BRACKETED.match(line) is not None


def is_whole(line: bytes) -> bool:
    """Say whether a line without its newline holds a whole body already."""
    try:
        strict_object(body_of(line))
    except (RefusedError, StrictJsonError):
        return False
    return True


def body_of(line: bytes) -> bytes:
    """Return the bytes of the posted body, or raise `RefusedError`."""
    if len(line) > limits.LOG_LINE_BYTES:
        raise RefusedError("record_too_long", f"a log line may have {limits.LOG_LINE_BYTES} bytes, found {len(line)}")
    if _CONTROL.search(line):
        raise RefusedError("bad_json", "a control character where text or JSON is expected")
    if b"{\\x22" in line or b"{ \\x22" in line:
        return _hex_body(line)
    if line[:1] == b'"' and line[-1:] == b'"':
        return _unquoted(line)
    quoted, bare = _QUOTED.search(line), _BEFORE_OBJECT.search(line)
    quoted = quoted if quoted and quoted[1] else None
    inside = quoted and bare and bare.start() < quoted.start()  # JSON as text in the object
    if quoted and not inside and b'\\"' in quoted.group():
        return _unquoted(quoted.group())
    return _last_object(line)


def _unquoted(text: bytes) -> bytes:
    try:
        value = strict_value(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RefusedError("bad_encoding", "expected UTF-8") from error
    if type(value) is not str or not value.lstrip().startswith("{"):
        raise RefusedError("not_an_object", "expected a JSON object inside the string")
    return value.encode()


def _hex_body(line: bytes) -> bytes:
    start = min(at for at in (line.find(b"{\\x22"), line.find(b"{ \\x22")) if at >= 0)
    match = _HEX_BODY.match(line, start)
    if match is None:
        raise RefusedError("bad_json", "the escaped body is not whole")
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), match.group())


def _last_object(line: bytes) -> bytes:
    position = 0
    for _ in range(_TRIES):
        match = _BEFORE_OBJECT.search(line, position)
        if match is None:
            break
        body = line[match.end() - 1 :]
        try:
            strict_object(body)
        except StrictJsonError as error:
            if error.code not in ("bad_json", "not_an_object"):
                raise
            position = match.end() - 1
        else:
            return body
    raise RefusedError("bad_json", _NOT_JSON)
