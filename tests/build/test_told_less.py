"""Sources that tell less: a list beside a notification takes nothing away from what the notification told."""

import itertools
import json

import pytest

from tests.build.sites import TestSite, callback, difference

FILE = f"52{1:017d}"
URL = "http://1250000000.vod2.myqcloud.com/a/1/f0.mp4"
ZED = """\
---
name: Zed
streams: [{stream: zed, app: push.example.com, appname: live}]
---
"""
UNSIGNED = callback("zed", 1, 0, 1800, t=None, duration=1729)
LISTED = {
    "file_id": FILE, "start_time": "2022-01-14 00:00:00", "end_time": "2022-01-14 00:30:00", "file_format": "3",
    "file_size": "1800000", "record_file_url": URL,
}  # fmt: skip
CREATED = {
    "FileId": FILE,
    "BasicInfo": {
        "Name": "An evening", "CreateTime": "2022-01-13T16:41:00Z", "MediaUrl": URL, "Type": "mp4",
        "SourceInfo": {"SourceType": "Record", "SourceContext": "rtmp://push.example.com/live/zed?txSecret=0"},
    },
    "MetaData": {"Duration": 1729.0, "Size": 1800000},
}  # fmt: skip
NAMELESS = json.dumps({"output": {"file_list": [LISTED]}}) + "\n"
NAMED = json.dumps({"output": {"file_list": [{**LISTED, "stream_id": "zed"}]}}) + "\n"
LIBRARY = json.dumps(CREATED) + "\n"
SLICE = {"fileId": FILE, "fileName": "zed-20220114-0000-20220114-0030", "startTime": "0", "endTime": "1729"}
ORDERS = [[UNSIGNED, NAMED, NAMELESS, LIBRARY][at:] + [UNSIGNED, NAMED, NAMELESS, LIBRARY][:at] for at in range(4)]


@pytest.fixture
def site(tmp_path):
    made = TestSite(tmp_path)
    made.write("vjs/zed.md", ZED)
    return made


@pytest.mark.parametrize("rows", [[NAMED], [NAMELESS], [LIBRARY], [NAMED, NAMELESS, LIBRARY]])
def test_a_list_takes_no_replay_away_from_its_profile(site, capsys, rows):
    """An unsigned notification tells stream, times and length; lists without them come before it, or after it."""
    site.append("a.jsonl", UNSIGNED)
    site.build()
    before, pages = site.session(capsys), site.tree()

    for number, row in enumerate(rows):
        site.append(f"list{number}.json", row)
        site.build()

    after = site.session(capsys)
    assert (before["vj"], before["duration"]) == ("zed", 1729.0)
    assert {**after, "title": ""} == before
    assert pages.keys() <= site.tree().keys()
    assert not (site.source / "redirects.yaml").exists()
    assert site.ask(capsys, "problems", "list") == []
    assert not difference(site.tree(), site.clean_tree())


@pytest.mark.parametrize("order", ORDERS)
def test_what_is_told_does_not_depend_on_the_order_of_files(tmp_path, capsys, order):
    site = TestSite(tmp_path)
    site.write("vjs/zed.md", ZED)
    for number, row in enumerate(order):
        site.append(f"{number}.json", row)

    found = site.session(capsys)

    assert (found["vj"], found["title"], found["duration"]) == ("zed", "An evening", 1729.0)
    assert (found["start"], found["end"]) == ("2022-01-13T16:01:11.000Z", "2022-01-13T16:30:00.000Z")


def test_a_guess_tells_who_was_on_air_and_a_list_when(site, capsys):
    """The library knows stream and length and guesses the end; a list names no stream and tells the end."""
    site.append("a.json", LIBRARY)
    guessed = site.session(capsys)
    site.append("b.json", NAMELESS)

    told = site.session(capsys)

    assert (guessed["end"], guessed["flags"]) == ("2022-01-13T16:41:00.000Z", ["end_from_creation"])
    assert (told["vj"], told["end"], told["duration"]) == ("zed", "2022-01-13T16:30:00.000Z", 1729.0)
    assert told["flags"] == ["time_mismatch"]
    assert site.ask(capsys, "problems", "list") == []


def test_a_format_that_nobody_told_contradicts_none(site, capsys):
    """The older list has neither format nor address."""
    site.append("a.jsonl", UNSIGNED + json.dumps({"filesInfo": [SLICE]}) + "\n")

    assert site.session(capsys)["tracks"][0]["format"] == "mp4"
    assert site.ask(capsys, "problems", "list") == []


def test_a_playlist_that_a_list_saw_grow_stays_with_its_profile(site, capsys):
    """The list tells a later end of the same file, and not where the stream was pushed."""
    site.append("a.jsonl", callback("zed", 1, 0, 1800, form="hls"))
    grown = {"file_format": "2", "record_file_url": URL.replace(".mp4", ".m3u8"), "end_time": "2022-01-14 00:40:00"}
    site.append("b.json", json.dumps({"output": {"file_list": [{**LISTED, **grown}]}}) + "\n")

    found = site.session(capsys)

    assert (found["vj"], found["end"], found["flags"]) == ("zed", "2022-01-13T16:40:00.000Z", [])


PLAYLIST = URL.replace(".mp4", ".m3u8")
GROWING = [
    json.dumps(
        {"output": {"file_list": [{**LISTED, "file_format": "2", "record_file_url": PLAYLIST, "end_time": end}]}}
    )
    + "\n"
    for end in ("2022-01-14 00:10:00", "2022-01-14 00:30:00")
]


def in_library(length, **basic):
    told = {**CREATED["BasicInfo"], "MediaUrl": PLAYLIST, "Type": "m3u8", **basic}
    return json.dumps({**CREATED, "BasicInfo": told, "MetaData": {"Duration": length}}) + "\n"


@pytest.mark.parametrize("order", list(itertools.permutations([*GROWING, in_library(1800.0)])))
def test_a_guess_takes_the_times_of_a_playlist_as_it_has_grown(site, capsys, order):
    """Two lists without a stream saw it grow; the library knows the stream, and guesses the end."""
    for number, row in enumerate(order):
        site.append(f"{number}.json", row)

    found = site.session(capsys)

    assert (found["vj"], found["start"], found["end"]) == (
        "zed",
        "2022-01-13T16:00:00.000Z",
        "2022-01-13T16:30:00.000Z",
    )
    assert found["flags"] == []
    assert site.ask(capsys, "problems", "list") == []


def test_a_length_longer_than_the_told_times_does_not_move_them(site, capsys):
    """The list saw the first ten minutes of the playlist, the library measured all of it."""
    site.append("a.json", GROWING[0])
    site.append("b.json", in_library(1800.0))

    found = site.session(capsys)

    assert (found["vj"], found["start"], found["end"]) == (
        "zed",
        "2022-01-13T16:00:00.000Z",
        "2022-01-13T16:10:00.000Z",
    )
    assert found["flags"] == []


def test_an_end_that_is_told_where_another_guesses_the_same_is_no_guess(site, capsys):
    """The file was registered in the second that its broadcast ended, and one entry of the library tells that end."""
    live = {"StreamId": "zed", "Domain": "push.example.com", "Path": "live", "RecordEndTime": "2022-01-13T16:41:00Z"}
    source = {**CREATED["BasicInfo"]["SourceInfo"], "LiveRecordInfo": live}
    site.append("a.json", in_library(1800.0))
    site.append("b.json", in_library(1800.0, SourceInfo=source))

    found = site.session(capsys)

    assert (found["vj"], found["end"], found["flags"]) == ("zed", "2022-01-13T16:41:00.000Z", [])


SLICED = json.dumps({"code": 0, "filesInfo": [SLICE]}) + "\n"  # GetVodRecordFiles: stream and times, no address
RENAMED = json.dumps({"FileId": FILE, "BasicInfo": {"Name": "An evening", "MediaUrl": URL}}) + "\n"
TABLE = f"媒体文件名称,音视频地址,文件 ID\nAn evening,{URL},{FILE}\n"


@pytest.mark.parametrize("export", [RENAMED, TABLE])
@pytest.mark.parametrize("is_first", [True, False])
def test_an_export_that_knows_no_times_gives_a_list_its_address(site, capsys, export, is_first):
    """Neither is enough by itself: the one has no address, the other a name that somebody changed."""
    rows = [SLICED, export][:: -1 if is_first else 1]
    for number, row in enumerate(rows):
        site.append(f"list{number}.json", row)
        site.build()

    found = site.session(capsys)
    (part,) = found["tracks"][0]["parts"]
    assert (part["url"], found["tracks"][0]["format"], found["title"]) == (
        URL.replace("http", "https"),
        "mp4",
        "An evening",
    )
    assert found["flags"] == ["time_mismatch"]  # the length that the list tells is not its name's
    assert site.ask(capsys, "problems") == []
    assert not difference(site.tree(), site.clean_tree())


@pytest.mark.parametrize(
    ("file_id", "more"), [(FILE, {"StorageClass": "ARCHIVE"}), ("7", {})], ids=["archived", "no id of the library"]
)
def test_where_no_address_can_be_taken_the_replay_says_so(site, capsys, file_id, more):
    basic = {"Name": "An evening", "MediaUrl": URL, **more}
    site.append("a.json", json.dumps({"code": 0, "filesInfo": [{**SLICE, "fileId": file_id}]}) + "\n")
    site.append("b.json", json.dumps({"FileId": file_id, "BasicInfo": basic}) + "\n")
    site.build()

    found = site.session(capsys)
    assert found["tracks"][0]["parts"][0]["url"] is None
    assert "no_address" in found["flags"]


def test_a_notification_keeps_its_own_address(site, capsys):
    site.append("a.jsonl", UNSIGNED)
    site.append("b.jsonl", RENAMED.replace(URL, URL.replace("/a/1/", "/b/2/")))
    site.build()

    assert site.session(capsys)["tracks"][0]["parts"][0]["url"].endswith("/a/1/f0.mp4")


@pytest.mark.parametrize("export", [RENAMED, TABLE])
def test_a_host_that_is_not_listed_is_told_where_the_address_stands(site, capsys, export):
    """A list without addresses came first, and there nobody finds one."""
    site.append("a.json", SLICED)
    site.append("b.json", export.replace("myqcloud.com", "example.org"))

    (problem,) = site.ask(capsys, "problems")

    assert f"recordings/b.json:{export.count(chr(10))}: `url` expected a host of `media.hosts`" in problem


@pytest.mark.parametrize("export", [RENAMED, TABLE])
def test_records_that_only_add_to_what_nobody_told_are_told(site, capsys, export):
    """Nothing is shown of them; beside any recording that is common, since a library keeps other files too."""
    site.append("b.json", export)
    site.build()

    (problem,) = site.ask(capsys, "problems")
    number, _, rest = problem.partition("  ")
    assert number == f"no_facts:{FILE}"
    assert rest.startswith(f"no_facts (warning)  recordings/b.json:{export.count(chr(10))}: of 1 record none tells")
    assert f"file_id: {FILE}" in site.ask(capsys, "problems", "show", number)

    site.append("a.jsonl", callback("zed", 2, 0, 1800))
    site.build()
    assert site.ask(capsys, "problems") == []
