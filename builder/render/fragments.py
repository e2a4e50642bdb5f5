"""`{% cache value, … %}…{% endcache %}`: a piece of a page, printed as it was while its values are the same.

A running `watch` makes the same lists again and again with one entry more; without this, each of their cards is
rendered anew. What a piece prints may depend on the values named, the page's address, its frame and its language,
and on nothing else of the page. A process that builds once keeps nothing: hardly a piece comes twice in one build.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context

KEPT_LIMIT = 8_000_000  # characters of all pieces
PIECE_LIMIT = 64_000  # … of one; a longer one is most of a page, which changes as a whole


class Fragments(Extension):
    """The tag, and the pieces that it keeps, the least recently printed dropped first."""

    tags = {"cache"}  # noqa: RUF012  an attribute of instances, says the base class

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.is_keeping = False
        self._kept: OrderedDict[Hashable, str] = OrderedDict()
        self._size = 0

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        # A name that the template has nowhere else: two pieces may stand on one line.
        place = nodes.Const(f"{parser.name}:{parser.free_identifier().name}")
        values = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            values.append(parser.parse_expression())
        body = parser.parse_statements(("name:endcache",), drop_needle=True)
        call = self.call_method("recall", [nodes.ContextReference(), place, *values])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def recall(self, context: Context, place: str, *values: Hashable, caller: Callable[[], str]) -> str:
        """Return the piece printed for these values, by the body only when they are new."""
        key = (place, context["path"], context["base_path"], context["t"].language, context["site"], as_seen(values))
        hash(key)  # a value that cannot be compared is refused in every process, also in one that keeps nothing
        if not self.is_keeping:
            return caller()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        piece = caller()
        if len(piece) <= PIECE_LIMIT:
            self._keep(key, piece)
        return piece

    def _keep(self, key: Hashable, piece: str) -> None:
        self._kept[key] = piece
        self._size += len(piece)
        while self._size > KEPT_LIMIT:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped)

    def forget(self) -> None:
        self._kept.clear()
        self._size = 0


def as_seen(value: Hashable) -> Hashable:
    """Return a value with its type: `Markup` equals the text that would be escaped, and 1 equals true."""
    return (tuple, *map(as_seen, value)) if isinstance(value, tuple) else (type(value), value)
