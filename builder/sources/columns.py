"""What the columns of a table are: found out from its first line.

The columns are recognised by their names, Chinese or English, in any order; the export's 16 columns also by position
when the names say nothing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence

from builder.model import Problem, Value
from builder.sources import limits, neutral
from builder.sources.fields import SPREADSHEET

EXPORT = (  # the export's columns in the order of its page
    "name", "created", "updated", "expires", "class_id", "class_name", "class_path", "cover", "source", "storage",
    "tags", "vid", "url", "id", "size", "duration",
)  # fmt: skip
_ALIASES = {
    "name": "媒体文件名称 媒体名称 文件名称 文件名 名称 音视频名称 mediafilename medianame filename name videoname",
    "created": "创建时间 creationtime createtime createdat created timecreated uploadtime 上传时间",
    "updated": "更新时间 最后更新时间 修改时间 lastupdatedtime updatetime updatedat updated lastupdated lastmodified",
    "expires": "过期时间 到期时间 expirationtime expiretime expirytime expiresat expires expiration",
    "class_id": "媒体文件分类id 分类id categoryid classid",
    "class_name": "媒体文件分类名称 分类名称 分类 categoryname classname category",
    "class_path": "媒体文件分类路径 分类路径 categorypath classpath",
    "cover": "封面图片地址 封面地址 封面 封面图 thumbnailurl coverurl thumbnail cover",
    "source": "媒体文件来源 来源 文件来源 source mediasource filesource",
    "storage": "媒体文件存储 存储 存储类型 storage storageclass storagetype",
    "tags": "媒体文件标签 标签 labels tags label tag",
    "vid": "直播转录制文件vid 直播录制文件vid 直播转录制文件 vid liverecordingfilevid liverecordingfile livevid",
    "url": "音视频地址 文件地址 视频地址 播放地址 地址 音视频url 视频url 文件url 播放链接 视频链接 链接 "
    "url fileurl mediaurl videourl audiovideourl playurl downloadurl link address",
    "id": "文件id 媒体文件id 音视频id 视频id fileid mediafileid mediaid id",
    "size": "文件大小 大小 filesize size",
    "duration": "时长 音视频时长 视频时长 播放时长 duration length",
}  # fmt: skip
OF_EXPORT = frozenset(("storage", "expires", "class_id", "class_path", "vid"))  # columns of the console alone
_NEEDED = {  # as the console writes them
    "id": "`文件 ID` (`File ID`)",
    "url": "`音视频地址` (`File URL`)",
    "name": "`媒体文件名称` (`Media File Name`)",
}
TITLE_LINES = 3  # above the row of names, where a person looks for one
_BY_ALIAS = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
SEPARATOR = re.compile(  # a first line that tells a spreadsheet what stands between the cells, itself perhaps a row
    rb'"?sep=([,;|\t])"?[,;|\t]*\r?$', re.IGNORECASE | re.MULTILINE
)
_OBJECT = re.compile(  # the beginning of one in JSON, escaped or not; in a cell its quotes would be doubled
    r"""(?:\{|%7[Bb])(?:\s|\\+(?:[nrt]|x0[9AaDd]|u000[9AaDd])|%(?:0[9AaDd]|20))*+"""
    r"""(?:"(?!")|'|%22|\\+(?:["']|x22|u0022))"""
)
_FILE_ID = re.compile(r"[0-9]{15,}", re.ASCII)
_UNIT = re.compile(r"[（(]\s*([^（()）]*?)\s*[)）]\s*$")
_BYTES = frozenset(("", "b", "byte", "bytes", "字节", "kb", "kib", "mb", "mib", "gb", "gib", "tb", "tib"))
_SECONDS = frozenset(("", "s", "sec", "second", "seconds", "秒", "h:mm:ss", "hh:mm:ss"))
_NOT_WORD = re.compile(r"[^\w]|_")
_TEXT_FORCED = re.compile(r'="?([^"]*)"?')


class Layout(Value, frozen=True):
    """What the columns of a table are."""

    columns: tuple[str, ...]  # "" = a column we do not use
    titles: tuple[str, ...]  # what a person finds them by
    delimiter: str
    is_neutral: bool
    size_unit: str = ""  # of bare numbers: what the header says
    has_header: bool = True
    is_guessed: bool = False  # by the number of the columns: their names say nothing
    mistaken: tuple[tuple[str, str], ...] = ()  # (column that is not read, the one it was probably meant for)
    missing: tuple[str, ...] = ()  # those without which no row can be read


def layout_of(head: bytes) -> Layout | None:
    """Recognise a table by its first line; None when it is none."""
    told = SEPARATOR.match(head)
    line = _first_line(head[told.end() :] if told else head)
    text = _decoded_head(line)
    if text is None or len(line) > limits.RECORD_BYTES or text.lstrip('"')[:1] in "{[<":
        return None
    delimiter = told[1].decode() if told else max(",\t;", key=text.count)
    try:
        cells = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    names = [_NOT_WORD.sub("", cell).lower() for cell in cells]
    titles = tuple(_title(cell, at) for at, cell in enumerate(cells, 1))
    if "stream" in names and ("url" in names or "id" in names) and len(names) > 2:
        return _neutral(names, cells, titles, delimiter)
    known = [_BY_ALIAS.get(name) or _measure(cell) for name, cell in zip(names, cells, strict=True)]
    columns = tuple(name if name and name not in known[:at] else "" for at, name in enumerate(known))
    if not OF_EXPORT.intersection(columns) and _is_neutral_but_for_stream(names) and not _has_objects(head):
        return _neutral(names, cells, titles, delimiter)
    if "id" in columns and "url" in columns and sum(map(bool, columns)) > 2:
        unit = _unit(cells[columns.index("size")]) if "size" in columns else ""
        return Layout(
            columns, titles, delimiter, is_neutral=False, size_unit="" if unit in ("byte", "bytes", "字节") else unit
        )
    if len(cells) != len(EXPORT):
        if sum(map(bool, columns)) < 3 or _has_objects(head):
            return None
        missing = tuple(name for name in ("id", "url") if name not in columns)
        return Layout(columns, titles, delimiter, is_neutral=False, missing=missing)
    if _OBJECT.search(text):
        return None  # a line of a log that has as many commas
    if "://" not in text:
        return Layout(EXPORT, titles, delimiter, is_neutral=False, is_guessed=True)
    if not _names_a_file(cells):
        return None
    titles = tuple(_title("", at) for at in range(1, len(EXPORT) + 1))
    return Layout(EXPORT, titles, delimiter, is_neutral=False, has_header=False, is_guessed=True)


def _neutral(names: Sequence[str], cells: Sequence[str], titles: tuple[str, ...], delimiter: str) -> Layout:
    columns = tuple(name if name in neutral.COLUMNS else "" for name in names)
    missing = tuple(name for name in ("stream", "url") if name not in names)
    if "end" not in names and not {"start", "duration"} <= set(names):
        missing += ("end",)
    mistaken = _mistaken(names, cells)
    return Layout(columns, titles, delimiter, is_neutral=True, mistaken=mistaken, missing=missing)


def _is_neutral_but_for_stream(names: Sequence[str]) -> bool:
    """Say whether the names are those of neutral rows: the console tells when a file was made, not when it begins."""
    known = set(neutral.COLUMNS).intersection(names)
    times = known & {"start", "end"}
    return bool(times and known & {"url", "id"}) and (len(times) > 1 or len(known) > 3 or {"url", "id"} <= known)


def flaws(layout: Layout) -> Iterator[Problem]:
    """Yield what is wrong with the columns as such; one that is quarantined takes all rows with it."""
    if layout.missing:
        yield _missing(layout)
        return
    for found, meant in layout.mistaken:
        yield Problem("unread_column", f"expected a column that is read, found `{found}`; did you mean `{meant}`?")
    if not layout.is_neutral and "name" not in layout.columns:
        message = (
            f"expected the column {_NEEDED['name']}, which tells stream and times, found none: the rows make no replay,"
            " and only add to what other records tell of the same files"
        )
        yield Problem("missing_column", message)


def _missing(layout: Layout) -> Problem:
    wanted = " and ".join(f"`{name}`" if layout.is_neutral else _NEEDED[name] for name in layout.missing)
    meant = [f"`{found}`" for found, meant in layout.mistaken if meant in layout.missing]
    asked = f"; did you mean {' and '.join(meant)}?" if meant else ""
    columns = "column" if len(layout.missing) == 1 else "columns"
    message = f"expected the {columns} {wanted}, found none: no row of this table is used{asked}"
    return Problem("missing_column", message, quarantined=True)


def _has_objects(head: bytes) -> bool:
    """Say whether JSON comes, as in a log whose first line has names of ours."""
    return _OBJECT.search(head.decode("ascii", "replace")) is not None


def _names_a_file(cells: Sequence[str]) -> bool:
    """Say whether an export's first row, which no names come before, has a file's address or id where these stand."""
    url, file_id = (plain(cells[EXPORT.index(name)].strip()).strip() for name in ("url", "id"))
    is_id = _FILE_ID.fullmatch(file_id) or SPREADSHEET.fullmatch(file_id)
    return url.startswith(("http://", "https://")) or is_id is not None


def refusal_of(head: bytes) -> str:
    """Return what keeps a text from being the table that it would be otherwise; "" when it would be none."""
    if b"\n" not in head and layout_of(head.replace(b"\r", b"\n")) is not None:
        return "expected lines that end in a line feed, found carriage returns alone: save the table as CSV UTF-8 anew"
    line = _decoded_head(_first_line(head)) or ""
    meant = layout_of(line.replace("，", ",").encode()) if "，" in line else None
    if meant is not None and not meant.is_guessed:  # prose has such commas too, however many
        return "expected `,` between the cells, found the full-width `，`: write `,`, half-width"
    for _ in range(TITLE_LINES):
        head = head.lstrip(b"\r\n").partition(b"\n")[2]
        below = layout_of(head)
        if below is not None and not below.is_guessed and not below.missing:
            return "expected the row of column names first, found it below other lines: take those away"
    return ""


def _first_line(head: bytes) -> bytes:
    return head.lstrip(b"\r\n").split(b"\n", 1)[0].rstrip(b"\r")


def _title(cell: str, place: int) -> str:
    cell = cell.strip()
    return cell[:40] if cell and cell.isprintable() else f"column {place}"


def _mistaken(names: Sequence[str], cells: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the columns that are none of ours but nearly so, as written, and what they were probably meant for."""
    unread = [(name, cell) for name, cell in zip(names, cells, strict=True) if name and name not in neutral.COLUMNS]
    pairs = [(cell.strip()[:40], neutral.meant_by(name, names)) for name, cell in unread]
    return tuple((cell, meant) for cell, meant in pairs if meant and cell.isprintable())


def _measure(cell: str) -> str:
    """Return which column a header such as `File Size (MB)` names; "" for none, or when the unit is not known."""
    name = _BY_ALIAS.get(_NOT_WORD.sub("", _UNIT.sub("", cell)).lower(), "")
    return name if _unit(cell) in {"size": _BYTES, "duration": _SECONDS}.get(name, ()) else ""


def _unit(cell: str) -> str:
    match = _UNIT.search(cell)
    return match[1].lower() if match else ""


def plain(cell: str) -> str:
    """Undo what keeps a spreadsheet from reading digits as a number."""
    match = _TEXT_FORCED.fullmatch(cell)
    return match[1] if match else cell.removeprefix("'")


def _decoded_head(line: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
