"""What watch pages say of a broadcast is true to the record, at the edges too."""

import re

import pytest

from tests.build.sites import TestSite, callback


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
