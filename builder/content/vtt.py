"""WebVTT: the cues of a file, checked. What a cue says is untrusted text; tags and settings are not kept.

Strict where a player would be lenient: a mistake is told with its line, instead of a caption that never shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    text = strict_yaml.decode(raw, name).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise ConfigError(f"{name}:1: expected the first line `WEBVTT`, found `{lines[0][:40]}`")
    found = tuple(_cues(lines, name))
    if len(found) > MAX_CUES:
        raise ConfigError(f"{name}: expected at most {MAX_CUES} cues, found {len(found)}")
    return found


def _cues(lines: list[str], name: str) -> Iterator[Cue]:
    """Yield the cues of all blocks; notes, styles and regions are passed over."""
    at = 1
    while at < len(lines):
        end = next((end for end in range(at, len(lines)) if not lines[end].strip()), len(lines))
        if at < end and not re.match(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)", lines[at]):
            place = next((place for place in range(at, min(end, at + 2)) if "-->" in lines[place]), None)
            if place is not None:
                yield _cue(lines, place, end, name)
        at = end + 1


def _cue(lines: list[str], place: int, end: int, name: str) -> Cue:
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
