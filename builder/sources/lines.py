"""A file of lines → entries, with bounded memory and a place to go on from.

The common line, one notification in one object, goes straight through the fast door; everything else goes through the
cutter. A last line without its newline is half-written: it waits, unless it ends as a record does. A file that is one
such line is no log that grows: what is wrong with it is told, and it is read again when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from builder.model import Item, Notice, Problem, Value
from builder.sources import fast, limits, records, requestlog
from builder.sources.cutter import Cutter
from builder.sources.pieces import Piece
from builder.sources.receiver import LOG_LINE_START
from builder.sources.redact import excerpt

TOGETHER = 64  # lines that are tried at once; one that is not plain sends them all through the doors one by one
_BLANK = b" \t\r\n"


class Entry(Value, frozen=True, gc=False):
    """What one record became, and where it stands (unpacked bytes, lines from 1)."""

    offset: int
    line: int
    item: Item


class Group(Value, frozen=True, gc=False):
    """Plain notifications of lines that follow each other: many entries in one value, for those who read millions."""

    offset: int  # of the first line
    line: int  # its number
    lengths: list[int]  # of the lines, newlines included
    notices: list[Notice]

    def entries(self) -> Iterator[Entry]:
        offset = self.offset
        for place, (length, notice) in enumerate(zip(self.lengths, self.notices, strict=True)):
            yield Entry(offset, self.line + place, notice)
            offset += length


class LineReader:
    """Reads lines from an offset on; afterwards `offset`, `number` and `is_open` say where to go on."""

    def __init__(self, source: str, keys: tuple[bytes, ...], offset: int, number: int) -> None:
        self.source = source
        self.keys = keys
        self.offset = offset
        self.number = number
        self.is_open = False
        self.is_resumable = True
        self.cutter = Cutter()
        self.held: list[bytes] = []  # of a line whose newline has not come yet
        self.held_size = 0
        self.skipped: int | None = None  # length so far of a line that is too long to hold

    def grouped(self, content: Iterator[bytes], *, is_final: bool) -> Iterator[Entry | Group]:
        """Yield the entries, plain notifications in groups; with `is_final` a last line without newline is whole."""
        for chunk in content:
            newline = chunk.find(b"\n")
            if newline < 0:
                yield from self._hold(chunk)
                continue
            if self.held_size + newline > limits.LINE_BYTES:
                yield from self._hold(chunk[:newline])
            if self.skipped is not None:
                self.offset += self.skipped + newline + 1
                self.number += 1
                self.skipped = None
                rest = chunk[newline + 1 :]
            else:
                rest = b"".join([*self.held, chunk]) if self.held else chunk
            self.held = []  # a long line is large: no copy of it is kept longer than needed
            lines = rest.split(b"\n")
            rest = b""
            last = lines.pop()
            self.held, self.held_size = ([last], len(last)) if last else ([], 0)
            yield from self._lines(lines)
        yield from self._finish(is_final=is_final)

    def _hold(self, part: bytes) -> Iterator[Entry]:
        if self.skipped is not None:
            self.skipped += len(part)
            return
        self.held.append(part)
        self.held_size += len(part)
        if self.held_size > limits.LINE_BYTES:
            self.skipped = self.held_size
            raw, self.held, self.held_size = b"".join(part[:2048] for part in self.held[:2]), [], 0
            message = f"a line may have {limits.LINE_BYTES} bytes"
            yield self._problem(Piece(self.offset, self.number + 1, raw, "", "line_too_long", message))

    def _lines(self, lines: list[bytes]) -> Iterator[Entry | Group]:
        for first in range(0, len(lines), TOGETHER):
            group = lines[first : first + TOGETHER]
            notices = fast.notices_of(group, self.keys) if self.cutter.is_idle else None
            if notices is None:
                yield from self._one_by_one(group)
                continue
            lengths = [len(line) + 1 for line in group]
            yield Group(self.offset, self.number + 1, lengths, notices)
            self.offset += sum(lengths)
            self.number += len(lengths)

    def _one_by_one(self, lines: list[bytes]) -> Iterator[Entry]:
        keys, cutter, notice_of = self.keys, self.cutter, fast.notice_of
        offset, number, is_idle = self.offset, self.number, self.cutter.is_idle
        for line in lines:
            start = offset
            offset += len(line) + 1
            number += 1
            if is_idle and line[:1] == b"{":
                if line[-1:] == b"\r":
                    line = line[:-1]  # noqa: PLW2901  # the carriage return belongs to the newline
                notice = notice_of(line, keys)
                if notice is not None:
                    yield Entry(start, number, notice)
                    continue
                if line.startswith(LOG_LINE_START) and line[-1:] == b"}":
                    yield from self._entries(Piece(start, number, line))
                    continue
            for piece in cutter.feed(line, start, number):
                yield from self._entries(piece)
            is_idle = cutter.is_idle
        self.offset, self.number = offset, number

    def _finish(self, *, is_final: bool) -> Iterator[Entry]:
        rest = b"".join(self.held)
        if self.skipped is not None:
            self.is_resumable = False
        elif rest.strip(_BLANK) and (is_final or not self.number or not self.cutter.is_idle or _is_complete(rest)):
            self.is_resumable = is_final or bool(self.number) or _is_complete(rest)
            for piece in self.cutter.feed(rest, self.offset, self.number + 1):
                yield from self._entries(piece)
            self.offset += len(rest)
            self.is_open = True
        if not self.cutter.is_idle:
            self.is_resumable = False
            for piece in self.cutter.finish():
                yield from self._entries(piece)

    def _entries(self, piece: Piece) -> Iterator[Entry]:
        if piece.code:
            yield self._problem(piece)
            return
        for index, item in enumerate(records.items_of(bytes(piece.raw), self.keys, piece.under)):
            place = piece.offset + index  # several items of one record stay apart
            yield Entry(place, piece.line, placed(item, self.source, place, piece.line))

    def _problem(self, piece: Piece) -> Entry:
        problem = Problem(piece.code, piece.message, quarantined=True, excerpt=excerpt(bytes(piece.raw)))
        return Entry(piece.offset, piece.line, placed(problem, self.source, piece.offset, piece.line))


def placed(item: Item, source: str, offset: int, line: int) -> Item:
    """Give a problem its place; other items carry none."""
    if isinstance(item, Problem):
        return msgspec.structs.replace(item, source=source, offset=offset, line=line)
    return item


def _is_complete(line: bytes) -> bool:
    """Say whether a line without newline ends as a record does, so that nothing but a newline can follow."""
    text = line.strip(_BLANK)
    if text[:1] not in (b"{", b"[") or requestlog.is_log_line(text):
        return requestlog.is_whole(text)
    return text[-1:] in (b"}", b"]")
