"""The structure of JSON texts, walked token by token: where a record begins and ends, inside whatever container.

It checks brackets, commas and colons and no more; each record is decoded strictly by itself afterwards, so that one bad
record does not spoil its neighbours. Between records of an array commas are not counted.
"""

from __future__ import annotations

import re

from builder.sources import limits
from builder.sources.pieces import BLANK, CONTAINER_KEYS, Line, Piece, indent_of, is_too_long, too_long

_WRAPPER_DEPTH = 4  # Response → output → array: records are not searched deeper
_TOKEN = re.compile(
    rb'[ \t\r\n]*+(?:("(?:[^"\\\x00-\x1f]++|\\[^\x00-\x1f])*+")|([{}\[\],:])|([^\s{}\[\],:"\x00-\x1f]++))'
)
_MAX_STACK = 5000


class Record:
    """A record being cut out: its bytes so far."""

    def __init__(self, offset: int, line: int, start: int, depth: int, under: str, indent: bytes) -> None:  # noqa: PLR0917  # a place
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
        if self.size <= limits.DELETION_BYTES:
            self.kept += part
        elif len(self.kept) < limits.EXCERPT_BYTES:
            self.kept += part[: limits.EXCERPT_BYTES]


class Frame:
    """An open object or array. `expects` is what may come next: key, colon, value, or after (a comma or the end)."""

    __slots__ = ("expects", "is_array", "is_torn", "name", "records", "under")

    def __init__(self, *, is_array: bool, records: bool = False, under: str = "") -> None:
        self.is_array = is_array
        self.records = records
        self.under = under
        self.is_torn = False  # part of it could not be read, perhaps its end
        self.expects = "first"
        self.name = b""


class TornError(Exception):
    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position
        self.message = message


class Scanner:
    """Reads lines of JSON and collects the pieces that they complete in `out`."""

    def __init__(self) -> None:
        self.stack: list[Frame] = []
        self.records: list[Record] = []
        self.lines: list[Line] = []  # of the open top-level record, to read them again if it is torn
        self.lines_size = 0
        self.start = 0  # offset of the open top-level value
        self.start_line = 0
        self.gave = False  # the open top-level value has given pieces already
        self.out: list[Piece] = []
        self.line, self.offset, self.number = b"", 0, 0  # the line that is being walked

    def scan(self, line: bytes, offset: int, number: int) -> None:
        """Walk one line, or raise `TornError` where it breaks the structure."""
        self.line, self.offset, self.number = line, offset, number
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
        while match := _TOKEN.match(line, position):
            if not self.stack and self._is_after_value(match):
                return
            self._token(match)
            position = match.end()
        if line[position:].strip(BLANK):
            raise TornError(position, "a string without end, or a control character")
        if self.records and not self.records[-1].is_response:
            record = self.records[-1]
            record.keep(line[record.start :] + b"\n")

    def _is_after_value(self, match: re.Match[bytes]) -> bool:
        """Start a top-level value; other text after a value on its line spoils that value."""
        line, offset, number = self.line, self.offset, self.number
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

    def _token(self, match: re.Match[bytes]) -> None:
        string, mark, word = match.groups()
        frame = self.stack[-1] if self.stack else None
        end = match.end()
        if mark in (b"{", b"["):
            self._open(frame, end - 1, is_array=mark == b"[")
        elif frame is None:
            raise TornError(end, "expected an object or an array")
        elif mark in (b"}", b"]"):
            self._close(frame, end, is_array=mark == b"]")
        elif mark == b",":
            if frame.expects != "after" and not frame.records:
                raise TornError(end, "a comma where a value is expected")
            frame.expects = "value" if frame.is_array else "key"
        elif mark == b":":
            if frame.is_array or frame.expects != "colon":
                raise TornError(end, "a colon where none is expected")
            frame.expects = "value"
        else:
            self._scalar(string or word, frame, end)

    def _scalar(self, token: bytes, frame: Frame, end: int) -> None:
        if not frame.is_array and frame.expects in ("first", "key"):
            if token[:1] != b'"':
                raise TornError(end, "expected a key in quotes")
            frame.name, frame.expects = token, "colon"
            return
        if frame.expects not in ("first", "value") and not frame.records:
            raise TornError(end, "expected a comma or the end of the object")
        if frame.records:
            self.out.append(Piece(self.offset + end - len(token), self.number, token, frame.under))
            self.gave = True
        frame.expects = "after"

    def _open(self, frame: Frame | None, at: int, *, is_array: bool) -> None:
        if len(self.stack) >= _MAX_STACK:
            raise TornError(at, f"nesting beyond {_MAX_STACK} levels")
        if frame is None or frame.records:
            if frame is None and is_array:
                self.stack.append(Frame(is_array=True, records=True))
                return
            under = frame.under if frame else ""
            self.records.append(Record(self.offset + at, self.number, at, len(self.stack), under, indent_of(self.line)))
        elif frame.expects not in (("first", "value") if frame.is_array else ("value",)):
            raise TornError(at, "expected a comma or the end of the object")
        record = self.records[-1]
        depth = len(self.stack) - record.depth
        cut = is_array and frame is not None and frame.name in CONTAINER_KEYS and 0 < depth <= _WRAPPER_DEPTH
        if cut and frame is not None and not frame.is_array:
            record.is_response = True
            record.keep(self.line[record.start : at])
            del record.kept[limits.EXCERPT_BYTES :]  # a response is no record: what it holds is cut out of it
            under = frame.name.decode()[1:-1]
            self.stack.append(Frame(is_array=True, records=True, under=under))
            return
        self.stack.append(Frame(is_array=is_array))

    def _close(self, frame: Frame, end: int, *, is_array: bool) -> None:
        if frame.is_array == is_array and frame.expects == ("value" if is_array else "key") and not frame.records:
            raise TornError(end, "a comma before a closing bracket: take it away, or the value is missing behind it")
        if frame.is_array != is_array or (frame.expects not in ("first", "after") and not frame.records):
            raise TornError(end, "a bracket closes what is not open")
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
        record.keep(self.line[record.start : end])
        if record.is_response:
            self.gave = True
        elif is_too_long(record.kept, record.size):
            self.add_problem(record, "record_too_long", too_long(record.size))
        else:
            self.out.append(Piece(record.offset, record.line, bytes(record.kept), record.under))
            self.gave = bool(self.stack)

    def add_problem(self, record: Record, code: str, message: str) -> None:
        excerpt = bytes(record.kept[: limits.EXCERPT_BYTES])
        self.out.append(Piece(record.offset, record.line, excerpt, record.under, code, message))

    def is_in_top_array(self) -> bool:
        return len(self.stack) == 1 and self.stack[0].records
