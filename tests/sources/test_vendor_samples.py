"""The five samples of the vendor's public documents, each as printed."""

import pytest

from builder.model import Notice, StreamKey

OF_2016 = """{
    "channel_id": "2121_15919131751",
    "end_time": 1473125627,
    "event_type": 100,
    "file_format": "flv",
    "file_id": "9192487266581821586",
    "file_size": 9749353,
    "sign": "fef79a097458ed80b5f5574cbc13e1fd",
    "start_time": 1473135647,
    "stream_id": "2121_15919131751",
    "t": 1473126233,
    "video_id": "200025724_ac92b781a22c4a3e937c9e61c2624af7",
    "video_url": %s"http://200025724.vod.myqcloud.com/200025724_ac92b781a22c4a3e937c9e61c2624af7.f0.flv"
}"""
OF_2018 = """{
"event_type":100,

"appid":12345678,

"stream_id":"stream_test",

"channel_id":"stream_test",

"file_id":"1234567890",

"file_format":"hls",

"start_time":1545047010,

"end_time":1545049971,

"duration":2962,

"file_size":277941079,

"stream_param":"stream_param=test",

"video_url":"http://12345678.vod2.myqcloud.com/xxxx/yyyy/zzzz.m3u8",

"sign":"ca3e25e5dc17a6f9909a9ae7281e300d",

"t":1545030873
}
"""
OF_2022 = """{
\t"event_type": 100,

\t"appid": 12345678,
\t
\t"app": "yourapp",
\t
\t"callback_ext": "{\\"video_codec\\":\\"h264\\",\\"resolution\\":\\"640x480\\"}",
\t
\t"appname": "yourappname",
\t
\t"stream_id":"stream_test",
\t
\t"channel_id":"stream_test",
\t
\t"file_id":"1234567890",
\t
\t"record_file_id": "1234567890",
\t
\t"file_format":"hls",
\t
\t"task_id":"UpTbk5RSVhRQ********************0xTSlNTQltlRVRLU1JAWW9EUb",
\t
\t"start_time":1642089445,
\t
\t"end_time":1642089598,
\t
\t"start_time_usec": 316441,
\t
\t"end_time_usec": 618577,
\t
\t"duration":154,
\t
\t"file_size":277941079,
\t
\t"stream_param":"stream_param=test",
\t
\t"video_url":"http://12345678.vod2.myqcloud.com/xxxx/yyyy/zzzz.m3u8",
\t
\t"media_start_time": 135802,
\t
\t"record_bps": 0,
\t
\t"sign":"ca3e25e**********09a9ae7281e300d",
\t
\t"t":1545030873
}"""


@pytest.mark.parametrize("text", [OF_2016 % "", OF_2016 % "       "], ids=["English and Chinese", "mini-program"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_samples_of_2016_keep_their_inverted_times(folder, text, end):
    """Start lies after end by 10020 s: both are passed on as told, no length is made of them."""
    notice = folder.item(text.replace("\n", "\r\n" if end == "\r\n" else "\n") + end)

    assert isinstance(notice, Notice)
    assert notice.file_id == "9192487266581821586"
    assert notice.told.stream == StreamKey("2121_15919131751")
    assert (notice.told.start_ms, notice.told.end_ms) == (1473135647000, 1473125627000)
    assert notice.told.duration_ms is None
    assert notice.told.size_bytes == 9749353
    assert notice.told.format == "flv"
    assert notice.t == 1473126233
    assert notice.flags == ()


def test_the_sample_of_2018_is_read(folder):
    """Its `t` lies before its start: archives compare it with nothing."""
    notice = folder.item(OF_2018)

    assert (notice.told.start_ms, notice.told.end_ms) == (1545047010000, 1545049971000)
    assert notice.told.duration_ms == 2962000
    assert notice.told.stream == StreamKey("stream_test")
    assert notice.told.url == "http://12345678.vod2.myqcloud.com/xxxx/yyyy/zzzz.m3u8"
    assert (notice.file_id, notice.appid, notice.t) == ("1234567890", "12345678", 1545030873)


def test_the_sample_of_2022_is_read_and_its_masked_sign_is_harmless(folder):
    """The stars in sign and task id are only characters."""
    notice = folder.item(OF_2022, (b"examplekey",))

    assert (notice.told.start_ms, notice.told.end_ms) == (1642089445316, 1642089598618)
    assert notice.told.duration_ms == 154000
    assert notice.told.stream == StreamKey("stream_test", "yourapp", "yourappname")
    assert (notice.told.codec, notice.told.resolution) == ("h264", "640x480")
    assert notice.filled.task_id == "UpTbk5RSVhRQ********************0xTSlNTQltlRVRLU1JAWW9EUb"
    assert notice.signed == "bad"
    assert notice.flags == ("masked_sign",)


def test_all_five_in_one_file_are_five_records(folder):
    """Pretty-printed objects one after another need no frame."""
    items = folder.items("\n".join([OF_2016 % "", OF_2016 % "", OF_2016 % "   ", OF_2018, OF_2022]))

    assert [item.file_id for item in items] == ["9192487266581821586"] * 3 + ["1234567890"] * 2
    assert items[0] == items[1] == items[2]
