"""Lists, exports, events and neutral rows: each dialect is recognised by content and read with its own habits."""

import json

import pytest

from builder.model import NEVER_MS, Filled, Ignored, Notice, Precision, Problem, PushEvent, Rendition, StreamKey, Told
from builder.sources import limits

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
        filled=Filled(expires_ms=NEVER_MS),
        stated_ms=1541137692000,
        precision=Precision(times_ms=10_000),
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
        ("stream_id", None, lambda n: n.told.stream == StreamKey("") and n.flags == ("no_stream",)),
        ("err_code", 0, lambda n: n.told.stream == StreamKey("32810_demo")),
        ("file_size", 4571794, lambda n: n.told.size_bytes == 4571794),
        ("start_time", 1541137660, lambda n: n.told.start_ms == 1541137660000),
        ("start_time", "1541137660000", lambda n: n.told.start_ms == 1541137660000),
        ("file_id", "5.2E+18", lambda n: n.code == "damaged_id"),
    ],
)  # fmt: skip
def test_file_list_entries_have_their_quirks(folder, field, value, check):
    """What is missing is not told; what cannot be known is refused with its field."""
    item = folder.item(response(changed(LIST_ENTRY, field, value)))
    assert check(item), item


def test_a_file_list_as_documented_names_no_stream(folder):
    """The question named it; a list exported with the channel's name has it."""
    entry = {
        "vid": "210000088_4532e20c00000000000000000000abcd", "start_time": "2018-11-02 13:47:40",
        "end_time": "2018-11-02 13:48:09", "file_id": "52", "record_file_url": "http://a.vod2.myqcloud.com/52/f0.mp4",
    }  # fmt: skip
    assert folder.item(response(entry)) == Notice(
        file_id="52",
        told=Told(
            StreamKey(""), "mp4", 1541137689000, 1541137660000, None, None, "http://a.vod2.myqcloud.com/52/f0.mp4"
        ),
        flags=("no_stream",),
        precision=Precision(times_ms=10_000),
    )
    assert folder.item(response({**entry, "channel_id": "c"})).told.stream == StreamKey("c")


@pytest.mark.parametrize(
    "empty",
    [
        {"ret": 0, "output": {"all_count": 0, "file_list": None}},
        {"Response": {"MediaInfoSet": None, "RequestId": "x"}},
        {"DataInfoList": None},
    ],
)
def test_a_response_without_records_is_ignored(folder, empty):
    """A list that is null is an empty one."""
    assert folder.item(json.dumps(empty) + "\n") == Ignored("empty response")


@pytest.mark.parametrize("key", ["EventList", "PublishInfo"])
def test_a_listed_push_has_both_ends(folder, key):
    """Rows of the live API tie recordings as the events do; nobody's address is kept."""
    row = {
        "AppName": "live", "DomainName": "push.example.com", "StreamName": "demo", "ClientIp": "203.0.113.9",
        "StreamStartTime": "2022-01-13T15:57:00Z", "StreamEndTime": "2022-01-13T16:57:00Z", "Duration": 3600,
    }  # fmt: skip
    stream = StreamKey("demo", "push.example.com", "live")

    assert folder.items(json.dumps({"Response": {key: [row], "TotalNum": 1}})) == [
        PushEvent(stream, "start", 1642089420000, "listed 1642089420000"),
        PushEvent(stream, "stop", 1642093020000, "listed 1642089420000"),
    ]
    for gap in ("StreamStartTime", "StreamEndTime"):
        assert isinstance(folder.item(json.dumps({key: [{**row, gap: "-"}]})), Ignored)


def test_listed_tasks_are_ignored(folder):
    """A task tells of no file."""
    row = {"TaskId": "abc", "StreamName": "demo", "StartTime": 1642089400, "EndTime": 1642093000, "Stopped": 0}
    assert folder.item(json.dumps({"Response": {"TaskList": [row]}})) == Ignored("listed recording task")


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
            precision=Precision(times_ms=70_000, length_ms=10_000),
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
        ("BasicInfo.Status", "forbidden", lambda n: n.status == "forbidden"),
        ("BasicInfo.Status", "NORMAL", lambda n: n.status == "normal"),
        ("BasicInfo.Status", "", lambda n: n.status == ""),
        ("BasicInfo.StorageClass", "DEEP_ARCHIVE", lambda n: n.told.url == "" and n.status == "archived"),
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


WITHDRAWN = changed(
    changed(MEDIA_INFO, "BasicInfo.Status", "Forbidden"), "BasicInfo.ExpireTime", "2022-05-01T00:00:00Z"
)
STATED_MS = 1648944000000
GOES_MS = 1651363200000


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("BasicInfo.Name", "a\tb", "bad_text"),
        ("BasicInfo.Name", 5, "bad_field"),
        ("BasicInfo.MediaUrl", "ftp://x/y.mp4", "bad_url"),
        ("BasicInfo.MediaUrl", "http://a.example.com/x.html", "media_suffix"),
        ("BasicInfo.Type", ["x"], "bad_field"),
        ("BasicInfo.SourceInfo.LiveRecordInfo.RecordEndTime", "yesterday", "bad_field"),
        ("MetaData.Duration", -1, "bad_field"),
        ("MetaData.Duration", "NaN", "bad_field"),
        ("MetaData.Size", 1.5, "bad_field"),
    ],
)  # fmt: skip
def test_what_takes_a_file_away_counts_beside_another_fields_defect(folder, path, value, code):
    """The rest of the record is set aside and told, alone or in an event; what brings a file back is not used."""
    info = changed(WITHDRAWN, path, value)
    uploaded = {"EventType": "NewFileUpload", "FileUploadEvent": {**info, "MediaBasicInfo": info["BasicInfo"]}}
    gone = Notice(file_id=info["FileId"], filled=Filled(expires_ms=GOES_MS), status="forbidden", stated_ms=STATED_MS)

    for record in (info, uploaded, {"body": [info]}):
        problem, notice = folder.items(json.dumps(record))
        assert notice == gone
        assert (problem.code, problem.quarantined) == (code, True)
    there = changed(info, "BasicInfo.Status", "Normal")
    there["BasicInfo"]["ExpireTime"] = "9999-12-31T23:59:59Z"
    assert folder.item(there).code == code


@pytest.mark.parametrize(
    ("path", "value", "withdrawn"),
    [
        ("BasicInfo.UpdateTime", "yesterday", ("forbidden", GOES_MS, NEVER_MS)),
        ("BasicInfo.ExpireTime", "yesterday", ("forbidden", None, STATED_MS)),
        ("BasicInfo.Status", "Weird", ("forbidden", GOES_MS, STATED_MS)),
        ("BasicInfo.Status", 3, ("forbidden", GOES_MS, STATED_MS)),
        ("BasicInfo.StorageClass", 3, ("forbidden", GOES_MS, STATED_MS)),
    ],
)
def test_a_defect_of_what_takes_a_file_away_closes(folder, path, value, withdrawn):
    """What cannot be read never counts as permission; an unreadable moment is no earlier than any other."""
    problem, notice = folder.items(json.dumps(changed(WITHDRAWN, path, value)))

    assert (notice.status, notice.filled.expires_ms, notice.stated_ms) == withdrawn
    assert (problem.code, problem.field) == ("bad_field", path.rpartition(".")[2])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (r'"cut \ud83d"', "bad_encoding"),
        (b'"cut \xf0\x9f"'.decode(errors="surrogateescape"), "bad_encoding"),
        ('"x","Twice":1,"Twice":2', "duplicate_key"),
        ('"x","Rate":NaN', "bad_number"),
        ('"x","Rate":-0', "bad_number"),
        ('"x","Rate":1e999', "bad_number"),
        ('"x","Rate":' + "1" * 21, "bad_number"),
        ('"x","Deep":' + "[" * 16 + "]" * 16, "record_too_deep"),
    ],
)
def test_what_takes_a_file_away_counts_in_json_that_is_not_strict(folder, name, code):
    """Alone, in a response, laid out, in an event or an envelope: the record is set aside, its file goes."""
    info = changed(WITHDRAWN, "BasicInfo.Name", "HERE")
    gone = Notice(file_id=info["FileId"], filled=Filled(expires_ms=GOES_MS), status="forbidden", stated_ms=STATED_MS)
    uploaded = {"EventType": "NewFileUpload", "FileUploadEvent": {**info, "MediaBasicInfo": info["BasicInfo"]}}

    for record in (info, {"Response": {"MediaInfoSet": [info]}}, uploaded, {"body": info}, {"body": [info]}):
        for indent in (None, 1):
            text = json.dumps(record, indent=indent).replace('"HERE"', name)
            problem, notice = folder.items(text.encode(errors="surrogateescape"))
            assert notice == gone
            assert (problem.code, problem.quarantined) == (code, True)


@pytest.mark.parametrize(
    ("twice", "withdrawn"),
    [
        ('"Status":"Normal","Status":"Forbidden"', ("forbidden", STATED_MS)),
        ('"Status":"Forbidden","Status":"Normal"', ("forbidden", STATED_MS)),
        ('"Status":"Forbidden","Status":"Forbidden"', ("forbidden", STATED_MS)),
        ('"Status":"Forbidden","UpdateTime":"2022-04-04T00:00:00Z"', ("forbidden", NEVER_MS)),
        ('"Status":"Normal","Status":"Normal"', None),
    ],
)
def test_of_two_values_of_a_key_the_one_that_hides_counts(folder, twice, withdrawn):
    text = json.dumps(changed(changed(MEDIA_INFO, "BasicInfo.Status", "HERE"), "BasicInfo.ExpireTime", ""))

    problem, *notices = folder.items(text.replace('"Status": "HERE"', twice))

    assert problem.code == "duplicate_key"
    assert [(notice.status, notice.stated_ms) for notice in notices] == ([withdrawn] if withdrawn else [])


FORBIDDEN = {"FileId": "5", "BasicInfo": {"Status": "Forbidden", "Name": "HERE"}}
ANSWER = {"Response": {"MediaInfoSet": [FORBIDDEN], "TotalCount": 1}}


@pytest.mark.parametrize(
    "text",
    [
        '{"FileId":"5","BasicInfo":{"Status":"Forbidden","Name":"x"},"BasicInfo":{"Status":"Forbidden"}}',
        '{"FileId":"5","BasicInfo":{"Status":"Normal"},"BasicInfo":{"Status":"Forbidden"},"BasicInfo":null}',
        '{"FileId":"5","BasicInfo":0,"BasicInfo":{"Status":"Forbidden"}}',
        '{"FileId":"5","BasicInfo":{"Status":"Normal"},"BasicInfo":"x","BasicInfo":{"Status":"Forbidden"}}',
        '{"FileId":"5","FileId":null,"BasicInfo":{"Status":"Forbidden"}}',
        '{"EventType":"NewFileUpload","FileUploadEvent":{"FileId":"5","MediaBasicInfo":{"Status":"Forbidden"},"MediaBasicInfo":{}}}',
        '{"EventType":"NewFileUpload","FileUploadEvent":{"FileId":"5"},"FileUploadEvent":{"MediaBasicInfo":{"Status":"Forbidden"}}}',
        '{"EventType":"NewFileUpload","FileUploadEvent":"x","FileUploadEvent":{"FileId":"5","MediaBasicInfo":{"Status":"Forbidden"}}}',
        '{"EventType":"NewFileUpload","FileUploadEvent":{"FileId":"5"},"FileUploadEvent":"x","FileUploadEvent":{"MediaBasicInfo":{"Status":"Forbidden"}}}',
        json.dumps(FORBIDDEN).replace('"HERE"', "9" * 5000),
        *(json.dumps({"t": 1, "body": body})[:-1] + ',"t":2}' for body in (FORBIDDEN, json.dumps(FORBIDDEN), json.dumps([FORBIDDEN]))),
        *(json.dumps({"body": body})[:-1] + ',"z":NaN}' for body in (json.dumps(ANSWER), json.dumps([json.dumps(ANSWER)]))),
        f'{{"body":{json.dumps(FORBIDDEN)},"body":{json.dumps(json.dumps(ANSWER))},"body":"GET / HTTP/1.1"}}',
        json.dumps({"body": json.dumps(ANSWER).replace("HERE", "\\ud83d")}),
        json.dumps({"body": json.dumps([FORBIDDEN]).replace("HERE", "\\ud83d")}),
        json.dumps({"body": json.dumps(FORBIDDEN).replace("HERE", "a\nb")}),
        "2022-01-13 got " + json.dumps(FORBIDDEN).replace("HERE", "\\ud83d"),
        "2022-01-13 got " + json.dumps(ANSWER).replace('"HERE"', "NaN"),
        '- "' + json.dumps(FORBIDDEN).replace('"HERE"', "NaN").replace('"', "\\x22") + '"',
    ],
    ids=range(22),
)  # fmt: skip
def test_nothing_around_a_withdrawal_that_is_not_strict_hides_it(folder, text):
    """Keys told twice, numbers of any length, texts in texts, answers in them, behind words: whatever holds the file."""
    problem, notice, *more = folder.items(text + "\n")

    assert (problem.quarantined, problem.file_id) == (True, "5")
    assert (notice.file_id, notice.status, notice.told) == ("5", "forbidden", None)
    assert not [item for item in more if item != notice]


def test_of_files_and_states_told_in_many_ways_each_file_is_withdrawn_once(folder):
    """By what all ways say together: each with each would be millions in one record."""
    states = [{"Status": "Normal", "UpdateTime": f"2022-04-01T00:{minute:02}:00Z"} for minute in range(60)]
    states[3] |= {"Status": "Forbidden", "ExpireTime": "2022-05-01T00:00:00Z"}
    states[59]["UpdateTime"] = "2022-04-03T00:00:00Z"
    text = ",".join(f'"FileId":"{5200 + n}","BasicInfo":[{json.dumps(state)}]' for n, state in enumerate(states))

    _, *notices = folder.items(f"{{{text}}}\n")

    assert [notice.file_id for notice in notices] == [str(5200 + n) for n in range(60)]
    told = {(notice.status, notice.filled.expires_ms, notice.stated_ms) for notice in notices}
    assert told == {("forbidden", GOES_MS, STATED_MS)}


@pytest.mark.parametrize("levels", [100, 500, 900, 4000])
@pytest.mark.parametrize("under", ["body", "request", "x"])
def test_a_record_of_any_depth_is_one_problem(folder, under, levels):
    """Also in an answer: what looks for a withdrawal in it goes no deeper than withdrawals can be."""
    record = f'{{"FileId":"5","BasicInfo":1,"{under}":{"[" * levels}{"]" * levels}}}'

    for text in (record, f'{{"Response":{{"MediaInfoSet":[{record}]}}}}', f'{{"body":{json.dumps(record)}}}'):
        assert folder.item(text + "\n").code == "record_too_deep"


@pytest.mark.parametrize(
    ("info", "path", "value", "said"),
    [
        (WITHDRAWN, "BasicInfo.Name", 5, "this record withdraws the file `5285890784246869930` unless a later record says otherwise"),
        (MEDIA_INFO, "BasicInfo.Status", "Weird", "this record withdraws the file `5285890784246869930` unless a later record says otherwise"),
        (WITHDRAWN, "BasicInfo.UpdateTime", "yesterday",
         "this record withdraws the file `5285890784246869930` unless it is repaired or taken away"),
        (changed(WITHDRAWN, "BasicInfo.Status", ""), "BasicInfo.Name", 5, "this record lets the file `5285890784246869930` go when it expires unless a later record says otherwise"),
        (changed(MEDIA_INFO, "BasicInfo.StorageClass", "ARCHIVE"), "BasicInfo.Name", 5,
         "this record tells that the file `5285890784246869930` is archived unless a later record says otherwise"),
    ],
)  # fmt: skip
def test_a_refused_record_says_what_becomes_of_its_file(folder, info, path, value, said):
    """Also in an event, where the id stands further in; and in JSON that is not strict."""
    info = changed(info, path, value)
    uploaded = {"EventType": "NewFileUpload", "FileUploadEvent": {**info, "MediaBasicInfo": info["BasicInfo"]}}

    for text in (json.dumps(info), json.dumps(uploaded), json.dumps(info)[:-1] + ',"Rate":NaN}'):
        problem, _ = folder.items(text)
        assert problem.message.partition("; ")[2] == said
        assert problem.file_id == info["FileId"]


def test_a_refused_record_of_many_files_names_the_first(folder):
    """Each goes; the sentence stays one that can be read."""
    bodies = [{"FileId": str(number), "BasicInfo": {"Status": "Forbidden"}} for number in range(1, 801)]

    problem, *gone = folder.items(json.dumps({"a": 1, "body": bodies})[:-1] + ',"a":2}')

    said = "this record withdraws the file `1` (and 799 more) unless a later record says otherwise"
    assert problem.message == f"the key `a` stands twice; {said}"
    assert [notice.file_id for notice in gone] == [str(number) for number in range(1, 801)]


def test_an_archived_file_stays_so_beside_a_defect(folder):
    """Its address does not play; without a file id nobody knows whose it is."""
    info = changed(changed(MEDIA_INFO, "BasicInfo.StorageClass", "ARCHIVE"), "MetaData.Duration", -1)

    problem, notice = folder.items(json.dumps(info))

    assert (notice.status, notice.told, problem.code) == ("archived", None, "bad_field")
    assert folder.item({**info, "FileId": "5.2E+18"}).code == "bad_field"


def test_a_default_name_is_no_title_but_tells_stream_and_times_in_china_time(folder):
    """Older accounts have no LiveRecordInfo; milliseconds may be part of the name."""
    info = changed(MEDIA_INFO, "BasicInfo.SourceInfo", {"SourceType": "Record"})
    info["BasicInfo"]["Name"] = "25_mix_1_2022-04-02-15-46-28-500_2022-04-02-15-46-43-250"

    notice = folder.item(info)

    assert notice.told.stream == StreamKey("25_mix_1")
    assert (notice.told.start_ms, notice.told.end_ms) == (1648885588500, 1648885603250)
    assert notice.filled.title == ""


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


@pytest.mark.parametrize("damaged", [5285890784246869930, "5.2E+18", None, "", "a\tb"])
@pytest.mark.parametrize(
    ("shape", "envelope"),
    [("FileIdSet", False), ("FileIdSet", True), ("fileInfo", False), ("fileInfo", True), ("NotExistFileIdSet", False)],
)
def test_a_damaged_id_cancels_no_other_deletion(folder, damaged, shape, envelope):
    """Each id is a statement of its own; that one cannot be read is told once, with the field it stands in."""
    ids = ["5", damaged, "6"]
    record = {
        "FileIdSet": {"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": ids}},
        "fileInfo": {"eventType": "FileDeleted", "data": {"fileInfo": [{"fileId": name} for name in ids]}},
        "NotExistFileIdSet": {"Response": {"NotExistFileIdSet": ids}},
    }[shape]

    items = folder.items(json.dumps({"body": json.dumps(record)} if envelope else record))

    gone = [item for item in items if isinstance(item, Notice)]
    assert [(item.file_id, item.status) for item in gone] == [("5", "deleted"), ("6", "deleted")]
    (problem,) = [item for item in items if not isinstance(item, Notice)]
    field = {"fileInfo": "fileId"}.get(shape, shape)
    assert (problem.quarantined, problem.field) == (True, field)
    assert problem.code in ("damaged_id", "bad_field", "missing_field", "bad_text")
    assert f"`{field}`" in problem.message


def wrapped(text: str) -> dict[str, str]:
    """Return what may stand around a record, by name."""
    escaped = json.dumps(text)
    return {
        "alone": text,
        "laid out": json.dumps(json.loads(text), indent=1),
        "array": f'[{{"EventType":"Other"}},{text},{{"EventType":"Other"}}]',
        "response": f'{{"Response":{{"EventSet":[{{"EventType":"Other"}},{text}]}}}}',
        "body": json.dumps({"body": json.loads(text)}),
        "body as text": json.dumps({"body": text}),
        "bodies": json.dumps({"body": [text, {"EventType": "Other"}]}),
        "words before": f"INFO posted: {text}",
        "JSON in a string": escaped,
        "nginx": f'POST / body={escaped} "-"',
        "nginx, default": "POST / " + text.replace('"', r"\x22"),
    }


MANY = [f"52{number:017d}" for number in range(4000)]
DELETIONS = {
    "3.0": {"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": MANY}},
    "3.0, kind last": {"FileDeleteEvent": {"FileIdSet": MANY}, "EventType": "FileDeleted"},
    "2.0": {"version": "4.0", "eventType": "FileDeleted", "data": {"fileInfo": [{"fileId": name} for name in MANY]}},
}


@pytest.mark.parametrize("around", wrapped("{}"))
@pytest.mark.parametrize("form", DELETIONS)
def test_a_deletion_may_be_longer_than_another_record(folder, form, around):
    """It lists thousands of ids in whatever is around it; what stands beside it in an array is not lost."""
    event = DELETIONS[form]
    text = json.dumps(event, separators=(",", ":"))
    assert limits.RECORD_BYTES < len(text) < limits.DELETION_BYTES

    items = folder.items(wrapped(text)[around])

    assert [item.file_id for item in items if isinstance(item, Notice) and item.status == "deleted"] == MANY
    assert len([item for item in items if isinstance(item, Ignored)]) == {"array": 2, "response": 1}.get(around, 0)
    assert [item.code for item in items if isinstance(item, Problem)] == ["record_too_long"] * (around == "bodies")


@pytest.mark.parametrize(
    "defect",
    [
        '"EventType":"FileDeleted","EventType":"Other",',
        '"EventType":"FileDeleted","x":NaN,',
        '"event_type":100,"EventType":"FileDeleted",',
        '"x":{"EventType":"FileDeleted"},',
        '"EventType":"Other","x":"\\"EventType\\":\\"FileDeleted\\"",',
    ],
)
@pytest.mark.parametrize("length", [1, len(MANY)])
def test_a_deletion_of_any_length_is_read_strictly(folder, defect, length):
    """A deletion is final: what other readers may take for something else deletes nothing."""
    text = f'{{{defect}"FileDeleteEvent":{{"FileIdSet":{json.dumps(MANY[:length])}}}}}'

    for each in (text, f"[{text}]", json.dumps({"body": text}), text.replace(",", ",\n")):
        items = folder.items(each)
        assert not [item for item in items if isinstance(item, Notice)]
        assert length == 1 or all(isinstance(item, Problem) for item in items)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(DELETIONS["3.0"] | {"x": "y" * limits.DELETION_BYTES}),
        json.dumps({"EventType": "Other", "x": "y" * limits.RECORD_BYTES, "z": {"EventType": "FileDeleted"}}),
        json.dumps({**LIST_ENTRY, "x": "y" * limits.RECORD_BYTES, "z": {"EventType": "FileDeleted"}}),
        json.dumps({"z": {"EventType": "FileDeleted"}, "body": [1] * 30_000}),
    ],
)
def test_no_other_record_is_longer_for_telling_of_a_deletion(folder, text):
    for indent in (None, 1):
        assert folder.item(json.dumps(json.loads(text), indent=indent)).code == "record_too_long"


def test_what_stands_beside_a_long_deletion_is_one_problem(folder):
    """In an envelope of more than a record's length, however many bodies it is."""
    bodies = [1] * 30_000 + [{"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": ["5"]}}]

    problem, gone = folder.items(json.dumps({"body": bodies}))

    assert (problem.code, gone.file_id, gone.status) == ("record_too_long", "5", "deleted")


@pytest.mark.parametrize(
    ("record", "kinds"),
    [
        ({"EventType": "Other", "FileDeleteEvent": {"FileIdSet": ["5"]}}, [Ignored]),
        ({"FileDeleteEvent": {"FileIdSet": ["5"]}}, [Problem]),
        ({"EventType": "FileDeleted", "Other": {"FileIdSet": ["5"]}}, [Problem]),
        ({"EventType": "FileDeleted", "FileIdSet": ["5"]}, [Problem]),
        ({"body": [LIST_ENTRY, {"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": ["5"]}}]}, [Notice, Notice]),
        ({"FileDeleteEvent": {"FileIdSet": ["5"]}, "EventType": "FileDeleted"}, [Notice]),
    ],
)  # fmt: skip
def test_only_a_deletions_ids_delete(folder, record, kinds):
    """A deletion is final, so a list of that name elsewhere is none; what stands beside the event is not lost."""
    assert [type(item) for item in folder.items(json.dumps(record))] == kinds


def test_other_media_library_events_are_ignored(folder):
    """They are counted by their kind."""
    assert folder.item({"EventType": "ComposeMediaComplete", "ComposeMediaCompleteEvent": {"Output": {"FileId": 5285890784246869930}}}) == (
        Ignored("VOD event ComposeMediaComplete")
    )  # fmt: skip
    for told in ({}, {"FileDeleteEvent": {"FileIdSet": []}}):
        assert folder.item({"EventType": "FileDeleted", **told}).code == "missing_field"
    for entries in (5, "x", {"fileId": "5"}, []):
        assert folder.item({"eventType": "FileDeleted", "data": {"fileInfo": entries}}).code == "missing_field"


def test_an_event_with_a_number_for_its_type_is_ignored(folder):
    """As TRTC's cloud recording sends them; a listed callback whose text was lost is none."""
    event = {
        "EventGroupId": 3,
        "EventType": 311,
        "CallbackTs": 1642090198000,
        "EventInfo": {"RoomId": "1", "EventTs": 1642090198},
    }

    assert folder.item(event) == Ignored("event 311")
    assert folder.item({"EventTime": "x", "EventType": 100, "Request": "", "ResultCode": 1}).code == "unknown_record"
    assert folder.item({"EventType": True}).code == "unknown_record"
