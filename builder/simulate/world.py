"""What really happened: VJs went live, dropped, came back; the recorder cut files (DOMAIN 4). Pure and seeded.

The distances are chosen so that the truth can be known from the records: a connection that drops comes back within
four minutes, and two broadcasts of one stream lie at least fifteen minutes apart.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from builder.model import Value

APPID = 1250000000
DOMAIN_NAME = "push.example.com"
PATH = "live"
RECONNECT_SECONDS = (5, 240)
PAUSE_SECONDS = (900, 6 * 3600)
SLICE_SECONDS = 1800
BROADCAST_SECONDS = (300, 3 * 3600)
FORMAT_SETS = (("mp4",), ("hls", "mp4"), ("hls", "mp4", "flv"), ("flv",), ("mp4", "aac"))
DAY = 86_400
SUFFIX = {"mp4": "f0.mp4", "hls": "playlist.m3u8", "flv": "f0.flv", "aac": "f0.aac"}
BYTES_PER_SECOND = {"mp4": 200_000, "hls": 210_000, "flv": 205_000, "aac": 12_000}


class File(Value, frozen=True):
    """One recorded file. Times in unix seconds with a fraction; `broadcast` is the index of the broadcast."""

    file_id: str
    stream: str
    format: str
    start: float  # when its content begins
    end: float  # when the recorder stopped writing
    duration: int
    size: int
    url: str
    task_id: str
    broadcast: int


class Push(Value, frozen=True):
    """One connection of the broadcaster."""

    stream: str
    sequence: str
    start: float
    end: float
    errcode: int  # 1: ended on purpose; 3: connection lost (DOMAIN 2.2)


class Broadcast(Value, frozen=True):
    """One broadcast, and the truth about it."""

    index: int
    stream: str
    pushes: tuple[Push, ...]
    files: tuple[File, ...]


class World(Value, frozen=True):
    broadcasts: tuple[Broadcast, ...]

    def files(self) -> list[File]:
        """Return every file in the order in which the recorder finished them."""
        return sorted(
            (file for one in self.broadcasts for file in one.files), key=lambda file: (file.end, file.file_id)
        )

    def pushes(self) -> list[Push]:
        return sorted(
            (push for one in self.broadcasts for push in one.pushes), key=lambda push: (push.start, push.sequence)
        )


def make_world(*, seed: int, vjs: int, start: int, days: float) -> World:
    """Make the world of a seed: `vjs` streams, from unix second `start`, for so many days."""
    chance = random.Random(seed)
    broadcasts: list[Broadcast] = []
    for number in range(vjs):
        stream = f"vj{number + 1}_{chance.randrange(10_000):04d}"
        formats = FORMAT_SETS[number % len(FORMAT_SETS)]
        moment = start + chance.uniform(0, PAUSE_SECONDS[1])
        while moment < start + days * DAY:
            one = make_broadcast(chance, len(broadcasts), stream, formats, moment)
            broadcasts.append(one)
            moment = max(push.end for push in one.pushes) + chance.uniform(*PAUSE_SECONDS)
    return World(tuple(sorted(broadcasts, key=lambda one: (one.pushes[0].start, one.index))))


def make_broadcast(
    chance: random.Random, index: int, stream: str, formats: tuple[str, ...], moment: float
) -> Broadcast:
    """Make one broadcast that begins at `moment`: one to four connections, each recorded in every format."""
    pushes: list[Push] = []
    files: list[File] = []
    connections = chance.choice((1, 1, 1, 2, 3, 4))
    for connection in range(connections):
        length = chance.uniform(*BROADCAST_SECONDS) / connections
        is_last = connection == connections - 1
        sequence = str(chance.randrange(10**18, 2**63 - 1))
        push = Push(stream, sequence, round(moment, 3), round(moment + length, 3), 1 if is_last else 3)
        pushes.append(push)
        for name in formats:
            files += record(chance, index, push, name)
        moment = push.end + chance.uniform(*RECONNECT_SECONDS)
    return Broadcast(index, stream, tuple(pushes), tuple(files))


def record(chance: random.Random, index: int, push: Push, name: str) -> Iterator[File]:
    """Cut one connection into files: HLS is one file, the others are sliced (DOMAIN 4.1)."""
    task = str(chance.randrange(10**18, 2**63 - 1))
    begin = push.start + chance.uniform(0.2, 2.0)  # the recorder needs a moment to begin
    while push.end - begin > 2:
        end = push.end if name == "hls" else min(push.end, begin + SLICE_SECONDS)
        duration = max(1, round(end - begin))
        file_id = str(chance.randrange(52 * 10**17, 53 * 10**17))
        folder = f"{chance.randrange(16**8):08x}vodcq{APPID}/{chance.randrange(16**8):08x}{file_id}"
        yield File(
            file_id=file_id,
            stream=push.stream,
            format=name,
            start=round(end - duration, 3),
            end=round(end, 3),
            duration=duration,
            size=duration * BYTES_PER_SECOND[name],
            url=f"http://{APPID}.vod2.myqcloud.com/{folder}/{SUFFIX[name]}",
            task_id=task,
            broadcast=index,
        )
        begin = end
