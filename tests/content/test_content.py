"""Profiles, curation and pages of prose: what a file may say, and what is said of a wrong one."""

import os
import textwrap

import pytest

from builder.config import SiteConfig
from builder.content import Content, load_content
from builder.errors import ConfigError
from builder.model import Chapter, Curation, Link, MarkdownPage, StreamClaim, Trim, Vj, Window

CONFIG = SiteConfig(timezone="Asia/Shanghai", languages=("en", "zh"))
NOON_MS = 1_642_046_400_000  # 2022-01-13T12:00:00+08:00


class Site:
    """A source folder to write files into and to load."""

    def __init__(self, source):
        self.source = source

    def load(self, files: dict[str, str], config: SiteConfig = CONFIG) -> Content:
        for name, text in files.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return load_content(self.source, config)

    def error(self, files: dict[str, str]) -> str:
        with pytest.raises(ConfigError) as caught:
            self.load(files)
        return caught.value.sentence


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site_src").mkdir()
    return Site(tmp_path / "site_src")


def curation(site: Site, front: str, body: str = "") -> Curation:
    return site.load({"replays/a.md": f"---\n{front}\n---\n{body}"}).curations[0]


def test_a_site_without_content_has_none(site):
    """Every folder is optional."""
    assert site.load({}) == Content()


def test_a_profile_is_read_whole(site):
    """Every key, with streams as texts and as mappings."""
    content = site.load(
        {
            "vjs/xiao-yu.md": """\
            ---
            name: 小鱼
            language: zh
            photo: /static/x.jpg
            banner: /static/大厅 1.jpg
            hue: 7
            gap: 2m
            links: {Blog: "https://books.example.com/小鱼", Mail: "mailto:x@example.com"}
            streams:
              - 9192487266581821586
              - {stream: room, app: push.example.com, appname: live, from: 2022-01-13T12:00:00, gap: 30}
              - {glob: "xy-*", until: 2022-01-13}
            aliases: [old-name, /former/place.html]
            featured: [5200000000000000002]
            ---
            *你好*
            """
        }
    )

    assert content.vjs == (
        Vj(
            slug="xiao-yu",
            name="小鱼",
            language="zh",
            photo="/static/x.jpg",
            banner="/static/%E5%A4%A7%E5%8E%85%201.jpg",
            hue=7,
            gap_ms=120_000,
            links=(
                Link("Blog", "https://books.example.com/%E5%B0%8F%E9%B1%BC"),
                Link("Mail", "mailto:x@example.com"),
            ),
            streams=(
                StreamClaim("9192487266581821586"),
                StreamClaim("room", app="push.example.com", appname="live", from_ms=NOON_MS, gap_ms=30_000),
                StreamClaim("xy-*", exact=False, until_ms=NOON_MS - 12 * 3_600_000),
            ),
            aliases=("/vj/old-name/", "/former/place.html"),
            featured=("5200000000000000002",),
            bio_html="<p><em>你好</em></p>",
            source="vjs/xiao-yu.md",
        ),
    )


def test_a_profile_needs_nothing(site):
    """An empty file is a broadcaster called by the slug."""
    assert site.load({"vjs/alice.md": ""}).vjs == (Vj(slug="alice", name="alice", source="vjs/alice.md"),)


def test_links_may_be_a_list(site):
    """Labelled, or by the address itself."""
    front = '---\nlinks: [{label: A, url: "https://a.example/"}, "https://b.example/x/"]\n---\n'

    links = site.load({"vjs/a.md": front}).vjs[0].links

    assert links == (Link("A", "https://a.example/"), Link("b.example/x", "https://b.example/x/"))


def test_a_curation_is_read_whole(site):
    """Every key that names, describes and groups."""
    content = site.load(
        {
            "vjs/alice.md": "",
            "replays/finale.md": """\
            ---
            recordings: ["5200000000000000001", 5200000000000000002]
            title: 决赛
            language: zh
            tags: [music, " 现场  演出 ", music]
            featured: true
            visibility: unlisted
            split: before 5200000000000000003
            merge: [5200000000000000004]
            trim: {head: 30, tail: 1m}
            window: {stream: room, from: "2022-01-13 12:00", to: 2022-01-13T06:00:00Z}
            vj: alice
            aliases: [2022/01/13/k3f9q2m7xa, /replays/2022/01/13/abcdefghjk/, /old/]
            ---
            Some **words**.
            """,
        }
    )

    assert content.curations == (
        Curation(
            source="replays/finale.md",
            recordings=("5200000000000000001", "5200000000000000002"),
            title="决赛",
            language="zh",
            description_html="<p>Some <strong>words</strong>.</p>",
            description_text="Some words.",
            tags=("music", "现场 演出"),
            featured=True,
            visibility="unlisted",
            split_before=("5200000000000000003",),
            merge=("5200000000000000001", "5200000000000000002", "5200000000000000004"),
            trim=Trim(30, 60),
            window=Window("room", NOON_MS, NOON_MS + 2 * 3_600_000),
            vj="alice",
            aliases=("2022/01/13/k3f9q2m7xa", "2022/01/13/abcdefghjk", "/old/"),
        ),
    )


@pytest.mark.parametrize(
    "written",
    [
        "2022/01/13/k3f9q2m7xa",
        "/replays/2022/01/13/k3f9q2m7xa/",
        "https://replays.example.com/a/replays/2022/01/13/k3f9q2m7xa/",
    ],
)
def test_a_session_may_be_named_by_its_address(site, written):
    """As it stands in the address bar, or shorter."""
    assert curation(site, f"address: {written}").address == "2022/01/13/k3f9q2m7xa"


@pytest.mark.parametrize(
    ("written", "chapters"),
    [
        ("[0:00 Start, 12:30 A song, 1:02:03 End]", (("Start", 0), ("A song", 750), ("End", 3723))),
        ("[90:00 Late, 1h2m Later, 45s Soon]", (("Late", 5400), ("Later", 3720), ("Soon", 45))),
        ('{"0:00": Start, "12:30": A song}', (("Start", 0), ("A song", 750))),
        ('[{"0:00": Start}, {"12:30": A song}]', (("Start", 0), ("A song", 750))),
        ("[{at: 12:30, title: A song}]", (("A song", 750),)),
        ("[0:00.5 Half]", (("Half", 0.5),)),
    ],
)
def test_chapters_are_written_in_many_ways(site, written, chapters):
    """As people write them under videos."""
    read = curation(site, f"recordings: ['1']\nchapters: {written}").chapters

    assert read == tuple(Chapter(title, at_seconds=seconds) for title, seconds in chapters)


def test_a_chapter_may_have_a_wall_clock(site):
    """With an offset, or in the site's zone."""
    front = "recordings: ['1']\nchapters: [{at: 2022-01-13T12:00:00, title: A}, {at: 2022-01-13T04:00:01Z, title: B}]"

    assert curation(site, front).chapters == (Chapter("A", at_ms=NOON_MS), Chapter("B", at_ms=NOON_MS + 1000))


def test_a_description_may_stand_in_the_front_matter(site):
    """One line needs no body; with a body it is the summary."""
    alone = curation(site, "recordings: ['1']\ndescription: In short.")
    both = curation(site, "recordings: ['1']\ndescription: In short.", "At length.")

    assert (alone.description_html, alone.description_text) == ("<p>In short.</p>", "In short.")
    assert (both.description_html, both.description_text) == ("<p>At length.</p>", "In short.")


def test_pages_come_in_every_language_or_in_one(site):
    """`about.md` and `about.zh.md`; a first heading is the title."""
    files = {"pages/about.md": "# About us\n\nText.\n", "pages/about.zh.md": "---\ntitle: 关于\nnav: true\n---\n文字"}

    assert site.load(files).pages == (
        MarkdownPage(slug="about", title="About us", html="<p>Text.</p>", source="pages/about.md"),
        MarkdownPage(
            slug="about", title="关于", language="zh", html="<p>文字</p>", nav=True, source="pages/about.zh.md"
        ),
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# See **our** `code` [link](https://example.com/) &amp; x #\n\nText.", "See our code link & x"),
        ("About us\n========\n\nText.", "About us"),
        ("# 关于\nText.", "关于"),
        ("#\n\nText.", "Our page"),
    ],
)
def test_a_first_heading_is_read_as_a_title(site, text, title):
    """What marks it up is no part of it."""
    (page,) = site.load({"pages/our-page.md": text}).pages

    assert (page.title, page.html.endswith("<p>Text.</p>")) == (title, True)


def test_a_first_heading_that_repeats_the_title_is_shown_once(site):
    """Told twice it is the title; another one is a heading of the text."""
    files = {
        "pages/enrol.md": "---\ntitle: Enrol\n---\n# Enrol\n\nText.",
        "pages/map.md": "---\ntitle: Map\n---\n# Here\n",
    }
    pages = site.load(files).pages

    assert [(page.title, page.html) for page in pages] == [("Enrol", "<p>Text.</p>"), ("Map", "<h2>Here</h2>")]


PROFILE, REPLAY = "vjs/a.md", "replays/a.md"
WINDOW = "{stream: alice, from: 2022-01-13T21:37:05+08:00, to: 2022-01-13T22:10:00+08:00}"


@pytest.mark.parametrize(
    ("name", "front", "sentence"),
    [
        (PROFILE, "nmae: x", ":2: expected a known key, found `nmae`"),
        (PROFILE, "name: x\nhue: 24", ":3: `hue` expected a whole number from 0 to 23, found `24`"),
        (PROFILE, "streams: [no]", ":2: `streams` expected text, found the unquoted `no`"),
        (PROFILE, "streams: [0123]", ":2: `streams` expected text, found the unquoted `0123`"),
        (PROFILE, "streams: [{glob: a, stream: b}]", ":2: `streams` expected one of `stream` and `glob`, found both"),
        (PROFILE, "streams: [{app: a}]", ":2: `streams` expected one of `stream` and `glob`, found neither"),
        (PROFILE, "streams: [{glob: a, until: soon}]", (":2: `streams.until` expected a date or an instant such as"
         " `2022-01-13T21:37:05+08:00`, found `soon`")),
        (PROFILE, "streams: [{stream: a, from: 2022-01-02, until: 2022-01-01}]",
         ":2: `streams.until` expected a moment after `from`, found `2022-01-01`"),
        (PROFILE, "links: {A: 'javascript:pwn(1)'}", (":2: `links.A` expected an address such as `https://example.com/`"
         " or a site path such as `/about/`, found `javascript:pwn(1)`")),
        (PROFILE, "photo: https://evil.example/a.jpg", (":2: `photo` expected a picture of the site such as"
         " `/static/alice.jpg`, found `https://evil.example/a.jpg`")),
        (PROFILE, "banner: https://1.vod2.myqcloud.com/a.jpg", (":2: `banner` expected a picture of the site such as"
         " `/static/alice.jpg`, found `https://1.vod2.myqcloud.com/a.jpg`")),
        (PROFILE, "photo: /static/../../etc/passwd", (":2: `photo` expected a site path such as `/static/alice.jpg`,"
         " found `/static/../../etc/passwd`")),
        (REPLAY, "title: x", ":2: expected one of the keys `recordings`, `address` and `window`, found none"),
        (REPLAY, "address: /replays/2022/", (":2: `address` expected the address of a replay such as"
         " `/replays/2022/01/13/k3f9q2m7xa/`, found `/replays/2022/`")),
        (REPLAY, "address: 2022/01/13/k3f9q2m7xa\nvisibility: hidden",
         ":3: `visibility` expected the key `recordings` beside it, found none"),
        *((REPLAY, f"title: x\n{needs}", f":3: `{needs.split(':')[0]}` expected the key `recordings` beside it, found none")
          for needs in ("visibility: hidden", "trim: {head: 1m}", "merge: ['2']", "split: before 2")),
        (REPLAY, "recordings: ['1']\nvisibility: secret",
         ":3: `visibility` expected one of `public`, `unlisted`, `hidden`, `draft`, found `secret`"),
        (REPLAY, "recordings: ['1']\nsplit: after 2", ":3: `split` expected `before` and a file id, found `after 2`"),
        (REPLAY, "recordings: [5.2e18]", ":2: `recordings` expected an id, found the rounded number `5.2e18`"),
        (REPLAY, "recordings: [5.28589E+18]", ":2: `recordings` expected an id, found the rounded number `5.28589E+18`"),
        (REPLAY, "recordings: ['1']\nchapters: [Hello]",
         ":3: `chapters` expected a chapter such as `12:30 the first song`, found `Hello`"),
        (REPLAY, "recordings: ['1']\nchapters:\n- 12:30 Song: first",
         ":4: `chapters` expected a chapter such as `12:30 the first song`, found a mapping"),
        (REPLAY, "recordings: ['1']\nchapters:\n- '12:00': A\n  '13:00': B",
         ":4: `chapters` expected one chapter in each entry of the list, found 2 in one"),
        (REPLAY, "recordings: ['1']\nchapters: [1:60:00 Hello]",
         ":3: `chapters` expected a chapter such as `12:30 the first song`, found `1:60:00 Hello`"),
        (REPLAY, "recordings: ['1']\ntags: ['!!']",
         ":3: `tags` expected a tag of letters or digits, at most 64 characters, found `!!`"),
        (REPLAY, "recordings: ['1']\ntrim: 30", ":3: `trim` expected a mapping such as `{head: 30s, tail: 1m}`, found `30`"),
        (REPLAY, "window: alice", f":2: `window` expected a mapping such as `{WINDOW}`, found `alice`"),
        (REPLAY, "recordings: ['1']\ntrim: {from: 21:30}", ":3: `trim.from` expected a date or an instant such as `2022-01-13T21:37:05+08:00`, found `21:30`"),
        (REPLAY, "recordings: ['1']\ntrim: {from: 2022-01-14, to: 2022-01-13}", ":3: `trim.to` expected a moment after `from`, found `2022-01-13`"),
        (REPLAY, "recordings: ['1']\nvj: alcie", ":3: `vj` expected the slug of a profile in `vjs/`, found `alcie`"),
        (REPLAY, "window: {stream: a, from: 2022-01-02, to: 2022-01-02}",
         ":2: `window.to` expected a moment after `from`, found `2022-01-02`"),
        (REPLAY, "recordings: &a ['1']", ":2: expected no anchors, found `&a`"),
        ("pages/a.md", "nav: perhaps", ":2: `nav` expected `true` or `false`, found `perhaps`"),
        ("pages/a.fr.md", "title: x", ": expected one of the site's languages (`en`, `zh`), found `fr`"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told(site, name, front, sentence):
    """File, line, field, expectation, finding."""
    assert site.error({name: f"---\n{front}\n---\n"}) == f"site_src/{name}{sentence}"


@pytest.mark.parametrize(
    "name",
    [
        "vjs/Alice.md",
        "vjs/小鱼.md",
        "vjs/a_b.md",
        "vjs/-a.md",
        "vjs/a--b.md",
        "vjs/a b.md",
        f"vjs/{'a' * 65}.md",
    ],
)
def test_a_file_name_that_cannot_be_an_address_is_refused(site, name):
    """Slugs are safe everywhere, and say what they may be."""
    assert site.error({name: ""}).startswith(f"site_src/{name}: expected a file name of `a-z`, `0-9` and single `-`")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("vjs/Mira.md", "mira.md"),
        ("vjs/ｍｉｒａ.md", "mira.md"),
        ("vjs/DJ Mira_2.md", "dj-mira-2.md"),
        ("pages/About us.zh.md", "about-us.zh.md"),
        ("vjs/Míra.md", "mira.md"),
        ("vjs/Mi\u0301ra.md", "mira.md"),
        ("vjs/米拉.md", ""),
        ("vjs/In.md", ""),
        ("vjs/CON.md", ""),
        ("pages/Index.md", ""),
        ("pages/Index.zh.md", ""),
    ],
)
def test_a_file_name_that_is_nearly_an_address_is_told_with_the_one_that_is(site, name, wanted):
    """Whoever has both files must not lose one by it."""
    with pytest.raises(ConfigError) as caught:
        site.load({"vjs/mira.md": "", name: ""})

    assert caught.value.hint == (f"call it `{wanted}`, unless there is one already" if wanted else "")


@pytest.mark.parametrize("name", ["vjs/con.md", "pages/nul.md", "pages/com1.en.md"])
def test_a_name_that_a_system_keeps_for_a_device_is_refused(site, name):
    """The reason is told: the letters are all right."""
    file = name.split("/")[1]
    assert site.error({name: ""}) == (
        f"site_src/{name}: expected a file name that no system keeps for a device, found `{file}`"
    )


@pytest.mark.parametrize("name", ["vjs/in.md", "pages/replays.md", "pages/zh.md", "pages/404.md", "pages/static.md"])
def test_an_address_of_the_site_itself_is_refused(site, name):
    """No file replaces a part of the site."""
    slug = name.split("/")[1].removesuffix(".md")

    assert site.error({name: ""}) == (
        f"site_src/{name}: expected a name that is not an address of the site itself, found `{slug}`"
    )


@pytest.mark.parametrize("written", ["before 2", "[before 2]", "{before: 2}", "{before: ['2']}"])
def test_a_split_may_be_written_in_some_ways(site, written):
    """All say before which file a replay begins."""
    (curation,) = site.load({"replays/a.md": f"---\nrecordings: ['1']\nsplit: {written}\n---\n"}).curations

    assert curation.split_before == ("2",)


@pytest.mark.parametrize("merge", ["['3']", "['1', '3']"])
def test_a_merge_joins_the_named_replay_with_others(site, merge):
    """Whether the file names its own recordings again or not."""
    (curation,) = site.load({"replays/a.md": f"---\nrecordings: ['1']\nmerge: {merge}\n---\n"}).curations

    assert curation.merge == ("1", "3")


def test_equal_claims_at_one_time_are_refused(site):
    """Nobody can say whose replays these are; both files are named."""
    claims = "---\nstreams: [a, {glob: 'b*', from: 2022-01-01}]\n---\n"
    earlier = "---\nstreams: [{glob: 'b*', until: 2022-01-01}]\n---\n"
    assert len(site.load({"vjs/alice.md": claims, "vjs/bob.md": earlier}).vjs) == 2

    assert site.error({"vjs/bob.md": "---\nstreams: [a]\n---\n"}) == (
        "site_src/vjs/bob.md:2: `streams` claims `a`, which site_src/vjs/alice.md:2 claims too for an overlapping time"
    )


def test_overlapping_windows_are_refused(site):
    """A recording belongs to one window."""
    window = "---\nwindow: {{stream: a, from: 2022-01-0{}, to: 2022-01-0{}}}\n---\n"
    site.load({"replays/a.md": window.format(1, 2), "replays/b.md": window.format(2, 3)})

    assert site.error({"replays/b.md": window.format(1, 3)}) == (
        "site_src/replays/b.md:2: `window` overlaps the window of site_src/replays/a.md:2"
    )


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("recordings: [r1, r2]", "recordings: [r2]"),
        ("address: 2022/01/13/k3f9q2m7xa", "address: /replays/2022/01/13/k3f9q2m7xa/"),
    ],
)
def test_a_key_that_two_files_give_one_replay_is_refused(site, one, two):
    """Where both name it by the same word no record is needed to see it; both places are told."""
    first, second = f"---\n{one}\ntags: [x]\ntitle: A\n---\n", f"---\n{two}\ndescription: d\ntitle: B\n---\n"
    site.load({"replays/a.md": first, "replays/b.md": second.replace("title: B", "featured: true")})

    assert site.error({"replays/a.md": first, "replays/b.md": second}) == (
        "site_src/replays/b.md:4: `title` is given by site_src/replays/a.md:4 too, for the same session"
    )


def test_a_profile_cannot_take_a_private_slug(site):
    """Those belong to streams that nobody claims."""
    assert "found `s-abcdefghjk`" in site.error({"vjs/s-abcdefghjk.md": ""})


OLD = "---\nrecordings: [{}]\naliases: [/old/]\n---\n"


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({"vjs/a.md": "---\naliases: [b]\n---\n", "vjs/b.md": ""}, "/vj/b/"),
        ({"vjs/a.md": "---\naliases: [c]\n---\n", "vjs/b.md": "---\naliases: [c]\n---\n"}, "/vj/c/"),
        ({"pages/a.md": "---\naliases: [x]\n---\n", "pages/b.md": "---\naliases: [/x/]\n---\n"}, "/x/"),
        ({"vjs/a.md": "---\naliases: [/about/]\n---\n", "pages/about.md": ""}, "/about/"),
        ({"replays/a.md": OLD.format("one"), "replays/b.md": OLD.format("two")}, "/old/"),
        ({"replays/a.md": OLD.format("one"), "vjs/b.md": "---\naliases: [/old/]\n---\n"}, "/old/"),
        ({"replays/a.md": OLD.format("one"), "pages/old.md": ""}, "/old/"),
        (
            {
                "replays/a.md": "---\nrecordings: [one]\naliases: [2022/01/13/0123456789]\n---\n",
                "replays/b.md": "---\nrecordings: [two]\naliases: [/replays/2022/01/13/0123456789/]\n---\n",
            },
            "/replays/2022/01/13/0123456789/",
        ),
        ({"replays/a.md": OLD.format("one"), "replays/b.md": OLD.format("two").replace("/old/", "/old")}, "/old/"),
        ({"replays/a.md": OLD.format("one"), "vjs/b.md": "---\naliases: [/old]\n---\n"}, "/old/"),
        (
            {"replays/a.md": OLD.format("one"), "replays/b.md": OLD.format("two").replace("/old/", "/zh/old")},
            "/zh/old/",
        ),
        ({"replays/a.md": OLD.format("one").replace("/old/", "/zh/vj/b/"), "vjs/b.md": ""}, "/zh/vj/b/"),
        ({"vjs/a.md": "---\naliases: [/zh/vj/a/]\n---\n"}, "/zh/vj/a/"),
    ],
)
def test_two_claims_of_an_address_name_both_files(site, files, path):
    """Whoever reads the message can decide."""
    sentence = site.error(files)

    assert f"expected a free path, found `{path}`, claimed by site_src/" in sentence
    assert all(f"site_src/{name}" in sentence for name in files)


def test_a_path_below_the_root_of_no_further_language_is_one_of_its_own(site):
    files = {"replays/a.md": OLD.format("one"), "replays/b.md": OLD.format("two").replace("/old/", "/fr/old/")}

    assert [curation.aliases for curation in site.load(files).curations] == [("/old/",), ("/fr/old/",)]


def test_two_pages_of_one_name_and_language_name_both_files(site):
    """By file name and by front matter."""
    files = {"pages/a.zh.md": "", "pages/a.md": "---\nlanguage: zh\n---\n"}

    assert site.error(files) == (
        "site_src/pages/a.zh.md: expected another language than that of site_src/pages/a.md, found `zh`"
    )


def test_front_matter_without_an_end_is_told(site):
    """The usual slip: the second line of dashes is missing."""
    assert site.error({"vjs/a.md": "---\nname: x\n"}) == (
        "site_src/vjs/a.md:1: expected a line `---` that ends the front matter, found none"
    )


def test_windows_line_ends_and_a_byte_order_mark_are_the_same_content(site):
    """The same site on every platform."""
    text = "---\nname: x\n---\nHello\nworld\n"
    plain = site.load({"vjs/a.md": text}).vjs
    (site.source / "vjs" / "a.md").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert load_content(site.source, CONFIG).vjs == plain


def test_control_characters_in_the_body_are_told_with_their_line(site):
    """Nothing invisible gets into a page."""
    assert site.error({"vjs/a.md": "---\nname: x\n---\nfine\na\x1bb\n"}) == (
        "site_src/vjs/a.md:5: expected text, found the control character U+001B"
    )


def test_letters_that_turn_the_writing_direction_are_reported(site):
    """They are used, with a warning that has a line."""
    content = site.load({"vjs/a.md": "---\nname: a\u202eb\n---\n"})

    assert [(problem.code, problem.source, problem.line) for problem in content.problems] == [
        ("bidi_control", "vjs/a.md", 2)
    ]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("replays/2022/a.md", "its place right in `replays/`"),
        ("pages/a/b.md", "its place right in `pages/`"),
        ("vjs/x/y/z.markdown", "its place right in `vjs/`"),
        ("replays/b.MD", "a name that ends in `.md`"),
        ("vjs/alice.yaml", "a name that ends in `.md`"),
        ("replays/b.txt", "a name that ends in `.md`"),
        ("replays/b", "a name that ends in `.md`"),
        ("b.md", "its place right in `replays/`"),
        ("drafts/old/b.MD", "its place right in `replays/`"),
        ("static/b.markdown", "its place right in `replays/`"),
        ("recordings/2022/b.md", "its place right in `replays/`"),
        ("replays/b.md.txt", "a name that ends in `.md`"),
        ("pages/about.HTML", "a name that ends in `.md`"),
        ("replays/b.en.srt", "captions as WebVTT, in a name that ends in `.vtt`"),
        ("replays/b.en.VTT", "captions as WebVTT, in a name that ends in `.vtt`"),
        ("replays/b.en.vtt.txt", "captions as WebVTT, in a name that ends in `.vtt`"),
    ],
)
def test_what_looks_like_content_and_is_not_read_is_reported(site, name, wanted):
    """A `visibility: hidden` that is not read must not go unnoticed; pictures, captions and dot files are fine."""
    curation = "---\nvisibility: hidden\nrecordings: ['1']\n---\n"
    fine = {
        "replays/.draft/a.md": "",
        "replays/.a.yml": "",
        "vjs/photos/a.txt": "",
        "vjs/alice.md": "",
        "vjs/alice.md~": "---",
        "replays/b.jpg": "",
        "replays/b.md.bak": "---",
        "replays/notes.txt": "to do",
        "replays/LICENCE": "",
        "drafts/b.md.off": curation,
        "drafts/.old/b.md": curation,
        ".b.md": curation,
        "README.md": "---\ntitle: Notes\n---\nrecordings: none\n",
        "static/list.md": "---\n\nrecordings\n",
        "static/talks.md": "---\nsummary: our talks, recordings: see below\nwindow: open\na:\n  window: 3\n---\n",
        "static/contact.md": "---\naddress: Main St 1\n---\n",
    }
    content = site.load(fine | {name: curation})

    assert [(problem.code, problem.source, problem.message) for problem in content.problems] == [
        ("content_unread", name, f"expected {wanted}; the file is not read")
    ]


@pytest.mark.parametrize(
    ("name", "told", "message"),
    [
        ("vj/alice.md", "vj/", "expected the name `vjs/`; the folder is not read"),
        ("replay/a.md", "replay/", "expected the name `replays/`; the folder is not read"),
        ("Recordings/a.jsonl", "Recordings/", "expected the name `recordings/`; the folder is not read"),
        ("record/a.jsonl", "record/", "expected the name `recordings/`; the folder is not read"),
        ("templates/watch.html", "templates/", "expected its place beside `site_src/`; the folder is not read"),
        ("a.jsonl", "a.jsonl", "expected its place in `recordings/`; the file is not read"),
    ],
)
def test_what_lies_in_a_wrong_folder_is_reported(site, name, told, message):
    fine = {
        "README.md": "",
        "notes/a.md": "",
        "tools/a.jsonl": "",
        ".git/a": "",
        "package.json": "",
        "vjs/alice.md": "",
    }
    assert site.load(fine).problems == ()

    content = site.load({name: ""})

    assert [(problem.code, problem.source, problem.message) for problem in content.problems] == [
        ("content_unread", told, message)
    ]


def test_what_lies_in_static_and_is_not_published_is_reported(site, tmp_path):
    """A link to another disk, or a name that no address can have, would leave holes in the pages without a word."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.mp4").touch()
    site.load({"static/a/b.png": "", "static/.a/b.png": ""})
    static = site.source / "static"
    (static / "same.png").symlink_to(static / "a" / "b.png")
    assert site.load({}).problems == ()
    (static / "media").symlink_to(tmp_path / "elsewhere")
    (static / "a" / "b.mp4").symlink_to(tmp_path / "elsewhere" / "b.mp4")
    (static / os.fsdecode(b"\xff.png")).touch()

    content = site.load({})

    elsewhere = "expected the files themselves or a link to a file in `static/`, found a link to elsewhere"
    assert sorted((problem.code, problem.source, problem.message) for problem in content.problems) == [
        ("content_unread", "static/?.png", "expected a name in UTF-8; it is not published"),
        ("content_unread", "static/a/b.mp4", f"{elsewhere}; it is not published"),
        ("content_unread", "static/media", f"{elsewhere}; it is not published"),
    ]


@pytest.mark.parametrize("name", ["vjs/a.md", "replays/a.md", "pages/a.md"])
def test_links_and_pictures_without_an_address_are_reported(site, name):
    """What a page must not lead to, or load, is left out: whoever wrote it should know."""
    front = "---\nrecordings: ['1']\n---\n" if name.startswith("replays/") else ""
    fine = "[a](/about/) [b](https://example.com/) [c](#t=5) [d](mailto:a@example.com) ![e](/static/a.jpg) `<a>` <b>"
    assert site.load({name: front + fine}).problems == ()

    content = site.load(
        {name: front + "[a](../about/) [b](about 'T') ![c src=1](https://example.com/a.jpg) ok [d](/d/)"}
    )

    assert [(problem.code, problem.source, problem.message) for problem in content.problems] == [
        (
            "address_dropped",
            name,
            "expected an address that may be published, found `../about/`; 3 links and pictures are shown without one",
        )
    ]


@pytest.mark.parametrize("written", ["010", "007.5", "00"])
def test_a_number_that_yaml_may_read_as_another_is_no_length(site, written):
    assert site.error({"vjs/a.md": f"---\ngap: {written}\n---\n"}) == (
        f"site_src/vjs/a.md:2: `gap` expected a duration such as `5m`, found `{written}`"
    )


def test_a_link_out_of_the_source_is_refused(site, tmp_path):
    """Also when only the folder is a link."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.md").write_text("secret")
    (site.source / "vjs").mkdir()
    (site.source / "vjs" / "a.md").symlink_to(tmp_path / "secret" / "a.md")

    assert site.error({}) == "site_src/vjs/a.md: expected a file inside the source folder, found a link out of it"

    (site.source / "pages").symlink_to(tmp_path / "secret")
    (site.source / "vjs" / "a.md").unlink()
    assert site.error({}) == "site_src/pages: expected a folder inside the source, found a link out of it"


def test_a_fifo_is_refused_and_not_waited_for(site):
    """A build never hangs on its sources."""
    import os

    (site.source / "vjs").mkdir()
    os.mkfifo(site.source / "vjs" / "a.md")

    assert site.error({}) == "site_src/vjs/a.md: expected a regular file, found something else"


def test_a_folder_in_the_place_of_a_file_is_told_by_name(site):
    (site.source / "redirects.yaml").mkdir()

    assert site.error({}) == "site_src/redirects.yaml: expected a regular file, found something else"


def test_other_files_are_left_alone(site):
    """Dot files and files that are no Markdown say nothing."""
    assert site.load({"vjs/.hidden.md": "x: &y", "vjs/notes.txt": "", "vjs/example.md.off": "---\n"}) == Content()


def test_every_file_has_a_digest(site):
    """So that a build knows what changed."""
    one = site.load({"vjs/a.md": "", "pages/b.md": "x"}).digests
    other = site.load({"pages/b.md": "y"}).digests

    assert [name for name, _ in one] == ["pages/b.md", "vjs/a.md"]
    assert [a == b for a, b in zip(one, other, strict=True)] == [False, True]


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("[a](rtmp://u:pw@push.example.com/live?txSecret=CANARY)", "rtmp://push.example.com/live"),
        ("![a](https://example.com/a.jpg?sign=CANARY)", "https://example.com/a.jpg"),
        ("[a](<a b.html>)", "a b.html"),
    ],
)
def test_an_address_that_is_left_out_is_named_with_its_line(site, link, shown):
    """But never with a user's name or a query: they may be secret."""
    content = site.load({"pages/a.md": f"---\ntitle: A\n---\n\n[fine](/about/)\n\n- x\n- {link}\n"})

    (problem,) = content.problems
    assert problem.sentence == (
        f"pages/a.md:8: expected an address that may be published, found `{shown}`; "
        "1 link or picture is shown without one"
    )


@pytest.mark.parametrize("tags", ["音乐, 聊天", "音乐，聊天", "音乐、聊天", "[音乐，聊天]", "[音乐; 聊天]"])
def test_tags_that_become_one_are_told(site, tags):
    """A comma in a text makes no list, and a full-width one does not even in brackets."""
    content = site.load({"replays/a.md": f"---\nrecordings: ['1']\ntags: {tags}\n---\n"})

    (problem,) = content.problems
    assert (problem.code, problem.quarantined) == ("one_tag", False)
    assert problem.sentence == (
        f"replays/a.md:3: `tags` expected a list such as `[音乐, 聊天]`, found one tag, `{tags.strip('[]')}`"
    )


@pytest.mark.parametrize("tags", ["[音乐, 聊天]", "音乐", '"Rock, paper, scissors"', "['a, b']", "[a, 'b, c']"])
def test_tags_that_are_meant_as_they_are_written_are_not(site, tags):
    assert site.load({"replays/a.md": f"---\nrecordings: ['1']\ntags: {tags}\n---\n"}).problems == ()


def test_recordings_beside_the_source_are_told_while_there_are_none_in_it(site):
    """A newcomer's site is empty then, and nothing else says why."""
    beside = site.source.parent / "recordings"
    (beside / "callbacks").mkdir(parents=True)
    assert site.load({"recordings/callbacks/.gitkeep": ""}).problems == ()
    (beside / "callbacks/a.jsonl").write_text("{}\n")

    (problem,) = site.load({}).problems

    assert problem.sentence == "../recordings/: expected its place in `site_src/`; the folder is not read"
    assert site.load({"recordings/a.jsonl": "{}\n"}).problems == ()


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("vjs/alice.md", "hue: 3\nname: Alice\n", 1),
        ("vjs/alice.md", "\n\nname: Alice\n---\nPlays records.\n", 3),
        ("vjs/alice.md", "---\n---\naliases:\n- alice\n", 3),
        ("vjs/alice.md", " ---\nname: Alice\n ---\nPlays records.\n", 2),
        ("pages/about.md", "# mine\n----\ntitle: About\n----\n", 3),
        ("pages/about.md", "title: About\n\nHello\n", 1),
        ("vjs/alice.md", "note: she plays records\n", None),
        ("vjs/alice.md", "---\nname: Alice\n---\nname: that is what she has\n", None),
        ("pages/about.md", "streams: these are\n", None),
    ],
)
def test_front_matter_without_the_lines_around_it_is_told(site, name, text, line):
    """It would be shown as text."""
    problems = site.load({name: text}).problems

    assert [(each.code, each.source, each.line, each.quarantined) for each in problems] == (
        [("no_front_matter", name, line, False)] if line else []
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("streams: [alice]\nname: Alice\n", 1),
        ("name: Alice\nstreams: [alice]\n", 2),
        ("\n ---\nstreams: [alice]\n ---\n", 3),
        ("----\nstreams: [alice]\n----\n", 2),
        ("---\n---\nstreams:\n- alice\n", 3),
        ("Streams: [alice]\n", 1),
        ("# me\nstreams : [alice]\n", 2),
    ],
)
def test_streams_that_would_be_published_as_text_are_refused(site, text, line):
    """The ids of streams are nobody's business, and what they broadcast would stay nobody's."""
    assert f"vjs/alice.md:{line}: expected a line `---` before `streams:`, found none" in site.error(
        {"vjs/alice.md": text}
    )


def test_a_text_may_speak_of_streams(site):
    assert not site.load({"vjs/alice.md": "---\nname: Alice\n---\nStreams: on Fridays\n"}).problems
    assert not site.load({"vjs/alice.md": "Her streams: on Fridays\n"}).problems
