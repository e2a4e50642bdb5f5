"""What people hid stays hidden when the records change: a build that would show it stops until a person acts."""

import json
import shutil
import threading

import pytest

from builder import publication
from builder.build import Options
from builder.catalog import refresh
from builder.cli import run
from builder.cli.watch import Teller
from builder.loop import Loop
from tests.build.sites import ALICE, ENVIRON, SITE, TestSite, callback, difference

FILES = [f"52{number:017d}" for number in range(1, 6)]
HINT = (
    "name what must stay hidden in `recordings` of that file too; if all may see it, take {}, "
    "or give `aftercast build --allow-exposure`"
)
HINTS = [HINT.format(what) for what in ("`visibility` or `trim` out of the file", "the file away")]
NAMED = 2  # the place of the recording in the middle, by which the broadcast is hidden


def refusal(*seen: int, lost: int | None = None, what="hid would be seen", name="secret", more="") -> list[str]:
    """Return what a build says that would show these recordings; `lost` is the one that the file names in vain."""
    which = f"the first is `{FILES[seen[0]]}`" if len(seen) > 1 else f"`{FILES[seen[0]]}`"
    what = f"{len(seen)} recording{'s' if len(seen) > 1 else ''} that it {what}"
    why = "" if lost is None else f"; now it matches no session: none has the recording `{FILES[lost]}`"
    hint = HINTS[0 if lost is None else 1]
    return [f"aftercast: replays/{name}.md: {what}, {which}{why}{more}; the site stays as it was", f"hint: {hint}"]


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A broadcast of five files of ten minutes with pauses of 100 s, each told in a log of its own; and another one."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    made = TestSite(tmp_path)
    for at in range(5):
        tell(made, at)
    made.append("other.jsonl", callback("alice", 90, 50_000, 600))
    return made


@pytest.fixture(params=["incremental", "bulk"])
def way(request, monkeypatch):
    """Let the runs after the first one be small, or derive everything anew."""
    if request.param == "bulk":
        monkeypatch.setattr(refresh, "INCREMENTAL_ROWS", 0)


def tell(site, at, **more):
    site.write(f"recordings/{at}.jsonl", callback("alice", at + 1, 700 * at, 600, **more))


def hide(site, said="visibility: hidden", *, named=(NAMED,), name="secret"):
    site.write(f"replays/{name}.md", f"---\nrecordings: {json.dumps([FILES[at] for at in named])}\n{said}\n---\n")


def build(site, capsys, *flags):
    """Run the command; return its exit code and what it says, without the figures at the end."""
    capsys.readouterr()
    places = site.places
    state = ["--state", str(places.state)]
    code = run(["build", "--source", str(places.source), "--output", str(places.output), *state, "--jobs=1", *flags])
    return code, [line for line in capsys.readouterr().err.splitlines() if "new record" not in line]


def stops(site, capsys):
    code, err = build(site, capsys)
    return code == 2 and err[-1].removeprefix("hint: ") in HINTS


def seen(site):
    """Return the places of the recordings that any page tells of."""
    pages = b"".join(site.tree().values())
    return [at for at in range(5) if f"/a/{at + 1}/f0.mp4".encode() in pages]


def lose(site):
    (site.source / "recordings" / f"{NAMED}.jsonl").unlink()


def damage(site):
    tell(site, NAMED, file_size="much")


def tell_otherwise(site):
    tell(site, NAMED, start_time=1_642_200_000, end_time=1_642_200_600)


def part_by_gap(site):
    site.write("site.yaml", SITE + "grouping: {gap: 30s}\n")


def part_by_gap_of_profile(site):
    site.write("vjs/alice.md", ALICE.replace("name: Alice Lamp", "name: Alice Lamp\ngap: 30s"))


def part_by_claim(site):
    site.write("vjs/alice.md", ALICE.replace("[alice]", '[{stream: alice, until: "2022-01-14T00:33:00"}]'))


def part_by_split(site):
    site.write("replays/more.md", f"---\nrecordings: ['{FILES[4]}']\nsplit: before {FILES[4]}\n---\n")


CHANGES = [
    (lose, (0, 1, 3, 4)),
    (damage, (0, 1, 3, 4)),
    (tell_otherwise, (0, 1, 3, 4)),
    (part_by_gap, (0, 1, 3, 4)),
    (part_by_gap_of_profile, (0, 1, 3, 4)),
    (part_by_claim, (3, 4)),
    (part_by_split, (4,)),
]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("change", "exposed", "said"),
    [
        *((change, exposed, "visibility: hidden") for change, exposed in CHANGES),
        *((*CHANGES[0], said) for said in ("visibility: draft", "visibility: unlisted")),
    ],
)
def test_a_build_stops_that_would_show_what_a_person_hid(site, capsys, change, exposed, said):
    """It changes nothing, so it stops each time; with the flag it goes on, and the next build has nothing to say."""
    hide(site, said)
    assert build(site, capsys)[0] == 0
    before = site.tree()
    change(site)

    for _ in range(2):
        code, err = build(site, capsys)
        what = "kept out of lists would be listed" if said == "visibility: unlisted" else "hid would be seen"
        lost = NAMED if change in (lose, damage) else None
        assert (code, err[-2:]) == (2, refusal(*exposed, lost=lost, what=what))
        assert site.tree() == before
    assert build(site, capsys, "--allow-exposure")[0] == 0
    assert set(exposed) <= set(seen(site))
    assert not difference(site.tree(), site.clean_tree())
    assert build(site, capsys)[0] == 0


@pytest.mark.parametrize("change", [lose, part_by_gap])
@pytest.mark.parametrize("named", [(0, 1, 2, 3, 4), (0, 1, 3, 4)])
def test_naming_the_rest_lets_the_build_go_on(site, capsys, change, named):
    """Also where the name goes that no recording has any more."""
    hide(site)
    build(site, capsys)
    change(site)
    if change is part_by_gap:
        named = (0, 1, 2, 3, 4)
    hide(site, named=named)

    assert build(site, capsys)[0] == 0
    assert seen(site) == []
    assert not difference(site.tree(), site.clean_tree())


@pytest.mark.parametrize(("change", "act"), [(lose, 1), (part_by_gap, 0)])
def test_what_the_hint_says_leaves_no_problem_behind(site, capsys, change, act):
    """A file that matches nothing any more stays one without its `visibility` too: it has to go."""
    hide(site)
    build(site, capsys)
    change(site)
    assert build(site, capsys)[1][-1] == f"hint: {HINTS[act]}"
    if act:
        (site.source / "replays" / "secret.md").unlink()
    else:
        site.write("replays/secret.md", f"---\nrecordings: ['{FILES[NAMED]}']\n---\n")

    assert build(site, capsys, "--strict")[0] == 0
    assert not difference(site.tree(), site.clean_tree())


def test_problems_says_that_it_does_not_tell_of_what_a_build_would_stop_at(site, capsys):
    hide(site)
    build(site, capsys)
    lose(site)

    for command, said in (("list", "no problems"), ("retry", "no problems are left")):
        assert run(["problems", command, "--source", str(site.source), "--state", str(site.places.state)]) == 0
        lines = capsys.readouterr().err.splitlines()
        assert lines[-1] == f"aftercast: {said} in the catalog as it stands"


@pytest.mark.parametrize("named", [(0, 2), (0,)])
def test_naming_some_of_the_rest_is_not_enough(site, capsys, named):
    hide(site)
    build(site, capsys)
    lose(site)
    hide(site, named=named)

    code, err = build(site, capsys)

    assert (code, err[-2:]) == (2, refusal(3, 4))
    assert seen(site) == []


ASKING = [["sessions"], ["problems"], ["build", "--dry-run"], ["build", "--dry-run", "--allow-exposure"]]


def ask(site, *command):
    places = site.places
    output = ["--output", str(places.output)] if command[0] == "build" else []
    return run([*command, "--source", str(places.source), "--state", str(places.state), *output])


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("said", ["visibility: hidden", "visibility: unlisted", "trim: {head: 1300}"])
@pytest.mark.parametrize("command", ASKING)
@pytest.mark.parametrize("away", ["gone", "open", "short", "records"])
def test_a_question_forgets_nothing_that_was_hidden(site, capsys, said, command, away):
    """It was answered while something was away, as in another branch; nothing was published meanwhile."""
    hide(site, said)
    build(site, capsys)
    records, elsewhere = site.source / "recordings", site.root / "elsewhere"
    if away == "gone":
        (site.source / "replays/secret.md").unlink()
    elif away == "open":
        hide(site, "title: T")
    elif away == "short":
        site.write("site.yaml", SITE + "grouping: {min_length: 3h}\n")
    else:
        shutil.copytree(records, elsewhere)
        for number in range(5):
            (records / f"{number}.jsonl").unlink()
    for _ in range(2):
        assert ask(site, *command) == 0
    if command[0] == "build":
        assert "would " in capsys.readouterr().err
    hide(site, said)
    if away == "records":
        shutil.copytree(elsewhere, records, dirs_exist_ok=True)
    part_by_gap(site)

    assert stops(site, capsys)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("change", ["gap", "lost"])
def test_a_dry_run_that_may_show_all_is_nobodys_word(site, capsys, change):
    hide(site)
    build(site, capsys)
    part_by_gap(site) if change == "gap" else lose(site)
    assert ask(site, "build", "--dry-run") == 2
    before = site.tree()
    assert ask(site, "build", "--dry-run", "--allow-exposure") == 0

    assert "would write" in capsys.readouterr().err
    assert stops(site, capsys)
    assert site.tree() == before


@pytest.mark.parametrize("command", ASKING)
def test_a_question_is_answered_from_what_a_build_would_make(site, capsys, command):
    """Though nothing of it lasts."""
    hide(site)
    build(site, capsys)
    (site.source / "replays/secret.md").unlink()
    capsys.readouterr()
    assert ask(site, "sessions", "--json") == 0
    assert '"visibility":"public"' in capsys.readouterr().out.splitlines()[0]
    assert ask(site, *command) == 0
    assert build(site, capsys)[0] == 0
    assert seen(site) == [0, 1, 2, 3, 4]
    assert difference(site.tree(), site.clean_tree()) == []


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_dry_run_of_which_nothing_lasts_says_all_that_a_build_does(site, monkeypatch, jobs):
    """Also of a site that is large enough for several processes, which could not see what is not to last."""
    monkeypatch.setattr(publication, "POOL_THRESHOLD", 0)
    hide(site)
    site.build()
    (site.source / "replays/secret.md").unlink()
    site.write("site.yaml", SITE.replace("Lampbridge", "Lamp"))
    dry, real = site.build(dry_run=True, jobs=jobs), site.build()

    assert dry.pages.written == real.pages.written > 20
    assert [path for path, _ in dry.written] == [path for path, _ in real.written]
    assert (dry.redirects, dry.removed) == (real.redirects, real.removed)


@pytest.mark.parametrize("command", ASKING)
def test_a_question_can_be_asked_where_no_record_is_left(site, capsys, command):
    hide(site)
    build(site, capsys)
    shutil.rmtree(site.source / "recordings")
    assert build(site, capsys, "--allow-removal")[0] == 0
    (site.source / "replays/secret.md").unlink()

    assert ask(site, *command) == 0


UNREAD = {
    "replays/private/secret.md": "`replays/private/secret.md` is not read",
    "replays/secret.MD": "`replays/secret.MD` is not read",
    "replays/secret.markdown": "`replays/secret.markdown` is not read",
    "replays/secret.md.txt": "`replays/secret.md.txt` is not read",
    "replays/secret": "`replays/secret` is not read",
    "Replays/secret.md": "`Replays/` is not read",
    "replay/other.md": "`replay/` is not read",
    "replays.bak/secret.md": "`replays.bak/secret.md` is not read",
    "drafts/secret.md": "`drafts/secret.md` is not read",
    "secret.md": "`secret.md` is not read",
    "drafts/secret": "`drafts/secret` is not read",
    "static/secret.md": "`static/secret.md` is not read",
    "vjs/old/secret.md": "`vjs/old/secret.md` is not read",
    "../secret.md": "so is the whole folder `replays/`",
}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("said", ["visibility: hidden", "visibility: unlisted", "trim: {head: 1300}"])
@pytest.mark.parametrize(("new", "unread"), UNREAD.items())
def test_a_file_that_is_still_there_and_not_read_takes_nothing_back(site, capsys, said, new, unread):
    """Nobody took it away; put back, or with a word, the build goes on."""
    hide(site, said)
    build(site, capsys)
    before = site.tree()
    old = site.source / "replays/secret.md"
    moved = site.source / new
    moved.parent.mkdir(parents=True, exist_ok=True)
    old.rename(moved)
    if not new.startswith("replays/"):
        old.parent.rmdir()

    code, err = build(site, capsys)
    assert (code, site.tree()) == (2, before)
    assert f"; the file is gone, and {unread}; the site stays as it was" in err[-2]
    assert err[-2].startswith("aftercast: replays/secret.md: ")
    assert err[-1].startswith("hint: put the file back where it is read; ")
    assert build(site, capsys, "--allow-exposure")[0] == 0
    assert build(site, capsys)[0] == 0
    assert site.tree() != before


def test_a_file_that_is_switched_off_lets_nothing_go_but_its_own(site, capsys):
    hide(site)
    hide(site, "title: Evening", named=(4,), name="evening")
    build(site, capsys)
    (site.source / "replays/evening.md").rename(site.source / "replays/evening.md.off")
    (site.source / "replays/secret.md").unlink()

    assert build(site, capsys)[0] == 2


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("note", [False, True])
def test_a_folder_that_is_empty_at_once_takes_nothing_back(site, capsys, note):
    """A disk that is not mounted leaves its place empty; one file of several that goes is a person's word."""
    hide(site)
    hide(site, "title: Evening", named=(4,), name="evening")
    build(site, capsys)
    before = site.tree()
    for file in (site.source / "replays").iterdir():
        file.unlink()
    if note:
        hide(site, "title: Another", named=(0,), name="extrasecret")

    code, err = build(site, capsys)
    assert (code, site.tree()) == (2, before)
    assert "; the file is gone, and so is all else that was in `replays/`; the site stays as it was" in err[-2]

    hide(site, "title: Evening", named=(4,), name="evening")
    assert build(site, capsys)[0] == 0
    assert seen(site) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("off", ["{0}.md.off", "{0}.off", ".{0}.md"])
def test_files_that_are_switched_off_all_at_once_let_go(site, capsys, off):
    hide(site)
    hide(site, "title: Evening", named=(4,), name="evening")
    build(site, capsys)
    for file in list((site.source / "replays").iterdir()):
        file.rename(file.with_name(off.format(file.stem)))

    assert build(site, capsys)[0] == 0
    assert seen(site) == [0, 1, 2, 3, 4]


def test_what_is_not_read_and_no_text_or_was_said_elsewhere_stops_nothing(site, capsys):
    """Captions are no curation, what was read under another name says it on, and a file alone that goes is gone."""
    hide(site)
    site.write("replays/secret.en.srt", "1")
    build(site, capsys)
    site.write("replays/old/note.md", "A note.\n")
    (site.source / "replays/secret.md").rename(site.source / "replays/private.md")
    assert build(site, capsys)[0] == 0
    assert seen(site) == []
    shutil.rmtree(site.source / "replays/old")
    (site.source / "replays/private.md").unlink()

    assert build(site, capsys)[0] == 0
    assert seen(site) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("folder", ["replays", "vjs", "pages", "recordings", "static"])
@pytest.mark.parametrize(
    ("put", "found"),
    [
        (lambda path: path.symlink_to("nowhere"), "a link to nothing"),
        (lambda path: path.symlink_to(path.name), "a link to nothing"),
        (lambda path: path.symlink_to("site.yaml/x"), "a link to nothing"),
        (lambda path: path.write_text("../curation"), "something else"),
    ],
)
def test_what_has_the_name_of_a_folder_and_is_none_stops_a_build(site, capsys, folder, put, found):
    """It says nothing, and so does not take back what the files said that were in it."""
    hide(site)
    site.build()
    before = site.tree()
    shutil.rmtree(site.source / folder, ignore_errors=True)
    put(site.source / folder)

    assert build(site, capsys, "--allow-removal") == (
        2,
        [f"aftercast: site_src/{folder}: expected a folder, found {found}"],
    )
    assert site.tree() == before


def reveal(site):
    hide(site, "visibility: public")


def list_it(site):
    hide(site, "title: Finale")


def take_away(site):
    (site.source / "replays" / "secret.md").unlink()


@pytest.mark.parametrize(
    ("act", "said"),
    [
        *((act, "visibility: hidden") for act in (reveal, list_it, take_away)),
        (take_away, "visibility: draft"),
        (list_it, "visibility: unlisted"),
    ],
)
def test_a_person_may_show_what_was_hidden(site, capsys, act, said):
    hide(site, said)
    build(site, capsys)
    act(site)

    assert build(site, capsys)[0] == 0
    assert seen(site) == [0, 1, 2, 3, 4]
    assert not difference(site.tree(), site.clean_tree())


def test_a_person_may_name_another_broadcast(site, capsys):
    hide(site)
    build(site, capsys)
    site.write("replays/secret.md", f"---\nrecordings: ['52{90:017d}']\nvisibility: hidden\n---\n")

    assert build(site, capsys)[0] == 0
    assert seen(site) == [0, 1, 2, 3, 4]


def test_a_split_in_the_file_that_hides_is_a_persons_word(site, capsys):
    hide(site, named=(0,))
    build(site, capsys)
    hide(site, f"visibility: hidden\nsplit: before {FILES[3]}", named=(0,))

    assert build(site, capsys)[0] == 0
    assert seen(site) == [3, 4]


def test_a_file_that_says_who_may_see_the_rest_is_a_persons_word(site, capsys):
    hide(site)
    build(site, capsys)
    part_by_gap(site)
    hide(site, "visibility: public", named=(0, 1, 3), name="rest")

    code, err = build(site, capsys)
    assert (code, err[-2:]) == (2, refusal(4))
    hide(site, "visibility: public", named=(0, 1, 3, 4), name="rest")
    assert build(site, capsys)[0] == 0
    assert seen(site) == [0, 1, 3, 4]


def test_what_is_said_besides_takes_nothing_back(site, capsys):
    hide(site)
    build(site, capsys)
    lose(site)
    hide(site, "visibility: draft\ntitle: Not for you\ntags: [a]")

    assert build(site, capsys)[0] == 2


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("said", "elsewhere"),
    [
        ("visibility: unlisted", "public"),
        ("trim: {from: '2022-01-14T00:40:00'}", "public"),
        ("trim: {from: '2022-01-14T00:40:00'}", "unlisted"),
    ],
)
def test_what_another_file_said_all_along_takes_nothing_back(site, capsys, said, elsewhere):
    """It was said of the broadcast while the other file hid it, or its ends."""
    hide(site, said)
    hide(site, f"visibility: {elsewhere}", named=(0, 3), name="other")
    assert build(site, capsys)[0] == 0
    before = site.tree()
    lose(site)

    assert stops(site, capsys)
    (site.source / "replays" / "other.md").rename(site.source / "replays" / "renamed.md")
    assert stops(site, capsys)
    assert site.tree() == before


@pytest.mark.parametrize("elsewhere", ["public", "unlisted"])
def test_who_may_see_it_is_no_word_of_the_ends_that_a_trim_hid(site, capsys, elsewhere):
    hide(site, "trim: {head: 1300}")
    assert build(site, capsys)[0] == 0
    lose(site)
    hide(site, f"visibility: {elsewhere}", named=(0, 3), name="other")

    assert stops(site, capsys)
    hide(site, "visibility: hidden", named=(0, 3), name="other")
    assert build(site, capsys)[0] == 0
    assert seen(site) == []


@pytest.mark.parametrize("said", ["visibility: hidden", "visibility: unlisted", "trim: {head: 1300}"])
@pytest.mark.parametrize("is_late", [False, True])
def test_another_name_of_the_file_takes_nothing_back(site, capsys, said, is_late):
    """Neither in the run that loses the recording, nor after a refusal."""
    hide(site, said)
    assert build(site, capsys)[0] == 0
    lose(site)
    if is_late:
        assert stops(site, capsys)
    (site.source / "replays" / "secret.md").rename(site.source / "replays" / "private.md")

    code, err = build(site, capsys)
    assert code == 2
    assert err[-2].startswith("aftercast: replays/private.md: ")


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("named", [(3,), (1, 3), (0,)])
def test_other_files_that_name_others_of_the_broadcast_take_nothing_back(site, capsys, named):
    """The name that leads nowhere is dropped with the file, as whoever tidies up does."""
    hide(site)
    build(site, capsys)
    lose(site)
    part_by_gap(site)
    (site.source / "replays" / "secret.md").unlink()
    for at in named:
        hide(site, named=(at,), name=f"n{at}")

    assert stops(site, capsys)
    assert seen(site) == []


@pytest.mark.parametrize("said", ["visibility: hidden", "visibility: unlisted", "trim: {head: 1300}"])
@pytest.mark.parametrize("other", ["title: T", "visibility: public"])
def test_files_that_swap_their_names_take_nothing_back(site, capsys, said, other):
    hide(site, said)
    site.write("replays/other.md", f"---\nrecordings: ['52{90:017d}']\n{other}\n---\n")
    assert build(site, capsys)[0] == 0
    replays = site.source / "replays"
    for old, new in (("secret", "kept"), ("other", "secret"), ("kept", "other")):
        (replays / f"{old}.md").rename(replays / f"{new}.md")
    lose(site)

    assert stops(site, capsys)


@pytest.mark.parametrize("said", ["trim: {head: 1400}", "trim: {head: 1300, tail: 60}"])
def test_a_trim_that_hides_more_takes_nothing_back(site, capsys, said):
    hide(site, "trim: {head: 1300}")
    assert build(site, capsys)[0] == 0
    lose(site)
    hide(site, said)

    code, err = build(site, capsys)
    assert (code, err[-2:]) == (2, refusal(0, 1, lost=NAMED))


def test_a_trim_lets_go_of_what_it_shows_and_no_more(site, capsys):
    hide(site, "trim: {head: 1300}")
    assert build(site, capsys)[0] == 0
    lose(site)
    hide(site, "trim: {head: 700}")

    code, err = build(site, capsys)
    assert (code, err[-2:]) == (2, refusal(0, lost=NAMED))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("act", ["name", "split"])
def test_what_is_said_of_another_broadcast_takes_nothing_back(site, capsys, act):
    site.append("other.jsonl", callback("alice", 91, 50_700, 600))
    other = f"52{90:017d}"

    def write(*names, more=""):
        site.write("replays/secret.md", f"---\nrecordings: {json.dumps(names)}\nvisibility: hidden\n{more}---\n")

    write(FILES[NAMED], other)
    assert build(site, capsys)[0] == 0
    lose(site)
    if act == "name":
        write(FILES[NAMED])
    else:
        write(FILES[NAMED], other, more=f"split: before 52{91:017d}\n")

    assert stops(site, capsys)


ZONE = SITE.replace("Asia/Shanghai", "UTC")


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("is_lost", [False, True])
def test_another_zone_takes_nothing_back(site, capsys, is_lost):
    """It moves the moments of a trim, which nobody wrote anew, whether the file still speaks of the broadcast or not."""
    hide(site, 'trim: {to: "2022-01-14T00:40:00"}')
    assert build(site, capsys)[0] == 0
    before = site.tree()
    if is_lost:
        lose(site)
    site.write("site.yaml", ZONE)

    code, err = build(site, capsys)
    why = "" if is_lost else "; the site has another `timezone`, which moves moments without an offset"
    assert (code, err[-2:]) == (2, refusal(3, 4, lost=NAMED if is_lost else None, more=why))
    assert site.tree() == before
    if not is_lost:
        hide(site, 'trim: {to: "2022-01-14T00:40:00+08:00"}')
        assert build(site, capsys)[0] == 0
        assert seen(site) == [0, 1, 2, 3]
    hide(site, "title: All of it")
    assert build(site, capsys)[0] == 0


@pytest.mark.usefixtures("way")
def test_another_zone_moves_no_window_unasked(site, capsys):
    window = 'window: {stream: alice, from: "2022-01-14T00:00:00", to: "2022-01-14T01:00:00"}'
    hide(site, f"visibility: hidden\n{window}")
    assert build(site, capsys)[0] == 0
    before = site.tree()
    site.write("site.yaml", ZONE + "grouping: {gap: 30s}\n")

    assert stops(site, capsys)
    assert site.tree() == before


@pytest.mark.usefixtures("way")
def test_files_that_are_gone_are_not_shown(site, capsys):
    """A broadcast that vanishes shows nothing; one of which a file is deleted is as hidden as before."""
    hide(site, named=(0,))
    build(site, capsys)
    deleted = {"EventType": "FileDeleted", "FileDeleteEvent": {"FileIdSet": [FILES[NAMED]]}}
    site.append("deleted.jsonl", json.dumps(deleted) + "\n")
    assert build(site, capsys)[0] == 0
    assert seen(site) == []
    for at in range(5):
        (site.source / "recordings" / f"{at}.jsonl").unlink()
    assert build(site, capsys)[0] == 0


def test_several_files_that_hide_are_told(site, capsys):
    hide(site)
    site.append("other.jsonl", callback("alice", 91, 50_700, 600))
    site.write("replays/zero.md", f"---\nrecordings: ['52{90:017d}']\nvisibility: draft\n---\n")
    build(site, capsys)
    part_by_gap(site)

    code, err = build(site, capsys)

    assert (code, err[-2:]) == (2, refusal(0, 1, 3, 4, more="; so it is with 1 more file in replays/"))


def test_the_file_that_hides_most_is_named_first(site, capsys):
    """What the hint says of it must not show what another hides more of."""
    files = {"c": (2, "visibility: hidden"), "b": (3, "trim: {head: 1300}"), "a": (4, "visibility: unlisted")}
    for name, (at, said) in files.items():
        hide(site, said, name=name, named=(at,))
    build(site, capsys)
    part_by_gap(site)

    told = []
    for name, (at, _) in files.items():
        code, err = build(site, capsys)
        assert code == 2
        told.append(err[-2])
        hide(site, "title: T", name=name, named=(at,))
    assert told == [
        refusal(0, 1, 4, name="c", more="; so it is with 2 more files in replays/")[0],
        refusal(0, 1, name="b", more="; so it is with 1 more file in replays/")[0],
        refusal(0, 1, 2, 3, name="a", what="kept out of lists would be listed")[0],
    ]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("said", "exposed"),
    [
        ("trim: {head: 1300}", (0, 1)),
        ("trim: {head: 15m}", (0, 1)),
        ('trim: {to: "2022-01-14T00:40:00"}', (3, 4)),
    ],
)
def test_a_build_stops_that_would_show_what_a_trim_hid(site, capsys, said, exposed):
    hide(site, said)
    build(site, capsys)
    before = site.tree()
    lose(site)

    code, err = build(site, capsys)
    assert (code, err[-2:]) == (2, refusal(*exposed, lost=NAMED))
    assert site.tree() == before
    hide(site, "title: All of it")
    assert build(site, capsys)[0] == 0
    assert seen(site) == [0, 1, 3, 4]


def test_a_trim_that_a_person_changed_stops_nothing(site, capsys):
    hide(site, "trim: {head: 15m}")
    build(site, capsys)
    hide(site, "trim: {head: 5s}")

    assert build(site, capsys)[0] == 0
    site.append("late.jsonl", callback("alice", 7, -700, 600))
    assert build(site, capsys)[0] == 0  # `head` counts from the new beginning, as people are told


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("at", [0, 1])
def test_a_build_stops_that_would_show_hidden_time_by_a_file_that_reaches_into_it(site, capsys, at):
    """It is in the replay of its middle, which is public, and was withheld for the sake of the hidden one beside it."""
    site.append("hls.jsonl", callback("alice", 50, 0, 3400, form="hls"))
    hide(site, f"visibility: hidden\nsplit: [before {FILES[at]}, before {FILES[at + 1]}]", named=(at,))
    build(site, capsys)
    before = site.tree()
    (site.source / "recordings" / f"{at}.jsonl").unlink()

    code, err = build(site, capsys)

    what = f"1 recording that it hid would be seen, `52{50:017d}`"
    why = f"now it matches no session: none has the recording `{FILES[at]}`"
    assert (code, err[-2]) == (2, f"aftercast: replays/secret.md: {what}; {why}; the site stays as it was")
    assert site.tree() == before


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("said", ["trim: {head: 600}", 'trim: {to: "2022-01-14T00:45:00"}'])
def test_a_build_stops_that_would_show_trimmed_time_by_a_file_that_reaches_into_it(site, capsys, said):
    site.append("hls.jsonl", callback("alice", 50, 0, 3400, form="hls"))
    hide(site, f"{said}\nsplit: before {FILES[3]}", named=(3,))
    build(site, capsys)
    before = site.tree()
    (site.source / "recordings" / "3.jsonl").unlink()

    code, err = build(site, capsys)

    assert (code, f"`52{50:017d}`" in err[-2] or "2 recordings" in err[-2]) == (2, True)
    assert site.tree() == before


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("said", ["visibility: hidden", "trim: {head: 400}"])
def test_a_build_stops_where_a_border_goes_away_that_kept_a_file_out(site, capsys, said):
    """Where each file is a replay, the hidden one beside does not change with it: nobody lets go of that."""
    site.write("site.yaml", SITE + "grouping: {gap: 0}\n")
    site.append("hls.jsonl", callback("alice", 50, 0, 1000, form="hls"))
    site.write("vjs/alice.md", ALICE.replace("[alice]", '[{stream: alice, until: "2022-01-14T00:11:40"}]'))
    site.write("vjs/bob.md", "---\nname: Bob\nstreams: ['ali*']\n---\n")
    hide(site, said, named=(1,))
    assert build(site, capsys)[0] == 0
    before = site.tree()
    assert not any(b"/a/50/f0.m3u8" in page for page in before.values())
    (site.source / "vjs" / "alice.md").unlink()

    code, err = build(site, capsys)

    what = f"1 recording that it hid would be seen, `52{50:017d}`"
    said = f"aftercast: replays/secret.md: {what}; the site stays as it was"
    assert (code, err[-2:]) == (2, [said, f"hint: {HINTS[0]}"])
    assert site.tree() == before
    hide(site, "title: All of it", named=(1,))
    assert build(site, capsys)[0] == 0
    assert any(b"/a/50/f0.m3u8" in page for page in site.tree().values())


def kept_out(site, capsys, lengths, said, *, end):
    """Build with a file kept out for hidden times beside a border, then take the border away; return what was built."""
    site.write("site.yaml", SITE + "grouping: {gap: 0}\n")
    for at, length in enumerate(lengths, 1):
        site.write(f"recordings/{at}.jsonl", callback("alice", at + 1, 700 * at, length))
    site.append("hls.jsonl", callback("alice", 50, 0, end, form="hls"))
    site.write("vjs/alice.md", ALICE.replace("[alice]", '[{stream: alice, until: "2022-01-14T00:11:40"}]'))
    site.write("vjs/bob.md", "---\nname: Bob\nstreams: ['ali*']\n---\n")
    for at, each in enumerate(said, 1):
        hide(site, each, named=(at,), name=f"secret{at}")
    assert build(site, capsys)[0] == 0
    before = site.tree()
    assert not any(b"/a/50/f0.m3u8" in page for page in before.values())
    (site.source / "vjs" / "alice.md").unlink()
    return before


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        ((600, 600), ["trim: {head: 8, tail: 8}"]),
        ((8, 8), ["visibility: hidden", "visibility: hidden"]),
        ((8, 600), ["visibility: hidden", "trim: {head: 8}"]),
    ],
    ids=["both ends", "two replays", "a replay and an end"],
)
def test_a_build_stops_where_what_a_file_shows_is_too_much_together(site, capsys, lengths, said):
    """Of each hidden time it shares no more than slices do at a border; together they kept it out."""
    before = kept_out(site, capsys, lengths, said, end=1310 if len(said) == 1 else 1410)

    code, err = build(site, capsys)

    assert (code, f"`52{50:017d}`" in err[-2]) == (2, True)
    assert site.tree() == before
    hide(site, "title: All of it", named=(1,), name="secret1")  # of the rest it shares no more than slices do
    assert build(site, capsys)[0] == 0
    assert any(b"/a/50/f0.m3u8" in page for page in site.tree().values())


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("lengths", "said"),
    [((8, 600), ["visibility: hidden", "trim: {head: 8}"]), ((600, 8), ["trim: {tail: 8}", "visibility: hidden"])],
)
def test_what_a_person_lets_go_of_is_not_added_to_the_rest(site, capsys, lengths, said):
    """The replay is public by word; of the trim beside it the file shows no more than slices do. In either order."""
    kept_out(site, capsys, lengths, said, end=1410)
    assert stops(site, capsys)
    site.write("replays/public.md", f"---\nrecordings: ['52{50:017d}']\nvisibility: public\n---\n")

    assert build(site, capsys)[0] == 0
    assert any(b"/a/50/f0.m3u8" in page for page in site.tree().values())


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("is_other_news", [False, True])
@pytest.mark.parametrize(("start", "length"), [(-7200, 1000), (0, 640)], ids=["earlier", "shorter"])
def test_a_build_stops_where_a_file_that_was_kept_out_is_told_anew(site, capsys, start, length, is_other_news):
    """Its media are what they were: only a person knows whether they show what is hidden.

    That is so whether or not the hidden replay has news in the same run.
    """

    def tell_whole(start, length):
        site.write("recordings/hls.jsonl", callback("alice", 50, start, length, form="hls"))

    tell_whole(0, 1000)
    hide(site, f"visibility: hidden\nsplit: before {FILES[1]}", named=(1,))
    assert build(site, capsys)[0] == 0
    before = site.tree()
    tell_whole(start, length)
    if is_other_news:
        tell(site, 4, file_size=5)

    code, err = build(site, capsys)

    assert (code, f"`52{50:017d}`" in err[-2]) == (2, True)
    assert site.tree() == before
    tell_whole(0, 990)  # it still reaches over the border, and nobody sees it
    assert build(site, capsys)[0] == 0
    assert not any(b"/a/50/f0.m3u8" in page for page in site.tree().values())


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("merged", [(), ("hidden",), ("shown",), ("hidden", "shown")])
@pytest.mark.parametrize("said", ["visibility: hidden", "trim: {head: 400}"])
def test_a_build_stops_where_the_hidden_replay_or_the_other_is_of_several_streams(site, capsys, said, merged):
    """Each bears the name of a camera, which was announced first; the file is of the stream that they share."""
    site.append("hls.jsonl", callback("alice", 50, 0, 1000, form="hls"))
    for stream, name, number, at in (("bob", "shown", 60, 0), ("carol", "hidden", 61, 2)):
        if name in merged:
            site.append("camera.jsonl", callback(stream, number, 350 * at, 500, t=1_642_000_000))
            site.write(f"replays/{name}.md", f"---\nrecordings: ['52{number:017d}']\nmerge: ['{FILES[at]}']\n---\n")
    hide(site, f"{said}\nsplit: before {FILES[1]}", named=(1, 2))
    assert build(site, capsys)[0] == 0
    before = site.tree()
    assert not any(b"/a/50/f0.m3u8" in page for page in before.values())
    (site.source / "recordings" / "1.jsonl").unlink()

    code, err = build(site, capsys)
    assert (code, f"`52{50:017d}`" in err[-2]) == (2, True)
    assert site.tree() == before
    hide(site, "title: All of it", named=(1, 2))
    assert build(site, capsys)[0] == 0


def test_a_catalog_without_memory_does_not_stop(site, capsys):
    """A clean build, as CI makes one, has nothing to compare with: there `--strict` is what fails."""
    hide(site)
    build(site, capsys)
    lose(site)
    shutil.rmtree(site.places.state)

    assert build(site, capsys, "--strict")[0] == 3


@pytest.mark.parametrize("said", ["visibility: unlisted", "trim: {head: 5}", "title: Finale"])
def test_a_catalog_that_is_made_anew_says_what_it_does_not_know(site, capsys, said):
    hide(site, said)
    build(site, capsys)
    lose(site)
    (site.places.state / "catalog.sqlite").write_bytes(b"junk" * 100)

    code, err = build(site, capsys)
    warning = "aftercast: the catalog in the state folder is damaged; it is made anew from the sources"
    more = ", which do not tell what a file in replays/ hid that matches nothing now"
    assert (code, warning + ("" if "title" in said else more) in err) == (0, True)


def test_commands_that_ask_leave_the_catalog_as_it_stands(site, capsys):
    hide(site)
    build(site, capsys)
    before = site.ask(capsys, "sessions", "--json")
    lose(site)

    for _ in range(2):
        capsys.readouterr()
        assert run(["sessions", "--json", "--source", str(site.source), "--state", str(site.places.state)]) == 0
        found = capsys.readouterr()
        assert found.out.splitlines() == before
        said, hint = refusal(0, 1, 3, 4, lost=NAMED)
        expected = [f"{said}: this is the catalog as it stands", hint.replace("hint", "aftercast")]
        assert found.err.splitlines() == expected
    assert build(site, capsys)[0] == 2


class Changes:
    """Stands in for the watcher: makes one change after another, then stops."""

    def __init__(self, *acts):
        self.acts = list(acts)

    def forget(self, seen):
        pass

    def wait(self, stop, **_):
        return [str(path) for path in self.acts.pop(0)()] if self.acts else []


def test_a_watch_says_it_and_goes_on(site, capsys):
    hide(site)
    told = []

    def losing():
        lose(site)
        return [site.source / "recordings" / f"{NAMED}.jsonl"]

    def other_news():
        told.append(capsys.readouterr().err.splitlines())
        tell(site, 0, file_size=5)
        return [site.source / "recordings" / "0.jsonl"]

    def naming():
        told.append(capsys.readouterr().err.splitlines())
        assert seen(site) == []
        hide(site, named=(0, 2, 4))
        return [site.source / "replays" / "secret.md"]

    watcher = Changes(losing, other_news, naming)
    Loop(site.places, ENVIRON, Options(wait=True), Teller()).run(watcher, threading.Event())

    assert [lines[-2:] for lines in told] == [refusal(0, 1, 3, 4, lost=NAMED)] * 2
    assert "4 broadcasts" not in capsys.readouterr().err
    assert seen(site) == []
    assert not difference(site.tree(), site.clean_tree())


def test_a_trim_without_moments_is_no_matter_of_the_zone(site, capsys):
    hide(site, 'trim: {to: "2022-01-14T00:40:00"}', named=range(5))
    build(site, capsys)
    site.write("site.yaml", SITE.replace("Asia/Shanghai", "UTC"))
    assert stops(site, capsys)

    hide(site, "trim: {tail: 5m}", named=range(5))

    assert build(site, capsys)[0] == 0
