r"""A line of a web server's or framework's log → the body that was posted.

Four forms: a JSON string that holds JSON; nginx `escape=json` (a quoted, escaped body among other words); nginx's
default escapes (`\x22`), when the whole body decodes; and any text followed by one JSON object to the end of the line.
"""

from __future__ import annotations

import re
from itertools import islice

from builder.sources import limits, pieces
from builder.sources.fields import RefusedError
from builder.sources.strict_json import StrictJsonError, strict_object, strict_value

_HEX = re.compile(rb"\\x([0-9A-Fa-f]{2})")
_HEX_START = re.compile(rb"\{(?: |\\x0[9AaDd])*+\\x22")  # also of a body laid out over lines
_HEX_BODY = re.compile(rb"\{(?:[^\"\s\\]|\\x[0-9A-Fa-f]{2}| )*\}")
_QUOTED = re.compile(rb'"\{(?:[^"\\]|\\.)*+("?)')  # without its end: no later text has one either
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_OBJECT = re.compile(rb"(?<=[\s=:|>;\]\w-])\{(?=[ \t]*[\"}])")  # where one may begin, behind what logs write
_GLUED = re.compile(rb"[;\]\w-]")  # before the first one alone: `…"id":"5{"…` is a torn record with another behind it
_TRIES = 200  # of such places in one line; …
_WORDED = 8  # … what is wrong with the first ones is told exactly, the others are tried at the C decoder's speed
_BRACKETED = re.compile(rb"\[[^\[\]{}\"]*\][ \t]*[^\s,]")  # `[2025-09-05 17:46:32] …`, which no array begins with
_NOT_JSON = "expected JSON, or a log line that ends in one JSON object"


def is_log_line(line: bytes) -> bool:
    """Say whether a line is of a log although it begins as JSON does: a bracketed word, or an escaped body."""
    return _HEX_START.match(line) is not None or _BRACKETED.match(line) is not None


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
    if escaped := _HEX_START.search(line):
        return _hex_body(line, escaped.start())
    if line[:1] == b'"' and line[-1:] == b'"':
        return _unquoted(line)
    quoted, bare = _QUOTED.search(line), _OBJECT.search(line)
    text = quoted.group() if quoted and quoted[1] and b'\\"' in quoted.group() else b""
    # JSON as text may stand in the object, or behind braces that are none.
    found = _last_object(line) if not (quoted and text) or (bare and bare.start() < quoted.start()) else None
    if found is not None:
        return found
    if not text:
        raise RefusedError("bad_json", _NOT_JSON)
    return _unquoted(text)


def _unquoted(text: bytes) -> bytes:
    try:
        value = strict_value(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RefusedError("bad_encoding", "expected UTF-8") from error
    if type(value) is not str or not value.lstrip().startswith("{"):
        raise RefusedError("not_an_object", "expected a JSON object inside the string")
    return value.encode()


def _hex_body(line: bytes, start: int) -> bytes:
    match = _HEX_BODY.match(line, start)
    if match is None:
        raise RefusedError("bad_json", "the escaped body is not whole")
    return _HEX.sub(lambda found: bytes([int(found[1], 16)]), match.group())


def _last_object(line: bytes) -> bytes | None:
    """Return the object that reaches to the end of the line, if there is one."""
    for number, match in enumerate(islice(_OBJECT.finditer(line), _TRIES)):
        body = line[match.start() :]
        is_glued = number and _GLUED.match(line, match.start() - 1)
        if is_glued or (number >= _WORDED and not pieces.is_whole(body)):
            continue
        try:
            strict_object(body)
        except StrictJsonError as error:
            if error.code not in ("bad_json", "not_an_object"):
                raise
        else:
            return body
    return None
