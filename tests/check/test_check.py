"""The checker, on small trees made by hand: each kind of fault is found, each kind of good link is not."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from builder.check import Finding, check
from builder.cli.check import command
from builder.pages import KINDS
from builder.workshop import Workshop
from tests.build.sites import ENVIRON, SITE, TestSite, callback, site_of

BASE = "https://replays.example.com/a/b/"


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


def test_a_whole_site_has_no_findings(tmp_path):
    """Relative, absolute, folder, fragment, foreign and percent-encoded links all resolve."""
    write(
        tmp_path, "index.html", f'<a href="x/">x</a><a href="x/#t=1">x</a><a href="{BASE}x/">x</a><img src="a%20b.svg">'
    )
    write(tmp_path, "x/index.html", '<a href="../">up</a><a href="https://other.example/y">y</a><a href="#top">t</a>')
    write(tmp_path, "a b.svg", "<svg/>")

    checked = check(tmp_path, BASE)

    assert checked.findings == ()
    assert (checked.pages, checked.links) == (2, 6)


def test_every_kind_of_fault_is_found(tmp_path):
    write(tmp_path, "index.html", '<a href="gone/">x</a><link rel="stylesheet" href="assets/no.css"><a href="A/">a</a>')
    write(tmp_path, "A/index.html", "")
    write(tmp_path, "a/index.html", '<meta http-equiv="refresh" content="1; url=../nowhere/">')
    write(tmp_path, "alone/index.html", "")
    write(tmp_path, "assets/x.js", 'import { a } from "./y.js"; await import("./z.js");')
    write(tmp_path, "assets/x.css", "body{background:url(p.svg)}")

    assert check(tmp_path, BASE).findings == (
        Finding("a/index.html", "dead_link", "../nowhere/"),
        Finding("a/index.html", "duplicate_address", "A/index.html"),
        Finding("alone/index.html", "orphan", ""),
        Finding("assets/x.css", "missing_file", "p.svg"),
        Finding("assets/x.js", "missing_file", "./y.js"),
        Finding("assets/x.js", "missing_file", "./z.js"),
        Finding("index.html", "dead_link", "gone/"),
        Finding("index.html", "missing_file", "assets/no.css"),
    )


def test_a_page_of_ones_own_may_be_written_in_any_way(tmp_path):
    """Another encoding, an unknown `<![`, an address that no browser can read."""
    write(tmp_path, "index.html", '<a href="old.html">old</a>')
    (tmp_path / "old.html").write_bytes('<p>你<![x[ a ]]><a href="http://[">x</a><a href="gone/">y</a>'.encode("gbk"))

    assert check(tmp_path, BASE).findings == (
        Finding("old.html", "dead_link", "gone/"),
        Finding("old.html", "dead_link", "http://["),
    )


def test_unlisted_pages_and_dot_files_are_no_orphans(tmp_path):
    write(tmp_path, "index.html", "")
    write(tmp_path, "hidden/index.html", '<meta name="robots" content="noindex">')
    write(tmp_path, ".well-known/x.html", "")

    assert check(tmp_path, BASE).findings == ()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """The theme, read once for all kinds."""
    return Workshop(TestSite(tmp_path_factory.mktemp("theme")).places, ENVIRON)


@pytest.mark.parametrize("off", ["", *(kind.name for kind in KINDS)])
def test_whatever_kind_is_switched_off_every_link_and_redirect_leads_somewhere(off, tmp_path, workshop):
    """Aliases of replays, VJs and prose, a private slug that became a profile's, lines of redirects.yaml, tags."""
    site = site_of(tmp_path, workshop)
    bare = callback("carol", 4, 90_000, 600, appname=None) + callback("carol", 5, 95_000, 600)
    site.append("a.jsonl", callback("alice", 1, 0, 600) + callback("alice", 2, 30_000, 600) + bare)
    site.append(
        "a.jsonl", callback("alice", 6, 400, 1_200) + callback("bob", 3, 0, 600) + callback("bob", 7, 9_000, 60)
    )
    site.write("replays/a.md", "---\nrecordings: ['5200000000000000001']\ntags: [piano]\naliases: [/old/]\n---\n")
    hidden = "recordings: ['5200000000000000003']\nvisibility: hidden\naliases: [/older/]\n"
    site.write("replays/b.md", f"---\n{hidden}---\n")
    site.write("vjs/bob.md", "---\nname: Bob\nstreams: [bob]\naliases: [robert]\n---\n")
    site.write("pages/about.md", "---\ntitle: About\nnav: true\naliases: [/info/]\n---\nHere.\n")
    site.write(
        "redirects.yaml",
        "/a/: /vj/\n/b/: /tags/piano/\n/c/: /replays/2022/01/\n/d/: /about/\n/e/: /\n/f/: /vj/alice/2022-01/\n",
    )
    site.write("site.yaml", SITE + (f"outputs: {{{off}: false}}\n" if off else ""))
    site.build()

    result = CliRunner().invoke(command, ["--source", str(site.source), "--output", str(site.places.output)])

    assert result.exit_code == 0, result.output
    leads = {name for name in site.tree() if name.count("/") == 1 and b'http-equiv="refresh"' in site.tree()[name]}
    assert ("old/index.html" in leads) == (off not in ("watch", "redirect"))
    assert ("f/index.html" in leads) == (off not in ("vj", "vj_month", "redirect"))


def test_a_site_of_single_pages_has_no_orphans(tmp_path):
    write(tmp_path, "404.html", "")
    write(tmp_path, "replays/2022/01/13/abc/index.html", "")

    assert check(tmp_path, BASE).findings == ()


def test_the_dead_target_of_a_redirect_is_one_fault(tmp_path):
    """Its page names the target three times: for browsers that wait, for search engines, and for the reader."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    site.write("redirects.yaml", "/promo/: /static/nope.pdf\n")
    site.build()

    result = CliRunner().invoke(command, ["--source", str(site.source), "--output", str(site.places.output)])

    assert result.stdout.splitlines() == [
        "promo/index.html: links to `../static/nope.pdf`, which is not there (2 pages want it)"
    ]
    assert str(result.exception) == f"1 fault found in `{site.places.output}`"
