"""Small sites for tests of the build: records made here, builds run in this process, trees read back as bytes."""

import copy
import json
from pathlib import Path

import msgspec

from builder.build import BuildReport, Options, build
from builder.cli import run
from builder.places import Places, find_places
from builder.render.engine import pieces_of
from builder.workshop import Workshop

BASE_MS = 1_642_089_600  # 2022-01-13T16:00:00Z, in seconds
ENVIRON = {"AFTERCAST_SLUG_KEY": "a test key of the tests"}
SITE = """\
title: Lampbridge
base_url: https://replays.example.com/
languages: [en, zh]
timezone: Asia/Shanghai
"""
ALICE = """\
---
name: Alice Lamp
streams: [alice]
---
Plays **records**.
"""


def callback(stream: str, number: int, start: int, length: int, *, form: str = "mp4", **more) -> str:
    """Return one line of a callback log: a recording of `length` seconds, `start` seconds after the base."""
    end = BASE_MS + start + length
    body = {
        "event_type": 100,
        "appid": 1250000000,
        "app": "push.example.com",
        "appname": "live",
        "stream_id": stream,
        "channel_id": stream,
        "file_id": f"52{number:017d}",
        "file_format": form,
        "start_time": end - length,
        "end_time": end,
        "duration": length,
        "file_size": length * 1000,
        "video_url": f"http://1250000000.vod2.myqcloud.com/a/{number}/f0.{'m3u8' if form == 'hls' else form}",
        "t": end + 620,
        **more,
    }
    return json.dumps({key: value for key, value in body.items() if value is not None}) + "\n"


class TestSite:
    """A site in a folder of its own, built in this process."""

    __test__ = False

    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = root / "site_src"
        (self.source / "recordings").mkdir(parents=True)
        self.write("site.yaml", SITE)
        self.write("vjs/alice.md", ALICE)
        self.places: Places = find_places(self.source, root / "output", root / "state")
        self.scratch = 0
        self.workshop: Workshop | None = None

    def write(self, name: str, text: str) -> Path:
        path = self.source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def append(self, name: str, text: str) -> None:
        with (self.source / "recordings" / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def build(self, **options) -> BuildReport:
        """Build as `aftercast build` does: everything read anew but the theme, which is kept when it is unchanged."""
        return build(self._loaded(self.places), Options(**options))

    def clean_tree(self) -> dict[str, bytes]:
        """Build the same sources in a fresh place and return what comes out."""
        self.scratch += 1
        fresh = self.root / f"clean{self.scratch}"
        self._forget_pieces()
        places = msgspec.structs.replace(self.places, output=fresh / "output", state=fresh / "state")
        build(self._loaded(places), Options(write_redirects=False))
        return tree(places.output)

    def ask(self, capsys, command: str, *arguments: str) -> list[str]:
        """Return the lines that a command prints of these sources."""
        capsys.readouterr()
        assert run([command, *arguments, "--source", str(self.source), "--state", str(self.places.state)]) == 0
        return capsys.readouterr().out.splitlines()

    def sessions(self, capsys) -> list[dict]:
        """Return the sessions of these sources as the command tells them."""
        return [json.loads(line) for line in self.ask(capsys, "sessions", "--json")]

    def session(self, capsys) -> dict:
        """Return the only session."""
        (found,) = self.sessions(capsys)
        return found

    def tree(self) -> dict[str, bytes]:
        return tree(self.places.output)

    def _forget_pieces(self) -> None:
        """Let the next build render every piece of a page itself, as a new process would."""
        if self.workshop is not None:
            pieces_of(self.workshop.renderer.environment).forget()

    def _loaded(self, places: Places) -> Workshop:
        if self.workshop is None:
            self.workshop = Workshop(self.places, ENVIRON, stays=True)
        else:
            self.workshop.load()
        workshop = copy.copy(self.workshop)
        workshop.places = places
        return workshop


def tree(root: Path) -> dict[str, bytes]:
    """Return every file but top-level dot files, by path."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.relative_to(root).as_posix().startswith(".")
    }


def difference(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Return the paths at which two trees differ, with what differs."""
    lines = [f"only left: {path}" for path in sorted(one.keys() - other.keys())]
    lines += [f"only right: {path}" for path in sorted(other.keys() - one.keys())]
    for path in sorted(one.keys() & other.keys()):
        if one[path] != other[path]:
            at = next((i for i, (a, b) in enumerate(zip(one[path], other[path], strict=False)) if a != b), -1)
            lines.append(
                f"{path}: {one[path][max(0, at - 60) : at + 60]!r} | {other[path][max(0, at - 60) : at + 60]!r}"
            )
    return lines


def site_of(root: Path, workshop: Workshop) -> TestSite:
    """Return a new site that has the theme of another one, which is then read once for many."""
    site = TestSite(root)
    site.workshop = copy.copy(workshop)
    site.workshop.places = msgspec.structs.replace(site.places)
    return site
