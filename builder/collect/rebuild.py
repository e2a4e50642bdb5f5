"""`--build`: after quiet time, run `aftercast build --wait` in another process. It never delays an answer.

One build at a time; what is stored while it runs leads to another one after it. A build that fails is said and counted
and tried again with the next notification, or at the next start: the notifications are safe, the site is only older.
One that runs long is said, and ended when it can only be hanging.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from builder.collect.limits import LONG_BUILD_SECONDS, LONGEST_BUILD_SECONDS, PATIENCE_SECONDS, QUIET_SECONDS
from builder.collect.metrics import Counters
from builder.errors import reason_of

ROOT = str(Path(__file__).parents[2])  # where this program is, also in a checkout that nobody has installed
RUN = (
    "import os, sys; sys.path.append(sys.argv[1]); os.nice(10); "
    "from builder.cli import run; sys.exit(run(sys.argv[2:]))"
)
PASSED_ON = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "PYTHONPATH", "PYTHONUTF8", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH"}
)
KEPT_BACK = frozenset({"AFTERCAST_PUSH_KEY", "AFTERCAST_LEGACY_KEY", "AFTERCAST_REDACT_KEY"})  # a build needs none
LINE_BYTES = 4_096
STOP_SECONDS = 2.0


def build_command(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the command of a build that waits for its turn, at low priority, by list and absolute program.

    `-P`: without it Python would run a `json.py` that lies in the present folder.
    """
    return (sys.executable, "-P", "-c", RUN, ROOT, "build", "--wait", *arguments)


def build_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a build may see of our environment."""
    return {
        name: value
        for name, value in environ.items()
        if name in PASSED_ON or (name.startswith("AFTERCAST_") and name not in KEPT_BACK)
    }


class Rebuilder:
    """Waits for quiet, then runs the command. `poke` is called for every stored notification and only sets a flag."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        counters: Counters,
        say: Callable[[str], None],
        *,
        quiet_seconds: float = QUIET_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
        long_seconds: float = LONG_BUILD_SECONDS,
        longest_seconds: float = LONGEST_BUILD_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(environment)
        self._counters = counters
        self._say = say
        self._quiet_seconds = quiet_seconds
        self._patience_seconds = patience_seconds
        self._long_seconds = long_seconds
        self._longest_seconds = longest_seconds
        self._clock = clock
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    def poke(self) -> None:
        self._news.set()

    async def close(self) -> None:
        """Stop; a build that runs is ended, which it survives by design."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            await self._quiet()
            await self._build()

    async def _quiet(self) -> None:
        """Return when nothing came for the quiet time, or when patience ends."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._patience_seconds
        while (left := deadline - loop.time()) > 0:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), min(self._quiet_seconds, left))
            except TimeoutError:
                break
        self._news.clear()

    async def _build(self) -> None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=self._environment,
                process_group=0,  # an interrupt at the terminal is for us; we end the build in order
                limit=LINE_BYTES,
            )
        except OSError as error:
            self._end(f"cannot start: {reason_of(error)}", ok=False)
            return
        self._counters.put("build_began_seconds", int(self._clock()))
        warning = asyncio.get_running_loop().call_later(self._long_seconds, self._warn)
        try:
            async with asyncio.timeout(self._longest_seconds):
                await self._pass_on(process.stdout)
                code = await process.wait()
        except (asyncio.CancelledError, TimeoutError) as error:
            await _end_process(process)
            if isinstance(error, asyncio.CancelledError):
                raise
            self._end(f"had not ended after {lasting(self._longest_seconds)} and was stopped", ok=False)
        else:
            self._end(f"ended with exit code {code}", ok=code == 0)
        finally:
            warning.cancel()
            self._counters.put("build_began_seconds", 0)

    async def _pass_on(self, stream: asyncio.StreamReader | None) -> None:
        assert stream is not None
        while True:
            try:
                line = await stream.readuntil(b"\n")
            except asyncio.IncompleteReadError as rest:
                line = rest.partial
            except asyncio.LimitOverrunError as overrun:
                line = await stream.read(overrun.consumed)
            if not line:
                return
            self._say(f"build: {line.decode('utf-8', 'replace').rstrip()}")

    def _warn(self) -> None:
        self._say(f"the build has not ended after {lasting(self._long_seconds)}; notifications are stored all the same")

    def _end(self, sentence: str, *, ok: bool) -> None:
        self._counters.add("builds_total", "done" if ok else "failed")
        if ok:
            self._counters.put("last_built_seconds", int(self._clock()))
        else:
            self._say(f"the build {sentence}; notifications are stored all the same")


def lasting(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} min"


async def _end_process(process: asyncio.subprocess.Process) -> None:
    for ending in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, ending)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            continue
        return
