"""No text from outside changes the structure of a page, its addresses, or the folder it is written to."""

import json
import re
import unicodedata
from functools import lru_cache
from html import escape
from urllib.parse import urlsplit

import html5lib
import pytest

from builder import prose
from builder.model import Link, MarkdownPage, PageKey, StreamKey, Vj
from builder.pages import kind_named, paths
from builder.pages.words import clean
from tests.pages.support import DAY, HOUR, MINUTE, ROOT, T0, render, renderer, session, site, track

HOSTILE = ROOT / "tests" / "hostile"
ALLOWED_HOSTS = {"replays.example.com", "1250000000.vod2.myqcloud.com", "example.com"}
PAGES = (
    ("home", ""),
    ("years", ""),
    ("year", "2022"),
    ("month", "2022-01"),
    ("day", "2022-01-13"),
    ("vjs", ""),
    ("vj", "alice"),
    ("vj_month", "alice/2022-01"),
    ("tags", ""),
    ("page", "about"),
    ("not_found", ""),
)


def rows(name):
    for line in (HOSTILE / name).read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            form, payload = line.split("\t", 1)
            yield form, json.loads(payload)


# Half surrogates are refused where records are read and cannot be stored; `clean` has its own test for them.
XSS = [(form, text) for form, text in rows("xss_strings.txt") if not re.search("[\ud800-\udfff]", text)]
SAMPLE = XSS[::11]


def poisoned(text):
    """A site in which every field that somebody else writes holds `text`."""
    broadcast = session(
        "p",
        vj="alice",
        minutes=300,
        title=text,
        language=text,
        tracks=(track("mp4", [(0, 200), (210, 300)], primary=True), track("flv", [(0, 300)])),
        gaps=((T0 + 200 * MINUTE, T0 + 210 * MINUTE),),
        tags=(text,),
        chapters=((0, text), (9_000_000, text)),
        description_html=f"<p>{escape(text)}</p>",
        description_text=text,
        featured=True,
        stream=StreamKey(text, text, text),
    )
    others = [session("q", start_ms=T0 - DAY, title=text), session("r", start_ms=T0 + 40 * DAY, title=text)]
    others.append(
        session("s", title=text, description_text=text, tags=(text,), visibility="hidden", tombstone="hidden")
    )
    return site(
        [broadcast, *others],
        languages=("en",),
        vjs=[
            Vj(
                slug="alice",
                name=text,
                language=text,
                photo=text,
                banner=text,
                links=(Link(text, "https://example.com/a"),),
                bio_html=f"<p>{escape(text)}</p>",
            )
        ],
        pages=[MarkdownPage(slug="about", title=text, html=f"<p>{escape(text)}</p>", description=text, nav=True)],
        title=text,
        description=text,
        author=text,
        footer=text,
        nav=((text, "/about/"),),
    )


def pages_of(text):
    made = poisoned(text)
    watch = [("watch", each.id) for each in made.catalog.latest(3)]
    gone = [("tombstone", each.id) for each in made.catalog.all_sessions() if each.tombstone]
    for kind, name in (*PAGES, *watch, *gone, ("tag", f"|{text}")):
        yield kind, render(made, kind, name)
    yield "poster", render(made, "poster", watch[0][1], language="")


def elements(page):
    return list(html5lib.parse(page, namespaceHTMLElements=False, treebuilder="etree").iter())


def skeleton(tree):
    return [(str(each.tag), sorted(each.attrib)) for each in tree]


@lru_cache
def benign():
    return [(kind, skeleton(elements(page))) for kind, page in pages_of("benign")]


def check(text):
    for (kind, page), (_, expected) in zip(pages_of(text), benign(), strict=True):
        tree = elements(page)
        found = skeleton(tree)
        assert found == expected, (kind, text, first_difference(found, expected))
        for each in tree:
            look_at(kind, each, text)
        if kind == "watch":
            said = " ".join(clean(text).split())
            assert any(said in " ".join("".join(each.itertext()).split()) for each in tree if each.tag == "h1"), text


def first_difference(found, expected):
    return next(
        (pair for pair in zip(found, expected, strict=False) if pair[0] != pair[1]), (len(found), len(expected))
    )


def look_at(kind, element, text):
    for name, value in ((str(name), value) for name, value in element.attrib.items()):
        assert not name.startswith("on"), (kind, name, text)
        assert name != "style", (kind, text)
        if name in ("href", "src", "poster", "srcset", "action", "data"):
            url = urlsplit(value)
            assert url.scheme in ("", "https", "http"), (kind, value)
            assert not url.netloc or url.netloc in ALLOWED_HOSTS, (kind, value)
    if element.tag == "script" and "src" not in element.attrib:
        assert element.attrib["type"] == "application/json"
        assert json.loads("".join(element.itertext()))["id"]


@pytest.mark.parametrize(("form", "text"), SAMPLE, ids=[f"{at}-{form}" for at, (form, _) in enumerate(SAMPLE)])
def test_hostile_text_leaves_every_page_its_skeleton(form, text):
    """Tags and attribute names are those of harmless text, all addresses are on the list, nothing inline runs."""
    check(text)


@pytest.mark.torture
@pytest.mark.parametrize(("form", "text"), XSS, ids=[f"{at}-{form}" for at, (form, _) in enumerate(XSS)])
def test_every_hostile_text_leaves_every_page_its_skeleton(form, text):
    """The same with all strings."""
    check(text)


@pytest.mark.parametrize("form", sorted({form for form, _ in XSS}))
def test_hostile_markdown_adds_no_script_style_or_strange_address(form):
    """A description written by someone else may have structure, but only of the allowed kind."""
    text = "\n\n".join(payload for each, payload in XSS if each == form)
    made = site(
        [session("p", description_html=prose.to_html(text), description_text="x")],
        languages=("en",),
        pages=[MarkdownPage(slug="about", title="About", html=prose.to_html(text))],
    )
    for kind, name in (("watch", session("p").id), ("page", "about")):
        tree = elements(render(made, kind, name))
        assert not {str(each.tag) for each in tree} & {"iframe", "object", "embed", "base", "form", "style", "input"}
        for each in tree:
            for attribute, value in each.attrib.items():
                assert not str(attribute).startswith(("on", "style")), value
                if attribute in ("href", "src"):
                    assert urlsplit(value).scheme in ("", "http", "https", "mailto"), value
            if each.tag == "script" and "src" not in each.attrib:
                assert each.attrib["type"] == "application/json"


@pytest.mark.parametrize(
    "url",
    [text for form, text in XSS if form == "url" and not re.match(r"https?://|mailto:|#|/(?!/)", text, re.IGNORECASE)],
)
def test_an_address_of_another_scheme_becomes_a_number_sign(url):
    """The filter knows site paths, fragments, http, https and mailto."""
    template = renderer(("en",)).environment.from_string("{{ value | url }}")

    assert template.render(value=url, path="/", base_path="", _assets=None) == "#"


def test_control_characters_follow_the_stated_rule():
    """White space becomes one space, overrides vanish, other controls become U+FFFD, a blank text stays visible."""
    assert clean("a\r\n\tb") == "a b"
    assert clean("a\u202eb\u2066c\u200b") == "abc"
    assert clean("a\x00b\x9f") == "a\ufffdb\ufffd"
    assert clean("\ud800x") == "\ufffdx"
    assert clean(" \u200b ") == "\ufffd"
    assert clean("") == ""
    assert clean("e" + "\u0301" * 30) == "e" + "\u0301" * 4
    assert len(clean("x" * 5000, 300)) == 300


NAMES = [text for _, text in rows("path_strings.txt")]


def test_tags_of_any_text_become_distinct_harmless_folders():
    """Every name stays inside the tree, differs from all others however it is folded, and fits every file system."""
    made = site()
    folders = {}
    for text in dict.fromkeys(NAMES):
        path = kind_named("tag").path(made, PageKey("tag", f"|{text}", "en"))
        match = re.fullmatch(r"/tags/([a-z0-9-]{1,64})/", path)
        assert match, (text, path)
        folder = match[1]
        assert not re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d|in|index", folder), text
        folders.setdefault(unicodedata.normalize("NFKC", folder).casefold(), []).append(text)

    assert all(len(texts) == 1 for texts in folders.values()), [texts for texts in folders.values() if len(texts) > 1]


def test_plain_tags_keep_their_names():
    """A tag that is a good folder name is one; what looks like a made name is not taken."""
    assert paths.tag_slug("shortwave") == "shortwave"
    assert paths.tag_slug("field-recording") == "field-recording"
    assert re.fullmatch(r"field-recording-[a-z2-7]{10}", paths.tag_slug("Field Recording"))
    assert paths.tag_slug("in") != "in"
    assert paths.tag_slug("x-aaaaaaaaaa") != "x-aaaaaaaaaa"


@pytest.mark.parametrize("text", [text for text in NAMES if text.isprintable()][::8])
def test_stream_ids_never_reach_a_page(text):
    """A raw stream id is in no byte of any page, whatever it looks like."""
    secret = f"13800138000{text}"
    made = site(
        [session("p", vj="s-0123456789abcdef", stream=StreamKey(secret, "app", "live"), start_ms=T0 + HOUR)],
        languages=("en",),
    )
    for kind, name in (("watch", session("p", start_ms=T0 + HOUR).id), ("vj", "s-0123456789abcdef"), ("home", "")):
        assert "13800138000" not in render(made, kind, name)
