"""Markdown becomes HTML that is safe to publish, in bounded time."""

import json
import time
from pathlib import Path

import html5lib
import pytest

from builder import prose

HOSTILE = Path(__file__).parents[1] / "hostile" / "xss_strings.txt"
ALLOWED = prose._TAGS | {"html", "head", "body"}


def strings(path):
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            context, payload = line.split("\t", 1)
            yield context, json.loads(payload)


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("Hello *world*", "<p>Hello <em>world</em></p>"),
        ("# Head", "<h2>Head</h2>"),
        ("###### Deep", "<h6>Deep</h6>"),
        ('[a](/about/ "t")', '<p><a href="/about/" title="t">a</a></p>'),
        ("<https://a.example/?b=1&c=2>", '<p><a href="https://a.example/?b=1&amp;c=2">https://a.example/?b=1&amp;c=2</a></p>'),
        ("[a](javascript:pwn(1))", "<p><a>a</a></p>"),
        ("[a](JaVaScRiPt:pwn(1))", "<p><a>a</a></p>"),
        ("[a](&#106;avascript:pwn(1))", "<p><a>a</a></p>"),
        ("[a](data:text/html,x)", "<p><a>a</a></p>"),
        ("[a](//evil.example/)", "<p><a>a</a></p>"),
        ("[a](/\\evil.example/)", "<p><a>a</a></p>"),
        ("![p](/static/p.png)", '<p><img alt="p" src="/static/p.png"></p>'),
        ("![p](https://evil.example/p.png)", '<p><img alt="p"></p>'),
        ("<script>pwn(1)</script>", "<p>&lt;script&gt;pwn(1)&lt;/script&gt;</p>"),
        ("<div onclick=pwn(1)>x</div>", "<p>&lt;div onclick=pwn(1)&gt;x&lt;/div&gt;</p>"),
        ('```js" onload="x\ny\n```', '<p><code>js" onload="x\ny</code></p>'),
        ("a\u202eb\x07c", "<p>abc</p>"),
    ],
)  # fmt: skip
def test_markdown_becomes_this(text, markup):
    """Words, links and lists, and nothing else."""
    assert prose.to_html(text) == markup


@pytest.mark.parametrize("as_link", [False, True])
def test_no_hostile_string_leaves_the_allow_list(as_link):
    """Every string of the corpus, alone and as a link: tags, attributes and schemes stay in the list."""
    for context, payload in strings(HOSTILE):
        text = f"[x]({payload}) ![y]({payload} '{payload}')" if as_link else payload
        tree = html5lib.parse(prose.to_html(text), namespaceHTMLElements=False)
        for element in tree.iter():
            assert element.tag in ALLOWED, (context, payload)
            assert set(element.keys()) <= {"href", "title", "src", "alt", "start"}, (context, payload)
            href = element.get("href", "/")
            assert href.lower().startswith(("http://", "https://", "mailto:", "/", "#")), (context, payload)
            assert element.get("src", "/").startswith("/"), (context, payload)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "[a](" * 25_000,
        "*a " * 33_000,
        "_a_" * 33_000,
        "`" * 99_999,
        ">" * 100_000,
        "> " * 50_000,
        "![" * 50_000,
        "```\n" * 25_000,
        "a\n=\n" * 25_000,
        "\\" * 100_000,
        "1. " * 33_000,
        "\n" * 100_000,
        "\n".join(" " * (4 * depth) + "- a" for depth in range(200)),
        "\n\n".join(">" * depth for depth in range(300)),
    ],
    ids=lambda text: repr(text[:6]),
)
def test_a_text_made_to_exhaust_the_parser_is_shown_as_it_is(text):
    """No text of the allowed length takes long; its words are all there."""
    began = time.process_time()

    markup = prose.to_html(text)

    assert time.process_time() - began < 2
    assert len(prose.to_text(markup)) <= 100_000


def test_text_is_the_words_on_one_line():
    """For descriptions and cards."""
    assert prose.to_text(prose.to_html("# A & B\n\nfirst\nline\n\n- x\n- y <z>")) == "A & B first line x y <z>"


def test_site_paths_go_through_the_page():
    """Links and pictures of the site become whatever the page needs; others stay."""
    markup = prose.to_html('[a](/b/?x=1&y=2 "/c/") [d](https://e.example/) ![f](/static/g.png)')

    assert prose.relink(markup, lambda path: f"../..{path}") == (
        '<p><a href="../../b/?x=1&amp;y=2" title="/c/">a</a> <a href="https://e.example/">d</a>'
        ' <img alt="f" src="../../static/g.png"></p>'
    )
