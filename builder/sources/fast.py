"""The fast door for the one shape that comes by the million: a plain event 100 on one line.

It reads only what it understands without doubt and answers None for everything else, which then goes through the
strict path. What it does read, it reads exactly as the strict path does; a property test holds the two together.

The C decoder accepts a repeated key, a null and a negative zero. Writing the decoded values again tells: the encoder's
form is the shortest there is, so equal lengths mean that the line held each known key once, in that form and no other.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from builder import media
from builder.model import Filled, Format, Notice, StreamKey, Told
from builder.sources import limits
from builder.sources.callback import EMPTY, NO_EXTENSION, extension_of
from builder.sources.fields import FORMATS, SPREADSHEET
from builder.sources.verify import has_sign, signed

_Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_Instant = Annotated[int, Meta(ge=limits.FIRST_SECOND, lt=limits.LAST_SECOND)]
_Fraction = Annotated[int, Meta(ge=0, lt=1_000_000)]


class _Callback(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    event_type: Literal[100]
    stream_id: str
    file_id: str
    file_format: str
    start_time: _Instant
    end_time: _Instant
    video_url: str
    t: Annotated[int, Meta(ge=10**9, lt=10**10)] | None = None
    sign: str | None = None
    channel_id: str | None = None
    appid: _Number | None = None
    app: str | None = None
    appname: str | None = None
    video_id: str | None = None
    vod2Flag: _Number | None = None  # noqa: N815  # the vendor's spelling
    record_file_id: str | None = None
    start_time_usec: _Fraction | None = None
    end_time_usec: _Fraction | None = None
    duration: Annotated[int, Meta(ge=0, le=limits.DURATION_SECONDS)] | None = None
    file_size: _Number | None = None
    stream_param: str | None = None
    task_id: str | None = None
    media_start_time: _Number | None = None
    record_bps: Annotated[int, Meta(ge=0, lt=2**31)] | None = None
    callback_ext: str | None = None
    record_temp_id: str | None = None


_DECODER = msgspec.json.Decoder(_Callback)
_DECODE = _DECODER.decode
_DECODE_LINES = _DECODER.decode_lines
_ENCODER = msgspec.json.Encoder()
_ENCODE = _ENCODER.encode
_ENCODE_LINES = _ENCODER.encode_lines
_FIELDS = msgspec.structs.astuple
_COUNT = len(_Callback.__struct_fields__)
_URL = re.compile(r"https?://([a-z0-9.-]+)(/[A-Za-z0-9_./~=,+-]*\.([a-z0-9]+))", re.ASCII)
_NEGATIVE_ZERO = re.compile(rb"[:\s]-0")


def notices_of(lines: list[bytes], keys: tuple[bytes, ...]) -> list[Notice] | None:
    """Read many lines, or answer None when any of them is not a plain notification.

    Decoding and encoding all of them in one call each takes half the time. No line's values are longer in the
    encoder's form than in the line, so equal lengths of all mean equal lengths of each. No field holds an object, so
    lines that begin and end with a brace hold whole objects, as many as lines if each holds one.
    """
    for line in lines:
        if line[:1] != b"{" or line[-1:] != b"}" or len(line) > limits.RECORD_BYTES:
            return None
    text = b"\n".join(lines)
    try:
        callbacks = _DECODE_LINES(text)
    except (ValueError, RecursionError):
        return None
    if len(callbacks) != len(lines) or len(_ENCODE_LINES(callbacks)) != len(text) + 1:
        return None
    found = []
    for callback in callbacks:
        notice = _notice_of(_FIELDS(callback), keys)
        if notice is None:
            return None
        found.append(notice)
    return found


def notice_of(line: bytes, keys: tuple[bytes, ...]) -> Notice | None:
    """Read one line, or answer None: not a plain notification, the strict path decides."""
    values = _values_of(line)
    return None if values is None else _notice_of(values, keys)


def _notice_of(values: tuple[Any, ...], keys: tuple[bytes, ...]) -> Notice | None:
    (
        _, stream_id, file_id, file_format, start, end, url, t, sign, _, appid, app, appname, _, _, same_id,
        start_usec, end_usec, duration, size, _, task_id, _, bps, ext, _,
    ) = values  # fmt: skip
    stream = _stream(stream_id, app or "", appname or "")
    file_id, task_id = file_id.strip(" "), task_id or ""
    texts = f"{task_id}{file_id}"
    if (
        stream is None
        or not file_id
        or (same_id is not None and same_id != values[2])
        or not texts.isprintable()  # " " is the only printable blank
        or len(texts) > limits.TEXT_CHARACTERS
        or (not file_id.isdigit() and SPREADSHEET.fullmatch(file_id))
        or (sign and "*" in sign)
    ):
        return None
    form = _format_of(url, file_format)
    if form is None:
        return None
    extension = extension_of(ext) if ext else NO_EXTENSION
    if extension.flagged:
        return None
    session_id = extension.session_id
    told = Told(
        stream,
        form,
        end * 1000 + end_usec // 1000 if end_usec else end * 1000,
        start * 1000 + start_usec // 1000 if start_usec else start * 1000,
        duration * 1000 if duration else None,
        size,
        url,
        bps or 0,
        extension.resolution,
        extension.codec,
    )
    filled = EMPTY
    if task_id or session_id:
        filled = Filled(task_id=task_id.strip(" "), session_id=session_id)
    return Notice(
        file_id,
        "" if appid is None else str(appid),
        told,
        filled,
        t=t,
        signed=signed(keys, t, sign) if keys else "",
        has_sign=has_sign(t, sign),
    )


def _values_of(line: bytes) -> tuple[Any, ...] | None:
    """Return the fields of a line that holds each known key once and nothing else."""
    if len(line) > limits.RECORD_BYTES:
        return None
    try:
        callback = _DECODE(line)
    except (ValueError, RecursionError):
        return None
    values = _FIELDS(callback)
    if len(_ENCODE(callback)) != len(line) and not _is_spaced_plainly(line, values):
        return None
    return values


def _format_of(url: str, file_format: str) -> Format | None:
    """Return the format when the address is plainly good and its suffix says the same."""
    match = _URL.fullmatch(url)
    if match is None or "/." in url or len(url) > media.URL_CHARACTERS:
        return None
    return _kind(*match.group(1, 3), file_format)


@lru_cache(maxsize=4096)
def _kind(host: str, suffix: str, file_format: str) -> Format | None:
    form = FORMATS.get(file_format) or FORMATS.get(file_format.strip(" ").lower())
    return form if media.SUFFIX_FORMATS.get(suffix) == form and _is_host(host) else None


def _is_spaced_plainly(line: bytes, values: tuple[Any, ...]) -> bool:
    """Say whether a line with blanks between its tokens holds each known key once, and escapes but quotes.

    Every text has two quotes that are not escaped; more of them are a key told twice, or one that tells nothing.
    """
    escapes = line.count(b"\\")
    if escapes and escapes != line.count(b'\\"'):
        return False
    texts = _COUNT - values.count(None) + len([value for value in values if type(value) is str])
    return line.count(b'"') - escapes == 2 * texts and not (b"-0" in line and _NEGATIVE_ZERO.search(line))


@lru_cache(maxsize=4096)
def _stream(stream_id: str, app: str, appname: str) -> StreamKey | None:
    """Return the stream that these texts name, or None when they need a closer look."""
    texts = f"{stream_id}{app}{appname}"
    if not stream_id.strip(" ") or not texts.isprintable() or len(texts) > limits.TEXT_CHARACTERS:
        return None
    return StreamKey(stream_id.strip(" "), app.strip(" "), appname.strip(" "))


def _is_host(host: str) -> bool:
    try:
        media.check_host(host)
    except media.MediaUrlError:
        return False
    return True
