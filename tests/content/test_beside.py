"""Captions and storyboards beside a curation: what is read of them, and what is said of a wrong file."""

import pytest

from builder.config import SiteConfig
from builder.content import load_content, vtt
from builder.errors import ConfigError
from builder.model import Captions, Storyboard

JPEG = b"\xff\xd8\xff\xe0 a picture"
HEAD = "WEBVTT\n\n"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "site_src" / "replays"
    folder.mkdir(parents=True)
    (folder / "finale.md").write_text("---\nrecordings: ['1']\n---\n")
    return folder.parent


def put(source, **files):
    """Write files into `replays/`; `finale_en_vtt` is finale.en.vtt."""
    for name, data in files.items():
        raw = data if isinstance(data, bytes) else data.encode()
        (source / "replays" / name.replace("__", "-").replace("_", ".")).write_bytes(raw)


def load(source):
    return load_content(source, SiteConfig(languages=("en", "zh")))


def test_captions_become_lines_of_a_transcript(source):
    """Cues near each other join; tags go, entities are read, who speaks stands in front; notes and styles are left out."""
    put(
        source,
        finale_en_vtt=HEAD
        + "STYLE\n::cue { color: red }\n\nNOTE not shown\n\n"
        + "1\n00:01.000 --> 00:03.500 line:0\n<v.loud Ann>Hello <b>you</b>\n\n"
        + "00:00:04.000 --> 00:00:06.000\nfish &amp; &lt;chips&gt;\n\n"
        + "01:00:00.000 --> 01:00:02.000\nLater\n",
        finale_zh__Hans_vtt="\ufeffWEBVTT - 字幕\r\n\r\n00:01.000 --> 00:02.000\r\n你好\r\n\r\n00:02.000 --> 00:03.000\r\n世界\r\n",
    )

    content = load(source)

    assert content.captions == (
        Captions(
            "replays/finale.en.vtt",
            "replays/finale.md",
            "en",
            ((1000, 6000, "Ann: Hello you fish & <chips>"), (3_600_000, 3_602_000, "Later")),
            last_ms=3_600_000,
        ),
        Captions(
            "replays/finale.zh-Hans.vtt", "replays/finale.md", "zh-Hans", ((1000, 3000, "你好世界"),), last_ms=2000
        ),
    )
    assert [name for name, _ in content.digests] == [
        "replays/finale.en.vtt",
        "replays/finale.md",
        "replays/finale.zh-Hans.vtt",
    ]


def test_a_long_transcript_is_cut_and_says_so(source):
    put(
        source,
        finale_en_vtt=HEAD
        + "".join(
            f"{hour:02}:{minute:02}:00.000 --> {hour:02}:{minute:02}:30.000\nx\n\n"
            for hour in range(7)
            for minute in range(60)
        ),
    )

    (captions,) = load(source).captions

    assert len(captions.lines) == 400
    assert not captions.whole


def test_a_storyboard_names_pictures_beside_it(source):
    """Each picture is read, checked and known by its digest."""
    put(
        source,
        finale_storyboard_vtt=HEAD
        + "00:00.000 --> 00:10.000\ns__1.jpg#xywh=0,0,160,90\n\n".replace("__", "-")
        + "00:10.000 --> 00:20.000\ns-1.jpg#xywh=160,0,160,90\n",
        s__1_jpg=JPEG,
    )

    content = load(source)

    assert content.storyboards == (
        Storyboard("replays/finale.storyboard.vtt", "replays/finale.md", ("replays/s-1.jpg",), ((0, 20_000),), 10_000),
    )
    assert "replays/s-1.jpg" in dict(content.digests)


CUE = "00:00.000 --> 00:10.000\n"
NO_PICTURE = "replays/finale.storyboard.vtt:4: expected a picture beside the file such as `sprite.jpg#xywh=0,0,160,90`,"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"finale_en_vtt": "1\n00:00"}, "replays/finale.en.vtt:1: expected the first line `WEBVTT`, found `1`"),
        ({"finale_en_vtt": "WEBVTTX"}, "replays/finale.en.vtt:1: expected the first line `WEBVTT`, found `WEBVTTX`"),
        (
            {"finale_en_vtt": b"WEBVTT\n\n\xff"},
            "replays/finale.en.vtt:3: expected UTF-8, found the byte 0xff at offset 8",
        ),
        (
            {"finale_en_vtt": HEAD + "0:00 --> 0:01\nx"},
            "replays/finale.en.vtt:3: expected times such as `00:01:02.500 --> 00:01:05.000`, found `0:00 --> 0:01`",
        ),
        (
            {"finale_en_vtt": HEAD + "00:02.000 --> 00:02.000\nx"},
            "replays/finale.en.vtt:3: expected an end after the start, found `00:02.000 --> 00:02.000`",
        ),
        (
            {"finale_en_vtt": HEAD + "00:05.000 --> 00:06.000\nSeen.\n00:09.000 --> 00:10.000\nHidden."},
            "replays/finale.en.vtt:5: expected a blank line before the times of a cue, found none",
        ),
        (
            {"finale_en_vtt": HEAD + "STYLE\n::cue {}\n00:09.000 --> 00:10.000\nHidden."},
            "replays/finale.en.vtt:5: expected a blank line before the times of a cue, found none",
        ),
        (
            {"finale_en_vtt": HEAD + "a\nb\n00:09.000 --> 00:10.000\nHidden."},
            "replays/finale.en.vtt:5: expected a blank line before the times of a cue, found none",
        ),
        ({"other_en_vtt": HEAD}, "replays/other.en.vtt: expected a curation beside it, found no `replays/other.md`"),
        (
            {"finale_vtt": HEAD},
            "replays/finale.vtt: expected a language such as `en` or `storyboard` before `.vtt`, found none",
        ),
        (
            {"finale_e_vtt": HEAD},
            "replays/finale.e.vtt: expected a language such as `en` or `storyboard` before `.vtt`, found `e`",
        ),
        (
            {"finale_storyboard_vtt": HEAD + CUE + "https://example.com/x.jpg"},
            f"{NO_PICTURE} found `https://example.com/x.jpg`",
        ),
        (
            {"finale_storyboard_vtt": HEAD + CUE + "../x.svg"},
            f"{NO_PICTURE} found `../x.svg`",
        ),
        (
            {"finale_storyboard_vtt": HEAD + CUE + "x.jpg"},
            "replays/finale.storyboard.vtt: expected the picture `replays/x.jpg`, found none",
        ),
        (
            {"finale_storyboard_vtt": HEAD + CUE + "x.jpg", "x_jpg": "<svg onload=alert(1)>"},
            "replays/x.jpg: expected the picture its name says, found other data",
        ),
        (
            {"finale_en_vtt": b"WEBVTT\n" + b"x" * vtt.MAX_BYTES},
            f"replays/finale.en.vtt: expected at most {vtt.MAX_BYTES} bytes, found {vtt.MAX_BYTES + 7}",
        ),
    ],
)
def test_a_wrong_file_is_told(source, files, sentence):
    """The message names the file, the line, what was expected and what was found."""
    put(source, **files)

    with pytest.raises(ConfigError) as caught:
        load(source)

    assert caught.value.sentence == f"site_src/{sentence}"


def test_too_many_cues_are_refused(source, monkeypatch):
    monkeypatch.setattr(vtt, "MAX_CUES", 1)
    put(source, finale_en_vtt=HEAD + (CUE + "x\n\n") * 2)

    with pytest.raises(ConfigError, match="expected at most 1 cues, found 2"):
        load(source)
