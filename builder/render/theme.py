"""Finds templates: a site's own folder first, the default theme after it, and `default/…` for the theme alone.

Also says what a template depends on: everything that it extends, includes or imports, and the assets it mentions,
so that a page's fingerprint holds exactly what could change its bytes. A theme reads each file once; make a new one
when files changed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

from builder.errors import ConfigError
from builder.memory import Memory
from builder.render.names import KnownNames, Names

MAX_BYTES = 1 << 20
SUFFIXES = (".html", ".svg")
DEFAULT = "default/"
ASSETS = "assets"  # a folder without templates, and perhaps with thousands of files
_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Parser = Callable[["Theme", str, Path], Names]  # takes the theme, a source and its file
Read = tuple[dict[str, Path | None], dict[Path, str]]  # the file of each name, and the source of each file


class Theme:
    """Templates in folders, in order; the last folder is the default theme. `parse` finds the names in a template."""

    def __init__(self, folders: Sequence[Path], parse: Parser, memory: Memory, program: str) -> None:
        self.folders = tuple(folders)
        self._parse = parse
        self._known = KnownNames(memory, program)
        self._digests: dict[str, tuple[str, frozenset[str]]] = {}
        self._found: dict[str, Path | None] = {}
        self._sources: dict[Path, str] = {}

    def as_read(self) -> Read:
        """Return what was found and read so far, for a theme in another process that must see the same."""
        return self._found, self._sources

    def adopt(self, read: Read) -> None:
        """Take what another theme of the same folders has read."""
        self._found, self._sources = read

    def find(self, name: str) -> Path | None:
        """Return the file of a template; one that leads out of its folder does not count."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Path | None:
        folders = self.folders
        if name.startswith(DEFAULT):
            folders, name = folders[-1:], name.removeprefix(DEFAULT)
        if not _NAME.fullmatch(name):
            return None
        for folder in folders:
            path = folder / name
            if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
                return path
        return None

    def shown(self, path: str | None) -> str:
        """Return a template's file as messages name it: `templates/watch.html`."""
        for folder in self.folders:
            if path and Path(path).is_relative_to(folder):
                return f"templates/{Path(path).relative_to(folder).as_posix()}"
        return path or "template"

    @cached_property
    def own_files(self) -> dict[str, Path]:
        """Return the files in a site's own folder, by name, without hidden ones and without assets."""
        found = {}
        for folder in self.folders[:-1]:
            for place, folders, names in os.walk(folder):
                is_top = place == str(folder)
                folders[:] = [each for each in folders if each[0] != "." and not (is_top and each == ASSETS)]
                for path in (Path(place, name) for name in names if name[0] != "."):
                    if path.is_file():
                        found[path.relative_to(folder).as_posix()] = path
        return dict(sorted(found.items()))

    def own_templates(self) -> dict[str, Path]:
        """Return the templates among them; what lies in `messages` is none."""
        return {
            name: path
            for name, path in self.own_files.items()
            if path.suffix in SUFFIXES and not name.startswith("messages/")
        }

    def names(self) -> list[str]:
        """Return the names of the default theme's templates."""
        theme = self.folders[-1]
        found = (path.relative_to(theme).as_posix() for path in theme.rglob("*") if path.suffix in SUFFIXES)
        return sorted(name for name in found if not name.startswith("assets/"))

    def needed(self, templates: Iterable[str]) -> set[str]:
        """Return the templates that pages of these need, themselves included."""
        return set().union(*map(self._needed, templates))

    def closure(self, name: str) -> tuple[str, frozenset[str]]:
        """Return the digest of a template with all that it needs, and the names of the assets mentioned in it."""
        if name not in self._digests:
            digest = hashlib.blake2b(digest_size=16)
            assets: set[str] = set()
            for each in sorted(self._needed(name)):
                path = self.find(each)
                assert path is not None
                source = self.read(path)
                digest.update(f"{each}\0{len(source)}\0{source}\0".encode())
                assets |= set(self._names(source, path).assets)
            self._digests[name] = digest.hexdigest(), frozenset(assets)
        return self._digests[name]

    def words(self, name: str) -> frozenset[str] | None:
        """Return every word in a template and all that it needs, so every field that it may name; None: any field."""
        words: set[str] = set()
        for each in self._needed(name):
            path = self.find(each)
            assert path is not None
            source = self.read(path)
            if self._names(source, path).computed:
                return None
            words.update(_WORD.findall(source))
        return frozenset(words)

    def read(self, path: Path) -> str:
        """Return the source of a template."""
        if path not in self._sources:
            self._sources[path] = self._read(path)
        return self._sources[path]

    def _read(self, path: Path) -> str:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise ConfigError(f"{self.shown(str(path))}: expected at most {MAX_BYTES} bytes, found {len(raw)}")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{self.shown(str(path))}: expected UTF-8, found other bytes") from error

    def _needed(self, name: str) -> set[str]:
        needed: set[str] = set()
        waiting = [(name, "")]
        while waiting:
            each, asker = waiting.pop()
            if each in needed:
                continue
            path = self.find(each)
            if path is None:
                raise ConfigError(f"{asker or 'templates/'}: expected the template `{each}`, found none")
            needed.add(each)
            source = self.read(path)
            waiting += [(reference, self._naming(path, reference)) for reference in self._names(source, path).templates]
        return needed

    def mentions(self, name: str, asset: str) -> str:
        """Return the place, file and line, at which a template or one that it needs mentions an asset."""
        files = filter(None, map(self.find, sorted(self._needed(name))))
        return next(self._naming(path, asset) for path in files if asset in self._names(self.read(path), path).assets)

    def _naming(self, path: Path, name: str) -> str:
        """Return the place in a template at which a name stands in quotes."""
        line = next((at for at, text in enumerate(self.read(path).split("\n"), 1) if _names_in_quotes(text, name)), 1)
        return f"{self.shown(str(path))}:{line}"

    def _names(self, source: str, path: Path) -> Names:
        known = self._known.recall(source)
        if known is None:
            known = self._parse(self, source, path)
            self._known.keep(source, known)
        return known


def _names_in_quotes(line: str, name: str) -> bool:
    return f'"{name}"' in line or f"'{name}'" in line


def one_line(text: str | None) -> str:
    """Return a library's sentence as ours: one line, lower case, no full stop."""
    words = " ".join((text or "").split()).rstrip(".")
    return words[:1].lower() + words[1:]
