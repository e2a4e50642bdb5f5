"""How far long work has come: drawn over on a terminal, in plain lines elsewhere, never on the standard output."""

import os
import pty
import re
import subprocess
import sys

import pytest

from builder.cli import meter, run
from tests.build.sites import ENVIRON, TestSite, callback

RECORDS = 90
# Every step is drawn here; else five in a second, and so for work of a moment none.
EAGER = "import sys; from builder.cli import meter, run; meter.REDRAWN_S = 0; sys.exit(run(sys.argv[1:]))"


@pytest.fixture
def site(tmp_path):
    made = TestSite(tmp_path)
    made.append("a.jsonl", "".join(callback(f"s{number % 9}", number, 900 * number, 600) for number in range(RECORDS)))
    return made


def on_a_terminal(command, site):
    """Run a command whose errors go to a terminal; return its standard output and what the terminal got."""
    ours, theirs = pty.openpty()
    told = [sys.executable, "-c", EAGER, *command, "--source", str(site.source), "--state", str(site.places.state)]
    process = subprocess.Popen(told, env={**os.environ, **ENVIRON}, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += (data := os.read(ours, 65536))
        except OSError:  # Linux tells so that nobody has the other end any more
            break
        if not data:
            break
    os.close(ours)
    output = process.stdout.read()
    process.stdout.close()
    assert process.wait() == 0, shown
    return output.decode(), shown.decode()


@pytest.mark.parametrize("command", [["sessions", "--json"], ["build", "--json", "--jobs", "1"]])
def test_a_terminal_shows_one_line_that_is_drawn_over_and_wiped(site, command):
    output, shown = on_a_terminal(command, site)
    drawn, _, after = shown.rpartition(meter.WIPE)
    counts = re.findall(r"\r\x1b\[K([0-9,]+) ([a-z ,]+)(?=\r)", shown)

    kinds = ["records read", "recordings grouped", "recordings grouped, now indexed"]
    assert list(dict.fromkeys(what for _, what in counts)) == kinds + ["pages looked at"] * (command[0] == "build")
    for kind in {what for _, what in counts}:
        numbers = [int(number.replace(",", "")) for number, what in counts if what == kind]
        assert numbers == sorted(numbers)
    assert "\n" not in drawn
    assert "\x1b" not in output
    assert after.startswith("aftercast: ") if command[0] == "build" else not after


def test_elsewhere_there_are_plain_lines_at_times(site, monkeypatch, capsys):
    """Here at every step; else every 15 seconds, and so for work of a moment none."""
    monkeypatch.setattr(meter, "LINE_S", 0)
    assert run(["build", "--source", str(site.source), "--jobs", "1"]) == 0
    lines = capsys.readouterr().err.splitlines()
    monkeypatch.setattr(meter, "LINE_S", 3600)

    assert f"aftercast: {RECORDS:,} records read so far" in lines
    assert f"aftercast: {RECORDS:,} recordings grouped so far" in lines
    assert any(re.fullmatch(r"aftercast: [0-9,]+ pages looked at so far", line) for line in lines)
    assert run(["build", "--clean", "--source", str(site.source), "--jobs", "1"]) == 0
    assert not [line for line in capsys.readouterr().err.splitlines() if "so far" in line]
