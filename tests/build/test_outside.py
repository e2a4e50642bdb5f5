"""Captions and pictures of a longer show: a replay says and shows nothing of what lies behind its own end."""

import pytest

from tests.build.sites import TestSite, callback, difference

FIRST, SECOND = (f"52{number:017d}" for number in (0, 1))
WORDS = """\
WEBVTT

00:01.000 --> 00:03.500
public words

09:58.000 --> 10:01.000
half of it secret

10:02.000 --> 10:04.000
very secret

18:00.000 --> 18:02.000
later secret
"""
BOARD = """\
WEBVTT

00:00.000 --> 00:10.000
one.jpg#xywh=0,0,160,90

09:50.000 --> 10:00.000
one.jpg#xywh=160,0,160,90

10:00.000 --> 10:10.000
two.jpg#xywh=0,0,160,90

15:00.000 --> 15:10.000
two.jpg#xywh=160,0,160,90
"""
JPEG = b"\xff\xd8\xff\xe0 a picture"
END = 600


@pytest.fixture
def site(tmp_path):
    """Two files of ten minutes that follow each other."""
    made = TestSite(tmp_path)
    made.append("a.jsonl", callback("alice", 0, 0, END) + callback("alice", 1, END, END))
    made.write("replays/f.md", f"---\nrecordings: ['{FIRST}']\ntitle: Finale\n---\n")
    return made


def split(site):
    site.write("replays/f.md", f"---\nrecordings: ['{FIRST}']\ntitle: Finale\nsplit: {{before: ['{SECOND}']}}\n---\n")
    site.write("replays/g.md", f"---\nrecordings: ['{SECOND}']\nvisibility: hidden\n---\n")


def naming(site, word: bytes) -> list[str]:
    return [name for name, data in site.tree().items() if word in data]


def copies(site) -> dict[str, str]:
    """Return the copied files by name."""
    return {
        name.rpartition("/")[2]: data.decode("latin-1")
        for name, data in site.tree().items()
        if name.endswith((".vtt", ".jpg"))
    }


def problems(site, capsys) -> list[str]:
    return [line for line in site.ask(capsys, "problems", "list") if "cue_outside" in line]


def test_the_words_of_a_part_that_was_split_off_and_hidden_are_nowhere(site, capsys):
    """They are in the copy and in the transcript while the show is whole; both halves of a cue on the border go."""
    site.write("replays/f.en.vtt", WORDS)
    site.build()
    assert copies(site) == {"captions.en.vtt": WORDS}
    assert len(naming(site, b"very secret")) == 3, "the copy, and the page in two languages"
    assert problems(site, capsys) == []

    split(site)
    report = site.build()

    assert copies(site) == {"captions.en.vtt": "WEBVTT\n\n00:01.000 --> 00:03.500\npublic words\n"}
    assert len(naming(site, b"public words")) == 3
    assert not naming(site, b"secret")
    assert not difference(site.tree(), site.clean_tree())
    (told,) = [problem for problem in report.problems if problem.code == "cue_outside"]
    assert told.source == "replays/f.en.vtt"
    (line,) = problems(site, capsys)
    assert line.startswith("cue_outside:replays/f.en.vtt  cue_outside (warning)  replays/f.en.vtt: the last cue begins")
    assert line.endswith(" at 1080 s, the broadcast ends at 600 s; what goes beyond is not shown")
    (site.source / "replays/g.md").unlink()
    site.write("replays/f.md", f"---\nrecordings: ['{FIRST}']\ntitle: Finale\n---\n")
    site.build()
    assert copies(site) == {"captions.en.vtt": WORDS}


def test_so_are_its_pictures(site, capsys):
    site.write("replays/f.storyboard.vtt", BOARD)
    for name in ("one", "two"):
        (site.source / f"replays/{name}.jpg").write_bytes(JPEG)
    site.build()
    assert copies(site)["storyboard.vtt"] == BOARD

    split(site)
    site.build()

    assert sorted(copies(site)) == ["one.jpg", "storyboard.vtt"]
    assert copies(site)["storyboard.vtt"] == BOARD.partition("\n\n10:00")[0] + "\n"
    assert not difference(site.tree(), site.clean_tree())
    assert len(problems(site, capsys)) == 1


def test_a_trim_at_the_other_end_leaves_the_cut(site):
    """What is trimmed at the beginning is hidden, and so is what lies behind the end."""
    site.write("replays/f.en.vtt", WORDS)
    split(site)
    path = site.source / "replays/f.md"
    path.write_text(path.read_text().replace("title: Finale", "title: Finale\ntrim: {head: 1s}"))

    site.build()

    assert copies(site) == {"captions.en.vtt": "WEBVTT\n\n00:01.000 --> 00:03.500\npublic words\n"}
    assert not naming(site, b"secret")


@pytest.mark.parametrize(("begins", "is_kept"), [("19:59.000", True), ("20:09.999", True), ("20:10.000", False)])
def test_a_recording_may_run_a_little_longer_than_told(site, capsys, begins, is_kept):
    """Lengths are told in whole seconds and not to the frame: last words in time are copied as they are."""
    last = f"WEBVTT\n\n00:01.000 --> 00:02.000\nfirst\n\n{begins} --> 20:30.000\nlast words\n"
    site.write("replays/f.en.vtt", last)

    site.build()

    assert (copies(site) == {"captions.en.vtt": last}) == is_kept
    assert bool(naming(site, b"last words")) == is_kept
    assert (problems(site, capsys) == []) == is_kept


def test_where_no_length_was_told_nothing_is_outside(site, capsys):
    """A start behind its end tells no length (the vendor's first sample)."""
    site.append("b.jsonl", callback("bob", 7, 9_000, 600, duration=None, start_time=1_642_100_000))
    site.write("replays/h.md", f"---\nrecordings: ['52{7:017d}']\ntitle: Point\n---\n")
    site.write("replays/h.en.vtt", WORDS)

    site.build()

    assert copies(site) == {"captions.en.vtt": WORDS}
    assert problems(site, capsys) == []
    assert site.sessions(capsys)[-1]["duration"] is None
