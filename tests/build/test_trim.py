"""A trim hides time because it must not be seen: nothing of it is published, and pages speak of what is shown."""

import json
import re

import pytest

from tests.build.sites import TestSite, callback, difference

PARTS = [f"52{number:017d}" for number in (1, 2, 3)]
VTT = """\
WEBVTT

NOTE between ourselves

00:01.000 --> 00:03.500
hidden words

11:39.000 --> 11:41.000
half hidden words

15:01.000 --> 15:03.500
Kept

31:01.000 --> 31:03.000
late words
"""
BOARD = """\
WEBVTT

00:00.000 --> 00:10.000
one.jpg#xywh=0,0,160,90

15:00.000 --> 15:10.000
two.jpg#xywh=0,0,160,90

15:10.000 --> 15:20.000
one.jpg#xywh=160,0,160,90
"""
JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def site(tmp_path):
    """Three files of ten minutes with pauses of 100 s: 0:00, 11:40 and 23:20, from 00:00 in Shanghai."""
    made = TestSite(tmp_path)
    made.append("a.jsonl", "".join(callback("alice", at + 1, 700 * at, 600) for at in range(3)))
    return made


def trim(site, said, more=""):
    site.write("replays/finale.md", f"---\nrecordings: ['{PARTS[0]}']\ntitle: Finale\ntrim: {said}\n{more}---\n")


def page(site):
    """Return the watch page of the broadcast in English, and its folder."""
    (found,) = site.places.output.glob("replays/2022/01/*/*/index.html")
    return found.read_text(), found.parent


def player(text):
    return json.loads(re.search(r'class="replay">(.*?)</script>', text)[1])


def facts(text):
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text))


def test_a_part_that_is_trimmed_away_is_published_nowhere(site, capsys):
    """Its address is in no file of the output, while `sessions` and the address of the replay stay as they were."""
    site.build()
    before = site.session(capsys)
    trim(site, "{head: 11m}", "chapters: ['0:30 Gone', '12:00 Here']\n")

    site.build()

    assert not [name for name, data in site.tree().items() if b"/a/1/f0.mp4" in data]
    after = site.session(capsys)
    assert (after.pop("title"), before.pop("title")) == ("Finale", "")
    assert after == before
    assert not difference(site.tree(), site.clean_tree())


def test_pages_speak_of_what_is_shown(site):
    """Times, lengths, losses, parts and chapters are those that can be seen; moments count from the old beginning."""
    trim(site, "{head: 11m}", "chapters: ['0:30 Gone', '12:00 Here']\n")

    site.build()

    text, _ = page(site)
    assert ">Fri 14 Jan 2022, 00:11</time></a> – <time" in text
    assert ">20 m recorded of 21 m</time>" in text
    assert "Interrupted once" in text
    assert re.findall(r"Part (\d) of (\d)", text) == [("1", "2"), ("1", "2"), ("2", "2"), ("2", "2")]
    assert re.findall(r'class="hole"><time datetime="\w+">(.*?)</time>', text) == ["0:21:40"]
    assert re.findall(r'<a href="#t=(\d+)"', text) == ["720"]
    assert facts(text) == {
        "Records": "2 recordings (2 mp4)",
        "On air": "00:11:40 – 00:33:20, 21 m 40 s, from the first start to the last end",
        "Recorded": "20 m 00 s, 92.3 %",
        "Lost": "00:21:40 – 00:23:20, 1 m 40 s",
        "One broadcast": facts(text)["One broadcast"],
        "Filed under": "14 January 2022, the day it began in Shanghai time",
    }
    told = player(text)
    assert (told["start"], told["trim"], told["gaps"]) == (1642089600000, [700, 2000], [[1300, 1400]])
    assert [(part["at"], part["to"]) for part in told["tracks"][0]["parts"]] == [(700, 1300), (1400, 2000)]
    home = site.tree()["index.html"].decode()
    assert "00:11" in home
    assert "20 m" in home
    assert "30 m" not in home


def test_a_part_that_is_cut_plays_from_cut_to_cut(site):
    """The browser's own player gets the moments of the file; the seam between two shown parts has none."""
    trim(site, "{head: 12m, tail: 90.5}")

    site.build()

    text, _ = page(site)
    assert re.findall(r'<source src="[^"]*/(\d/f0.mp4[^"]*)"', text) == ["2/f0.mp4#t=20", "3/f0.mp4#t=0,509.5"]
    assert player(text)["trim"] == [720, 1909.5]


@pytest.mark.parametrize("head", ["head: 11m40s", "from: 2022-01-14T00:11:40"])
@pytest.mark.parametrize("tail", ["tail: 2m30s", "to: 2022-01-14T00:30:50"])
def test_captions_and_storyboards_lose_what_is_hidden(site, head, tail):
    """Cues that reach into hidden time are in no file, nor is a picture that shows a moment of it, nor a note."""
    trim(site, f"{{{head}, {tail}}}")
    site.write("replays/finale.en.vtt", VTT)
    site.write("replays/finale.storyboard.vtt", BOARD)
    for name in ("one", "two"):
        (site.source / f"replays/{name}.jpg").write_bytes(JPEG)

    site.build()

    text, folder = page(site)
    assert (folder / "captions.en.vtt").read_text() == "WEBVTT\n\n15:01.000 --> 15:03.500\nKept\n"
    assert (folder / "storyboard.vtt").read_text() == ("WEBVTT\n\n15:00.000 --> 15:10.000\ntwo.jpg#xywh=0,0,160,90\n")
    assert sorted(path.name for path in folder.glob("*.jpg")) == ["two.jpg"]
    assert "Kept" in text
    assert not [
        name
        for name, data in site.tree().items()
        if b"den words" in data or b"late words" in data or b"ourselves" in data
    ]
    assert not difference(site.tree(), site.clean_tree())


def test_a_trim_that_changes_leaves_nothing_behind(site):
    """Hiding more takes away what was published; taking the trim away brings it back."""
    site.write("replays/finale.en.vtt", VTT)
    site.write("replays/finale.storyboard.vtt", BOARD)
    for name in ("one", "two"):
        (site.source / f"replays/{name}.jpg").write_bytes(JPEG)
    for said in ("{}", "{head: 11m}", "{head: 16m}", "{from: 2022-01-14T00:16:00}", "{head: 1h}", "{tail: 1s}", "{}"):
        trim(site, said)

        site.build()

        assert not difference(site.tree(), site.clean_tree()), said
    _, folder = page(site)
    assert (folder / "captions.en.vtt").read_text() == VTT
    assert (folder / "one.jpg").exists()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            "{head: 20m, tail: 20m}",
            "`trim` takes 1200 s at the beginning, 1200 s at the end of a broadcast of 2000 s, which leaves nothing",
        ),
        ("{head: 1h}", "`trim` takes 3600 s at the beginning of a broadcast of 2000 s, which leaves nothing"),
        (
            "{head: 10m, tail: 23m}",
            "`trim` takes 600 s at the beginning, 1380 s at the end of a broadcast of 2000 s, which leaves nothing",
        ),
        (
            "{from: 2022-01-15}",
            "`trim` takes all before 2022-01-15T00:00:00+08:00 of a broadcast of 2000 s, which leaves nothing",
        ),
        (
            "{to: 2022-01-13T23:00+08:00}",
            "`trim` takes all from 2022-01-13T23:00:00+08:00 on of a broadcast of 2000 s, which leaves nothing",
        ),
    ],
)
def test_a_trim_that_leaves_nothing_hides_the_replay(site, capsys, said, why):
    """It never shows what somebody wanted hidden, and it is told as a problem and by `explain`."""
    site.build()
    _, folder = page(site)
    trim(site, said)

    site.build()

    text = (folder / "index.html").read_text()
    assert "/f0.mp4" not in text
    assert "hidden" in text
    assert site.session(capsys)["hidden"]
    (problem,) = site.ask(capsys, "problems", "list")
    assert problem.endswith(f"  trim_too_long (warning)  replays/finale.md:4: {why}; the replay is hidden")
    lines = site.ask(capsys, "explain", PARTS[0])
    assert "a person hid it; the page says only that" in lines
    assert next(line for line in lines if line.startswith("a person hides")).endswith("which leaves nothing of it")


def test_explain_says_what_a_trim_leaves(site, capsys):
    """What is there is explained whole; what is shown of it is said beside."""
    trim(site, "{head: 11m}")

    lines = site.ask(capsys, "explain", PARTS[0])

    assert "made from 3 files and 3 notifications; recorded 30 m of 33 m on air" in lines
    assert "a person hides 660 s at the beginning; shown is 2022-01-14 00:11:40 to 2022-01-14 00:33:20" in lines


def test_a_moment_hides_the_same_whatever_comes_late(site, capsys):
    """Files in front and behind move the ends of the broadcast, and not what a person let be seen of it."""
    trim(site, "{from: '2022-01-14T00:11:40', to: 2022-01-13T16:23:20+00:00, head: 10s, tail: 10s}")
    site.build()
    assert len(site.session(capsys)["tracks"][0]["parts"]) == 3

    site.append("b.jsonl", callback("alice", 4, -700, 600) + callback("alice", 5, 2100, 600))
    site.build()

    assert not difference(site.tree(), site.clean_tree())
    whole = site.session(capsys)
    assert len(whole["tracks"][0]["parts"]) == 5
    published = b"".join(site.tree().values())
    assert set(re.findall(rb"/a/(\d)/f0.mp4", published)) == {b"2"}
    lines = site.ask(capsys, "explain", PARTS[0])
    assert (
        "a person hides 10 s at the beginning, 10 s at the end, all before 2022-01-14 00:11:40,"
        " all from 2022-01-14 00:23:20 on; shown is 2022-01-14 00:11:40 to 2022-01-14 00:21:40" in lines
    )
    assert site.ask(capsys, "problems", "list") == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("{from: 2021-01-14T00:11:40}", "`from` (2021-01-14T00:11:40+08:00) is before the broadcast began"),
        ("{from: 2022-01-13T23:59}", "`from` (2022-01-13T23:59:00+08:00) is before the broadcast began"),
        ("{from: 2022-01-13T10:11:40.5Z}", "`from` (2022-01-13T18:11:40.500+08:00) is before the broadcast began"),
        ("{from: 0001-01-01}", "`from` (0001-01-01T00:00:00.000Z) is before the broadcast began"),
        ("{to: 2022-01-15}", "`to` (2022-01-15T00:00:00+08:00) is after the broadcast ended"),
    ],
)
def test_a_moment_that_hides_nothing_is_told(site, capsys, said, why):
    """With a slip in the date or the zone everything would be shown, and nobody would know. One near the end is a fence."""
    for fence in ("{from: 2022-01-14, to: 2022-01-14T00:33:20}", "{from: '2022-01-13T23:59:01', to: 2022-01-14T00:34}"):
        trim(site, fence)
        assert site.ask(capsys, "problems", "list") == [], fence
    trim(site, said)

    (problem,) = site.ask(capsys, "problems", "list")

    assert problem.endswith(
        f"  trim_outside (warning)  replays/finale.md:4: in `trim`, {why}, which hides nothing; check date and zone"
    )


def test_no_picture_of_hidden_time_becomes_the_poster(site):
    """Screenshots count by their moment; a cover shows no moment that is known, so it needs a file shown whole."""
    shot = {"event_type": 200, "app": "push.example.com", "appname": "live", "stream_id": "alice", "channel_id": "alice",
            "file_size": 1, "width": 1, "height": 1}  # fmt: skip
    for name, at in (("early", 300), ("late", 900)):
        url = f"http://1250000000.file.myqcloud.com/{name}.jpg"
        site.append("b.jsonl", json.dumps(shot | {"create_time": 1_642_089_600 + at, "pic_full_url": url}) + "\n")
    site.write("site.yaml", (site.source / "site.yaml").read_text() + "media: {posters: provider}\n")
    for said, shown in (("{}", b"early.jpg"), ("{head: 10m}", b"late.jpg"), ("{head: 15m1s}", b"poster.svg")):
        trim(site, said)

        site.build()

        assert shown in site.tree()["index.html"], said
    assert not [name for name, data in site.tree().items() if b"early.jpg" in data or b"late.jpg" in data]


def test_a_trim_over_midnight_keeps_the_day_of_the_address(tmp_path):
    """The broadcast stays in the list of its day, and is drawn where it is shown."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", "".join(callback("alice", at + 1, 700 * at - 600, 600) for at in range(3)))
    site.append("a.jsonl", callback("bob", 9, 40_000, 600))
    site.build()

    trim(site, "{head: 11m}")
    site.build()

    assert not difference(site.tree(), site.clean_tree())
    assert "Finale" in (site.places.output / "replays/2022/01/13/index.html").read_text()
    assert "00:01 Finale, 20 m" in (site.places.output / "replays/2022/01/14/index.html").read_text()


def test_repairs_of_hidden_files_are_none_of_the_page(site):
    """What was mended in a file that nobody sees is told by `explain`, not by the page."""
    site.append("a.jsonl", callback("alice", 4, -600, 590, start_time=1_642_089_600 - 700))
    mended = "the told length differs from the told times by more than a minute; the length is trusted"
    trim(site, "{}")
    site.build()
    text, _ = page(site)
    assert facts(text)["Repaired"] == mended

    trim(site, "{head: 10m}")
    site.build()

    text, _ = page(site)
    assert "Repaired" not in facts(text)


def test_the_expiry_of_a_hidden_file_is_none_of_the_page(site):
    """What is hidden may vanish; what is shown stays."""
    basic = {"Name": "n", "CreateTime": "2022-01-13T16:20:00Z", "Type": "mp4", "ExpireTime": "2022-03-01T00:00:00Z"}
    site.append("b.jsonl", json.dumps({"FileId": PARTS[0], "BasicInfo": basic}) + "\n")
    trim(site, "{}")
    site.build()
    text, _ = page(site)
    assert facts(text)["Expires"] == "the first file expires on Tue 1 Mar 2022, 08:00"

    trim(site, "{head: 11m}")
    site.build()

    text, _ = page(site)
    assert "Expires" not in facts(text)
