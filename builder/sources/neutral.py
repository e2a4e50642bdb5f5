"""The neutral row, for anyone else's recorder: `stream, id, format, start, end, duration, size, url, title, app`.

It comes as JSON objects, YAML or CSV. Times are unix seconds or milliseconds, or written with their zone (without one:
UTC); lengths are seconds (fractions allowed) or `h:mm:ss`; sizes are bytes or such as `1.2 MB`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC
from typing import Any

from builder.model import Filled, Item, Notice, Precision, StreamKey, Told
from builder.sources import limits, mediainfo, times
from builder.sources.fields import BLANKS, Fields, RefusedError

COLUMNS = ("stream", "id", "format", "start", "end", "duration", "size", "url", "title", "app")
MEANT = {  # what people call them, blanks and underscores left out
    "start": "begin begins starttime begintime startedat from 开始 开始时间",
    "end": "stop finish endtime endedat until 结束 结束时间",
    "duration": "length seconds 时长",
    "url": "link address videourl fileurl playurl 地址 链接",
    "stream": "channel streamid streamname room 流 流名称",
    "title": "name caption 标题 名称",
    "size": "filesize bytes 大小",
    "id": "fileid recordid 文件id",
}
LETTERS_ALIKE = 0.82  # a slip of the pen; `state` is a word of its own and no `start` (0.8)
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_SIZE = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,6}))?\s*([KMGT]?)(?:i?B|BYTES?)?", re.ASCII | re.IGNORECASE)
_CLOCK = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-9]{2})(?:\.([0-9]{1,6}))?", re.ASCII)
_SECONDS = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?\s*(?:s|sec|seconds|秒)?", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)


def meant_by(name: str, told: Collection[str]) -> str:
    """Return the column that a name which is none was probably meant for; "" when that is told, or there is none."""
    import difflib  # here: only mistakes need it

    missing = [column for column in COLUMNS if column not in told]
    known = next((column for column in missing if name in MEANT.get(column, "").split()), "")
    close = difflib.get_close_matches(name, missing, n=1, cutoff=LETTERS_ALIKE)
    return known or next(iter(close), "") or next((column for column in missing if _is_swapped(name, column)), "")


def _is_swapped(name: str, column: str) -> bool:
    """Say whether two neighbouring letters changed places: one slip, which a comparison of letters takes for two."""
    return len(name) == len(column) > 2 and any(
        name[:at] + name[at : at + 2][::-1] + name[at + 2 :] == column for at in range(len(name) - 1)
    )


def is_row(values: dict[str, Any]) -> bool:
    """Say whether the object is a neutral row."""
    return "stream" in values and ("url" in values or ("id" in values and ("start" in values or "end" in values)))


def notice_of(values: dict[str, Any], *, is_text: bool = False) -> Item:
    """Read a neutral row; with `is_text` every value is text by nature (CSV, YAML) and none is flagged `coerced`."""
    fields = Fields(values)
    stream = StreamKey(fields.text("stream", required=True), fields.text("app"))
    url = fields.url("url", required=True)
    start_ms, end_ms, duration_ms = _instant(fields, "start"), _instant(fields, "end"), _duration(fields)
    if end_ms is None and start_ms is not None and duration_ms is not None:
        end_ms = start_ms + duration_ms
    if end_ms is None:
        raise RefusedError("no_time", "`end`, or `start` with `duration`, is missing", "end")
    told = Told(
        stream=stream,
        format=fields.format("format", url),
        start_ms=start_ms,
        end_ms=end_ms,
        duration_ms=duration_ms,
        size_bytes=_size(fields),
        url=url,
    )
    name = fields.text("title", limit=limits.TITLE_CHARACTERS)
    return Notice(
        file_id=fields.ident("id"),
        told=told,
        filled=Filled(title=mediainfo.title(name)),
        flags=tuple(sorted(fields.flags - {"coerced"})) if is_text else fields.flag_tuple(),
        precision=precision_of(values.get("size"), values.get("duration")),
    )


def size_of(text: str, name: str) -> int | None:
    """Read bytes, or a number with a unit of 1024 such as `1.2 MB`."""
    match = _SIZE.fullmatch(text.strip(BLANKS))
    if match is None:
        raise RefusedError("bad_field", f"`{name}` expected a size such as `1234` or `1.2 MB`", name)
    whole, fraction, unit = match.groups()
    factor = _UNITS[unit.upper()]
    size = int(whole) * factor + (int(fraction) * factor // 10 ** len(fraction) if fraction else 0)
    if size > limits.SIZE_BYTES:
        raise RefusedError("bad_field", f"`{name}` expected at most {limits.SIZE_BYTES}", name)
    return size


def precision_of(size: object, length: object) -> Precision | None:
    """Return how exact the texts of a table are: a size to the last digit of its unit, a length to a second."""
    match = _SIZE.fullmatch(size.strip(BLANKS)) if type(size) is str else None
    step = _UNITS[match[3].upper()] // 10 ** len(match[2] or "") if match and match[3] else 0
    told = Precision(length_ms=1000 if type(length) is str else 0, size_bytes=step)
    return None if told == Precision() else told


def length_ms(text: str, name: str) -> int | None:
    """Read seconds or `h:mm:ss`; 0 means unknown."""
    text = text.strip(BLANKS)
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds, fraction = match.groups()
        whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    elif match := _SECONDS.fullmatch(text):
        whole, fraction = int(match[1]), match[2]
    else:
        raise RefusedError("bad_field", f"`{name}` expected a length such as `300` or `00:05:00`", name)
    if whole > limits.DURATION_SECONDS:
        raise RefusedError("bad_field", f"`{name}` expected at most {limits.DURATION_SECONDS} seconds", name)
    return whole * 1000 + int((fraction or "0").ljust(3, "0")[:3]) or None


def _instant(fields: Fields, name: str) -> int | None:
    value = fields.values.get(name)
    if type(value) is not str or not value.strip(BLANKS) or _DIGITS.fullmatch(value.strip(BLANKS)):
        return fields.instant(name)
    return times.instant_ms(fields.text(name), name, UTC)


def _duration(fields: Fields) -> int | None:
    value = fields.values.get("duration")
    if type(value) is str and value.strip(BLANKS):
        return length_ms(fields.text("duration"), "duration")
    return mediainfo.seconds_ms(fields, "duration")


def _size(fields: Fields) -> int | None:
    value = fields.values.get("size")
    if type(value) is str and value.strip(BLANKS):
        return size_of(fields.text("size"), "size")
    return fields.size("size")
