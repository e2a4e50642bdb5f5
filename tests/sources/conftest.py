"""What the tests of reading share: a folder of recordings, and a callback that is right in every field."""

import json
from pathlib import Path

import pytest

from builder.sources import Entry, SourceSettings, find_sources, read

CALLBACK = {
    "event_type": 100,
    "appid": 1250000000,
    "app": "push.example.com",
    "appname": "live",
    "stream_id": "demo",
    "channel_id": "demo",
    "file_id": "5200000000000000002",
    "record_file_id": "5200000000000000002",
    "file_format": "mp4",
    "task_id": "18288319047887900000",
    "start_time": 1642089445,
    "start_time_usec": 316441,
    "end_time": 1642089598,
    "end_time_usec": 618577,
    "duration": 154,
    "file_size": 277941079,
    "media_start_time": 135802,
    "record_bps": 0,
    "stream_param": "txSecret=CANARYTXSECRET0009&txTime=61DFE000",
    "callback_ext": '{"video_codec":"h264","resolution":"640x480","session_id":"1820625260470000000"}',
    "record_temp_id": "1569000",
    "video_url": "http://1250000000.vod2.myqcloud.com/0123abcdvodcq1250000000/4567ef/f0.mp4",
    "t": 1642090198,
    "sign": "db42cc634029fd6c3320cc23eeccff23",
}


class Folder:
    """A source folder whose files are written and read in one breath."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "recordings").mkdir()

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.root / "recordings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def file(self, name: str):
        return next(file for file in find_sources(self.root) if file.relative == f"recordings/{name}")

    def entries(self, name: str, keys: tuple[bytes, ...] = ()) -> list[Entry]:
        return list(read(self.file(name), None, SourceSettings(keys)))

    def items(self, content: bytes | str, keys: tuple[bytes, ...] = ()) -> list:
        self.write("one", content)
        return [entry.item for entry in self.entries("one", keys)]

    def item(self, content: bytes | str | dict, keys: tuple[bytes, ...] = ()):
        text = json.dumps(content, ensure_ascii=False) if isinstance(content, dict) else content
        items = self.items(text, keys)
        assert len(items) == 1, items
        return items[0]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


@pytest.fixture
def callback():
    return lambda **changed: {key: value for key, value in {**CALLBACK, **changed}.items() if value is not ...}


@pytest.fixture
def line(callback):
    return lambda **changed: json.dumps(callback(**changed), separators=(",", ":"))
