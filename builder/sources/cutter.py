"""Lines → pieces.

JSON may come as one object a line, pretty-printed, concatenated, as an array, or as an API's response with the records
in an array inside. A container is never held as a whole: memory is bounded by one record or one physical line. A line
that is complete in itself, and a record laid out over lines in the usual way, are taken at the C decoder's speed; for
the rest the scanner is asked. After a broken record reading goes on at the next line that can start one.
"""

from __future__ import annotations

import re
from collections import deque

import msgspec

from builder.sources import limits, requestlog
from builder.sources.pieces import BLANK, MENTION, Line, Piece, indent_of, is_whole
from builder.sources.scanner import Scanner, TornError

_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw]).decode
_CONTINUES = (b'"', b"}", b"]", b",", b":")  # a line that starts so belongs to the record before it
WIDE_BLANK = "\u3000".encode()  # a page of the provider's indents with it
_INSIDE = re.compile(rb'["}\]{\[,:]|-?[0-9.eE+-]+,?$|(?:true|false|null),?$')  # a line inside a pretty-printed record


class Cutter(Scanner):
    """Fed with lines in order, returns the pieces that each line completes."""

    def __init__(self) -> None:
        super().__init__()
        self.skip_to: bytes | None = None  # the indent at which a broken record ends
        self.block: list[Line] = []  # a record laid out over lines, before the scanner is asked
        self.block_size = 0
        self.scanned = -1  # offset of a block that the scanner has to look at

    @property
    def is_idle(self) -> bool:
        """Say whether no value is open: the next line stands for itself."""
        return not self.stack and self.skip_to is None and not self.block

    def feed(self, line: bytes, offset: int, number: int) -> list[Piece]:
        """Take one line, without its newline."""
        self.out = []
        self._read([(line, offset, number)])
        return self.out

    def _read(self, lines: list[Line]) -> None:
        waiting = deque(lines)
        while waiting:
            again = self._line(*waiting.popleft())
            waiting.extendleft(reversed(again))

    def finish(self) -> list[Piece]:
        """Say what is still open at the end of a text that will not grow."""
        self.out = []
        while self.block or self.stack:
            if self.block:
                self._read(self._give_up_block())  # in it the next record may have begun, which is a block again
                continue
            record, again = (self.records[-1] if self.records else None), []
            if self.stack[-1].is_torn:
                pass  # its problem has been told
            elif record is None or record.is_response:
                message = "the text ends inside an array"
                self.out.append(Piece(self.start, self.start_line, b"", "", "bad_json", message))
            else:
                self.add_problem(record, "bad_json", "the text ends inside a record")
                again = self.lines[1:] if record.depth == 0 and self.lines and not self._is_pretty() else []
            self.stack.clear()
            self.records.clear()
            self._read(again)
        self.skip_to = None
        return self.out

    def _line(self, line: bytes, offset: int, number: int) -> list[Line]:
        stripped = line.strip(BLANK)
        if not stripped:
            return []
        if self.skip_to is not None and self._skips(line, stripped):
            return []
        if self.block:
            return self._block_line(line, stripped, offset, number)
        at = offset + len(line) - len(line.lstrip(BLANK))
        if stripped == b"{" and offset != self.scanned and (not self.stack or self.is_in_top_array()):
            self.block, self.block_size = [(line, offset, number)], len(line)
            return []
        if not self.stack:
            if self._whole(stripped, at, number):
                return []
            self.lines = []
        elif self.is_in_top_array() and stripped[:1] == b"{":
            body = stripped.removesuffix(b",").rstrip(BLANK)
            if not MENTION.search(body) and is_whole(body):
                self.out.append(Piece(at, number, body))
                self.gave = True
                return []
        try:
            self.scan(line, offset, number)
        except TornError as error:
            return self._recover(error, line, offset, number)
        return []

    def _block_line(self, line: bytes, stripped: bytes, offset: int, number: int) -> list[Line]:
        """Gather a pretty-printed record up to the brace at its own indent: far cheaper than scanning it."""
        self.block.append((line, offset, number))
        self.block_size += len(line) + 1
        first, at, number = self.block[0]
        is_next = stripped == b"{" and len(indent_of(line)) <= len(indent_of(first))
        if is_next or self.block_size > limits.RECORD_BYTES:
            return self._give_up_block()
        if stripped not in (b"}", b"},") or indent_of(first) != indent_of(line):
            return []
        body = b"\n".join(text for text, _, _ in self.block).strip(BLANK).removesuffix(b",")
        is_lone = not self.stack and stripped == b"},"
        if is_lone or MENTION.search(body) or not is_whole(body):
            return self._give_up_block()
        self.out.append(Piece(at + len(indent_of(first)), number, body))
        self.gave = bool(self.stack)
        self.block = []
        return []

    def _give_up_block(self) -> list[Line]:
        lines, self.block = self.block, []
        self.scanned = lines[0][1]
        return lines

    def _skips(self, line: bytes, stripped: bytes) -> bool:
        """Say whether the line still belongs to a broken record that was laid out over lines."""
        indent = indent_of(line)
        assert self.skip_to is not None  # asked only then
        if indent == self.skip_to and stripped[:1] == b"}":
            self.skip_to = None
            return True
        is_outside = len(indent) < len(self.skip_to) and stripped[:1] in (b"}", b"]")
        is_next = indent in (self.skip_to, b"") and stripped[:1] in (b"{", b"[", b"]")
        if is_outside or is_next or not _INSIDE.match(stripped.lstrip(WIDE_BLANK)):
            self.skip_to = None
            return False
        return True

    def _whole(self, stripped: bytes, at: int, number: int) -> bool:
        """Take a line that is complete in itself, at the C decoder's speed."""
        first = stripped[:1]
        if first not in (b"{", b"[") or requestlog.is_log_line(stripped):
            self.out.append(Piece(at, number, stripped))
            return True
        if MENTION.search(stripped):
            return False
        if first == b"{":
            if is_whole(stripped):
                self.out.append(Piece(at, number, stripped))
                return True
            return False
        try:
            elements = _ELEMENTS(stripped)
        except (ValueError, RecursionError):
            return False
        position, view = 0, memoryview(stripped)  # pieces of a long line share its bytes
        for element in elements:
            raw = bytes(element)
            position = stripped.index(raw, position)
            self.out.append(Piece(at + position, number, view[position : position + len(raw)]))
            position += len(raw)
        return True

    def _recover(self, error: TornError, line: bytes, offset: int, number: int) -> list[Line]:
        """Report the broken record and go on at the next line that can start one."""
        keep = next((i for i in range(len(self.stack), 0, -1) if self.stack[i - 1].records), 0)
        record = self.records[-1] if self.records else None
        if record is not None and record.depth < keep:
            record = None  # a response around an array of records, which stays open: the line alone is lost
        if record is None:
            self.out.append(Piece(offset, number, line[: limits.EXCERPT_BYTES], "", "bad_json", error.message))
        else:
            record.keep(line[record.start :])
            self.add_problem(record, "bad_json", error.message)
        self.stack = self.stack[:keep]
        self.records = [open_record for open_record in self.records if open_record.depth < keep]
        if keep:
            self.stack[-1].expects = "after"
            self.stack[-1].is_torn = True
            self.gave = True
        if keep == 1 and (record is None or record.line == number) and line.rstrip(BLANK).endswith(b"]"):
            self.stack.clear()  # the array's end was on the line that is given up
        if record is None or record.line == number:
            return []
        if keep or not self.lines or self._is_pretty():
            self.skip_to = record.indent if keep or self.lines else None
            return [(line, offset, number)]
        return [*self.lines[1:-1], (line, offset, number)]

    def _is_pretty(self) -> bool:
        """Say whether the open top-level record is laid out over lines, rather than one line that was torn."""
        first, second = self.lines[0][0], self.lines[1][0] if len(self.lines) > 1 else b""
        return first.strip(BLANK) == b"{" or second.lstrip(BLANK)[:1] in _CONTINUES
