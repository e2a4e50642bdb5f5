"""Finds templates: a site's own folder first, the default theme after it, and `default/…` for the theme alone.

Also says what a template depends on: everything that it extends, includes or imports, and the assets it mentions,
so that a page's fingerprint holds exactly what could change its bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from jinja2 import BaseLoader, Environment, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.meta import find_referenced_templates

from builder.errors import ConfigError
from builder.render.names import Memory, Names

MAX_BYTES = 1 << 20
DEFAULT = "default/"
_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*")


class Theme(BaseLoader):
    """Loads templates from folders in order; the last folder is the default theme."""

    def __init__(self, folders: Sequence[Path], memory: Memory | None = None) -> None:
        self.folders = tuple(folders)
        self.memory = memory or Memory(None)
        self._digests: dict[str, tuple[str, frozenset[str]]] = {}

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002  the loader protocol
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        path = self.find(template)
        if path is None:
            raise TemplateNotFound(template)
        return self._read(path), str(path), lambda: True

    def find(self, name: str) -> Path | None:
        """Return the file of a template; one that leads out of its folder does not count."""
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

    def closure(self, environment: Environment, name: str) -> tuple[str, frozenset[str]]:
        """Return the digest of a template with all that it needs, and the names of the assets mentioned in it."""
        if name not in self._digests:
            digest = hashlib.blake2b(digest_size=16)
            assets: set[str] = set()
            for each in sorted(self._needed(environment, name)):
                path = self.find(each)
                assert path is not None
                source = self._read(path)
                digest.update(f"{each}\0{len(source)}\0{source}\0".encode())
                assets |= set(self._names(environment, source, path).assets)
            self._digests[name] = digest.hexdigest(), frozenset(assets)
        return self._digests[name]

    def forget(self) -> None:
        """Read templates anew from now on."""
        self._digests.clear()

    def _needed(self, environment: Environment, name: str) -> set[str]:
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
            names = self._names(environment, self._read(path), path)
            waiting += [(reference, self.shown(str(path))) for reference in names.templates]
        return needed

    def _names(self, environment: Environment, source: str, path: Path) -> Names:
        """Return what a template names; a computed name is refused, since no digest could follow it."""
        known = self.memory.recall(source)
        if known is None:
            tree = self._parse(environment, source, path)
            known = Names(tuple(sorted(self._references(tree, path))), tuple(sorted(set(self._mentioned(tree, path)))))
            self.memory.keep(source, known)
        return known

    def _references(self, tree: nodes.Template, path: Path) -> set[str]:
        found = set()
        for reference in find_referenced_templates(tree):
            if reference is None:
                raise ConfigError(
                    f"{self.shown(str(path))}: expected the plain name of a template, found a computed one",
                    hint='write {% include "partials/name.html" %}; a page depends on what it names',
                )
            found.add(reference)
        return found

    def _mentioned(self, tree: nodes.Template, path: Path) -> Iterator[str]:
        for found in tree.find_all(nodes.Filter):
            if found.name == "asset":
                if not isinstance(found.node, nodes.Const):
                    raise ConfigError(
                        f"{self.shown(str(path))}:{found.lineno}: `asset` expected a plain name, found a computed one"
                    )
                yield str(found.node.value)

    def _parse(self, environment: Environment, source: str, path: Path) -> nodes.Template:
        try:
            return environment.parse(source, filename=str(path))
        except TemplateSyntaxError as error:
            raise ConfigError(f"{self.shown(str(path))}:{error.lineno}: {one_line(error.message)}") from error

    def _read(self, path: Path) -> str:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise ConfigError(f"{self.shown(str(path))}: expected at most {MAX_BYTES} bytes, found {len(raw)}")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{self.shown(str(path))}: expected UTF-8, found other bytes") from error


def one_line(text: str | None) -> str:
    """Return a library's sentence as ours: one line, lower case, no full stop."""
    words = " ".join((text or "").split()).rstrip(".")
    return words[:1].lower() + words[1:]
