"""What a list rounds does not contradict the notification of the same file; what is farther off does."""

import json

import pytest

from tests.build.sites import BASE_MS, TestSite, callback

ID = "5200000000000000001"
URL = "http://1250000000.vod2.myqcloud.com/a/1/f0.mp4"
EXPORT = "媒体文件名称,创建时间,更新时间,音视频地址,文件 ID,文件大小,时长\n"
NAME = "alice_2022-01-14-00-00-31_2022-01-14-00-10-32"  # in China


@pytest.fixture
def site(tmp_path) -> TestSite:
    """Alice with one file of 601 seconds, 31 seconds after midnight in China."""
    made = TestSite(tmp_path)
    made.append("a.jsonl", callback("alice", 1, 31, 601, file_size=12_345, sign="a" * 32))
    assert BASE_MS % 86_400 == 16 * 3600
    return made


def contradicted(site: TestSite, capsys, name: str, text: str) -> str:
    """Return what the message of the conflict names; "" when there is none. The notification stands in any case."""
    site.append(name, text)
    problems = [json.loads(line) for line in site.ask(capsys, "problems", "list", "--json")]
    found = site.session(capsys)
    (part,) = found["tracks"][0]["parts"]

    assert (part["start"], part["duration"], part["size"]) == ("2022-01-13T16:00:31.000Z", 601.0, 12_345)
    assert {problem["code"] for problem in problems} <= {"conflict", "no_address"}
    told = [problem["message"] for problem in problems if problem["code"] == "conflict"]
    return told[0].partition("another ")[2].partition(" of ")[0] if told else ""


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("00:00:29", "00:10:34", ""),
        ("00:00:21", "00:10:42", ""),
        ("00:00:20", "00:10:32", "`start`"),
        ("00:00:31", "00:10:43", "`end`"),
    ],
)
def test_a_file_list_tells_times_to_a_key_frame(site, capsys, start, end, expected):
    row = {"file_id": ID, "stream_id": "alice", "file_format": "3", "record_file_url": URL, "file_size": "12345"}
    row |= {"start_time": f"2022-01-14 {start}", "end_time": f"2022-01-14 {end}"}
    text = json.dumps({"ret": 0, "output": {"all_count": 1, "file_list": [row]}})

    assert contradicted(site, capsys, "b.json", text) == expected


@pytest.mark.parametrize(
    ("first", "last", "minutes", "expected"),
    [
        (0, 601, "0000-20220114-0010", ""),
        (7, 601, "0000-20220114-0011", ""),
        (0, 591, "0000-20220114-0010", ""),
        (0, 590, "0000-20220114-0010", "`duration`"),
        (0, 601, "0002-20220114-0010", "`start`"),
        (0, 601, "0000-20220114-0012", "`end`"),
    ],
)
def test_a_slice_tells_minutes_and_seconds_that_begin_inside(site, capsys, first, last, minutes, expected):
    row = {"fileId": ID, "startTime": str(first), "endTime": str(last), "fileName": f"直播 -alice-20220114-{minutes}"}
    text = json.dumps({"code": 0, "message": "", "totalCount": 1, "fileSet": [row]})

    assert contradicted(site, capsys, "b.json", text) == expected


@pytest.mark.parametrize(
    ("size", "length", "expected"),
    [
        ("12345", "601", ""),
        ("12.1 KB", "00:10:00", ""),
        ("12 KB", "602", ""),
        ("0.01 MB", "600.2", ""),
        ("12.3 KB", "00:10:01", "`size`"),
        ("12.05KB", "00:10:01", ""),
        ("12.04KB", "00:10:01", "`size`"),
        ("12346", "601", "`size`"),
        ("12345", "00:09:59", "`duration`"),
        ("12345", "603", "`duration`"),
    ],
)
def test_a_table_tells_sizes_in_units_and_lengths_to_a_second(site, capsys, size, length, expected):
    text = f"{EXPORT}{NAME},2022-01-14 00:11:00,2022-01-14 00:11:00,{URL},{ID},{size},{length}\n"

    assert contradicted(site, capsys, "b.csv", text) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({"duration": 600}, "`duration`"), ({"size": 12_346}, "`size`"), ({"size": "12.1 KB"}, "")],
)
def test_a_row_of_numbers_is_as_exact_as_it_is_told(site, capsys, changed, expected):
    row = {"stream": "alice", "id": ID, "end": BASE_MS + 632, "duration": 601, "size": 12_345, "url": URL} | changed

    assert contradicted(site, capsys, "b.json", json.dumps(row)) == expected


def test_another_notification_is_as_exact_as_it_is_told(site, capsys):
    text = callback("alice", 1, 30, 600, file_size=12_345)

    assert contradicted(site, capsys, "b.jsonl", text) == "`end`, `start`, `duration`"
