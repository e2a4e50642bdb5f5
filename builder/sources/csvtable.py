"""CSV tables: the media console's export and neutral rows.

The columns are recognised by their names, Chinese or English, in any order; the export's 16 columns also by position
when the names say nothing. The text is UTF-8 (with or without a byte order mark) or GBK. A spreadsheet that opened and
saved the file has destroyed the file ids: such rows are refused with a message that says so.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from builder.model import NEVER_MS, Filled, Item, Notice, Problem, Value
from builder.sources import limits, mediainfo, neutral, times
from builder.sources.fields import SPREADSHEET, WIDE_DIGIT, Fields, RefusedError
from builder.sources.files import FileRefusedError
from builder.sources.redact import excerpt

Content = Callable[[], Iterator[bytes]]
_Row = tuple[int, int, bytes]  # offset, line, text

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
_BY_ALIAS = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
_SEPARATOR = re.compile(  # a first line that tells a spreadsheet what stands between the cells, itself perhaps a row
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
_NAME = re.compile(r"`(\w+)`")  # of a column, in a message
_NOT_WORD = re.compile(r"[^\w]|_")
_TAG_MARKS = re.compile(r"[,;|，；、]")
_TEXT_FORCED = re.compile(r'="?([^"]*)"?')
_ROUNDED = re.compile(r"[1-9][0-9]{14}0{4,}", re.ASCII)
_ARCHIVED = ("归档", "archive")


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


def layout_of(head: bytes) -> Layout | None:
    """Recognise a table by its first line; None when it is none."""
    told = _SEPARATOR.match(head)
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
        columns = tuple(name if name in neutral.COLUMNS else "" for name in names)
        return Layout(columns, titles, delimiter, is_neutral=True, mistaken=_mistaken(names, cells))
    known = [_BY_ALIAS.get(name) or _measure(cell) for name, cell in zip(names, cells, strict=True)]
    columns = tuple(name if name and name not in known[:at] else "" for at, name in enumerate(known))
    if "id" in columns and "url" in columns and sum(map(bool, columns)) > 2:
        unit = _unit(cells[columns.index("size")]) if "size" in columns else ""
        return Layout(
            columns, titles, delimiter, is_neutral=False, size_unit="" if unit in ("byte", "bytes", "字节") else unit
        )
    if len(cells) != len(EXPORT):
        return None
    if _OBJECT.search(text):
        return None  # a line of a log that has as many commas
    if "://" not in text:
        return Layout(EXPORT, titles, delimiter, is_neutral=False, is_guessed=True)
    if not _names_a_file(cells):
        return None
    titles = tuple(_title("", at) for at in range(1, len(EXPORT) + 1))
    return Layout(EXPORT, titles, delimiter, is_neutral=False, has_header=False, is_guessed=True)


def _names_a_file(cells: Sequence[str]) -> bool:
    """Say whether an export's first row, which no names come before, has a file's address or id where these stand."""
    url, file_id = (_plain(cells[EXPORT.index(name)].strip()).strip() for name in ("url", "id"))
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


def rows(content: Content, layout: Layout) -> Iterator[tuple[int, int, Item]]:
    """Yield (offset, line, item) for each row; a broken one does not stop the others."""
    encoding = _encoding_of(content)
    if encoding is None:
        yield 0, 1, Problem("bad_encoding", "expected UTF-8 or GBK", quarantined=True)
        return
    is_first, header = layout.has_header, b""
    for offset, line, raw in _logical_lines(content):
        whole = raw.removeprefix(codecs.BOM_UTF8)
        if _SEPARATOR.fullmatch(whole):
            continue
        text = whole.strip()
        if is_first:
            header = text
            is_first = not header  # blank lines may come before the header
            for found, meant in () if is_first else layout.mistaken:
                message = f"expected a column that is read, found `{found}`; did you mean `{meant}`?"
                yield offset, line, Problem("unread_column", message)
            continue
        if header and text == header:
            continue  # exports that were put behind one another
        try:
            items = _items(raw, encoding, layout)
        except RefusedError as error:
            items = [_problem(error, raw.decode(encoding, "replace"), layout), *error.kept]
        items += [_told_wide(item) for item in items if isinstance(item, Notice) and WIDE_DIGIT.search(item.file_id)]
        for index, item in enumerate(items):
            yield offset + index, line, item  # what counts of a refused row stays apart from its problem


def _told_wide(notice: Notice) -> Problem:
    message = f"expected an id with half-width digits, found `{notice.file_id}`, another file"
    return Problem("wide_digits", message, file_id=notice.file_id)


def _problem(error: RefusedError, row: str, layout: Layout) -> Problem:
    """Make the problem of a row; its columns are named as they are in the table, where a person looks for them."""
    titles = {name: title for name, title in zip(layout.columns, layout.titles, strict=True) if name}
    message = _NAME.sub(lambda name: f"`{titles.get(name[1], name[1])}`", error.message)
    field = titles.get(error.field, error.field)
    problem = Problem(error.code, message, field=field, quarantined=True, excerpt=excerpt(row.encode()))
    return mediainfo.with_consequence(problem, error.kept)


def _items(raw: bytes, encoding: str, layout: Layout) -> list[Item]:
    if len(raw) > limits.RECORD_BYTES:
        raise RefusedError("record_too_long", f"a row may have {limits.RECORD_BYTES} bytes, found {len(raw)}")
    try:
        cells = next(csv.reader([raw.decode(encoding)], delimiter=layout.delimiter, strict=True), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise RefusedError("bad_csv", "expected a row of CSV") from error
    if not any(cell.strip() for cell in cells):
        return []
    while len(cells) > len(layout.columns) and not cells[-1].strip():
        cells.pop()  # an empty column that a spreadsheet added
    if len(cells) != len(layout.columns):
        raise RefusedError("bad_csv", f"expected {len(layout.columns)} cells, found {len(cells)}")
    values = {name: _plain(cell) for name, cell in zip(layout.columns, cells, strict=True) if name}
    return [neutral.notice_of(values, is_text=True) if layout.is_neutral else _export_row(values, layout.size_unit)]


def _plain(cell: str) -> str:
    """Undo what keeps a spreadsheet from reading digits as a number."""
    match = _TEXT_FORCED.fullmatch(cell)
    return match[1] if match else cell.removeprefix("'")


def _export_row(values: dict[str, Any], size_unit: str) -> Item:
    """Read one row of an export; what takes the file away is kept where something else is refused."""
    fields = Fields(values)
    try:
        return _notice_of(fields, size_unit)
    except RefusedError as error:
        error.kept = mediainfo.withheld(
            mediainfo.read_or(lambda: fields.ident("id"), ""),
            "archived" if mediainfo.read_or(lambda: _is_archived(fields), otherwise=False) else "",
            mediainfo.read_or(lambda: _expiry(fields), None),
            mediainfo.read_or(lambda: _stated(fields), NEVER_MS),
        )
        raise


def _is_archived(fields: Fields) -> bool:
    return any(word in fields.text("storage").lower() for word in _ARCHIVED)


def _expiry(fields: Fields) -> int | None:
    return times.expiry_ms(fields.text("expires"), "expires", times.CHINA)


def _stated(fields: Fields) -> int:
    updated = times.optional_ms(fields.text("updated"), "updated", times.CHINA)
    return updated or times.optional_ms(fields.text("created"), "created", times.CHINA) or 0


def _notice_of(fields: Fields, size_unit: str) -> Notice:
    file_id = fields.ident("id", required=True)
    if _ROUNDED.fullmatch(file_id):
        fields.flags.add("rounded_id")
    name = fields.text("name", limit=limits.TITLE_CHARACTERS)
    url = fields.url("url")
    is_archived = _is_archived(fields)
    if is_archived:
        url = ""
    size, length = fields.text("size"), fields.text("duration")
    if size_unit and size[-1:].isdecimal():
        size += size_unit
    told = mediainfo.told_by_name(
        fields, "name", "", url,
        size_bytes=neutral.size_of(size, "size") if size not in ("", "-") else None,
        duration_ms=neutral.length_ms(length, "duration") if length not in ("", "-") else None,
    )  # fmt: skip
    filled = Filled(
        expires_ms=_expiry(fields),
        cover_url=mediainfo.cover(fields, "cover"),
        title=mediainfo.title(name),
        tags=mediainfo.tags(
            fields, [tag for tag in _TAG_MARKS.split(fields.values.get("tags", "")) if tag.strip() != "-"]
        ),
        url="" if told else url,
    )
    return Notice(
        file_id=file_id, told=told, filled=filled,
        status="archived" if is_archived else "",
        stated_ms=_stated(fields),
        flags=fields.flag_tuple(),
        precision=neutral.precision_of(size, length),
    )  # fmt: skip


def _decoded_head(line: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _encoding_of(content: Content) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
        try:
            for chunk in content():
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _logical_lines(content: Content) -> Iterator[_Row]:
    """Yield rows: a quoted cell may span lines, but a quote that never closes spoils its own line only."""
    lines, again = _physical_lines(content), deque[_Row]()
    while True:
        row: list[_Row] = []
        size, is_open = 0, False
        while (not row or is_open) and size <= limits.RECORD_BYTES:
            line = again.popleft() if again else next(lines, None)
            if line is None:
                break
            row.append(line)
            size += len(line[2]) + 1
            is_open ^= line[2].count(b'"') % 2 == 1
        if not row:
            return
        if is_open:
            again.extendleft(reversed(row[1:]))
            row = row[:1]
        yield row[0][0], row[0][1], b"\n".join(text for _, _, text in row)


def _physical_lines(content: Content) -> Iterator[_Row]:
    offset, number, held = 0, 0, b""
    for chunk in content():
        lines = (held + chunk).split(b"\n")
        held = lines.pop()
        for text in lines:
            number += 1
            yield offset, number, (text.removeprefix(codecs.BOM_UTF8) if offset == 0 else text).removesuffix(b"\r")
            offset += len(text) + 1
        if len(held) > limits.LINE_BYTES:
            raise FileRefusedError("line_too_long", f"a line may have {limits.LINE_BYTES} bytes", offset)
    if held:
        yield offset, number + 1, held.removesuffix(b"\r")
