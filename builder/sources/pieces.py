"""Lines → pieces: one piece is the bytes of one record, or of one line that is not JSON.

JSON may come as one object a line, pretty-printed, concatenated, as an array, or as an API's response with the records
in an array inside. A container is never held as a whole: a scanner walks its structure and cuts the records out, so
memory is bounded by one record or one physical line. The scanner checks structure only; each record is then decoded
strictly by itself, so that one bad record does not spoil its neighbours.
"""

from __future__ import annotations

import re
from collections import deque
from typing import NamedTuple

import msgspec

from builder.sources import limits

CONTAINERS = (  # arrays of records inside API responses
    "file_list",  # Live_Tape_GetFilelist
    "filesInfo",  # GetVodRecordFiles
    "fileSet",  # DescribeRecord
    "MediaInfoSet",  # SearchMedia, DescribeMediaInfos
    "NotExistFileIdSet",
    "DataInfoList",  # DescribeCallbackRecordsList
    "EventSet",  # PullEvents
)
_NAMES = frozenset(f'"{name}"'.encode() for name in CONTAINERS)
_MENTION = re.compile(b"|".join(sorted(_NAMES)))
_WRAPPER_DEPTH = 4  # Response → output → array: records are not searched deeper
_BLANK = b" \t\r\n"
_TOKEN = re.compile(
    rb'[ \t\r\n]*+(?:("(?:[^"\\\x00-\x1f]++|\\[^\x00-\x1f])*+")|([{}\[\],:])|([^\s{}\[\],:"\x00-\x1f]++))'
)
_MAX_STACK = 5000
_WHOLE = msgspec.json.Decoder(msgspec.Raw).decode
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw]).decode
_CONTINUES = b'"}],:'  # a line that starts so belongs to the record before it
_INSIDE = re.compile(rb'["}\]{\[,:]|-?[0-9.eE+-]+,?$|(?:true|false|null),?$')  # a line inside a pretty-printed record


class Piece(NamedTuple):
    offset: int
    line: int
    raw: bytes
    under: str = ""  # the response's array it was cut from
    code: str = ""  # not "": no record but a problem
    message: str = ""


class _Record:
    """A record being cut out: its bytes so far."""

    def __init__(self, offset: int, line: int, start: int, depth: int, under: str, indent: bytes) -> None:
        self.offset = offset
        self.line = line
        self.start = start  # in the current line; bytes before it are already kept
        self.depth = depth
        self.under = under
        self.indent = indent
        self.kept = bytearray()
        self.size = 0
        self.is_response = False

    def keep(self, part: bytes) -> None:
        self.size += len(part)
        if self.size <= limits.RECORD_BYTES:
            self.kept += part
        elif len(self.kept) < limits.EXCERPT_BYTES:
            self.kept += part[: limits.EXCERPT_BYTES]


class _Frame:
    """An open object or array. `expects` is what may come next: key, colon, value, or after (a comma or the end)."""

    __slots__ = ("expects", "is_array", "name", "records", "under")

    def __init__(self, *, is_array: bool, records: bool = False, under: str = "") -> None:
        self.is_array = is_array
        self.records = records
        self.under = under
        self.expects = "first"
        self.name = b""


_Line = tuple[bytes, int, int]  # text, offset, number


class _TornError(Exception):
    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position
        self.message = message


class Cutter:
    """Fed with lines in order, returns the pieces that each line completes."""

    def __init__(self) -> None:
        self.stack: list[_Frame] = []
        self.records: list[_Record] = []
        self.skip_to: bytes | None = None  # the indent at which a broken record ends
        self.lines: list[_Line] = []  # of the open top-level record, to read them again if it is torn
        self.lines_size = 0
        self.start = 0  # offset of the open top-level value
        self.start_line = 0
        self.gave = False  # the open top-level value has given pieces already
        self.out: list[Piece] = []

    @property
    def is_idle(self) -> bool:
        """Say whether no value is open: the next line stands for itself."""
        return not self.stack and self.skip_to is None

    def feed(self, line: bytes, offset: int, number: int) -> list[Piece]:
        """Take one line, without its newline."""
        self.out = []
        self._read([(line, offset, number)])
        return self.out

    def _read(self, lines: list[_Line]) -> None:
        waiting = deque(lines)
        while waiting:
            again = self._line(*waiting.popleft())
            waiting.extendleft(reversed(again))

    def finish(self) -> list[Piece]:
        """Say what is still open at the end of a text that will not grow."""
        self.out = []
        while self.stack:
            record, again = (self.records[-1] if self.records else None), []
            if record is None or record.is_response:
                message = "the text ends inside an array"
                self.out.append(Piece(self.start, self.start_line, b"", "", "bad_json", message))
            else:
                self._problem(record, "bad_json", "the text ends inside a record")
                again = self.lines[1:] if record.depth == 0 and not self._is_pretty() else []
            self.stack.clear()
            self.records.clear()
            self._read(again)
        self.skip_to = None
        return self.out

    def _line(self, line: bytes, offset: int, number: int) -> list[_Line]:
        stripped = line.strip(_BLANK)
        if not stripped:
            return []
        if self.skip_to is not None and self._skips(line, stripped):
            return []
        at = offset + len(line) - len(line.lstrip(_BLANK))
        if not self.stack:
            if self._whole(stripped, at, number):
                return []
            self.lines = []
        elif len(self.stack) == 1 and self.stack[0].records and stripped[:1] == b"{":
            body = stripped.removesuffix(b",").rstrip(_BLANK)
            if not _MENTION.search(body) and _is_whole(body):
                self.out.append(Piece(at, number, body))
                self.gave = True
                return []
        return self._scan(line, offset, number)

    def _skips(self, line: bytes, stripped: bytes) -> bool:
        """Say whether the line still belongs to a broken record that was laid out over lines."""
        indent = line[: len(line) - len(line.lstrip(b" \t"))]
        assert self.skip_to is not None  # asked only then
        if indent == self.skip_to and stripped[:1] == b"}":
            self.skip_to = None
            return True
        is_outside = len(indent) < len(self.skip_to) and stripped[:1] in (b"}", b"]")
        is_next = indent in (self.skip_to, b"") and stripped[:1] in (b"{", b"[", b"]")
        if is_outside or is_next or not _INSIDE.match(stripped):
            self.skip_to = None
            return False
        return True

    def _whole(self, stripped: bytes, at: int, number: int) -> bool:
        """Take a line that is complete in itself, at the C decoder's speed."""
        first = stripped[:1]
        if first not in (b"{", b"["):
            self.out.append(Piece(at, number, stripped))
            return True
        if _MENTION.search(stripped):
            return False
        if first == b"{":
            if _is_whole(stripped):
                self.out.append(Piece(at, number, stripped))
                return True
            return False
        try:
            elements = _ELEMENTS(stripped)
        except (ValueError, RecursionError):
            return False
        position = 0
        for element in elements:
            raw = bytes(element)
            position = stripped.index(raw, position)
            self.out.append(Piece(at + position, number, raw))
            position += len(raw)
        return True

    def _scan(self, line: bytes, offset: int, number: int) -> list[_Line]:
        if not self.stack:
            self.gave = False
        self.lines_size += len(line)
        if self.lines and self.lines_size <= limits.RECORD_BYTES:
            self.lines.append((line, offset, number))
        else:
            self.lines = []
        for record in self.records:
            record.start = 0
        position = 0
        try:
            while match := _TOKEN.match(line, position):
                if not self.stack and self._is_after_value(line, match, offset, number):
                    return []
                self._token(match, line, offset, number)
                position = match.end()
            if line[position:].strip(_BLANK):
                raise _TornError(position, "a string without end, or a control character")
        except _TornError as error:
            return self._recover(error, line, offset, number)
        if self.records and not self.records[-1].is_response:
            record = self.records[-1]
            record.keep(line[record.start :] + b"\n")
        return []

    def _is_after_value(self, line: bytes, match: re.Match[bytes], offset: int, number: int) -> bool:
        """Start a top-level value; other text after a value on its line spoils that value."""
        start = match.end() - 1
        if match[2] in (b"{", b"["):
            self.start, self.start_line, self.gave = offset + start, number, False
            self.lines, self.lines_size = [(line, offset, number)], len(line)
            return False
        message = "text after the object"
        if self.out and not self.gave:
            last = self.out.pop()
            self.out.append(Piece(last.offset, last.line, line[: limits.EXCERPT_BYTES], "", "bad_json", message))
        else:
            self.out.append(
                Piece(offset + start, number, line[start:][: limits.EXCERPT_BYTES], "", "bad_json", message)
            )
        return True

    def _token(self, match: re.Match[bytes], line: bytes, offset: int, number: int) -> None:
        string, mark, word = match.groups()
        frame = self.stack[-1] if self.stack else None
        end = match.end()
        if mark in (b"{", b"["):
            self._open(mark, frame, line, offset, number, end - 1)
        elif frame is None:
            raise _TornError(end, "expected an object or an array")
        elif mark in (b"}", b"]"):
            self._close(mark, frame, line, end)
        elif mark == b",":
            if frame.expects != "after" and not frame.records:
                raise _TornError(end, "a comma where a value is expected")
            frame.expects = "value" if frame.is_array else "key"
        elif mark == b":":
            if frame.is_array or frame.expects != "colon":
                raise _TornError(end, "a colon where none is expected")
            frame.expects = "value"
        else:
            self._scalar(string, word, frame, offset, number, end)

    def _scalar(
        self, string: bytes | None, word: bytes | None, frame: _Frame, offset: int, number: int, end: int
    ) -> None:
        token = string if string is not None else word
        assert token is not None  # the token pattern has three groups
        if not frame.is_array and frame.expects in ("first", "key"):
            if string is None:
                raise _TornError(end, "expected a key in quotes")
            frame.name, frame.expects = string, "colon"
            return
        if frame.expects not in ("first", "value") and not frame.records:
            raise _TornError(end, "expected a comma or the end of the object")
        if frame.records:
            self.out.append(Piece(offset + end - len(token), number, token, frame.under))
            self.gave = True
        frame.expects = "after"

    def _open(self, mark: bytes, frame: _Frame | None, line: bytes, offset: int, number: int, at: int) -> None:
        if len(self.stack) >= _MAX_STACK:
            raise _TornError(at, f"nesting beyond {_MAX_STACK} levels")
        is_array = mark == b"["
        if frame is None or frame.records:
            if frame is None and is_array:
                self.stack.append(_Frame(is_array=True, records=True))
                return
            indent = line[: len(line) - len(line.lstrip(b" \t"))]
            under = frame.under if frame else ""
            self.records.append(_Record(offset + at, number, at, len(self.stack), under, indent))
        elif frame.expects not in (("first", "value") if frame.is_array else ("value",)):
            raise _TornError(at, "expected a comma or the end of the object")
        record = self.records[-1]
        depth = len(self.stack) - record.depth
        cut = is_array and frame is not None and frame.name in _NAMES and 0 < depth <= _WRAPPER_DEPTH
        if cut and frame is not None and not frame.is_array:
            record.is_response = True
            record.keep(line[record.start : at])
            under = frame.name.decode()[1:-1]
            self.stack.append(_Frame(is_array=True, records=True, under=under))
            return
        self.stack.append(_Frame(is_array=is_array))

    def _close(self, mark: bytes, frame: _Frame, line: bytes, end: int) -> None:
        if frame.is_array != (mark == b"]") or (frame.expects not in ("first", "after") and not frame.records):
            raise _TornError(end, "a bracket closes what is not open")
        self.stack.pop()
        if self.stack:
            self.stack[-1].expects = "after"
        if frame.records:
            if self.records:
                self.records[-1].start = end
            return
        record = self.records[-1]
        if len(self.stack) > record.depth:
            return
        self.records.pop()
        record.keep(line[record.start : end])
        if record.is_response:
            self.gave = True
        elif record.size > limits.RECORD_BYTES:
            self._problem(
                record, "record_too_long", f"a record may have {limits.RECORD_BYTES} bytes, found {record.size}"
            )
        else:
            self.out.append(Piece(record.offset, record.line, bytes(record.kept), record.under))
            self.gave = bool(self.stack)

    def _problem(self, record: _Record, code: str, message: str) -> None:
        excerpt = bytes(record.kept[: limits.EXCERPT_BYTES])
        self.out.append(Piece(record.offset, record.line, excerpt, record.under, code, message))

    def _recover(self, error: _TornError, line: bytes, offset: int, number: int) -> list[_Line]:
        """Report the broken record and go on at the next line that can start one."""
        record = self.records.pop() if self.records else None
        if record is None:
            self.out.append(Piece(offset, number, line[: limits.EXCERPT_BYTES], "", "bad_json", error.message))
        else:
            record.keep(line[record.start :])
            self._problem(record, "bad_json", error.message)
        keep = next((i for i in range(len(self.stack), 0, -1) if self.stack[i - 1].records), 0)
        self.stack = self.stack[:keep]
        self.records = [open_record for open_record in self.records if open_record.depth < keep]
        if keep:
            self.stack[-1].expects = "after"
            self.gave = True
        if record is None or record.line == number:
            return []
        if keep or not self.lines or self._is_pretty():
            self.skip_to = record.indent if keep or self.lines else None
            return [(line, offset, number)]
        return [*self.lines[1:-1], (line, offset, number)]

    def _is_pretty(self) -> bool:
        """Say whether the open top-level record is laid out over lines, rather than one line that was torn."""
        first, second = self.lines[0][0], self.lines[1][0] if len(self.lines) > 1 else b""
        return first.strip(_BLANK) == b"{" or second.lstrip(_BLANK)[:1] in tuple(bytes([c]) for c in _CONTINUES)


def _is_whole(body: bytes) -> bool:
    try:
        _WHOLE(body)
    except (ValueError, RecursionError):
        return False
    return True
