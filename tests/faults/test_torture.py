"""The long fault runs: a kill before every system call, full disks, power cuts, shuffled folders.

What the machine lacks for one of them (strace, name spaces, loop devices, FUSE) is listed at the end of the run; nothing
is skipped in silence. `AFTERCAST_TORTURE=full` tries every call instead of a seeded sample.
"""

import contextlib
import errno
import fcntl
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tests.build.sites import ENVIRON, TestSite, callback, difference, tree
from tests.faults.stage import Stage

pytestmark = pytest.mark.torture

ROOT = Path(__file__).resolve().parents[2]
FULL = os.environ.get("AFTERCAST_TORTURE") == "full"
SAMPLE = int(os.environ.get("AFTERCAST_TRACED_KILLS", "40"))  # of the numbers of one call
CALLS = (
    "openat", "write", "pwrite64", "rename", "renameat", "renameat2", "mkdir", "unlink", "unlinkat", "rmdir",
    "ftruncate", "fsync", "fdatasync", "syncfs",
)  # fmt: skip
CUTS = int(os.environ.get("AFTERCAST_POWER_CUTS", "20"))
GO_DOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN, which XFS knows too
SIZES = 24  # of a small disk, from "the site just fits" to "the build fits too"


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    return Stage(tmp_path_factory.mktemp("stage"), "many")


def command(site: TestSite) -> list[str]:
    places = site.places
    folders = ["--source", places.source, "--output", places.output, "--state", places.state]
    return [sys.executable, "-m", "builder", "build", "--jobs", "1", *map(str, folders)]


def environ() -> dict[str, str]:
    return {**os.environ, **ENVIRON, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def traced(site: TestSite, *more: str) -> int:
    # Not with `--seccomp-bpf`, which is faster: strace 6.1 then injects errors, but no signals.
    told = ["strace", "-f", "-qq", *more, *command(site)]
    return subprocess.run(told, env=environ(), capture_output=True, timeout=600, check=False).returncode


@pytest.mark.parametrize("call", CALLS)
def test_a_kill_before_any_system_call_leaves_a_whole_site(call, stage, record_property, tmp_path):
    """The state before call K of its kind: readers see whole pages, the next build gives the clean bytes."""
    log = tmp_path / "log"
    stage.reset()
    if shutil.which("strace") is None or traced(stage.site, "-o", str(log), "-e", f"trace=?{call}") != 0:
        record_property("not tried", f"kills before {call}: strace is not there or may not trace")
        return
    count = Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(errors="replace"), re.MULTILINE))[call]
    numbers = range(1, count + 1)
    chosen = numbers if FULL or count <= SAMPLE else sorted(random.Random(call).sample(numbers, SAMPLE))
    killed = 0
    for number in chosen:
        stage.reset()
        ended = traced(
            stage.site, "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"
        )
        killed += ended != 0
        assert stage.wrong() == [], f"{call} {number}"
        stage.site.build()
        assert difference(stage.site.tree(), stage.clean) == [], f"{call} {number}"
        assert stage.leftovers() == [], f"{call} {number}"

    assert killed or not count, f"no kill before {call} changed anything: the net has a hole"


def test_a_small_disk_at_every_size_is_harmless(stage, record_property, tmp_path):
    """A file system of its own that is full at every point of the run: exit 5, a whole site; with room all is well."""
    try:
        subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        record_property("not tried", "full disks: no name space with a mount of its own")
        return
    stage.reset()
    codes = []
    needed = sum(-(-path.stat().st_size // 4096) * 4 for path in stage.kept.rglob("*") if path.is_file())  # KiB
    for step in range(SIZES):
        size = needed + needed * step // (2 * SIZES)  # a build that writes every page needs about a third more
        inside = f'mount -t tmpfs -o size={size}k,mode=755 none "$0" && exec "$@"'
        told = ["unshare", "-Urm", "sh", "-c", inside, str(tmp_path), sys.executable, "-m", "tests.faults.small_disk"]
        told += [str(stage.kept), str(tmp_path)]
        done = subprocess.run(told, env=environ(), cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode == errno.ENOSPC:
            continue  # not even the site as it was fits
        assert done.returncode == 0, done.stderr
        verdict = json.loads(done.stdout)
        codes.append(verdict["code"])
        assert verdict["code"] in {0, 5}, verdict
        assert verdict["wrong"] == [], verdict

    assert {0, 5} <= set(codes), f"the sizes do not walk through the run: {codes}"


@contextlib.contextmanager
def mounted(image: Path, place: Path):
    subprocess.run(["mount", "-o", "loop", image, place], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True, capture_output=True)
        # A name space that a test beside this one opened holds on to it for a moment; mounted again then, it is down.
        while subprocess.run(["losetup", "-j", image], check=True, capture_output=True).stdout:
            time.sleep(0.05)


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_a_power_cut_at_a_random_moment_leaves_a_whole_site(kind, record_property, tmp_path):
    """A real file system goes down without flushing; after the next mount the site is whole and builds clean."""
    image, place = tmp_path / "image", tmp_path / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(400 << 20)
    try:
        subprocess.run([f"mkfs.{kind}", "-q", image], check=True, capture_output=True)
        with mounted(image, place):
            stage = Stage(place / "site", "many")
            os.sync()
    except (OSError, subprocess.CalledProcessError) as error:
        record_property("not tried", f"power cuts on {kind}: {error}")
        return
    seen: Counter[str] = Counter()
    with mounted(image, place):
        stage.reset()
        began = time.monotonic()
        subprocess.run(command(stage.site), env=environ(), check=True, capture_output=True)
        longest = 1.2 * (time.monotonic() - began)
    for cut in range(CUTS):
        with mounted(image, place):
            stage.reset()
            os.sync()
            build = subprocess.Popen(
                command(stage.site), env=environ(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            neighbour = subprocess.Popen(
                [sys.executable, "-c", NEIGHBOUR, str(place / ".tick")], stderr=subprocess.DEVNULL
            )
            time.sleep(random.Random(cut).uniform(0.3 * longest, longest))
            power_cut(place)
            for process in (build, neighbour):
                process.kill()
                process.wait()
        with mounted(image, place):
            assert stage.wrong() == [], f"cut {cut}"
            found = stage.site.tree()
            state = "old" if found == stage.before else "new" if found == stage.clean else "between"
            seen[state] += 1
            longest *= {"old": 1.25, "new": 0.8, "between": 1}[state]  # the machine is not always as fast
            stage.site.build()
            assert difference(stage.site.tree(), stage.clean) == [], f"cut {cut}"
            assert stage.leftovers() == [], f"cut {cut}"

    assert len(seen) > 1, f"every cut saw the same: {seen}"


NEIGHBOUR = """
import os, sys, time
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
while True:
    os.pwrite(handle, b"x", 0)
    os.fsync(handle)
    time.sleep(0.003)
"""


def power_cut(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        fcntl.ioctl(handle, GO_DOWN, struct.pack("I", 2))
    finally:
        os.close(handle)


def test_the_order_of_folders_leaves_no_trace(record_property, tmp_path):
    """A file system that lists its folders in a random order gives the same bytes."""
    site = TestSite(tmp_path / "real")
    for number in range(12):
        site.append(f"{number}.jsonl", callback("alice", number, number * 4_000, 600))
        site.write(f"static/{number}.txt", str(number))
    expected = site.clean_tree()
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    try:
        told = ["disorderfs", "--shuffle-dirents=yes", "--sort-dirents=no", site.source, shuffled]
        subprocess.run(told, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        record_property("not tried", f"shuffled folders: {error}")
        return
    try:
        site.places = msgspec.structs.replace(site.places, source=shuffled)
        site.workshop = None
        site.build(write_redirects=False)
        found = tree(site.places.output)
    finally:
        subprocess.run(["fusermount", "-u", shuffled], check=True)

    assert difference(found, expected) == []


def test_a_read_only_output_is_refused_in_words(stage, record_property):
    """A mount that takes no write: exit 5, one line, nothing changed."""
    stage.reset()
    output = stage.site.places.output
    inside = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    told = ["unshare", "-Urm", "sh", "-c", inside, str(output), *command(stage.site)]
    done = subprocess.run(told, env=environ(), capture_output=True, text=True, timeout=600, check=False)
    if "builder" not in done.stderr and "aftercast" not in done.stderr:
        record_property("not tried", f"a read-only output: {done.stderr.strip()[:200]}")
        return

    assert done.returncode == 5, done.stderr
    assert done.stderr.splitlines()[-1].endswith("read-only file system")
    assert difference(stage.site.tree(), stage.before) == []
