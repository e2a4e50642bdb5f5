"""The five samples of the vendor's documents as printed, through the command line: alone, and all in one site."""

import itertools
import json
import os

import pytest

from builder.cli import run
from tests.sources.test_vendor_samples import OF_2016, OF_2018, OF_2022

MINI_PROGRAM = OF_2016 % "       "
OF_2016_PLAIN = OF_2016 % ""
SITE = "title: Samples\nbase_url: https://replays.example.com/\n"
PROFILES = {"2121_15919131751": "old", "stream_test": "test"}


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    """Put samples into a site and return what a command prints."""
    monkeypatch.setenv("AFTERCAST_SLUG_KEY", "a test key of the tests")
    numbers = itertools.count()

    def asked(samples, *command):
        source = tmp_path / str(next(numbers)) / "site_src"
        for folder in ("recordings", "vjs"):
            (source / folder).mkdir(parents=True)
        (source / "site.yaml").write_text(SITE)
        for stream, slug in PROFILES.items():
            (source / "vjs" / f"{slug}.md").write_text(f"---\nname: {slug}\nstreams: ['{stream}']\n---\n")
        (source / "recordings" / "samples.txt").write_text("\n".join(samples))
        code = run([*command, "--source", os.fspath(source)])
        said = capsys.readouterr()
        assert code == 0, said.err
        return said

    return asked


def sessions(ask, *samples) -> list[dict]:
    return [json.loads(line) for line in ask(samples, "sessions", "--json").out.splitlines()]


def session(slug: str, start: str, end: str, duration: float | None, flags: list[str], part: dict, **more) -> dict:
    """Return the object of the contract, but for the address, which the caller takes from what was printed."""
    form = part.pop("format")
    part = {**part, "start": start, "end": end, "duration": duration}
    return {
        "vj": slug, "title": "", "start": start, "end": end, "duration": duration, "gaps": [], "flags": flags,
        "visibility": "public", "hidden": False, "aliases": [], "others": [],
        "tracks": [{"format": form, "primary": True, "parts": [part]}], **more,
    }  # fmt: skip


INVERTED = session(
    "old", "2016-09-06T01:33:47.000Z", "2016-09-06T01:33:47.000Z", None, ["bad_times"],
    {
        "format": "flv", "file_id": "9192487266581821586", "size": 9749353,
        "url": "https://200025724.vod.myqcloud.com/200025724_ac92b781a22c4a3e937c9e61c2624af7.f0.flv",
    },
)  # fmt: skip
LONG = session(
    "test", "2018-12-17T11:43:29.000Z", "2018-12-17T12:32:51.000Z", 2962.0, [],
    {
        "format": "hls", "file_id": "1234567890", "size": 277941079,
        "url": "https://12345678.vod2.myqcloud.com/xxxx/yyyy/zzzz.m3u8",
    },
)  # fmt: skip
SHORT = session(
    "test", "2022-01-13T15:57:24.618Z", "2022-01-13T15:59:58.618Z", 154.0, ["masked_sign"],
    {
        "format": "hls", "file_id": "1234567890", "size": 277941079,
        "url": "https://12345678.vod2.myqcloud.com/xxxx/yyyy/zzzz.m3u8",
    },
)  # fmt: skip


@pytest.mark.parametrize(
    ("sample", "expected", "day"),
    [
        (OF_2016_PLAIN, INVERTED, "2016/09/06"),
        (MINI_PROGRAM, INVERTED, "2016/09/06"),
        (OF_2018, LONG, "2018/12/17"),
        (OF_2022, SHORT, "2022/01/13"),
    ],
    ids=["2016", "mini-program", "2018", "2022"],
)
def test_each_sample_alone_is_one_session(ask, sample, expected, day):
    """By hand: content is end minus length; without a length and with start after end it is a point, flagged."""
    (found,) = sessions(ask, sample)
    identity = found.pop("id")

    assert identity.startswith(f"{day}/")
    assert len(identity) == 21
    assert found.pop("url") == f"/replays/{identity}/"
    assert {name: found[name] for name in expected} == expected
    assert list(found) == [
        "vj", "title", "start", "end", "duration", "gaps", "flags", "visibility", "hidden", "aliases", "others", "tracks",
    ]  # fmt: skip


def test_all_five_are_two_recordings_and_a_conflict_in_any_order(ask):
    """Three tell of one file, two of another and contradict each other; the same one wins whatever comes first."""
    five = [OF_2016_PLAIN, OF_2016_PLAIN, MINI_PROGRAM, OF_2018, OF_2022]
    orders = [
        five,
        five[::-1],
        [five[4], five[0], five[3], five[2], five[1]],
        [five[3], five[1], five[4], five[0], five[2]],
    ]
    found = [sessions(ask, *order) for order in orders]
    report = json.loads(ask(five, "build", "--json").out)
    problems = [json.loads(line) for line in ask(five, "problems", "list", "--json").out.splitlines()]

    assert all(each == found[0] for each in found)
    assert [(each["vj"], each["tracks"][0]["parts"][0]["file_id"]) for each in found[0]] == [
        ("old", "9192487266581821586"),
        ("test", "1234567890"),
    ]
    assert report["recordings"] == {"read": 5, "accepted": 2, "duplicate": 3, "ignored": 0, "quarantined": 0}
    assert report["new"] == report["recordings"]
    assert report["sessions"] == 2
    assert [(each["code"], each["file_id"]) for each in problems] == [("conflict", "1234567890")]
