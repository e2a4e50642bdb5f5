"""An incremental build writes what changed, nothing else, and equals a clean one."""

import contextlib
import json
import random
import re
import shutil
import sqlite3
from datetime import UTC, datetime

import msgspec
import pytest

from builder.addresses import tag_of
from builder.build import Options, judge
from builder.check import check
from builder.cli.reading import up_to_date
from builder.errors import ConfigError, NothingChangedError
from builder.output import TEMP_SUFFIX, OutputFolder
from builder.pages import calendar, day, month, prefixes, tag, vj_month
from builder.stale import stale_pages
from tests.build.sites import ALICE, BASE_MS, ENVIRON, SITE, TestSite, callback, difference, tree


@pytest.fixture
def site(tmp_path):
    made = TestSite(tmp_path)
    for number in range(6):
        made.append("a.jsonl", callback("alice" if number % 2 else "bob", number, number * 90_000, 600))
    made.build()
    return made


def written(report) -> set[str]:
    return {path for path, _ in report.written}


def test_a_second_build_writes_nothing(site):
    """Nothing new: no file is touched, whatever the number of builds."""
    before = {path: path.stat().st_mtime_ns for path in site.places.output.rglob("*")}
    report = site.build()

    assert (report.pages.written, report.pages.removed, report.new.read) == (0, 0, 0)
    assert before == {path: path.stat().st_mtime_ns for path in site.places.output.rglob("*")}


def test_expect_changes_fails_when_there_are_none(site):
    report = site.build(expect_changes=True)
    with pytest.raises(NothingChangedError):
        judge(report, Options(expect_changes=True))


def test_one_new_callback_writes_few_files_and_equals_a_clean_build(site):
    """At most 20 files per language, and byte for byte what a clean build gives."""
    site.append("a.jsonl", callback("alice", 90, 8 * 90_000, 300))
    report = site.build()

    assert 0 < report.pages.written <= 40
    assert report.new.accepted == 1
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_duplicate_changes_no_byte(site):
    """A repeated notification is counted and writes nothing."""
    before = site.tree()
    site.append("a.jsonl", callback("alice", 1, 90_000, 600))
    report = site.build()

    assert (report.new.duplicate, report.pages.written) == (1, 0)
    assert difference(site.tree(), before) == []
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_late_file_that_joins_two_broadcasts_leaves_a_redirect(site):
    """Two sessions become one; the address that lost answers with a redirect to the other."""
    site.append("a.jsonl", callback("carol", 50, 900_000, 600) + callback("carol", 52, 900_000 + 1_400, 600))
    site.build()
    before = {
        path for path in site.tree() if path.startswith("replays/") and path.count("/") == 5 and path.endswith("html")
    }
    site.append("a.jsonl", callback("carol", 51, 900_000 + 700, 600))
    site.build()

    after = site.tree()
    assert before <= after.keys()
    assert sum(b'http-equiv="refresh"' in after[path] for path in before) == 1
    assert difference(after, site.clean_tree()) == []


def test_a_profile_edit_writes_the_pages_that_show_it(site):
    site.write("vjs/alice.md", ALICE.replace("Plays **records**.", "Plays *tapes*."))
    report = site.build()

    assert written(report) == {"vj/alice/index.html", "zh/vj/alice/index.html"}
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_renamed_vj_changes_every_page_that_names_them(site):
    site.write("vjs/alice.md", ALICE.replace("Alice Lamp", "Alice Lantern"))
    site.build()

    assert not [path for path, page in site.tree().items() if b"Alice Lamp" in page]
    assert difference(site.tree(), site.clean_tree()) == []


@pytest.mark.parametrize("visibility", ["unlisted", "hidden"])
def test_a_renamed_vj_changes_the_pages_that_no_list_shows(site, visibility):
    site.write("replays/x.md", f"---\nrecordings: ['52{1:017d}']\ntitle: T\nvisibility: {visibility}\n---\n")
    site.build()
    site.write("vjs/alice.md", ALICE.replace("Alice Lamp", "Alice Lantern"))
    site.build()

    assert not [path for path, page in site.tree().items() if b"Alice Lamp" in page]
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_profile_for_a_stream_moves_its_pages_and_keeps_the_old_address(site):
    """A private slug redirects to the VJ who now has the stream."""
    old = next(path for path in site.tree() if path.startswith("vj/s-") and path.count("/") == 2)
    site.write("vjs/bob.md", "---\nname: Bob\nstreams: [bob]\n---\n")
    site.build()

    assert b'http-equiv="refresh"' in site.tree()[old]
    assert difference(site.tree(), site.clean_tree()) == []


def test_an_unlisted_replay_leads_to_a_stream_without_a_profile_only_where_that_has_a_page(site):
    """Such a page comes with the first listed replay and goes with the last; the unlisted ones must know."""
    site.append("z.jsonl", callback("zed", 71, 0, 600))
    unlisted = site.write("replays/u.md", f"---\nrecordings: ['52{71:017d}']\nvisibility: unlisted\n---\n")
    site.build()
    address = f"replays/2022/01/14/{tag_of(f'52{71:017d}')}/index.html"
    page = site.tree()[address]
    others = {path for path in site.tree() if path.startswith("vj/s-")}
    site.append("z.jsonl", callback("zed", 72, 90_000, 600))
    site.build()
    (zed,) = {path for path in site.tree() if path.startswith("vj/s-") and path.count("/") == 2} - others
    link = f'{zed.removesuffix("index.html")}"'.encode()

    assert link not in page
    assert link in site.tree()[address]
    assert difference(site.tree(), site.clean_tree()) == []
    site.write("replays/v.md", f"---\nrecordings: ['52{72:017d}']\nvisibility: hidden\n---\n")
    site.build()
    assert link not in site.tree()[address]
    assert link not in site.clean_tree()[address]
    assert difference(site.tree(), site.clean_tree()) == []
    unlisted.unlink()
    site.build()
    assert link in site.tree()[address]
    assert difference(site.tree(), site.clean_tree()) == []


def test_hiding_leaves_a_tombstone_and_no_trace_in_lists(site):
    site.write("replays/x.md", f"---\nrecordings: ['52{1:017d}']\ntitle: A secret title\nvisibility: hidden\n---\n")
    site.build()

    pages = site.tree()
    assert not [path for path, page in pages.items() if b"A secret title" in page]
    assert difference(pages, site.clean_tree()) == []


def test_an_emptied_output_folder_is_built_whole_again(site):
    expected = site.tree()
    shutil.rmtree(site.places.output)
    site.build()

    assert difference(site.tree(), expected) == []


def test_an_output_that_another_site_took_over_is_taken_back_whole(site, tmp_path):
    """Two sources built into one folder by mistake: each build leaves all of its own site and nothing else."""
    expected = site.tree()
    other = TestSite(tmp_path / "other")
    other.append("b.jsonl", callback("bob", 7, 0, 600))
    other.places = msgspec.structs.replace(other.places, output=site.places.output)
    other.build()
    assert difference(other.tree(), other.clean_tree()) == []

    site.build()
    assert difference(site.tree(), expected) == []
    assert site.build().pages.written == 0


def test_a_lost_state_folder_changes_no_byte(site):
    """Without state the next build is a clean one; files that are right are kept, strangers are removed."""
    expected = site.tree()
    shutil.rmtree(site.places.state)
    (site.places.output / "stray").mkdir()
    (site.places.output / "stray" / "old.html").write_text("old")
    report = site.build()

    assert difference(site.tree(), expected) == []
    assert (report.pages.written, report.pages.removed) == (0, 1)


def test_a_foreign_folder_is_refused_and_adopted_on_demand(site, tmp_path):
    import msgspec

    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "diary.txt").write_text("mine")
    site.places = msgspec.structs.replace(site.places, output=foreign)
    with pytest.raises(ConfigError, match="expected an empty folder or one that aftercast made"):
        site.build()
    kept = (foreign / "diary.txt").read_text()
    site.build(adopt=True)

    assert kept == "mine"
    assert not (foreign / "diary.txt").exists()
    assert difference(tree(foreign), site.clean_tree()) == []


@pytest.mark.parametrize("name", ["site_src", "site_src/out", "."])
def test_an_output_that_overlaps_the_source_is_refused(site, name):
    import msgspec

    site.places = msgspec.structs.replace(site.places, output=site.root / name)
    with pytest.raises(ConfigError, match="overlaps the source"):
        site.build(adopt=True)


def test_a_dry_run_writes_nothing_and_says_what_it_would(site):
    site.append("a.jsonl", callback("alice", 91, 9 * 90_000, 300))
    before = site.tree()
    dry = site.build(dry_run=True)
    unchanged = site.tree()
    real = site.build()

    assert unchanged == before
    assert written(dry) == written(real)
    assert difference(site.tree(), site.clean_tree()) == []


def lose_the_state(site):
    shutil.rmtree(site.places.state)


def lose_half_of_a_record(site):
    log = site.source / "recordings" / "a.jsonl"
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))


def empty_the_output(site):
    lose_half_of_a_record(site)
    shutil.rmtree(site.places.output)


def take_another_output(site):
    other = site.root / "other"
    shutil.copytree(site.places.output, other)
    site.places = msgspec.structs.replace(site.places, output=other)


@pytest.mark.parametrize(
    "change",
    [
        lambda site: None,
        lambda site: site.append("a.jsonl", callback("alice", 91, 9 * 90_000, 300)),
        lose_half_of_a_record,
        lose_the_state,
        empty_the_output,
        take_another_output,
        lambda site: (site.places.output / "diary.txt").write_text("theirs"),
    ],
)
@pytest.mark.parametrize("options", [{}, {"clean": True}])
def test_a_dry_run_counts_what_a_build_would(site, change, options):
    """By the files that are there: the manifest may know none of them, or others."""
    change(site)

    dry, real = site.build(dry_run=True, **options), site.build(**options)

    assert (dry.pages, dry.removed) == (real.pages, real.removed)


def test_a_dry_run_knows_the_redirects_that_a_build_would_add(site):
    """And removes none of the pages that these would be."""
    site.write("site.yaml", SITE.replace("Asia/Shanghai", "America/Los_Angeles"))
    before = site.tree()

    dry = site.build(dry_run=True)

    assert site.tree() == before
    assert not (site.source / "redirects.yaml").exists()
    real = site.build()
    assert dry.redirects == real.redirects
    assert dry.removed == real.removed
    assert written(dry) == written(real)


def test_workers_give_the_same_bytes(tmp_path):
    """Several processes write what one does."""
    site = TestSite(tmp_path)
    for number in range(320):
        site.append("a.jsonl", callback(f"stream{number % 7}", number, number * 4_000, 600))
    site.build(jobs=2)

    assert difference(site.tree(), site.clean_tree()) == []


def edit_during_the_build(monkeypatch, edit) -> None:
    """Let something be written when everything is read and no page is made yet."""

    def edited(*arguments):
        edit()
        return stale_pages(*arguments)

    monkeypatch.setattr("builder.build.stale_pages", edited)


def test_workers_make_their_pages_of_what_the_build_began_with(tmp_path, monkeypatch):
    """An edit during a build, or a slip, is the next build's; undone before that, nothing of it stays."""
    template = tmp_path / "templates" / "watch.html"
    template.parent.mkdir()
    words = '{% extends "default/watch.html" %}{% block main %}Own words{{ super() }}{% endblock %}'
    template.write_text(words, encoding="utf-8")
    site = TestSite(tmp_path)
    for number in range(320):
        site.append("a.jsonl", callback("alice", number, number * 4_000, 600))

    def edit():
        site.write("vjs/alice.md", ALICE.replace("Alice Lamp", "A slip"))
        site.write("vjs/broken.md", "---\nname: [\n---\n")
        template.write_text(words.replace("Own", "Other"), encoding="utf-8")

    edit_during_the_build(monkeypatch, edit)
    site.build(jobs=2)
    monkeypatch.undo()
    (site.source / "vjs" / "broken.md").unlink()
    site.write("vjs/alice.md", ALICE)
    template.write_text(words, encoding="utf-8")
    site.build()

    assert sum(b"Own words" in page for page in site.tree().values()) == 2 * 320
    assert difference(site.tree(), site.clean_tree()) == []


@pytest.mark.parametrize("name", ["static/a.svg", "replays/a.en.vtt"])
def test_a_file_is_copied_again_that_was_written_during_the_build(site, name, monkeypatch):
    """Also where the next build finds it as the former one had found it."""
    words = "WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n"
    site.write("replays/a.md", f"---\nrecordings: ['52{1:017d}']\n---\n")
    site.write(name, words.format("Good morning"))
    edit_during_the_build(monkeypatch, lambda: site.write(name, words.format("A slip")))
    site.build()
    monkeypatch.undo()
    assert sum(b"A slip" in data for data in site.tree().values()) == 1
    site.write(name, words.format("Good morning"))

    site.build()

    assert difference(site.tree(), site.clean_tree()) == []
    assert site.build().pages.written == 0


def test_another_clock_moves_the_hours_also_where_no_day_changes(site):
    """A broadcast that keeps its day is the same session, but it begins at another hour of the week."""
    for number in range(60, 66):
        site.append("a.jsonl", callback("dora", number, (number - 60) * 86_400 + 36_000, 600))
    site.build()
    site.write("site.yaml", SITE.replace("Asia/Shanghai", "Asia/Tokyo"))
    site.build()

    assert difference(site.tree(), site.clean_tree()) == []
    assert hours(site.places.state) == hours(site.root / "clean1" / "state")


def test_redirects_in_a_circle_end_with_the_page_that_broke_it(site):
    """Two addresses that led to each other: while one lives the other redirects to it, and with it that page goes."""
    site.append("late.jsonl", callback("alice", 30, 9 * 90_000, 600))
    new = written(site.build())
    (live,) = (path.removesuffix("poster.svg") for path in new if path.endswith("/poster.svg"))
    old, older = "replays/2022/01/20/aaaaaaaaaa/", "replays/2022/01/19/aaaaaaaaaa/"
    site.write("redirects.yaml", f"/{old}: /{live}\n/{live}: /{old}\n/zh/{older}: /zh/{old}\n")
    site.build()
    assert b'http-equiv="refresh"' in site.tree()[f"{old}index.html"]
    assert b'http-equiv="refresh"' in site.tree()[f"{older}index.html"]

    (site.source / "recordings" / "late.jsonl").unlink()
    site.build(allow_removal=True)

    assert not {path for path in site.tree() if path.startswith((old, older, live))}
    assert difference(site.tree(), site.clean_tree()) == []


def test_a_redirect_goes_while_what_it_leads_to_has_no_page(site):
    """A broadcast that became a draft takes the addresses in `redirects.yaml` along, and brings them back."""
    site.append("late.jsonl", callback("alice", 30, 9 * 90_000, 600))
    (live,) = (path.removesuffix("poster.svg") for path in written(site.build()) if path.endswith("/poster.svg"))
    old = "replays/2022/01/20/aaaaaaaaaa/"
    site.write("redirects.yaml", f"/{old}: /{live}\n")
    site.build()
    before = site.tree()
    assert b'http-equiv="refresh"' in before[f"{old}index.html"]

    site.write("replays/late.md", f"---\nrecordings: ['52{30:017d}']\ntitle: Late\nvisibility: draft\n---\n")
    site.build(allow_removal=True)

    assert not {path for path in site.tree() if path.startswith((old, live))}
    assert difference(site.tree(), site.clean_tree()) == []
    (site.source / "replays" / "late.md").unlink()
    site.build()
    assert site.tree() == before


class Dead(Exception):
    """Stands for the end of the process."""


def die(*_):
    raise Dead


def killed_build(site, monkeypatch, step):
    """Let a build die at a step of its publication, with nothing tidied up."""
    with monkeypatch.context() as patch:
        patch.setattr(OutputFolder, step, die)
        patch.setattr(OutputFolder, "discard", lambda _: None)
        with pytest.raises(Dead):
            site.build(allow_removal=True)


def test_pages_that_a_killed_build_showed_go_when_they_are_wanted_no_more(site, monkeypatch):
    """They had been renamed into place, and the manifest had not heard of it."""
    site.append("late.jsonl", callback("alice", 30, 9 * 90_000, 600))
    killed_build(site, monkeypatch, "sync_folders")
    (site.source / "recordings" / "late.jsonl").unlink()
    report = site.build(allow_removal=True)

    assert difference(site.tree(), site.clean_tree()) == []
    assert report.pages.unchanged + report.pages.written == len(site.tree())


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("by", ["a page", "a profile", "a curation"])
def test_a_former_address_gives_way_to_a_page_and_returns_after_it(site, monkeypatch, by, is_killed):
    """A day's or a VJ's address may be a former one; a build killed in between leaves no page of what is gone."""
    late = callback("carol", 30, 9 * 90_000, 600)
    before = site.tree().keys()
    site.append("late.jsonl", late)
    new = written(site.build()) - before
    (day,) = (path for path in new if re.fullmatch(r"replays/2022/01/\d\d/index\.html", path))
    (vj,) = (path for path in new if re.fullmatch(r"vj/s-\w+/index\.html", path))
    (site.source / "recordings" / "late.jsonl").unlink()
    target = vj if by == "a profile" else day
    former = f"aliases: [/{target.removesuffix('index.html')}]\n"
    if by == "a page":
        site.write("pages/about.md", f"---\ntitle: About\n{former}---\nHello.\n")
    elif by == "a profile":
        site.write("vjs/alice.md", ALICE.replace("streams", f"{former}streams"))
    else:
        site.write("replays/x.md", f"---\nrecordings: ['52{1:017d}']\ntitle: One\n{former}---\n")
    site.build(allow_removal=True)
    assert b'http-equiv="refresh"' in site.tree()[target]

    site.append("late.jsonl", late)
    if is_killed:
        killed_build(site, monkeypatch, "remove")
    else:
        site.build()
    assert b'http-equiv="refresh"' not in site.tree()[target]
    (site.source / "recordings" / "late.jsonl").unlink()
    site.build(allow_removal=True)

    assert b'http-equiv="refresh"' in site.tree()[target]
    assert difference(site.tree(), site.clean_tree()) == []


def test_what_a_killed_first_build_staged_is_swept_even_when_the_state_is_lost(tmp_path, monkeypatch):
    site = TestSite(tmp_path)
    for number, name in enumerate(("a.jsonl", "b.jsonl")):
        site.append(name, callback("alice", number, number * 90_000, 600))
    killed_build(site, monkeypatch, "sync_all")
    assert [path for path in site.tree() if path.endswith(TEMP_SUFFIX)]
    shutil.rmtree(site.places.state)
    (site.source / "recordings" / "b.jsonl").unlink()
    site.build(allow_removal=True)

    assert difference(site.tree(), site.clean_tree()) == []


def hours(state):
    with contextlib.closing(sqlite3.connect(state / "catalog.sqlite")) as catalog:
        return sorted(catalog.execute("SELECT id, hour, weekday FROM sessions"))


@pytest.mark.parametrize("seed", range(6))
def test_lists_are_cut_and_joined_as_a_clean_build_does_it(seed, tmp_path, monkeypatch):
    """Days by hours and minutes, months of a VJ, tags by year, month and day, the index of tags by first letters.

    Many broadcasts come or go at once, in one hour or one minute, and tags share long beginnings.
    """
    for module in (calendar, day, month, prefixes, tag, vj_month):
        monkeypatch.setattr(module, "LIST_LIMIT", 3)
    chance = random.Random(seed)
    site = TestSite(tmp_path)
    site.append("first.jsonl", callback("alice", 99, 0, 60))
    site.build()
    for step in range(8):
        begins = [chance.choice((0, 0, 40, 3_600, 86_400, 40 * 86_400)) + chance.randrange(4) * 60 for _ in range(5)]
        log = f"{step}.jsonl"
        site.append(
            log, "".join(callback(f"s{step}{at}", step * 10 + at, begin, 30) for at, begin in enumerate(begins))
        )
        for at in range(3):
            tags = [f"episode-{step}{at}", chance.choice(("live", "late"))]
            file_id = f"52{step * 10 + at:017d}"
            site.write(f"replays/{step}-{at}.md", f"---\nrecordings: ['{file_id}']\ntags: {json.dumps(tags)}\n---\n")
        if step and chance.random() < 0.5:
            (site.source / "recordings" / f"{chance.randrange(step)}.jsonl").unlink(missing_ok=True)
        site.build(allow_removal=True)

        assert difference(site.tree(), site.clean_tree()) == [], step
    assert check(site.places.output, "https://replays.example.com/").findings == ()


def test_a_redirect_never_takes_the_place_of_a_file(site):
    """`…/index.html` means its folder, whose page is live; so nothing of it is written, and nothing is lost after it."""
    before = site.tree()
    lines = "".join(f"{path}index.html: /vj/\n" for path in ("/", "/vj/alice/", "/replays/", "/zh/", "/old/"))
    site.write("redirects.yaml", lines)
    site.build()
    assert {path for path in site.tree() if path not in before} == {"old/index.html", "zh/old/index.html"}
    assert {path: site.tree()[path] for path in before} == before

    site.write("redirects.yaml", "")
    site.build()
    assert site.tree() == before


def test_a_draft_leaves_no_trace_when_its_recordings_are_deleted(site):
    file_id = f"52{9:017d}"
    head = f"recordings: ['{file_id}']\nvisibility: draft\naliases: [/premiere/, 2022/01/20/k3f9q2m7xa]\n"
    site.write("replays/premiere.md", f"---\n{head}---\n")
    before = site.tree()
    site.append("b.jsonl", callback("carol", 9, 500_000, 600))
    site.append("b.jsonl", json.dumps({"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": [file_id]}}) + "\n")
    site.build()

    assert site.tree().keys() == before.keys()
    site.write("redirects.yaml", "/soon/: /premiere/\n")
    site.build()
    assert site.tree().keys() == before.keys()


def test_redirects_to_a_profile_go_with_it_and_come_back(site):
    """Lines that people wrote and those that a build added."""
    site.write("vjs/bob.md", "---\nname: Bob\nstreams: [bob]\n---\n")
    site.write("redirects.yaml", "/former/: /vj/bob/\n")
    site.build()
    with_bob = site.tree().keys()
    for number in (0, 2, 4):
        site.write(f"replays/{number}.md", f"---\nrecordings: ['52{number:017d}']\nvj: alice\n---\n")
    site.build()
    assert "/vj/bob/2022-01/: /vj/bob/\n" in (site.source / "redirects.yaml").read_text(encoding="utf-8")
    assert with_bob <= site.tree().keys()

    (site.source / "vjs" / "bob.md").unlink()
    site.build()
    assert check(site.places.output, "https://replays.example.com/").findings == ()
    assert not {path for path in site.tree() if "bob" in path or "former" in path}
    assert difference(site.tree(), site.clean_tree()) == []
    site.write("vjs/bob.md", "---\nname: Bob\nstreams: [bob]\n---\n")
    site.build()
    assert with_bob <= site.tree().keys()


def test_a_window_in_an_island_that_was_cut_regroups_what_it_leaves(tmp_path):
    """One task over two days, cut at midnight; the window takes the recording that tied its days together."""
    site = TestSite(tmp_path)
    hours = (2, 20, 43, 49)
    for number, hour in enumerate(hours):
        site.append("a.jsonl", callback("alice", number, hour * 3_600, 600, task_id="71"))
    site.build()
    begin, end = (datetime.fromtimestamp(BASE_MS + hour * 3_600, UTC).isoformat() for hour in (19, 21))
    window = site.write("replays/w.md", f"---\nwindow: {{stream: alice, from: '{begin}', to: '{end}'}}\n---\n")
    site.build()
    assert difference(site.tree(), site.clean_tree()) == []

    window.unlink()
    site.build()
    assert difference(site.tree(), site.clean_tree()) == []


def outputs(site: TestSite, *off: str) -> None:
    site.write("site.yaml", SITE + f"outputs: {{{', '.join(f'{kind}: false' for kind in off)}}}\n")


def test_redirects_that_lead_back_to_themselves_lead_nowhere(site):
    """An alias and a line of redirects.yaml, each the other's way, while the page between them is switched off."""
    site.write("vjs/robert.md", "---\nname: Robert\nstreams: [bob]\naliases: [rob]\n---\n")
    site.write("pages/about.md", "---\ntitle: About\naliases: [/info/]\n---\nHere.\n")
    site.write("redirects.yaml", "/vj/robert/: /vj/rob/\n/about/: /info/\n")
    for off in (["vj"], ["page"], ["vj", "page"], []):
        outputs(site, *off)
        site.build()

        assert difference(site.tree(), site.clean_tree()) == [], off
        assert ("vj/rob/index.html" in site.tree()) == ("vj" not in off)
        assert ("info/index.html" in site.tree()) == ("page" not in off)


@pytest.mark.parametrize("off", [["day"], ["month"], ["year"], ["day", "month", "year"], []])
def test_a_replay_that_is_hidden_leaves_what_a_clean_build_makes(site, off):
    outputs(site, *off)
    site.build()
    for visibility in ("hidden", "unlisted", "public"):
        head = f"recordings: ['52{5:017d}']\nvisibility: {visibility}\naliases: [2021/03/04/k3f9q2m7xa]\n"
        site.write("replays/one.md", f"---\n{head}---\n")
        site.build()

        assert difference(site.tree(), site.clean_tree()) == [], visibility


def test_lines_that_lead_to_lists_come_and_go_with_them(tmp_path, monkeypatch):
    """To the tags, to a piece of a VJ's month in another language, to quiet months, to a month at a VJ's alias."""
    for module in (calendar, day, month, prefixes, tag, vj_month):
        monkeypatch.setattr(module, "LIST_LIMIT", 3)
    site = TestSite(tmp_path)
    site.write("vjs/alice.md", ALICE.replace("streams", "aliases: [ally]\nstreams"))
    lines = {
        "/a/": "/tags/", "/b/": "/zh/vj/alice/2022-01/14/", "/c/": "/replays/2021/03/", "/d/": "/vj/ally/2022-02/",
        "/e/": "/zh/vj/in/s-/", "/f/": "/vj/ally/2022-01/14/",
    }  # fmt: skip
    site.write("redirects.yaml", "".join(f"{old}: {new}\n" for old, new in lines.items()))
    site.append("a.jsonl", callback("alice", 0, 0, 60))
    site.build()
    assert not {path for path in site.tree() if re.match("[a-f]/", path)}
    steps = [
        ("a", lambda: site.write("replays/0.md", f"---\nrecordings: ['52{0:017d}']\ntags: [piano]\n---\n")),
        ("bf", lambda: site.append("b.jsonl", "".join(callback("alice", at, at * 3_600, 60) for at in (1, 2, 3)))),
        ("c", lambda: site.write("replays/1.md", f"---\nrecordings: ['52{1:017d}']\naliases: [2021/03/04/k3f9q2m7xa]\n---\n")),
        ("d", lambda: site.append("d.jsonl", callback("alice", 8, 30 * 86_400, 60))),
        ("e", lambda: site.append("e.jsonl", callback("carol", 9, 0, 60))),
    ]  # fmt: skip
    there: set[str] = set()
    for names, step in steps:
        step()
        site.build()
        there |= set(names)
        assert {path[0] for path in site.tree() if re.match("[a-f]/", path)} == there
        assert difference(site.tree(), site.clean_tree()) == [], names
    assert "vj/ally/2022-01/14/index.html" in site.tree()
    for name in ("b.jsonl", "d.jsonl", "e.jsonl"):
        (site.source / "recordings" / name).unlink()
    (site.source / "replays" / "0.md").unlink()
    site.build(allow_removal=True, write_redirects=False)
    assert difference(site.tree(), site.clean_tree()) == []


def test_an_address_that_could_not_be_kept_is_tried_again_until_it_is(site, monkeypatch):
    """It is a problem of every build and among those that are listed; another build, or its person, may write it."""
    published = {path for path in site.tree() if path.endswith(".html")}
    obstacle = site.source / ".redirects.yaml.aftercast-tmp"
    obstacle.mkdir()
    site.write("site.yaml", SITE.replace("Asia/Shanghai", "America/Los_Angeles"))

    told = [{problem.field for problem in site.build().problems if problem.code == "address_moved"} for _ in range(3)]

    assert told[0] == told[1] == told[2]
    assert len(told[0]) > 2
    monkeypatch.setenv("AFTERCAST_SLUG_KEY", ENVIRON["AFTERCAST_SLUG_KEY"])
    with up_to_date(site.source, site.places.state) as desk:
        numbers = [note.number for note in desk.problems()]
        assert numbers == [f"address_moved:redirects.yaml:{old}" for old in sorted(told[0])]

    first, *others = sorted(told[0])
    site.write("redirects.yaml", f"{first}: /vj/\n")
    assert {problem.field for problem in site.build().problems} == set(others)
    obstacle.rmdir()
    report = site.build()

    assert {old for old, _ in report.redirects} == set(others)
    assert report.problems == ()
    assert published <= set(site.tree())
    assert difference(site.tree(), site.clean_tree()) == []
    assert site.build().redirects == ()
