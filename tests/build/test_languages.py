"""Languages that move or go: whatever was published in them answers on, and comes and goes with the other pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from builder.check import check
from builder.errors import ConfigError
from tests.build.sites import ALICE, SITE, TestSite, callback, difference

HOUR = 3600
TAGGED = "---\nrecordings: ['5200000000000000001']\ntags: [lamps]\naliases: [/finale/]\n---\nWords.\n"


@pytest.fixture
def site(tmp_path: Path) -> TestSite:
    made = TestSite(tmp_path)
    made.append("log.jsonl", callback("alice", 1, 0, 600) + callback("bob", 2, HOUR, 600))
    made.write("replays/finale.md", TAGGED)
    made.write("pages/about.md", "---\nnav: true\n---\nAbout lamps.\n")
    made.build()
    return made


def speak(site: TestSite, languages: str) -> None:
    site.write("site.yaml", SITE.replace("[en, zh]", languages))
    site.build()


def pages(tree: dict[str, bytes]) -> set[str]:
    return {path for path in tree if path.endswith(".html")}


def lead(page: bytes) -> str:
    found = re.search(rb'http-equiv="refresh" content="0; url=([^"]*)"', page)
    return found[1].decode() if found else ""


def assert_whole(site: TestSite) -> None:
    tree = site.tree()
    assert difference(tree, site.clean_tree()) == []
    assert check(site.places.output, "https://replays.example.com/").findings == ()


@pytest.mark.parametrize(("languages", "former"), [("[zh, en]", "zh"), ("[en]", "zh"), ("[zh]", "zh")])
def test_every_page_of_a_language_without_a_tree_leads_to_the_same_page_at_the_root(site, languages, former):
    before = pages(site.tree())

    speak(site, languages)

    after = site.tree()
    assert before <= pages(after)
    below = {path for path in pages(after) if path.startswith(f"{former}/")}
    assert len(below) > 10
    for path in below:
        target = (Path("/", path).parent / lead(after[path])).as_posix()
        assert lead(after[path])
        assert Path(target).resolve().as_posix() == Path("/", path.removeprefix(f"{former}/")).parent.as_posix()
    assert (site.source / "redirects.yaml").read_text(encoding="utf-8").splitlines()[-1] == f'"/{former}/*": "/*"'
    assert_whole(site)


def test_pages_below_a_former_tree_come_and_go_with_those_at_the_root(site):
    speak(site, "[en]")
    known = pages(site.tree())

    site.append("log.jsonl", callback("carol", 3, 90_000, 600))  # another day, another VJ
    site.build()

    more = pages(site.tree()) - known
    assert {path for path in more if path.startswith("zh/")} == {f"zh/{path}" for path in more if path[:3] != "zh/"}
    assert "zh/replays/2022/01/15/index.html" in more
    assert_whole(site)

    site.write("vjs/alice.md", ALICE.replace("Alice Lamp", "Alice Lantern"))
    site.write("replays/finale.md", TAGGED.replace("lamps", "lanterns"))
    site.write("pages/contact.md", "---\nnav: true\n---\nWrite to us.\n")
    site.build()

    now = pages(site.tree())
    assert {"zh/tags/lanterns/index.html", "zh/tags/lamps/index.html", "zh/contact/index.html"} <= now
    assert_whole(site)

    (site.source / "pages/contact.md").unlink()
    site.write("replays/finale.md", TAGGED.replace("lamps", "lanterns").replace("---\nW", "visibility: draft\n---\nW"))
    site.build()

    assert "zh/contact/index.html" not in pages(site.tree())
    assert_whole(site)


def test_a_language_that_returns_has_its_pages_again(site):
    before = site.tree()

    for languages in ("[zh, en]", "[en, zh]", "[en]", "[en, zh]"):
        speak(site, languages)
        assert_whole(site)

    assert {path: page for path, page in site.tree().items() if path in before} == before
    assert {path.partition("/")[0] for path in pages(site.tree()) - pages(before)} == {"en"}


def test_a_page_or_redirect_of_a_person_goes_before(site):
    site.write("redirects.yaml", "/zh/vj/alice/: /about/\n")
    site.write("pages/zh.md", "---\nnav: true\n---\nThe page of a place called Zh.\n")

    speak(site, "[en]")

    tree = site.tree()
    assert b"called Zh" in tree["zh/index.html"]
    assert lead(tree["zh/vj/alice/index.html"]) == "../../../about/"
    assert_whole(site)


@pytest.mark.parametrize("off", ["former", "redirect"])
def test_such_pages_can_be_switched_off(site, off):
    site.write("site.yaml", SITE.replace("[en, zh]", "[en]") + f"outputs: {{{off}: false}}\n")
    site.build()

    assert [path for path in pages(site.tree()) if path.startswith("zh/")] == []
    assert_whole(site)


def test_a_redirect_of_a_person_leaves_its_place_to_ours_while_it_leads_nowhere(site):
    """What it leads to, one of three of its day, becomes a draft, and returns."""
    site.append("log.jsonl", "".join(callback("carol", number, number * 25_000, 600) for number in (4, 5, 6)))
    site.build()
    days = site.places.output.glob("replays/2022/01/15/*/index.html")
    (page,) = (page for page in days if b"/a/4/f0.mp4" in page.read_bytes())  # a list that dies would hide the fault
    carols = page.parent
    address = f"/{carols.relative_to(site.places.output).as_posix()}/"
    site.write("redirects.yaml", f"/zh/about/: {address}\n")
    speak(site, "[en]")
    site.build()  # the line about the tree is read
    leads = lead(site.tree()["zh/about/index.html"])

    draft = site.write("replays/carol.md", f"---\nrecordings: ['52{4:017d}']\nvisibility: draft\n---\n")
    site.build()

    assert leads.endswith(f"{carols.name}/")
    assert lead(site.tree()["zh/about/index.html"]) == "../../about/"
    assert not any(path.startswith("zh/zh/") for path in site.tree())
    assert difference(site.tree(), site.clean_tree()) == []
    draft.unlink()
    site.build()
    assert lead(site.tree()["zh/about/index.html"]) == leads
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_tree_that_could_not_be_kept_is_told_until_it_is_or_its_language_is_back(site):
    obstacle = site.source / ".redirects.yaml.aftercast-tmp"
    obstacle.mkdir()
    site.write("site.yaml", SITE.replace("[en, zh]", "[en]"))
    told = [[problem.field for problem in site.build().problems] for _ in range(2)]

    site.write("site.yaml", SITE)
    back = site.build().problems
    site.write("site.yaml", SITE.replace("[en, zh]", "[en]"))
    again = [problem.field for problem in site.build().problems]
    site.write("redirects.yaml", '"/zh/*": "/*"\n/z/: /about/\n')  # by hand, as the message asks

    assert told == [["/zh/*"], ["/zh/*"]]
    assert (back, again) == ((), ["/zh/*"])
    assert site.build().problems == ()
    assert "zh/vj/alice/index.html" in site.tree()


def test_a_tree_of_single_pages_is_known_too(site):
    off = "outputs: {home: false, years: false, year: false, month: false, vjs: false}\n"
    site.write("site.yaml", SITE + off)
    site.build()
    before = {path for path in pages(site.tree()) if path.startswith("zh/")}

    site.write("site.yaml", SITE.replace("[en, zh]", "[en]") + off)
    site.build()

    assert before
    assert before <= pages(site.tree())


@pytest.mark.parametrize("line", ['"/vj/*": "/*"', '"/zh/*": "/vj/"', '"/*": "/*"', '"/zh/*": [a]'])
def test_a_line_about_a_tree_that_is_none_is_refused(site, line):
    site.write("redirects.yaml", f"{line}\n")

    with pytest.raises(ConfigError, match=r"^site_src/redirects.yaml:1: "):
        site.build()


def test_an_alias_below_the_root_of_a_language_is_the_same_without_it(site):
    """Of a replay, a VJ and a page; it leads on in every language, and nothing lies below that root twice."""
    former = "2022/01/01/0123456789"
    aliases = f"[/zh/once/, /zh/replays/{former}/]"
    site.write("replays/z.md", f"---\nrecordings: ['52{2:017d}']\naliases: {aliases}\n---\n")
    site.write("vjs/carol.md", "---\naliases: [/zh/vj/carole/]\n---\n")
    site.write("pages/about.md", "---\naliases: [/zh/us/]\n---\n")
    site.build()

    for path in ("once", f"replays/{former}", "vj/carole", "us"):
        assert {f"{path}/index.html", f"zh/{path}/index.html"} <= site.tree().keys()
    assert not any(path.startswith("zh/zh/") for path in site.tree())
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_line_to_a_file_leads_to_the_one_file_in_every_language(site):
    """Files have no tree of their own in a further language; a place that leads on has."""
    site.write("static/map.pdf", "a map")
    site.write("pages/about.md", "---\naliases: [/old/about/]\n---\n")
    site.write(
        "redirects.yaml", "/map/: /static/map.pdf\n/shop/: /other/shop.html\n/lost/: /404.html\n/us/: /old/about/\n"
    )
    site.build()
    ends = {
        path: re.findall(
            rb'rel="canonical" href="https://replays.example.com([^"]*)"', site.tree()[f"{path}/index.html"]
        )
        for path in ("zh/map", "zh/shop", "zh/us", "zh/lost", "map", "shop")
    }

    assert ends == {
        "zh/map": [b"/static/map.pdf"],
        "zh/shop": [b"/other/shop.html"],
        "zh/us": [b"/zh/old/about/"],
        "zh/lost": [b"/404.html"],
        "map": [b"/static/map.pdf"],
        "shop": [b"/other/shop.html"],
    }
