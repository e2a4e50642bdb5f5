"""Real power cuts on ext4 and XFS, where loop mounts can be had: acknowledged means present after the next mount.

The file system is told to go down without flushing its log, at a random time, while a neighbour syncs a byte every few
milliseconds (without one most cuts fall before any commit and hide everything). The machine itself goes on: ext4 lets
a sync that is under way at that moment succeed although its transaction is dropped, and the receiver believes it. No
answer leaves a machine without power, so only what was answered before the cut began counts as acknowledged.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collect.processes import Load, check_history, port_of, start
from tests.collect.support import DEADLINE
from tests.collect.test_processes import recovered

GO_DOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN
WITHOUT_LOG = struct.pack("I", 2)
NEIGHBOUR = """
import os, sys, time
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
while True:
    try:
        os.pwrite(handle, b"x", 0)
        os.fsync(handle)
    except OSError:
        break
    time.sleep(0.003)
"""
SYSTEMS = {"ext4": ["mkfs.ext4", "-qF"], "xfs": ["mkfs.xfs", "-qf"]}


def can_mount(system: str) -> bool:
    return os.geteuid() == 0 and all(shutil.which(name) for name in (SYSTEMS[system][0], "mount", "losetup"))


@contextlib.contextmanager
def mounted(image: Path, folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "loop", image, folder], check=True)
    try:
        yield
    finally:
        for _ in range(50):
            if subprocess.run(["umount", folder], check=False, stderr=subprocess.DEVNULL).returncode == 0:
                break
            time.sleep(0.1)


def power_cut(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.ioctl(handle, GO_DOWN, WITHOUT_LOG)
    finally:
        os.close(handle)


@pytest.mark.torture
@pytest.mark.parametrize("system", SYSTEMS)
def test_an_acknowledged_notification_survives_real_power_cuts(tmp_path: Path, system: str, record_property) -> None:
    """Thirty cuts a file system; a machine that cannot mount says so and leaves it to the simulated disk."""
    if not can_mount(system):
        record_property("not tried", f"power cuts on {system} need root, loop mounts and {SYSTEMS[system][0]}")
        return
    image, folder = tmp_path / "image", tmp_path / "mount"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(320 * 2**20)
    subprocess.run([*SYSTEMS[system], image], check=True)
    rng = random.Random(system)
    answers: dict[str, int | None] = {}
    for number in range(30):
        with mounted(image, folder):
            (folder / "site_src").mkdir(exist_ok=True)
            neighbour = subprocess.Popen([sys.executable, "-c", NEIGHBOUR, folder / ".tick"])
            process = start(folder / "site_src")
            load = Load(port_of(process), str(number))
            time.sleep(rng.uniform(0.05, 0.5))
            began = time.monotonic()
            power_cut(folder)
            process.kill()
            process.communicate(timeout=DEADLINE)
            neighbour.wait(DEADLINE)
            answers |= {
                body: None if status == 200 and load.moments[body] >= began else status
                for body, status in load.join().items()
            }
        with mounted(image, folder):
            stored = recovered(folder / "site_src")
            check_history(answers, stored)
    acked, _ = check_history(answers, stored)

    assert acked > 1_000
