"""What templates may see: the allow-list. A field that is not here cannot reach a page.

Every value is frozen and plain; a template sees exactly one of them (`page`) and its `site` part. Texts in a `Run`
are untrusted and get escaped; only `Svg` (drawn by this program) and `Html` (Markdown that passed the sanitiser)
may be printed as markup. Instants are milliseconds UTC, addresses are site paths ("/vj/alice/") or absolute; an
empty address means that there is no such page, and the template prints the words alone.
The fields are described in docs/templates.md and are a contract with overriding templates.
"""

from __future__ import annotations

from builder.model import Value


class Run(Value, frozen=True):
    """Untrusted text and its language."""

    text: str
    lang: str

    def __str__(self) -> str:
        return self.text


class Html(Value, frozen=True):
    """Sanitised HTML."""

    markup: str


class Svg(Value, frozen=True):
    """A picture drawn by this program."""

    markup: str


class Nav(Value, frozen=True):
    label: Run
    url: str
    current: bool = False


class Language(Value, frozen=True):
    """Another language of the interface and this page's path there."""

    code: str
    name: str
    url: str


class SiteFrame(Value, frozen=True):
    """What every page of a language shares."""

    title: Run
    language: str
    zone: str
    zone_place: str
    zone_offset: str  # "UTC+8" where it never changes, else ""
    day_starts_at: str  # "04:00", "" for midnight
    home: str
    nav: tuple[Nav, ...]
    footer: str
    author: str
    policy: str  # the content security policy


class Head(Value, frozen=True):
    """What belongs into `<head>`, and the language switch."""

    title: str
    description: str
    canonical: str  # absolute
    alternates: tuple[tuple[str, str], ...]  # (language, absolute address)
    languages: tuple[Language, ...]
    robots: str = ""
    base_path: str = ""  # set where addresses must not be relative (404.html)


class VjRef(Value, frozen=True):
    slug: str
    name: Run
    url: str
    hue: int
    monogram: str
    photo: str = ""

    def __str__(self) -> str:
        return self.name.text


class Badge(Value, frozen=True):
    """A word about what is unusual: cut, audio, no_phone, unplayable and so on."""

    kind: str
    n: int = 0
    at_ms: int = 0


class Chapter(Value, frozen=True):
    seconds: int  # session time
    at_ms: int
    title: Run


class Card(Value, frozen=True):
    """One broadcast in a list."""

    anchor: str  # id within the page
    url: str
    title: Run
    vj: VjRef
    start_ms: int
    end_ms: int
    length_ms: int | None  # recorded
    poster: str
    poster_lazy: bool
    strip: Svg
    badges: tuple[Badge, ...]
    chapters: tuple[Chapter, ...]
    chapters_total: int
    length_class: str  # short, mid, long
    plays: str  # "phone", "phone audio", "desktop" …: words for the filters
    state: str  # whole, cut
    vj_letters: str = ""  # on pages that filter by VJ
    storyboard: str = ""  # small pictures of its moments, as WebVTT; "" where there is none


class Facet(Value, frozen=True):
    """One choice of a filter and how many cards it leaves."""

    value: str
    label: Run | None  # untrusted label (a VJ's name); None: a message of the value's name
    count: int


class Filter(Value, frozen=True):
    name: str  # vj, length, plays, state
    facets: tuple[Facet, ...]
    is_menu: bool = False  # too many choices, all of them with labels, to stand side by side


class Total(Value, frozen=True):
    """A period or a tag: how many broadcasts, how long recorded; without numbers, a link to it."""

    name: str  # "2022-01-13", "2022-01", "2022", "21"
    url: str
    count: int = 0
    recorded_ms: int = 0
    heat: int = 0
    strip: Svg | None = None
    vjs: tuple[VjRef, ...] = ()
    current: bool = False


class Turn(Value, frozen=True):
    """The periods before and after."""

    before: Total | None = None
    after: Total | None = None


class Download(Value, frozen=True):
    number: int
    url: str
    size_bytes: int


class Version(Value, frozen=True):
    """A track in words. In the list its place is that in the player's list of tracks, which finds its row by it."""

    words: str
    primary: bool
    downloads: tuple[Download, ...]


class Source(Value, frozen=True):
    url: str
    type: str


class NativePart(Value, frozen=True):
    """One part for a browser's own player. `moments` are (session seconds, address with #t=)."""

    number: int
    total: int
    start_ms: int
    end_ms: int
    audio: bool
    sources: tuple[Source, ...]
    size_bytes: int
    moments: tuple[tuple[int, str], ...]


class TocLine(Value, frozen=True):
    """A line of the chapter list: a chapter, or a hole (`lost_ms` > 0, no title)."""

    seconds: int
    at_ms: int
    title: Run | None = None
    lost_ms: int = 0
    removed: bool = False  # a file of this time was there once


class TranscriptLine(Value, frozen=True):
    seconds: int  # session time
    text: Run


class Transcript(Value, frozen=True):
    """What was said, from the captions in one language. `whole`: the captions say no more than the lines do."""

    lang: str
    lines: tuple[TranscriptLine, ...]
    whole: bool


class Fact(Value, frozen=True):
    """One line of "how we know this": a message key, and sentences."""

    name: str
    lines: tuple[str, ...]


class TagLink(Value, frozen=True):
    label: Run
    url: str
    count: int = 0


class ExternalLink(Value, frozen=True):
    label: Run
    url: str


class PlayerRendition(Value, frozen=True, omit_defaults=False):
    url: str
    format: str


class PlayerPart(Value, frozen=True, omit_defaults=False):
    """One recording on the player's line; seconds of session time, the address relative to the page."""

    at: float
    to: float
    length: float
    url: str
    renditions: tuple[PlayerRendition, ...]


class PlayerTrack(Value, frozen=True, omit_defaults=False):
    format: str
    words: str
    audio: bool
    parts: tuple[PlayerPart, ...]


class Caption(Value, frozen=True, omit_defaults=False):
    lang: str
    label: str
    url: str


class Player(Value, frozen=True, omit_defaults=False):
    """The JSON block that the player reads. Addresses are relative to the page."""

    id: str
    tags: tuple[str, ...]
    start: int
    length: float
    offset: tuple[tuple[int, int], ...]
    zone: str
    title: str
    vj: str
    hue: int
    poster: str
    trim: tuple[float, float]
    gaps: tuple[tuple[float, ...], ...]  # (from, to), and 1 for one that was removed
    chapters: tuple[tuple[float, str], ...]
    prev: str
    next: str
    tracks: tuple[PlayerTrack, ...]
    captions: tuple[Caption, ...]
    storyboard: str
    engines: dict[str, str]
    words: dict[str, object]
