"""What people say: profiles, curation, pages of prose, and what settings say of grouping and of media."""

from __future__ import annotations

from builder.model.base import DAY_MS, Value, Visibility

HUES = 24  # of VJs, around the circle


class Grouping(Value, frozen=True):
    """`grouping` of `site.yaml`."""

    gap_ms: int = 300_000
    min_length_ms: int = 0
    max_length_ms: int = DAY_MS


class Media(Value, frozen=True):
    """`media` of `site.yaml`."""

    hosts: tuple[str, ...] = ("*.myqcloud.com",)
    rewrite: tuple[tuple[str, str], ...] = ()  # (prefix, absolute URL or site path), longest prefix first
    posters: str = "generated"  # or "provider"


class StreamClaim(Value, frozen=True):
    """One entry of a profile's `streams:`: exact text or glob, optionally narrowed by app and time."""

    pattern: str
    exact: bool = True
    app: str = ""
    appname: str = ""
    from_ms: int | None = None
    until_ms: int | None = None
    gap_ms: int | None = None  # overrides the VJ's for what this entry claims


class Link(Value, frozen=True):
    label: str
    url: str


class Vj(Value, frozen=True):
    """A broadcaster's profile from `vjs/<slug>.md`, or the one derived for an unmapped stream."""

    slug: str
    name: str
    photo: str = ""  # site path, "/static/…"
    banner: str = ""
    links: tuple[Link, ...] = ()
    streams: tuple[StreamClaim, ...] = ()
    aliases: tuple[str, ...] = ()  # former slugs or site paths
    featured: tuple[str, ...] = ()  # addresses of replays or file ids
    gap_ms: int | None = None  # overrides `grouping.gap` for this VJ
    hue: int | None = None  # below `HUES`
    language: str = ""
    bio_html: str = ""  # sanitised
    mapped: bool = True  # False: made for a stream no profile claims
    source: str = ""  # "vjs/alice.md"


class Chapter(Value, frozen=True):
    """A named moment. `at_seconds` is session time, gaps included; `at_ms` an instant. One of them is set."""

    title: str
    at_seconds: float | None = None
    at_ms: int | None = None


class Window(Value, frozen=True):
    """Claims the recordings of a stream whose content midpoint lies in [from, to)."""

    stream_id: str
    from_ms: int
    to_ms: int
    app: str = ""
    appname: str = ""


class Trim(Value, frozen=True):
    """Hides time at the ends; never changes membership or address.

    Seconds count from the ends, wherever late files move them; moments (milliseconds UTC) stay where they are.
    """

    head_seconds: float = 0
    tail_seconds: float = 0
    from_ms: int | None = None  # nothing before it is shown
    to_ms: int | None = None  # nor anything from it on

    @property
    def cuts_head(self) -> bool:
        return self.head_seconds > 0 or self.from_ms is not None

    @property
    def cuts_tail(self) -> bool:
        return self.tail_seconds > 0 or self.to_ms is not None


class Curation(Value, frozen=True):
    """What a person says of one session, from `replays/<name>.md`."""

    source: str  # "replays/finale.md"
    recordings: tuple[str, ...] = ()  # file ids; any one names the session
    address: str = ""  # session id ("2022/01/13/k3f9q2m7xa") when named by address
    title: str = ""
    language: str = ""  # of title and description
    description_html: str = ""  # sanitised, from the body
    description_text: str = ""
    tags: tuple[str, ...] = ()
    featured: bool = False
    visibility: Visibility | None = None
    chapters: tuple[Chapter, ...] = ()
    split_before: tuple[str, ...] = ()
    merge: tuple[str, ...] = ()
    trim: Trim | None = None
    window: Window | None = None
    vj: str = ""
    aliases: tuple[str, ...] = ()


class Captions(Value, frozen=True):
    """Captions beside a curation, in one language. Times are session time, gaps included."""

    source: str  # "replays/finale.en.vtt"
    curation: str  # "replays/finale.md"
    language: str
    lines: tuple[tuple[int, int, str], ...] = ()  # of the transcript: (from_ms, to_ms, words)
    whole: bool = True  # False: the transcript has more lines
    last_ms: int = 0  # when the last cue begins


class Storyboard(Value, frozen=True):
    """Small pictures of moments beside a curation."""

    source: str  # "replays/finale.storyboard.vtt"
    curation: str
    images: tuple[str, ...] = ()  # "replays/finale-1.jpg"
    moments: tuple[tuple[int, int], ...] = ()  # of each picture: (first, last) ms of session time that it shows
    last_ms: int = 0  # when the last cue begins


class MarkdownPage(Value, frozen=True):
    """A page of prose from `pages/<slug>.md`."""

    slug: str
    title: str
    language: str = ""  # "" = every language
    html: str = ""
    description: str = ""
    nav: bool = False
    aliases: tuple[str, ...] = ()
    source: str = ""
