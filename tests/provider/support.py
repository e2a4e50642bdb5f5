"""What tests of the provider share: a receiver in a process of its own, a provider of one function, sessions as told."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from builder.simulate.running import Running

KEY = "practice key"
COMMAND = [sys.executable, "-m", "builder"]
ENVIRON = {
    **os.environ,
    "AFTERCAST_CALLBACK_KEYS": KEY,
    "AFTERCAST_SLUG_KEY": "a test key of the tests",
    "TENCENTCLOUD_SECRET_ID": "practice-id",
    "TENCENTCLOUD_SECRET_KEY": "practice-secret",
    "AFTERCAST_LEGACY_APPID": "1250000000",
    "AFTERCAST_LEGACY_KEY": "practice-legacy",
}


def aftercast(*arguments: str) -> str:
    """Run a command to its end and return what it printed; a failure fails the test with what it said."""
    done = subprocess.run([*COMMAND, *arguments], check=False, capture_output=True, text=True, env=ENVIRON, timeout=300)
    assert done.returncode == 0, f"{arguments} exited with {done.returncode}: {done.stderr[-3000:]}"
    return done.stdout


def new_site(root: Path) -> Path:
    source = root / "site_src"
    (source / "recordings").mkdir(parents=True)
    return source


@contextmanager
def kept_port() -> Iterator[int]:
    """Give a port that nobody listens on, and that the system gives to nobody: a receiver that asks for it gets it."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


class Receiver:
    """`aftercast collect` on a free port."""

    def __init__(self, source: Path, port: int = 0) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "collect", "--source", str(source), "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=ENVIRON,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.port = int("".join(letter for letter in line.rsplit(":", 1)[-1] if letter.isdigit()))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/callback"

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


class Provider:
    """Answers calls of the API 3.0 by one function: what was asked, its action among it → the `Response`."""

    def __init__(self, answer: Callable[[dict], dict]) -> None:
        self.answer = answer
        self.asked: list[dict] = []

    async def __call__(self, scope, receive, send) -> None:
        body = b""
        while (message := await receive()).get("more_body") or message["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        action = dict(scope["headers"])[b"x-tc-action"].decode()
        self.asked.append({**json.loads(body), "action": action})
        answer = json.dumps({"Response": {**self.answer(self.asked[-1]), "RequestId": str(len(self.asked))}}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


@contextmanager
def serving(app: object) -> Iterator[str]:
    """Serve an ASGI application and give its address."""
    running = Running(app, 0)
    try:
        yield f"http://127.0.0.1:{running.port}"
    finally:
        running.stop()


def media(file_id: str, end: int, **basic: object) -> dict:
    """Return a recording of ten minutes as the media library tells it."""
    begin_text, end_text = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (end - 600, end))
    live = {"Domain": "push.example.com", "Path": "live", "StreamId": "s",
            "RecordStartTime": begin_text, "RecordEndTime": end_text}  # fmt: skip
    return {
        "FileId": file_id,
        "BasicInfo": {
            "Name": "x", "CreateTime": end_text, "Type": "mp4", "Status": "Normal",
            "MediaUrl": f"http://1250000000.vod2.myqcloud.com/a/{file_id}/f0.mp4",
            "SourceInfo": {"SourceType": "Record", "LiveRecordInfo": live}, **basic,
        },
        "MetaData": {"Size": 1000, "Duration": 600.0, "Container": "mp4"},
    }  # fmt: skip


def sessions_of(source: Path) -> list[dict]:
    """Return the sessions in the shape of the truth, sorted."""
    found = []
    for line in aftercast("sessions", "--json", "--source", str(source)).splitlines():
        session = json.loads(line)
        formats = {track["format"]: [part["file_id"] for part in track["parts"]] for track in session["tracks"]}
        assert session["others"] == []
        found.append({name: formats[name] for name in sorted(formats)})
    return sorted(found, key=json.dumps)


def truth_in(world_truth: dict) -> list[dict]:
    return sorted((one["files"] for one in world_truth["broadcasts"]), key=json.dumps)
