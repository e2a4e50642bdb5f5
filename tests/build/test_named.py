"""A replay is found by every address that leads to it: by `explain`, and by `featured` of a profile."""

import pytest

from builder.addresses import tag_of
from builder.cli import run
from tests.build.sites import ALICE, SITE, TestSite, callback, difference

ONE, TWO = (f"52{number:017d}" for number in (1, 2))
FIRST, SECOND = (f"2022/01/14/{tag_of(name)}" for name in (ONE, TWO))


@pytest.fixture
def site(tmp_path) -> TestSite:
    made = TestSite(tmp_path)
    made.append("a.jsonl", callback("alice", 1, 0, 600) + callback("alice", 2, 9_000, 600))
    return made


def split_and_joined_again(site: TestSite) -> str:
    """Publish a replay that only a split makes, take the split away, and return the address that leads on now."""
    site.append("a.jsonl", callback("alice", 3, 9_600, 600))
    split = site.write("replays/s.md", f"---\nrecordings: ['52{3:017d}']\nsplit: before 52{3:017d}\n---\n")
    site.build()
    split.unlink()
    site.build()
    return f"/replays/2022/01/14/{tag_of(f'52{3:017d}')}/"


@pytest.mark.parametrize("host", ["", "https://replays.example.com", "http://127.0.0.1:8000"])
@pytest.mark.parametrize("tree", ["", "/zh"])
@pytest.mark.parametrize("tail", ["/", "", "/#t=90", "/?from=mail"])
def test_explain_finds_a_replay_by_every_address_that_leads_to_it(site, capsys, host, tree, tail):
    """By `redirects.yaml`, in two steps, by a curation's alias, and its own."""
    site.write("replays/a.md", f"---\nrecordings: ['{ONE}']\naliases: [/my/old/]\n---\n")
    site.write(
        "redirects.yaml", f"/older/: /oldest/\n/oldest/: /my/old/\n/replays/2020/01/01/0123456789/: /replays/{FIRST}/\n"
    )
    for path in ("/my/old", "/older", "/replays/2020/01/01/0123456789", f"/replays/{FIRST}"):
        lines = site.ask(capsys, "explain", f"{host}{tree}{path}{tail}")
        named = f"{host}{tree}{path}{tail} leads to session {FIRST}"

        assert lines[: 2 if FIRST not in path else 1] == [*([named] if FIRST not in path else []), f"session {FIRST}"]


def test_explain_finds_a_replay_by_an_address_that_a_split_had(site, capsys):
    former = split_and_joined_again(site)

    assert "redirects.yaml" in {path.name for path in site.source.iterdir()}
    for named in (former, former.removeprefix("/replays/").rstrip("/")):
        assert site.ask(capsys, "explain", named)[1] == f"session {SECOND}"


def test_explain_knows_the_folder_that_a_site_lives_in(site, capsys):
    site.write("site.yaml", SITE.replace("example.com/", "example.com/live/"))
    site.write("replays/a.md", f"---\nrecordings: ['{ONE}']\naliases: [/my/old/]\n---\n")

    assert site.ask(capsys, "explain", "https://replays.example.com/live/zh/my/old/")[1] == f"session {FIRST}"


def picked(site: TestSite) -> bool:
    """Whether alice's page picks the first replay."""
    _, _, picks = site.tree()["vj/alice/index.html"].decode().partition('id="picks"')
    return FIRST in picks.partition("</section>")[0]


@pytest.mark.parametrize(
    "named",
    [
        f"'{ONE}'",
        FIRST,
        f"/replays/{FIRST}/",
        f"/zh/replays/{FIRST}",
        f"https://replays.example.com/zh/replays/{FIRST}/",
        f"'https://replays.example.com/replays/{FIRST}/#t=90'",
        "/my/old/",
        "https://replays.example.com/my/old",
        "/told/",
    ],
)
def test_a_profile_features_a_replay_by_the_addresses_that_explain_takes(site, named):
    site.write("replays/a.md", f"---\nrecordings: ['{ONE}']\naliases: [/my/old/]\n---\n")
    site.write("redirects.yaml", f"/told/: /replays/{FIRST}/\n")
    site.write("vjs/alice.md", ALICE.replace("name:", f"featured: [{named}]\nname:"))

    assert site.build().problems == ()
    assert picked(site)


def test_what_a_profile_features_follows_its_replay(site):
    """A former address that `redirects.yaml` tells, as it comes and goes, and while a replay of another VJ has it."""
    site.write("vjs/alice.md", ALICE.replace("name:", "featured: [/replays/2022/01/14/0123456789/, /between/]\nname:"))
    message = "`featured` names 2 replays that do not exist, the first is `/replays/2022/01/14/0123456789/`"

    assert [(each.code, each.source, each.message) for each in site.build().problems] == [
        ("featured_unmatched", "vjs/alice.md", message)
    ]
    assert not picked(site)
    other = f"/replays/2022/01/14/{tag_of(f'52{7:017d}')}/"
    told = site.write("redirects.yaml", f"/replays/2022/01/14/0123456789/: {other}\n{other}: /replays/{FIRST}/\n")
    assert [each.message for each in site.build().problems] == [
        "`featured` names 1 replay that does not exist, the first is `/between/`"
    ]
    assert picked(site)
    assert difference(site.tree(), site.clean_tree()) == []
    site.append("b.jsonl", callback("bob", 7, 4_000, 600))
    site.build()
    assert not picked(site)
    assert difference(site.tree(), site.clean_tree()) == []
    (site.source / "recordings" / "b.jsonl").unlink()
    told.write_text(f"/replays/2022/01/14/0123456789/: {other}\n{other}: /replays/{FIRST}/\n", encoding="utf-8")
    site.build()
    assert picked(site)
    assert difference(site.tree(), site.clean_tree()) == []
    told.unlink()
    site.build(write_redirects=False)
    assert not picked(site)
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_folder_that_a_site_lives_in_may_have_the_name_of_one_of_its_pages(site, capsys):
    """Paths of the site are written without that folder, and are what they say before they are paths below the host."""
    site.write(
        "site.yaml",
        SITE.replace("example.com/", "example.com/replays/") + "nav: {Yr: /replays/2022/, About: /replays/about/}\n",
    )
    site.write("pages/about.md", "---\ntitle: About\n---\nHello\n")
    site.write("replays/a.md", f"---\nrecordings: ['{ONE}']\naliases: [/replays/old-show/]\n---\n")
    site.write("vjs/alice.md", ALICE.replace("name:", "featured: [/replays/old-show/]\nname:"))

    assert site.build().problems == ()
    assert picked(site)
    for named in (
        "/replays/old-show/",
        "/zh/replays/old-show",
        "https://replays.example.com/replays/replays/old-show/",
    ):
        assert site.ask(capsys, "explain", named)[1] == f"session {FIRST}"
    assert b'href="../../about/"' in site.tree()["vj/alice/index.html"]


def test_nav_may_lead_into_lists_that_have_the_name_of_the_folder(site):
    """What is no list and no page, with that folder and without it, is told as ever."""
    site.write(
        "site.yaml",
        SITE.replace("example.com/", "example.com/vj/") + "nav: {Al: /vj/alice/, All: /vj/, None: /abuot/}\n",
    )
    assert [each.message for each in site.build().problems] == ["expected a page of the site, found none at `/abuot/`"]
    site.write("site.yaml", SITE.replace("example.com/", "example.com/live/") + "nav: {None: /live/abuot/}\n")

    assert [each.message for each in site.build().problems] == ["expected a page of the site, found none at `/abuot/`"]


def test_a_split_that_parts_another_broadcast_is_told_until_it_is_one_of_its_own(site, capsys):
    """By what the file names, by what comes in between, and by what goes, as in a clean build."""
    site.append("a.jsonl", callback("alice", 3, 9_600, 600))
    told = f"replays/s.md:3: `split` parts another broadcast than that of `recordings`, before `52{3:017d}`"

    def problems(name: str) -> list[str]:
        site.write("replays/s.md", f"---\nrecordings: ['{name}']\nsplit: before 52{3:017d}\n---\n")
        site.build()
        lines = site.ask(capsys, "problems")
        fresh = site.root / f"fresh{len(list(site.root.iterdir()))}"
        assert run(["problems", "--source", str(site.source), "--state", str(fresh)]) == 0
        assert capsys.readouterr().out.splitlines() == lines
        return [line.partition("  ")[2] for line in lines]

    assert problems(ONE) == [f"curation_unmatched (warning)  {told}"]
    assert problems(TWO) == []
    assert problems(ONE) == [f"curation_unmatched (warning)  {told}"]
    site.append("b.jsonl", "".join(callback("alice", 10 + n, 600 + n * 300, 300) for n in range(28)))
    assert problems(ONE) == []  # now it is one broadcast from the first file to the third
    (site.source / "recordings/b.jsonl").unlink()
    assert problems(ONE) == [f"curation_unmatched (warning)  {told}"]
