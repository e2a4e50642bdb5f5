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
_MARK = re.compile(rb'(?:event_type|file_id|FileId|video_url)(?:\\*"|\\x22)[ \t]*:')  # keys that only records have
_TRIES = 200  # of such places in one line; …
_WORDED = 8  # … what is wrong with the first ones is told exactly, the others are tried at the C decoder's speed
_BRACKETED = re.compile(rb"\[[^\[\]{}\"]*\][ \t]*[^\s,]")  # `[2025-09-05 17:46:32] …`, which no array begins with
_NOT_JSON = "expected JSON, or a log line that ends in one JSON object"
_NOR_TABLE = "; a table begins with a row of column names such as `stream,id,start,end,url`"


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
    """Return the bytes of the posted body, or raise `RefusedError`.

    A line that holds a part of another record beside the body, as a torn one that another was written behind, is
    refused: taking the body alone would hide that the other is lost.
    """
    if len(line) > limits.LOG_LINE_BYTES:
        raise RefusedError("record_too_long", f"a log line may have {limits.LOG_LINE_BYTES} bytes, found {len(line)}")
    if _CONTROL.search(line):
        raise RefusedError("bad_json", "a control character where text or JSON is expected")
    if escaped := _HEX_START.search(line):
        end, body = _hex_body(line, escaped.start())
        return _alone(line, escaped.start(), end, body)
    if line[:1] == b'"' and line[-1:] == b'"':
        return _unquoted(line)
    quoted, bare = _QUOTED.search(line), _OBJECT.search(line)
    text = quoted.group() if quoted and quoted[1] and b'\\"' in quoted.group() else b""
    # Text that holds a record goes first, unless it stands in an object itself or behind braces that are none.
    is_inside = quoted is not None and bare is not None and bare.start() < quoted.start()
    start = _last_object(line) if is_inside or not _MARK.search(text) else -1
    if start >= 0:
        return _alone(line, start, len(line), line[start:])
    if quoted is None or not text:
        if pieces.is_whole(line):
            strict_object(line)  # says what stands where an object is expected
        is_row = b"{" not in line and line.count(b",") > 1
        raise RefusedError("bad_json", _NOT_JSON + _NOR_TABLE if is_row else _NOT_JSON)
    return _alone(line, quoted.start(), quoted.end(), _unquoted(text))


def _alone(line: bytes, start: int, end: int, body: bytes) -> bytes:
    """Return the body unless another record, or a piece of one, stands beside it."""
    if _MARK.search(line, 0, start) or _MARK.search(line, end):
        raise RefusedError("bad_json", "a part of another record stands beside this one on its line")
    return body


def _unquoted(text: bytes) -> bytes:
    try:
        value = strict_value(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RefusedError("bad_encoding", "expected UTF-8") from error
    if type(value) is not str or not value.lstrip().startswith("{"):
        raise RefusedError("not_an_object", "expected a JSON object inside the string")
    return value.encode()


def _hex_body(line: bytes, start: int) -> tuple[int, bytes]:
    """Return where the escaped body ends, and the body."""
    match = _HEX_BODY.match(line, start)
    if match is None:
        raise RefusedError("bad_json", "the escaped body is not whole")
    return match.end(), _HEX.sub(lambda found: bytes([int(found[1], 16)]), match.group())


def _last_object(line: bytes) -> int:
    """Return where the object begins that reaches to the end of the line; -1 when there is none."""
    for number, match in enumerate(islice(_OBJECT.finditer(line), _TRIES)):
        body = line[match.start() :]
        if number >= _WORDED and not pieces.is_whole(body):
            continue
        try:
            strict_object(body)
        except StrictJsonError as error:
            if error.code in ("bad_json", "not_an_object"):
                continue
            if error.code == "record_too_long":
                raise
        return match.start()  # also where it is not strict, which is told by whoever decodes it
    return -1
