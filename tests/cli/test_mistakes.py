"""A mistake costs a sentence and nothing else: what is known stays known for the next command."""

import os
import shutil
import subprocess
import sys

import msgspec
import pytest

from builder.cli import run
from builder.places import find_places
from tests.build.sites import ENVIRON, SITE, TestSite, callback

RUN = "import sys; from builder.cli import run; sys.exit(run(sys.argv[1:]))"


def build(site: TestSite) -> tuple[int, str]:
    """Run the command in a process of its own, which lets go of everything only at its end."""
    places = ["--source", site.source, "--output", site.places.output, "--state", site.places.state]
    told = [sys.executable, "-c", RUN, "build", *map(str, places)]
    done = subprocess.run(told, env=os.environ | ENVIRON, capture_output=True, text=True, check=False, cwd=site.root)
    return done.returncode, done.stderr


@pytest.fixture
def site(tmp_path) -> TestSite:
    made = TestSite(tmp_path)
    made.append("a.jsonl", callback("alice", 1, 0, 600) + callback("bob", 2, 90_000, 600))
    assert build(made)[0] == 0
    return made


def test_settings_that_are_missing_are_named_where_a_page_depends_on_them(site):
    site.write("pages/enrol.zh.md", "# X\n")
    assert build(site)[0] == 0
    (site.source / "site.yaml").unlink()

    code, said = build(site)

    first, hint, *_ = said.splitlines()
    assert code == 2
    assert first == "aftercast: site_src/pages/enrol.zh.md: expected one of the site's languages (`en`), found `zh`"
    assert hint == "hint: there is no site_src/site.yaml: all settings are the defaults"


@pytest.mark.parametrize("name", ["watch.html", "home.html"])
def test_a_build_that_ends_in_an_error_leaves_the_catalog_whole(site, name):
    """So the next one knows what was published, keeps the addresses and reads nothing again."""
    published = {path for path in site.tree() if path.endswith(".html")}
    template = site.root / "templates" / name
    template.parent.mkdir()
    template.write_text("{{ nope }}")
    code, said = build(site)
    assert (code, said.splitlines()[0]) == (2, f"aftercast: templates/{name}:1: 'nope' is undefined")

    template.unlink()
    site.write("site.yaml", SITE.replace("Asia/Shanghai", "America/Los_Angeles"))
    code, said = build(site)

    assert code == 0
    assert "made anew" not in said
    assert "aftercast: 0 new records" in said
    assert "added to redirects.yaml: " in said
    assert published <= set(site.tree())


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("biuld", "aftercast: no such command 'biuld'; did you mean `build`?"),
        ("push-ulr", "aftercast: no such command 'push-ulr'; did you mean `push-url`?"),
        ("BUILD", "aftercast: no such command 'BUILD'; did you mean `build`?"),
        ("nothing", "aftercast: no such command 'nothing'"),
        ("--biuld", "aftercast: no such option '--biuld'"),
    ],
)
def test_a_mistyped_command_is_told_with_the_one_that_may_be_meant(capsys, told, said):
    assert run([told]) == 2
    assert capsys.readouterr().err.splitlines()[1:] == [said]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("build --sorce=x", "aftercast: no such option '--sorce'; did you mean `--source`?"),
        ("problems --sorce x", "aftercast: no such option '--sorce'; did you mean `--source`?"),
        ("build --dryrun", "aftercast: no such option '--dryrun'; did you mean `--dry-run`?"),
        ("build --quiet", "aftercast: no such option '--quiet'"),
        ("build -x", "aftercast: no such option '-x'"),
    ],
)
def test_a_mistyped_option_is_told_with_the_one_that_may_be_meant(capsys, told, said):
    assert run(told.split()) == 2
    assert capsys.readouterr().err.splitlines()[1:] == [said]


def test_a_project_that_was_moved_or_copied_still_knows_what_it_published(tmp_path):
    """Also where the first build in the new place has something to move."""
    made = TestSite(tmp_path / "one")
    made.append("a.jsonl", callback("alice", 1, 0, 600) + callback("bob", 2, 90_000, 600))
    assert build(made)[0] == 0
    published = {path for path in made.tree() if path.endswith(".html")}
    shutil.copytree(made.root, tmp_path / "two", symlinks=True)
    made.places = find_places(tmp_path / "two/site_src", tmp_path / "two/output", tmp_path / "two/state")
    made.source = made.places.source
    made.write("vjs/bob.md", "---\nname: Bob\nstreams: bob\n---\n")

    assert build(made)[0] == 0

    assert published <= set(made.tree())


def test_links_to_a_project_change_nothing_of_what_it_published(site, tmp_path):
    """The output is named by its real place, and the source by a link as well as without one."""
    published = {path for path in site.tree() if path.endswith(".html")}
    link = tmp_path.parent / f"{tmp_path.name}-link"
    link.symlink_to(tmp_path, target_is_directory=True)
    site.write("vjs/bob.md", "---\nname: Bob\nstreams: bob\n---\n")
    site.places = msgspec.structs.replace(site.places, state=link / "state")

    assert build(site)[0] == 0

    assert published <= set(site.tree())


@pytest.mark.parametrize("name", ["output", "www/live"])
def test_a_kept_cache_of_the_state_serves_a_checkout_elsewhere(tmp_path, name):
    """As in a CI that links the cache into each new checkout, and may publish under another name."""
    (tmp_path / "cache").mkdir()
    one, two = tmp_path / "one", tmp_path / "deep/er/two"
    made = TestSite(one)
    made.append("a.jsonl", callback("alice", 1, 0, 600) + callback("bob", 2, 90_000, 600))
    (one / ".aftercast").symlink_to(tmp_path / "cache", target_is_directory=True)
    made.places = find_places(made.source, one / "output")
    assert build(made)[0] == 0
    published = {path for path in made.tree() if path.endswith(".html")}
    two.parent.mkdir(parents=True)
    one.rename(two)
    made.places = find_places(two / "site_src", two / name)
    made.root, made.source = two, made.places.source
    made.write("vjs/bob.md", "---\nname: Bob\nstreams: bob\n---\n")

    assert build(made)[0] == 0

    assert published <= set(made.tree())


def test_the_usual_state_folder_is_no_output_either(tmp_path):
    made = TestSite(tmp_path)
    told = ["build", "--adopt", "--source", str(made.source), "--output", str(tmp_path / ".aftercast")]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *told], env=os.environ | ENVIRON, capture_output=True, text=True, check=False
    )

    assert (done.returncode, "expected a state folder apart" in done.stderr) == (2, True)


@pytest.mark.parametrize("folder", ["output", "output/.aftercast", "site_src/static", "site_src/recordings", "."])
def test_a_state_folder_that_overlaps_what_is_published_or_read_is_refused(site, folder):
    """Its files name streams and hidden replays."""
    before = site.tree()
    site.places = msgspec.structs.replace(site.places, state=site.root / folder)

    code, said = build(site)

    assert (code, site.tree()) == (2, before)
    assert "expected a state folder apart, found one that overlaps" in said


@pytest.mark.parametrize("command", ["sessions", "streams", "problems", "check"])
@pytest.mark.parametrize("folder", ["output", "output/.aftercast", "link"])
def test_no_command_puts_its_state_where_a_site_was_published(site, command, folder, capsys):
    """Also one that only asks, and so does not know by its options where that was."""
    (site.root / "link").symlink_to("output")
    before = site.tree()

    assert run([command, "--source", str(site.source), "--state", str(site.root / folder)]) == 2
    assert "expected a state folder apart, found one that overlaps" in capsys.readouterr().err
    assert site.tree() == before
    assert not (site.root / "output/.aftercast").exists()
