"""What lies beside a curation: `finale.en.vtt` are captions, `finale.storyboard.vtt` names small pictures.

Times in both are session time, gaps included. The files are copied as they are, so everything in them is checked here:
that they are what they say, how large they are, and that a storyboard names nothing but pictures of its own folder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from builder import inside
from builder.content import vtt
from builder.content.front import direction_problems
from builder.errors import ConfigError
from builder.model import Captions, Problem, Storyboard, Value

FOLDER = "replays"
SUFFIX = ".vtt"
STORYBOARD = "storyboard"
NAMES = "captions of `replays/finale.md` are `replays/finale.en.vtt`"
MAX_IMAGE_BYTES = 4 * 1024 * 1024
MAX_BYTES = max(MAX_IMAGE_BYTES, vtt.MAX_BYTES)  # of any of the files
MAX_IMAGES = 100
LINE_MS = 12_000  # cues join to one line of the transcript up to this length …
LINE_CHARACTERS = 240  # … and this many characters
TRANSCRIPT_LINES = 400  # a page shows no more of a transcript; the file has all
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_PLACE = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]{0,99}\.(jpe?g|png|webp))(?:#xywh=\d{1,5},\d{1,5},[1-9]\d{0,4},[1-9]\d{0,4})?"
)
_HEADS = {"jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF"}


class Beside(Value, frozen=True):
    """Everything beside the curations of a site, sorted by the files' names."""

    captions: tuple[Captions, ...] = ()
    storyboards: tuple[Storyboard, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


def read_beside(source: Path, curations: Collection[str]) -> Beside:
    """Read what lies beside the curation files named (`replays/finale.md`); the first mistake is a `ConfigError`."""
    captions: list[Captions] = []
    storyboards: list[Storyboard] = []
    digests: dict[str, str] = {}
    problems: list[Problem] = []
    for relative in inside.names(source, FOLDER, SUFFIX):
        name = inside.shown_name(source, relative)
        curation, kind = _read_name(relative, name, curations)
        raw = inside.need(source, relative, vtt.MAX_BYTES)
        digests[relative] = digest_of(raw)
        problems += direction_problems(raw, relative)
        cues = vtt.cues(raw, name)
        last_ms = max((cue.from_ms for cue in cues), default=0)
        if kind == STORYBOARD:
            images = _images(cues, name)
            storyboards.append(Storyboard(relative, curation, tuple(images), tuple(images.values()), last_ms))
            for image in images:
                digests[image] = digest_of(_image(source, image, name))
        elif _LANGUAGE.fullmatch(kind):
            captions.append(Captions(relative, curation, kind, *_transcript(cues), last_ms))
        else:
            raise ConfigError(
                f"{name}: expected a language such as `en` or `{STORYBOARD}` before `.vtt`, found `{kind}`"
            )
    return Beside(tuple(captions), tuple(storyboards), tuple(sorted(digests.items())), tuple(problems))


def _read_name(relative: str, name: str, curations: Collection[str]) -> tuple[str, str]:
    """Return the curation that a file lies beside, and what stands before its ending; `name` stands in errors."""
    stem, _, kind = relative.removesuffix(SUFFIX).rpartition(".")
    if not stem:
        raise ConfigError(
            f"{name}: expected a language such as `en` or `{STORYBOARD}` before `.vtt`, found none", hint=NAMES
        )
    curation = f"{stem}.md"
    if curation not in curations:
        raise ConfigError(f"{name}: expected a curation beside it, found no `{curation}`", hint=NAMES)
    return curation, kind


def within(raw: bytes, name: str, from_ms: int, to_ms: int, pictures: Collection[str]) -> bytes:
    """Return captions or a storyboard with only the cues that lie within a time; of a storyboard, of these pictures."""

    def stays(cue: vtt.Cue) -> bool:
        place = _PLACE.fullmatch(cue.text.strip()) if pictures else None
        return from_ms <= cue.from_ms and cue.to_ms <= to_ms and (place is None or place[1] in pictures)

    return vtt.only(raw, name, stays)


def _images(cues: Sequence[vtt.Cue], name: str) -> dict[str, tuple[int, int]]:
    """Return the pictures that a storyboard names, as files of the source, with the time that each shows moments of."""
    images: dict[str, tuple[int, int]] = {}
    for cue in cues:
        found = _PLACE.fullmatch(cue.text.strip())
        if found is None:
            raise ConfigError(
                f"{name}:{cue.line + 1}: expected a picture beside the file such as `sprite.jpg#xywh=0,0,160,90`,"
                f" found `{cue.text.strip()[:60]}`"
            )
        image = f"{FOLDER}/{found[1]}"
        first, last = images.get(image, (cue.from_ms, cue.to_ms))
        images[image] = min(first, cue.from_ms), max(last, cue.to_ms)
    if len(images) > MAX_IMAGES:
        raise ConfigError(f"{name}: expected at most {MAX_IMAGES} pictures, found {len(images)}")
    return dict(sorted(images.items()))


def _image(source: Path, relative: str, asker: str) -> bytes:
    raw = inside.read(source, relative, MAX_IMAGE_BYTES)
    if raw is None:
        raise ConfigError(f"{asker}: expected the picture `{relative}`, found none")
    if not raw.startswith(_HEADS[relative.rpartition(".")[2]]):
        raise ConfigError(
            f"{inside.shown_name(source, relative)}: expected the picture its name says, found other data"
        )
    return raw


def _transcript(cues: Sequence[vtt.Cue]) -> tuple[tuple[tuple[int, int, str], ...], bool]:
    """Return the lines of a transcript, and whether they are all: cues in order of time, short ones joined."""
    lines = list(_lines(sorted(cues, key=lambda cue: (cue.from_ms, cue.to_ms))))
    return tuple(lines[:TRANSCRIPT_LINES]), len(lines) <= TRANSCRIPT_LINES


def _lines(cues: Sequence[vtt.Cue]) -> Iterator[tuple[int, int, str]]:
    begin_ms, end_ms, said = 0, 0, ""
    for cue in cues:
        words = cue.words
        if said and (cue.to_ms - begin_ms > LINE_MS or len(said) + len(words) > LINE_CHARACTERS):
            yield begin_ms, end_ms, said
            said = ""
        if words and not said:
            begin_ms, end_ms, said = cue.from_ms, cue.to_ms, words
        elif words and not said.endswith(words):  # captions that scroll tell a line twice
            said += (" " if said[-1].isascii() or words[0].isascii() else "") + words
        end_ms = max(end_ms, cue.to_ms)
    if said:
        yield begin_ms, end_ms, said


def digest_of(raw: bytes) -> str:
    """Return the digest by which a file beside a curation is known."""
    return hashlib.blake2b(raw, digest_size=12).hexdigest()
