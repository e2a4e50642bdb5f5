"""No address that was published dies while what it led to is still there."""

import re

import msgspec
import pytest

from builder.addresses import tag_of
from builder.catalog import Catalog, refresh
from builder.catalog.comparing import keep_former_addresses
from tests.build.sites import BASE_MS, SITE, TestSite, callback, difference

REPLAY = re.compile(r"(replays/\d{4}/\d\d/\d\d/[0-9a-z]{10}/)index\.html")


@pytest.fixture
def site(tmp_path) -> TestSite:
    return TestSite(tmp_path)


def replays(site: TestSite) -> list[str]:
    """Return the addresses of replays of the first language, redirects not among them."""
    found = ((REPLAY.fullmatch(path), page) for path, page in site.tree().items())
    return [f"/{match[1]}" for match, page in found if match and b'http-equiv="refresh"' not in page]


def replay(site: TestSite, number: int) -> str:
    """Return the address of the replay that is named by a recording."""
    return next(path for path in replays(site) if tag_of(f"52{number:017d}") in path)


def led(site: TestSite, path: str) -> str:
    """Return the path that an address leads to, "" when there is no redirect."""
    page = site.tree().get(f"{path[1:]}index.html", b"")
    found = re.search(rb'rel="canonical" href="https://replays\.example\.com([^"]*)"', page)
    return found[1].decode() if found and b'http-equiv="refresh"' in page else ""


def lines(site: TestSite) -> dict[str, str]:
    """Return what `redirects.yaml` says, old path → new path."""
    file = site.source / "redirects.yaml"
    told = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return dict(line.split(": ") for line in told if line and not line.startswith("#"))


def assert_led(site: TestSite, expected: dict[str, str]) -> None:
    """Compare where these addresses lead, by this build and by a clean one."""
    assert {old: led(site, old) for old in expected} == expected
    assert difference(site.tree(), site.clean_tree()) == []


def test_keeping_the_addresses_of_a_long_broadcast_asks_little_for_each(site):
    """Forty pieces that had become one replay and are part of none now: a few questions a piece, not some a pair."""
    site.append("a.jsonl", "".join(callback("alice", number + 1, number * 400, 60) for number in range(40)))
    site.build()
    joining = (callback("alice", 100 + number, number * 400 + 60, 340, t=BASE_MS + 30_000) for number in range(40))
    site.append("a.jsonl", "".join(joining))
    site.build()
    asked = []
    with Catalog.open(site.places.state) as catalog:
        (session,) = catalog.all_sessions()
        catalog.connection.executescript(
            "DELETE FROM sessions; DELETE FROM aliases; UPDATE recordings SET session=NULL;"
        )
        catalog.connection.set_trace_callback(asked.append)
        keep_former_addresses(catalog.connection, session)
        catalog.connection.set_trace_callback(None)

        assert len(session.aliases) == 39
        assert catalog.former_anchor(session.id) == session.anchor
    assert len(asked) < 6 * len(session.recordings)


# --- replays whose first recording became part of none ---


@pytest.mark.parametrize("way", ["incremental", "bulk"])
@pytest.mark.parametrize("by", ["gap", "split", "record"])
def test_an_address_follows_the_other_recordings_when_its_own_became_part_of_no_replay(site, by, way, monkeypatch):
    """Alone, the recording that named the address is shorter than `min_length`, by a rule or as told anew."""
    site.write("site.yaml", f"{SITE}grouping: {{min_length: 60}}\n")
    first = callback("bob", 1, 0, 60, duration=0) if by == "record" else callback("bob", 1, 0, 40)
    site.append("a.jsonl", first + callback("bob", 2, 340, 3600))
    site.build()
    (old,) = replays(site)
    if by == "gap":
        site.write("site.yaml", f"{SITE}grouping: {{min_length: 60, gap: 100}}\n")
    elif by == "split":
        site.write("replays/b.md", "---\nrecordings: ['5200000000000000002']\nsplit: before 5200000000000000002\n---\n")
    else:
        site.append("a.jsonl", callback("bob", 1, 0, 39, duration=0))
    if way == "bulk":
        monkeypatch.setattr(refresh, "INCREMENTAL_ROWS", 0)
    report = site.build()

    (new,) = replays(site)
    assert new != old
    assert report.redirects == ((old, new),)
    assert_led(site, {old: new})


# --- curation by address ---


def finale(site: TestSite, address: str) -> None:
    site.write("replays/finale.md", f"---\naddress: {address}\ntitle: Finale\ntags: [last]\nvj: alice\n---\n")


def titled(site: TestSite) -> list[str]:
    """Return the replays that have the title of `finale`."""
    return [path for path in replays(site) if b"Finale</bdi></h1>" in site.tree()[f"{path[1:]}index.html"]]


def assert_titled(site: TestSite, address: str) -> None:
    assert titled(site) == [address]
    assert not [problem for problem in site.build().problems if problem.code == "curation_unmatched"]
    assert difference(site.tree(), site.clean_tree()) == []


def test_curation_by_address_follows_its_replay_in_the_build_that_moves_it(site):
    """A recording that was learned of late names the replay anew; title, tag and VJ stay, and no list of them moves."""
    site.append("a.jsonl", callback("bob", 2, 700, 600))
    site.build()
    (old,) = replays(site)
    finale(site, old)
    site.build()
    assert titled(site) == [old]
    site.append("b.jsonl", callback("bob", 1, 0, 600))
    report = site.build()

    (new,) = replays(site)
    assert report.redirects == ((old, new),)
    assert report.problems == ()
    assert_titled(site, new)


def test_curation_by_address_follows_a_chain_and_returns_when_the_address_lives_again(site):
    """A merge takes the address away; with the merge gone the curation is about the first replay alone."""
    site.append("a.jsonl", callback("bob", 1, 0, 600) + callback("bob", 2, 9_000, 600))
    site.build()
    first, second = sorted(replays(site))
    elder = "/replays/2021/03/04/0123456789/"
    finale(site, elder)
    site.write("redirects.yaml", f"{elder}: /older/\n/older/: {second}\n")
    assert site.build().problems == ()
    assert_titled(site, second)
    site.write("replays/both.md", "---\nrecordings: ['5200000000000000001']\nmerge: ['5200000000000000002']\n---\n")
    assert site.build().problems == ()
    assert_titled(site, *replays(site))
    (site.source / "replays/both.md").unlink()
    site.build()

    assert sorted(replays(site)) == [first, second]
    assert_titled(site, second)


def test_curation_by_a_former_address_may_state_it_as_an_alias(site):
    """Each build comes to the same: the alias that the curation gives does not take the replay away from it."""
    site.append("a.jsonl", callback("bob", 2, 700, 600))
    site.build()
    (old,) = replays(site)
    site.append("b.jsonl", callback("bob", 1, 0, 600))
    site.build()
    (new,) = replays(site)
    site.write("replays/finale.md", f"---\naddress: {old}\ntitle: Finale\naliases: [{old}]\n---\n")

    for _ in range(3):
        assert site.build().problems == ()
        assert_titled(site, new)


def test_curation_by_address_is_told_when_nothing_lives_where_it_leads(site):
    """A line that is taken away again takes the title along, and says so with the address as it was written."""
    site.append("a.jsonl", callback("bob", 1, 0, 600))
    site.build()
    (live,) = replays(site)
    finale(site, "/replays/2021/03/04/0123456789/")
    site.write("redirects.yaml", f"/replays/2021/03/04/0123456789: {live}\n")
    site.build()
    assert_titled(site, live)
    site.write("redirects.yaml", "/replays/2021/03/04/0123456789: /replays/2021/03/04/1123456789/\n")

    (problem,) = site.build().problems
    assert problem.message == "matches no session: none has the address `2021/03/04/0123456789`"
    assert titled(site) == []
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_dry_run_lets_curation_follow_and_forgets_it(site):
    """What is only supposed is taken back by the build that writes it, with the same pages."""
    site.append("a.jsonl", callback("bob", 2, 700, 600))
    site.build()
    (old,) = replays(site)
    finale(site, old)
    site.build()
    site.append("b.jsonl", callback("bob", 1, 0, 600))
    dry, real = site.build(dry_run=True), site.build()

    assert (dry.redirects, dry.written, dry.removed) == (real.redirects, real.written, real.removed)
    assert_titled(site, *replays(site))


# --- aliases that are taken away ---

BOB = "---\nname: Bob\nstreams: [bob]\naliases: [rob]\n---\n"
ABOUT = "---\naliases: [info, /info.html]\n---\n# About\n"
FIRST = "---\nrecordings: ['5200000000000000001']\naliases: [/old/first/, /first.html]\n---\n"


@pytest.fixture
def stated(site) -> TestSite:
    site.append("a.jsonl", callback("bob", 1, 0, 600) + callback("carol", 2, 9_000, 600))
    for name, text in (("vjs/bob.md", BOB), ("pages/about.md", ABOUT), ("replays/first.md", FIRST)):
        site.write(name, text)
    site.build()
    return site


def without_aliases(text: str) -> str:
    return re.sub("aliases: .*\n", "", text)


def test_aliases_that_are_taken_away_are_kept_with_the_months_below(stated):
    """Of a profile, a page and a curation; `redirects.yaml` tells them from then on, and says so once."""
    first = replay(stated, 1)
    stated.write("vjs/bob.md", without_aliases(BOB))
    stated.write("pages/about.md", without_aliases(ABOUT))
    stated.write("replays/first.md", without_aliases(FIRST) + "The first.\n")
    before = stated.tree().keys()
    expected = {
        "/first.html": first,
        "/info.html": "/about/",
        "/info/": "/about/",
        "/old/first/": first,
        "/vj/rob/": "/vj/bob/",
        "/vj/rob/2022-01/": "/vj/bob/2022-01/",
    }

    assert dict(stated.build(dry_run=True).redirects) == expected
    assert dict(stated.build().redirects) == expected
    assert lines(stated) == expected
    assert stated.tree().keys() == before
    assert_led(stated, {old: new for old, new in expected.items() if old.endswith("/")})
    assert stated.build().redirects == ()


@pytest.mark.parametrize("way", ["incremental", "bulk"])
def test_the_aliases_of_a_curation_that_is_deleted_are_kept(stated, way, monkeypatch):
    first = replay(stated, 1)
    (stated.source / "replays/first.md").unlink()
    if way == "bulk":
        monkeypatch.setattr(refresh, "INCREMENTAL_ROWS", 0)

    assert dict(stated.build().redirects) == {"/first.html": first, "/old/first/": first}
    assert_led(stated, {"/old/first/": first})


@pytest.mark.parametrize("dry", [False, True])
@pytest.mark.parametrize(("folder", "address"), [("vjs", "/vj/bob/"), ("pages", "/about/")])
def test_a_file_that_was_perhaps_renamed_is_told_while_it_names_no_alias(stated, folder, address, dry):
    """By the build whose work it is, once; not of one that goes without another coming, nor of one that comes."""
    name = address.rstrip("/").rpartition("/")[2]
    text = without_aliases((stated.source / f"{folder}/{name}.md").read_text())
    (stated.source / f"{folder}/{name}.md").unlink()
    new = stated.write(f"{folder}/new.md", text)
    told = (
        f"`{address}` was published and leads nowhere now: if its file was renamed, "
        f"give `aliases: [{name}]` in the new one ({folder}/new.md)"
    )

    if dry:
        assert stated.build(dry_run=True).warnings == (told,)
        new.write_text(text.replace("---\n", f"---\naliases: [{name}]\n", 1))
        assert stated.build(dry_run=True).warnings == ()
        new.write_text(text)
    assert stated.build().warnings == (told,)
    assert stated.build().warnings == ()
    stated.write(f"{folder}/other.md", "Hello\n")
    assert stated.build().warnings == ()
    new.unlink()
    assert stated.build().warnings == ()


def test_an_alias_dies_with_what_it_led_to_and_moves_with_its_name(stated):
    """A page that is deleted takes its aliases along; a profile's lead on to the new name, and nothing is added twice."""
    (stated.source / "pages/about.md").unlink()
    (stated.source / "vjs/bob.md").unlink()
    stated.write("vjs/bobby.md", BOB.replace("[rob]", "[bob]"))

    assert dict(stated.build().redirects) == {"/vj/rob/": "/vj/bobby/", "/vj/rob/2022-01/": "/vj/bobby/2022-01/"}
    assert_led(stated, {"/info/": "", "/vj/rob/": "/vj/bobby/", "/vj/bob/": "/vj/bobby/"})


ROB = {"/vj/rob/": "/vj/bob/", "/vj/rob/2022-01/": "/vj/bob/2022-01/"}


def test_an_alias_that_is_taken_away_outlives_a_build_of_another_output(stated):
    """Whichever is built next writes the lines, also one that never had the alias."""
    here = stated.places
    stated.write("vjs/bob.md", without_aliases(BOB))
    stated.places = msgspec.structs.replace(here, output=here.output.with_name("other"))
    assert dict(stated.build().redirects) == ROB
    assert_led(stated, ROB)
    stated.places = here

    assert stated.build().redirects == ()
    assert_led(stated, ROB)


def test_an_alias_that_is_taken_away_outlives_builds_that_write_no_lines(stated):
    """Each of them says what it would add, until a build writes it or a person does; nothing is written twice."""
    stated.write("vjs/bob.md", without_aliases(BOB))
    for _ in range(2):
        assert dict(stated.build(write_redirects=False).redirects) == ROB
    assert lines(stated) == {}

    assert dict(stated.build().redirects) == ROB
    assert_led(stated, ROB)
    (stated.source / "redirects.yaml").unlink()
    assert stated.build().redirects == ()


def test_an_alias_that_never_led_anywhere_needs_no_line(stated):
    """A page stood there while the profile stated it, and goes in the build that takes the alias away."""
    stated.write("vjs/bob.md", BOB.replace("[rob]", "[/replays/2022/01/14/]"))
    stated.build()
    stated.write("vjs/bob.md", without_aliases(BOB))
    stated.write("site.yaml", f"{SITE}outputs: {{day: false}}\n")

    assert "/replays/2022/01/14/" not in dict(stated.build().redirects)


def test_an_alias_that_another_file_states_needs_no_line(stated):
    stated.write("vjs/bob.md", without_aliases(BOB))
    stated.write("pages/about.md", ABOUT.replace("info,", "info, /vj/rob/,"))

    assert "/vj/rob/" not in dict(stated.build().redirects)
    assert_led(stated, {"/vj/rob/": "/about/"})


def test_lines_that_lead_to_an_alias_go_and_come_with_the_replay(site):
    """A line of `redirects.yaml` goes on by way of the alias, and so does a line that leads to that line."""
    site.append("a.jsonl", callback("alice", 1, 0, 600) + callback("alice", 2, 9_000, 600))
    stating = FIRST.replace("/old/first/, /first.html", "/old/")
    site.write("replays/first.md", stating)
    site.write("redirects.yaml", "/older/: /old/\n/oldest/: /older/\n")
    site.build()
    led_by = dict.fromkeys(("/older/", "/oldest/", "/old/"), replay(site, 1))
    assert_led(site, led_by)
    site.write("replays/first.md", stating.replace("aliases", "visibility: draft\naliases"))
    site.build(allow_removal=True)
    assert_led(site, dict.fromkeys(led_by, ""))
    site.write("replays/first.md", stating)
    site.build()

    assert_led(site, led_by)


# --- private slugs ---


@pytest.mark.parametrize("at_once", [False, True])
def test_a_private_slug_leads_to_the_vj_also_when_its_recordings_are_part_of_another_stream(site, at_once):
    """A merge takes the only broadcast of a claimed stream into one of another stream of the same VJ."""
    site.append("a.jsonl", callback("beta", 1, 0, 600) + callback("gam", 2, 9_000, 600))
    site.build()
    slugs = sorted({path.split("/")[1] for path in site.tree() if path.startswith("vj/s-")})
    assert len(slugs) == 2
    site.write("vjs/bob.md", "---\nname: Bob\nstreams: [beta, gam]\n---\n")
    if not at_once:
        site.build()
    site.write("replays/b.md", "---\nrecordings: ['5200000000000000001']\nmerge: ['5200000000000000002']\n---\n")
    site.build()

    expected = {f"/vj/{slug}/": "/vj/bob/" for slug in slugs}
    assert_led(site, expected | {f"/vj/{slug}/2022-01/": "/vj/bob/2022-01/" for slug in slugs})


@pytest.mark.parametrize(("before", "after"), [("/old/home", "/old/home/"), ("/old/home/", "/old/home")])
@pytest.mark.parametrize("file", ["vjs/alice.md", "replays/first.md"])
def test_an_alias_that_is_spelled_in_another_way_is_the_same_place(site, file, before, after):
    """With its last slash or without: no line is needed, and one would claim the place a second time."""
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    head = "streams: [alice]" if file.startswith("vjs") else f"recordings: ['{52:017d}' , '52{1:017d}']"
    for alias in (before, after, f"{before}, {after}"):
        site.write(file, f"---\n{head}\naliases: [{alias}]\n---\n")
        site.build()
        assert led(site, "/old/home/")
    assert lines(site) == {}
    assert difference(site.tree(), site.clean_tree()) == []


def private_page(site: TestSite) -> str:
    """Return the address of the only VJ without a profile."""
    return next(
        f"/{path.removesuffix('index.html')}" for path in site.tree() if re.fullmatch(r"vj/s-\w+/index.html", path)
    )


def test_a_private_slug_that_a_line_leads_on_answers_in_the_tree_of_a_former_language_too(site):
    """Whoever wrote the line: the build itself, when the last broadcast of a stream that told no path is hidden."""
    site.append("a.jsonl", callback("alice", 1, 0, 600) + callback("zed", 2, 0, 600, app=None, appname=None))
    site.build()
    slug = private_page(site)
    site.write("site.yaml", SITE.replace("[en, zh]", "[en]"))
    site.build()
    site.write("replays/h.md", f"---\nrecordings: ['52{2:017d}']\nvisibility: hidden\n---\n")
    site.build()

    assert_led(site, {slug: "/vj/", f"/zh{slug}": slug})


def test_a_line_that_a_person_wrote_for_a_private_slug_stays(site):
    """Also where a profile comes in the same build that claims the stream."""
    site.append("a.jsonl", callback("zed", 1, 0, 600))
    site.build()
    slug = private_page(site)
    site.write("vjs/zed.md", "---\nname: Z\nstreams: [zed]\n---\n")
    site.write("vjs/bob.md", "---\nname: B\n---\n")
    site.write("redirects.yaml", f"{slug}: /vj/bob/\n")
    site.build()

    assert lines(site)[slug] == "/vj/bob/"
    assert_led(site, {slug: "/vj/bob/"})


def test_what_a_build_wrote_into_redirects_yaml_can_be_taken_back_at_once(site):
    """The next build finds the text that the one before it had found, and yet it has changed."""
    site.write("pages/about.md", "---\ntitle: About\naliases: [/former/]\n---\nHello\n")
    site.build()
    mine = site.write("redirects.yaml", "/my/: /about/\n")
    site.build()
    site.write("pages/about.md", "---\ntitle: About\n---\nHello\n")
    site.build()
    assert lines(site) == {"/my/": "/about/", "/former/": "/about/"}

    mine.write_text("/my/: /about/\n", encoding="utf-8")
    site.build()

    assert "former/index.html" not in site.tree()
    assert difference(site.tree(), site.clean_tree()) == []


def test_the_comments_of_a_file_with_a_byte_order_mark_stay(site):
    """As editors of Windows write it."""
    site.write("pages/about.md", "---\naliases: [/former/]\n---\nHello\n")
    site.build()
    (site.source / "redirects.yaml").write_text("# mine\n\n/my/: /gone/\n", encoding="utf-8-sig")
    site.write("pages/about.md", "Hello\n")
    site.build()

    assert (site.source / "redirects.yaml").read_bytes() == b"# mine\n\n/former/: /about/\n/my/: /gone/\n"


def test_a_moment_is_moved_once_however_many_addresses_lie_between(site):
    """A line leads to an address that is a former one by now: its page leads on by itself, without a second move."""
    site.write("site.yaml", f"{SITE}grouping: {{gap: 10s}}\n")
    site.append("a.jsonl", "".join(callback("alice", number, at, 600) for number, at in ((1, 0), (2, 2000), (3, 4000))))
    site.build()
    last = replay(site, 3)
    site.write("replays/m.md", f"---\nrecordings: ['52{2:017d}']\nmerge: ['52{3:017d}']\n---\n")
    site.build()
    site.append("a.jsonl", callback("alice", 4, 595, 1400, t=BASE_MS + 9000))
    site.build()

    assert_led(site, {last: replay(site, 1)})
    page = site.tree()[f"{last[1:]}index.html"].decode()
    assert re.findall(r'data-shift="([^"]*)"', page) == ["4000.0"]


# --- outputs of other names ---

CHANGES = {
    "zone": ("site.yaml", SITE.replace("Asia/Shanghai", "America/Los_Angeles")),
    "claim": ("vjs/zed.md", "---\nname: Zed\nstreams: [zed]\n---\n"),
    "language": ("site.yaml", SITE.replace("[en, zh]", "[en]")),
    "tag": ("replays/first.md", FIRST.replace(", /first.html", "")),
    "alias": ("vjs/bob.md", without_aliases(BOB)),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("dry", [False, True])
def test_addresses_outlive_a_change_that_comes_with_another_output(site, change, dry):
    """Such as a folder for each release, or another way to the same one: the state folder knows what was published."""
    site.append("a.jsonl", callback("bob", 1, 0, 600) + callback("zed", 2, 200_000, 600))
    site.write("vjs/bob.md", BOB)
    site.write("replays/first.md", FIRST.replace("---\n", "---\ntags: [rock]\n", 1).replace(", /first.html", ""))
    site.build()
    published = {path for path in site.tree() if path.endswith(".html")}
    here = site.places
    site.places = msgspec.structs.replace(here, output=here.output.with_name("next"))
    site.write(*CHANGES[change])
    if dry:
        told = site.build(dry_run=True).redirects
        assert told == site.build().redirects
    site.build()

    assert published <= site.tree().keys()
    assert difference(site.tree(), site.clean_tree()) == []
    site.places = here
    assert site.build().redirects == ()
    assert published <= site.tree().keys()
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_piece_of_a_list_outlives_its_output(site):
    """A day was cut in one output alone, and is one list again in the next build of another."""
    told = [callback("bob", number, number * 300, 60) for number in range(250)]
    site.write("site.yaml", f"{SITE}grouping: {{gap: 10}}\n")
    site.append("a.jsonl", "".join(told[:150]))
    site.build()
    here = site.places
    site.append("b.jsonl", "".join(told[150:]))
    site.places = msgspec.structs.replace(here, output=here.output.with_name("other"))
    site.build()
    pieces = {path for path in site.tree() if re.fullmatch(r"replays/\d{4}/\d\d/\d\d/\d\dh/index.html", path)}
    (site.source / "recordings/b.jsonl").unlink()
    site.places = here
    site.build(allow_removal=True)

    assert len(pieces) > 5
    assert pieces <= site.tree().keys()
    assert difference(site.tree(), site.clean_tree()) == []


@pytest.mark.parametrize("grows", [True, False])
def test_pieces_of_a_list_come_and_go_in_each_output(site, grows):
    """A day is cut, or is one list again, while another output is built: here the pieces are still to be made."""
    told = [callback("bob", number, number * 300, 60) for number in range(250)]
    site.write("site.yaml", f"{SITE}grouping: {{gap: 10}}\n")
    site.append("a.jsonl", "".join(told[:150]))
    if not grows:
        site.append("b.jsonl", "".join(told[150:]))
    here = site.places
    there = msgspec.structs.replace(here, output=here.output.with_name("other"))
    site.build()
    if grows:
        site.append("b.jsonl", "".join(told[150:]))
    else:
        (site.source / "recordings/b.jsonl").unlink()
    for places in (there, here):
        site.places = places
        site.build(allow_removal=True)

    assert any(re.fullmatch(r"replays/\d{4}/\d\d/\d\d/\d\dh/index.html", path) for path in site.tree())
    assert difference(site.tree(), site.clean_tree()) == []


@pytest.mark.parametrize("line", ["", "/tags/rock/: /vj/\n"])
def test_a_line_that_a_person_took_away_or_changed_stays_so_whatever_other_outputs_had(site, line):
    """Outputs that are built no more remember what they had for ever."""
    site.append("a.jsonl", callback("bob", 1, 0, 600))
    site.write("replays/first.md", FIRST.replace("---\n", "---\ntags: [rock]\n", 1))
    site.build()
    site.places = msgspec.structs.replace(site.places, output=site.places.output.with_name("next"))
    site.write("replays/first.md", without_aliases(FIRST))
    assert site.build().redirects
    site.write("redirects.yaml", line)
    site.build()
    site.write("site.yaml", SITE.replace("Lampbridge", "Lamp"))
    site.build()

    assert "".join(f"{old}: {new}\n" for old, new in lines(site).items()) == line


# --- addresses that nothing else takes over ---


@pytest.mark.parametrize(("off", "door"), [("home", "/replays/"), ("home, years", "/vj/"), ("home, years, vjs", None)])
def test_where_there_is_no_home_page_an_address_leads_to_the_next_way_in(site, off, door):
    """The last tag goes, and the list of all tags with it: to the calendar, the VJs, or nowhere."""
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    site.write("site.yaml", f"{SITE}outputs: {{{off.replace(',', ': false,')}: false}}\n")
    tagged = site.write("replays/a.md", f"---\nrecordings: ['52{1:017d}']\ntags: [rock]\n---\n")
    site.build()
    tagged.unlink()
    report = site.build()

    expected = {"/tags/": door, "/tags/rock/": door} if door else {}
    assert dict(report.redirects) == expected
    assert_led(site, expected)


@pytest.mark.parametrize("way", ["incremental", "bulk"])
def test_an_address_whose_broadcast_became_too_short_leads_to_its_day_until_it_is_long_enough(site, way, monkeypatch):
    """Also that of a hidden one, and an alias; the lines stay, and sleep while the replays are back."""
    if way == "bulk":
        monkeypatch.setattr(refresh, "INCREMENTAL_ROWS", 0)
    told = ((1, 0, 30), (2, 9_000, 600), (3, 18_000, 30), (4, 200_000, 30))
    site.append("a.jsonl", "".join(callback("alice", number, at, length) for number, at, length in told))
    site.write("replays/h.md", f"---\nrecordings: ['52{3:017d}']\nvisibility: hidden\n---\n")
    site.write("replays/x.md", f"---\nrecordings: ['52{1:017d}']\naliases: [/opening/]\n---\n")
    site.build()
    before = site.tree()
    first, hidden, alone = (replay(site, number) for number in (1, 3, 4))
    site.write("site.yaml", f"{SITE}grouping: {{min_length: 60}}\n")
    day, month = "/replays/2022/01/14/", "/replays/2022/01/"
    expected = {first: day, hidden: day, alone: month, "/opening/": "/"}

    assert dict(site.build().redirects) == expected
    assert lines(site) == expected
    assert_led(site, expected)
    assert site.build().redirects == ()
    site.write("site.yaml", SITE)
    site.build()
    assert_led(site, {first: "", hidden: "", alone: "", "/opening/": first})
    assert {path: page for path, page in site.tree().items() if path in before} == before


def test_an_address_whose_records_were_taken_away_needs_no_line(site):
    """Whoever takes records away means the replay to be gone."""
    site.append("a.jsonl", callback("alice", 1, 0, 30) + callback("alice", 2, 9_000, 600))
    site.append("b.jsonl", callback("alice", 3, 18_000, 600))
    site.build()
    (site.source / "recordings/b.jsonl").unlink()

    assert site.build().redirects == ()
