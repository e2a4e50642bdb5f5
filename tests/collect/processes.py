"""The receiver as a process of its own: started by its command, loaded by threads, ended by signals."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.collect.support import DEADLINE, Line, body_of, request_of

ROOT = Path(__file__).parents[2]
RUN = "import sys; from builder.cli import run; sys.exit(run(sys.argv[1:]))"
PROCESS_KEY = "process-key"


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "AFTERCAST_CALLBACK_KEYS": PROCESS_KEY, **more}


def start(source: Path, *arguments: str, program: str = RUN, **more: str) -> subprocess.Popen[str]:
    """Start `aftercast collect` on a free port."""
    return subprocess.Popen(
        [sys.executable, "-c", program, "collect", "--source", str(source), "--port", "0", *arguments],
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def port_of(process: subprocess.Popen[str]) -> int:
    """Wait until it listens."""
    line = process.stdout.readline()
    assert line.startswith("listening on http://127.0.0.1:"), (line, process.stderr.read() if not line else "")
    return int(line.rpartition(":")[2])


def end(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Send a signal and return exit code, stdout and stderr."""
    process.send_signal(number)
    out, err = process.communicate(timeout=DEADLINE)
    return process.returncode, out, err


def good_body(name: str) -> bytes:
    return body_of(name, key=PROCESS_KEY.encode(), t=int(time.time()) + 600)


class Load:
    """Threads that post good, forged and broken messages as fast as they are answered, until the receiver is gone."""

    def __init__(self, port: int, label: str, threads: int = 6) -> None:
        self.answers: dict[str, int | None] = {}  # body → status; None: sent, and no answer came
        self.moments: dict[str, float] = {}  # body → when its answer came
        self._port = port
        self._threads = [threading.Thread(target=self._run, args=(f"{label}-{n}",)) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self, label: str) -> None:
        try:
            line = Line(self._port)
        except OSError:
            return
        with contextlib.suppress(OSError):
            for number in range(100_000):
                body = good_body(f"{label}-{number}")
                if number % 5 == 3:
                    body = body_of(f"{label}-{number}", key=b"forged", t=int(time.time()) + 600)
                if number % 5 == 4:
                    body = body[:-1]
                text = body.decode()
                self.answers[text] = None
                line.socket.sendall(request_of(body))
                answer = line.answer()
                if answer is None:
                    break
                self.moments[text] = time.monotonic()
                self.answers[text] = answer.status
        line.close()

    def join(self) -> dict[str, int | None]:
        for thread in self._threads:
            thread.join(DEADLINE)
            assert not thread.is_alive()
        return self.answers


def check_history(answers: dict[str, int | None], stored: list[str]) -> tuple[int, int]:
    """Compare what was answered with what is stored; returns (acknowledged, without an answer)."""
    kept = set(stored)
    acked = {body for body, status in answers.items() if status == 200}
    rejected = {body for body, status in answers.items() if status in {400, 403}}
    assert acked <= kept, "an acknowledged notification is missing"
    assert not rejected & kept, "a rejected notification is in the log"
    assert kept <= set(answers), "something is in the log that nobody sent"
    assert set(answers.values()) <= {200, 400, 403, 503, None}
    return len(acked), sum(status is None for status in answers.values())
