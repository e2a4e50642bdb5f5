"""What the receiver's tests share: a receiver in a thread, good messages, raw sockets, and reading the log back."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from builder.collect.disk import Disk
from builder.collect.limits import Limits
from builder.collect.line import decode
from builder.collect.metrics import Counters
from builder.collect.rebuild import Rebuilder
from builder.collect.receiver import DEFAULT_PATHS, Setting, serve

HOSTILE = Path(__file__).parents[1] / "hostile"
KEY = b"hostile-corpus-key"
NOW_S = 1_757_065_592  # 2025-09-05T09:46:32Z, the clock of the corpus
DAY = "2025-09-05"
DEADLINE = 60.0


def body_of(file_id: str = "7700000000000000001", *, key: bytes = KEY, t: int = NOW_S + 600, **more: Any) -> bytes:
    """Return a notification that is signed with `key`."""
    sign = hashlib.md5(key + b"%d" % t).hexdigest()
    message = {"event_type": 100, "stream_id": "stream_test", "file_id": file_id, **more, "sign": sign, "t": t}
    return json.dumps(message).encode()


def request_of(body: bytes, path: str = "/callback", *extra: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}", *extra]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Answer:
    """One parsed answer."""

    def __init__(self, head: bytes, body: bytes) -> None:
        self.status = int(head.split(b" ", 2)[1])
        self.head = head.decode()
        self.body = body

    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """A client's connection that reads answer after answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        self._rest = b""

    def send(self, content: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # the receiver may refuse before it has read everything
            self.socket.sendall(content)

    def answer(self) -> Answer | None:
        """Return the next final answer, or None when the connection ends first."""
        while True:
            head = self._until(b"\r\n\r\n")
            if head is None:
                return None
            if head.startswith(b"HTTP/1.1 1"):
                continue
            fields = dict(line.lower().split(b": ", 1) for line in head.strip().split(b"\r\n")[1:])
            return Answer(head, self._exactly(int(fields[b"content-length"])))

    def last(self) -> tuple[bytes | None, bytes]:
        """Return the head of an answer, and all that follows it to the end of the connection."""
        head = self._until(b"\r\n\r\n")
        while self._more():
            pass
        return head, self._rest

    def is_closed(self) -> bool:
        """Wait for the end of the connection."""
        with contextlib.suppress(ConnectionError):
            while self.socket.recv(4096):
                pass
        return True

    def close(self) -> None:
        self.socket.close()

    def _more(self) -> bool:
        try:
            piece = self.socket.recv(65536)
        except ConnectionError:
            return False
        self._rest += piece
        return bool(piece)

    def _until(self, mark: bytes) -> bytes | None:
        while mark not in self._rest:
            if not self._more():
                return None
        head, _, self._rest = self._rest.partition(mark)
        return head

    def _exactly(self, count: int) -> bytes:
        while len(self._rest) < count and self._more():
            pass
        body, self._rest = self._rest[:count], self._rest[count:]
        return body


class Running:
    """A receiver that runs in a thread of this process, with the corpus' clock."""

    def __init__(self, folder: Path, port: int, said: list[str]) -> None:
        self.folder = folder
        self.port = port
        self.said = said

    def exchange(self, content: bytes) -> Answer | None:
        """Send bytes on a connection of their own and return the first answer."""
        line = Line(self.port)
        try:
            line.send(content)
            return line.answer()
        finally:
            line.close()

    def post(self, body: bytes, path: str = "/callback", *extra: str) -> int:
        answer = self.exchange(request_of(body, path, *extra))
        assert answer is not None, "the receiver closed without an answer"
        return answer.status

    def get(self, path: str) -> Answer:
        answer = self.exchange(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert answer is not None
        return answer

    def metric(self, text: str) -> int:
        """Return the value of one metric line, 0 when it is not there."""
        for line in self.get("/-/metrics").body.decode().splitlines():
            if line.startswith(f"aftercast_collect_{text} "):
                return int(line.split()[-1])
        return 0

    def bodies(self) -> list[str]:
        return stored_bodies(self.folder)


def stored_bodies(folder: Path) -> list[str]:
    """Return the bodies of all whole lines, in the order of segments; a torn or damaged line fails the test."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        content = path.read_bytes()
        assert not content or content.endswith(b"\n"), path
        for line in content.split(b"\n")[:-1]:
            stored = decode(line)
            assert stored is not None, line
            found.append(stored.body)
    return found


@contextlib.contextmanager
def running(
    folder: Path,
    *,
    keys: tuple[bytes, ...] = (KEY,),
    clock: Callable[[], int] = lambda: NOW_S * 1000,
    limits: Limits | None = None,
    disk: Disk | None = None,
    paths: tuple[str, ...] = DEFAULT_PATHS,
    redact: Callable[[Any], str] | None = None,
    build: Callable[[Counters], Rebuilder] | None = None,
    probe_seconds: float = 0.02,
    stuck_seconds: float = 10.0,
    stop_seconds: float = 10.0,
) -> Iterator[Running]:
    """Run a receiver until the block ends; what it raises is raised here."""
    said: list[str] = []
    state: dict[str, Any] = {}
    started = threading.Event()

    async def main() -> None:
        stop = state["stop"] = asyncio.Event()
        state["loop"] = asyncio.get_running_loop()

        def listening(address: str) -> None:
            state["port"] = int(address.rpartition(":")[2])
            started.set()

        setting = Setting(
            folder=folder,
            keys=keys,
            clock=clock,
            say=said.append,
            paths=paths,
            limits=limits or Limits(),
            disk=disk or Disk(),
            redact=redact,
            build=build,
            probe_seconds=probe_seconds,
            stuck_seconds=stuck_seconds,
            stop_seconds=stop_seconds,
        )
        state["counters"] = await serve(setting, listening, stop)

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            state["error"] = error
        finally:
            started.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert started.wait(DEADLINE)
        if "error" not in state:
            yield Running(folder, state["port"], said)
    finally:
        if "port" in state:
            state["loop"].call_soon_threadsafe(state["stop"].set)
        thread.join(DEADLINE)
    assert not thread.is_alive(), "the receiver did not stop"
    if "error" in state:
        raise state["error"]
    assert state["counters"].value("internal_errors_total") == 0, said
