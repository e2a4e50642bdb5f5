"""Files as the older list APIs tell them: Live_Tape_GetFilelist, and the 2017 pair GetVodRecordFiles, DescribeRecord.

Every scalar of a file list is text (a re-export may have made numbers of them) and every written time in it is China
Standard Time. The documented form names no stream, because the question did: such a file merges with what else is told
of it, and else stands alone, flagged `no_stream`. In the 2017 pair `startTime` and `endTime` are seconds inside the
slice; the wall clock stands only in the file's name.
"""

from __future__ import annotations

import re
from typing import Any

from builder.model import Filled, Ignored, Item, Notice, Precision, StreamKey, Told
from builder.sources import limits, times
from builder.sources.fields import Fields, RefusedError

KEY_FRAME_MS = 10_000  # files begin and end at key frames: their times are only approximate (DOMAIN 3.1)
MINUTE_MS = 60_000  # the wall clock in a slice's name has no seconds
_VID = re.compile(r"([0-9]+)_[0-9A-Za-z]+", re.ASCII)
_SLICE_NAME = re.compile(r"(?:直播\s*-\s*)?(.+?)-([0-9]{8})-([0-9]{4})-([0-9]{8})-([0-9]{4})", re.ASCII)


def is_file(values: dict[str, Any]) -> bool:
    """Say whether the object is an element of `file_list`."""
    return "record_file_url" in values or ("vid" in values and "start_time" in values)


def notice_of(values: dict[str, Any]) -> Item:
    """Read an element of `file_list`."""
    fields = Fields(values)
    if fields.label("err_code") not in ("", "0"):
        return Ignored("file list entry of a failed recording")
    url = fields.url("record_file_url") if fields.text("record_file_url") else _url_of_vid(fields)
    start_ms, end_ms = _instant(fields, "start_time"), _instant(fields, "end_time")
    if end_ms is None:
        raise RefusedError("missing_field", "`end_time` is missing", "end_time")
    told = Told(
        stream=_stream(fields),
        format=fields.format("file_format", url),
        start_ms=start_ms,
        end_ms=end_ms,
        size_bytes=fields.size("file_size"),
        url=url,
    )
    filled = Filled(
        expires_ms=times.expiry_ms(fields.text("expire_time"), "expire_time", times.CHINA),
        task_id=fields.label("task_id"),
    )
    return Notice(
        file_id=fields.ident("file_id") or fields.ident("record_file_id"),
        appid=fields.appid(),
        told=told,
        filled=filled,
        stated_ms=_instant(fields, "create_time") or 0,
        precision=Precision(times_ms=KEY_FRAME_MS),
        flags=tuple(sorted(fields.flags - {"coerced"})),  # all its numbers are text: nothing unusual
    )


def _stream(fields: Fields) -> StreamKey:
    stream_id = fields.text("stream_id") or fields.text("channel_id")
    if not stream_id:
        fields.flags.add("no_stream")
    return StreamKey(stream_id, fields.text("app"), fields.text("appname"))


def _instant(fields: Fields, name: str) -> int | None:
    """Read a written time, or unix seconds or milliseconds."""
    if fields.label(name).isdecimal():
        return fields.instant(name)
    return times.optional_ms(fields.text(name), name, times.CHINA)


def is_slice(values: dict[str, Any]) -> bool:
    """Say whether the object is an element of `filesInfo` or `fileSet`."""
    return "fileId" in values and "fileName" in values


def slice_of(values: dict[str, Any]) -> Item:
    """Read an element of `filesInfo` or `fileSet`. It has no address: the file is known, but cannot be played."""
    fields = Fields(values)
    name = fields.text("fileName", required=True, limit=limits.TITLE_CHARACTERS)
    match = _SLICE_NAME.fullmatch(name)
    if match is None:
        raise RefusedError(
            "no_time", "`fileName` expected a name that ends in `-20160120-0958-20160120-1010`", "fileName"
        )
    stream_id, start_day, start_minute, end_day, end_minute = match.groups()
    first, last = (fields.integer(key, 0, limits.DURATION_SECONDS) for key in ("startTime", "endTime"))
    fields.flags.discard("coerced")
    fields.flags.add("no_address")
    told = Told(
        stream=StreamKey(stream_id.strip()),
        format="other",
        start_ms=_minute(start_day, start_minute),
        end_ms=_minute(end_day, end_minute),
        duration_ms=(last - first) * 1000 if first is not None and last is not None and last > first else None,
    )
    return Notice(
        file_id=fields.ident("fileId", required=True),
        told=told,
        filled=Filled(task_id=fields.label("taskId")),
        flags=fields.flag_tuple(),
        precision=Precision(times_ms=MINUTE_MS + KEY_FRAME_MS, length_ms=KEY_FRAME_MS),
    )


def _minute(day: str, minute: str) -> int:
    text = f"{day[:4]}-{day[4:6]}-{day[6:]} {minute[:2]}:{minute[2:]}"
    return times.instant_ms(text, "fileName", times.CHINA)


def _url_of_vid(fields: Fields) -> str:
    vid = fields.text("vid")
    match = _VID.fullmatch(vid)
    if match is None:
        raise RefusedError("missing_field", "`record_file_url` and `vid` are missing", "record_file_url")
    return f"http://{match[1]}.vod.myqcloud.com/{vid}.f0.flv"
