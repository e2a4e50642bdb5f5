"""The recording notification and the live events: what is read of them, what is repaired, what is refused."""

import json

import pytest

from builder.model import Filled, Ignored, Notice, Problem, PushEvent, Screenshot, StreamKey, TaskEvent, Told


def test_a_notification_of_today_is_read_whole(folder, line):
    """Every fact that the program uses is taken, and nothing else."""
    assert folder.item(line()) == Notice(
        file_id="5200000000000000002",
        appid="1250000000",
        told=Told(
            stream=StreamKey("demo", "push.example.com", "live"),
            format="mp4",
            start_ms=1642089445316,
            end_ms=1642089598618,
            duration_ms=154000,
            size_bytes=277941079,
            url="http://1250000000.vod2.myqcloud.com/0123abcdvodcq1250000000/4567ef/f0.mp4",
            resolution="640x480",
            codec="h264",
        ),
        filled=Filled(task_id="18288319047887900000", session_id="1820625260470000000"),
        t=1642090198,
        has_sign=True,
    )


def test_an_old_video_id_of_any_kind_spoils_no_notification(folder, line):
    """Nothing uses it."""
    assert [folder.item(line(video_id=told)) for told in (5, "a\tb", "a" * 600)] == [folder.item(line())] * 3


def test_a_notification_of_2016_is_read_whole(folder):
    """The oldest generation has no account, app, duration or parameters, and its start lies after its end."""
    notice = folder.item({
        "event_type": 100, "channel_id": "2121_demo", "stream_id": "2121_demo", "start_time": 1473135647,
        "end_time": 1473125627, "t": 1473126233, "sign": "492f34c9f4440ba707fe9381287ca29f",
        "file_id": "16093425727657168197", "file_format": "flv", "file_size": 9749353,
        "video_id": "200000001_0123456789abcdef0123456789abcdef",
        "video_url": "http://200000001.vod.myqcloud.com/200000001_0123456789abcdef0123456789abcdef.f0.flv",
    }, (b"examplekey",))  # fmt: skip

    assert notice.told.start_ms == 1473135647000
    assert notice.told.end_ms == 1473125627000
    assert notice.told.duration_ms is None
    assert notice.file_id == "16093425727657168197"
    assert notice.signed == "good"
    assert notice.flags == ()


@pytest.mark.parametrize(
    ("changed", "facts", "flags"),
    [
        ({"duration": 0}, {"duration_ms": None}, ()),
        ({"duration": ...}, {"duration_ms": None}, ()),
        ({"duration": "154"}, {"duration_ms": 154000}, ("coerced",)),
        ({"end_time": "1642089598"}, {"end_ms": 1642089598618}, ("coerced",)),
        ({"start_time": 1642089445123, "start_time_usec": 0}, {"start_ms": 1642089445123}, ("coerced",)),
        ({"start_time": "1642089445123", "start_time_usec": ...}, {"start_ms": 1642089445123}, ("coerced",)),
        ({"event_type": "100"}, {"format": "mp4"}, ("coerced",)),
        ({"appid": "1250000000"}, {}, ("coerced",)),
        ({"file_size": "277941079"}, {"size_bytes": 277941079}, ("coerced",)),
        ({"file_size": 18446744073709551615}, {"size_bytes": 18446744073709551615}, ()),
        ({"file_size": ...}, {"size_bytes": None}, ()),
        ({"task_id": 18288319047887900000}, {}, ("coerced",)),
        ({"file_format": "MP4"}, {"format": "mp4"}, ()),
        ({"file_format": 3}, {"format": "mp4"}, ("coerced",)),
        ({"file_format": "m3u8"}, {"format": "hls"}, ("format_mismatch",)),
        ({"file_format": "hls"}, {"format": "hls"}, ("format_mismatch",)),
        ({"file_format": "rm"}, {"format": "mp4"}, ("unknown_format",)),
        ({"stream_id": " \u3000demo\u3000 "}, {"stream": StreamKey("demo", "push.example.com", "live")}, ()),
        ({"stream_id": "直播"}, {"stream": StreamKey("直播", "push.example.com", "live")}, ()),
        ({"app": ..., "appname": ""}, {"stream": StreamKey("demo")}, ()),
        ({"video_url": "HTTP://VOD.Example.com/a/b.mp4?t=5a71afc0&sign=x"}, {"url": "http://vod.example.com/a/b.mp4"}, ()),
        ({"video_url": "\nhttp://vod.example.com/a/b.mp4 "}, {"url": "http://vod.example.com/a/b.mp4"}, ()),
        ({"video_url": "http://vod.example.com/a/b"}, {"url": "http://vod.example.com/a/b"}, ("unknown_suffix",)),
        ({"start_time_usec": 1000000, "end_time_usec": -1}, {"start_ms": 1642089445000, "end_ms": 1642089598000}, ("bad_usec",)),
        ({"record_bps": -1}, {"bps": 0}, ("bad_bps",)),
        ({"record_bps": 800}, {"bps": 800}, ()),
        ({"callback_ext": ""}, {"resolution": "", "codec": ""}, ()),
        ({"callback_ext": "{"}, {"resolution": "", "codec": ""}, ("bad_callback_ext",)),
        ({"callback_ext": '{"resolution":"1x1\\" onload=\\"x"}'}, {"resolution": ""}, ("bad_callback_ext",)),
        ({"sign": "db42cc63**************eeccff23"}, {}, ("masked_sign",)),
        ({"sign": ..., "t": ...}, {}, ()),
        ({"t": None, "sign": None}, {}, ()),
        ({"record_file_id": "7"}, {}, ("record_file_id_differs",)),
        ({"Stream_ID": "other", "": 1, "__proto__": {"a": [1]}}, {}, ()),
    ],
)  # fmt: skip
def test_quirks_are_repaired_and_flagged(folder, line, changed, facts, flags):
    """What can be understood without a guess is used; where it was repaired, a flag says so."""
    notice = folder.item(line(**changed))

    assert isinstance(notice, Notice), notice
    assert {name: getattr(notice.told, name) for name in facts} == facts
    assert notice.flags == flags


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"event_type": 100.0}, "bad_field", "event_type"),
        ({"event_type": True}, "bad_field", "event_type"),
        ({"event_type": None}, "missing_field", "event_type"),
        ({"event_type": "1e2"}, "bad_field", "event_type"),
        ({"t": "1642090198"}, "bad_field", "t"),
        ({"t": 1642090198.5}, "bad_field", "t"),
        ({"t": 0}, "bad_field", "t"),
        ({"sign": 5}, "bad_field", "sign"),
        ({"duration": 154.5}, "bad_field", "duration"),
        ({"duration": False}, "bad_field", "duration"),
        ({"duration": 10**12}, "bad_field", "duration"),
        ({"duration": "٣"}, "bad_field", "duration"),
        ({"duration": "+5"}, "bad_field", "duration"),
        ({"start_time": ...}, "missing_field", "start_time"),
        ({"start_time": 0}, "bad_field", "start_time"),
        ({"start_time": "2025-09-05T08:13:20Z"}, "bad_field", "start_time"),
        ({"end_time": ...}, "missing_field", "end_time"),
        ({"end_time": 4102444800}, "bad_field", "end_time"),
        ({"file_size": 2**64}, "bad_field", "file_size"),
        ({"file_size": 1e9}, "bad_field", "file_size"),
        ({"file_id": ..., "record_file_id": ...}, "missing_field", "file_id"),
        ({"file_id": " \t"}, "missing_field", "file_id"),
        ({"file_id": 9192487266581821587}, "damaged_id", "file_id"),
        ({"file_id": "5.28589E+18"}, "damaged_id", "file_id"),
        ({"file_id": "9" * 1000}, "bad_text", "file_id"),
        ({"file_format": ...}, "missing_field", "file_format"),
        ({"file_format": ["hls"]}, "bad_field", "file_format"),
        ({"stream_id": ...}, "missing_field", "stream_id"),
        ({"stream_id": 2121}, "bad_field", "stream_id"),
        ({"stream_id": "a\u0000b"}, "bad_text", "stream_id"),
        ({"stream_id": "a\u2028b"}, "bad_text", "stream_id"),
        ({"stream_id": "a\u0085b"}, "bad_text", "stream_id"),
        ({"app": "a\u001bb"}, "bad_text", "app"),
        ({"video_url": ...}, "missing_field", "video_url"),
        ({"video_url": "rtmp://push.example.com/live/x"}, "bad_url", "video_url"),
        ({"video_url": "http://vod.example.com/a.html"}, "media_suffix", "video_url"),
        ({"appid": "abc"}, "bad_field", "appid"),
    ],
)
def test_a_field_that_cannot_be_trusted_quarantines_the_record(folder, line, changed, code, field):
    """The problem names the field and, when it can be read, the file."""
    problem = folder.item(line(**changed))

    assert isinstance(problem, Problem), problem
    assert (problem.code, problem.field, problem.quarantined) == (code, field, True)
    assert (problem.source, problem.line) == ("recordings/one", 1)
    assert f"`{field}`" in problem.message
    assert "CANARY" not in problem.excerpt
    assert "db42cc63" not in problem.excerpt


@pytest.mark.parametrize(
    ("keys", "changed", "signed"),
    [
        ((), {}, ""),
        ((b"examplekey",), {}, "good"),
        ((b"old", b"examplekey"), {}, "good"),
        ((b"other",), {}, "bad"),
        ((b"examplekey",), {"sign": "db42cc63**************eeccff23"}, "bad"),
        ((b"examplekey",), {"sign": ...}, "bad"),
        ((b"examplekey",), {"sign": ..., "t": ...}, ""),
    ],
)
def test_signatures_are_checked_without_a_clock_and_drop_nothing(folder, line, keys, changed, signed):
    """With keys the notice says whether its signature is right; it is used in any case."""
    assert folder.item(line(**changed), keys).signed == signed


@pytest.mark.parametrize("more", [{}, {"unknown": 1}])
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"sign": "0" * 32}, True),
        ({"sign": "DB42CC634029FD6C3320CC23EECCFF23"}, False),
        ({"sign": "db42cc634029fd6c3320cc23eeccff2"}, False),
        ({"sign": "db42cc63**************eeccff23"}, False),
        ({"sign": ""}, False),
        ({"sign": ...}, False),
        ({"t": ...}, False),
        ({"t": None}, False),
    ],
)
def test_a_signature_stands_beside_a_time_when_it_is_whole(folder, line, changed, expected, more):
    """Right or not: that takes a key. Read quickly or, with an unknown key, on the strict path."""
    assert folder.item(line(**changed, **more)).has_sign == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            {"event_type": 1, "app": "push.example.com", "appname": "live", "stream_id": "s", "event_time": 1642089445,
             "sequence": "6674468118806626493", "user_ip": "203.0.113.77", "stream_param": "txSecret=x"},
            PushEvent(StreamKey("s", "push.example.com", "live"), "start", 1642089445000, "6674468118806626493"),
        ),
        (
            {"event_type": 0, "stream_id": "s", "update_time": 1642089445, "sequence": 667, "errcode": 3},
            PushEvent(StreamKey("s"), "stop", 1642089445000, "667", 3, ("coerced",)),
        ),
        ({"event_type": 1, "stream_id": "s"}, Ignored("event 1 without a time")),
        (
            {"event_type": 200, "stream_id": "s", "create_time": 1642089445, "width": 720, "height": 1280,
             "pic_url": "/s/a.jpg", "pic_full_url": "http://shots.example.com/s/a.jpg?sign=x"},
            Screenshot(StreamKey("s"), 1642089445000, "http://shots.example.com/s/a.jpg", 720, 1280),
        ),
        ({"event_type": 200, "stream_id": "s", "create_time": 1642089445, "pic_url": "/s/a.jpg"},
         Ignored("event 200 without a time or an address")),
        (
            {"event_type": 332, "domain": "push.example.com", "appname": "live", "stream_id": "s",
             "event_time": 1642089445, "record_event": "record_ended", "task_id": "t", "session_id": "u",
             "record_detail": '{"file_format":3}'},
            TaskEvent(StreamKey("s", "push.example.com", "live"), "ended", 1642089445000, "t", "u"),
        ),
        ({"event_type": 332, "stream_id": "s", "event_time": 1642089445, "record_event": "new"},
         Ignored("event 332 of another kind")),
        ({"event_type": 321, "abnormal_event": [{"x": 1}]}, Ignored("event 321")),
        ({"event_type": 99999}, Ignored("event 99999")),
    ],
)  # fmt: skip
def test_live_events_are_read_or_ignored(folder, event, expected):
    """Events 1, 0, 200 and 332 are used; every other number is counted and ignored."""
    assert folder.item(event) == expected


def test_several_notices_keep_their_place(folder, line):
    """An entry says where its record stands, in bytes and in lines."""
    text = f"{line()}\r\n\n{line(file_id='7', record_file_id='7')}\n"
    folder.write("a.jsonl", text)

    entries = folder.entries("a.jsonl")

    assert [(entry.offset, entry.line) for entry in entries] == [(0, 1), (len(line()) + 3, 3)]
    assert json.loads(text.encode()[entries[1].offset :])["file_id"] == "7"
