"""Problems that only records bring to light name the line of the key that they are about."""

from builder.addresses import tag_of
from tests.build.sites import TestSite, callback


def test_problems_of_content_name_file_line_and_field(tmp_path, capsys):
    """Of each kind one, in flow and in block form; when a line moves, the problem moves and no page is written."""
    site = TestSite(tmp_path)
    site.append(
        "a.jsonl", callback("alice", 1, 0, 600) + callback("alice", 2, 700, 600) + callback("alice", 3, 9_000, 600)
    )
    own = f"/replays/2022/01/14/{tag_of(f'52{3:017d}')}/"
    site.write(
        "vjs/alice.md",
        "---\nname: Alice\nstreams: [alice]\nfeatured: [/nowhere/]\naliases:\n- al\n- /replays/2022/\n---\n",
    )
    site.write("replays/a.md", f"---\nrecordings: ['52{1:017d}']\ntitle: A\nchapters: ['1:00:00 Late']\n---\n")
    site.write("replays/b.md", f"---\ntags: [b]\nrecordings: ['52{2:017d}']\ntitle: B\n---\n")
    site.write("replays/c.md", "---\ntitle: C\nrecordings: []\n---\n")
    site.write("replays/d.md", "---\naddress: 2022/01/14/0123456789\n---\n")
    site.write("replays/e.md", f"---\nrecordings: ['52{3:017d}']\naliases: [{own}]\ntrim: {{head: 700}}\n---\n")
    expected = [
        "replays/a.md:4: 1 of `chapters` outside",
        "replays/b.md:4: `title` is given by replays/a.md too",
        "replays/c.md:3: `recordings` matches no session",
        "replays/d.md:2: `address` matches no session",
        "replays/e.md:4: `trim` takes 700 s",
        f"replays/e.md:3: `{own}` of `aliases` has no effect",
        "vjs/alice.md:4: `featured` names 1 replay that does not exist",
        "vjs/alice.md:7: `/replays/2022/` of `aliases` has no effect",
    ]

    def starts(told):
        return sorted(next((start for start in expected if line.startswith(start)), line) for line in told)

    assert starts(problem.sentence for problem in site.build().problems) == sorted(expected)
    assert starts(line.partition(")  ")[2] for line in site.ask(capsys, "problems")) == sorted(expected)
    expected[2] = "replays/c.md:4: `recordings` matches no session"
    site.write("replays/c.md", "---\n# a comment\ntitle: C\nrecordings: []\n---\n")
    report = site.build()
    assert report.pages.written == 0
    assert starts(line.partition(")  ")[2] for line in site.ask(capsys, "problems")) == sorted(expected)
