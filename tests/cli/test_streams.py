"""What a command gives when its standard streams are closed, full, or left by their reader; and what of it is data."""

import json
import os
import subprocess
import sys

import pytest

from tests.build.sites import ENVIRON, TestSite, callback

RUN = "import sys; from builder.cli import run; sys.exit(run(sys.argv[1:]))"


@pytest.fixture
def site(tmp_path) -> TestSite:
    made = TestSite(tmp_path)
    made.append("a.jsonl", "".join(callback("alice", number, number * 90_000, 600) for number in range(3)))
    made.append("a.jsonl", "{broken\n")
    return made


def shell(site: TestSite, line: str) -> subprocess.CompletedProcess:
    """Run a line of bash in the site's folder, in which `aftercast` is the command."""
    start = f'set -o pipefail; aftercast() {{ "{sys.executable}" -c "{RUN}" "$@"; }}; '
    told = ["bash", "-c", start + line]
    return subprocess.run(told, env=os.environ | ENVIRON, capture_output=True, text=True, check=False, cwd=site.root)


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_a_build_that_cannot_say_anything_builds(site, where):
    done = shell(site, f"aftercast build --json {where}")

    assert done.returncode == 0
    assert json.loads(done.stdout)["sessions"] == 3
    assert (site.root / "output" / "index.html").is_file()


@pytest.mark.parametrize("arguments", ["--bad", "build --bad", ""])
def test_a_usage_error_that_nobody_hears_is_one_all_the_same(site, arguments):
    assert shell(site, f"aftercast {arguments} 2>/dev/full").returncode == 2


@pytest.mark.parametrize("command", ["sessions --json", "problems", "build 2>&1"])
def test_a_reader_that_goes_away_is_no_error(site, command):
    """`head -c0` reads nothing at all, so the pipe breaks at the first byte or at the last."""
    done = shell(site, f"aftercast {command} | head -c0")

    assert (done.returncode, done.stderr if "2>&1" in command else "") == (0, "")


def test_a_failure_that_was_asked_for_still_gives_the_data(site):
    """The pages were written, so there is a report of them, on stdout and in words."""
    strict = shell(site, "aftercast build --strict --json")
    nothing = shell(site, "aftercast build --expect-changes --json")

    assert (strict.returncode, nothing.returncode) == (3, 4)
    assert json.loads(strict.stdout)["recordings"]["quarantined"] == 1
    assert json.loads(nothing.stdout)["pages"]["written"] == 0
    assert "4 new records (3 used, 0 repeated, 0 ignored, 1 set aside)" in strict.stderr


@pytest.mark.parametrize("given", ["--source a/site_src list", "list --source a/site_src"])
def test_a_site_named_before_the_subcommand_counts(site, given):
    (site.root / "a" / "site_src" / "recordings").mkdir(parents=True)
    (site.root / "a" / "site_src" / "recordings" / "b.jsonl").write_text("{other\n")
    done = shell(site, f"aftercast problems {given}")

    assert [line.split()[0] for line in done.stdout.splitlines()] == ["recordings/b.jsonl#1"]
