"""Rendering: Jinja2 with escaping always on, strict about names, blind to everything but the page's value.

A template sees `page` (the value), `site` (its frame), `path`, and the words `t`; nothing in that depends on the
clock, the disk or other pages. What the bytes depend on is one digest per kind and language (`theme_digest`) and the
value; together they are the page's fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from builder.dates import Dates
from builder.errors import ConfigError
from builder.memory import Memory, digest_of_parts
from builder.messages import Messages
from builder.model import Problem
from builder.pages.kind import Kind
from builder.pages.site import EVERYTHING
from builder.program import code_digest
from builder.render.names import Names
from builder.render.theme import DEFAULT, Read, Theme
from builder.render.unread import unread

if TYPE_CHECKING:
    from jinja2 import Environment, Template


WHERE_ASSETS_LIE = "assets lie in templates/assets/"


class Renderer:
    """Turns values into bytes.

    `templates`: folders, the site's own first and the default theme last. `assets`: plain name → hashed path.
    `cache`: a folder for compiled templates and what is remembered of them. `stays`: it will be asked for the same
    pages again, so it keeps pieces of them; a copy in another process does not, and has the templates as they were
    read here.
    """

    def __init__(
        self,
        templates: Sequence[Path],
        messages: Mapping[str, Messages],
        assets: Mapping[str, str],
        *,
        cache: Path | None = None,
        stays: bool = False,
    ) -> None:
        self.arguments = (tuple(templates), dict(messages), dict(assets), cache)
        self.cache = cache
        self.stays = stays
        self.memory = Memory(cache)
        self.program = code_digest(self.memory)
        self.theme = Theme(templates, self._names_in, self.memory, self.program)
        self.messages = messages
        self.assets = assets
        self._dates: dict[tuple[str, str], Dates] = {}
        self._digests: dict[tuple[str, str], str] = {}
        self._named: dict[str, Container[str]] = {}
        self._templates: dict[str, Template] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (*self.arguments, self.theme.as_read())

    @cached_property
    def environment(self) -> Environment:
        """The template engine; loading it takes longer than many a build, so it waits for the first page."""
        from builder.render.engine import make_environment

        return make_environment(self.theme, self.cache, self.program, stays=self.stays)

    def theme_digest(self, kind: Kind, language: str) -> str:
        """Return the digest of all but the value: program, template closure, messages, assets mentioned."""
        key = (kind.template, language)
        if key not in self._digests:
            closure, mentioned = self._closure(kind.template)
            self._refuse_missing(kind.template, mentioned)
            paths = [(name, self.asset(name)) for name in sorted(mentioned)]
            words = self.messages[language or next(iter(self.messages))].digest
            seen = repr((self.program, closure, words, language, paths))
            self._digests[key] = hashlib.blake2b(seen.encode(), digest_size=12).hexdigest()
        return self._digests[key]

    def named_fields(self, template: str) -> Container[str]:
        """Return the fields of a page's value that its template may print."""
        if template not in self._named:
            words = self.theme.words(template) if template else None
            self._named[template] = EVERYTHING if words is None else words
        return self._named[template]

    def _closure(self, template: str) -> tuple[str, frozenset[str]]:
        """Return what a template depends on; a kind without one copies files and depends on no theme."""
        return self.theme.closure(template) if template else ("", frozenset())

    def _names_in(self, theme: Theme, source: str, path: Path) -> Names:
        from builder.render.engine import names_in

        return names_in(theme, self.environment, source, path)

    def render(self, kind: Kind, value: msgspec.Struct, language: str, path: str) -> bytes:
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
        except Exception as error:  # noqa: BLE001  sorted there into those of templates and all others, raised again
            self._refuse(error, kind.template)

    def _refuse_missing(self, template: str, mentioned: Iterable[str]) -> None:
        for name in sorted(mentioned):
            if name not in self.assets:
                place = self.theme.mentions(template, name)
                raise ConfigError(f"{place}: expected the asset `{name}`, found none", hint=WHERE_ASSETS_LIE)

    def asset(self, name: str) -> str:
        """Return the path of an asset by its plain name."""
        try:
            return self.assets[name]
        except KeyError:
            raise ConfigError(f"templates/: expected the asset `{name}`, found none", hint=WHERE_ASSETS_LIE) from None

    def problems(self, kinds: Sequence[Kind]) -> list[Problem]:
        """Return what is odd about a site's own templates: what no theme has or nothing uses, and so is in vain."""
        files = self.theme.own_files
        used = self.theme.needed(kind.template for kind in kinds if kind.template) if files else set()
        strange = self._strange_messages() + self._strange_blocks(kinds)
        return self._unused(used) + self._unread(files.keys() - used) + strange

    def _unused(self, used: Collection[str]) -> list[Problem]:
        sentence = "expected the name of a template, found one that no page uses"
        return [
            _vain(self.theme.shown(str(path)), f"{sentence}{_meant(name, self.theme.names())}")
            for name, path in self.theme.own_templates().items()
            if name not in used
        ]

    def _unread(self, names: Iterable[str]) -> list[Problem]:
        return [
            _vain(f"templates/{name}", f"expected {wanted}; the file is not read")
            for name, wanted in unread(sorted(names), list(self.messages))
        ]

    def _strange_messages(self) -> list[Problem]:
        found = []
        for words in self.messages.values():
            for place, name in words.unknown:
                source, _, line = place.rpartition(":")
                sentence = f"expected a known message, found `{name}`, which is left out"
                found.append(_vain(source, sentence + _meant_message(name, words.keys()), name, int(line)))
        return list(dict.fromkeys(found))  # a file may be of several languages

    def _strange_blocks(self, kinds: Sequence[Kind]) -> list[Problem]:
        own = [kind.template for kind in kinds if self._extends_its_namesake(kind.template)]
        if not own:
            return []
        named = [name for template in own for name in (template, DEFAULT + template)]
        made_of = digest_of_parts([self.program, *own, *(self._closure(name)[0] for name in named)])
        return self.memory.recall("blocks", made_of, list[Problem], lambda: self._unknown_blocks(own))

    def _extends_its_namesake(self, template: str) -> bool:
        path, default = self.theme.find(template), self.theme.find(DEFAULT + template)
        if path is None or default is None or path == default:
            return False
        return f"{DEFAULT}{template}" in self.theme.read(path)

    def _unknown_blocks(self, templates: Sequence[str]) -> list[Problem]:
        found = []
        frame = set(self.environment.get_template(f"{DEFAULT}base.html").blocks)
        for name in templates:
            own, theirs = (set(self.environment.get_template(each).blocks) for each in (name, DEFAULT + name))
            shown = self.theme.shown(str(self.theme.find(name)))
            found += [
                _vain(shown, f"expected a block of `{name}`, found `{block}`{_meant(block, theirs | frame)}", block)
                for block in sorted(own - theirs - frame)
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
        """Raise the error as one of the template, with its file and line; what is no template's fault as it is."""
        from builder.render.engine import FAILURES, sentence_of

        told = sentence_of(error, self.theme, name) if isinstance(error, FAILURES) else None
        if told is None:
            raise error
        sentence, hint = told
        raise ConfigError(sentence, hint=hint) from error


def _vain(source: str, message: str, field: str = "", line: int = 0) -> Problem:
    name = source.encode("utf-8", "replace").decode()  # which need not be text
    return Problem("content_unread", message, source=name, line=line, field=field)


def _meant(name: str, known: Collection[str]) -> str:
    """Return the known name that is nearest, as the end of a sentence; "" when none is near."""
    import difflib  # here: only mistakes need it

    close = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    return f"; did you mean `{close[0]}`?" if close else ""


def _meant_message(name: str, known: Collection[str]) -> str:
    """Return what to write instead of a message that there is not; of a known one it is the key that has the dots."""
    if name in known:
        section, _, last = name.rpartition(".")
        return f"; write `{last}` below `{section}`"
    return _meant(name, known)


def _again(
    templates: Sequence[Path],
    messages: Mapping[str, Messages],
    assets: Mapping[str, str],
    cache: Path | None,
    read: Read,
) -> Renderer:
    renderer = Renderer(templates, messages, assets, cache=cache)
    renderer.theme.adopt(read)
    return renderer
