"""Runs a command and measures it: wall, CPU, and the peak memory of all its processes together."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.1  # a look takes milliseconds for each process: every 20 ms it took a tenth of a core from the run


@dataclass(frozen=True)
class Measured:
    """One run: seconds, seconds, MiB (proportional set size, so that shared pages count once)."""

    wall: float
    cpu: float
    peak_mib: float
    stdout: str


def run(command: Sequence[str], *, environ: dict[str, str] | None = None, cwd: Path | None = None) -> Measured:
    """Run to the end; a failure raises with what the command said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, **(environ or {})},
    )
    watcher = MemoryWatcher(process.pid)
    watcher.start()
    out, err = process.communicate()
    wall = time.perf_counter() - began
    watcher.stop()
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} exited with {process.returncode}: {err[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(wall, cpu, watcher.peak_kib / 1024, out)


class MemoryWatcher(threading.Thread):
    """Samples the memory of a process and all below it."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak_kib = 0
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.peak_kib = max(self.peak_kib, sum(pss_kib(pid) for pid in family(self.pid)))

    def stop(self) -> None:
        self._done.set()
        self.join()


def family(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                todo += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue  # ended between two looks
    return found


def pss_kib(pid: int) -> int:
    try:
        for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if row.startswith("Pss:"):
                return int(row.split()[1])
    except (OSError, ValueError):
        return 0
    return 0
