"""`redirects.yaml`: former addresses that records cannot tell, one `old path: new path` a line.

The file is a person's as much as ours: comments stay, above the line they stood above. What this room writes is
sorted, without chains, and the same when written twice. Who decides that an address moved, and who writes the file,
is not decided here.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence

from builder import fields, strict_yaml
from builder.base_path import below
from builder.errors import ConfigError
from builder.fields import Place

FILE = "redirects.yaml"
MAX_BYTES = 64 * 1024 * 1024
HEAD = "# Addresses that moved: old path, new path. Aftercast adds lines; yours and your comments stay.\n\n"
_PLAIN = re.compile(r"/[A-Za-z0-9/_.~%-]*")
_OLD = re.compile(r"""["']?(/[^"']*?)["']?[ \t]*:[ \t]""")  # at the beginning of a line
_TREE = re.compile(r"/(?!vj/)([a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})/\*")  # all pages of a language that is given up …
_ROOT = "/*"  # … lead to those of the first language


def parse(raw: bytes, name: str, base: str = "") -> dict[str, str]:
    """Read the text of a `redirects.yaml`; `name` stands in errors, `base` is the base path, left out of all paths."""
    node = strict_yaml.load(raw, name, max_bytes=MAX_BYTES)
    if node is None:
        return {}
    table = {}
    for old, target, place in fields.pairs(node, Place(name, base=base)):
        key = strict_yaml.Scalar(old, target.line)
        if _TREE.fullmatch(old):
            if not (isinstance(target, strict_yaml.Scalar) and target.text == _ROOT):
                raise place.error(target, f"`{_ROOT}`, to which alone a whole tree leads")
            table[old] = _ROOT
            continue
        table[fields.free_path(key, Place(name, "old path", base))] = fields.former_path(target, place)
    return table


def as_told(path: str, base: str = "") -> str:
    """Return a path as a table spells it; "" for one that no line can tell."""
    try:
        return fields.old_path(strict_yaml.Scalar(path, 1), Place("path", base=base))
    except ConfigError:
        return ""


def below_root(path: str, languages: Sequence[str]) -> str:
    """Return a path without the root of a further language."""
    roots = (f"/{code}" for code in languages[1:])
    return path.removeprefix(next((root for root in roots if path.startswith(f"{root}/")), ""))


class Table:
    """The redirects of a site, old path → new path, to be asked.

    They hold in every language, so all paths are those of the first language's tree.
    """

    def __init__(self, told: Mapping[str, str] | None = None, languages: Sequence[str] = ()) -> None:
        told = told or {}
        paths = ((old, new) for old, new in told.items() if new != _ROOT)
        self.targets = {below_root(old, languages): below_root(new, languages) for old, new in paths}
        trees = (found[1] for found in map(_TREE.fullmatch, sorted(told)) if found)
        self._living = tuple(languages[1:])
        self.former_languages = tuple(code for code in trees if code not in self._living)
        self._sorted = sorted(self.targets)
        self._leading: dict[str, list[str]] = {}
        for old, new in self.targets.items():
            self._leading.setdefault(new.rstrip("/"), []).append(old)

    def needs(self, old: str) -> bool:
        """Say whether a line about a path is missing: not if it is told, or of a language that has its tree again."""
        tree = _TREE.fullmatch(old)
        return tree[1] not in (*self.former_languages, *self._living) if tree else old not in self.targets

    def target_of(self, old: str, is_live: Callable[[str], bool]) -> str:
        """Return where a path leads now, chains followed; "" when it is live itself, or leads in a circle."""
        end = old if old not in self.targets or is_live(old) else _end(self.targets, old, is_live)
        return end if end != old else ""

    def leading_to(self, path: str) -> Sequence[str]:
        """Return the old paths that lead to a path directly, with its last slash or without."""
        return self._leading.get(path.rstrip("/"), ())

    def below(self, prefix: str) -> Iterator[str]:
        """Yield the old paths that begin so, in order."""
        for at in range(bisect_left(self._sorted, prefix), len(self._sorted)):
            if not self._sorted[at].startswith(prefix):
                break
            yield self._sorted[at]


def merge(text: str, moved: Mapping[str, str], is_live: Callable[[str], bool], base: str = "") -> str:
    """Return the text of the file with further redirects in it: sorted, chains flattened, comments kept.

    Merging the same again returns the same text. What is new beats what the file says of the same path.
    """
    table = parse(text.encode(), FILE, base) | dict(moved)
    if not moved:
        return text
    head, above, beside, tail = _comments(text, base) if text.strip() else (HEAD, {}, {}, "")
    lines = []
    for old in sorted(table):
        end = table[old] if is_live(old) else _end(table, old, is_live)
        target = _quoted(_told(table[old] if end == old else end, base))
        lines.append(f"{above.get(old, '')}{_quoted(_told(old, base))}: {target}{beside.get(old, '')}\n")
    return head + "".join(lines) + tail


def lines_of(text: str, base: str = "") -> dict[str, int]:
    """Return the line of each old path; one that is written with escapes or over lines may be missing."""
    found = ((_OLD.match(line), number) for number, line in enumerate(text.split("\n"), 1))
    return {as_told(match[1], base): number for match, number in found if match}


def tree_of(language: str) -> tuple[str, str]:
    """Return the line, old and new, that tells of all pages of a language that is given up."""
    return f"/{language}{_ROOT}", _ROOT


def _end(table: Mapping[str, str], old: str, is_live: Callable[[str], bool]) -> str:
    """Follow a path to where it leads; a circle leads back to its beginning."""
    seen = {old}
    at = table[old]
    while at in table and not is_live(at):
        if at in seen:
            return old
        seen.add(at)
        at = table[at]
    return at


def _comments(text: str, base: str) -> tuple[str, dict[str, str], dict[str, str], str]:
    """Return the comment at the head (up to the first empty line), those above and beside paths, and the last ones."""
    head, waiting = "", ""
    above: dict[str, str] = {}
    beside: dict[str, str] = {}
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.lstrip().startswith("#"):
            waiting += line + "\n"
        elif line.strip():
            path = _path_of(line, base)
            above[path] = waiting
            found = re.search(r"[ \t]+#.*", line)
            beside[path] = found[0] if found else ""
            waiting = ""
        elif waiting and not head and not above:
            head, waiting = waiting + "\n", ""
    if not above and not head and waiting:
        head, waiting = waiting + "\n", ""
    return head, above, beside, waiting


def _path_of(line: str, base: str) -> str:
    """Return the old path of a line of the file; text that is no path of its own keeps its comment with it."""
    try:
        (old,) = parse(line.encode(), FILE, base)
    except (ConfigError, ValueError):
        return ""
    return old


def _told(path: str, base: str) -> str:
    """Write a path so that it is read as itself, with the base path in front where it begins with one of its own."""
    return path if below(path, base) in {path, "/"} else f"{base.rstrip('/')}{path}"


def _quoted(path: str) -> str:
    return path if _PLAIN.fullmatch(path) else json.dumps(path, ensure_ascii=False)
