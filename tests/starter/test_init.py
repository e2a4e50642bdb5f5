"""`aftercast init`: what a new site holds, and that nothing is ever overwritten."""

import re
import sys

import pytest

from builder import cli
from builder.config import SiteConfig, load_config
from builder.content import Content, load_content
from builder.redirects import parse


def test_a_new_site_is_the_table_of_defaults_with_a_key_of_its_own(tmp_path, capsys):
    """Every setting is there to be changed, and means what it means without a file."""
    assert cli.run(["init", str(tmp_path / "a")]) == 0
    assert cli.run(["init", str(tmp_path / "b")]) == 0
    configs = [load_config(tmp_path / name / "site_src", {}) for name in "ab"]

    assert configs[0] == SiteConfig(slug_key=configs[0].slug_key)
    assert configs[0].slug_key != configs[1].slug_key
    assert all(re.fullmatch(r"[0-9a-f]{32}", config.slug_key) for config in configs)
    assert load_content(tmp_path / "a" / "site_src", configs[0]) == Content()
    assert parse((tmp_path / "a" / "site_src" / "redirects.yaml").read_bytes(), "redirects.yaml") == {}
    assert "aftercast build --source" in capsys.readouterr().out


def test_a_new_site_has_this_shape(tmp_path, capsys):
    """The folders of the guide, and nothing derived goes into git."""
    cli.run(["init", str(tmp_path / "x")])

    found = {path.relative_to(tmp_path / "x").as_posix() for path in (tmp_path / "x").rglob("*")}
    assert found == {
        ".gitignore",
        "output",
        "output/.gitignore",
        "site_src",
        "site_src/pages",
        "site_src/recordings",
        "site_src/recordings/callbacks",
        "site_src/redirects.yaml",
        "site_src/replays",
        "site_src/replays/example.md.off",
        "site_src/site.yaml",
        "site_src/static",
        "site_src/vjs",
        "site_src/vjs/example.md.off",
        "templates",
    }
    assert (tmp_path / "x/site_src/recordings/callbacks").stat().st_mode & 0o077 == 0
    ignored = (tmp_path / "x" / ".gitignore").read_text().splitlines()
    assert {"/site_src/recordings/callbacks/", "/site_src/recordings/pulled/"} <= set(ignored)
    assert capsys.readouterr().err == ""


def test_the_examples_work_when_their_names_are_changed(tmp_path, capsys):
    """What the comments promise."""
    cli.run(["init", str(tmp_path / "x")])
    source = tmp_path / "x" / "site_src"
    for folder, name in (("vjs", "someone"), ("replays", "evening")):
        (source / folder / "example.md.off").rename(source / folder / f"{name}.md")

    content = load_content(source, load_config(source, {}))

    assert content.vjs[0].name == "Example Name"
    assert [chapter.title for chapter in content.curations[0].chapters] == ["Hello", "The first song"]


@pytest.mark.parametrize(
    ("prepare", "complaint"),
    [
        (lambda path: path.write_text("x"), "expected a folder, found a file"),
        (lambda path: (path / "b").mkdir(parents=True), "expected an empty folder, found `b`"),
    ],
)
def test_what_is_there_is_left_alone(tmp_path, capsys, prepare, complaint):
    """Exit 2, and not a byte is written."""
    prepare(tmp_path / "x")

    assert cli.run(["init", str(tmp_path / "x")]) == 2

    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "x" / "site_src").exists()


def test_a_folder_with_a_repository_in_it_is_empty_enough(tmp_path, capsys):
    """`git init` first, then a site: the usual order."""
    (tmp_path / "x" / ".git").mkdir(parents=True)

    assert cli.run(["init", str(tmp_path / "x")]) == 0


def test_a_dot_file_of_ours_is_not_overwritten(tmp_path, capsys):
    """Dot files do not count as content, but they are someone's."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / ".gitignore").write_text("mine")

    assert cli.run(["init", str(tmp_path / "x")]) == 2

    assert (tmp_path / "x" / ".gitignore").read_text() == "mine"
    assert "expected no file, found one" in capsys.readouterr().err


def test_the_next_command_can_be_copied(tmp_path, capsys, monkeypatch):
    """By its name where that is found, else by the path it was called by."""
    monkeypatch.setattr(sys, "argv", ["/opt/my env/bin/aftercast", "init"])
    monkeypatch.setenv("PATH", str(tmp_path))
    cli.run(["init", str(tmp_path / "x")])
    assert "'/opt/my env/bin/aftercast' build --source" in capsys.readouterr().out

    (tmp_path / "aftercast").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "aftercast").chmod(0o755)
    cli.run(["init", str(tmp_path / "y")])
    assert "      aftercast build --source" in capsys.readouterr().out
