"""What every site of these tests serves: parts of one broadcast, our modules as a build makes them, the engines."""

from __future__ import annotations

from pathlib import Path

from builder import shrink
from tests.player import media, pages
from tests.player.server import Host

POSTER = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><rect width="16" height="9" fill="#333"/></svg>'


def make_clips(folder: Path) -> Path:
    """Make parts of one broadcast: 0-6, 6-12, then a loss of a minute, 72-80; as mp4, HLS, FLV and AAC."""
    for number, (at, to) in enumerate([(0, 6), (6, 12), (72, 80)], 1):
        part = media.make(folder / f"p{number}.mp4", to - at, from_second=at)
        for name in (f"p{number}.flv", f"p{number}.aac", f"h{number}/p{number}.m3u8"):
            media.repack(part, folder / name)
    return folder


def serving(clips: Path) -> Host:
    """Serve the player and the parts; pages are for each test to add."""
    assets = pages.ROOT / "templates" / "assets"
    host = Host({"/assets/": assets, "/media/": clips})
    for file in [*assets.glob("*.js"), *assets.glob("player/*.js")]:
        host.texts[f"/assets/{file.relative_to(assets)}"] = shrink.javascript(file.read_text("utf-8")).encode()
    host.texts.update({"/poster.svg": POSTER, **engines()})
    return host


def engines() -> dict[str, bytes]:
    """Return the player engines that the build hook has fetched."""
    vendor = pages.ROOT / "builder" / "_vendor"
    return {
        "/engines/hls.mjs": (vendor / "hls.js" / "hls.light.min.mjs").read_bytes(),
        "/engines/mpegts.js": (vendor / "mpegts.js" / "mpegts.js").read_bytes(),
    }
