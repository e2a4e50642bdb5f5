"""A row that was copied and not corrected all through: what it hides is told, with both places and what to do."""

import pytest

from tests.build.sites import SITE, TestSite, difference

HEAD = "stream,id,start,end,url\n"
HOSTS = "media: {hosts: [v.example.com]}\n"


def row(stream, name, day, url):
    """Return a row of an hour's recording."""
    hours = (f"2026-03-{day:02}T{hour}:00:00Z" for hour in (10, 11))
    return f"{stream},{name},{','.join(hours)},https://v.example.com/{url}\n"


@pytest.fixture
def site(tmp_path):
    made = TestSite(tmp_path)
    made.write("site.yaml", SITE + HOSTS)
    made.append("a.csv", HEAD + row("maths", "lesson-01", 1, "1.mp4") + row("maths", "lesson-02", 2, "2.mp4"))
    made.build()
    return made


def told(report):
    return [(problem.source, problem.line, problem.message) for problem in report.problems]


def test_a_copied_address_is_told_with_both_records(site, capsys):
    """The earlier replay goes off the site, which nobody asked for; corrected, it is back and nothing is told."""
    bad = row("maths", "lesson-03", 3, "1.mp4")
    site.append("b.csv", HEAD + bad)

    report = site.build()

    message = (
        "is also that of the newer file `lesson-03` (recordings/b.csv:2), so this file counts as written over "
        "and is not shown; correct the address if it was copied by mistake"
    )
    assert told(report) == [("recordings/a.csv", 2, message)]
    line = f"overwritten:lesson-01  overwritten (warning)  recordings/a.csv:2: `url` {message}"
    assert site.ask(capsys, "problems") == [line]
    assert "set aside: lesson-01, a newer file was stored under the same address (lesson-03)" in site.ask(
        capsys, "explain", "lesson-01"
    )
    site.write("recordings/b.csv", HEAD + bad.replace("1.mp4", "3.mp4"))
    assert told(site.build()) == []
    assert site.ask(capsys, "problems") == []


def test_a_copied_address_is_told_by_a_bulk_load_as_by_a_small_one(site, tmp_path):
    """What is wrong does not depend on the way that the records came in."""
    site.append("a.csv", row("physics", "lesson-03", 3, "1.mp4") + row("maths", "lesson-04", 4, "1.mp4"))
    clean = TestSite(tmp_path / "clean")
    clean.write("site.yaml", SITE + HOSTS)
    clean.write("recordings/a.csv", (site.source / "recordings/a.csv").read_text())

    small, bulk = told(site.build()), told(clean.build())

    assert sorted(small) == sorted(bulk)
    assert sorted(line for _, line, _ in small) == [2, 4]


def test_a_copied_id_is_told_with_both_places(site):
    """It is one recording for us: the message names it, the place that stands and the place that does not."""
    site.append("b.csv", HEAD + row("physics", "lesson-02", 4, "4.mp4"))

    report = site.build()

    message = (
        "1 notification tells another `end`, `start`, `url`, `stream` of `lesson-02` (two files need an id each); "
        "this one is used, not that at recordings/b.csv:2"
    )
    assert told(report) == [("recordings/a.csv", 3, message)]


@pytest.mark.parametrize("names", [("1", "2"), ("r1", "r2"), ("202601130001", "202601140001")])
def test_a_recorder_that_counts_its_files_writes_over_them_too(tmp_path, names):
    """A short number is no id of the provider's media library: the replay whose file is gone would play the other's."""
    site = TestSite(tmp_path)
    site.write("site.yaml", SITE + HOSTS)
    site.append("a.csv", HEAD + row("s", names[0], 13, "x.mp4"))
    site.build()
    site.append("a.csv", row("s", names[1], 14, "x.mp4"))

    report = site.build()

    assert [(problem.code, problem.file_id) for problem in report.problems] == [("overwritten", names[0])]
    assert not difference(site.tree(), site.clean_tree())
