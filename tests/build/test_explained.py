"""What `explain` says is true: of what is gone, and of why files are together."""

import json

import pytest

from tests.build.sites import BASE_MS, TestSite, callback

ONE = f"52{1:017d}"
GAP_RULE = "rule: files at most 5 m apart are one session"


@pytest.fixture
def site(tmp_path):
    made = TestSite(tmp_path)
    made.append("z.jsonl", callback("bob", 8, 200_000, 60) + callback("bob", 9, 300_000, 60))
    return made


def media(status, number=1, **more):
    """Return one answer of the media library about ten minutes of recording."""
    basic = {
        "Name": "n", "CreateTime": "2022-01-13T16:20:00Z", "Type": "mp4", "Status": status,
        "MediaUrl": f"http://1250000000.vod2.myqcloud.com/{number}.mp4",
        "SourceInfo": {"SourceType": "Record", "LiveRecordInfo": {
            "Domain": "push.example.com", "Path": "live", "StreamId": "alice",
            "RecordStartTime": "2022-01-13T16:00:00Z", "RecordEndTime": "2022-01-13T16:10:00Z"}},
    }  # fmt: skip
    body = {"FileId": ONE, "BasicInfo": basic | more, "MetaData": {"Size": 1000, "Duration": 600.0}}
    return json.dumps(body) + "\n"


def deleted(*names):
    return json.dumps({"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": list(names)}}) + "\n"


def written(name, number, start):
    """Return a recording in the operator's own storage, under an address that the next one has too."""
    url = "http://b-1250000000.cos.ap-guangzhou.myqcloud.com/live/x.mp4"
    return callback("alice", number, start, 100, file_id=name, video_url=url)


@pytest.mark.parametrize(
    ("records", "what", "length", "why"),
    [
        (callback("alice", 1, 0, 600) + deleted(ONE), ONE, "10 m", "every file that could be played was deleted"),
        (media("Forbidden"), ONE, "10 m", "the provider blocked it"),
        (
            media("Normal", ExpireTime="2022-01-14T00:00:00Z"),
            ONE,
            "10 m",
            "the provider threw every file away when its time was over",
        ),
        (
            written("a", 1, 0) + written("b", 2, 1000),
            "a",
            "1 m 40 s",
            "every file that could be played was written over by a newer one",
        ),
        (
            written("a", 1, 0) + written("b", 2, 1000) + callback("alice", 1, 50, 100) + deleted(ONE),
            "a",
            "2 m 30 s",
            "every file that could be played was deleted or written over by a newer one",
        ),
    ],
)
def test_what_is_gone_keeps_its_length_and_its_reason(site, capsys, records, what, length, why):
    """The record still tells how long it was, and an overwritten file was not deleted."""
    site.append("a.jsonl", records)

    lines = site.ask(capsys, "explain", what)

    (made,) = [line for line in lines if line.startswith("made from")]
    assert made.endswith(f"; recorded {length} of {length} on air, nothing of it is left")
    assert f"{why}; the page says only that" in lines


def test_what_told_no_length_has_none_when_it_is_gone(site, capsys):
    site.append("a.jsonl", callback("alice", 1, 0, 600, duration=None, start_time=BASE_MS + 999) + deleted(ONE))

    assert "made from 1 file and 2 notifications; how long it is was not told" in site.ask(capsys, "explain", ONE)


PUSH = {"app": "push.example.com", "appname": "live", "stream_id": "alice", "channel_id": "alice", "sequence": "9"}


@pytest.mark.parametrize(
    ("records", "rules"),
    [
        (  # one push over a hole of two hours
            "".join(json.dumps(PUSH | {"event_type": kind, "event_time": BASE_MS + at}) + "\n" for kind, at in ((1, 0), (0, 9000)))
            + callback("alice", 1, 0, 600) + callback("alice", 2, 8000, 600),
            ["rule: the broadcaster's connection lasted across a long hole"],
        ),
        (
            callback("alice", 1, 0, 600, task_id="7") + callback("alice", 2, 8000, 600, task_id="7"),
            ["rule: the provider recorded both sides of a long hole in one task"],
        ),
        (
            callback("alice", 1, 0, 600, task_id="7") + callback("alice", 2, 8000, 600, task_id="7")
            + callback("alice", 3, 900, 60),
            [GAP_RULE, "rule: the provider recorded both sides of a long hole in one task"],
        ),
        (callback("alice", 1, 0, 600) + callback("alice", 2, 900, 600), [GAP_RULE]),
    ],
)  # fmt: skip
def test_a_pause_is_a_reason_only_where_it_joined(site, capsys, records, rules):
    """Hours apart are not five minutes apart."""
    site.append("a.jsonl", records)

    lines = site.ask(capsys, "explain", ONE)

    assert [line.partition(" (")[0] for line in lines if line.startswith("rule: ")] == rules


def test_no_start_is_spoken_of_where_none_was_told(site, capsys):
    site.append("a.csv", "stream,id,end,url\nalice,a,2022-01-13T16:10:00Z,http://1250000000.vod2.myqcloud.com/a.mp4\n")

    lines = site.ask(capsys, "explain", "a")

    assert "repair: neither a length nor a start before the end was told, so only the end is known" in lines
