"""What watch pages say of a broadcast is true to the record, at the edges too."""

import re

import pytest

from tests.build.sites import BASE_MS, TestSite, callback


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
