"""How many notifications a second are durably acknowledged, beside a bare append + fdatasync loop in the same run.

Usage: python benchmarks/receiver.py [--seconds 5] [--connections 64] [--folder DIR] [--json]

The receiver runs as its own process, as a user starts it, with a signature to check; closed-loop clients on loopback
send a notification of usual size and wait for its 200. The bare loop does the least that a group commit can do on the
same file system: append as many lines as the receiver's groups had on average, one fdatasync, again; the last column
compares with one that syncs each line by itself, as a receiver without group commit would. They take turns, because a
disk may change its speed within seconds. The bare loop knows no sockets, no requests and no senders that wait, so with
many connections the ratio compares a disk with a web server; `--folder /dev/shm` shows what the receiver can do where
the disk costs nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEY = "benchmark-key"
RUN = "import sys; from builder.cli import run; sys.exit(run(sys.argv[1:]))"
ROUNDS = 10  # turns of the receiver and the bare loop
GOAL = {"acks_per_second": 500, "p99_ms": 250, "ratio": 0.5}


def notification() -> bytes:
    """Return a recording notification of usual size, signed for the next ten minutes."""
    t = int(time.time()) + 600
    url = "http://1250000000.vod2.myqcloud.com/0123abcdvodcq1250000000/4567ef015200000000000000002/playlist.m3u8"
    message = {
        "event_type": 100, "appid": 1250000000, "app": "push.example.com", "appname": "live", "stream_id": "demo",
        "channel_id": "demo", "file_id": "5200000000000000002", "record_file_id": "5200000000000000002",
        "file_format": "hls", "task_id": "18288319047887900000", "start_time": 1642089445, "end_time": 1642089598,
        "duration": 154, "file_size": 277941079, "stream_param": "txSecret=x&txTime=61DFE000", "video_url": url,
        "t": t, "sign": hashlib.md5(f"{KEY}{t}".encode()).hexdigest(),
    }  # fmt: skip
    return json.dumps(message).encode()


class Client:
    """One connection on a bare socket: a request made beforehand, its answer, the same request again."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self._request = request

    def send(self, now: float) -> None:
        self.began = now
        assert self.socket.send(self._request) == len(self._request)

    def check_answer(self) -> None:
        """Read an answer, which is so short that it comes whole."""
        answer = self.socket.recv(4096)
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        assert answer.endswith(b'{"code":0}'), answer


def load(port: int, connections: int, seconds: float) -> tuple[list[float], float]:
    """Post from `connections` clients for `seconds`; returns the time of each answer, and the whole time.

    Clients share two cores with the receiver, so they do next to nothing: no event loop, no parsing, one clock.
    """
    body = notification()
    request = f"POST /callback HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    taken: list[float] = []
    with select.epoll() as ready:
        clients = {client.socket.fileno(): client for client in (Client(port, request) for _ in range(connections))}
        began = time.perf_counter()
        for handle, client in clients.items():
            ready.register(handle, select.EPOLLIN)
            client.send(began)
        while clients:
            for handle, _ in ready.poll():
                client = clients[handle]
                client.check_answer()
                now = time.perf_counter()
                taken.append(now - client.began)
                if now - began < seconds:
                    client.send(now)
                else:
                    ready.unregister(handle)
                    clients.pop(handle).socket.close()
    return taken, time.perf_counter() - began


def commits(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("aftercast_collect_commits_total ")))


def bare_loop(path: Path, line: bytes, group: int, seconds: float) -> float:
    """Append `group` lines and sync, again and again; returns lines a second."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    content, count, began = line * group, 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        os.write(handle, content)
        os.fdatasync(handle)
        count += group
    elapsed = time.perf_counter() - began
    os.close(handle)
    return count / elapsed


def measure(folder: Path, connections: int, seconds: float) -> dict[str, float]:
    source = folder / "site_src"
    source.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "collect", "--source", str(source), "--port", "0"],
        env=os.environ | {"AFTERCAST_CALLBACK_KEYS": KEY, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,  # `-c` looks there first
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        port = int(process.stdout.readline().rpartition(":")[2])
        load(port, connections, min(1.0, seconds))
        segment = next((source / "recordings" / "callbacks").glob("*.jsonl"))
        line = segment.read_bytes().split(b"\n", 1)[0] + b"\n"
        taken: list[float] = []
        elapsed, bare, alone, began = 0.0, 0.0, 0.0, commits(port)
        for _ in range(ROUNDS):
            before = commits(port)
            more, passed = load(port, connections, seconds / ROUNDS)
            taken += more
            elapsed += passed
            group = max(1, round(len(more) / (commits(port) - before)))
            bare += bare_loop(folder / "bare.jsonl", line, group, seconds / ROUNDS) / ROUNDS
            alone += bare_loop(folder / "bare.jsonl", line, 1, seconds / ROUNDS) / ROUNDS
        group = max(1, round(len(taken) / (commits(port) - began)))
    finally:
        process.terminate()
        process.wait()
    stored = segment.read_bytes().count(b"\n")
    assert stored >= len(taken), "fewer lines than acknowledgements"
    taken.sort()
    return {
        "connections": connections,
        "acks_per_second": round(len(taken) / elapsed, 1),
        "p50_ms": round(taken[len(taken) // 2] * 1000, 2),
        "p99_ms": round(taken[len(taken) * 99 // 100] * 1000, 2),
        "records_per_sync": group,
        "bare_per_second": round(bare, 1),
        "ratio": round(len(taken) / elapsed / bare, 3),
        "to_sync_each": round(len(taken) / elapsed / alone, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 16, 64])
    parser.add_argument("--folder", type=Path, default=None, help="on the file system to measure")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    for connections in options.connections:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            rows.append(measure(Path(folder), connections, options.seconds))
    if options.json:
        print(json.dumps({"receiver": rows, "goal": GOAL}))
        return
    print(f"goal: {GOAL['acks_per_second']} acks/s, p99 below {GOAL['p99_ms']} ms, {GOAL['ratio']} of the bare loop")
    print("".join(f"{name:>18}" for name in rows[0]))
    for row in rows:
        print("".join(f"{value:>18}" for value in row.values()))


if __name__ == "__main__":
    main()
