"""WebVTT: the cues of a file, checked. What a cue says is untrusted text; tags and settings are not kept.

Strict where a player would be lenient: a mistake is told with its line, instead of a caption that never shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from builder import strict_yaml
from builder.errors import ConfigError
from builder.model import Value

MAX_BYTES = 2 * 1024 * 1024
MAX_CUES = 20_000
_STAMP = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_STAMP}[ \t]+-->[ \t]+{_STAMP}(?:[ \t].*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
_TAG = re.compile(r"<[^>]*>")


class Cue(Value, frozen=True):
    """What is shown from one moment of session time to another."""

    from_ms: int
    to_ms: int
    text: str  # as written, lines kept
    line: int  # of the timing, for messages

    @property
    def words(self) -> str:
        """Return the plain words on one line: without tags, who speaks in front."""
        said = _TAG.sub("", _VOICE.sub(r"\1: ", self.text))
        import html  # here: its table of entities takes long to load

        return " ".join(html.unescape(said).split())


def cues(raw: bytes, name: str) -> tuple[Cue, ...]:
    """Return the cues of a file in their order; `name` stands in errors."""
    lines = _lines(raw, name)
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise ConfigError(f"{name}:1: expected the first line `WEBVTT`, found `{lines[0][:40]}`")
    found = tuple(cue for at, end in _blocks(lines) if (cue := _cue(lines, at, end, name)))
    if len(found) > MAX_CUES:
        raise ConfigError(f"{name}: expected at most {MAX_CUES} cues, found {len(found)}")
    return found


def only(raw: bytes, name: str, stays: Callable[[Cue], bool]) -> bytes:
    """Return a file with those of its cues that may stay, and without its notes."""
    lines = _lines(raw, name)
    blocks = [
        lines[at:end]
        for at, end in _blocks(lines)
        if not re.match(r"NOTE(?:[ \t]|$)", lines[at]) and ((cue := _cue(lines, at, end, name)) is None or stays(cue))
    ]
    return "\n".join("\n".join([*block, ""]) for block in [lines[:1], *blocks]).encode()


def _lines(raw: bytes, name: str) -> list[str]:
    return strict_yaml.decode(raw, name).replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield from where to where each block of lines goes, behind the first line."""
    at = 1
    while at < len(lines):
        end = next((end for end in range(at, len(lines)) if not lines[end].strip()), len(lines))
        if at < end:
            yield at, end
        at = end + 1


def _cue(lines: list[str], at: int, end: int, name: str) -> Cue | None:
    """Return the cue of a block; None for notes, styles, regions and whatever else has no times."""
    if re.match(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)", lines[at]):
        _refuse_arrows(lines, at, end, name)
        return None
    place = next((place for place in range(at, min(end, at + 2)) if "-->" in lines[place]), None)
    _refuse_arrows(lines, at if place is None else place + 1, end, name)
    return None if place is None else _timed(lines, place, end, name)


def _refuse_arrows(lines: list[str], at: int, end: int, name: str) -> None:
    """Players begin a cue at any line with an arrow: one that is not ours to see could not be trimmed either."""
    wrong = next((number for number in range(at, end) if "-->" in lines[number]), None)
    if wrong is not None:
        raise ConfigError(f"{name}:{wrong + 1}: expected a blank line before the times of a cue, found none")


def _timed(lines: list[str], place: int, end: int, name: str) -> Cue:
    timing = _TIMING.fullmatch(lines[place].strip())
    if timing is None:
        raise ConfigError(
            f"{name}:{place + 1}: expected times such as `00:01:02.500 --> 00:01:05.000`, found `{lines[place][:60]}`"
        )
    stamps = timing.groups()
    from_ms, to_ms = _milliseconds(*stamps[:4]), _milliseconds(*stamps[4:])
    if from_ms >= to_ms:
        raise ConfigError(f"{name}:{place + 1}: expected an end after the start, found `{lines[place][:60]}`")
    return Cue(from_ms, to_ms, "\n".join(lines[place + 1 : end]), place + 1)


def _milliseconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(thousandths)
