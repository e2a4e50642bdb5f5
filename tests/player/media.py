"""Small media made on the spot: pictures that carry their own session time as sixteen bars, and a quiet tone."""

from __future__ import annotations

import array
import math
from pathlib import Path

import av

WIDTH, HEIGHT = 160, 96
RATE = 10
BARS = 16
SAMPLES = 44100
AAC_FRAME = 1024
WAVE = array.array("f", (0.05 * math.sin(i * 20 * math.pi / AAC_FRAME) for i in range(AAC_FRAME))).tobytes()


def _picture(tenths: int) -> av.VideoFrame:
    """A grey picture whose sixteen bars spell `tenths` of a second, the highest bit on the left."""
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    wide = WIDTH // BARS
    row = b"".join((b"\xeb" if tenths >> (BARS - 1 - bar) & 1 else b"\x10") * wide for bar in range(BARS))
    for index, plane in enumerate(frame.planes):
        line = row if index == 0 else b"\x80" * plane.width
        plane.update((line + b"\0" * (plane.line_size - len(line))) * plane.height)
    return frame


def _tone(first: int) -> av.AudioFrame:
    frame = av.AudioFrame("fltp", "mono", AAC_FRAME)
    frame.sample_rate = SAMPLES
    frame.planes[0].update(WAVE)
    frame.pts = first
    return frame


def make(path: Path, seconds: float, *, from_second: float = 0) -> Path:
    """Write an mp4 file; `from_second` is the session time that its first picture shows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as out:
        settings = {"preset": "ultrafast", "g": str(RATE), "bf": "0", "threads": "1"}
        video = out.add_stream("h264", rate=RATE, options=settings)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = out.add_stream("aac", rate=SAMPLES, layout="mono")
        sample = 0
        for number in range(round(seconds * RATE)):
            picture = _picture(round(from_second * 10) + number * 10 // RATE)
            picture.pts = number
            out.mux(video.encode(picture))
            while sample + AAC_FRAME <= (number + 1) * SAMPLES / RATE:
                out.mux(audio.encode(_tone(sample)))
                sample += AAC_FRAME
        for stream in (video, audio):
            out.mux(stream.encode(None))
    return path


def repack(source: Path, path: Path) -> Path:
    """Write the same media in the format of another file's name; of AAC the sound alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = {".flv": "flv", ".aac": "adts", ".m3u8": "hls"}[path.suffix]
    settings = {"hls_time": "2", "hls_list_size": "0", "hls_playlist_type": "vod"} if kind == "hls" else {}
    with av.open(str(source)) as came, av.open(str(path), "w", format=kind, options=settings) as out:
        streams = came.streams.audio if kind == "adts" else came.streams
        copies = {stream.index: out.add_stream_from_template(stream) for stream in streams}
        for packet in came.demux(*streams):
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                out.mux(packet)
    return path
