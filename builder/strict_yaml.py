"""Strict YAML: text → a tree of nodes that know their lines, or one `ConfigError`.

The subset is what a person writes by hand: mappings, lists and scalars of one document. Aliases, anchors, tags,
directives, duplicate keys and further documents are refused, and size and depth are limited, so that reading is
linear and nothing is ever constructed. Scalars stay text: whoever expects a number, a duration or an id reads it from
the text as written, so no id is rounded and `no` never turns into false in silence. The library's events are used
and its constructors never are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from builder.errors import ConfigError
from builder.model import Value

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where the wheel has it: 20 times as fast
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)")
_NOT_TEXT = re.compile(
    r"~|null|true|false|yes|no|on|off|y|n"  # what YAML 1.1 or 1.2 reads as a truth value or as nothing
    r"|[-+]?(?:\.[0-9]+|[0-9][0-9_]*\.?[0-9_]*)(?:e[-+]?[0-9]+)?|0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+"  # numbers
    r"|[-+]?\.(?:inf|nan)|\.nan"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # 12:30:45, a number of base 60
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?",  # a date
    re.IGNORECASE,
)


class Scalar(Value, frozen=True):
    """A single value, as written. `plain` means without quotes."""

    text: str
    line: int
    plain: bool = True

    @property
    def is_nothing(self) -> bool:
        """Say whether the value is empty or a bare `null` or `~`."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}

    @property
    def is_doubtful(self) -> bool:
        """Say whether some reader of YAML takes it for something other than text."""
        return self.plain and (not self.text or _NOT_TEXT.fullmatch(self.text) is not None)


class Sequence(Value, frozen=True):
    """A list."""

    items: tuple[Node, ...]
    line: int


class Mapping(Value, frozen=True):
    """Keys and values in written order; no key occurs twice."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int


Node = Scalar | Sequence | Mapping


def decode(raw: bytes, name: str, *, first_line: int = 1) -> str:
    """Decode UTF-8 strictly, drop a byte order mark, refuse control characters and exotic line ends."""
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + first_line
        sentence = f"{name}:{line}: expected UTF-8, found the byte 0x{raw[error.start]:02x} at offset {error.start}"
        raise ConfigError(sentence, hint="save the file as UTF-8") from error
    found = _FORBIDDEN.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + first_line
        raise ConfigError(f"{name}:{line}: expected text, found the control character {_code_point(found)}")
    return text


def _code_point(found: re.Match[str]) -> str:
    return f"U+{ord(found[0]):04X}"


def load(raw: bytes, name: str, *, first_line: int = 1, max_bytes: int = MAX_BYTES) -> Node | None:
    """Return the tree of one document, None when there is nothing but comments.

    `name` stands in errors; `first_line` is the line of the file at which `raw` begins (front matter).
    """
    if len(raw) > max_bytes:
        raise ConfigError(f"{name}: expected at most {max_bytes} bytes, found {len(raw)}")
    return _Tree(decode(raw, name, first_line=first_line), name, first_line).document()


class _Tree:
    """Turns the parser's events into nodes, refusing what the subset leaves out as soon as it is seen."""

    def __init__(self, text: str, name: str, first_line: int) -> None:
        self._name = name
        self._first = first_line
        self._events: Iterator[Any] = self._parse(text)  # the library publishes no types for its events

    def document(self) -> Node | None:
        self._take(yaml.StreamStartEvent)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        if event.version or event.tags:
            raise self._error(event, "expected no directives, found a line that begins with `%`")
        root = self._node(next(self._events), 1)
        self._take(yaml.DocumentEndEvent)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._error(event, "expected one document, found a second one")
        return None if isinstance(root, Scalar) and root.is_nothing else root

    def _parse(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + self._first if mark else self._first
            raise ConfigError(f"{self._name}:{line}: expected YAML: {_one_line(error)}") from error
        except yaml.YAMLError as error:
            raise ConfigError(f"{self._name}: expected YAML: {_one_line(error)}") from error

    def _take(self, kind: type[yaml.Event]) -> None:
        event = next(self._events)
        assert isinstance(event, kind), event

    def _node(self, event: Any, depth: int) -> Node:
        self._refuse_references(event)
        if depth > MAX_DEPTH:
            raise self._error(event, f"expected at most {MAX_DEPTH} levels, found more")
        line = event.start_mark.line + self._first
        if isinstance(event, yaml.ScalarEvent):
            if found := _FORBIDDEN.search(event.value):  # written as an escape
                raise self._error(event, f"expected text, found the control character {_code_point(found)}")
            return Scalar(event.value, line, event.style in {None, ""})
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self._items(depth)), line)
        return Mapping(tuple(self._pairs(depth)), line)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _pairs(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise self._error(event, "expected text as a key, found a list or a mapping")
            if key.is_doubtful:
                raise ConfigError(
                    f"{self._name}:{key.line}: expected text as a key, found the unquoted `{_shown(key.text)}`",
                    hint=f'write "{_shown(key.text)}" in quotes',
                )
            if key.text in seen:
                first = f"`{_shown(key.text)}` expected once, found again after line {seen[key.text]}"
                raise self._error(event, first)
            seen[key.text] = key.line
            yield key, self._node(next(self._events), depth + 1)

    def _refuse_references(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise self._error(event, f"expected no aliases, found `*{_shown(event.anchor or '')}`")
        if event.anchor is not None:
            raise self._error(event, f"expected no anchors, found `&{_shown(event.anchor)}`")
        if event.tag is not None:
            raise self._error(event, f"expected no tags, found `{_shown(event.tag)}`")

    def _error(self, event: Any, sentence: str) -> ConfigError:
        return ConfigError(f"{self._name}:{event.start_mark.line + self._first}: {sentence}")


def _one_line(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error)
    context = getattr(error, "context", None)
    return " ".join(f"{problem}, {context}".split()) if context else " ".join(str(problem).split())


def _shown(text: str, limit: int = 60) -> str:
    """Return text for a message: one line, no control or direction characters, not too long."""
    clean = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
    return clean if len(clean) <= limit else clean[:limit] + "…"


def shown(node: Node) -> str:
    """Say what a node is, for the end of a sentence: "found …"."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.is_nothing:
        return "nothing"
    return f"`{_shown(node.text)}`"
