"""Neutral rows in YAML: a list of mappings, one mapping, or mappings as separate documents.

Every scalar is read as text, so no date, octal number or `no` turns into something else. Anchors, aliases and tags are
refused, and the parser's events are walked with a counted depth: no bomb and no deep text costs more than its size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from builder.libyaml import LOADER
from builder.model import Item, Problem
from builder.sources import limits, neutral
from builder.sources.fields import RefusedError
from builder.sources.redact import excerpt

Content = Callable[[], Iterator[bytes]]

_START = re.compile(
    rb"(?:(?:[ \t\r]*#[^\n]*|---[^\n]*|%YAML[^\n]*|[ \t\r]*)\n)*+"
    rb"(?:(?:-[ \t]+|-[ \t]*\r?\n[ \t]+)?[\"']?([a-z]+)[\"']?[ \t]*:"
    rb"(?:[ \t]++(?!\{|(?!\[\{)[^\n]*\{[ \t]*\")|\r?\n)"  # `app: {…}` and `app: INFO {"…` are lines of a log
    rb"|-(?:[ \t]+|[ \t]*\r?\n[ \t]+)\{[ \t]*([a-z]+):[ \t])"  # and so is `- {"app": …`
)
_KEY = re.compile(rb"[ \t]*+(-[ \t]+)?[\"']?([A-Za-z_][A-Za-z0-9_-]*)[\"']?[ \t]*:(?:[ \t]|\r?\Z)")
_FIRST_LINES = 40  # in which a row names what makes it one
_SHOWN_NAMES = 8
_LISTS = ("recordings", "rows", "replays")
_Mark = tuple[int, int]  # offset in characters, line from 1


def is_rows(head: bytes) -> bool:
    """Say whether a text begins as neutral rows in YAML do."""
    match = _START.match(head)
    if match is not None and (match[1] or match[2]).decode() in (*neutral.COLUMNS, *_LISTS):
        return True
    names = dict.fromkeys(_first_names(head))
    if neutral.is_row(names) or any(name in names for name in _LISTS):
        return True
    # Rows of other fields are read to be refused by name; with a brace they may be lines of a log after all.
    return head[:1] == b"-" and len(names) > 1 and b"{" not in head


def _first_names(head: bytes) -> Iterator[str]:
    """Yield the keys of the first rows of a text that begins with one, as long as its lines are keys or under one."""
    told = [line for line in head.split(b"\n") if line.strip() and line.lstrip()[:1] != b"#" and line[:3] != b"---"]
    indent = -1
    for line in told[:_FIRST_LINES]:
        match = _KEY.match(line)
        if match and indent < 0:
            indent = match.start(2)
        elif indent < 0 or len(line) - len(line.lstrip()) < indent:
            return
        if match and match.start(2) == indent:
            yield match[2].decode()


def rows(content: Content) -> Iterator[tuple[int, int, Item]]:
    """Yield (offset, line, item) for each row; what comes after a fault of syntax cannot be read."""
    raw = b""
    for chunk in content():
        raw += chunk
        if len(raw) > limits.YAML_BYTES:
            yield 0, 1, Problem("file_too_large", f"a YAML file may have {limits.YAML_BYTES} bytes", quarantined=True)
            return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield error.start, 1, Problem("bad_encoding", "expected UTF-8", quarantined=True)
        return
    at = bom = len(raw) - len(text.encode())
    last = (0, 1)
    try:
        for mark, values in _mappings(text):
            at += len(text[last[0] : mark[0]].encode())
            last = mark
            yield at, mark[1], _item(values, text[mark[0] : mark[0] + limits.EXCERPT_BYTES])
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "cannot be read"
        place = getattr(error, "problem_mark", None)
        line = place.line + 1 if place else last[1]
        message = f"expected YAML: {problem}"
        at = bom + len(text[: place.index].encode()) if place else 0
        yield at, line, Problem("bad_yaml", message[:200], quarantined=True)


def _item(values: Any, rest: str) -> Item:
    try:
        return _notice(values)
    except RefusedError as error:
        kept = excerpt(rest.encode())
        return Problem(error.code, error.message, field=error.field, quarantined=True, excerpt=kept)


def _notice(values: Any) -> Item:
    if type(values) is not dict:
        raise RefusedError("bad_yaml", "expected a mapping such as `stream: …`")
    if not neutral.is_row(values):
        found = ", ".join(f"`{name[:40]}`" for name in list(values)[:_SHOWN_NAMES] if name.isprintable())
        raise RefusedError("unknown_record", f"expected a row with `stream`, `url` and `start` or `end`, found {found}")
    return neutral.notice_of(values, is_text=True)


def _mappings(text: str) -> Iterator[tuple[_Mark, Any]]:
    """Yield the rows of all documents, each as soon as it is complete."""
    stack: list[tuple[Any, str | None, _Mark]] = []  # container, key that waits for its value, mark
    event: Any  # the parser's types leave the marks open
    value: Any
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.NodeEvent):
            _check(event)
        start: Any = event.start_mark
        mark = (start.index, start.line + 1)
        is_end = isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.CollectionStartEvent):
            if len(stack) >= limits.NESTING:
                raise yaml.MarkedYAMLError(problem=f"nesting may reach {limits.NESTING} levels", problem_mark=start)
            stack.append(({} if isinstance(event, yaml.MappingStartEvent) else [], None, mark))
            continue
        if isinstance(event, yaml.ScalarEvent):
            value, at = _scalar(event), mark
        elif is_end:
            value, _, at = stack.pop()
        else:
            continue
        if _is_row_place(stack, value):
            if not (is_end and not stack and _is_list_of_rows(value)):
                yield at, value
        elif isinstance(stack[-1][0], list):
            stack[-1][0].append(value)
        else:
            _put(stack, value, event)


def _is_row_place(stack: list[tuple[Any, str | None, _Mark]], value: Any) -> bool:
    """Say whether a value that ends here is a row: a document, an item of its list, or of a list under a known key."""
    kinds = [type(container) for container, _, _ in stack]
    if kinds == [dict, list]:  # beside rows under a known key, mappings under another one are rows too
        return stack[0][1] in _LISTS or (type(value) is dict and any(name in stack[0][0] for name in _LISTS))
    return not kinds or kinds == [list]


def _is_list_of_rows(document: Any) -> bool:
    """Say whether a document is only the frame of rows that have been given already."""
    return type(document) is list or (type(document) is dict and any(name in document for name in _LISTS))


def _put(stack: list[tuple[Any, str | None, _Mark]], value: Any, event: Any) -> None:
    mapping, key, mark = stack[-1]
    if key is None:
        if type(value) is not str or value in mapping:
            raise yaml.MarkedYAMLError(problem="expected each key once, as text", problem_mark=event.start_mark)
        stack[-1] = (mapping, value, mark)
        return
    mapping[key] = value
    stack[-1] = (mapping, None, mark)


def _check(event: Any) -> None:
    if event.anchor is not None or getattr(event, "tag", None) is not None:
        raise yaml.MarkedYAMLError(problem="anchors, aliases and tags are not read", problem_mark=event.start_mark)


def _scalar(event: Any) -> str | None:
    is_plain = event.style is None or event.style == ""
    return None if is_plain and event.value in ("", "~", "null") else event.value
