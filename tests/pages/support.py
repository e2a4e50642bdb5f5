"""A small invented catalog behind the real questions, and everything a page needs around it."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import msgspec

from builder import messages
from builder.addresses import BroadcastDays, load_zone, tag_of
from builder.assets import collect_assets
from builder.catalog import replacing, schema
from builder.catalog.people import VjQuestions
from builder.catalog.queries import CalendarQuestions, SessionQuestions, TagQuestions
from builder.catalog.rows import LocalClock, stream_id_number
from builder.config import SiteConfig
from builder.content import Content
from builder.model import Part, Recording, Session, StreamKey, Track, Vj
from builder.pages import KINDS, Site, kind_named
from builder.redirects import Table
from builder.render import Renderer

ROOT = Path(__file__).resolve().parents[2]
THEME = ROOT / "templates"
ZONE = "Asia/Shanghai"
MINUTE = 60_000
HOUR = 60 * MINUTE
T0 = 1642077294000  # Thu 13 Jan 2022, 20:34:54 in Shanghai
DAY = 24 * HOUR


class MemoryCatalog(SessionQuestions, CalendarQuestions, TagQuestions, VjQuestions):
    """The catalog's own tables and questions, filled with sessions by hand."""

    def __init__(self, sessions=(), zone=ZONE):
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        schema.create(self.connection)
        self.clock = LocalClock(BroadcastDays(load_zone(zone)))
        for session in sessions:
            self.change(None, session)

    def change(self, before, after):
        identity = (before or after).id
        replacing.replace(self.connection, [replacing.Change(identity, before, after)], self.clock)

    def session_of_file(self, file_id):
        return next((s for s in self.all_sessions() if file_id in s.recordings), None)

    told = ()  # streams as records named them, where that was less than their whole name

    def told_streams(self, number=None):
        streams = {*self.told, *(session.stream for session in self.all_sessions())}
        return sorted(stream for stream in streams if number in (None, stream_id_number(stream.stream_id)))

    def is_told_within(self, told, whole):
        return any(session.stream == whole for session in self.all_sessions())

    def stream_names(self, stream_id):
        named = {(stream.app, stream.appname) for stream in self.told_streams() if stream.stream_id == stream_id}
        return {pair for pair in named if any(pair)}

    def recordings_of(self, session):
        return [Recording(key, session.stream, "mp4", T0 + 5 * MINUTE, T0) for key in session.recordings]


def session(key, vj="alice", start_ms=T0, minutes=60, *, day=None, **more):
    """A session of one mp4 file, or as `more` says."""
    days = BroadcastDays(load_zone(ZONE))
    day = day or days.day(start_ms)
    end_ms = start_ms + minutes * MINUTE
    part = Part(
        key=key,
        file_id=key,
        start_ms=start_ms,
        end_ms=end_ms,
        duration_ms=end_ms - start_ms,
        size_bytes=400_000_000,
        url=f"https://1250000000.vod2.myqcloud.com/{tag_of(key)}/f0.mp4",
    )
    made = Session(
        id=f"{day.replace('-', '/')}/{tag_of(key)}",
        vj=vj,
        stream=StreamKey(f"{vj}-live", "push.example.com", "live"),
        anchor=key,
        start_ms=start_ms,
        end_ms=end_ms,
        tracks=(Track(format="mp4", parts=(part,), coverage_ms=end_ms - start_ms, primary=True),),
        duration_ms=end_ms - start_ms,
        recordings=(key,),
        notices=1,
        max_gap_ms=300_000,
    )
    return msgspec.structs.replace(made, **more)


def track(form, spans, start_ms=T0, *, primary=False, host="https://1250000000.vod2.myqcloud.com", **more):
    """A track of parts (from minute, to minute)."""
    ending = {"hls": "m3u8"}.get(form, form)
    parts = tuple(
        Part(
            key=f"{form}{at}",
            file_id=f"{form}{at}",
            start_ms=start_ms + low * MINUTE,
            end_ms=start_ms + high * MINUTE,
            duration_ms=(high - low) * MINUTE,
            size_bytes=7_000_000 * (high - low),
            url=f"{host}/{form}{at}/f0.{ending}" if host else "",
        )
        for at, (low, high) in enumerate(spans)
    )
    return Track(format=form, parts=parts, coverage_ms=sum(h - l for l, h in spans) * MINUTE, primary=primary, **more)  # noqa: E741


def rich(**more):
    """A broadcast with everything: two gaps, four versions, chapters, a description, tags."""
    spans = [(0, 60), (60, 66), (77, 163), (166, 220)]
    values = {
        "minutes": 220,
        "title": "模块合成夜：从一个振荡器开始",
        "language": "zh-Hans",
        "tracks": (
            track("mp4", spans, primary=True),
            track("flv", spans),
            track("hls", [(0, 66), (77, 163), (166, 220)]),
            track("aac", [(0, 220)]),
        ),
        "gaps": ((T0 + 66 * MINUTE, T0 + 77 * MINUTE), (T0 + 163 * MINUTE, T0 + 166 * MINUTE)),
        "duration_ms": 206 * MINUTE,
        "chapters": (
            (0, "开场，试音"),
            (510_000, "一个振荡器能做什么"),
            (2_472_000, "滤波器：先减后加"),
            (6_500_000, "Q & A"),
        ),
        "description_html": '<p>从一个振荡器出发。0:41:12 起讲滤波器。</p><p><a href="/about/">About</a></p>',
        "description_text": "从一个振荡器出发。0:41:12 起讲滤波器。 About",
        "tags": ("模块合成", "shortwave"),
        "featured": True,
        "flags": ("bad_times",),
        "notices": 17,
        "expires_ms": T0 + 30 * DAY,
        "recordings": ("rich",),
    }
    return session("rich", vj="lin", **(values | more))


@lru_cache
def theme(languages=("en", "zh")):
    """The default theme's messages and assets, loaded once."""
    assets = collect_assets([THEME], ROOT / "no such folder")
    return messages.load([THEME], languages), {asset.name: asset.url for asset in assets}


def site(sessions=(), *, languages=("en", "zh"), vjs=(), pages=(), catalog=None, redirects=None, **config):
    """A site over a catalog of these sessions."""
    words, assets = theme(languages)
    settings = SiteConfig(
        title="Lampbridge 灯桥",
        base_url="https://replays.example.com/a/b/",
        languages=languages,
        timezone=ZONE,
        slug_key="a key for tests",
    )
    return Site(
        catalog=catalog or MemoryCatalog(sessions),
        config=msgspec.structs.replace(settings, **config),
        content=Content(vjs=tuple(vjs), pages=tuple(pages)),
        messages=words,
        now_ms=T0,
        assets=assets,
        redirects=Table(redirects, languages),
    )


@lru_cache
def renderer(languages=("en", "zh")):
    words, assets = theme(languages)
    return Renderer([THEME], words, assets)


def render(made, kind, name, language="en"):
    """Render one page; None when there is none."""
    from builder.model import PageKey

    chosen = kind_named(kind)
    key = PageKey(kind, name, language)
    value = chosen.data(made, key)
    if value is None:
        return None
    return renderer(made.languages).render(chosen, value, language, chosen.path(made, key)).decode()


def build(made):
    """Render every page: path → text."""
    pages = {}
    for kind in KINDS:
        for key in kind.keys(made):
            value = kind.data(made, key)
            if value is not None:
                path = kind.path(made, key)
                assert path not in pages, path
                pages[path] = renderer(made.languages).render(kind, value, key.language, path).decode()
    return pages


class Links(HTMLParser):
    """Collects what a page links to."""

    def __init__(self, text):
        super().__init__()
        self.found, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src", "poster"):
                self.found.append((tag, name, value))
            elif name == "id":
                self.ids.add(value)


ALICE = Vj(slug="alice", name="Alice Brook")
LIN = Vj(slug="lin", name="林晓", language="zh-Hans", bio_html="<p>住在杭州。</p>", aliases=("/vj/lin-xiao/",))
