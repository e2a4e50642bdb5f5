"""What lies between two files of one task is of their broadcast, whenever it becomes known."""

from itertools import permutations

import pytest

from builder.addresses import tag_of
from tests.build.sites import TestSite, callback, difference

HOUR = 3_600
TASK = {"task_id": "18000000000000000001"}
A = callback("alice", 1, 0, HOUR, **TASK)
B = callback("alice", 2, 2 * HOUR, HOUR)  # as a list of files tells of it: without the task
C = callback("alice", 3, 4 * HOUR, HOUR, **TASK)
B_PATH = f"replays/2022/01/14/{tag_of(f'52{2:017d}')}/index.html"


@pytest.fixture
def site(tmp_path) -> TestSite:
    return TestSite(tmp_path)


@pytest.mark.parametrize("order", list(permutations((A, B, C))))
def test_a_file_between_two_of_a_task_is_of_their_broadcast_in_any_order(site, order):
    """Its own address goes on answering: before the third file was announced it was a replay."""
    for line in order:
        site.append("a.jsonl", line)
        report = site.build()

    assert report.sessions == 1
    assert b'http-equiv="refresh"' in site.tree()[B_PATH]
    assert difference(site.tree(), site.clean_tree()) == []


@pytest.mark.parametrize(("limit", "pieces"), [("", 1), ("grouping: {max_length: 3h}\n", 2)])
def test_a_file_between_two_of_a_task_goes_its_own_way_when_one_of_them_goes(site, limit, pieces):
    """Also where a day began inside, and the broadcast was cut there."""
    site.append("a.jsonl", A)
    site.append("b.jsonl", B)
    site.append("c.jsonl", C)
    site.write("site.yaml", f"title: T\nslug_key: abcdefghijkl\ntimezone: UTC\nday_starts_at: '18:10'\n{limit}")
    assert site.build().sessions == pieces
    (site.source / "recordings" / "c.jsonl").unlink()

    assert site.build(allow_removal=True).sessions == 2
    assert difference(site.tree(), site.clean_tree()) == []
