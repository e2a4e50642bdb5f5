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
ONCE = [callback(f"stream{number % 9}", number, number * 4_000, 600) for number in range(RECORDS)]
LINES = [*ONCE, *ONCE[: RECORDS // 3]]  # a third is told twice: pages say how often a recording was told


def one_file(folder: Path) -> None:
    (folder / "callbacks.jsonl").write_text("".join(LINES))


def scattered(folder: Path) -> None:
    """Shuffled, in files of odd names, one of them compressed, one in a subfolder."""
    lines = random.Random(7).sample(LINES, len(LINES))
    (folder / "z é ü").mkdir()
    (folder / "z é ü" / "00 -- last.txt").write_text("".join(lines[:50]))
    (folder / "~.log").write_text("".join(lines[50:300]))
    (folder / "A.gz").write_bytes(gzip.compress("".join(lines[300:]).encode(), mtime=0))


def reversed_array(folder: Path) -> None:
    (folder / "one.json").write_text("[" + ",".join(reversed(LINES)) + "]")


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


def built(root: Path, name: str) -> Path:
    """Build in a process with those surroundings; return the output."""
    file, place, jobs, mask, environ = SURROUNDINGS[name]
    source = root / place / "site_src"
    (source / "recordings").mkdir(parents=True)
    (source / "vjs").mkdir()
    (source / "site.yaml").write_text(SITE.replace("[en, zh]", "[en]"))
    (source / "vjs" / "stream1.md").write_text(ALICE.replace("[alice]", "[stream1]"))
    file(source / "recordings")
    done = subprocess.run(
        [sys.executable, "-m", "builder", "build", "--source", source, "--jobs", str(jobs)],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "AFTERCAST_SLUG_KEY": "k", **environ},
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
    return built(tmp_path_factory.mktemp("plain"), "plain")


@pytest.mark.parametrize("name", ["other", "odd"])
def test_surroundings_leave_no_trace_in_any_byte(name, plain, tmp_path):
    """Clean builds are equal whatever is around them, and so are the modes of what they write."""
    other = built(tmp_path, name)

    assert difference(tree(plain), tree(other)) == []
    assert modes(plain) == modes(other)
    assert set(modes(plain).values()) == {0o644, 0o755}


def modes(root: Path) -> dict[str, int]:
    paths = [root, *root.rglob("*")]
    return {path.relative_to(root).as_posix(): stat.S_IMODE(path.lstat().st_mode) for path in paths}
