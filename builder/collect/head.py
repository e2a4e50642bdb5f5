"""The head of a request: bytes → a checked `Head`, or a refusal. Pure; it sees no socket.

Stricter than a general server: whatever two parsers could read differently (line feeds without carriage return, folded
lines, two lengths, a list of lengths, a coding other than `chunked`) is refused, because a proxy stands in front of us
and a difference between it and us is how requests are smuggled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from builder.collect.answers import Refusal
from builder.collect.limits import KNOWN_HEAD_BYTES, KNOWN_HEADS, Limits
from builder.model import Value

REQUEST_LINE = re.compile(rb"([A-Z][A-Z_-]{0,31}) (/[\x21-\x7e]*) HTTP/1\.([01])")
FIELD_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
FIELD_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
HOST = re.compile(rb"[0-9A-Za-z.\-_~%!$&'()*+,;=:\[\]]*")
LONE_LINE_FEED = re.compile(rb"(?<!\r)\n")
LENGTH = re.compile(rb"[0-9]{1,20}")
LOOKED_AT = frozenset(
    {b"host", b"content-length", b"transfer-encoding", b"connection", b"expect", b"content-encoding"}
)  # what is looked at; of everything else only the form matters


class Head(Value, frozen=True):
    """A request line and its fields, names in lower case, with what they say about the body and the connection."""

    method: str
    target: bytes
    version: str  # "1.0" | "1.1"
    headers: list[tuple[bytes, bytes]]
    length: int | None  # None: no length was told
    chunked: bool
    keep_alive: bool
    expects_continue: bool
    is_coded: bool  # the body is packed


def take_head(buffer: bytearray, limits: Limits, known: dict[bytes, Head]) -> Head | None:
    """Take a whole head off the front of `buffer`, or return None when more bytes are needed; raise `Refusal`.

    What is refused stays there, but for blank lines before it.
    `known` remembers some short heads that were read before: a sender's heads are alike but for a length or two.
    """
    while buffer.startswith(b"\r\n"):  # an empty line before a request is to be ignored (RFC 9112, 2.2)
        del buffer[:2]
    if not buffer or buffer == b"\r":  # perhaps half of one more
        return None
    end = buffer.find(b"\r\n\r\n", 0, limits.head_bytes + 4)
    content = bytes(buffer[: max(end, 0)])
    if content in known:
        del buffer[: end + 4]
        return known[content]
    _check_start(buffer, limits)
    if LONE_LINE_FEED.search(buffer, 0, end if end >= 0 else limits.head_bytes):
        raise Refusal(400, "line_feed")
    if buffer.count(b"\r\n", 0, end if end >= 0 else limits.head_bytes) > limits.head_lines:
        raise Refusal(431, "head_lines")
    if end < 0:
        if len(buffer) > limits.head_bytes:
            raise Refusal(431, "head_bytes")
        return None
    head = _read(content.split(b"\r\n"))
    del buffer[: end + 4]
    if len(content) <= KNOWN_HEAD_BYTES:
        if len(known) >= KNOWN_HEADS:
            known.clear()
        known[content] = head
    return head


def _check_start(buffer: bytearray, limits: Limits) -> None:
    """Refuse what can never become a request line at once, rather than after the time limit."""
    if not 65 <= buffer[0] <= 90:
        raise Refusal(400, "not_http")
    end = buffer.find(b"\r\n", 0, limits.request_line_bytes + 2)
    if end < 0:
        if len(buffer) > limits.request_line_bytes + 1:
            raise Refusal(414, "request_line")
    elif not REQUEST_LINE.fullmatch(buffer, 0, end):
        raise Refusal(400, "not_http")


def _read(lines: list[bytes]) -> Head:
    start = REQUEST_LINE.fullmatch(lines[0])
    assert start is not None, "checked by _check_start"
    headers: list[tuple[bytes, bytes]] = []
    told: dict[bytes, list[bytes]] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")  # one pattern for all of it would try every split of the blanks
        if not colon or not FIELD_NAME.fullmatch(name) or not FIELD_VALUE.fullmatch(value):
            raise Refusal(400, "field")
        name, value = name.lower(), value.strip(b" \t")
        headers.append((name, value))
        if name in LOOKED_AT:
            told.setdefault(name, []).append(value)
    version = "1.1" if start[3] == b"1" else "1.0"
    hosts = told.get(b"host", [])
    if len(hosts) > 1 or (not hosts and version == "1.1") or not all(map(HOST.fullmatch, hosts)):
        raise Refusal(400, "host")
    length, chunked = _framing(told, version)
    return Head(
        method=start[1].decode(),
        target=start[2],
        version=version,
        headers=headers,
        length=length,
        chunked=chunked,
        keep_alive=version == "1.1" and b"close" not in _options(told),
        expects_continue=_expects_continue(told, version),
        is_coded=any(value.lower() != b"identity" for value in told.get(b"content-encoding", ())),
    )


def _framing(told: Mapping[bytes, list[bytes]], version: str) -> tuple[int | None, bool]:
    """Return (length, chunked); more than one statement about the length is refused, even when they agree."""
    lengths = told.get(b"content-length", [])
    codings = told.get(b"transfer-encoding", [])
    if len(lengths) + len(codings) > 1:
        raise Refusal(400, "two_lengths")
    if codings:
        if version == "1.0" or codings[0].lower() != b"chunked":
            raise Refusal(400, "transfer_coding")
        return None, True
    if lengths:
        if not LENGTH.fullmatch(lengths[0]):
            raise Refusal(400, "length")
        return int(lengths[0]), False
    return None, False


def _options(told: Mapping[bytes, list[bytes]]) -> set[bytes]:
    """Return what `Connection` lists."""
    return {option.strip().lower() for value in told.get(b"connection", ()) for option in value.split(b",")}


def _expects_continue(told: Mapping[bytes, list[bytes]], version: str) -> bool:
    expected = told.get(b"expect", ())
    if any(value.lower() != b"100-continue" for value in expected):
        raise Refusal(417, "expect")
    return bool(expected) and version == "1.1"
