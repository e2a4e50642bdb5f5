"""Tables: the console's CSV export, and neutral rows in JSON, CSV and YAML."""

import pytest

from builder.model import NEVER_MS, Filled, Notice, Precision, Problem, StreamKey, Told

HEADER_ZH = (
    "媒体文件名称,创建时间,更新时间,过期时间,媒体文件分类 ID,媒体文件分类名称,媒体文件分类路径,封面图片地址,媒体文件来源,媒体文件存储,"
    "媒体文件标签,直播转录制文件(VID),音视频地址,文件 ID,文件大小,时长"
)
HEADER_EN = (
    "Media File Name,Creation Time,Last Updated Time,Expiration Time,Category ID,Category Name,Category Path,Thumbnail URL,"
    "Source,Storage,Labels,Live Recording File (VID),File URL,File ID,File Size,Duration"
)
EXPORT_ROW = (
    "demo_2022-04-02-15-46-28_2022-04-02-15-46-43,2022-04-02 15:46:45,2022-04-03 08:00:00,永久有效,0,其他,其他,"
    'http://1.vod2.myqcloud.com/a/c.jpg,直播录制,标准存储,"show,music",210000088_abcd,'
    "http://1.vod2.myqcloud.com/a/f0.mp4,5285890784246869930,1.2 MB,00:00:15"
)  # fmt: skip
EXPORTED = Notice(
    file_id="5285890784246869930",
    told=Told(StreamKey("demo"), "mp4", 1648885603000, 1648885588000, 15000, 1258291, "http://1.vod2.myqcloud.com/a/f0.mp4"),
    filled=Filled(NEVER_MS, "http://1.vod2.myqcloud.com/a/c.jpg", tags=("music", "show")),
    stated_ms=1648944000000,
    precision=Precision(length_ms=1000, size_bytes=104_857),
)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("header", [HEADER_ZH, HEADER_EN], ids=["zh", "en"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_console_export_is_read_by_its_header(folder, encoding, header, newline):
    """Chinese or English names, with or without a byte order mark, or GBK; times are China time."""
    text = newline.join([header, EXPORT_ROW, ""])

    assert folder.item(text.encode(encoding)) == EXPORTED


def test_a_console_export_is_read_by_position_without_its_header(folder):
    """Sixteen columns in the order of the export's page; other names of columns do not matter."""
    assert folder.item(EXPORT_ROW + "\n") == EXPORTED
    assert folder.item(",".join(f"col{i}" for i in range(16)) + "\n" + EXPORT_ROW) == EXPORTED


@pytest.mark.parametrize("written", ["5285890784246869930", '"=""5285890784246869930"""', "\t5285890784246869930"])
def test_a_first_row_without_an_address_makes_no_other_lost(folder, written):
    """By position too: the file's id stands where the export has it, also as a spreadsheet's text."""
    archived = EXPORT_ROW.replace("http://1.vod2.myqcloud.com/a/f0.mp4", "").replace("标准存储", "归档存储")
    archived = archived.replace("5285890784246869930", written)

    first, second = folder.items(f"{archived}\n{EXPORT_ROW}\n")

    assert (first.file_id, first.told.url) == (EXPORTED.file_id, "")
    assert second == EXPORTED


@pytest.mark.parametrize(
    ("header", "row", "check"),
    [
        ("文件ID;时长;名称;音视频地址", "5285;300;;http://a.example.com/x.mp4", lambda n: n.file_id == "5285" and n.told is None),
        ("File ID\tFile URL\tName\tSize", "5285\thttp://a.example.com/x.mp4\t\t1", lambda n: n.file_id == "5285"),
        ("File ID,File URL,Name", '="5285",http://a.example.com/x.mp4,=cmd()', lambda n: n.file_id == "5285" and n.filled.title == "cmd()"),
        ("File ID,File URL,Name", '5285,http://a.example.com/x.mp4,"a ""b""\nc"', lambda n: n.code == "bad_text"),
        ("File ID,File URL,Name", '5285,http://a.example.com/x.mp4,"a ""b"", c"', lambda n: n.filled.title == 'a "b", c'),
        ("File ID,File URL,Name", "5.28589E+18,http://a.example.com/x.mp4,n", lambda n: n.code == "damaged_id" and "spreadsheet" in n.message),
        ("File ID,File URL,Name", "5285890784246860000,http://a.example.com/x.mp4,n", lambda n: n.flags == ("rounded_id",)),
        ("File ID,File URL,Name,Storage", "5285,http://a.example.com/x.mp4,n,归档存储", lambda n: n.status == "archived"),
        ("File ID,File URL,Name", "5285,http://a.example.com/x.mp4", lambda n: n.code == "bad_csv"),
        ("File ID,File URL,Name,Expiration Time", "5285,http://a.example.com/x.mp4,n,-", lambda n: n.filled.expires_ms is None),
        ("File ID,File URL,Name,Expiration Time", "5285,http://a.example.com/x.mp4,n,2022/4/2 8:00", lambda n: n.filled.expires_ms == 1648857600000),
        ("文件名,文件ID,视频URL,文件大小（MB）", "demo_2022-01-13-23-57-25_2022-01-13-23-59-58,5,http://a.example.com/x.mp4,1.5", lambda n: n.told.size_bytes == 1572864),
        ("Name,File ID,File URL,File Size (Bytes),Duration (s)", "demo_2022-01-13-23-57-25_2022-01-13-23-59-58,5,http://a.example.com/x.mp4,150,10", lambda n: (n.told.size_bytes, n.told.duration_ms) == (150, 10000)),
        ("Name,File ID,File URL,Duration (ms)", "demo_2022-01-13-23-57-25_2022-01-13-23-59-58,5,http://a.example.com/x.mp4,10", lambda n: n.told.duration_ms is None),
        ('"File ID","File URL","Name"', '"5285","http://a.example.com/x.mp4","n"', lambda n: n.filled.title == "n"),
        ("File ID,File URL,Name", "5285,http://a.example.com/x.mp4,n,, ", lambda n: n.filled.title == "n"),
        ("File ID,File URL,Name", "5285,http://a.example.com/x.mp4,n,,o", lambda n: n.code == "bad_csv"),
        ("stream,id,start,end,url", "s,,1642089445,1642089598,http://a.example.com/x.mp4", lambda n: n.file_id == "" and n.told.stream == StreamKey("s")),
    ],
)  # fmt: skip
def test_tables_have_their_quirks(folder, header, row, check):
    """Any delimiter a spreadsheet writes, cells that force text, ids that a spreadsheet destroyed."""
    item = folder.item(f"{header}\n{row}\n")
    assert check(item), item


def test_a_label_that_cannot_be_read_is_left_out(folder):
    """As one of a media library's record is; a cell may hold a newline."""
    notice = folder.item('File ID,File URL,Name,Labels\n5285,http://a.example.com/x.mp4,n,"show,a\nb,music"\n')

    assert (notice.filled.tags, notice.flags) == (("music", "show"), ("bad_tag",))


@pytest.mark.parametrize(
    ("header", "row", "field", "message"),
    [
        ("文件 ID,音视频地址,媒体文件名称", ",http://a.example.com/x.mp4,n", "文件 ID", "`文件 ID` is missing"),
        ("文件 ID,音视频地址,媒体文件名称", "1,ftp://a/x.mp4,n", "音视频地址",
         "`音视频地址`: expected an address such as `http://host/path`"),
        ("File ID,File URL,Name,File Size (MB)", "1,http://a.example.com/x.mp4,n,many", "File Size (MB)",
         "`File Size (MB)` expected a size such as `1234` or `1.2 MB`"),
        ("File ID,File URL,Name", "1,http://a.example.com/x.mp4,s_2022-13-02-15-46-28_2022-04-02-15-46-43", "Name",
         "`Name` expected a time that exists"),
        ("媒体文件名称,文件 ID,音视频地址", "s_2022-13-02-15-46-28_2022-04-02-15-46-43,1,http://a.example.com/x.mp4",
         "媒体文件名称", "`媒体文件名称` expected a time that exists"),
        ("Stream;ID;Start;End;URL", "s;1;1642089445;;http://a.example.com/x.mp4", "End",
         "`End`, or `Start` with `duration`, is missing"),
        ("stream,id,start,end,url", ",1,1642089445,1642089598,http://a.example.com/x.mp4", "stream", "`stream` is missing"),
    ],
)  # fmt: skip
def test_a_tables_column_is_named_as_its_header_names_it(folder, header, row, field, message):
    """Who repairs the table looks for the column that is there, not for ours."""
    problem = folder.item(f"{header}\n{row}\n")

    assert (problem.field, problem.message) == (field, message)


@pytest.mark.parametrize("row", ["1,http://a.example.com/x.mp4,n,o,p", '1,http://a.example.com/x.mp4,"n,o'])
def test_a_row_that_is_wrong_as_a_whole_names_no_column(folder, row):
    """Least of all one that is not read."""
    (problem,) = folder.items(f"File ID,File URL,Name,Colour\n{row}\n")

    assert (problem.code, problem.field) == ("bad_csv", "")


def test_a_column_without_a_header_is_named_by_its_place(folder):
    """The export's columns are known by position."""
    row = EXPORT_ROW.replace("5285890784246869930", "")

    assert folder.items(f"{EXPORT_ROW}\n{row}\n")[1].message == "`column 14` is missing"


def test_rows_without_a_header_are_told_what_is_missing(folder):
    (problem,) = folder.items(
        "alice,1,2022-01-13T21:00:00+08:00,2022-01-13T22:00:00+08:00,http://a.example.com/x.mp4\n"
    )

    assert problem.message.endswith("; a table begins with a row of column names such as `stream,id,start,end,url`")


def test_a_broken_row_of_a_table_hides_no_other(folder):
    """A quote that never closes spoils its own line."""
    rows = ["File ID,File URL,Name", '1,"http://a.example.com/x.mp4,n']
    rows += [f"{i},http://a.example.com/x.mp4,n" for i in range(2, 3000)]
    items = folder.items("\n".join(rows) + "\n")

    assert len(items) == 2999
    assert [item.code for item in items if isinstance(item, Problem)] == ["bad_csv"]


NEUTRAL = {"stream": "s", "id": "a-1", "start": 1642089445, "end": 1642089598, "duration": 150.5, "size": 5,
           "url": "https://m.example.com/x.flv", "title": "Tea", "app": "studio"}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "facts"),
    [
        (
            {},
            {
                "end_ms": 1642089598000,
                "start_ms": 1642089445000,
                "duration_ms": 150500,
                "size_bytes": 5,
                "format": "flv",
            },
        ),
        ({"format": "HLS", "url": "https://m.example.com/x.m3u8"}, {"format": "hls"}),
        (
            {"start": "2022-01-13T23:57:25+08:00", "end": None, "duration": 10},
            {"start_ms": 1642089445000, "end_ms": 1642089455000},
        ),
        ({"start": "2022-01-13 15:57:25"}, {"start_ms": 1642089445000}),
        ({"start": None, "end": 1642089598123}, {"start_ms": None, "end_ms": 1642089598123}),
        ({"duration": "0:02:30.5", "size": "1.5 GB"}, {"duration_ms": 150500, "size_bytes": 1610612736}),
        ({"duration": "0"}, {"duration_ms": None}),
    ],
)
def test_a_neutral_row_is_read(folder, more, facts):
    """The row for anyone else's recorder, as JSON."""
    notice = folder.item({**NEUTRAL, **more})

    assert (notice.file_id, notice.told.stream, notice.filled.title) == ("a-1", StreamKey("s", "studio"), "Tea")
    assert {name: getattr(notice.told, name) for name in facts} == facts


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"end": None, "duration": None}, "no_time"),
        ({"stream": ""}, "missing_field"),
        ({"url": ""}, "missing_field"),
        ({"start": "yesterday"}, "bad_field"),
        ({"start": 1.5}, "bad_field"),
        ({"size": "many"}, "bad_field"),
        ({"duration": -1.5}, "bad_field"),
        ({"title": "a\u0007"}, "bad_text"),
    ],
)
def test_a_neutral_row_is_refused_with_its_reason(folder, more, code):
    """Nothing is guessed."""
    assert folder.item({**NEUTRAL, **more}).code == code


@pytest.mark.parametrize(
    "text",
    [
        "- stream: s\n  id: 0123\n  start: 2022-01-13T15:57:25Z\n  duration: 5\n  url: https://m.example.com/x.flv\n",
        "# mine\n---\nstream: s\nid: '0123'\nstart: 1642089445\nend: 1642089450\nurl: https://m.example.com/x.flv\n",
        "recordings:\n  - {stream: s, id: 0123, start: 1642089445, end: 1642089450, url: 'https://m.example.com/x.flv'}\n",
        "\ufeffstream: s\nid: 0123\nend: 2022-01-13 15:57:30\nurl: https://m.example.com/x.flv",
        "- {stream: s, id: 0123, end: 2022-01-13 15:57:30, url: 'https://m.example.com/x.flv'}\n",
        "-\r\n  stream: s\r\n  id: 0123\r\n  end: 1642089450\r\n  url: https://m.example.com/x.flv\r\n",
        "\r\nstream,id,end,url\r\ns,0123,1642089450,https://m.example.com/x.flv\r\n",
        "- note: mine\n  Camera-2: x\n\n  # or not\n  stream: s\n  id: 0123\n  end: 1642089450\n  url: https://m.example.com/x.flv\n",
        "-\n  {stream: s, id: 0123, end: 1642089450, url: 'https://m.example.com/x.flv'}\n",
        "- tags:\n    - x\n    - y: z\n  note: |\n    some\n    stream of words\n  stream: s\n  id: 0123\n  end: 1642089450\n  url: https://m.example.com/x.flv\n",
        "version: 2\nrecordings:\n- stream: s\n  id: 0123\n  end: 1642089450\n  url: https://m.example.com/x.flv\n",
    ],
)
def test_neutral_rows_are_read_from_yaml(folder, text):
    """Scalars stay text: an id keeps its leading zero. So it does in a table."""
    notice = folder.item(text)

    assert (notice.file_id, notice.told.end_ms, notice.flags) == ("0123", 1642089450000, ())


def test_rows_under_a_further_list_are_not_lost(folder):
    row = "- {stream: s, id: %d, end: 1642089450, url: 'https://m.example.com/x.flv'}\n"
    items = folder.items(f"recordings:\n{row % 1}others:\n{row % 2}- x\nreplays:\n{row % 3}")

    assert [item.file_id for item in items] == ["1", "2", "3"]


def test_a_header_that_comes_again_is_no_row(folder):
    """Exports put behind one another."""
    table = "stream,id,end,url\r\ns,%d,1642089450,https://m.example.com/x.flv\r\n"
    items = folder.items(table % 1 + table % 2 + "\ufeff" + table % 3)

    assert [item.file_id for item in items] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("- stream: s\n- stream: t\n  url: [", ["unknown_record", "bad_yaml"]),
        ("- stream: &a s\n  url: *a\n", ["bad_yaml"]),
        ("- stream: !!python/object/apply:os.system ['x']\n", ["bad_yaml"]),
        ("- stream: s\n  stream: t\n", ["bad_yaml"]),
        ("stream: " + "[" * 50 + "\n", ["bad_yaml"]),
        ("stream: " + "- " * 50_000 + "\n", ["bad_yaml"]),
        ("- stream: s\n  url: javascript:pwn(1)\n  end: 1642089445\n", ["bad_url"]),
    ],
)
def test_yaml_that_cannot_be_read_is_a_problem(folder, text, codes):
    """No anchors, aliases, tags or repeated keys; a counted depth."""
    assert [item.code for item in folder.items(text)] == codes


def test_rows_of_other_fields_in_yaml_are_named_as_such(folder):
    """One problem a row, which says what a row needs and what was found."""
    row = "- channel: s\n  begin: 1642089450\n  length: 60\n  link: https://m.example.com/x.flv\n"
    problems = folder.items(row + row)

    assert [(item.code, item.line) for item in problems] == [("unknown_record", 1), ("unknown_record", 5)]
    assert problems[0].message == (
        "expected a row with `stream`, `url` and `start` or `end`, found `channel`, `begin`, `length`, `link`"
    )


@pytest.mark.parametrize(
    "text",
    [
        '- level: x\n  more: y\n- level: posted {"event_type": 100}\n',
        '- level: x\n  app: INFO body={"event_type": 100}\n',
        "- only one\n",
    ],
)
def test_lines_of_a_log_are_no_rows(folder, text):
    """They begin as rows do; a brace, or a single name, says that they need not be."""
    assert not [item for item in folder.items(text) if "expected a row" in getattr(item, "message", "")]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("stream,id,begin,end,url", [("begin", "start")]),
        ("stream,id,Start Time,end,url", [("Start Time", "start")]),
        ("stream,id,startt,end,url", [("startt", "start")]),
        ("stream,id,start,end,url,titel", [("titel", "title")]),
        ("stream,id,start,end,url,tilte", [("tilte", "title")]),
        ("stream,id,strat,end,url,szie", [("strat", "start"), ("szie", "size")]),
        ("stream,id,start,end,url,di,tite1", []),
        ("stream,id,status,end,url,appname", []),
        ("stream,id,state,end,url,site", []),
        ("stream,id,start,end,url", []),
        ("stream,id,teacher,end,url", []),
        ("stream,id,start,end,url,begin,notes", []),
    ],
)
def test_a_column_that_is_nearly_known_is_told(folder, header, told):
    """It is not read, and what it would have told is missing from every row; others are left alone."""
    cells = ",".join(
        ["s", "1", "1642089390", "1642089450", "https://m.example.com/x.flv", "x", "y"][: header.count(",") + 1]
    )
    *problems, notice = folder.items(f"{header}\n{cells}\n")

    assert notice.file_id == "1"
    assert [(item.code, item.quarantined, item.line, item.message) for item in problems] == [
        ("unread_column", False, 1, f"expected a column that is read, found `{found}`; did you mean `{meant}`?")
        for found, meant in told
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [("a b", ": a space is written `%20`"), ("课", ": `é` is written `%C3%A9`"), ("a'b\"", "")],
)
def test_a_character_that_no_address_has_is_told_with_its_spelling(folder, name, said):
    row = {"stream": "s", "id": "1", "end": 1642089450, "url": f"https://m.example.com/{name}.mp4"}

    problem = folder.item(row)

    assert problem.message == f"`url`: expected printable ASCII without spaces and quotes{said}"


@pytest.mark.parametrize(
    "table",
    [
        "File ID,File URL,Name,Storage\n５２８５,http://a.example.com/x.mp4,n,归档存储\n",
        "stream,id,end,url\ns,５２８５,1642089450,https://m.example.com/x.flv\n",
    ],
)
def test_full_width_digits_in_an_id_are_told(folder, table):
    """The row says nothing of the file that was meant, which may be to be taken away."""
    notice, problem = folder.items(table)

    assert (notice.file_id, problem.code, problem.line, problem.quarantined) == ("５２８５", "wide_digits", 2, False)
    assert problem.message == "expected an id with half-width digits, found `５２８５`, another file"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "|", "\t"])
def test_a_first_line_that_names_the_separator_is_no_row(folder, separator, newline):
    """Excel writes and wants one; exports that were put behind one another have one each."""
    rows = [f"sep={separator}", "stream,id,end,url,title".replace(",", separator)]
    row = "s,7,1642089450,https://m.example.com/x.flv,a".replace(",", separator)

    first, second = folder.items(newline.join([*rows, row, *rows, row, ""]))

    assert (first.file_id, first.told.stream, first.filled.title) == ("7", StreamKey("s"), "a")
    assert second == first
    assert folder.item(f"sep=,{newline}{EXPORT_ROW}{newline}") == EXPORTED


@pytest.mark.parametrize("told", ["SEP=;", '"sep=;"', "sep=;;;;;", "Sep=;;"])
def test_the_line_that_names_the_separator_has_other_forms(folder, told):
    """In capitals, in quotes, or with empty cells behind it, as a program leaves it that took it for a row."""
    rows = [told, "stream;id;end;url;title", "s;7;1642089450;https://m.example.com/x.flv;a"]

    first, second = folder.items("\n".join([*rows, *rows, ""]))

    assert second == first
    assert (first.file_id, first.filled.title) == ("7", "a")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("header", [HEADER_ZH, "stream,id,end,url,title"])
def test_full_width_commas_are_named(folder, header, encoding):
    problem = folder.item(f"{header}\nrow,of,it\n".replace(",", "，").encode(encoding))

    assert (problem.code, problem.line, problem.quarantined) == ("bad_csv", 1, True)
    assert problem.message == "expected `,` between the cells, found the full-width `，`: write `,`, half-width"


def test_a_log_that_begins_with_prose_is_no_table_however_many_commas_that_has(folder, line):
    """As many full-width commas as an export has between its columns: the callback behind them is read."""
    prose = "服务启动" + "，模块已加载" * 15 + "。"

    *_, found = folder.items(f"{prose}\n{line()}\n")

    assert isinstance(found, Notice)


@pytest.mark.parametrize("header", [HEADER_ZH, "stream;id;end;url;title"])
def test_lines_that_end_as_on_an_old_mac_are_named(folder, header):
    problem = folder.item(f"{header}\r{EXPORT_ROW}\r")

    assert (problem.code, problem.line, problem.quarantined) == ("bad_csv", 1, True)
    assert problem.message == (
        "expected lines that end in a line feed, found carriage returns alone: save the table as CSV UTF-8 anew"
    )


@pytest.mark.parametrize(
    ("cells", "withdrawn"),
    [
        ("2022-01-20 00:00:00,标准存储,2022-01-15 00:00:00,xyz", ("", 1642608000000, 1642176000000)),
        ("2022-01-20 00:00:00,归档存储,yesterday,1", ("archived", 1642608000000, NEVER_MS)),
        ("yesterday,归档存储,2022-01-15 00:00:00,1", ("archived", None, 1642176000000)),
        ("9999-12-31 23:59:59,标准存储,,xyz", None),
    ],
)
def test_what_takes_a_file_away_counts_beside_a_defect_of_its_row(folder, cells, withdrawn):
    """Its expiry and cold storage, as in a record of the media library; the problem says so."""
    header = "文件名称,文件ID,音视频地址,过期时间,存储类型,更新时间,文件大小"
    row = f"x,5200000000000000002,http://1250000000.vod2.myqcloud.com/a/b.mp4,{cells}"

    problem, *notices = folder.items(f"{header}\n{row}\n{row}\n")[: 2 if withdrawn else 1]

    assert [(item.status, item.filled.expires_ms, item.stated_ms) for item in notices] == [withdrawn][: len(notices)]
    assert (problem.quarantined, problem.file_id) == (True, "5200000000000000002" if withdrawn else "")
    assert ("; this record " in problem.message) == (withdrawn is not None) == (len(notices) == 1)
    assert len({entry.offset for entry in folder.entries("one")}) == len(folder.entries("one"))


NO_NAMES = (
    "expected the column `媒体文件名称` (`Media File Name`), which tells stream and times, found none: the rows make no"
    " replay, and only add to what other records tell of the same files"
)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_an_export_without_names_is_used_and_told(folder, encoding):
    """Its addresses and expiries count beside a list; alone it would make nothing, without a word."""
    header, row = HEADER_ZH.removeprefix("媒体文件名称,"), EXPORT_ROW.partition(",")[2]

    problem, *notices = folder.items(f"{header}\n{row}\n{row}\n".encode(encoding))

    assert (problem.code, problem.line, problem.quarantined, problem.message) == ("missing_column", 1, False, NO_NAMES)
    assert [(notice.file_id, notice.told) for notice in notices] == [("5285890784246869930", None)] * 2


def without(header, name):
    return ",".join(column for column in header.split(",") if column != name)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (without(HEADER_ZH, "文件 ID"), "column `文件 ID` (`File ID`), found none: no row of this table is used"),
        (without(HEADER_EN, "File ID"), "column `文件 ID` (`File ID`), found none: no row of this table is used"),
        (without(HEADER_EN, "File URL"), "column `音视频地址` (`File URL`), found none: no row of this table is used"),
        ("Name,Size,Duration", "columns `文件 ID` (`File ID`) and `音视频地址` (`File URL`), found none: no row of this table is used"),
        ("room,id,format,start,end,duration,url,title", "column `stream`, found none: no row of this table is used; did you mean `room`?"),
        ("stream,id,start,end,link", "column `url`, found none: no row of this table is used; did you mean `link`?"),
        ("stream,id,begin,finish,url", "column `end`, found none: no row of this table is used; did you mean `finish`?"),
        ("teacher,id,start,end,mp4", "columns `stream` and `url`, found none: no row of this table is used"),
    ],
)  # fmt: skip
def test_a_column_that_every_row_needs_is_missed_once(folder, header, wanted):
    row = "x," * header.count(",") + "x\n"
    problem = folder.item(f"{header}\n{row * 30}")

    assert (problem.code, problem.line, problem.quarantined) == ("missing_column", 1, True)
    assert problem.message == f"expected the {wanted}"


@pytest.mark.parametrize("header", ["source,size,created,body", "id,start,body"])
def test_a_log_below_names_of_columns_is_read_as_one(folder, header, line):
    """Its lines hold records, whatever the first one is."""
    *_, found = folder.items(f"{header}\nx,1 {line()}\n")

    assert isinstance(found, Notice)


@pytest.mark.parametrize("title", ["音视频列表\n", "音视频列表,,,,\r\n\r\n", "媒资\n2022-04\n"])
@pytest.mark.parametrize("header", [HEADER_ZH, "stream,id,end,url,title"])
def test_a_title_above_the_names_of_the_columns_is_told_once(folder, title, header):
    problem = folder.item(f"{title}{header}\n{EXPORT_ROW}\n{EXPORT_ROW}\n")

    assert (problem.code, problem.line, problem.quarantined) == ("bad_csv", 1, True)
    assert problem.message == "expected the row of column names first, found it below other lines: take those away"


def test_rows_of_a_table_may_be_in_utf8_and_in_gbk(folder):
    """Exports of two months, one of them saved anew by an editor, and put behind one another."""
    own, other = f"{HEADER_ZH}\n{EXPORT_ROW}\n".encode("gbk"), f"{EXPORT_ROW}\n".encode()

    assert list(folder.items(own + own.partition(b"\n")[2] + other + other)) == [EXPORTED] * 4


def test_an_export_with_a_column_of_its_owners_takes_files_away_all_the_same(folder):
    table = "id,url,storage,labels,start\n5285890784246869930,https://a.myqcloud.com/a.mp4,archive,x,1\n"

    notices = [item for item in folder.items(table.encode()) if not isinstance(item, Problem)]

    assert [(notice.file_id, notice.status) for notice in notices] == [("5285890784246869930", "archived")]


def test_neutral_rows_without_a_stream_are_told_whatever_else_they_have(folder):
    (problem,) = folder.items(b"room,start,end,url,name\na,1642089450,1642089500,https://a.myqcloud.com/a.mp4,x\n")

    assert (problem.code, problem.quarantined) == ("missing_column", True)


def test_a_row_in_gbk_takes_no_other_away(folder):
    table = f"{HEADER_EN}\n".encode() + f"{EXPORT_ROW}\n".encode() * 2 + f"{EXPORT_ROW}\n".encode("gbk")

    assert list(folder.items(table)) == [EXPORTED] * 3


def test_a_row_in_gbk_whose_bytes_are_utf8_too_is_read(folder):
    """Of 20,902 letters in GBK the pairs of some are UTF-8 as well, two by two, or three that make two."""
    names = [
        "联通",
        "谴",
        "茂",
        "聊",
        "丝",
        "翚翚翚",
        "".join(bytes([0xE6, 0x82, 0xB2, 0xE6, 0x82, 0xB2]).decode("gbk")),
    ]
    rows = [f"s,{n},1642089450,https://m.example.com/{n}.flv,{name}" for n, name in enumerate(names)]
    table = "\n".join(["stream,id,end,url,title,标题", *(f"{row}," for row in rows), ""])

    assert [item.filled.title for item in folder.items(table.encode("gbk"))] == names


@pytest.mark.parametrize(
    ("rounded", "true", "told"),
    [(34, 0, "34 of 34"), (2, 0, "2 of 2"), (3, 200, "3 of 203"), (1, 0, ""), (1, 5, ""), (2, 300, "")],
)
def test_ids_that_a_spreadsheet_rounded_are_told_once_for_the_table(folder, rounded, true, told):
    """One that ends in zeros may be chance; they are used all the same."""
    names = [str(528589078424686 + n) + "0000" for n in range(rounded)]
    names += [str(5285890784246869931 + 7 * n) for n in range(true)]
    rows = [EXPORT_ROW.replace("5285890784246869930", name) for name in names]

    items = folder.items("\n".join([HEADER_ZH, *rows, ""]))

    assert [item.file_id for item in items[: len(names)]] == names
    assert [(item.code, item.quarantined, item.line) for item in items[len(names) :]] == (
        [("rounded_id", False, 2)] if told else []
    )
    assert not told or items[-1].message == (
        f"expected file ids as they are, found {told} that end in four zeros, as a spreadsheet leaves them: "
        "they are those of no file; export again, and do not open the file in a spreadsheet"
    )
    assert len({entry.offset for entry in folder.entries("one")}) == len(items)
