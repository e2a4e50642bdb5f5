"""Where reading of a file goes on, and how the file is known again.

A place in a file is trusted only while the content before it is the same: the first 1 KB and the last 256 bytes before
the place are kept as fingerprints. Path and inode are hints at best: logs are renamed, copied and truncated, rewritten
in place, and packed, while we are not looking.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from builder.model import Value
from builder.sources import limits
from builder.sources.files import FileRefusedError, SourceFile, chunks, fingerprint, is_gzip, open_file


class Resume(Value, frozen=True):
    """A place between two records of a file of lines. Offsets count unpacked bytes."""

    offset: int
    line: int  # lines that lie before the place
    head: str  # fingerprint of the first bytes, at most 1 KB and at most `offset`
    tail: str  # fingerprint of the last 256 bytes before the place
    size: int = 0  # of the file when it was read …
    mtime_ns: int = 0
    is_open: bool = False  # the last record has no newline yet: nothing but its newline may follow


def fits(file: SourceFile, resume: Resume) -> bool:
    """Say whether the file holds all that was read before the place, so that reading can go on there."""
    try:
        with open_file(file) as handle:
            if is_gzip(handle):
                return _fits_stream(handle, resume)
            return _fits_plain(file, handle, resume)
    except FileRefusedError:
        return False


def place(handle: BinaryIO, offset: int) -> tuple[str, str]:
    """Return head and tail of a place in a plain file."""
    head = os.pread(handle.fileno(), min(limits.HEAD_BYTES, offset), 0)
    start = max(0, offset - limits.TAIL_BYTES)
    return fingerprint(head), fingerprint(os.pread(handle.fileno(), offset - start, start))


def _fits_plain(file: SourceFile, handle: BinaryIO, resume: Resume) -> bool:
    size = os.fstat(handle.fileno()).st_size
    if size < resume.offset or place(handle, resume.offset) != (resume.head, resume.tail):
        return False
    if size == resume.size and file.mtime_ns != resume.mtime_ns:
        return False  # nothing was appended, yet it was written: perhaps in its middle
    return not resume.is_open or _is_line_end(os.pread(handle.fileno(), 2, resume.offset))


def _fits_stream(handle: BinaryIO, resume: Resume) -> bool:
    position, head, last, rest = 0, b"", b"", b""
    try:
        for chunk in chunks(handle):
            if position < resume.offset:
                part = chunk[: resume.offset - position]
                head = (head + part)[: limits.HEAD_BYTES] if len(head) < limits.HEAD_BYTES else head
                last = (last + part)[-limits.TAIL_BYTES :]
            position += len(chunk)
            if position > resume.offset:
                rest = (rest + chunk[-(position - resume.offset) :])[:2]
                if len(rest) == 2:
                    break
    except FileRefusedError:
        return False
    same = position >= resume.offset and (fingerprint(head), fingerprint(last)) == (resume.head, resume.tail)
    return same and (not resume.is_open or _is_line_end(rest))


def _is_line_end(following: bytes) -> bool:
    return following[:1] in (b"", b"\n") or following[:2] == b"\r\n" or following == b"\r"
