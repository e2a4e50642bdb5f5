"""Lists, exports, events and neutral rows: each dialect is recognised by content and read with its own habits."""

import gzip
import json

import pytest

from builder.model import NEVER_MS, Filled, Ignored, Notice, Problem, Rendition, StreamKey, Told
from builder.sources.receiver import checksum

LIST_ENTRY = {
    "appid": "1250000000", "create_time": "2018-11-02 13:48:12", "start_time": "2018-11-02 13:47:40",
    "end_time": "2018-11-02 13:48:09", "err_code": "0", "expire_time": "2038-01-19 11:14:07", "file_format": "3",
    "file_id": "5200000000000000002", "file_size": "4571794", "id": "276837460", "record_file_id": "5200000000000000002",
    "record_file_url": "http://1250000000.vod2.myqcloud.com/0123/4567/f0.mp4", "record_type": None,
    "report_message": None, "stream_id": "32810_demo", "task_id": None, "task_sub_type": "0",
    "vid": "210000088_4532e20c00000000000000000000abcd", "vod2Flag": "1",
}  # fmt: skip
MEDIA_INFO = {
    "FileId": "5285890784246869930",
    "BasicInfo": {
        "Name": "An evening", "CreateTime": "2022-04-02T07:46:45Z", "UpdateTime": "2022-04-03T00:00:00Z",
        "ExpireTime": "9999-12-31T23:59:59Z", "Type": "mp4", "MediaUrl": "http://1.vod2.myqcloud.com/a/f0.mp4?t=5",
        "CoverUrl": "http://1.vod2.myqcloud.com/a/cover.jpg", "Category": "Video", "Status": "Normal",
        "StorageClass": "STANDARD", "Vid": "210000088_abcd", "TagSet": ["show", "music", "show", 5],
        "SourceInfo": {
            "SourceType": "Record",
            "SourceContext": "rtmp://push.example.com/live/demo?txSecret=CANARYTXSECRET0010",
            "LiveRecordInfo": {"Domain": "push.example.com", "Path": "live", "StreamId": "demo",
                               "RecordStartTime": "2022-04-02T07:46:28Z", "RecordEndTime": "2022-04-02T07:46:43Z"},
        },
    },
    "MetaData": {"Size": 123456, "Container": "mov,mp4,m4a", "Duration": 19.129, "Width": 0},
    "TranscodeInfo": {"TranscodeSet": [
        {"Url": "http://1.vod2.myqcloud.com/a/f0.mp4", "Definition": 0},
        {"Url": "http://1.vod2.myqcloud.com/t/v.f230.m3u8", "Definition": 230, "Bitrate": 800000, "Height": 720,
         "Width": 1280, "Size": 5, "Duration": 19.0, "Container": "hls"},
        {"Url": "javascript:pwn(1)", "Definition": 30},
    ]},
    "AdaptiveDynamicStreamingInfo": {"AdaptiveDynamicStreamingSet": [
        {"Definition": 10, "Package": "HLS", "DrmType": "SimpleAES", "Url": "http://1.vod2.myqcloud.com/d/adp.10.m3u8"},
        {"Definition": 12, "Package": "DASH", "DrmType": "", "Url": "http://1.vod2.myqcloud.com/d/adp.12.mpd"},
    ]},
    "SnapshotByTimeOffsetInfo": None,
}  # fmt: skip
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
    filled=Filled(NEVER_MS, "http://1.vod2.myqcloud.com/a/c.jpg", tags=("music", "show"), vid="210000088_abcd"),
    stated_ms=1648944000000,
)  # fmt: skip


def changed(values, path, value):
    copy = json.loads(json.dumps(values))
    *outer, last = path.split(".")
    inner = copy
    for key in outer:
        inner = inner[key]
    inner[last] = value
    return copy


def response(*entries, **more):
    return {"errmsg": "ok", "ret": 0, "output": {"all_count": len(entries), "file_list": list(entries)}, **more}


@pytest.mark.parametrize("indent", [None, 1])
def test_a_file_list_is_read_in_china_time(folder, indent):
    """Every scalar is text, 2038 means never, the format is a number."""
    notice = folder.item(json.dumps(response(LIST_ENTRY), indent=indent))

    assert notice == Notice(
        file_id="5200000000000000002",
        appid="1250000000",
        told=Told(
            StreamKey("32810_demo"), "mp4", 1541137689000, 1541137660000, None, 4571794,
            "http://1250000000.vod2.myqcloud.com/0123/4567/f0.mp4",
        ),
        filled=Filled(expires_ms=NEVER_MS, vid="210000088_4532e20c00000000000000000000abcd"),
        stated_ms=1541137692000,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "check"),
    [
        ("record_file_url", "", lambda n: n.told.url == "http://210000088.vod.myqcloud.com/210000088_4532e20c00000000000000000000abcd.f0.flv"),
        ("record_file_url", None, lambda n: n.told.url.startswith("http://210000088.vod.myqcloud.com/")),
        ("file_format", "2", lambda n: n.told.format == "hls" and n.flags == ("format_mismatch",)),
        ("file_format", None, lambda n: n.told.format == "mp4"),
        ("expire_time", "2018-11-09 13:48:12", lambda n: n.filled.expires_ms == 1541742492000),
        ("expire_time", "0000-00-00 00:00:00", lambda n: n.filled.expires_ms is None),
        ("file_size", None, lambda n: n.told.size_bytes is None),
        ("start_time", None, lambda n: n.told.start_ms is None),
        ("err_code", "7", lambda n: n == Ignored("file list entry of a failed recording")),
        ("end_time", None, lambda n: n.code == "missing_field"),
        ("end_time", "2018-13-02 13:48:09", lambda n: n.code == "bad_field" and n.field == "end_time"),
        ("stream_id", None, lambda n: n.code == "missing_field" and n.field == "stream_id"),
        ("file_id", "5.2E+18", lambda n: n.code == "damaged_id"),
    ],
)  # fmt: skip
def test_file_list_entries_have_their_quirks(folder, field, value, check):
    """What is missing is not told; what cannot be known is refused with its field."""
    item = folder.item(response(changed(LIST_ENTRY, field, value)))
    assert check(item), item


def test_slices_of_2017_take_the_wall_clock_from_the_name(folder):
    """startTime and endTime are seconds inside the slice; there is no address."""
    entry = {"fileId": "16092504232103571364", "fileName": "直播 -sparrow_hls-20160120-0958-20160120-1010",
             "startTime": "7", "endTime": "720", "taskId": "15"}  # fmt: skip
    for key in ("filesInfo", "fileSet"):
        notice = folder.item({"code": 0, "message": "", "totalCount": "1", key: [entry]})

        assert notice == Notice(
            file_id="16092504232103571364",
            told=Told(StreamKey("sparrow_hls"), "other", 1453255800000, 1453255080000, 713000),
            filled=Filled(task_id="15"),
            flags=("no_address",),
        )
    assert folder.item({"fileSet": [{**entry, "fileName": "x"}]}).code == "no_time"


@pytest.mark.parametrize("wrap", [lambda r: r, lambda r: {"Response": r}])
@pytest.mark.parametrize("indent", [None, 2])
def test_media_infos_tell_and_fill(folder, wrap, indent):
    """Times are UTC, the name is a title, transcodes are renditions, what cannot play is flagged and left out."""
    text = json.dumps(
        wrap({"TotalCount": 1, "MediaInfoSet": [MEDIA_INFO], "NotExistFileIdSet": ["77", "78"]}), indent=indent
    )
    notice, *deleted = folder.items(text)

    assert notice == Notice(
        file_id="5285890784246869930",
        told=Told(
            StreamKey("demo", "push.example.com", "live"), "mp4", 1648885603000, 1648885588000, 19129, 123456,
            "http://1.vod2.myqcloud.com/a/f0.mp4",
        ),
        filled=Filled(
            expires_ms=NEVER_MS,
            cover_url="http://1.vod2.myqcloud.com/a/cover.jpg",
            renditions=(
                Rendition("http://1.vod2.myqcloud.com/t/v.f230.m3u8", "hls", 1280, 720, 800000, 5, 19000),
                Rendition("http://1.vod2.myqcloud.com/d/adp.12.mpd", "dash"),
            ),
            title="An evening",
            tags=("music", "show"),
            vid="210000088_abcd",
        ),
        status="normal",
        stated_ms=1648944000000,
        flags=("bad_rendition", "drm"),
    )  # fmt: skip
    assert [(item.file_id, item.status, item.told) for item in deleted] == [
        ("77", "deleted", None),
        ("78", "deleted", None),
    ]
    assert "CANARY" not in repr(notice)


@pytest.mark.parametrize(
    ("path", "value", "check"),
    [
        ("BasicInfo.Status", "Forbidden", lambda n: n.status == "forbidden"),
        ("BasicInfo.Status", "SystemForbidden", lambda n: n.status == "forbidden"),
        ("BasicInfo.StorageClass", "DEEP_ARCHIVE", lambda n: n.told.url == "" and "archived" in n.flags),
        ("BasicInfo.ExpireTime", "2022-04-09T07:46:45", lambda n: n.filled.expires_ms == 1649490405000),
        ("BasicInfo.ExpireTime", "", lambda n: n.filled.expires_ms is None),
        ("BasicInfo.CoverUrl", "javascript:pwn(1)", lambda n: n.filled.cover_url == "" and "bad_cover" in n.flags),
        ("BasicInfo.SourceInfo.LiveRecordInfo", None,
         lambda n: n.told.stream == StreamKey("demo", "push.example.com", "live")
         and n.told.end_ms == 1648885605000 and "end_from_creation" in n.flags),
        ("BasicInfo.SourceInfo", None, lambda n: n.told is None and n.filled.title == "An evening"),
        ("BasicInfo.Name", "demo_2022-04-02-15-46-28_2022-04-02-15-46-43", lambda n: n.filled.title == ""),
        ("TranscodeInfo", None, lambda n: len(n.filled.renditions) == 1),
        ("MetaData", None, lambda n: n.told.duration_ms is None and n.told.size_bytes is None),
        ("MetaData.Duration", 0, lambda n: n.told.duration_ms is None),
        ("BasicInfo.MediaUrl", "http://a.example.com/x.html", lambda n: n.code == "media_suffix"),
        ("FileId", None, lambda n: n.code == "missing_field"),
        ("FileId", 5285890784246869930, lambda n: n.code == "damaged_id"),
    ],
)  # fmt: skip
def test_media_infos_have_their_quirks(folder, path, value, check):
    """As one line of the console's JSON export."""
    item = folder.item(changed(MEDIA_INFO, path, value))
    assert check(item), item


def test_a_default_name_is_no_title_but_tells_stream_and_times_in_china_time(folder):
    """Older accounts have no LiveRecordInfo; milliseconds may be part of the name."""
    info = changed(MEDIA_INFO, "BasicInfo.SourceInfo", {"SourceType": "Record"})
    info["BasicInfo"]["Name"] = "25_mix_1_2022-04-02-15-46-28-500_2022-04-02-15-46-43-250"

    notice = folder.item(info)

    assert notice.told.stream == StreamKey("25_mix_1")
    assert (notice.told.start_ms, notice.told.end_ms) == (1648885588500, 1648885603250)
    assert notice.filled.title == ""


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


@pytest.mark.parametrize(
    ("header", "row", "check"),
    [
        ("文件ID;时长;音视频地址", "5285;300;http://a.example.com/x.mp4", lambda n: n.file_id == "5285" and n.told is None),
        ("File ID\tFile URL\tSize", "5285\thttp://a.example.com/x.mp4\t1", lambda n: n.file_id == "5285"),
        ("File ID,File URL,Name", '="5285",http://a.example.com/x.mp4,=cmd()', lambda n: n.file_id == "5285" and n.filled.title == "cmd()"),
        ("File ID,File URL,Name", '5285,http://a.example.com/x.mp4,"a ""b""\nc"', lambda n: n.code == "bad_text"),
        ("File ID,File URL,Name", '5285,http://a.example.com/x.mp4,"a ""b"", c"', lambda n: n.filled.title == 'a "b", c'),
        ("File ID,File URL,Name", "5.28589E+18,http://a.example.com/x.mp4,n", lambda n: n.code == "damaged_id" and "spreadsheet" in n.message),
        ("File ID,File URL,Name", "5285890784246860000,http://a.example.com/x.mp4,n", lambda n: n.flags == ("rounded_id",)),
        ("File ID,File URL,Storage", "5285,http://a.example.com/x.mp4,归档存储", lambda n: "archived" in n.flags),
        ("File ID,File URL,Name", "5285,http://a.example.com/x.mp4", lambda n: n.code == "bad_csv"),
        ("File ID,File URL,Expiration Time", "5285,http://a.example.com/x.mp4,-", lambda n: n.filled.expires_ms is None),
        ("File ID,File URL,Expiration Time", "5285,http://a.example.com/x.mp4,2022/4/2 8:00", lambda n: n.filled.expires_ms == 1648857600000),
        ("stream,id,start,end,url", "s,,1642089445,1642089598,http://a.example.com/x.mp4", lambda n: n.file_id == "" and n.told.stream == StreamKey("s")),
    ],
)  # fmt: skip
def test_tables_have_their_quirks(folder, header, row, check):
    """Any delimiter a spreadsheet writes, cells that force text, ids that a spreadsheet destroyed."""
    item = folder.item(f"{header}\n{row}\n")
    assert check(item), item


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
    ],
)
def test_neutral_rows_are_read_from_yaml(folder, text):
    """Scalars stay text: an id keeps its leading zero."""
    notice = folder.item(text)

    assert (notice.file_id, notice.told.end_ms, notice.flags) == ("0123", 1642089450000, ())


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


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": ["5", "6"]}}, [("5", "deleted"), ("6", "deleted")]),
        ({"version": "4.0", "eventType": "FileDeleted", "data": {"fileInfo": [{"fileId": "5"}]}}, [("5", "deleted")]),
        ({"EventSet": [{"EventHandle": "h", "EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": ["5"]}}]}, [("5", "deleted")]),
        ({"EventType": "NewFileUpload", "FileUploadEvent": {"FileId": "5", "MediaBasicInfo": MEDIA_INFO["BasicInfo"], "MetaData": MEDIA_INFO["MetaData"]}},
         [("5", "normal")]),
        ({"version": "4.0", "eventType": "NewFileUpload", "data": {"fileId": "5", "fileName": "s_2022-04-02-15-46-28_2022-04-02-15-46-43",
          "fileUrl": "http://1.vod2.myqcloud.com/a/f0.mp4", "sourceContext": "rtmp://x", "sourceType": "Record", "streamId": "s"}}, [("5", "")]),
    ],
)  # fmt: skip
def test_media_library_events_change_files(folder, event, expected):
    """A deletion is final and names every file; a new file is told of."""
    items = folder.items(json.dumps(event))

    assert [(item.file_id, item.status) for item in items] == expected
    assert all((item.told is None) == (item.status == "deleted") for item in items)
    assert len({entry.offset for entry in folder.entries("one")}) == len(items)


def test_other_media_library_events_are_ignored(folder):
    """They are counted by their kind."""
    assert folder.item({"EventType": "ComposeMediaComplete", "ComposeMediaCompleteEvent": {"Output": {"FileId": 5285890784246869930}}}) == (
        Ignored("VOD event ComposeMediaComplete")
    )  # fmt: skip
    assert folder.item({"EventType": "FileDeleted"}).code == "missing_field"


def test_the_official_callback_log_repeats_failed_tries(folder, line):
    """Each `Request` is a callback as it was posted."""
    row = {"EventTime": "2022-01-13T15:59:58Z", "EventType": 100, "Request": line(), "Response": "", "ResultCode": 1}
    items = folder.items(json.dumps({"Response": {"DataInfoList": [row, {**row, "ResultCode": 0}], "PageNum": 1}}))

    assert items[0] == items[1]
    assert items[0].told.duration_ms == 154000


@pytest.mark.parametrize(
    "wrap",
    [
        json.dumps,
        lambda body: json.dumps({"body": body, "headers": {}}),
        lambda body: json.dumps({"time": 5, "request": json.loads(body)}),
        lambda body: json.dumps({"Request": body}),
        lambda body: json.dumps({"body": json.dumps({"body": body})}),
        lambda body: "Sep  5 17:46:32 host app[123]: " + body,
        lambda body: "2025-09-05 INFO body=" + body,
        lambda body: "2025-09-05 {trace} body: " + body,
        lambda body: '203.0.113.9 "POST /cb" 200 ' + json.dumps(body),
        lambda body: '203.0.113.9 "POST /cb" 200 ' + json.dumps(body) + ' "agent"',
        lambda body: '203.0.113.9 "-" "' + body.replace("\\", "\\x5C").replace('"', "\\x22") + '" 5',
        lambda body: "[" + body + "]",
    ],
    ids=range(12),
)
def test_a_request_log_gives_the_bodies_back(folder, line, wrap):
    """Text then an object, JSON in a string, envelopes, both of nginx's escapes."""
    for text in (line(), line(stream_id="直播")):
        assert folder.item(wrap(text) + "\n") == folder.item(text)


@pytest.mark.parametrize(
    "text",
    [
        "/* x */%s", ")]}',%s", "callback(%s)", "x %s y", "\x1b[31m %s", "%s//x", "{%s", '"%s', "x %s}",
        '"-" "{\\x22event_type\\x22:100" 5', "event_type=100&file_id=5", "<html>%s</html>", "'%s'",
    ],
)  # fmt: skip
def test_other_text_around_an_object_is_refused(folder, line, text):
    """What is no known form may be a torn record with a whole one behind it."""
    items = folder.items((text % line() if "%s" in text else text) + "\n")
    assert [type(item) for item in items] == [Problem]


def logged(body, *, verdict="fresh", received_ms=1757065592123, **more):
    frame = {"received_ms": received_ms, "verdict": verdict, "crc": checksum(received_ms, verdict, body), "body": body}
    return json.dumps({**frame, **more}, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize(("verdict", "rank"), [("fresh", "fresh"), ("late", "late"), ("unsigned", "batch")])
def test_a_line_of_our_receiver_has_the_rank_of_its_arrival(folder, line, verdict, rank):
    """The body is read as any callback is."""
    for body in (line(), line(stream_id="直播"), line(new="field")):
        notice = folder.item(logged(body, verdict=verdict) + "\n")
        assert notice.verdict == rank
        assert notice.told == folder.item(body).told


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace("fresh", "late"), "checksum"),
        (lambda text: text.replace('demo\\"', 'Demo\\"', 1), "checksum"),
        (lambda text: text[:-5], "bad_json"),
        (lambda text: text.replace('"crc"', '"other"'), "bad_json"),
    ],
)
def test_a_damaged_line_of_our_receiver_is_quarantined(folder, line, change, code):
    """The checksum covers time, verdict and body."""
    assert folder.item(change(logged(line())) + "\n").code == code


def test_what_our_receiver_redacted_is_still_read(folder, line):
    """Events and bad bodies in the log are what they are elsewhere."""
    assert folder.item(logged(line(), redacted=True) + "\n").verdict == "fresh"
    assert folder.item(logged('{"event_type":321}') + "\n") == Ignored("event 321")
    assert folder.item(logged('{"event_type":100}') + "\n").code == "missing_field"
    assert folder.item(logged("not json", verdict="odd") + "\n").code == "bad_field"


@pytest.mark.parametrize("text", ["", "\n\n", " \t\n", "[]", "[ ]\n", '{"MediaInfoSet":[],"TotalCount":0}', "\ufeff"])
def test_nothing_is_no_record(folder, text):
    """Blank files and empty pages of an answer give no entry."""
    assert folder.items(text) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"a":1}'.encode("utf-16"), "bad_encoding"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "unknown_file"),
        (gzip.compress(gzip.compress(b"{}")), "bad_gzip"),
        (b"\x1f\x8b\x08garbage", "bad_gzip"),
        ("媒体文件名称,文件ID,音视频地址\n".encode() + b"\xff\xff\xff,5,6\n", "bad_encoding"),
    ],
)
def test_a_file_that_is_no_text_is_one_problem(folder, content, code):
    """One bad file never hides another, and is not reported by its lines."""
    assert [item.code for item in folder.items(content)] == [code]


def test_gzip_is_read_like_its_content(folder, line):
    """Also in several members."""
    content = gzip.compress(f"{line()}\n".encode(), mtime=0) + gzip.compress(f"{line()}".encode(), mtime=0)
    assert folder.items(content) == [folder.item(line())] * 2
