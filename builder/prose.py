"""Markdown → HTML that is safe to publish, and HTML → plain text.

Two walls: raw HTML in the text is shown as text, and the result passes an allow-list. Links keep http, https, mailto
and paths of the site; pictures keep paths of the site only, so that no page makes a request to a third party. A site
path stays absolute (`/about/`) until `relink` turns it into whatever the page needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from builder.base_path import below

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markdown import Markdown

MAX_CHARACTERS = 100_000  # of one text
MAX_MARKS = 3_000  # of one kind in one text: beyond that the parser takes seconds, and the text is shown as it is

_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "del", "sub", "sup"),
    *("ul", "ol", "li", "dl", "dt", "dd", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
_SITE_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
_WEB = re.compile(r"(?:https?://|mailto:|#)[^\x00-\x20]*", re.IGNORECASE)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_DEEP = re.compile(r"^(?:[ \t]*(?:[-*+>]|[0-9]+\.)){20}|^[ \t]{80,}(?:[-*+]|[0-9]+\.)[ \t]", re.MULTILINE)
_COSTLY = "[*_`>\\!=~"
_BARE = re.compile(r'<(?:a|img)(?: (?!href=|src=)[a-z]+="[^"]*")*>')
_NAMED = re.compile(r'<(?:a|img)\b[^>]*? (href|src)="([^"]*)"')
_LINKED = re.compile(r'(?<=[ ])(href|src)="(/[^"]*)"')


class Prose:
    """A Markdown parser to use many times: making one takes as long as a page of text, so the first text makes it.

    `base` is the base path, where links to pages of the site may begin with it.
    """

    def __init__(self, base: str = "") -> None:
        self.base = base

    @cached_property
    def _parser(self) -> Markdown:
        import markdown  # here, as `nh3` below: loading both takes longer than a build that finds no text needs

        parser = markdown.Markdown(extensions=["tables", "fenced_code", "sane_lists", "def_list"])
        parser.preprocessors.deregister("html_block")
        parser.inlinePatterns.deregister("html")
        parser.treeprocessors.register(_headings(parser), "headings", 5)
        return parser

    def to_html(self, text: str) -> str:
        """Return sanitised HTML of a Markdown text; its headings begin at h2, since a page has its own h1."""
        clean = _UNSEEN.sub("", text[:MAX_CHARACTERS])
        if not clean.strip():
            return ""
        import nh3

        markup = nh3.clean(
            _plain(clean) if _is_knotty(clean) else self._parser.reset().convert(clean),
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=_attribute,
            url_schemes={"http", "https", "mailto"},
            link_rel=None,
        ).strip()
        return relink(markup, lambda path: below(path, self.base)) if self.base else markup

    def without_address(self, text: str) -> list[str]:
        """Return the addresses of links and pictures in a Markdown text that do not pass, as written."""
        import html

        clean = _UNSEEN.sub("", text[:MAX_CHARACTERS])
        named = [] if _is_knotty(clean) else _NAMED.findall(self._parser.reset().convert(clean))
        told = [(attribute, html.unescape(address)) for attribute, address in named]
        return [address for attribute, address in told if _attribute("", attribute, address) is None]


def to_html(text: str) -> str:
    """Return sanitised HTML of one Markdown text."""
    return Prose().to_html(text)


def _is_knotty(text: str) -> bool:
    """Say whether a text is built to exhaust the parser rather than to be read."""
    return any(text.count(mark) > MAX_MARKS for mark in _COSTLY) or _DEEP.search(text) is not None


def _plain(text: str) -> str:
    import html  # here and below: its table of entities takes long to load, and many a build needs none

    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs if paragraph)


def to_text(markup: str) -> str:
    """Return the words of sanitised HTML on one line."""
    import html

    words = re.sub(r"<[^>]*>", " ", re.sub(r"</?(?:a|em|strong|code|del|sub|sup|img)\b[^>]*>", "", markup))
    return " ".join(html.unescape(words).split())


def without_address(markup: str) -> int:
    """Count the links and pictures of sanitised HTML whose address did not pass."""
    return len(_BARE.findall(markup))


def relink(markup: str, link: Callable[[str], str]) -> str:
    """Return sanitised HTML whose site paths have gone through `link`, which gives an address for the page."""

    def replace(found: re.Match[str]) -> str:
        import html

        return f'{found[1]}="{html.escape(link(html.unescape(found[2])))}"'

    return _LINKED.sub(replace, markup)


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name not in {"href", "src"}:
        return value
    if _SITE_PATH.fullmatch(value):
        return value
    return value if name == "href" and _WEB.fullmatch(value) else None


def _headings(parser: Markdown) -> Any:
    """Return what moves each heading one level down."""
    from markdown.treeprocessors import Treeprocessor

    class Headings(Treeprocessor):
        def run(self, root: Element) -> None:
            for element in root.iter():
                if re.fullmatch(r"h[1-6]", element.tag):
                    element.tag = f"h{min(6, int(element.tag[1]) + 1)}"

    return Headings(parser)
