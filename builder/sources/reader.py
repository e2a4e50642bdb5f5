"""One file → its entries: opens it, finds out what it is by content, reads on where the last time ended.

A file of lines (JSON Lines, logs, concatenated or pretty-printed objects, arrays, responses) is read from a place on;
tables are read again when they change. Whatever is wrong with a file ends up as an entry, never as an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO

from builder.model import Item, Problem, Value
from builder.sources import limits
from builder.sources.files import FileRefusedError, SourceFile, chunks, fingerprint, is_gzip, open_file
from builder.sources.lines import Entry, Group, LineReader, placed
from builder.sources.resume import Resume, fits, place

Content = Callable[[], Iterator[bytes]]
Rows = Iterator[tuple[int, int, Item]]  # offset, line, item

_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOK = "what may be a workbook: save its table as CSV UTF-8"
_BINARY = {b"PK\x03\x04": f"a ZIP file, or {_WORKBOOK}", b"\xd0\xcf\x11\xe0": _WORKBOOK}  # by the first bytes
_HEAD = 64 * 1024


class SourceSettings(Value, frozen=True):
    """The settings that reading depends on."""

    keys: tuple[bytes, ...] = ()

    def digest(self) -> str:
        """Return a hash of the settings, part of a checkpoint: rows read under other ones are read again."""
        return fingerprint(b"\n".join([b"sources 1", *(fingerprint(b"key " + key).encode() for key in self.keys)]))


class Reading:
    """The entries of one file, to be iterated once.

    `restarted` (known at once): the given resume did not fit, rows of this file must be dropped first. `resume` (valid
    at the end): where to go on; None when the file has to be read whole again after a change.
    """

    def __init__(self, file: SourceFile, resume: Resume | None, settings: SourceSettings) -> None:
        self.file = file
        self.settings = settings
        self.restarted = resume is not None and not fits(file, resume)
        self.resume: Resume | None = None
        self._from = resume if resume is not None and not self.restarted else Resume(0, 0, "", "")

    def __iter__(self) -> Iterator[Entry]:
        for found in self.grouped():
            if type(found) is Group:
                yield from found.entries()
            else:
                assert type(found) is Entry
                yield found

    def grouped(self) -> Iterator[Entry | Group]:
        """Yield the entries, plain notifications in groups: a million calls fewer for a million of them."""
        try:
            with open_file(self.file) as handle:
                table = None if self._from.offset else table_of(lambda: chunks(handle))
                if table is None:
                    yield from self._lines(handle)
                else:
                    for offset, line, item in table:
                        yield Entry(offset, line, placed(item, self.file.relative, offset, line))
        except FileRefusedError as error:
            self.resume = None
            problem = Problem(error.code, error.message, quarantined=True)
            yield Entry(error.offset, 0, placed(problem, self.file.relative, error.offset, 0))

    def _lines(self, handle: BinaryIO) -> Iterator[Entry | Group]:
        packed = is_gzip(handle)
        watch = _Watch(chunks(handle, 0 if packed else self._from.offset), self._from.offset if packed else 0)
        bom, content = (0, iter(watch)) if self._from.offset else _peeled(iter(watch))
        lines = LineReader(self.file.relative, self.settings.keys, self._from.offset + bom, self._from.line)
        yield from lines.grouped(content, is_final=packed)
        if lines.is_resumable:
            head, tail = watch.place() if packed else place(handle, lines.offset)
            self.resume = Resume(
                lines.offset, lines.number, head, tail, self.file.size, self.file.mtime_ns, lines.is_open
            )


def read(file: SourceFile, resume: Resume | None, settings: SourceSettings) -> Reading:
    """Read a file from the place where the last reading ended, or from its start."""
    return Reading(file, resume, settings)


def table_of(content: Content) -> Rows | None:
    """Return the rows of a table (CSV, YAML) or of a file that is no text; None for a file of lines."""
    head = _head(content)
    if head[:2] in _WIDE_BOMS:
        return _refused("bad_encoding", "expected UTF-8, found UTF-16")
    text = head.removeprefix(_BOM).lstrip()
    if text[:1] in (b"{", b"[", b""):
        return None
    if b"\0" in head[: limits.HEAD_BYTES]:
        return _refused("unknown_file", "expected text, found " + _BINARY.get(head[:4], "binary data"))
    from builder.sources import columns, csvtable, yamlrows  # here: most files are lines of JSON

    layout = columns.layout_of(text)
    if layout is not None:
        return csvtable.rows(content, layout)
    if yamlrows.is_rows(text):
        return yamlrows.rows(content)
    refusal = columns.refusal_of(text)
    return _refused("bad_csv", refusal) if refusal else None


def _head(content: Content) -> bytes:
    head = b""
    try:
        for chunk in content():
            head += chunk
            if len(head) >= _HEAD:
                break
    except FileRefusedError:  # told when the content is read to that place; what came before stands
        if not head:
            raise
    return head[:_HEAD]


class _Watch:
    """Content on its way through, whose first and last bytes are remembered; `skip` bytes are not passed on."""

    def __init__(self, content: Iterator[bytes], skip: int) -> None:
        self.content = content
        self.skip = skip
        self.head = b""
        self.last = b""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.content:
            if len(self.head) < limits.HEAD_BYTES:
                self.head = (self.head + chunk[: limits.HEAD_BYTES])[: limits.HEAD_BYTES]
            self.last = (self.last + chunk[-limits.TAIL_BYTES :])[-limits.TAIL_BYTES :]
            skipped = min(self.skip, len(chunk))
            self.skip -= skipped
            if skipped < len(chunk):
                yield chunk[skipped:]

    def place(self) -> tuple[str, str]:
        return fingerprint(self.head), fingerprint(self.last)


def _peeled(content: Iterator[bytes]) -> tuple[int, Iterator[bytes]]:
    """Take a byte order mark off the start of a file."""
    first = b""
    for chunk in content:
        first += chunk
        if len(first) >= len(_BOM):
            break
    bom = len(_BOM) if first.startswith(_BOM) else 0
    return bom, chain([first[bom:]], content)


def _refused(code: str, message: str) -> Rows:
    yield 0, 1, Problem(code, message, quarantined=True)
