"""The same bytes everywhere: hash seeds, jobs, locales, zones, umasks, paths, and how the records are filed."""

import gzip
import os
import random
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.sites import ALICE, SITE, callback, difference, tree

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 320  # enough that several jobs share the work
FEW = 36
COMBINATIONS = 64


def lines_of(records: int) -> list[str]:
    """Return the log; a third is told twice: pages say how often a recording was told."""
    once = [callback(f"stream{number % 9}", number, number * 4_000, 600) for number in range(records)]
    return [*once, *once[: records // 3]]


def one_file(folder: Path, lines: list[str]) -> None:
    (folder / "callbacks.jsonl").write_text("".join(lines))


def scattered(folder: Path, lines: list[str]) -> None:
    """Shuffled, in files of odd names, one of them compressed, one in a subfolder."""
    lines = random.Random(7).sample(lines, len(lines))
    first, second = len(lines) // 8, len(lines) * 3 // 4
    (folder / "z é ü").mkdir()
    (folder / "z é ü" / "00 -- last.txt").write_text("".join(lines[:first]))
    (folder / "~.log").write_text("".join(lines[first:second]))
    (folder / "A.gz").write_bytes(gzip.compress("".join(lines[second:]).encode(), mtime=0))


def reversed_array(folder: Path, lines: list[str]) -> None:
    (folder / "one.json").write_text("[" + ",".join(reversed(lines)) + "]")


def a_file_each(folder: Path, lines: list[str]) -> None:
    """Every line in a file of its own, made in another order than their names have."""
    for number in random.Random(3).sample(range(len(lines)), len(lines)):
        (folder / f"{number * 7919 % 1000:03}{'é' * (number % 3)}-{number}.jsonl").write_text(lines[number])


SURROUNDINGS = {
    "plain": (one_file, "site", 1, 0o022, {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"}),
    "other": (
        scattered,
        "a site, é",
        2,
        0o077,
        {"PYTHONHASHSEED": "4242", "LC_ALL": "zh_CN.GB18030", "TZ": "America/New_York", "PYTHONUTF8": "0"},
    ),
    "odd": (
        reversed_array,
        "deep/er/new\nline",
        2,
        0,
        {"PYTHONHASHSEED": "9", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "HOME": "/nonexistent"},
    ),
}


def drawn(number: int):
    """Return one of many combinations: every hash seed once, everything else by the throw of a die."""
    chance = random.Random(number)
    environ = {
        "PYTHONHASHSEED": str(number),
        "LC_ALL": chance.choice(("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "zh_CN.GB18030", "no_SUCH.place")),
        "TZ": chance.choice(
            (
                "UTC",
                "Asia/Shanghai",
                "America/New_York",
                "Australia/Lord_Howe",
                "Pacific/Apia",
                "Asia/Kathmandu",
                "EST5",
            )
        ),
        "PYTHONUTF8": chance.choice(("0", "1")),
        **chance.choice(({}, {"HOME": "/nonexistent"}, {"PYTHONDEVMODE": "1"}, {"PYTHONOPTIMIZE": "1"})),
    }
    place = chance.choice(("s", "a site, é", "new\nline", "d/e/e/p/" * 12, "-rf", "%s {x} $HOME", "站点"))
    file = chance.choice((one_file, scattered, reversed_array, a_file_each))
    return file, place, chance.choice((1, 2, 8)), chance.choice((0, 0o002, 0o022, 0o027, 0o077)), environ


def built(root: Path, surroundings, records: int = RECORDS) -> Path:
    """Build in a process with those surroundings; return the output."""
    file, place, jobs, mask, environ = surroundings
    source = root / place / "site_src"
    (source / "recordings").mkdir(parents=True)
    (source / "vjs").mkdir()
    (source / "site.yaml").write_text(SITE.replace("[en, zh]", "[en]"))
    (source / "vjs" / "stream1.md").write_text(ALICE.replace("[alice]", "[stream1]"))
    file(source / "recordings", lines_of(records))
    done = subprocess.run(
        [sys.executable, "-m", "builder", "build", "--source", source, "--jobs", str(jobs)],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "AFTERCAST_SLUG_KEY": "a key for tests", **environ},
        preexec_fn=lambda: os.umask(mask),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return root / place / "output"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return built(tmp_path_factory.mktemp("plain"), SURROUNDINGS["plain"])


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return built(tmp_path_factory.mktemp("small"), SURROUNDINGS["plain"], FEW)


@pytest.mark.parametrize("name", ["other", "odd"])
def test_surroundings_leave_no_trace_in_any_byte(name, plain, tmp_path):
    """Clean builds are equal whatever is around them, and so are the modes of what they write."""
    other = built(tmp_path, SURROUNDINGS[name])

    assert difference(tree(plain), tree(other)) == []
    assert modes(plain) == modes(other)
    assert set(modes(plain).values()) == {0o644, 0o755}


@pytest.mark.torture
@pytest.mark.parametrize("number", range(COMBINATIONS))
def test_no_combination_of_surroundings_leaves_a_trace(number, request, tmp_path):
    """Sixty-four draws; every eighth has as many broadcasts as it takes to share them among workers."""
    is_shared = number % 8 == 0
    expected = request.getfixturevalue("plain" if is_shared else "small")
    found = built(tmp_path, drawn(number), RECORDS if is_shared else FEW)

    assert difference(tree(expected), tree(found)) == []
    assert modes(expected) == modes(found)


def modes(root: Path) -> dict[str, int]:
    paths = [root, *root.rglob("*")]
    return {path.relative_to(root).as_posix(): stat.S_IMODE(path.lstat().st_mode) for path in paths}
