"""Files beside a curation in real builds: they are copied, and a change of one writes what shows it and nothing else."""

import pytest

from tests.build.sites import TestSite, callback, difference, tree

VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\nHello\n"
BOARD = "WEBVTT\n\n00:00.000 --> 00:10.000\nfinale-1.jpg#xywh=0,0,160,90\n"
JPEG = b"\xff\xd8\xff\xe0 a picture"
FILE_ID = "5200000000000000001"


@pytest.fixture
def site(tmp_path):
    made = TestSite(tmp_path)
    made.append("a.jsonl", callback("alice", 1, 0, 600) + callback("alice", 2, 90_000, 600) + callback("bob", 3, 0, 60))
    made.write("replays/finale.md", f"---\nrecordings: ['{FILE_ID}']\ntitle: Finale\n---\n")
    return made


def page_of(output):
    """Return the folder of the curated session's page."""
    (page,) = [
        path for path in output.glob("replays/2022/01/*/*/index.html") if "<bdi>Finale</bdi></h1>" in path.read_text()
    ]
    return page.parent


def written(report):
    return sorted(path for path, _ in report.written)


def test_captions_come_change_and_go_with_their_page_alone(site):
    """Each step writes the copy and the watch page in every language, and equals a clean build."""
    site.build()
    folder = page_of(site.places.output)
    name = folder.relative_to(site.places.output).as_posix()
    pages = [f"{name}/captions.en.vtt", f"{name}/index.html", f"zh/{name}/index.html"]

    site.write("replays/finale.en.vtt", VTT)
    assert written(site.build()) == pages
    assert (folder / "captions.en.vtt").read_text() == VTT
    assert "<bdi>Hello</bdi>" in (folder / "index.html").read_text()

    site.write("replays/finale.en.vtt", VTT.replace("Hello", "Good-bye"))
    assert written(site.build()) == pages
    assert not difference(tree(site.places.output), site.clean_tree())

    (site.source / "replays/finale.en.vtt").unlink()
    assert written(site.build()) == pages[1:]
    assert not (folder / "captions.en.vtt").exists()
    assert not difference(tree(site.places.output), site.clean_tree())


def test_a_storyboard_changes_the_pages_with_the_card_too(site):
    """Its pictures change no page."""
    site.build()
    folder = page_of(site.places.output)
    site.write("replays/finale.storyboard.vtt", BOARD)
    (site.source / "replays/finale-1.jpg").write_bytes(JPEG)

    paths = written(site.build())

    name = folder.relative_to(site.places.output).as_posix()
    assert {f"{name}/storyboard.vtt", f"{name}/finale-1.jpg", f"{name}/index.html", "index.html"} <= set(paths)
    assert (folder / "finale-1.jpg").read_bytes() == JPEG
    assert not difference(tree(site.places.output), site.clean_tree())

    (site.source / "replays/finale-1.jpg").write_bytes(JPEG + b"!")
    assert written(site.build()) == [f"{name}/finale-1.jpg"]


def test_hiding_a_session_takes_its_files_away(site):
    site.write("replays/finale.en.vtt", VTT)
    site.build()
    folder = page_of(site.places.output)
    site.write("replays/finale.md", f"---\nrecordings: ['{FILE_ID}']\nvisibility: hidden\n---\n")

    site.build()

    assert not (folder / "captions.en.vtt").exists()
    assert not difference(tree(site.places.output), site.clean_tree())
