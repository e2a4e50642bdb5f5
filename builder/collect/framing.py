"""The body of a request: by length or by chunks, within the limits. Pure; bytes are taken off a buffer as they come.

Chunks are read strictly: a plain hexadecimal size, no extensions, no trailers. Nothing is ever inflated.
"""

from __future__ import annotations

import re

from builder.collect.answers import Refusal
from builder.collect.head import Head
from builder.collect.limits import Limits

CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")
CHUNK_LINE_BYTES = 8


class LengthBody:
    """A body whose length was told before it came."""

    def __init__(self, length: int, limits: Limits) -> None:
        if length > limits.body_bytes:
            raise Refusal(413, "body_bytes")
        self._missing = length
        self.content = bytearray()

    def feed(self, buffer: bytearray) -> bool:
        """Take what belongs to the body off `buffer`; True when the body is whole."""
        taken = buffer[: self._missing]
        del buffer[: len(taken)]
        self.content += taken
        self._missing -= len(taken)
        return self._missing == 0


class ChunkedBody:
    """A body in chunks; refused at the first size line that would pass the limit, before its bytes are read."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._chunks = 0
        self._missing = 0  # of the present chunk
        self._expects = "size"  # size → data → end → size … → last
        self.content = bytearray()

    def feed(self, buffer: bytearray) -> bool:
        """Take what belongs to the body off `buffer`; True when the body is whole."""
        while True:
            if self._expects == "size":
                if not self._take_size(buffer):
                    return False
            elif self._expects == "data":
                taken = buffer[: self._missing]
                del buffer[: len(taken)]
                self.content += taken
                self._missing -= len(taken)
                if self._missing:
                    return False
                self._expects = "end"
            else:
                if not _take_line_end(buffer):
                    return False
                if self._expects == "last":
                    return True
                self._expects = "size"

    def _take_size(self, buffer: bytearray) -> bool:
        end = buffer.find(b"\r\n", 0, CHUNK_LINE_BYTES + 2)
        if end < 0:
            if not re.fullmatch(rb"[0-9A-Fa-f]{0,8}\r?", buffer[: CHUNK_LINE_BYTES + 2]):
                raise Refusal(400, "chunk")
            return False
        if not CHUNK_SIZE.fullmatch(buffer, 0, end):
            raise Refusal(400, "chunk")
        self._missing = int(bytes(buffer[:end]), 16)
        del buffer[: end + 2]
        self._chunks += 1
        if len(self.content) + self._missing > self._limits.body_bytes or self._chunks > self._limits.chunks:
            raise Refusal(413, "body_bytes")
        self._expects = "data" if self._missing else "last"
        return True


def _take_line_end(buffer: bytearray) -> bool:
    if not b"\r\n".startswith(bytes(buffer[:2])):
        raise Refusal(400, "chunk")
    if len(buffer) < 2:
        return False
    del buffer[:2]
    return True


def body_of(head: Head, limits: Limits) -> LengthBody | ChunkedBody:
    """Return the reader of the body that `head` announces; a POST without any length is refused."""
    if head.chunked:
        return ChunkedBody(limits)
    if head.length is None and head.method in {"POST", "PUT", "PATCH"}:
        raise Refusal(411, "no_length")
    return LengthBody(head.length or 0, limits)
