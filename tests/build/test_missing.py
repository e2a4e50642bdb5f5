"""What people name and is not there is told; a page shows something whole instead, and the file when it comes."""

import pytest

from builder.addresses import tag_of
from tests.build.sites import SITE, TestSite, callback, difference

ADA = "---\nname: Ada Lamp\nphoto: /static/ada.jpg\nbanner: /static/wide.png\nstreams: [alice]\n---\n{}\n"


@pytest.fixture
def site(tmp_path):
    made = TestSite(tmp_path)
    made.append("a.jsonl", callback("alice", 1, 0, 600))
    return made


def missing(report):
    return [problem.sentence for problem in report.problems if problem.code == "target_missing"]


def test_a_missing_photo_gives_way_to_initials_until_it_comes(site, capsys):
    site.write("vjs/alice.md", ADA.format("Plays records."))

    report = site.build()

    assert missing(report) == [
        "vjs/alice.md:4: `banner` expected a file in `static/`, found none at `/static/wide.png`",
        "vjs/alice.md:3: `photo` expected a file in `static/`, found none at `/static/ada.jpg`; initials are shown",
    ]
    assert any(line.startswith("target_missing:vjs/alice.md:3 ") for line in site.ask(capsys, "problems"))
    assert not [path for path, page in site.tree().items() if b"ada.jpg" in page or b"wide.png" in page]

    site.write("static/ada.jpg", "a picture")
    site.write("static/wide.png", "another")
    report = site.build()

    assert missing(report) == []
    assert b"static/wide.png" in site.tree()["vj/alice/index.html"]
    assert b"static/ada.jpg" in site.tree()["vj/alice/index.html"]
    assert difference(site.tree(), site.clean_tree()) == []

    (site.source / "static/ada.jpg").unlink()
    site.build()

    assert difference(site.tree(), site.clean_tree()) == []
    assert b"static/ada.jpg" not in site.tree()["vj/alice/index.html"]


def test_what_texts_and_settings_name_is_told_where_it_is_missing(site):
    site.write("static/Map.png", "a picture")
    site.write("static/sub/index.html", "<!doctype html>")
    site.write("pages/about.md", "---\ntitle: About\n---\nHello\n")
    site.write(
        "vjs/alice.md", "---\nname: Ada\nlinks: {CV: /static/cv.pdf, Me: /static/Map.png}\n---\n![](/static/map.png)\n"
    )
    site.write(
        "replays/a.md",
        "---\nrecordings: ['5200000000000000001']\naliases: [/finale/]\n---\n[a](/static/a%20b.txt) [b](/static/b?x#y)\n",
    )
    site.write(
        "site.yaml",
        SITE
        + "nav: {About: /zh/about/, Abuot: /abuot/, Short: /short, Finale: /zh/finale, All: /replays/, File: /static/sub/, Gone: /static/gone/}\n"
        + "media: {rewrite: {'https://old.example.com/': /static/videos/, 'https://o.example.com/': /static/sub/}}\n",
    )

    report = site.build()

    none = "expected a file in `static/`, found none at"
    assert missing(report) == [
        f"replays/a.md:5: {none} `/static/a%20b.txt`, `/static/b?x#y`",
        f"site.yaml:5: `nav` {none} `/static/gone/`",
        f"vjs/alice.md:5: {none} `/static/map.png` but `/static/Map.png`",
        f"vjs/alice.md:3: `links` {none} `/static/cv.pdf`",
        "site.yaml:5: `nav` expected a page of the site, found none at `/abuot/`",
        "site.yaml:5: `nav` expected a page of the site, found none at `/short`",
        "site.yaml:6: `media.rewrite` expected a folder in `static/` with files, found none at `/static/videos/`",
    ]


def test_lines_of_redirects_that_lead_nowhere_are_told(site):
    """To a page, a VJ, a replay or a file that is not there, or back; not where a list may come, a draft or a file."""
    site.write("static/there.pdf", "a file")
    site.write("pages/about.md", "---\naliases: [/us/]\n---\nHello\n")
    site.append("a.jsonl", callback("alice", 2, 9_000, 600))
    site.write("replays/d.md", "---\nrecordings: ['5200000000000000002']\nvisibility: draft\n---\n")
    draft = f"/replays/2022/01/14/{tag_of('5200000000000000002')}/"
    lines = {
        "/a/": "/a/", "/b/": "/abuot/", "/c/": "/vj/alcie/", "/d": "/replays/2022/01/14/aaaaaaaaaa/",
        "/e/": "/static/nope.pdf", "/f/": "/b/", "/vj/al/": "/zh/nowhere/",
        "/about/": "/asleep/", "/g/": "/about/", "/h/": "/us/", "/i/": draft, "/j/": "/tags/jazz/",
        "/k/": "/static/there.pdf", "/l/": "/other/file.html", "/o/": "/", "/p/": "/feed.xml", "/m/": "/vj/alice/", "/n/": "/g/",
        "/q/": "/replays/about/", "/r/": "/assets/x.css", "/s/": "/vj/alice/about/", "/t/": "/404.html",
        "/u/": "/replays/2022/01/14/aaaaaaaaaa/captions.en.vtt",
        "/w/": "/pages/about/", "/x/": "/foo/bar.d/",
    }  # fmt: skip
    site.write("redirects.yaml", "# mine: /a/\n" + "".join(f"{old}: {new}\n" for old, new in lines.items()))
    told = [
        "redirects.yaml:2: `/a/` expected a page of the site, found the way back to itself",
        "redirects.yaml:3: `/b/` expected a page of the site, found none at `/abuot/`",
        "redirects.yaml:4: `/c/` expected a page of the site, found none at `/vj/alcie/`",
        "redirects.yaml:5: `/d/` expected a page of the site, found none at `/replays/2022/01/14/aaaaaaaaaa/`",
        "redirects.yaml:6: `/e/` expected a file in `static/`, found none at `/static/nope.pdf`",
        "redirects.yaml:7: `/f/` expected a page of the site, found none at `/abuot/`",
        "redirects.yaml:17: `/p/` expected a page of the site, found none at `/feed.xml`",
        "redirects.yaml:20: `/q/` expected a page of the site, found none at `/replays/about/`",
        "redirects.yaml:21: `/r/` expected a page of the site, found none at `/assets/x.css`",
        "redirects.yaml:22: `/s/` expected a page of the site, found none at `/vj/alice/about/`",
        "redirects.yaml:25: `/w/` expected a page of the site, found none at `/pages/about/`",
        "redirects.yaml:26: `/x/` expected a page of the site, found none at `/foo/bar.d/`",
        "redirects.yaml:8: `/vj/al/` expected a page of the site, found none at `/nowhere/`",
    ]

    assert sorted(missing(site.build())) == sorted(told)
    assert sorted(missing(site.build())) == sorted(told)
    site.write("site.yaml", f"{SITE}outputs: {{home: false}}\n")
    assert "redirects.yaml:16: `/o/` expected a page of the site, found none at `/`" in missing(site.build())


def test_lines_that_builds_write_and_that_die_with_their_replay_are_not_told(site):
    """Whoever takes old records away would be told of each address of each of them, for ever."""
    former = f"/replays/2022/01/14/{tag_of('5200000000000000002')}/"
    site.write(
        "redirects.yaml",
        f"{former}: /replays/2022/01/14/{tag_of('5200000000000000009')}/\n/vj/ally/2022-01/: /vj/al/2022-01/\n",
    )

    assert missing(site.build()) == []
