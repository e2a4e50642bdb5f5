"""The template engine: the one room that knows Jinja2's environment, loaded when a template is parsed or rendered.

A start that renders nothing, because nothing changed or because the command makes no pages, does without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemBytecodeCache,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateError, UndefinedError
from jinja2.meta import find_referenced_templates

from builder.errors import ConfigError
from builder.render.filters import FILTERS
from builder.render.fragments import Fragments
from builder.render.names import Names
from builder.render.theme import DEFAULT, Theme, one_line

_VALUE = re.compile(r"^'(?:\w+\.)*(\w+) object'")
_REMOVED_GLOBALS = ("lipsum",)  # random
_REMOVED_FILTERS = ("random", "safe", "xmlattr")  # changing; unescaped; attribute names from data
_OF_FIELDS = ("attr", "map", "sum", "sort", "groupby", "selectattr", "rejectattr", "unique", "min", "max", "join")
_OF_WHOLES = ("json_block", "tojson", "pprint", "string", "items", "dictsort", "xmlattr", "urlencode")
_ALWAYS_WHOLE = ("player",)  # a value whose parts are all there whenever it is
FAILURES = (  # of a template that runs
    TemplateError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
)


class Compiled(FileSystemBytecodeCache):
    """Compiled templates in a folder of the state, which may go at any time, also while a program stays."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        Path(self.directory).mkdir(parents=True, exist_ok=True)
        super().dump_bytecode(bucket)


def make_environment(theme: Theme, cache: Path | None, program: str, *, stays: bool) -> Environment:
    """Return an environment that escapes everything and knows the templates of the theme.

    `program`: the digest of the code, which compiled templates depend on too. `stays`: pieces of pages are kept.
    """
    bytecode = None
    if cache is not None:
        bytecode = Compiled(str(cache), f"__jinja2_{program[:8]}_%s.cache")
    environment = Environment(
        loader=Loader(theme),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=bytecode,
        extensions=[Fragments],
    )
    pieces_of(environment).is_keeping = stays
    environment.filters.update(FILTERS)
    for name in _REMOVED_GLOBALS:
        del environment.globals[name]
    for name in _REMOVED_FILTERS:
        del environment.filters[name]
    return environment


def pieces_of(environment: Environment) -> Fragments:
    """Return what keeps the printed pieces of an environment."""
    found = environment.extensions[Fragments.identifier]
    assert isinstance(found, Fragments)
    return found


class Loader(BaseLoader):
    """Hands the theme's templates to Jinja2."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002  the loader protocol
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        path = self.theme.find(template)
        if path is None:
            raise TemplateNotFound(template)
        return self.theme.read(path), str(path), lambda: True


def names_in(theme: Theme, environment: Environment, source: str, path: Path) -> Names:
    """Return what a template names; a computed name is refused, since no digest could follow it."""
    try:
        tree = environment.parse(source, filename=str(path))
    except TemplateSyntaxError as error:
        raise ConfigError(f"{theme.shown(str(path))}:{error.lineno}: {one_line(error.message)}") from error
    shown = theme.shown(str(path))
    assets = sorted(set(_mentioned(tree, shown)))
    return Names(tuple(sorted(_references(tree, shown))), tuple(assets), computed=_computes_fields(tree))


def _references(tree: nodes.Template, shown: str) -> set[str]:
    found = set()
    for reference in find_referenced_templates(tree):
        if reference is None:
            raise ConfigError(
                f"{shown}: expected the plain name of a template, found a computed one",
                hint='write {% include "partials/name.html" %}; a page depends on what it names',
            )
        found.add(reference)
    return found


def _mentioned(tree: nodes.Template, shown: str) -> Iterator[str]:
    for found in tree.find_all(nodes.Filter):
        if found.name == "asset":
            if not isinstance(found.node, nodes.Const):
                raise ConfigError(f"{shown}:{found.lineno}: `asset` expected a plain name, found a computed one")
            yield str(found.node.value)


def _computes_fields(tree: nodes.Template) -> bool:
    """Say whether a template may print a field that it does not name: by a computed name, or a value as a whole."""
    for item in tree.find_all(nodes.Getitem):
        is_plain = isinstance(item.arg, (nodes.Const, nodes.Slice))
        if not is_plain and not isinstance(item.node, (nodes.Dict, nodes.List, nodes.Call)):
            return True
    for each in tree.find_all(nodes.Filter):
        named = [*each.args, *(pair.value for pair in each.kwargs)]
        if each.name in _OF_FIELDS and not all(isinstance(argument, nodes.Const) for argument in named):
            return True
        if each.name in _OF_WHOLES and not (isinstance(each.node, nodes.Getattr) and each.node.attr in _ALWAYS_WHOLE):
            return True
    return False


def sentence_of(error: Exception, theme: Theme, name: str) -> tuple[str, str] | None:
    """Return the sentence and hint about a template that failed; None when the failure is none of a template's."""
    if isinstance(error, TemplateSyntaxError):
        return f"{theme.shown(error.filename)}:{error.lineno}: {one_line(error.message)}", ""
    if isinstance(error, TemplateNotFound):
        return f"templates/{name}: expected the template `{error.name}`, found none", ""
    place, is_undefined = _place(error, theme), isinstance(error, UndefinedError)
    if place is None and not is_undefined:
        return None
    if isinstance(error, RecursionError):
        hint = f'a template of yours extends that of the theme as {{% extends "{DEFAULT}{name}" %}}'
        return f"{place}: expected an end, found a template or macro that leads back to itself", hint
    hint = "docs/templates.md lists what a template sees" if is_undefined else ""
    said = _VALUE.sub(r"`\1`", one_line(str(error)))
    return f"{place or 'templates/' + name}: {said}", hint


def _place(error: Exception, theme: Theme) -> str | None:
    """Return the innermost template and line of a traceback."""
    place, frame = None, error.__traceback__
    while frame is not None:
        file = frame.tb_frame.f_code.co_filename
        if any(file.startswith(f"{folder}/") for folder in theme.folders):
            place = f"{theme.shown(file)}:{frame.tb_lineno}"
        frame = frame.tb_next
    return place
