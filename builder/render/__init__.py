"""Rendering: Jinja2 with escaping always on, strict about names, blind to everything but the page's value.

A template sees `page` (the value), `site` (its frame), `path`, and the words `t`; nothing in that depends on the
clock, the disk or other pages. What the bytes depend on is one digest per kind and language (`theme_digest`) and the
value; together they are the page's fingerprint.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from jinja2 import Environment, FileSystemBytecodeCache, StrictUndefined, Template
from jinja2.exceptions import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

from builder.dates import Dates
from builder.errors import ConfigError
from builder.messages import Messages
from builder.pages.kind import PageKind
from builder.render.filters import FILTERS
from builder.render.names import Memory
from builder.render.theme import DEFAULT, Theme, one_line

LIBRARIES = ("jinja2", "markdown", "nh3", "tzdata")
_VALUE = re.compile(r"^'(?:\w+\.)*(\w+) object'")
_REMOVED_GLOBALS = ("lipsum",)  # random
_REMOVED_FILTERS = ("random", "safe", "xmlattr")  # changing; unescaped; attribute names from data


class Renderer:
    """Turns values into bytes.

    `templates`: folders, the site's own first and the default theme last. `assets`: plain name → hashed path.
    `cache`: a folder for compiled templates.
    """

    def __init__(
        self,
        templates: Sequence[Path],
        messages: Mapping[str, Messages],
        assets: Mapping[str, str],
        *,
        cache: Path | None = None,
    ) -> None:
        self.arguments = (tuple(templates), dict(messages), dict(assets), cache)
        self.theme = Theme(templates, Memory(cache / "names.json" if cache else None))
        self.messages = messages
        self.assets = assets
        self.environment = _environment(self.theme, cache)
        self._dates: dict[tuple[str, str], Dates] = {}
        self._digests: dict[tuple[str, str], str] = {}
        self._templates: dict[str, Template] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, self.arguments

    def theme_digest(self, kind: PageKind, language: str) -> str:
        """Return the digest of all but the value: program, template closure, messages, assets mentioned."""
        key = (kind.template, language)
        if key not in self._digests:
            closure, mentioned = self._closure(kind.template)
            paths = [(name, self.asset(name)) for name in sorted(mentioned)]
            words = self.messages[language or next(iter(self.messages))].digest
            seen = repr((code_digest(), closure, words, language, paths))
            self._digests[key] = hashlib.blake2b(seen.encode(), digest_size=12).hexdigest()
        return self._digests[key]

    def _closure(self, template: str) -> tuple[str, frozenset[str]]:
        """Return what a template depends on; a kind without one copies files and depends on no theme."""
        return self.theme.closure(self.environment, template) if template else ("", frozenset())

    def fingerprint(self, kind: PageKind, value: msgspec.Struct, language: str) -> str:
        """Return the digest of everything that a page's bytes depend on."""
        digest = hashlib.blake2b(msgspec.msgpack.encode(value), digest_size=12)
        digest.update(self.theme_digest(kind, language).encode())
        return digest.hexdigest()

    def render(self, kind: PageKind, value: msgspec.Struct, language: str, path: str) -> bytes:
        """Return the bytes of a page that lives at `path`."""
        code = language or next(iter(self.messages))
        site = getattr(value, "site", None)
        context = {
            "page": value,
            "site": site,
            "path": path,
            "base_path": getattr(getattr(value, "head", None), "base_path", ""),
            "t": self.messages[code],
            "_dates": self._dates_of(code, site.zone) if site else None,
            "_assets": self.asset,
        }
        try:
            return self._template(kind.template).render(context).encode("utf-8")
        except (TemplateError, TypeError, ValueError, KeyError, AttributeError, AssertionError) as error:
            self._refuse(error, kind.template)

    def asset(self, name: str) -> str:
        """Return the path of an asset by its plain name."""
        try:
            return self.assets[name]
        except KeyError:
            raise ConfigError(
                f"templates/: expected the asset `{name}`, found none", hint="assets lie in templates/assets/"
            ) from None

    def problems(self, kinds: Sequence[PageKind]) -> list[str]:
        """Return what is odd about a site's own templates: blocks that the template they extend does not have."""
        found = []
        for kind in kinds:
            path = self.theme.find(kind.template)
            default = self.theme.find(DEFAULT + kind.template)
            if path is None or default is None or path == default:
                continue
            own, theirs = (
                self.environment.get_template(name).blocks for name in (kind.template, DEFAULT + kind.template)
            )
            source = path.read_text(encoding="utf-8")
            if f"{DEFAULT}{kind.template}" not in source:
                continue
            known = set(theirs) | set(self.environment.get_template("default/base.html").blocks)
            found += [
                f"{self.theme.shown(str(path))}: expected a block of `{kind.template}`, found `{block}`"
                for block in sorted(set(own) - known)
            ]
        return found

    def _template(self, name: str) -> Template:
        template = self._templates.get(name)
        if template is None:
            template = self._templates[name] = self.environment.get_template(name)
        return template

    def _dates_of(self, language: str, zone: str) -> Dates:
        key = (language, zone)
        if key not in self._dates:
            self._dates[key] = Dates(self.messages[language], zone)
        return self._dates[key]

    def _refuse(self, error: Exception, name: str) -> NoReturn:
        """Raise the error as one of the template, with its file and line."""
        if isinstance(error, ConfigError):
            raise error
        if isinstance(error, TemplateSyntaxError):
            raise ConfigError(
                f"{self.theme.shown(error.filename)}:{error.lineno}: {one_line(error.message)}"
            ) from error
        if isinstance(error, TemplateNotFound):
            raise ConfigError(f"templates/{name}: expected the template `{error.name}`, found none") from error
        place = self._place(error)
        if place is None and not isinstance(error, UndefinedError):
            raise error
        sentence = _VALUE.sub(r"`\1`", one_line(str(error)))
        hint = "docs/templates.md lists what a template sees" if isinstance(error, UndefinedError) else ""
        raise ConfigError(f"{place or 'templates/' + name}: {sentence}", hint=hint) from error

    def _place(self, error: Exception) -> str | None:
        """Return the innermost template and line of a traceback."""
        place, frame = None, error.__traceback__
        while frame is not None:
            file = frame.tb_frame.f_code.co_filename
            if any(file.startswith(f"{folder}/") for folder in self.theme.folders):
                place = f"{self.theme.shown(file)}:{frame.tb_lineno}"
            frame = frame.tb_next
        return place


def _again(
    templates: Sequence[Path], messages: Mapping[str, Messages], assets: Mapping[str, str], cache: Path | None
) -> Renderer:
    return Renderer(templates, messages, assets, cache=cache)


def _environment(theme: Theme, cache: Path | None) -> Environment:
    bytecode = None
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
        bytecode = FileSystemBytecodeCache(str(cache))
    environment = Environment(
        loader=theme,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=bytecode,
    )
    environment.filters.update(FILTERS)
    for name in _REMOVED_GLOBALS:
        del environment.globals[name]
    for name in _REMOVED_FILTERS:
        del environment.filters[name]
    return environment


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return the digest of the program: its own sources and the libraries whose versions reach output bytes."""
    digest = hashlib.blake2b(digest_size=12)
    root = Path(__file__).parent.parent
    for path in sorted(root.rglob("*.py")):
        source = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(source)}\0".encode() + source)
    digest.update(repr([(name, version(name)) for name in LIBRARIES]).encode())
    return digest.hexdigest()


__all__ = ["Renderer", "code_digest"]
