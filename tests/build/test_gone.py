"""Files that may not be shown any more: what was told of them goes with them, while their broadcast stays."""

import json

import pytest

from tests.build.sites import BASE_MS, TestSite, callback, difference

PARTS = [f"52{number:017d}" for number in (1, 2, 3)]
SHOT = {
    "event_type": 200, "app": "push.example.com", "appname": "live", "stream_id": "alice", "channel_id": "alice",
    "file_size": 1, "width": 1, "height": 1,
}  # fmt: skip
PICTURES = "http://1250000000.file.myqcloud.com"


def media(number: int, word: str, **more) -> str:
    basic = {"Name": f"{word} title", "CoverUrl": f"{PICTURES}/{word}-cover.jpg", "TagSet": [f"{word}-tag"], **more}
    return json.dumps({"FileId": PARTS[number], "BasicInfo": {"UpdateTime": "2022-02-01T00:00:00Z", **basic}}) + "\n"


def shot(word: str, at: int, **more) -> str:
    told = SHOT | {"create_time": BASE_MS + at, "pic_full_url": f"{PICTURES}/{word}-shot.jpg", **more}
    return json.dumps(told) + "\n"


def naming(site, word: bytes) -> list[str]:
    return [name for name, data in site.tree().items() if word in data]


@pytest.fixture
def site(tmp_path):
    """Three files of ten minutes that follow each other without a pause, and the provider's pictures in use."""
    made = TestSite(tmp_path)
    made.write("site.yaml", (made.source / "site.yaml").read_text() + "media: {posters: provider}\n")
    made.append("a.jsonl", "".join(callback("alice", at + 1, 600 * at, 600) for at in range(3)))
    return made


@pytest.mark.parametrize("status", ["Forbidden", "SystemForbidden", None])
def test_nothing_told_of_a_file_that_is_gone_is_published(site, capsys, status):
    """Title, tags, cover and the screenshots of its time: not on the page of the broadcast, which stays, nor in lists."""
    site.append("b.jsonl", media(0, "vexing", Status="Normal") + shot("vexing", 300) + shot("vexing", 599))
    site.build()
    assert naming(site, b"vexing title")
    assert naming(site, b"vexing-tag")
    assert naming(site, b"vexing-shot")

    gone = {"NotExistFileIdSet": [PARTS[0]]} if status is None else {"MediaInfoSet": [json.loads(media(0, "vexing"))]}
    if status:
        gone["MediaInfoSet"][0]["BasicInfo"] |= {"Status": status, "UpdateTime": "2022-02-02T00:00:00Z"}
    site.write("recordings/later.json", json.dumps(gone))
    site.build()

    assert naming(site, b"/a/2/f0.mp4")
    assert not naming(site, b"/a/1/f0.mp4")
    assert not naming(site, b"vexing")
    assert not difference(site.tree(), site.clean_tree())
    session = site.session(capsys)
    assert (session["title"], session["hidden"]) == ("", False)


@pytest.mark.parametrize("more", [{"Name": "a\tb"}, {"MediaUrl": "ftp://x/y.mp4"}, {"Status": "Weird"}, {"Type": 5}])
def test_a_forbidden_file_goes_although_something_else_about_it_cannot_be_read(site, capsys, more):
    """Its page would stay for a slip in a name; the slip is told, and the next good record decides."""
    site.build()
    site.append("b.jsonl", media(0, "vexing", **{"Status": "Forbidden", **more}))
    report = site.build()

    assert not naming(site, b"/a/1/f0.mp4")
    assert [(problem.source, problem.line) for problem in report.problems] == [("recordings/b.jsonl", 1)]
    assert not difference(site.tree(), site.clean_tree())

    site.append("b.jsonl", media(0, "decent", Status="Normal", UpdateTime="2022-02-02T00:00:00Z"))
    site.build()

    assert naming(site, b"/a/1/f0.mp4")


def test_what_is_told_of_the_files_that_are_there_stands(site):
    """The next file's title takes over, and its screenshot and cover are shown."""
    site.append("b.jsonl", media(0, "vexing", Status="Forbidden") + media(1, "decent") + shot("vexing", 599))
    site.build()
    assert naming(site, b"decent title")
    assert naming(site, b"decent-tag")
    assert naming(site, b"decent-cover")

    site.append("b.jsonl", shot("decent", 600))
    site.build()

    assert naming(site, b"decent-shot")
    assert not naming(site, b"vexing")


def test_a_moment_that_another_stream_shows_is_none_of_a_forbidden_one(site):
    """Two streams that a person brings together: the picture is of the one whose file is forbidden."""
    site.append("a.jsonl", callback("aux", 4, 0, 600))
    site.write("replays/both.md", f"---\nrecordings: ['{PARTS[0]}']\nmerge: ['52{4:017d}']\n---\n")
    site.append("b.jsonl", media(0, "vexing", Status="Forbidden") + shot("vexing", 300))
    site.append("b.jsonl", shot("decent", 300, stream_id="aux", channel_id="aux"))

    site.build()

    assert naming(site, b"decent-shot")
    assert not naming(site, b"vexing")


@pytest.mark.parametrize(
    ("said", "hidden"),
    [("{head: 10m}", 0), ("{head: 10m1s}", 0), ("{tail: 10m}", 2), ("{tail: 11m}", 2)],
)
def test_nothing_told_of_a_file_in_hidden_time_is_published(site, capsys, said, hidden):
    """A cut that falls on the border of two files hides the one whole, and shows the other whole."""
    at = 600 * hidden
    site.append("b.jsonl", media(hidden, "vexing") + shot("vexing", at + 1) + media(1, "decent"))
    site.write("replays/finale.md", f"---\nrecordings: ['{PARTS[1]}']\ntrim: {said}\n---\n")

    site.build()

    assert naming(site, b"/a/2/f0.mp4")
    assert naming(site, b"decent title")
    assert naming(site, b"decent-tag")
    assert not naming(site, f"/a/{hidden + 1}/f0.mp4".encode())
    assert not naming(site, b"vexing")
    assert not difference(site.tree(), site.clean_tree())
    session = site.session(capsys)
    assert session["title"] == ("vexing title" if hidden == 0 else "decent title")


def test_what_a_person_says_of_a_trimmed_broadcast_stands(site):
    site.append("b.jsonl", media(0, "vexing"))
    head = f"recordings: ['{PARTS[1]}']\ntitle: Finale\ntags: [piano]\ntrim: {{head: 10m}}"
    site.write("replays/finale.md", f"---\n{head}\n---\n")

    site.build()

    assert naming(site, b"Finale")
    assert naming(site, b"piano")
    assert not naming(site, b"vexing")
