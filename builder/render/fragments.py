"""`{% cache value, … %}…{% endcache %}`: a piece of a page, printed as it was while its values are the same.

A running `watch` makes the same lists again and again with one entry more; without this, each of their cards is
rendered anew. What a piece prints may depend on the values named, the page's address, its frame and its language,
and on nothing else of the page.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context

LIMIT = 4096  # pieces; of about 2 KB each


class Fragments(Extension):
    """The tag, and the pieces that it keeps, the least recently printed dropped first."""

    tags = {"cache"}  # noqa: RUF012  an attribute of instances, says the base class

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.kept: OrderedDict[Hashable, str] = OrderedDict()

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        place = nodes.Const(f"{parser.name}:{line}")
        values = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            values.append(parser.parse_expression())
        body = parser.parse_statements(("name:endcache",), drop_needle=True)
        call = self.call_method("recall", [nodes.ContextReference(), place, *values])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def recall(self, context: Context, place: str, *values: Hashable, caller: Callable[[], str]) -> str:
        """Return the piece printed for these values, by the body only when they are new."""
        key = (place, context["path"], context["base_path"], context["t"].language, context["site"], *values)
        piece = self.kept.get(key)
        if piece is None:
            piece = self.kept[key] = caller()
            if len(self.kept) > LIMIT:
                self.kept.popitem(last=False)
        else:
            self.kept.move_to_end(key)
        return piece
