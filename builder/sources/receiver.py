r"""Lines of our own receiver's log: when, with which verdict, a checksum, and the body as it came.

{"received_ms":1757065592123,"verdict":"fresh","crc":"1a2b3c4d","body":"{\"event_type\":100,…}"}
"""

from __future__ import annotations

import zlib

import msgspec

from builder.model import Item, Notice, Verdict
from builder.sources import limits
from builder.sources.fields import RefusedError

LOG_LINE_START = b'{"received_ms":'
_VERDICTS: dict[str, Verdict] = {"fresh": "fresh", "late": "late", "unsigned": "batch"}


class LogLine(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The frame of a logged body."""

    received_ms: int
    verdict: str
    crc: str
    body: str
    redacted: bool = False


_DECODE = msgspec.json.Decoder(LogLine).decode


def is_log_line(raw: bytes) -> bool:
    return raw.startswith(LOG_LINE_START)


def open_line(raw: bytes) -> LogLine:
    """Return the line's parts after the checksum has been found right."""
    if len(raw) > limits.LOG_LINE_BYTES:
        raise RefusedError(
            "record_too_long", f"a line of the receiver's log may have {limits.LOG_LINE_BYTES} bytes, found {len(raw)}"
        )
    try:
        line = _DECODE(raw)
        want = checksum(line.received_ms, line.verdict, line.body)
    except (ValueError, RecursionError) as error:
        raise RefusedError("bad_json", "expected a whole line of the receiver's log") from error
    if line.crc != want:
        raise RefusedError("checksum", "the checksum differs: the line was damaged or changed", "crc")
    if line.verdict not in _VERDICTS:
        raise RefusedError("bad_field", "`verdict` expected fresh, late or unsigned", "verdict")
    return line


def checksum(received_ms: int, verdict: str, body: str) -> str:
    """Return the CRC-32 that a log line carries, as 8 hex digits."""
    return f"{zlib.crc32(f'{received_ms} {verdict} {body}'.encode()):08x}"


def with_verdict(item: Item, line: LogLine) -> Item:
    """Give a notice the rank that its arrival earned."""
    verdict = _VERDICTS[line.verdict]
    if verdict == "batch" or not isinstance(item, Notice):
        return item
    return msgspec.structs.replace(item, verdict=verdict)
