"""Seconds that people wrote of one replay, and that a late file makes count from the beginning or end of another."""

from tests.build.sites import TestSite, callback

WORDS = "WEBVTT\n\n01:00.000 --> 01:05.000\nB words\n"
FIRST = "or add the replay's first recording to `replays/b.md` if that is right"
LAST = "or add the replay's last recording to `replays/a.md` if that is right"


def site_of_two(tmp_path, first: str, second: str) -> TestSite:
    made = TestSite(tmp_path)
    made.append("a.jsonl", callback("alice", 1, 0, 300) + callback("alice", 2, 1000, 300))
    made.write("replays/a.md", f"---\nrecordings: ['52{1:017d}']\n{first}\n---\n")
    made.write("replays/b.md", f"---\nrecordings: ['52{2:017d}']\n{second}\n---\n")
    return made


def close_the_gap(site: TestSite) -> None:
    site.append("late.jsonl", callback("alice", 3, 320, 660))


def told(site: TestSite) -> list[str]:
    return [f"{each.source}: {each.message}" for each in site.build().problems if each.code == "seconds_moved"]


def test_chapters_and_captions_that_a_late_file_moves_are_told(tmp_path):
    """They are shown in the first file now; no program can tell from which beginning they were counted."""
    site = site_of_two(tmp_path, "title: A", "chapters: ['1:00 Bsong']")
    site.write("replays/b.en.vtt", WORDS)
    assert told(site) == []

    close_the_gap(site)
    begins = "count from the beginning, which moved when this replay and that of `replays/a.md` became one"
    assert told(site) == [
        f"replays/b.md: `chapters` {begins}; give moments (`at:`), {FIRST}",
        f"replays/b.en.vtt: its times {begins}; correct them, {FIRST}",
    ]
    site.write("replays/b.md", f"---\nrecordings: ['52{2:017d}', '52{1:017d}']\nchapters: ['1:00 Bsong']\n---\n")
    assert told(site) == []


def test_a_trim_that_a_late_file_moves_is_told(tmp_path):
    """What one file hid at its end may be shown now, and what the other hid at its beginning."""
    site = site_of_two(tmp_path, "trim: {tail: 20}", "trim: {head: 30}")
    close_the_gap(site)

    begins, ends = (
        f"which moved when this replay and that of `replays/{other}.md` became one; give a moment" for other in "ab"
    )
    assert told(site) == [
        f"replays/a.md: `tail` of `trim` counts from the end, {ends} (`to:`), {LAST}",
        f"replays/b.md: `head` of `trim` counts from the beginning, {begins} (`from:`), {FIRST}",
    ]


def test_moments_and_what_counts_from_the_beginning_of_its_own_file_are_not_told(tmp_path):
    site = site_of_two(
        tmp_path, "trim: {head: 5}\nchapters: ['1:00 A']", "featured: true\ntrim: {tail: 5, to: '2022-01-14T01:00:00'}"
    )
    close_the_gap(site)
    assert told(site) == []
    site.write(
        "replays/b.md", f"---\nrecordings: ['52{2:017d}']\nchapters: [{{at: '2022-01-14T00:20:00', title: B}}]\n---\n"
    )
    assert told(site) == []
    site.write("replays/a.md", "---\nrecordings: ['nothing']\n---\n")
    site.write("replays/b.md", f"---\nrecordings: ['52{2:017d}']\nchapters: ['1:00 Bsong']\n---\n")
    assert told(site) == []
