"""What pages hold: structure, addresses, languages, bounds, states."""

import json
import posixpath
import re
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest

from builder.addresses import private_slug, tag_of
from builder.assets import collect_assets
from builder.model import NEVER_MS, MarkdownPage, Media, SetAside, StreamClaim, StreamKey, Vj
from builder.pages import day, frame, know, moments, month, prefixes, tag, vj_month
from tests.pages.support import (
    ALICE,
    DAY,
    HOUR,
    LIN,
    MINUTE,
    ROOT,
    T0,
    THEME,
    Links,
    build,
    render,
    rich,
    session,
    site,
    track,
)

ABOUT = (
    MarkdownPage(slug="about", title="About", language="en", html='<p><a href="/vj/">VJs</a></p>', nav=True),
    MarkdownPage(slug="imprint", title="版权", language="zh", html="<p>版权</p>", aliases=("/legal/",)),
)


MOVED = {"/gone/": "/vj/alice/", "/vj/": "/tags/", "/zh/also/": "/zh/vj/alice/", "/zh/vj/": "/tags/"}


def catalog():
    """Sessions of every kind."""
    return [
        rich(),
        session("a1", title="First"),
        session("a2", start_ms=T0 + DAY, aliases=("2022/01/12/0000000001", "/old/path/")),
        session("s1", vj="s-0123456789abcdef", start_ms=T0 - 3 * DAY, minutes=700),
        session("old", vj="lin", start_ms=T0 - 400 * DAY, tags=("shortwave",)),
        session("un", start_ms=T0 + HOUR, visibility="unlisted", title="Only with the link"),
        session("hid", start_ms=T0 + HOUR, visibility="hidden", tombstone="hidden", title="Never shown"),
        session("dr", start_ms=T0 + HOUR, visibility="draft", title="Not yet"),
        session("dead", start_ms=T0 - DAY, tombstone="deleted", title="Once shown"),
        session("no", start_ms=T0 - 2 * DAY, tracks=(track("mp4", [(0, 60)], host=""),)),
        session("point", start_ms=T0 - 6 * DAY, minutes=0, duration_ms=None, flags=("bad_times",)),
    ]


@pytest.fixture(scope="module")
def made():
    return site(catalog(), vjs=[ALICE, LIN], pages=ABOUT, redirects=MOVED)


@pytest.fixture(scope="module")
def pages(made):
    return build(made)


def files(pages):
    """Paths that answer: pages, assets."""
    return set(pages) | {asset.url for asset in collect_assets([THEME], ROOT / "none")}


def test_every_link_of_every_page_leads_somewhere(made, pages):
    """Relative links resolve to pages or assets, fragments to ids, under a base path too."""
    known = files(pages)
    for path, text in pages.items():
        links = Links(text)
        for element, name, url in links.found:
            if urlsplit(url).scheme or url.startswith("#t="):
                continue
            if path == "/404.html" and url.startswith("/"):
                target = "/" + url.removeprefix("/a/b/")
                assert url.startswith("/a/b/")
            else:
                assert not url.startswith("/"), (path, url)
                target = urljoin(f"http://x{path}", url).removeprefix("http://x").split("#")[0]
            assert target in known, (path, element, name, url)
            if url.startswith("#"):
                assert url[1:] in links.ids, (path, url)


def test_absolute_addresses_begin_with_the_base_url(pages):
    """Canonical and alternate addresses are absolute; each language names the others and itself."""
    text = pages["/zh/replays/2022/01/13/"]

    assert '<link rel="canonical" href="https://replays.example.com/a/b/zh/replays/2022/01/13/">' in text
    assert re.findall(r'hreflang="([^"]+)" href="([^"]+)"', text) == [
        ("en", "https://replays.example.com/a/b/replays/2022/01/13/"),
        ("zh", "https://replays.example.com/a/b/zh/replays/2022/01/13/"),
        ("x-default", "https://replays.example.com/a/b/replays/2022/01/13/"),
    ]


def test_both_languages_have_the_same_pages(pages):
    """The second language's tree is the first one's, but for what has no language."""
    english = {path for path in pages if not path.startswith("/zh/") and not path.endswith((".svg", ".html"))}

    assert {path.removeprefix("/zh") for path in pages if path.startswith("/zh/")} == english


def test_pages_keep_the_rules_of_every_page(pages):
    """One h1, language, policy first, skip link, landmarks, unique ids, no inline code or style."""
    for path, text in pages.items():
        if path.endswith(".svg"):
            continue
        tree = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parse(text)
        assert len(tree.findall(".//h1")) == 1, path
        assert tree.attrib["lang"] == ("zh" if path.startswith("/zh/") else "en")
        metas = tree.findall("./head/meta")
        assert metas[1].attrib["http-equiv"] == "Content-Security-Policy", path
        assert metas[1].attrib["content"].startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert len(tree.findall(".//main")) == 1, path
        ids = [each.attrib["id"] for each in tree.iter() if "id" in each.attrib]
        assert len(ids) == len(set(ids)), path
        labels = [each.attrib["aria-labelledby"] for each in tree.iter() if "aria-labelledby" in each.attrib]
        assert set(labels) <= set(ids), path
        assert " style=" not in text, path
        assert not re.search(r"\son[a-z]+=", text), path
        for image in tree.iter("img"):
            assert "alt" in image.attrib, path


def test_the_player_reads_what_the_page_says(made):
    """The JSON block holds the broadcast as promised, with addresses relative to the page."""
    text = render(made, "watch", rich().id)
    block = json.loads(re.search(r'<script type="application/json" class="replay">(.*?)</script>', text)[1])

    assert list(block) == [
        *(
            "id",
            "tags",
            "start",
            "length",
            "offset",
            "zone",
            "title",
            "vj",
            "hue",
            "poster",
            "trim",
            "gaps",
            "chapters",
        ),
        *("prev", "next", "tracks", "captions", "storyboard", "engines", "words"),
    ]
    assert block["id"] == rich().id
    assert block["tags"] == [rich().tag]
    assert (block["start"], block["length"], block["offset"]) == (T0, 13200.0, [[T0, 480]])
    assert block["poster"] == "poster.svg"
    assert block["gaps"] == [[3960.0, 4620.0], [9780.0, 9960.0]]
    assert block["chapters"][1] == [510.0, "一个振荡器能做什么"]
    assert [each["format"] for each in block["tracks"]] == ["mp4", "flv", "hls", "aac"]
    assert block["tracks"][0]["words"] == "mp4 · 4 parts · plays on phones · 1.4 GB"
    assert block["tracks"][0]["parts"][1] == {
        "at": 3600.0,
        "to": 3960.0,
        "length": 360.0,
        "url": "https://1250000000.vod2.myqcloud.com/mp41/f0.mp4",
        "renditions": [],
    }
    assert posixpath.normpath(f"/{rich().id}/../{block['prev']}").endswith(session("old", start_ms=T0 - 400 * DAY).tag)
    assert set(block["engines"]) <= {"hls", "mpegts"}
    assert block["words"]["play"] == "Play"


def test_without_scripts_every_part_has_a_player(made):
    """The fallback is a native player per part with links to its chapters, of the version most browsers know."""
    text = render(made, "watch", rich().id)

    assert text.count("<video controls") == 4
    assert 'href="https://1250000000.vod2.myqcloud.com/mp40/f0.mp4#t=510">0:08:30</a>' in text


def test_more_than_twenty_parts_become_links():
    """A page of hundreds of parts stays small: links instead of players."""
    spans = [(at * 10, at * 10 + 10) for at in range(21)]
    one = session("many", minutes=210, tracks=(track("mp4", spans, primary=True),))
    text = render(site([one], languages=("en",)), "watch", one.id)

    assert "<video" not in text
    assert text.count('/f0.mp4">Part ') == 21


def test_a_dead_broadcast_says_so(pages):
    """Without any address there is a sentence and no player."""
    text = pages[f"/replays/{session('no', start_ms=T0 - 2 * DAY).id}/"]

    assert "Nothing of this broadcast can be played any more." in text
    assert "aftercast-player" not in text


def test_unlisted_pages_exist_and_are_in_no_list(pages):
    """The page is there, tells robots to stay away, and nothing leads to it."""
    path = f"/replays/{session('un', start_ms=T0 + HOUR).id}/"

    assert '<meta name="robots" content="noindex">' in pages[path]
    assert "Only with the link" in pages[path]
    for other, text in pages.items():
        if session("un").tag not in other:
            assert "Only with the link" not in text
            assert session("un").tag not in text, other


@pytest.mark.parametrize(
    ("key", "start", "words", "hidden"),
    [
        ("hid", T0 + HOUR, "This replay is not public.", "Never shown"),
        ("dead", T0 - DAY, "This replay has been removed.", "Once shown"),
    ],
)
def test_tombstones_hold_a_status_word_only(pages, key, start, words, hidden):
    """No title, no VJ, no time, no media, no index."""
    text = pages[f"/replays/{session(key, start_ms=start).id}/"]

    assert words in text
    assert '<meta name="robots" content="noindex">' in text
    for word in (hidden, "Alice", "myqcloud.com/", "datetime", "2022-01"):
        assert word not in text.replace("media-src 'self' blob: *.myqcloud.com:* myqcloud.com:*", "")
    assert not any(hidden in other for other in pages.values())


def test_drafts_have_no_page(pages):
    """Nothing of a draft is published."""
    assert not any(session("dr").tag in path or "Not yet" in text for path, text in pages.items())


def test_an_empty_catalog_says_what_to_do_next():
    """Home, calendar and index exist and lead nowhere wrong."""
    empty = build(site(languages=("en",)))

    assert set(empty) == {"/", "/404.html", "/replays/", "/vj/"}
    assert "<code>site_src/recordings/</code>" in empty["/"]
    assert "aftercast build" in empty["/"]
    assert "<code>aftercast simulate --to http://127.0.0.1:8080/callback</code>" in empty["/"]


def test_the_page_for_dead_addresses_speaks_every_language(pages):
    """Servers have one such page: who followed a Chinese link reads Chinese there, and gets to Chinese pages."""
    first, _, other = pages["/404.html"].partition('<section class="stop" lang="zh">')

    assert "<h1>Page not found</h1>" in first
    assert "找不到此页" not in first
    assert "<h2>找不到此页</h2>" in other
    assert re.findall(r'<a href="([^"]+)" hreflang="zh">', other) == ["/a/b/zh/", "/a/b/zh/replays/", "/a/b/zh/vj/"]
    assert 'class="stop" lang=' not in build(site(languages=("zh",)))["/404.html"]


def test_an_unmapped_vj_has_a_decent_page(pages):
    """A name from the slug, a note that there is no profile, and one line on the index."""
    text = pages["/vj/s-0123456789abcdef/"]

    assert "<bdi>Broadcaster 012345</bdi></h1>" in text
    assert "has no profile yet" in text
    assert "1 stream without a profile" in pages["/vj/"]
    assert "Broadcaster 012345" in pages["/vj/in/s-/"]
    assert "012345" not in pages["/vj/"].replace("s-0123", "")


def test_a_vj_with_one_broadcast_looks_finished():
    """No empty headings, no plural, no year of blanks."""
    text = render(site([session("a")], vjs=[ALICE], languages=("en",)), "vj", "alice")

    assert "1 broadcast · 1 h 00 m" in text
    assert "On air, by time of day: 1 broadcast<" in text
    assert 'class="year"' not in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/replays/2022/01/12/0000000001/", f"../../../../../replays/{session('a2', start_ms=T0 + DAY).id}/"),
        ("/old/path/", f"../../replays/{session('a2', start_ms=T0 + DAY).id}/"),
        ("/vj/lin-xiao/", "../lin/"),
        ("/legal/", "../imprint/"),
        ("/gone/", "../vj/alice/"),
        ("/also/", "../vj/alice/"),
    ],
)
def test_former_addresses_lead_to_the_new_ones(pages, old, new):
    """Aliases of sessions, profiles and pages, and redirects.yaml: each in every language, live paths left alone."""
    target = posixpath.relpath(urljoin(f"http://x{old}", new).removeprefix("http://x"), old) + "/"
    for tree in ("", "/zh"):
        text = pages[tree + old]
        assert f'<a class="to" href="{target}" data-shift="0">' in text
        assert f'<meta http-equiv="refresh" content="0; url={target}">' in text
        assert '<meta name="robots" content="noindex">' in text
    assert "This page has moved" not in pages["/vj/"]


def test_a_private_slug_leads_to_the_profile_that_claimed_the_stream():
    """Once a stream is mapped, its former page is a redirect."""
    claimed = Vj(slug="alice", name="Alice", streams=(StreamClaim(pattern="room-7"),))
    one = session("a", stream=StreamKey("room-7", "push.example.com", "live"))
    paths = {path: text for path, text in build(site([one], vjs=[claimed], languages=("en",))).items() if "/s-" in path}

    assert len(paths) == 1
    assert 'href="../alice/"' in next(iter(paths.values()))


def test_a_redirect_takes_the_moment_along():
    """A former address meant the broadcast that began with its recording: `#t` moves by what now lies before that."""
    parts = track("mp4", [(0, 60), (77, 163)], primary=True)
    later = f"2022/01/13/{tag_of(parts.parts[1].key)}"
    aside = f"2022/01/13/{tag_of('copy')}"
    one = session(
        "mp40",
        minutes=163,
        tracks=(parts,),
        aliases=("2022/01/12/0000000001", aside, later),
        others=(SetAside("copy", "duplicate"),),
        recordings=("copy", "mp40", "mp41"),
    )
    made = site([one], languages=("en",), redirects={"/replays/2022/01/11/0000000002/": f"/replays/{one.id}/"})

    def shift(name):
        return re.search(r'data-shift="([^"]*)"', render(made, "redirect", f"replays/{name}/"))[1]

    assert shift(later) == "4620.0"  # 77 minutes
    assert shift(aside) == "300.0"  # the catalog says 5 minutes
    assert shift("2022/01/12/0000000001") == shift("2022/01/11/0000000002") == "0"


def test_a_hole_within_a_minute_is_told_to_the_second():
    """From 20:35 to 20:35 would be no time at all; others keep their minutes."""
    gaps = ((T0 + 10_000, T0 + 50_000), (T0 + 5 * MINUTE, T0 + 6 * MINUTE))
    parts = track("mp4", [(1, 5), (6, 10)], primary=True)
    one = session("mp40", minutes=10, tracks=(parts,), gaps=gaps)

    page = render(site([one], languages=("en",)), "watch", one.id)

    assert "on air; lost 20:35:04–20:35:44 and 20:39–20:40." in page


def test_a_hole_whose_file_was_deleted_says_removed_and_not_lost():
    """In the bar, the list, the facts, the badges and the player; a copy that is set aside is no removal."""
    parts = track("mp4", [(0, 60), (66, 120), (150, 163)], primary=True)
    one = session(
        "mp40",
        minutes=163,
        tracks=(parts,),
        gaps=((T0 + 60 * MINUTE, T0 + 66 * MINUTE), (T0 + 120 * MINUTE, T0 + 150 * MINUTE)),
        chapters=((0, "Begin"),),
        others=(
            SetAside("copy", "duplicate", "", T0 + 60 * MINUTE, T0 + 66 * MINUTE),
            SetAside("gone1", "deleted", "", T0 + 120 * MINUTE, T0 + 132 * MINUTE),
            SetAside("gone2", "expired", "", T0 + 130 * MINUTE, T0 + 136 * MINUTE),
        ),
    )
    made = site([one], languages=("en",))
    page = render(made, "watch", one.id)

    assert re.findall(r'<text class="gap"[^>]*>([^<]*)', page) == ["lost 6 m", "removed 30 m"]
    assert "on air; lost 21:34–21:40; removed 22:34–23:04." in page
    assert re.findall(r"<span>((?:Lost|Removed) [^<]*)", page) == ["Lost 6 m 00 s", "Removed 30 m 00 s"]
    assert re.findall(r"<li[^>]*>(Interrupted once|Partly removed)", page) == ["Interrupted once", "Partly removed"]
    told = know.facts(made, one, "en")
    facts = {fact.name: fact.lines for fact in told if fact.name in ("lost", "removed")}
    assert facts == {"lost": ("21:34:54 – 21:40:54, 6 m 00 s",), "removed": ("22:34:54 – 23:04:54, 30 m 00 s",)}
    assert re.search(r'"gaps":(\[\[.*?\]\])', page)[1] == "[[3600.0,3960.0],[7200.0,9000.0,1]]"


def test_a_hole_of_which_less_than_half_was_deleted_is_lost():
    parts = track("mp4", [(0, 60), (90, 120)], primary=True)
    gone = SetAside("gone", "deleted", "", T0 + 55 * MINUTE, T0 + 74 * MINUTE)
    hole = (T0 + 60 * MINUTE, T0 + 90 * MINUTE)
    one = session("mp40", minutes=120, tracks=(parts,), gaps=(hole,), others=(gone,))

    assert "lost 30 m" in render(site([one]), "watch", one.id)


ROOM = StreamKey("room-7", "push.example.com", "live")


@pytest.mark.parametrize(
    ("claims", "named", "slug"),
    [
        (("room-7",), [], "alice"),
        ((), [], private_slug(ROOM, b"a key for tests")),
        ((), [StreamKey("room-7", "other.example.com", "live")], None),
    ],
)
def test_the_private_slugs_of_incomplete_names_lead_on(claims, named, slug):
    """Early records lack app and appname; once exactly one is known, their address leads to who has the stream."""
    bare = StreamKey("room-7")
    vjs = [Vj(slug="alice", name="Alice", streams=tuple(StreamClaim(pattern=one) for one in claims))]
    vj = "alice" if claims else private_slug(ROOM, b"a key for tests")
    made = site([session("a", vj=vj, stream=ROOM)], vjs=vjs, languages=("en",))
    made.catalog.told = (bare, *named)
    path = f"/vj/{private_slug(bare, b'a key for tests')}/"

    pages = build(made)

    assert (f'href="../{slug}/"' in pages[path]) if slug else (path not in pages)


def test_switched_off_kinds_leave_no_dead_links():
    """Nav and links follow `outputs:`."""
    off = frozenset({"years", "year", "month", "day", "tags", "tag", "vjs", "poster"})
    built = build(site([*catalog()[1:], session("x", vj="lin")], vjs=[ALICE, LIN], pages=ABOUT[1:], outputs_off=off))
    known = files(built)
    for path, text in built.items():
        for _, _, url in Links(text).found:
            if not urlsplit(url).scheme and not url.startswith("#") and not path.endswith("404.html"):
                assert urljoin(f"http://x{path}", url).removeprefix("http://x").split("#")[0] in known, (path, url)
    assert not any(path.startswith(("/replays/2022/01/13/index", "/tags/")) for path in built)


@pytest.mark.parametrize("count", [3, 4])
def test_long_days_are_cut_into_hours_and_hours_into_minutes(count, monkeypatch):
    """At the limit a day lists its broadcasts, above it its hours; the addresses of the pieces are fixed."""
    for module in (day, month, tag, vj_month, prefixes):
        monkeypatch.setattr(module, "LIST_LIMIT", 3)
    sessions = [session(f"x{at}", start_ms=T0 + at * MINUTE, minutes=1, tags=("t",)) for at in range(count)]
    built = build(site(sessions, languages=("en",)))
    base = "/replays/2022/01/13/"

    assert (f"{base}20h/" in built) == (count > 3)
    assert built[base].count("<article") == (0 if count > 3 else 3)
    if count > 3:
        assert built[f"{base}20h/"].count("<article") == 0
        assert built[f"{base}20h/34m/"].count("<article") == 1
        assert '<a href="2022/">' in built["/tags/t/"]
        assert built["/tags/t/2022-01/13/"].count("<article") == 4
        assert built["/vj/alice/2022-01/13/"].count("<article") == 4
        assert built["/vj/alice/2022-01/"].count("<article") == 0


def test_long_indexes_are_cut_by_slug(monkeypatch):
    """VJs beyond the limit are found under the first letters of their slugs."""
    monkeypatch.setattr(prefixes, "LIST_LIMIT", 3)
    vjs = [Vj(slug=slug, name=slug) for slug in ("ab", "abc", "abd", "abe", "b")]
    sessions = [session(f"s{at}", vj=f"s-{at}x", start_ms=T0 + at * HOUR) for at in range(4)]
    built = build(site(sessions, vjs=vjs, languages=("en",)))

    assert re.findall(r'href="(in/[^"]+)"', built["/vj/"]) == ["in/a/", "in/b/", "in/s-/"]
    assert re.findall(r'href="([^"]+)">a', built["/vj/in/a/"]) == ["../ab/"]
    assert re.findall(r'href="([^"]+)"[^>]*>ab[a-z]…', built["/vj/in/ab/"]) == ["../abc/", "../abd/", "../abe/"]
    assert re.findall(r'href="([^"]+)"[^>]*>s-\d…', built["/vj/in/s-/"]) == ["../s-0/", "../s-1/", "../s-2/", "../s-3/"]


def test_a_broadcast_over_midnight_is_drawn_in_both_days_and_listed_on_its_own(pages):
    """The lane of the next day shows it, with the way back to its page."""
    late = rich()
    after = pages["/replays/2022/01/14/"]

    assert f'href="../13/{late.tag}/"' in after
    assert f'id="{late.tag}"' not in after
    assert f'id="{late.tag}"' in pages["/replays/2022/01/13/"]


def test_foreign_runs_name_their_language(pages):
    """A Chinese title on an English page, an English name on a Chinese one."""
    assert '<h3 class="title" lang="zh-Hans"><a href=' in pages["/replays/2022/01/13/"]
    assert re.search(r'lang="en"><span class="dot"></span><bdi>Alice Brook', pages["/zh/replays/2022/01/13/"])


def test_pages_of_prose_fall_back_to_another_language(pages):
    """The page is there in every language, and says so where it is not the reader's."""
    assert "This page is written in 中文." in pages["/imprint/"]
    assert '<article class="prose text" lang="zh">' in pages["/imprint/"]
    assert 'href="../vj/"' in pages["/about/"]
    assert '<a href="./" aria-current="page"' in pages["/about/"]


def test_badges_say_what_is_unusual(pages):
    """Interruptions, expiry and uncertainty, in words; an expiry of "never" is none."""
    text = pages["/replays/2022/01/13/"]

    assert '<li class="cut">Interrupted twice</li>' in text
    assert 'Expires <time datetime="2022-02-12T20:34:54+08:00">Sat 12 Feb 2022</time>' in text
    assert "Expires" not in render(site([session("a", expires_ms=NEVER_MS)]), "watch", session("a").id)


def test_filters_are_form_controls_of_what_the_cards_say(pages):
    """Each choice is a value that some card has and some card has not."""
    text = pages["/replays/2022/01/13/"]

    assert re.findall(r'<input type="radio" name="(\w+)" value="([^"]*)"', text) == [
        *(("vj", ""), ("vj", "AGM"), ("vj", "AGN"), ("length", ""), ("length", "mid"), ("length", "long")),
        *(("plays", ""), ("plays", "hls"), ("plays", "aac"), ("plays", "flv")),
        *(("state", ""), ("state", "whole"), ("state", "cut")),
    ]


def test_many_vjs_are_a_menu():
    """A day of forty VJs can be filtered by VJ: each has a choice of its own that fits its cards, in one line."""
    slugs = [f"vj-{number:02}" for number in range(40)]
    text = render(site([*(session(slug, vj=slug) for slug in slugs), session("more", vj="vj-07")]), "day", "2022-01-13")

    (menu,) = re.findall(r'<select name="vj" aria-label="VJ">(.*?)</select>', text, re.DOTALL)
    choices = re.findall(r'<option value="(\w+)" lang="en" dir="auto">Broadcaster (\S+) · (\d)</option>', menu)
    assert [(name, count) for _, name, count in choices] == [(slug, "2" if slug == "vj-07" else "1") for slug in slugs]
    assert sorted(re.findall(r'data-vj="(\w+)"', text)) == sorted([*(value for value, _, _ in choices), choices[7][0]])


def test_the_policy_names_media_hosts_and_nothing_else():
    """`*.x` means x and every name under it; rewritten hosts count; odd ones do not get in."""
    media = Media(
        hosts=("*.myqcloud.com", "vod.example.com", "bad;host"), rewrite=(("https://a/", "https://cdn.example.com/x/"),)
    )

    assert frame.policy(media) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self' blob: *.myqcloud.com:* cdn.example.com myqcloud.com:* vod.example.com:*; "
        "connect-src 'self' *.myqcloud.com:* cdn.example.com myqcloud.com:* vod.example.com:*; "
        "worker-src 'self' blob:; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>at 0:41:12.</p>", '<p>at <a href="#t=41m12s">0:41:12</a>.</p>'),
        ("<p>1:02:03, 5:07</p>", '<p><a href="#t=1h2m3s">1:02:03</a>, <a href="#t=5m7s">5:07</a></p>'),
        ("<p>4:00:00 is too late</p>", "<p>4:00:00 is too late</p>"),
        (
            '<p><a href="/x/" title="0:10">0:20</a> <code>0:30</code></p>',
            '<p><a href="/x/" title="0:10">0:20</a> <code>0:30</code></p>',
        ),
        ("<p>12:345 1.2:30 0:99</p>", "<p>12:345 1.2:30 0:99</p>"),
    ],
)
def test_times_in_a_description_become_links(text, expected):
    """Session times within the broadcast, outside of links and code."""
    assert moments.linked(text, 13200) == expected


def test_a_watch_page_of_twenty_parts_stays_within_its_budget():
    """At most 10 KB of HTML, compressed."""
    import gzip

    spans = [(at * 10, at * 10 + 10) for at in range(20)]
    one = rich(
        minutes=200, tracks=(track("mp4", spans, primary=True), track("flv", spans), track("hls", [(0, 200)])), gaps=()
    )
    before, after = (session(key, vj="lin", start_ms=T0 + at) for key, at in (("b", -DAY), ("c", DAY)))
    text = render(site([one, before, after], vjs=[LIN]), "watch", one.id)

    assert len(gzip.compress(text.encode(), 9, mtime=0)) <= 10_240


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", {"Lampbridge", "All about lamps", "No lamp was lit"}),
        ("zh", {"灯桥", "All about lamps", "没有点灯"}),
    ],
)
def test_words_about_the_site_are_told_in_the_language_of_the_page(language, words):
    """The first that is told stands for a language without words of its own."""
    made = site(
        title=(("en", "Lampbridge"), ("zh", "灯桥")),
        description=(("en", "All about lamps"),),
        footer=(("en", "No lamp was lit"), ("zh", "没有点灯")),
    )

    page = html5lib.parse(render(made, "home", "", language), namespaceHTMLElements=False)

    brand = page.find(".//header//*[@class='brand']")
    about = page.find(".//meta[@name='description']").get("content")
    footer = [line.text for line in page.findall(".//footer//p")]
    assert {"".join(brand.itertext()), about, footer[1]} == words
    assert page.find(".//title").text == "".join(brand.itertext())
    assert brand.get("lang") == language


def test_a_poster_tells_one_moment_where_days_start_late():
    """At 03:50 of a day that begins at 06:00, date and clock are the calendar's, as in the title: 14 January, 03:50."""
    start_ms = T0 + 7 * HOUR + 16 * MINUTE
    night = session("night", start_ms=start_ms, day="2022-01-13")
    late, plain = (site([night], day_starts_at_minutes=minutes) for minutes in (360, 0))

    assert render(late, "poster", night.id, "") == render(plain, "poster", night.id, "")
    assert late.dates("en").day_and_clock(start_ms) == "Fri 14 Jan 2022, 03:50"


def test_no_line_of_a_chinese_page_ends_inside_a_date():
    """A number stays with its 年, 月 or 日, in titles that nobody gave too, and a date beside words is a time of its own."""
    made = site([session("a")])

    assert "<bdi>2022\u00a0年 1\u00a0月 13\u00a0日星期四晚间</bdi>" in render(made, "day", "2022-01-13", "zh")
    assert re.search(r"近期 1 场 · <time [^>]*>1\u00a0月 13\u00a0日周四</time>", render(made, "home", "", "zh"))


def test_the_days_of_a_busy_month_are_told_apart(monkeypatch):
    """Many hours on air every day: shades are quarters of the page's busiest day, and bars its share."""
    monkeypatch.setattr(month, "LIST_LIMIT", 20)
    day_hours = enumerate((10, 30, 50, 80), 1)
    made = site(
        [
            session(f"{day}-{number}", start_ms=T0 - 12 * DAY + day * DAY + number * MINUTE, minutes=300)
            for day, hours in day_hours
            for number in range(hours // 5)
        ]
    )

    for kind, name in (("month", "2022-01"), ("year", "2022")):
        assert re.findall(r'<td data-heat="(\d)">', render(made, kind, name)) == ["1", "2", "3", "4"], kind
    bars = re.findall(r'class="on" x="0%" width="([^"]+)%"', render(made, "month", "2022-01"))
    assert bars == ["100.0", "62.5", "37.5", "12.5"]


def test_the_skyline_runs_as_broadcast_days_do():
    """Of a VJ on air from 23:30 to 00:30 a day that begins at 06:00 shows one block, and its hours stand under it."""
    late = session("late", start_ms=T0 + 2 * HOUR + 55 * MINUTE + 6_000)
    text = render(site([late], day_starts_at_minutes=360), "vj", "alice")

    columns = re.findall(r"V(\d+)H", re.search(r'class="sky" d="([^"]+)"', text)[1])
    assert columns == [*["1000"] * 70, *["60"] * 4, *["1000"] * 22]
    assert re.findall(r'y="14">(\d\d)</text>', text) == ["06", "12", "18", "00", "06"]


@pytest.mark.parametrize("url", ["/about/", "/about", "/zh/about/", "/about/index.html"])
def test_a_page_that_the_configuration_names_is_in_the_navigation_once(url):
    """In the place and the words of `nav:`, with the page's address in each language, and marked on the page itself."""
    page = MarkdownPage(slug="about", title="About", html="<p>Us</p>", nav=True)
    made = site(
        [session("a")], pages=[page], nav=(((("en", "Who"), ("zh", "谁")), url), ("Out", "https://example.org/"))
    )

    for language, word in (("en", "Who"), ("zh", "谁")):
        found = re.search(r"<nav aria-label.*?</nav>", render(made, "page", "about", language), re.DOTALL)[0]
        entries = re.findall(r'<a href="([^"]*)"( aria-current="page")?[^>]*><bdi>([^<]*)', found)
        assert entries[3:] == [("./", ' aria-current="page"', word), ("https://example.org/", "", "Out")]


def test_bare_numbers_have_their_thousands_marked():
    """As those of the words beside them have."""
    many = [session(f"n{number}", start_ms=T0 + number * 1000) for number in range(1120)]
    made = site(many)

    for kind, name in (("home", ""), ("years", ""), ("vj", "alice")):
        text = render(made, kind, name)
        assert "1,120" in text, kind
        assert not re.search(r">\s*1120\b", text.replace("</a> ", ">")), kind


def test_the_title_of_a_tombstone_is_no_sentence():
    """Before the site's name stands no full stop."""
    gone = session("hid", visibility="hidden", tombstone="hidden")
    made = site([gone])

    for language, words in (("en", "This replay is not public · "), ("zh", "这场回放未公开 · ")):
        assert f"<title>{words}" in render(made, "tombstone", gone.id, language)
