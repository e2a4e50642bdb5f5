"""CSV tables: the rows of the media console's export, and neutral ones; what their columns are, `columns` finds out.

The text is UTF-8 (with or without a byte order mark) or GBK. A spreadsheet that opened and saved the file has destroyed
the file ids: such rows are refused with a message that says so.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from builder.model import NEVER_MS, Filled, Item, Notice, Problem
from builder.sources import limits, mediainfo, neutral, times
from builder.sources.columns import SEPARATOR, Layout, flaws, plain
from builder.sources.fields import WIDE_DIGIT, Fields, RefusedError
from builder.sources.files import FileRefusedError
from builder.sources.redact import excerpt

Content = Callable[[], Iterator[bytes]]
_Row = tuple[int, int, bytes]  # offset, line, text

_CHANCE = 100  # of ids one in 10,000 ends in four zeros by chance; two, and one of a hundred, do not
_NAME = re.compile(r"`(\w+)`")  # of a column, in a message
_TAG_MARKS = re.compile(r"[,;|，；、]")
_ROUNDED = re.compile(r"[1-9][0-9]{14}0{4,}", re.ASCII)
_GBK = "gb18030"  # a superset
_CJK = re.compile("[\u3000-\u9fff\uff00-\uffef]")
_SURELY_UTF8 = 4  # such letters: three in GBK are two of them once in 50,000 times, six are hardly ever UTF-8 at all
_ARCHIVED = ("归档", "archive")


def rows(content: Content, layout: Layout) -> Iterator[tuple[int, int, Item]]:
    """Yield (offset, line, item) for each row; a broken one does not stop the others."""
    notices, rounded, first = 0, 0, (0, 0)
    for offset, line, item in _rows(content, layout):
        yield offset, line, item
        if isinstance(item, Notice):
            notices += 1
            if "rounded_id" in item.flags:
                rounded += 1
                first = first if rounded > 1 else (offset + 1, line)
    if rounded > 1 and rounded * _CHANCE >= notices:
        yield *first, _told_rounded(rounded, notices)


def _rows(content: Content, layout: Layout) -> Iterator[tuple[int, int, Item]]:
    encoding = _encoding_of(content)
    if encoding is None:
        yield 0, 1, Problem("bad_encoding", "expected UTF-8 or GBK", quarantined=True)
        return
    is_first, header = layout.has_header, b""
    for offset, line, raw in _logical_lines(content):
        whole = raw.removeprefix(codecs.BOM_UTF8)
        if SEPARATOR.fullmatch(whole):
            continue
        text = whole.strip()
        if is_first:
            header = text
            is_first = not header  # blank lines may come before the header
            if not is_first:
                yield from ((offset + index, line, flaw) for index, flaw in enumerate(flaws(layout)))
                if layout.missing:
                    return
            continue
        if header and text == header:
            continue  # exports that were put behind one another
        try:
            items = _items(raw, encoding, layout)
        except RefusedError as error:
            items = [_problem(error, raw.decode(_encoding_in(raw, encoding), "replace"), layout), *error.kept]
        items += [_told_wide(item) for item in items if isinstance(item, Notice) and WIDE_DIGIT.search(item.file_id)]
        for index, item in enumerate(items):
            yield offset + index, line, item  # what counts of a refused row stays apart from its problem


def _told_rounded(rounded: int, notices: int) -> Problem:
    message = (
        f"expected file ids as they are, found {rounded} of {notices} that end in four zeros, as a spreadsheet leaves"
        " them: they are those of no file; export again, and do not open the file in a spreadsheet"
    )
    return Problem("rounded_id", message)


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
        text = raw.decode(_encoding_in(raw, encoding))
        cells = next(csv.reader([text], delimiter=layout.delimiter, strict=True), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise RefusedError("bad_csv", "expected a row of CSV") from error
    if not any(cell.strip() for cell in cells):
        return []
    while len(cells) > len(layout.columns) and not cells[-1].strip():
        cells.pop()  # an empty column that a spreadsheet added
    if len(cells) != len(layout.columns):
        raise RefusedError("bad_csv", f"expected {len(layout.columns)} cells, found {len(cells)}")
    values = {name: plain(cell) for name, cell in zip(layout.columns, cells, strict=True) if name}
    return [neutral.notice_of(values, is_text=True) if layout.is_neutral else _export_row(values, layout.size_unit)]


def _export_row(values: dict[str, Any], size_unit: str) -> Item:
    """Read one row of an export; what takes the file away is kept where something else is refused."""
    fields = Fields(values)
    try:
        return _notice_of(fields, size_unit)
    except RefusedError as error:
        error.kept = _withheld(fields)
        raise


def _withheld(fields: Fields) -> Sequence[Notice]:
    return mediainfo.withheld(
        mediainfo.read_or(lambda: fields.ident("id"), ""),
        "archived" if mediainfo.read_or(lambda: _is_archived(fields), otherwise=False) else "",
        mediainfo.read_or(lambda: _expiry(fields), None),
        mediainfo.read_or(lambda: _stated(fields), NEVER_MS),
    )


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


def _encoding_of(content: Content) -> str | None:
    for encoding in ("utf-8-sig", _GBK):
        decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
        try:
            for chunk in content():
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _encoding_in(raw: bytes, encoding: str) -> str:
    """Return the encoding of a row: in a table that as a whole is GBK some may be UTF-8, of another export in it."""
    if encoding != _GBK or raw.isascii():
        return encoding
    try:
        return "utf-8" if len(_CJK.findall(raw.decode("utf-8"))) >= _SURELY_UTF8 else _GBK
    except UnicodeDecodeError:
        return _GBK


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
