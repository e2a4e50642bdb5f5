"""The parser behind `strict_yaml`: the library's events → nodes, refusing what the subset leaves out.

A module of its own, loaded with the first text that is read, since the library takes longer to load than all that
many a start does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from builder.errors import ConfigError
from builder.libyaml import LOADER
from builder.strict_yaml import (
    FORBIDDEN,
    MAX_DEPTH,
    Mapping,
    Node,
    Scalar,
    Sequence,
    code_point,
    shown_text,
    wide_colon,
)

COLON = 'text that holds a colon and a blank stands in quotes: title: "Live: the evening"'
STAR = 'text that begins with `*` stands in quotes: "*.example.com"'
TABS = "indent with blanks: YAML takes no tabs"


class Tree:
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
            yield from yaml.parse(text, Loader=LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + self._first if mark else self._first
            said = _one_line(error)
            raise ConfigError(
                f"{self._name}:{line}: expected YAML: {said}", hint=self._hint(text, line, said)
            ) from error
        except yaml.YAMLError as error:
            raise ConfigError(f"{self._name}: expected YAML: {_one_line(error)}") from error

    def _hint(self, text: str, line: int, said: str) -> str:
        """Say what an editor or an input method mostly did there; of a key without its colon the next line is told."""
        lines = text.split("\n")
        at = line - self._first
        for number, one in reversed(list(enumerate(lines[: at + 1]))[-2:]):
            if hint := wide_colon(one, number + self._first):
                return hint
        if at < len(lines) and "\t" in lines[at][: len(lines[at]) - len(lines[at].lstrip())]:
            return TABS
        if "while scanning an alias" in said:
            return STAR
        return COLON if "mapping values are not allowed" in said else ""

    def _take(self, kind: type[yaml.Event]) -> None:
        event = next(self._events)
        assert isinstance(event, kind), event

    def _node(self, event: Any, depth: int) -> Node:
        self._refuse_references(event)
        if depth > MAX_DEPTH:
            raise self._error(event, f"expected at most {MAX_DEPTH} levels, found more")
        line = event.start_mark.line + self._first
        if isinstance(event, yaml.ScalarEvent):
            if found := FORBIDDEN.search(event.value):  # written as an escape
                raise self._error(event, f"expected text, found the control character {code_point(found)}")
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
                    f"{self._name}:{key.line}: expected text as a key, found the unquoted `{shown_text(key.text)}`",
                    hint=f'write "{shown_text(key.text)}" in quotes',
                )
            if key.text in seen:
                first = f"`{shown_text(key.text)}` expected once, found again after line {seen[key.text]}"
                raise self._error(event, first)
            seen[key.text] = key.line
            yield key, self._node(next(self._events), depth + 1)

    def _refuse_references(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            raise self._error(event, f"expected no aliases, found `*{shown_text(event.anchor or '')}`", STAR)
        if event.anchor is not None:
            raise self._error(event, f"expected no anchors, found `&{shown_text(event.anchor)}`")
        if event.tag is not None:
            raise self._error(event, f"expected no tags, found `{shown_text(event.tag)}`")

    def _error(self, event: Any, sentence: str, hint: str = "") -> ConfigError:
        return ConfigError(f"{self._name}:{event.start_mark.line + self._first}: {sentence}", hint=hint)


def _one_line(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error)
    context = getattr(error, "context", None)
    return " ".join(f"{problem}, {context}".split()) if context else " ".join(str(problem).split())
