"""The recording notification (event 100) of every generation: one flat object, one finished file.

There is no version field; what is absent is simply not told. `start_time` is when the recorder began writing, not
where the content begins, and may lie after the end (the most copied sample): it is passed on as told, never swapped.
`stream_param` and `callback_ext` are not kept: the first holds push secrets, of the second three facts are taken.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec

from builder.model import Filled, Notice, Told
from builder.sources.fields import Fields, RefusedError
from builder.sources.verify import has_sign, is_signed_time, signed

_RESOLUTION = re.compile(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}", re.ASCII)
_CODEC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}", re.ASCII)
_SESSION = re.compile(r"[!-~]{1,128}", re.ASCII)
_MASKED = re.compile(r"[0-9a-f]*\*[0-9a-f*]*", re.ASCII)
EMPTY = Filled()


class Extension(msgspec.Struct, frozen=True):
    """What we take of `callback_ext`. The vendor asks not to depend on it: nothing of it is ever an error."""

    codec: str = ""
    resolution: str = ""
    session_id: str = ""
    flagged: bool = False


class _Ext(msgspec.Struct):
    video_codec: Any = ""
    resolution: Any = ""
    session_id: Any = ""


NO_EXTENSION = Extension()
_EXT_DECODER = msgspec.json.Decoder(_Ext)


def notice_of(fields: Fields, keys: tuple[bytes, ...]) -> Notice:
    """Read a notification whose `event_type` is 100, or raise `RefusedError`."""
    values = fields.values
    t = signature_time(fields)
    url = fields.url("video_url", required=True)
    file_id = fields.ident("file_id", required="file_id" in values) or fields.ident("record_file_id")
    if not file_id:
        raise RefusedError("missing_field", "`file_id` is missing", "file_id")
    if fields.has("record_file_id") and values["record_file_id"] != values.get("file_id", values["record_file_id"]):
        fields.flags.add("record_file_id_differs")
    start_ms = fields.instant("start_time", required=True)
    end_ms = fields.instant("end_time", required=True)
    assert start_ms is not None and end_ms is not None  # noqa: PT018  # required
    extension = _extension(fields)
    told = Told(
        stream=fields.stream(),
        format=fields.format("file_format", url, required=True),
        start_ms=start_ms + fields.microseconds("start_time_usec"),
        end_ms=end_ms + fields.microseconds("end_time_usec"),
        duration_ms=fields.duration_ms("duration"),
        size_bytes=fields.size("file_size"),
        url=url,
        bps=_bps(fields),
        resolution=extension.resolution,
        codec=extension.codec,
    )
    filled = Filled(task_id=fields.label("task_id"), session_id=extension.session_id)
    return Notice(
        file_id=file_id,
        appid=fields.appid(),
        told=told,
        filled=EMPTY if filled == EMPTY else filled,
        t=t,
        signed=signed(keys, t, values.get("sign")),
        flags=fields.flag_tuple(),
        has_sign=has_sign(t, values.get("sign")),
    )


def signature_time(fields: Fields) -> int | None:
    """Return `t`, which is a plain integer or absent: as a merge ranks by it, nothing else may pass for it."""
    t, sign = fields.values.get("t"), fields.values.get("sign")
    if t is not None and not is_signed_time(t):
        raise RefusedError("bad_field", "`t` expected an integer of ten digits", "t")
    if sign is not None and type(sign) is not str:
        raise RefusedError("bad_field", "`sign` expected text", "sign")
    if sign and _MASKED.fullmatch(sign):
        fields.flags.add("masked_sign")
    return t


@lru_cache(maxsize=4096)
def extension_of(text: str) -> Extension:
    """Read `callback_ext`; what does not fit its grammar is dropped and flagged."""
    if not text.strip():
        return NO_EXTENSION
    try:
        found = _EXT_DECODER.decode(text)
    except (ValueError, RecursionError):
        return Extension(flagged=True)
    session = str(found.session_id) if type(found.session_id) is int else found.session_id
    parts = ((found.video_codec, _CODEC), (found.resolution, _RESOLUTION), (session, _SESSION))
    kept = [value if type(value) is str and shape.fullmatch(value) else "" for value, shape in parts]
    flagged = any(value not in ("", None) and not good for (value, _), good in zip(parts, kept, strict=True))
    return Extension(codec=kept[0], resolution=kept[1], session_id=kept[2], flagged=flagged)


def _extension(fields: Fields) -> Extension:
    text = fields.values.get("callback_ext")
    if text is None:
        return NO_EXTENSION
    extension = extension_of(text) if type(text) is str else Extension(flagged=True)
    if extension.flagged:
        fields.flags.add("bad_callback_ext")
    return extension


def _bps(fields: Fields) -> int:
    value = fields.values.get("record_bps")
    if type(value) is int and not 0 <= value < 2**31:
        fields.flags.add("bad_bps")
        return 0
    return fields.integer("record_bps", 0, 2**31 - 1) or 0
