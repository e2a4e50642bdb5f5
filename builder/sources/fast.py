"""The fast door for the one shape that comes by the million: a plain event 100 on one line.

It reads only what it understands without doubt and answers None for everything else, which then goes through the
strict path. What it does read, it reads exactly as the strict path does; a property test holds the two together.

The C decoder accepts a repeated key, a null and a negative zero. Writing the decoded values again tells: the encoder's
form is the shortest there is, so equal lengths mean that the line held each known key once, in that form and no other.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from builder import media
from builder.model import Filled, Notice, StreamKey, Told
from builder.sources import limits
from builder.sources.callback import EMPTY, NO_EXTENSION, extension_of
from builder.sources.fields import FORMATS, SPREADSHEET
from builder.sources.verify import signed


class _Callback(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    event_type: int | None = None
    t: int | None = None
    sign: str | None = None
    stream_id: str | None = None
    channel_id: str | None = None
    appid: int | None = None
    app: str | None = None
    appname: str | None = None
    video_id: str | None = None
    vod2Flag: int | None = None  # noqa: N815  # the vendor's spelling
    file_id: str | None = None
    record_file_id: str | None = None
    file_format: str | None = None
    start_time: int | None = None
    end_time: int | None = None
    start_time_usec: int | None = None
    end_time_usec: int | None = None
    duration: int | None = None
    file_size: int | None = None
    video_url: str | None = None
    stream_param: str | None = None
    task_id: str | None = None
    media_start_time: int | None = None
    record_bps: int | None = None
    callback_ext: str | None = None
    record_temp_id: str | None = None


_DECODE = msgspec.json.Decoder(_Callback).decode
_ENCODE = msgspec.json.Encoder().encode
_FIELDS = msgspec.structs.astuple
_COUNT = len(_Callback.__struct_fields__)
_URL = re.compile(r"https?://([a-z0-9.-]+)(/[A-Za-z0-9_./~=,+-]*\.([a-z0-9]+))", re.ASCII)
_NEGATIVE_ZERO = re.compile(rb"[:\s]-0")
_FIRST, _LAST = limits.FIRST_SECOND, limits.LAST_SECOND


def notice_of(line: bytes, keys: tuple[bytes, ...]) -> Notice | None:
    """Read one line, or answer None: not a plain notification, the strict path decides."""
    if len(line) > limits.RECORD_BYTES:
        return None
    try:
        callback = _DECODE(line)
    except (ValueError, RecursionError):
        return None
    values = _FIELDS(callback)
    if len(_ENCODE(callback)) != len(line) and not _is_spaced_plainly(line, _COUNT - values.count(None)):
        return None
    (
        event_type, t, sign, stream_id, _, appid, app, appname, vid, vod2, file_id, record_file_id, file_format,
        start, end, start_usec, end_usec, duration, size, video_url, _, task_id, pts, bps, ext, _,
    ) = values  # fmt: skip
    if (
        event_type != 100
        or stream_id is None
        or file_id is None
        or (record_file_id is not None and record_file_id != file_id)
        or file_format is None
        or video_url is None
        or start is None
        or end is None
        or not _FIRST <= start < _LAST
        or not _FIRST <= end < _LAST
        or (t is not None and not 10**9 <= t < 10**10)
        or (sign is not None and "*" in sign)
    ):
        return None
    app, appname, task_id, vid, ext = app or "", appname or "", task_id or "", vid or "", ext or ""
    texts = f"{stream_id}{app}{appname}{task_id}{vid}{file_id}"
    if not texts.isprintable() or len(texts) > limits.TEXT_CHARACTERS:  # " " is the only printable blank
        return None
    stream_id, file_id = stream_id.strip(" "), file_id.strip(" ")
    if not stream_id or not file_id or (not file_id.isdigit() and SPREADSHEET.fullmatch(file_id)):
        return None
    duration, size_told, start_usec, end_usec = duration or 0, size or 0, start_usec or 0, end_usec or 0
    if not (
        0 <= duration <= limits.DURATION_SECONDS
        and 0 <= size_told <= limits.SIZE_BYTES
        and 0 <= start_usec < 1_000_000
        and 0 <= end_usec < 1_000_000
        and 0 <= (bps or 0) < 2**31
        and 0 <= (appid or 0) < 2**63
        and 0 <= (pts or 0) < 10**limits.INTEGER_DIGITS
        and 0 <= (vod2 or 0) < 10**limits.INTEGER_DIGITS
    ):
        return None
    match = _URL.fullmatch(video_url)
    form = FORMATS.get(file_format) or FORMATS.get(file_format.strip(" ").lower())
    if match is None or form is None or media.SUFFIX_FORMATS.get(match[3]) != form or "/." in match[2]:
        return None
    if len(video_url) > media.URL_CHARACTERS or not _is_host(match[1]):
        return None
    extension = extension_of(ext) if ext else NO_EXTENSION
    if extension.flagged:
        return None
    task_id, vid, session_id = task_id.strip(" "), vid.strip(" "), extension.session_id
    return Notice(
        file_id=file_id,
        appid="" if appid is None else str(appid),
        told=Told(
            stream=_stream(stream_id, app.strip(" "), appname.strip(" ")),
            format=form,
            end_ms=end * 1000 + end_usec // 1000,
            start_ms=start * 1000 + start_usec // 1000,
            duration_ms=duration * 1000 if duration else None,
            size_bytes=size,
            url=video_url,
            bps=bps or 0,
            resolution=extension.resolution,
            codec=extension.codec,
        ),
        filled=Filled(task_id=task_id, session_id=session_id, vid=vid) if task_id or session_id or vid else EMPTY,
        t=t,
        signed=signed(keys, t, sign) if keys else "",
    )


def _is_spaced_plainly(line: bytes, keys_told: int) -> bool:
    """Say whether a line with blanks between its tokens holds each known key once, and no escape but `\\"`."""
    keys_found = line.count(b'":')
    escapes = line.count(b"\\")
    if escapes:
        if escapes != line.count(b'\\"'):
            return False
        keys_found -= line.count(b'\\":')
    return keys_found == keys_told and not (b"-0" in line and _NEGATIVE_ZERO.search(line))


@lru_cache(maxsize=4096)
def _stream(stream_id: str, app: str, appname: str) -> StreamKey:
    return StreamKey(stream_id, app, appname)


@lru_cache(maxsize=1024)
def _is_host(host: str) -> bool:
    try:
        media.check_host(host)
    except media.MediaUrlError:
        return False
    return True
