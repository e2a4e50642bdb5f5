"""The demo's world: who broadcast when, what was recorded of it, and how the records tell.

Names, streams and numbers are invented. Everything else of the demo, records and media, is derived from this table, so
that a file is exactly as long as its record says and a gap is as long as the silence was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from builder.model import Value

ZONE = ZoneInfo("Asia/Shanghai")
APPID = 1250000000
APP = "push.example.com"
APPNAME = "live"
KEY_SECONDS = 10  # between two key frames: every cut lies on one
SLICE_SECONDS = 1800
SUFFIX = {"mp4": "f0.mp4", "hls": "playlist.m3u8", "flv": "f0.flv", "aac": "f0.aac"}


class MediaFile(Value, frozen=True):
    """One recorded file: a piece of a run in one format."""

    path: str  # below the media folder, as in the provider's address
    format: str
    offset: int  # seconds from the run's start
    seconds: int
    file_id: str
    start: datetime

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)


class Run(Value, frozen=True):
    """What one push sent without a break, and the files made of it."""

    name: str
    start: datetime
    seconds: int
    caption: str
    tint: tuple[int, int]  # the two colour planes of the picture
    files: tuple[MediaFile, ...]


class Show(Value, frozen=True):
    """One broadcast; `lengths` are seconds on the air and off it in turn."""

    stream: str
    start: str  # in the site's zone
    lengths: tuple[int, ...]
    formats: tuple[str, ...] = ("mp4",)
    shape: str = "v3"  # how its records are told: a generation of the callback, or a list
    place: str = "callbacks/2026-03.jsonl"
    host: str = f"{APPID}.vod2.myqcloud.com"
    playable: bool = True  # False: nothing of it is published, so no media is made
    slice_seconds: int = SLICE_SECONDS

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(_runs(self))


def _runs(show: Show) -> Iterator[Run]:
    start = datetime.fromisoformat(show.start).replace(tzinfo=ZONE)
    at = 0
    for number, seconds in enumerate(show.lengths):
        if number % 2 == 0:
            begin = start + timedelta(seconds=at)
            yield Run(
                name=f"{begin:%Y%m%d-%H%M%S}-{_digest(show.stream)[:6]}",
                start=begin,
                seconds=seconds,
                caption=show.stream.split("_")[0].split("@")[0].strip("-"),
                tint=TINTS.get(show.stream[:3], (128, 128)),
                files=tuple(_files(show, begin, seconds)),
            )
        at += seconds


def _files(show: Show, begin: datetime, seconds: int) -> Iterator[MediaFile]:
    for format_ in show.formats:
        step = seconds if format_ == "hls" else show.slice_seconds
        for offset in range(0, seconds, step):
            start = begin + timedelta(seconds=offset)
            digest = _digest(f"{show.stream} {start.isoformat()} {format_}")
            file_id = f"52858907{int(digest[:12], 16) % 10**11:011d}"
            folder = f"{digest[12:20]}vodcq{APPID}/{digest[20:28]}{file_id}"
            yield MediaFile(
                path=f"{folder}/{SUFFIX[format_]}",
                format=format_,
                offset=offset,
                seconds=min(step, seconds - offset),
                file_id=file_id,
                start=start,
            )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


TINTS = {"ali": (112, 150), "xia": (140, 116), "bru": (150, 136), "lin": (116, 112), "gue": (128, 140)}
MARCH, APRIL, MAY = "callbacks/2026-03.jsonl", "callbacks/2026-04.jsonl", "callbacks/2026-05.log"
OTHER_HOST = "vod.example.com"

SHOWS = (
    # Alice: Tuesdays, one constant stream
    Show("alice_live", "2026-03-03 19:30:12", (1260,), place=MARCH),
    Show("alice_live", "2026-03-10 19:31:05", (540, 100, 860), place=MARCH),  # a reconnect
    Show("alice_live", "2026-03-17 19:30:00", (4200,), ("hls", "mp4", "flv"), place=MARCH),  # everything at once
    Show("alice_live", "2026-03-24 19:28:40", (780,), ("flv",), "v2", MARCH),  # plays on desktops only
    Show("alice_live", "2026-04-07 19:30:20", (900,), ("mp4",), "twice", APRIL),  # a template and a task
    Show("alice_live", "2026-04-14 19:30:00", (960,), ("hls",), "growing", APRIL),
    Show("alice_live", "2026-04-21 19:29:30", (2520,), ("mp4",), "2025", APRIL),
    Show("alice_live", "2026-05-05 19:30:00", (420, 40, 660, 210, 540), place=MAY),  # interrupted twice
    Show("alice_live", "2026-05-12 19:30:10", (1500,), ("mp4", "hls"), "2025", MAY),
    Show("alice_live", "2026-05-16 18:30:00", (840,), ("mp4",), "2025", MAY),  # a Saturday on which four are on the air
    Show("alice_live", "2026-05-26 19:31:00", (1080,), ("mp4",), "2025", MAY),
    # Xiaoyu: every other Thursday, a stream of its own each time
    Show("xiaoyu-0305", "2026-03-05 20:00:00", (840,), ("mp4",), "v1.5", MARCH),
    Show("xiaoyu-0319", "2026-03-19 20:01:30", (1350,), ("hls",), "2021", MARCH),
    Show("xiaoyu-0402", "2026-04-02 20:00:10", (720,), ("mp4", "flv"), "v2", APRIL),
    Show("xiaoyu-0416", "2026-04-16 20:00:00", (1140,), ("mp4",), "v3", APRIL),
    Show("xiaoyu-0430", "2026-04-30 20:00:40", (930,), ("hls",), "export", "exports/media-2026-04.json"),
    Show("xiaoyu-0514", "2026-05-14 20:00:00", (660,), ("mp4",), "v3", MAY, playable=False),  # hidden by its curation
    Show("xiaoyu-0528", "2026-05-28 20:00:20", (1200,), ("mp4", "hls"), "2025", MAY),
    # Bruno: Saturday nights, over midnight
    Show("bruno", "2026-03-07 23:20:00", (2700,), ("mp4",), "v3", MARCH, slice_seconds=900),
    Show("bruno", "2026-03-21 23:40:00", (1650,), ("flv", "mp4"), "filelist", "filelists/bruno-2026-03-21.json"),
    Show("bruno", "2026-04-04 23:30:30", (1950,), ("hls",), "export", "exports/media-2026-04.json"),
    Show("bruno", "2026-04-18 23:00:00", (1440,), ("mp4",), "lines", "exports/media-2026-04.jsonl", playable=False),
    Show("bruno", "2026-05-02 23:15:00", (3600,), ("mp4",), "retries", MAY),
    Show("bruno", "2026-05-16 23:44:50", (900, 120, 750), ("mp4",), "2025", MAY),
    # Lin: a radio, sound only
    Show("linradio", "2026-03-12 08:00:00", (900,), ("aac",), "v3", MARCH),
    Show("linradio", "2026-03-26 08:00:00", (600,), ("aac",), "export", "exports/media-2026-04.json", playable=False),
    Show("linradio", "2026-04-09 08:00:10", (2400,), ("aac",), "v3", APRIL),
    Show("linradio", "2026-05-07 08:00:00", (750,), ("aac",), "console", "exports/console-2026-05.csv"),
    Show("linradio", "2026-05-16 08:00:00", (600,), ("aac",), "2025", MAY),
    Show("studio-b", "2026-05-23 14:00:00", (540,), ("mp4",), "neutral", "exports/studio-b.csv", OTHER_HOST),
    # streams that no profile claims
    Show("guest_7731_main", "2026-04-11 15:04:00", (480,), ("mp4",), "v3", APRIL),
    Show("guest_7731_main", "2026-05-16 15:00:20", (630,), ("mp4",), "received", "callbacks/received.jsonl"),
    Show("2121_@guest#9", "2026-05-09 16:20:00", (360,), ("flv",), "v0", "callbacks/2026-05-09.json"),  # times inverted
)
