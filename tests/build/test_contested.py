"""What two claim and one has is told, by the build and by `problems`, and never by the id of a stream."""

import re

import pytest

from builder.addresses import tag_of
from builder.build import Options, judge
from builder.cli.reading import up_to_date
from builder.errors import StrictError
from builder.model import Trim
from tests.build.sites import TestSite, callback, difference


@pytest.fixture
def site(tmp_path) -> TestSite:
    made = TestSite(tmp_path)
    made.append("a.jsonl", callback("lamplight", 1, 0, 600) + callback("bob", 2, 9_000, 600))
    return made


def told(site: TestSite) -> list[tuple[str, str, str, str]]:
    return [(each.code, each.source, each.field, each.message) for each in site.build().problems]


def test_an_alias_where_a_page_is_is_told(site):
    """A list, another replay and the replay itself; what is free leads on, and what becomes free is told no more."""
    other, own = (f"/replays/2022/01/14/{tag_of(f'52{number:017d}')}/" for number in (2, 1))
    aliases = f"[/vj/, {other}, {own}, /free/]"
    site.write("replays/a.md", f"---\nrecordings: ['5200000000000000001']\naliases: {aliases}\n---\n")
    site.write("vjs/alice.md", "---\naliases: [/replays/2022/01/, /replays/2022/]\n---\n")
    message = "of `aliases` has no effect: a page of the site has this address"
    of_profile = [("alias_taken", "vjs/alice.md", path, message) for path in ("/replays/2022/01/", "/replays/2022/")]
    of_curation = [("alias_taken", "replays/a.md", path, message) for path in ("/vj/", other, own)]

    assert told(site) == of_profile + of_curation
    with up_to_date(site.source, site.places.state) as desk:
        assert [note.problem.field for note in desk.problems()] == [
            "/replays/2022/01/",
            "/replays/2022/",
            "/vj/",
            other,
            own,
        ]
    assert "free/index.html" in site.tree()
    site.write("site.yaml", f"{(site.source / 'site.yaml').read_text(encoding='utf-8')}outputs: {{month: false}}\n")
    assert told(site) == of_profile[1:] + of_curation
    assert difference(site.tree(), site.clean_tree()) == []


EQUAL = {"vjs/alice.md": "{glob: '*ght'}", "vjs/bob.md": "{glob: 'lam*'}"}
TWICE = {"vjs/alice.md": "{glob: '*ght'}", "vjs/bob.md": "{glob: 'lam*'}, {glob: 'la?p*'}"}
BY_PATH = {
    "vjs/alice.md": "{stream: lamplight, app: push.example.com}",
    "vjs/bob.md": "{stream: lamplight, appname: live}",
}


@pytest.mark.parametrize("claims", [EQUAL, TWICE, BY_PATH])
def test_a_stream_that_two_profiles_claim_alike_is_told_without_its_id(site, claims):
    """Both files are named, and the text order decides."""
    for name, claim in claims.items():
        site.write(name, f"---\nstreams: [{claim}]\n---\n")
    (problem,) = told(site)

    message = (
        "claims 1 stream that `vjs/alice.md` claims just as exactly and has, by the order of the texts; "
        "narrow one of the claims (`aftercast streams` lists them)"
    )
    assert problem == ("claims_alike", "vjs/bob.md", "streams", message)
    assert "vj/alice/2022-01/index.html" in site.tree()
    assert "vj/bob/2022-01/index.html" not in site.tree()


@pytest.mark.parametrize(
    "claims",
    [
        {"vjs/alice.md": "{glob: '*ght'}", "vjs/bob.md": "{glob: 'lamp*'}"},
        {"vjs/alice.md": "{glob: '*ght'}", "vjs/bob.md": "{glob: 'lam*', app: push.example.com}"},
        {"vjs/alice.md": "{glob: '*ght'}", "vjs/bob.md": "{glob: 'lam*', from: 2022-01-01}"},
        {"vjs/alice.md": "{glob: '*ght', until: 2022-01-01}", "vjs/bob.md": "{glob: 'lam*', from: 2022-01-01}"},
        {"vjs/alice.md": "{glob: '*ght'}", "vjs/bob.md": "{glob: 'lam*', app: other.example.com}"},
        {"vjs/alice.md": "{glob: '*ght'}", "vjs/bob.md": "{glob: 'lam*'}", "vjs/carl.md": "lamplight"},
        {"vjs/alice.md": "{glob: '*ght'}", "vjs/bob.md": "{glob: 'lad*'}"},
        {"vjs/alice.md": "{glob: '*ght'}, {glob: 'lam*'}"},
    ],
)
def test_a_stream_that_one_profile_claims_best_is_not_told(site, claims):
    """More letters, a path, a time, no overlap, an exact id, no stream that both fit, one profile."""
    for name, claim in claims.items():
        site.write(name, f"---\nstreams: [{claim}]\n---\n")

    assert told(site) == []


ONE, TWO, HOLE = (f"52{number:017d}" for number in (11, 12, 13))


def joined(site: TestSite, one: str, two: str) -> list[tuple[str, str, str, str]]:
    """Say something of two replays, let a late recording join them, and return what is told."""
    site.append("j.jsonl", callback("alice", 11, 30_000, 600) + callback("alice", 12, 31_200, 600))
    site.write("replays/a.md", f"---\nrecordings: ['{ONE}']\n{one}\n---\n")
    site.write("replays/b.md", f"---\nrecordings: ['{TWO}']\n{two}\n---\n")
    assert told(site) == []
    site.append("j.jsonl", callback("alice", 13, 30_600, 600))
    return told(site)


def test_a_key_that_data_gave_a_replay_twice_is_told_and_the_first_file_counts(site, capsys):
    """A recording that comes late stops no build and no command."""
    found = joined(
        site, "title: One\ntags: [x]\naliases: [/one/]", "title: Two\ntags: [z]\naliases: [/two/]\nfeatured: true"
    )
    message = "`title` and `tags` are given by replays/a.md too, for the same session, and that file counts"

    assert found == [("curation_twice", "replays/b.md", "title", message)]
    (session,) = (each for each in site.sessions(capsys) if len(each["tracks"][0]["parts"]) == 3)
    assert (session["title"], session["aliases"][-2:]) == ("One", ["/one/", "/two/"])
    assert {"one/index.html", "two/index.html"} <= site.tree().keys()
    assert any("replays/a.md too" in line for line in site.ask(capsys, "problems", "list"))
    said = site.ask(capsys, "explain", HOLE)
    assert said.index("curated by replays/a.md, replays/b.md") < said.index(f"problem: replays/b.md:3: {message}")
    assert difference(site.tree(), site.clean_tree()) == []
    with pytest.raises(StrictError):
        judge(site.build(strict=True), Options(strict=True))
    site.write("replays/b.md", f"---\nrecordings: ['{TWO}']\nfeatured: true\n---\n")
    assert told(site) == []
    judge(site.build(strict=True), Options(strict=True))


@pytest.mark.parametrize(
    ("one", "two", "visibility"),
    [
        ("public", "unlisted", "unlisted"),
        ("hidden", "unlisted", "hidden"),
        ("unlisted", "hidden", "hidden"),
        ("public", "draft", "draft"),
        ("hidden", "draft", "hidden"),
    ],
)
def test_of_two_visibilities_the_one_that_hides_more_counts(site, capsys, one, two, visibility):
    """Whatever the names of the files."""
    (problem,) = joined(site, f"visibility: {one}", f"visibility: {two}")
    message = "`visibility` is given by replays/a.md too, for the same session, and what hides more counts"

    assert problem == ("curation_twice", "replays/b.md", "visibility", message)
    found = [session["visibility"] for session in site.sessions(capsys)]
    assert found.count(visibility) == 1
    assert found.count("public") == len(found) - 1


def test_every_key_that_counts_for_nothing_is_told(site):
    """Also where one file gives the title before and another the tags."""
    joined(site, "title: A", "title: B\ntags: [z]")
    site.write("replays/aa.md", f"---\nrecordings: ['{HOLE}']\ntags: [x]\n---\n")
    (problem,) = told(site)

    assert problem[3] == (
        "`title` is given by replays/a.md too; `tags` is given by replays/aa.md too, for the same session, and that file counts"
    )


def test_an_address_that_was_published_outlives_a_draft_that_comes_to_it(site):
    """`hidden` shows as little, and its address goes on to say so."""
    site.build()
    before = site.tree().keys()
    site.append("j.jsonl", callback("alice", 11, 30_000, 600))
    site.build()
    (address,) = (
        path for path in site.tree().keys() - before if re.fullmatch(r"replays/[\d/]+/\w{10}/index.html", path)
    )
    joined(site, "visibility: hidden", "visibility: draft")

    assert address in site.tree()


def test_of_two_trims_the_longer_counts_at_either_end(site):
    """So nothing that one of them hides is shown; the other keys are as the first file says."""
    problem, moved = joined(site, "title: A\ntrim: {head: 2m, tail: 1m}", "title: B\ntrim: {tail: 3m}")
    message = "`title` and `trim` are given by replays/a.md too, for the same session, and that file counts, of `trim` what hides more"

    assert problem == ("curation_twice", "replays/b.md", "title", message)
    assert moved[:3] == ("seconds_moved", "replays/a.md", "trim")
    with up_to_date(site.source, site.places.state) as desk:
        trims = [session.trim for session in desk.catalog.all_sessions() if session.trim]
    assert trims == [Trim(120, 180)]


def test_of_the_moments_of_two_trims_the_inner_ones_count(site):
    joined(site, "trim: {from: 2022-01-14T08:25, head: 5}", "trim: {from: 2022-01-14T08:41, to: 2022-01-14T08:45}")
    with up_to_date(site.source, site.places.state) as desk:
        trims = [session.trim for session in desk.catalog.all_sessions() if session.trim]
    start_ms = 1_642_119_600_000  # 08:20 in Shanghai

    assert trims == [Trim(5, 0, start_ms + 21 * 60_000, start_ms + 25 * 60_000)]


def test_what_curation_does_in_vain_is_told_once_where_one_follows_its_replay(site):
    """Such a curation makes the build look twice; here at a trim and at a title that two files give."""
    site.append("j.jsonl", callback("alice", 11, 30_000, 600))
    site.write("replays/a.md", f"---\nrecordings: ['{ONE}']\ntitle: A\ntrim: {{head: 50m}}\n---\n")
    site.write("replays/b.md", "---\naddress: 2022/01/01/0123456789\ntitle: B\n---\n")
    site.write("redirects.yaml", f"/replays/2022/01/01/0123456789/: /replays/2022/01/14/{tag_of(ONE)}/\n")

    assert [(code, source) for code, source, _, _ in told(site)] == [
        ("trim_too_long", "replays/a.md"),
        ("curation_twice", "replays/b.md"),
    ]
