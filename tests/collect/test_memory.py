"""Memory under load: what is stored, refused, half sent or left open does not stay in the process."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from collections import deque
from pathlib import Path

import pytest

from tests.collect.processes import good_body, port_of, start
from tests.collect.support import Line, body_of, request_of

SECONDS = float(os.environ.get("AFTERCAST_LOAD_SECONDS", "600"))
SLOW = 2_000  # connections that are begun and not ended
GROWTH_KIB = 50 * 1024


def resident_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1])


def post(port: int, label: str, until: float, done: list[int]) -> None:
    """Post good, forged, broken and large messages, each on its own connection or on one that is kept."""
    number = 0
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            line = Line(port)
            for _ in range(50):
                number += 1
                body = (
                    good_body(f"{label}-{number}"), body_of(f"{label}-{number}", key=b"forged"), b"{" * (number % 999),
                    good_body(f"{label}-{number}")[:-1] + b',"x":"%s"}' % (b"y" * (number % 60_000)),
                )[number % 4]  # fmt: skip
                line.send(request_of(body, f"/?{number}", f"X-Number: {number}"))
                answer = line.answer()
                if answer is None:
                    break
                done.append(answer.status)
            line.close()


@pytest.mark.torture
def test_memory_stays_flat_under_load_and_slow_connections(tmp_path: Path, capsys) -> None:
    """After a tenth of the time nothing grows any more, by the promise of 50 MB in ten minutes."""
    source = tmp_path / "site_src"
    source.mkdir()
    process = start(source)
    port = port_of(process)
    drain = threading.Thread(target=process.communicate)  # takes its messages, or they would pile up
    drain.start()
    began = time.monotonic()
    until = began + SECONDS
    done: list[int] = []
    senders = [threading.Thread(target=post, args=(port, f"m{n}", until, done)) for n in range(3)]
    for sender in senders:
        sender.start()
    slow: deque[socket.socket] = deque()
    seen: list[int] = []
    while time.monotonic() < until:
        for _ in range(50):
            with contextlib.suppress(OSError):
                slow.append(socket.create_connection(("127.0.0.1", port), timeout=5))
                slow[-1].sendall(b"POST / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * (len(slow) % 9_000))
        while len(slow) > SLOW:
            slow.popleft().close()
        seen.append(resident_kib(process.pid))
        time.sleep(0.5)
    for sender in senders:
        sender.join()
    for connection in slow:
        connection.close()
    process.terminate()
    drain.join(30)
    assert process.returncode == 0
    settled = max(seen[: max(1, len(seen) // 10)])
    with capsys.disabled():
        sys.stderr.write(
            f"\n{len(done)} answers in {SECONDS:.0f} s, RSS {seen[0]} → {settled} → {seen[-1]} KiB, most {max(seen)}\n"
        )

    assert max(seen) - settled < GROWTH_KIB
    assert done.count(200) > len(done) // 3
