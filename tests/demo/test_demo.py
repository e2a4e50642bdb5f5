"""The demo site: its table, its records, its media, and what a build makes of them."""

import json
import re
import shutil
from collections import Counter
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import pytest

from builder import cli
from builder.config import load_config
from builder.content import load_content
from builder.demo import media
from builder.demo.picture import clock_pictures
from builder.demo.records import files
from builder.demo.schedule import SHOWS, MediaFile, Run
from builder.media import public_url
from builder.model import Notice, Problem
from builder.sources import SourceSettings, find_sources, read

SITE = Path(__file__).parents[2] / "site_src"
START = datetime(2026, 3, 3, 19, 30, 12)


@pytest.fixture(scope="module")
def items():
    """Every item of the demo's records, with its file."""
    return [(file.relative, entry.item) for file in find_sources(SITE) for entry in read(file, None, SourceSettings())]


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    """The demo, built without its media."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(SITE, folder / "site_src", ignore=shutil.ignore_patterns("media"))
    status = cli.run(["build", "--source", str(folder / "site_src"), "--output", str(folder / "output")])
    assert status == 0
    return folder / "output"


def replays(output: Path) -> list[dict]:
    """The player's data of every watch page of the first language."""
    pages = [path.read_text(encoding="utf-8") for path in sorted(output.glob("replays/2026/*/*/*/index.html"))]
    found = [re.search(r'class="replay">(.*?)</script>', page, re.DOTALL) for page in pages]
    return [json.loads(match[1]) for match in found if match]


def test_the_committed_records_are_those_of_the_table():
    """`make golden` would change nothing."""
    committed = {
        path.relative_to(SITE / "recordings").as_posix(): path.read_bytes().decode("utf-8")
        for path in (SITE / "recordings").rglob("*")
        if path.is_file()
    }

    assert committed == files()


def test_the_records_hold_what_a_real_archive_holds(items):
    """Recordings in every form, and a few that no one can use."""
    problems = Counter(item.code for _, item in items if isinstance(item, Problem))
    formats = Counter(item.told.format for _, item in items if isinstance(item, Notice) and item.told)

    assert problems == {"bad_json": 1, "bad_field": 1, "bad_url": 1}
    assert set(formats) == {"mp4", "hls", "flv", "aac"}


def test_every_published_address_has_a_file(items):
    """What the site plays is what the media writer writes."""
    config = load_config(SITE, {})
    written = {f"/static/media/{file.path}" for show in SHOWS for run in show.runs for file in run.files}
    urls = [item.told.url for _, item in items if isinstance(item, Notice) and item.told]
    published = {public_url(url, config.media) for url in urls}

    assert None in published  # the record of a host that is not listed
    strangers = published - written - {None}
    assert all("api-task" in url or re.search(r"/\w{8}528589(08|0[0-9])", url) for url in strangers)


def test_the_profiles_claim_all_streams_but_two():
    """One broadcaster stays unknown on purpose, and so does the vendor's odd sample."""
    content = load_content(SITE, load_config(SITE, {}))

    assert [vj.slug for vj in content.vjs] == ["alice", "bruno", "lin", "xiaoyu"]
    assert content.problems == ()


def test_the_demo_has_more_than_25_broadcasts_over_three_months(output):
    """Enough for every kind of page to have something on it."""
    found = replays(output)

    assert len(found) == 30
    assert {replay["id"][:7] for replay in found} == {"2026/03", "2026/04", "2026/05"}
    assert len({replay["vj"] for replay in found}) == 6
    assert {track["format"] for replay in found for track in replay["tracks"]} == {"mp4", "hls", "flv", "aac"}
    assert sorted(len(replay["gaps"]) for replay in found)[-3:] == [1, 1, 2]


def test_a_gap_is_as_long_as_the_silence_was(output):
    """Interrupted twice: 40 and 210 seconds."""
    (shaky,) = [replay for replay in replays(output) if replay["title"] == "A shaky Tuesday"]

    assert [[round(end - start) for start, end in shaky["gaps"]], round(shaky["length"])] == [[40, 210], 1870]


def run_of(*cut: MediaFile, seconds: int = 40) -> Run:
    return Run("r", START, seconds, "test", (112, 150), cut)


def piece(path: str, format_: str, offset: int, seconds: int) -> MediaFile:
    return MediaFile(path, format_, offset, seconds, "1", START + timedelta(seconds=offset))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Four files of one run of 40 seconds."""
    folder = tmp_path_factory.mktemp("media")
    run = run_of(
        piece("a/f0.mp4", "mp4", 0, 20),
        piece("b/f0.mp4", "mp4", 20, 20),
        piece("c/playlist.m3u8", "hls", 0, 40),
        piece("d/f0.flv", "flv", 0, 40),
        piece("e/f0.aac", "aac", 0, 40),
    )
    media.write_all((run,), folder, jobs=1)
    return run, folder


def seconds_of(path: Path) -> float:
    with av.open(str(path)) as container:
        streams = {stream.type: stream for stream in container.streams}
        if "video" in streams:
            times = [packet.pts * packet.time_base for packet in container.demux(streams["video"]) if packet.size]
            tenths = [round((time - times[0]) * 10) for time in times]
            assert tenths == [each for second in range(len(times) // 2) for each in (second * 10, second * 10 + 9)]
            return len(times) / 2
        stream = streams["audio"]
        return float(
            sum(packet.duration or 0 for packet in container.demux(stream)) * (stream.time_base or Fraction(0))
        )


def test_every_file_is_as_long_as_its_record_says(written):
    """A new picture each second and again just before the next, and as much sound."""
    run, folder = written

    lengths = {file.path: seconds_of(folder / file.path) for file in run.files}

    assert lengths == {file.path: pytest.approx(file.seconds, abs=0.07) for file in run.files}


def test_a_slice_begins_with_the_picture_of_its_own_moment(written):
    """The clock in the picture is the wall clock: nothing is a second off at a seam."""
    _, folder = written
    pictures = list(clock_pictures(START, 40, "test"))
    with av.open(str(folder / "b" / "f0.mp4")) as container:
        frame = next(container.decode(video=0))
    first = bytes(frame.planes[0])[: len(pictures[0])]

    distances = [sum(abs(a - b) for a, b in zip(first[::7], picture[::7], strict=True)) for picture in pictures]

    assert distances.index(min(distances)) == 20


def test_what_is_there_is_not_written_again(written):
    """And what no record asks for is removed."""
    run, folder = written
    (folder / "stray").mkdir()
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.*") if path.is_file()}

    assert media.write_all((run,), folder, jobs=1) == 0

    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert not (folder / "stray").exists()
