"""The checker, on small trees made by hand: each kind of fault is found, each kind of good link is not."""

from pathlib import Path

from builder.check import Finding, check

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


def test_unlisted_pages_and_dot_files_are_no_orphans(tmp_path):
    write(tmp_path, "index.html", "")
    write(tmp_path, "hidden/index.html", '<meta name="robots" content="noindex">')
    write(tmp_path, ".well-known/x.html", "")

    assert check(tmp_path, BASE).findings == ()
