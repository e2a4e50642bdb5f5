"""Titles that records bring: what a recorder made of the stream's id is none, since that id may push (DESIGN "Slugs")."""

import json

import pytest

from tests.build.sites import TestSite, callback

STREAM = "k9secret"
FILE = f"52{1:017d}"


def titled(tmp_path, name: str) -> TestSite:
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback(STREAM, 1, 0, 600))
    site.append("b.jsonl", json.dumps({"FileId": FILE, "BasicInfo": {"Name": name}}) + "\n")
    site.build()
    return site


def title(site: TestSite, capsys) -> str:
    return site.session(capsys)["title"]


@pytest.mark.parametrize(
    "name",
    [
        STREAM,
        f"{STREAM}_1672542005",
        f"{STREAM}.mp4",
        f"live-{STREAM}-2023.01.01 11:00",
        f"push.example.com_live_{STREAM}_20230101.flv",
        f"other.example.com_{STREAM}_a1b2",
        f"{STREAM}_2023-01-01T11:00:00Z",
        f"{STREAM} 2023-01-01T11:00:00Z",
        f"1250000000{STREAM}",
        f"{STREAM}1672542005",
        f"录制_{STREAM}_20230101",
        f"{STREAM} 2023-01-01 11:00:00 UTC",
        f"{STREAM}hd_2023",
        f"直播 -{STREAM}-20230101-1100-20230101-1130",
        f"({STREAM})",
    ],
)
def test_a_name_that_a_template_made_of_the_stream_is_published_nowhere(tmp_path, capsys, name):
    site = titled(tmp_path, name)

    assert title(site, capsys) == ""
    assert [path for path, data in site.tree().items() if STREAM.encode() in data] == []


@pytest.mark.parametrize(
    "name",
    [
        "Lesson 5",
        "2023-01-01",
        "直播",
        "第一课",
        f"An evening with {STREAM}",
        "K9SECRET",
        f"第一课{STREAM}",
        f"All {STREAM}s in a row",
        f"{STREAM} TZ",
    ],
)
def test_what_a_person_wrote_is_the_title(tmp_path, capsys, name):
    """Who names the stream in words has said that it may be read."""
    assert title(titled(tmp_path, name), capsys) == name


def test_a_short_id_may_be_in_a_word_by_chance(tmp_path, capsys):
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("k1", 1, 0, 600))
    site.append("b.jsonl", json.dumps({"FileId": FILE, "BasicInfo": {"Name": "Week12"}}) + "\n")
    site.build()

    assert title(site, capsys) == "Week12"


def test_where_no_stream_is_told_nothing_is_taken_for_its_id(tmp_path, capsys):
    site = TestSite(tmp_path)
    listed = {
        "file_id": FILE,
        "start_time": "2022-01-14 00:00:00",
        "end_time": "2022-01-14 00:30:00",
        "file_format": "3",
        "record_file_url": "http://1250000000.vod2.myqcloud.com/a/1/f0.mp4",
    }
    site.append("a.json", json.dumps({"output": {"file_list": [listed]}}) + "\n")
    site.append("b.json", json.dumps({"FileId": FILE, "BasicInfo": {"Name": "2022-01-14"}}) + "\n")
    site.build()

    assert title(site, capsys) == "2022-01-14"


def test_the_next_recording_gives_the_title_where_the_first_has_none(tmp_path, capsys):
    site = titled(tmp_path, f"{STREAM}_1")
    site.append("a.jsonl", callback(STREAM, 2, 600, 600))
    site.append("b.jsonl", json.dumps({"FileId": f"52{2:017d}", "BasicInfo": {"Name": "Finale"}}) + "\n")
    site.build()

    assert title(site, capsys) == "Finale"
