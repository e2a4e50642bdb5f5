"""One line of the receiver's log, as it is written; `sources/receiver.py` reads it and owns the checksum.

    {"received_ms":1757065592123,"verdict":"fresh","crc":"1a2b3c4d","body":"{…}"}     and perhaps "redacted":true

The keys stand in this order. `body` is the text as received; `crc` is the CRC-32 of time, verdict and body, so that a
torn or damaged line is known for what it is. A line ends with one line feed and holds no other.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from builder.model import Value
from builder.sources.receiver import LOG_LINE_START, checksum

StoredVerdict = Literal["fresh", "late", "unsigned"]


class StoredLine(Value, frozen=True):
    """What a line says."""

    received_ms: int
    verdict: str
    crc: str
    body: str
    redacted: bool = False

    @property
    def is_whole(self) -> bool:
        return self.crc == checksum(self.received_ms, self.verdict, self.body)


_DECODER = msgspec.json.Decoder(StoredLine)
_ANY = msgspec.json.Decoder(dict[str, msgspec.Raw])


def encode(received_ms: int, verdict: StoredVerdict, body: str, *, redacted: bool = False) -> bytes:
    """Return the line, with its line feed."""
    crc = checksum(received_ms, verdict, body)
    mark = b',"redacted":true' if redacted else b""
    head = f'{received_ms},"verdict":"{verdict}","crc":"{crc}","body":'.encode()
    return LOG_LINE_START + head + msgspec.json.encode(body) + mark + b"}\n"


def decode(line: bytes) -> StoredLine | None:
    """Return what a line of ours says, or None when it is none or its checksum is wrong."""
    try:
        stored = _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return stored if stored.is_whole else None


def is_whole(line: bytes) -> bool:
    """Say whether a line was written to its end: ours with the right checksum, or any other JSON object."""
    try:
        keys = _ANY.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return "crc" not in keys or decode(line) is not None
