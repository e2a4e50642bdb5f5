"""What watch pages say of a broadcast is true to the record, at the edges too."""

import re

import pytest

from tests.build.sites import BASE_MS, SITE, TestSite, callback, difference


@pytest.fixture
def site(tmp_path):
    return TestSite(tmp_path)


def pages(site):
    """Return the watch pages in English and in Chinese."""
    site.build()
    found = [path.read_text() for path in sorted(site.places.output.glob("**/replays/2022/*/*/*/index.html"))]
    return {re.search(r'<html lang="(\w+)"', text)[1]: text for text in found}


def test_a_pause_of_just_the_limit_is_not_said_to_be_shorter(site):
    """Five minutes are no longer than five minutes."""
    site.append("a.jsonl", callback("alice", 1, 0, 100) + callback("alice", 2, 400, 100))

    said = pages(site)

    assert "<dd>because no pause was longer than 5 m, the limit that applies here</dd>" in said["en"]
    assert "<dd>因为没有超过 5 分钟的间断（此处的上限）</dd>" in said["zh"]


@pytest.mark.parametrize("first", ["public", "hidden", "draft"])
@pytest.mark.parametrize("second", ["public", "hidden", "draft"])
def test_no_half_of_a_split_tells_of_the_other(site, capsys, first, second):
    """It may be hidden, or a draft; also where the split came later. The operator has `explain` to tell it."""
    ids = [f"52{number:017d}" for number in range(3)]
    site.append("a.jsonl", "".join(callback("alice", number, 100 * number, 100) for number in range(3)))
    site.build()
    site.write("replays/a.md", f"---\nrecordings: {ids[:2]}\nvisibility: {first}\n---\n")
    site.write("replays/b.md", f"---\nrecordings: {ids[2:]}\nvisibility: {second}\nsplit: before {ids[2]}\n---\n")
    site.build()

    pages = b"".join(site.tree().values()).decode("utf-8", "replace")
    found = re.findall(r"<dt>(?:One broadcast|算作一场)</dt><dd>(.*)</dd>", pages)
    of_first = [
        "because no pause was longer than 5 m, the limit that applies here",
        "因为没有超过 5 分钟的间断（此处的上限）",
    ]
    of_second = ["there is one recording", "只有一段录像"]
    assert sorted(found) == sorted(of_first * (first == "public") + of_second * (second == "public"))
    assert difference(site.tree(), site.clean_tree()) == []
    for number, side in ((1, "after"), (2, "with")):
        told = "\n".join(site.ask(capsys, "explain", ids[number]))
        assert f"a person let a new session begin {side} this file" in told


@pytest.mark.parametrize(
    ("length", "size", "more"),
    [(3600, 1349, {}), (63, 13_490, {}), (63, 13_490_000, {"duration": None, "start_time": BASE_MS + 99})],
)
def test_the_size_of_a_playlist_is_not_that_of_a_broadcast(site, length, size, more):
    """A few bytes a second are a list of files; where no length is told, nobody can know which of the two it is."""
    site.append("a.jsonl", callback("alice", 1, 0, length, form="hls", file_size=size, **more))

    said = pages(site)

    assert "<p>HLS · plays on phones</p>" in said["en"]
    assert not re.findall(r"\d [KMG]B", said["en"] + said["zh"])


def test_the_size_of_a_whole_hls_recording_is_told(site):
    """Lists of files and later notifications tell the playlist with all its pieces."""
    site.append("a.jsonl", callback("alice", 1, 0, 60, form="hls", file_size=31_900_000))

    text = pages(site)["en"]

    assert "<p>HLS · plays on phones · 32 MB</p>" in text
    assert "Download, 32 MB" in text
    assert '"words":"HLS · plays on phones · 32 MB"' in text


@pytest.mark.parametrize(
    ("begin", "line", "fact", "lost"),
    [
        (
            1647153000,  # 2022-03-13T06:30Z
            "Sun 13 Mar 2022, 01:30 (UTC−5) – 03:30 (UTC−4)",
            "01:30:00 (UTC−5) – 03:30:00 (UTC−4), 1 h 00 m 00 s, from the first start to the last end",
            "01:50:00 (UTC−5) – 03:10:00 (UTC−4), 20 m 00 s",
        ),
        (
            1667712600,  # 2022-11-06T05:30Z
            "Sun 6 Nov 2022, 01:30 (UTC−4) – 01:30 (UTC−5)",
            "01:30:00 (UTC−4) – 01:30:00 (UTC−5), 1 h 00 m 00 s, from the first start to the last end",
            "01:50:00 (UTC−4) – 01:10:00 (UTC−5), 20 m 00 s",
        ),
        (
            1647154800,  # half an hour later, all of it after the change
            "Sun 13 Mar 2022, 03:00 – 04:00 (UTC−4)",
            "03:00:00 – 04:00:00, 1 h 00 m 00 s, from the first start to the last end",
            "03:20:00 – 03:40:00, 20 m 00 s",
        ),
    ],
)
def test_a_broadcast_over_a_change_of_the_clock_names_both_offsets(site, begin, line, fact, lost):
    """Else an hour goes from half past one to half past one, or takes two."""
    site.write("site.yaml", "timezone: America/New_York\ngrouping: {gap: 1h}\n")
    site.append(
        "a.jsonl", callback("alice", 1, begin - BASE_MS, 1200) + callback("alice", 2, begin - BASE_MS + 2400, 1200)
    )

    text = pages(site)["en"]

    assert line in re.sub(r"<[^>]+>", "", text)
    assert re.findall(r"<dt>(?:On air|Lost)</dt><dd>(.*?)</dd>", text) == [fact, lost]


def test_no_range_runs_backwards_in_the_hour_that_clocks_repeat(site, capsys):
    """Parts, losses and what `explain` says name both offsets where the clock changes between, and only there."""
    site.write("site.yaml", "timezone: America/New_York\n")
    begin = 1_667_713_821  # 05:50:21Z on 6 November 2022, ten to two
    site.append("a.jsonl", callback("alice", 1, begin - BASE_MS, 560))
    site.append(
        "a.jsonl", callback("alice", 2, begin - BASE_MS + 610, 600) + callback("alice", 3, begin - BASE_MS + 1210, 60)
    )

    text = pages(site)["en"]

    assert re.findall(r"Part (\d) of 3 · (.*?) · <a", text) == [
        ("1", "01:50–01:59"), ("2", "01:00–01:10"), ("3", "01:10–01:11"),
    ]  # fmt: skip
    assert re.findall(r'class="hole">.*?<time datetime="[^"]*-0[45]:00">(.*?)</time>', text) == [
        "01:59 (UTC−4)–01:00 (UTC−5)"
    ]
    assert "lost 01:59 (UTC−4)–01:00 (UTC−5)" in site.tree()["index.html"].decode()
    lines = site.ask(capsys, "explain", f"52{1:017d}")
    assert "gap: 50 s not recorded, 2022-11-06 01:59:41 (UTC−4) to 2022-11-06 01:00:31 (UTC−5)" in lines
    (first,) = (line for line in lines if line.startswith(f"  52{1:017d}"))
    assert "2022-11-06 01:50:21 to 2022-11-06 01:59:41," in first


def test_a_part_over_a_change_of_the_clock_names_both_offsets(site, capsys):
    site.write("site.yaml", "timezone: America/New_York\n")
    begin = 1_667_713_821
    site.append(
        "a.jsonl", callback("alice", 1, begin - BASE_MS, 600) + callback("alice", 2, begin - BASE_MS + 610, 600)
    )

    text = pages(site)["en"]

    assert re.findall(r"Part (\d) of 2 · (.*?) · <a", text) == [
        ("1", "01:50 (UTC−4)–01:00 (UTC−5)"), ("2", "01:00–01:10"),
    ]  # fmt: skip
    assert 'aria-label="Part 1 of 2, 01:50 (UTC−4) to 01:00 (UTC−5)"' in text
    (first,) = (line for line in site.ask(capsys, "explain", f"52{1:017d}") if line.startswith(f"  52{1:017d}"))
    assert "2022-11-06 01:50:21 (UTC−4) to 2022-11-06 01:00:21 (UTC−5)," in first


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_utc_is_no_place_that_has_a_time(site, zone):
    """`UTC time` says time twice, and Latin letters stand apart from Chinese ones."""
    site.write("site.yaml", SITE.replace("Asia/Shanghai", zone))
    site.append("a.jsonl", callback("alice", 1, 0, 600))

    said = pages(site)

    assert "<dd>13 January 2022, the day it began in UTC</dd>" in said["en"]
    assert "日，按 UTC 的开始日期</dd>" in said["zh"]
    days = [site.places.output / root / "replays/2022/01/13/index.html" for root in ("", "zh")]
    assert [re.findall(r'guide" aria-label="(.*?)"', day.read_text()) for day in days] == [
        ["Timeline, UTC"],
        ["时间轴，UTC 时间"],
    ]
    text = b"".join(site.tree().values()).decode("utf-8", "replace")
    assert "Times are UTC" in text
    assert not re.search(r"UTC time|时间均为UTC|UTC时间", text)
