"""The line of what a problem is about, in a file that people wrote: that of its field in the front matter.

It is looked up when the problem is told. A value that knew its line would change with every line above it, and pages
made of it would be stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from builder import inside, strict_yaml
from builder.content.front import FOLDERS, MAX_FILE_BYTES, split
from builder.errors import ConfigError
from builder.model import Problem
from builder.snapshot import Facts, facts_of


def with_lines(problems: Iterable[Problem], source: Path) -> Iterator[Problem]:
    """Yield problems with the line of their field, where that was not told and the file has one."""
    for problem in problems:
        line = 0 if problem.line or not problem.field else _line_of(source, problem.source, problem.field)
        yield msgspec.structs.replace(problem, line=line) if line else problem


def _line_of(source: Path, relative: str, field: str) -> int:
    """Return the line of a key, or of the former address that a field names; 0 where there is none of them."""
    if relative.partition("/")[0] not in FOLDERS or not relative.endswith(".md"):
        return 0
    lines = _lines(source, relative, facts_of(str(source / relative)))
    return lines.get(field) or lines.get(f"/{_name(field)}", 0)


@lru_cache(maxsize=1_000)  # a process that stays asks again with every record
def _lines(folder: Path, relative: str, _facts: Facts | None) -> dict[str, int]:
    """Return the lines of the keys of a file, and those of its `aliases` by "/" and their last part."""
    try:
        raw = (inside.read(folder, relative, MAX_FILE_BYTES) or b"").removeprefix(b"\xef\xbb\xbf")
        front = strict_yaml.load(split(raw, relative)[0], relative, first_line=2)
    except ConfigError:  # it was changed since it was read: the next build says so
        return {}
    pairs = front.pairs if isinstance(front, strict_yaml.Mapping) else ()
    lines = {key.text: key.line for key, _ in pairs}
    for aliases in (value for key, value in pairs if key.text == "aliases"):
        items = aliases.items if isinstance(aliases, strict_yaml.Sequence) else (aliases,)
        lines |= {f"/{_name(one.text)}": one.line for one in items if isinstance(one, strict_yaml.Scalar)}
    return lines


def _name(path: str) -> str:
    return path.strip("/").rpartition("/")[2]
