"""What tests of the provider share: a receiver in a process of its own, and sessions in the shape of the truth."""

import json
import os
import subprocess
import sys
from pathlib import Path

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
