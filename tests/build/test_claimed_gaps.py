"""The gap that one entry of `streams` tells is about what this entry claims, and about nothing else."""

import pytest

from tests.build.sites import TestSite, callback, difference

DAY = 86_400
NOON = "2022-01-16T12:00:00Z"  # between the two evenings
STARTS = (0, 1_200, 5 * DAY, 5 * DAY + 1_200)  # of files of ten minutes, each pair ten minutes apart


@pytest.fixture
def site(tmp_path) -> TestSite:
    return TestSite(tmp_path)


def broadcasts(site: TestSite, capsys, streams: str) -> list[str]:
    """Return the ends of the file ids of each broadcast, under these entries of Alice's profile."""
    site.write("vjs/alice.md", f"---\ngap: 1m\nstreams: [{streams}]\n---\n")
    found = site.sessions(capsys)
    return ["".join(part["file_id"][-1] for part in each["tracks"][0]["parts"]) for each in found]


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ("{stream: x, gap: 1m, until: %s}, {stream: x, gap: 20m, from: %s}", ["1", "2", "34"]),
        ("{stream: x, gap: 20m, until: %s}, {stream: x, gap: 1m, from: %s}", ["12", "3", "4"]),
        ("{stream: x, gap: 20m, until: %s}, {stream: x, from: %s}", ["12", "3", "4"]),
        ("{stream: x, gap: 20m, from: %s}, {stream: x, until: %s}", ["1", "2", "34"]),
        ("{stream: x, gap: 20m, from: %s}, {stream: x, gap: 0, until: %s}", ["1", "2", "34"]),
        ("x, {stream: x, gap: 20m, from: %s}", ["1", "2", "34"]),
        ("x, {stream: x, gap: 20m}", ["12", "34"]),
        ("{glob: '?'}, {stream: x, gap: 20m, until: %s}", ["12", "3", "4"]),
    ],
)
def test_a_gap_holds_while_its_entry_does(site, capsys, streams, expected):
    site.append("a.jsonl", "".join(callback("x", n, start, 600) for n, start in enumerate(STARTS, 1)))

    assert broadcasts(site, capsys, streams.replace("%s", NOON)) == expected


@pytest.mark.parametrize(
    ("streams", "expected"),
    [
        ("{stream: x, app: a.example.com, gap: 1m}, {stream: x, app: c.example.com, gap: 20m}", ["1", "2", "34"]),
        ("{stream: x, app: a.example.com, gap: 20m}, {stream: x, app: c.example.com, gap: 1m}", ["12", "3", "4"]),
        ("{stream: x, app: a.example.com}, {stream: x, app: c.example.com, gap: 20m}", ["1", "2", "34"]),
        ("x, {stream: x, appname: late, gap: 20m}", ["1", "2", "34"]),
    ],
)
def test_a_gap_is_about_the_app_of_its_entry(site, capsys, streams, expected):
    pushed = [("a.example.com", "live")] * 2 + [("c.example.com", "late")] * 2
    for n, (start, (app, appname)) in enumerate(zip(STARTS, pushed, strict=True), 1):
        site.append("a.jsonl", callback("x", n, start, 600, app=app, appname=appname))

    assert broadcasts(site, capsys, streams) == expected


def test_a_changed_gap_groups_again_what_its_entry_claims(site):
    site.append("a.jsonl", "".join(callback("x", n, start, 600) for n, start in enumerate(STARTS, 1)))
    front = f"---\nstreams: [{{stream: x, gap: 20m, until: {NOON}}}, {{stream: x, gap: 1m, from: {NOON}}}]\n---\n"
    site.write("vjs/alice.md", front)
    assert site.build().sessions == 3
    site.write("vjs/alice.md", front.replace("1m", "30m"))

    assert site.build().sessions == 2
    assert difference(site.tree(), site.clean_tree()) == []
