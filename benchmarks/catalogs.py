"""Seeded catalogs of any size, as the notifications a provider would send. Invented data only."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

FIRST_MS = 1_640_995_200_000  # 2022-01-01T00:00:00Z
SPAN_SECONDS = 3 * 365 * 86_400
RECORDINGS_PER_STREAM = 60
FILE_RECORDS = 200_000
LINE = (
    '{{"event_type":100,"appid":1250000000,"app":"push.example.com","appname":"live","stream_id":"{stream}",'
    '"channel_id":"{stream}","file_id":"{file}","record_file_id":"{file}","file_format":"{format}","task_id":"{task}",'
    '"start_time":{start},"start_time_usec":316441,"end_time":{end},"end_time_usec":618577,"duration":{length},'
    '"file_size":{size},"media_start_time":135802,"record_bps":0,"stream_param":"txTime=61DFE000",'
    '"video_url":"http://1250000000.vod2.myqcloud.com/0123abcdvodcq1250000000/4567ef01{file}/f0.mp4",'
    '"t":{t},"sign":"{sign}"}}\n'
)


def lines(recordings: int, *, seed: int = 1) -> Iterator[str]:
    """Yield `recordings` notifications, broadcast by broadcast: one to five files each, sometimes with a hole."""
    chance = random.Random(seed)
    streams = max(4, recordings // RECORDINGS_PER_STREAM)
    made = 0
    while made < recordings:
        stream = f"stream{chance.randrange(streams):06d}"
        begin = FIRST_MS // 1000 + chance.randrange(SPAN_SECONDS)
        for _ in range(min(chance.choice((1, 1, 2, 3, 5)), recordings - made)):
            length = chance.randrange(60, 1800)
            yield line(stream, made, begin, length)
            begin += length + chance.choice((0, 1, 2, 40))
            made += 1


def line(stream: str, number: int, begin: int, length: int) -> str:
    """Return one notification of a recording of `length` seconds."""
    t = begin + length + 620
    return LINE.format(
        stream=stream,
        file=f"52{number:017d}",
        format="mp4",
        task=18_000_000_000_000_000_000 + number,
        start=begin,
        end=begin + length,
        length=length,
        size=length * 200_000,
        t=t,
        sign=hashlib.md5(b"examplekey%d" % t, usedforsecurity=False).hexdigest(),
    )


def write(folder: Path, recordings: int, *, duplicates: float = 0.0, seed: int = 1) -> int:
    """Write a site's `recordings/` with that many notifications, a share of them repeated; return the lines written.

    With duplicates, `recordings` counts the lines in all, repeated ones included.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed + 1)
    unique = list(lines(recordings - int(recordings * duplicates), seed=seed))
    everything = unique + chance.choices(unique, k=int(recordings * duplicates))
    if duplicates:
        chance.shuffle(everything)
    for first in range(0, len(everything), FILE_RECORDS):
        name = folder / f"callbacks-{first // FILE_RECORDS:04d}.jsonl"
        name.write_text("".join(everything[first : first + FILE_RECORDS]), encoding="utf-8")
    return len(everything)
