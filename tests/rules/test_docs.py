"""The documentation keeps up: every command is named, every link leads somewhere, every help text has an example."""

import configparser
import re
import textwrap
from pathlib import Path

import click
import pytest
import yaml

from builder.cli import COMMANDS, cli, run
from builder.collect.limits import Limits

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"{%-? block (\w+)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_the_readme_names_every_command():
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [name for name in COMMANDS if f"aftercast {name}" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_to_a_file(page):
    targets = LINK.findall(page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_does_and_shows_an_example(name):
    """A sentence per command, a phrase per option, one example."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    silent = [option.name for option in command.params if isinstance(option, click.Option) and not option.help]

    assert re.match(r"[A-Z].*[.:]", (command.help or "").strip())
    assert "Example" in (command.help or "")
    assert silent == []


def test_the_list_of_commands_says_each_in_whole_words(capsys):
    """In a terminal of 80 columns, where click cuts what is longer."""
    assert run(["--help"]) == 0
    said = capsys.readouterr().out.partition("Commands:")[2]

    assert [line.split()[0] for line in said.strip().splitlines()] == list(COMMANDS)
    assert "..." not in said


def test_proxies_let_pass_what_the_receiver_takes():
    """In bytes: nginx's `k` is 1,024 of them, Caddy's `KB` is 1,000."""
    text = (ROOT / "docs" / "collect.md").read_text(encoding="utf-8")
    kibibytes = Limits().body_bytes // 1024

    assert f"client_max_body_size {kibibytes}k;" in text
    assert f"max_size {kibibytes}KiB\n" in text


def test_the_unit_of_the_receiver_never_gives_up():
    """A disk may be read-only for hours; a build that is killed for memory must not take the receiver with it."""
    text = (ROOT / "docs" / "collect.md").read_text(encoding="utf-8")
    unit = configparser.ConfigParser(interpolation=None, delimiters=["="])
    unit.optionxform = str  # systemd tells `restart` from `Restart`
    unit.read_string(textwrap.dedent(re.search(r"( +\[Unit\]\n(?:    .*\n|\n)+)", text)[1]))

    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert unit["Service"]["Restart"] == "on-failure"
    assert unit["Service"]["RestartSec"] == "5"
    assert unit["Service"]["OOMPolicy"] == "continue"


def test_the_workflow_is_whole_and_runs_commands_that_there_are():
    """It builds before it publishes, and brings the addresses that moved back before that."""
    text = (ROOT / "docs" / "publish.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(textwrap.dedent(re.search(r"(    name: site\n(?:    .*\n)+)", text)[1]))
    (job,) = workflow["jobs"].values()
    done = [step.get("uses") or step["run"] for step in job["steps"]]
    commands = [line.split()[1] for line in done if line.startswith("aftercast ")]

    assert commands == ["pull", "build", "check"]
    assert set(commands) <= set(COMMANDS)
    assert "redirects.yaml" in done[-3]
    assert job["steps"][-2]["with"] == {"path": "output"}


def test_the_guide_to_templates_names_every_block():
    """In the order in which they stand in the file."""
    text = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    files = {file.name: BLOCK.findall(file.read_text(encoding="utf-8")) for file in ROOT.glob("templates/*.html")}
    rows = [f"| {name} | {', '.join(f'`{block}`' for block in blocks)} |" for name, blocks in files.items() if blocks]

    assert [row for row in rows if row not in text] == []
