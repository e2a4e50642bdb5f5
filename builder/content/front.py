"""A content file: strict YAML between two lines of `---`, then Markdown."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath

from builder import inside, prose, strict_yaml
from builder.errors import ConfigError
from builder.fields import Fields, Place
from builder.model import Problem, Value
from builder.strict_yaml import Mapping, Node

FOLDERS = ("vjs", "replays", "pages")
MAX_FILE_BYTES = 1024 * 1024
MAX_BODY = prose.MAX_CHARACTERS
_FENCE = re.compile(rb"---[ \t]*\r?\n")
_STREAMS = re.compile(r"^[ \t]*streams[ \t]*:(?:[ \t]|$)", re.IGNORECASE | re.MULTILINE)
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


class ContentFile(Value, frozen=True):
    """One file, taken apart."""

    source: str  # "vjs/alice.md"
    name: str  # for messages: "site_src/vjs/alice.md"
    stem: str  # "alice"
    front: Node | None
    body: str
    body_line: int  # the line of the file at which the body begins
    digest: str
    problems: tuple[Problem, ...] = ()
    base: str = ""  # the base path, where addresses may begin with it

    def fields(self, known: Collection[str]) -> Fields:
        return Fields(self.front, Place(self.name, base=self.base), known)

    def pairs(self) -> Iterable[tuple[str, Node]]:
        """Return the keys and values of the front matter."""
        return ((key.text, value) for key, value in self.front.pairs) if isinstance(self.front, Mapping) else ()

    def place(self, field: str) -> str:
        """Name a field of the file as messages do, `site_src/vjs/alice.md:3`; line 1 when it is not there."""
        line = next((value.line for key, value in self.pairs() if key == field), 1)
        return f"{self.name}:{line}"

    def error(self, expected: str, found: str, *, field: str = "", hint: str = "") -> ConfigError:
        """Return an error about the file, or about a field of it."""
        place = self.place(field) if any(key == field for key, _ in self.pairs()) else self.name
        return ConfigError(f"{place}: expected {expected}, found {found}", hint=hint)


def read_content_file(source: Path, relative: str, base: str = "") -> ContentFile:
    """Read one content file of the source folder."""
    name = inside.shown_name(source, relative)
    raw = inside.need(source, relative, MAX_FILE_BYTES)
    front, body, body_line = split(raw.removeprefix(b"\xef\xbb\xbf"), name)
    decoded = strict_yaml.decode(body, name, first_line=body_line).replace("\r\n", "\n")
    text = decoded.strip("\n")
    if len(text) > MAX_BODY:
        raise ConfigError(f"{name}: expected at most {MAX_BODY} characters of text, found {len(text)}")
    return ContentFile(
        source=relative,
        name=name,
        stem=PurePosixPath(relative).stem,
        front=strict_yaml.load(front, name, first_line=2),
        body=text,
        body_line=body_line + len(decoded) - len(decoded.lstrip("\n")),
        digest=hashlib.blake2b(raw, digest_size=12).hexdigest(),
        problems=direction_problems(raw, relative),
        base=base,
    )


def split(raw: bytes, name: str) -> tuple[bytes, bytes, int]:
    """Return the front matter, the body, and the line at which the body begins."""
    opening = _FENCE.match(raw)
    if not opening:
        return b"", raw, 1
    at = opening.end()
    while True:
        closing = re.compile(rb"---[ \t]*(?:\r?\n|\Z)").match(raw, at)
        if closing:
            return raw[opening.end() : at], raw[closing.end() :], raw.count(b"\n", 0, closing.end()) + 1
        end = raw.find(b"\n", at)
        if end < 0:
            raise ConfigError(f"{name}:1: expected a line `---` that ends the front matter, found none")
        at = end + 1


def direction_problems(raw: bytes, relative: str) -> tuple[Problem, ...]:
    """Return a Problem for each line with controls of writing direction: they can show a text as another one."""
    lines = raw.decode("utf-8", "replace").split("\n")
    return tuple(
        Problem(
            code="bidi_control",
            message=f"expected plain text, found the direction control U+{ord(found[0]):04X}",
            source=relative,
            line=number,
        )
        for number, line in enumerate(lines, 1)
        if (found := _DIRECTION.search(line))
    )


def unfenced_problems(file: ContentFile, keys: Collection[str]) -> Iterator[Problem]:
    """Yield a Problem for a text that begins with one of these keys: front matter without the lines around it."""
    lines = enumerate(file.body.split("\n"), file.body_line)
    line, text = next(((line, text) for line, text in lines if _is_text(text)), (0, ""))
    found = re.match(r"([a-z]+):(?:[ \t]|$)", text)
    if file.front is None and found and found[1] in keys:
        message = f"expected a line `---` before `{found[1]}:`, found none: its keys are shown as text"
        yield Problem("no_front_matter", message, source=file.source, line=line)


def _is_text(line: str) -> bool:
    """Say whether a line is more than a comment of YAML, or what was meant for the line `---`."""
    return not line.startswith("#") and line.strip(" \t-") != ""


def refuse_shown_streams(file: ContentFile) -> None:
    """Refuse a profile that would publish the ids of its streams: they stand in its text, not between `---`."""
    found = _STREAMS.search(file.body) if file.front is None else None
    if found:
        line = file.body_line + file.body.count("\n", 0, found.start())
        raise ConfigError(
            f"{file.name}:{line}: expected a line `---` before `streams:`, found none: "
            "the ids of the streams would be published",
            hint="a line of three `-` and nothing else stands before the keys, and one behind them",
        )
