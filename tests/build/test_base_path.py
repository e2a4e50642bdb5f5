"""Addresses of a site that lives in a folder of its host are taken with that folder, as browsers show them, or without."""

import re

import pytest

from tests.build.sites import SITE, TestSite, callback, difference

FOLDER = "tingshen"
ONE = "5200000000000000001"
OTHER = "/replays/2021/01/01/aaaaaaaaaa/"


def written(root, base: str) -> TestSite:
    """Return a site whose addresses all begin with `base`."""
    site = TestSite(root)
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    site.write("static/media/a/1/f0.mp4", "a video")
    site.write("static/ada.jpg", "a picture")
    site.write(
        "site.yaml",
        SITE.replace("example.com/", f"example.com/{FOLDER}/")
        + f"nav: {{All: {base}/vj/, Plan: {base}/static/ada.jpg}}\n"
        + f"media: {{rewrite: {{'https://1250000000.vod2.myqcloud.com/': {base}/static/media/}}}}\n",
    )
    site.write(
        "pages/about.md",
        f"---\naliases: [{base}/us/]\n---\n[home]({base}/) [Ada]({base}/zh/vj/alice/?a=1#b) ![a]({base}/static/ada.jpg)\n",
    )
    site.write(
        "vjs/alice.md",
        f"---\nstreams: [alice]\nphoto: {base}/static/ada.jpg\nlinks: [{base}/about/]\nfeatured: [{base}{OTHER}]\n---\n",
    )
    site.write("replays/a.md", f"---\nrecordings: ['{ONE}']\naliases: [{base}{OTHER}]\n---\n[about]({base}/about/)\n")
    site.write("redirects.yaml", f"# why\n{base}/old/: {base}/about/\n{base}/gone/: {base}/away/\n")
    return site


@pytest.fixture
def site(tmp_path) -> TestSite:
    return written(tmp_path / "with", f"/{FOLDER}")


def test_an_address_may_be_written_with_the_folder_that_the_site_lives_in(site, tmp_path):
    report = site.build()
    plain = written(tmp_path / "without", "")
    expected = plain.build()

    assert difference(site.tree(), plain.tree()) == []
    assert {"old/index.html", "us/index.html", f"{OTHER[1:]}index.html"} <= site.tree().keys()
    assert b'href="../vj/"' in site.tree()["about/index.html"]
    told = [problem.sentence for problem in report.problems]
    assert told == [problem.sentence for problem in expected.problems]
    assert told == ["redirects.yaml:3: `/gone/` expected a page of the site, found none at `/away/`"]


def test_a_build_that_adds_a_line_keeps_those_with_the_folder(site):
    site.build()
    site.write("pages/about.md", "Hello\n")

    assert site.build().redirects == (("/us/", "/about/"),)
    told = (site.source / "redirects.yaml").read_text()
    assert told == "/gone/: /away/\n# why\n/old/: /about/\n/us/: /about/\n"
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_page_that_has_the_name_of_the_folder_is_meant_as_it_is_written(site):
    """It may come and go; all that was written with the folder means another place then."""
    text = (site.source / "pages/about.md").read_text()
    site.write("pages/about.md", text.replace(f"aliases: [/{FOLDER}/us/]", "title: About"))
    site.build()
    assert b'<a href="../">home</a>' in site.tree()["about/index.html"]

    site.write(f"pages/{FOLDER}.md", "Hello\n")
    site.write("vjs/alice.md", "---\nstreams: [alice]\n---\n")
    site.build()
    assert f'<a href="../{FOLDER}/">home</a>'.encode() in site.tree()["about/index.html"]
    assert difference(site.tree(), site.clean_tree()) == []

    (site.source / f"pages/{FOLDER}.md").unlink()
    site.build()
    assert difference(site.tree(), site.clean_tree()) == []


@pytest.mark.parametrize("folder", ["听审", "a/b", "zh", "replays"])
def test_folders_of_every_kind(tmp_path, folder):
    """One with letters of any script, in a folder; not one that is a folder of the site itself."""
    site = TestSite(tmp_path)
    site.write("site.yaml", SITE.replace("example.com/", f"example.com/{folder}/"))
    site.write("pages/about.md", f"[more](/{folder}/more/)\n")
    site.write("pages/more.md", f"---\naliases: [/{folder}/less/]\n---\nHello\n")
    site.build()

    found = re.search(rb'href="([^"]*)">more<', site.tree()["about/index.html"])[1].decode()
    meant = {"zh": "../zh/more/", "replays": "../replays/more/"}.get(folder, "../more/")
    assert found == meant
    assert ("less/index.html" in site.tree()) == (folder in ("听审", "a/b", "zh"))


def test_no_address_leads_to_another_host(site):
    site.write("pages/about.md", f"[a](/{FOLDER}//evil.example/) ![b](/{FOLDER}//evil.example/x.png)\n")
    site.build()

    assert b"//evil" not in site.tree()["about/index.html"]


def test_a_page_that_had_the_name_of_the_folder_leads_on(tmp_path):
    """What led to it is no address of the home page, which nothing leads on from."""
    site = written(tmp_path, "")
    site.write(f"pages/{FOLDER}.md", "---\ntitle: Programme\n---\nToday\n")
    assert any("is the name of the base path too" in line for line in site.build().warnings)
    (site.source / f"pages/{FOLDER}.md").unlink()
    site.write("pages/programme.md", f"---\ntitle: Programme\naliases: [/{FOLDER}/]\n---\nToday\n")
    assert not any("base path" in line for line in site.build().warnings)

    assert f"{FOLDER}/index.html" in site.tree()
    assert difference(site.tree(), site.clean_tree()) == []

    site.write("pages/programme.md", "---\ntitle: Programme\n---\nToday\n")
    for added in (True, False):
        report = site.build()
        assert (f"/{FOLDER}/" in dict(report.redirects)) is added
    assert f"/{FOLDER}/: /programme/" in (site.source / "redirects.yaml").read_text().splitlines()
    assert f"{FOLDER}/index.html" in site.tree()
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_folder_that_goes_and_comes_again_makes_no_lines(site):
    """Without it, what is written with it is another address; that is none any more when it is back."""
    settings = (site.source / "site.yaml").read_text()
    site.write("redirects.yaml", "")
    site.write("vjs/alice.md", f"---\nstreams: [alice]\naliases: [/{FOLDER}/vj/ali/]\n---\n")
    for file in ("pages/about.md", "replays/a.md"):
        (site.source / file).unlink()
    for text in (settings, SITE, settings):
        site.write("site.yaml", text)
        site.build()
    assert site.build().redirects == ()
    assert "vj/ali/index.html" in site.tree()
    assert difference(site.tree(), site.clean_tree()) == []


def test_an_alias_that_begins_with_the_folder_twice_leads_on_when_it_is_taken_away(site):
    site.write("vjs/alice.md", f"---\nstreams: [alice]\naliases: [/{FOLDER}/{FOLDER}/ali/]\n---\n")
    site.build()
    assert f"{FOLDER}/ali/index.html" in site.tree()
    site.write("vjs/alice.md", "---\nstreams: [alice]\n---\n")
    site.build()

    assert f"{FOLDER}/ali/index.html" in site.tree()
    assert site.build().redirects == ()
    assert difference(site.tree(), site.clean_tree()) == []
