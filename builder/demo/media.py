"""The demo's media: real H.264 and AAC in mp4, HLS, FLV and ADTS, as long as the records say.

A new picture each second is enough for a clock, and makes an hour cheap. Each comes twice, the second time just before
the next: of two pictures Chromium shows the one whose time is nearer, and would show each second half a second early.
A run (what was broadcast without a break) is encoded once; every file cuts its piece out of it at a key frame,
without encoding again. The sound is a minute of soft ticks, encoded once and repeated. Files whose recipe did not
change are left alone.
"""

from __future__ import annotations

import hashlib
import math
import multiprocessing
import shutil
import struct
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import av
import msgspec
from av.audio.frame import AudioFrame
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame

from builder.demo.picture import HEIGHT, WIDTH, clock_pictures
from builder.demo.schedule import KEY_SECONDS, MediaFile, Run
from builder.parent import end_with_parent

RECIPE = 2  # raised when pictures or sound are made in another way: everything is written anew
PICTURE_RATE = 10  # times at which there can be a picture, in a second
PICTURE_TIMES = (0, 9)  # those at which there is one: when it is new, and once again
RATE = 16_000
SAMPLES = 1024  # of one AAC packet
LOOP_PACKETS = 1_000  # 64 s: a whole number of packets and of seconds
WARM_UP_PACKETS = 125  # 8 s that the encoder needs to find its rate; players guess a length from the first packets
SEGMENT_SECONDS = 60
TICKS, HUM = ".ticks.m4a", ".hum.m4a"
_SOUNDS = {TICKS: 0, HUM: 900}  # a hum makes all packets alike: players guess the length of an AAC file from them
_CONTAINERS = {"mp4": "mp4", "hls": "hls", "flv": "flv", "aac": "adts"}
_OPTIONS = {
    "mp4": {"movflags": "+faststart", "fflags": "+bitexact"},
    "hls": {
        "hls_time": str(SEGMENT_SECONDS),
        "hls_list_size": "0",
        "hls_playlist_type": "vod",
        "hls_segment_options": "pat_period=60:sdt_period=60",
        "max_delay": "700000",  # several packets of sound share one packet of the transport stream
    },
    "flv": {"flvflags": "add_keyframe_index"},
    "adts": {},
}


def write_all(runs: tuple[Run, ...], folder: Path, jobs: int) -> int:
    """Write every media file of the runs below the folder, remove what is no longer theirs; return how many anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, hum in _SOUNDS.items():
        _write_sound(folder / name, hum)
    _tidy(runs, folder)
    stale = [run for run in runs if not _is_fresh(run, folder)]
    if jobs == 1:
        list(map(_write_run, stale, [folder] * len(stale)))
        return len(stale)
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), end_with_parent) as pool:
        list(pool.map(_write_run, stale, [folder] * len(stale)))
    return len(stale)


def _tidy(runs: tuple[Run, ...], folder: Path) -> None:
    """Remove what an earlier table asked for."""
    folders = {file.path.split("/")[0] for run in runs for file in run.files}
    names = folders | {f".{run.name}.stamp" for run in runs} | _SOUNDS.keys()
    for path in sorted(folder.iterdir()):
        if path.name not in names:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _recipe(run: Run) -> str:
    files = [msgspec.structs.astuple(file)[:4] for file in run.files]
    told = msgspec.json.encode((RECIPE, run.start, run.seconds, run.caption, run.tint, files))
    return hashlib.sha256(told).hexdigest()


def _is_fresh(run: Run, folder: Path) -> bool:
    """Say whether the run's stamp fits; it is written after its files."""
    if not all((folder / file.path).is_file() for file in run.files):
        return False
    stamp = folder / f".{run.name}.stamp"
    return stamp.is_file() and stamp.read_text() == _recipe(run)


def _write_run(run: Run, folder: Path) -> None:
    master = folder / f".{run.name}.master.mp4"
    if any(file.format != "aac" for file in run.files):
        _encode(run, master)
    for file in run.files:
        target = folder / file.path
        shutil.rmtree(target.parent, ignore_errors=True)
        target.parent.mkdir(parents=True)
        _cut(master, folder / (HUM if file.format == "aac" else TICKS), file, target)
    master.unlink(missing_ok=True)
    (folder / f".{run.name}.stamp").write_text(_recipe(run))


def _encode(run: Run, target: Path) -> None:
    """Encode the clock of a run, a key frame every few seconds."""
    with av.open(str(target), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=PICTURE_RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {
            "preset": "veryfast",
            "tune": "stillimage",
            "crf": "34",
            "bf": "0",
            "rc-lookahead": "0",
            "threads": "1",
        }
        stream.codec_context.gop_size = KEY_SECONDS * len(PICTURE_TIMES)
        frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for plane, value in zip(frame.planes[1:], run.tint, strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        for second, luma in enumerate(clock_pictures(run.start, run.seconds, run.caption)):
            frame.planes[0].update(luma)
            for time in PICTURE_TIMES:
                frame.pts = second * PICTURE_RATE + time
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _cut(master: Path, sound: Path, file: MediaFile, target: Path) -> None:
    """Write one file: the run's pictures from one second to another, and as much sound."""
    kind = _CONTAINERS[file.format]
    options = dict(_OPTIONS[kind])
    if kind == "hls":
        options["hls_segment_filename"] = str(target.parent / "%03d.ts")
    with av.open(str(sound)) as ticks, av.open(str(target), "w", format=kind, options=options) as container:
        if file.format == "aac":
            for packet in _sound(ticks, container, file.seconds):
                container.mux(packet)
            return
        with av.open(str(master)) as pictures:
            _mux(_pictures(pictures, container, file), _sound(ticks, container, file.seconds), container)


def _mux(pictures: Iterator[av.Packet[Any]], sound: Iterator[av.Packet[Any]], container: OutputContainer) -> None:
    """Write both streams in the order of their times."""
    waiting = next(sound, None)
    for packet in pictures:
        while waiting is not None and _time(waiting) <= _time(packet):
            container.mux(waiting)
            waiting = next(sound, None)
        container.mux(packet)
    while waiting is not None:
        container.mux(waiting)
        waiting = next(sound, None)


def _time(packet: av.Packet[Any]) -> float:
    return float((packet.dts or 0) * packet.time_base) if packet.time_base else 0.0


def _pictures(source: InputContainer, container: OutputContainer, file: MediaFile) -> Iterator[av.Packet[Any]]:
    stream = source.streams.video[0]
    output = container.add_stream_from_template(stream)
    assert stream.time_base is not None
    first = round(file.offset / stream.time_base)
    last = round((file.offset + file.seconds) / stream.time_base)

    def packets() -> Iterator[av.Packet[Any]]:
        for packet in source.demux(stream):
            if packet.pts is None or not first <= packet.pts < last:
                continue
            packet.pts -= first
            packet.dts = packet.pts
            packet.stream = output
            yield packet

    return packets()


def _sound(source: InputContainer, container: OutputContainer, seconds: int) -> Iterator[av.Packet[Any]]:
    """Repeat the packets of the ticks for as long as the file lasts."""
    stream = source.streams.audio[0]
    output = container.add_stream_from_template(stream)
    base = stream.time_base
    assert base is not None
    loop = [bytes(packet) for packet in source.demux(stream) if packet.pts is not None][WARM_UP_PACKETS:][:LOOP_PACKETS]

    def packets() -> Iterator[av.Packet[Any]]:
        for number in range(round(seconds * RATE / SAMPLES)):
            packet = av.Packet(loop[number % len(loop)])
            packet.stream = output
            packet.time_base = base
            packet.pts = packet.dts = number * SAMPLES
            packet.duration = SAMPLES
            packet.is_keyframe = True
            yield packet

    return packets()


def _write_sound(target: Path, hum: int) -> None:
    """Encode the minute of sound that everything repeats: a tick each second, a higher one each tenth."""
    if target.is_file():
        return
    low, high = _second(660, hum), _second(990, hum)
    length = (WARM_UP_PACKETS + LOOP_PACKETS + 8) * SAMPLES // RATE
    samples = b"".join(low if second % 10 else high for second in range(length))
    with av.open(str(target), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=RATE)
        stream.layout = "mono"
        stream.bit_rate = 4_000
        for start in range(0, len(samples) - SAMPLES * 2, SAMPLES * 2):
            frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
            frame.planes[0].update(samples[start : start + SAMPLES * 2])
            frame.sample_rate, frame.pts = RATE, start // 2
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _second(pitch: int, hum: int) -> bytes:
    """Return one second of sound: a tick over a hum."""

    def level(at: int) -> float:
        ground = math.sin(2 * math.pi * 220 * at / RATE) + math.sin(2 * math.pi * 330 * at / RATE)
        tick = 4000 * math.exp(-at / 500) * math.sin(2 * math.pi * pitch * at / RATE) if at < 4000 else 0
        return hum * ground + tick

    return b"".join(struct.pack("<h", round(level(at))) for at in range(RATE))
