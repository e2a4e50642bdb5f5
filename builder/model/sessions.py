"""What grouping makes: sessions, their tracks and parts, and the reasons."""

from __future__ import annotations

from builder.model.base import Format, StreamKey, Tombstone, Value, Visibility
from builder.model.content import Trim
from builder.model.facts import Rendition


class Part(Value, frozen=True, array_like=True):
    """One recording at its place in a track: the content interval (DESIGN "Grouping")."""

    key: str
    start_ms: int
    end_ms: int
    file_id: str = ""
    duration_ms: int | None = None
    size_bytes: int | None = None
    url: str = ""  # the published URL (scheme and rewrite applied); "" when not playable
    renditions: tuple[Rendition, ...] = ()
    resolution: str = ""
    codec: str = ""
    bps: int = 0
    flags: tuple[str, ...] = ()


class Track(Value, frozen=True, array_like=True):
    """The parts of one format/rendition, in time order."""

    format: Format
    parts: tuple[Part, ...]
    coverage_ms: int
    primary: bool = False
    bps: int = 0
    resolution: str = ""
    view: int = 0  # 1, 2 … where streams that a person brought together show the same time


class SetAside(Value, frozen=True, array_like=True):
    """A recording of the session that is in no track, and why: `duplicate`, `superseded` and so on."""

    key: str
    why: str
    file_id: str = ""
    start_ms: int = 0
    end_ms: int = 0
    by: str = ""  # key of the newer recording under the same URL, where this one was written over
    hiders: tuple[str, ...] = ()  # anchors of the sessions beside that hide what it shows, where it is withheld


class Reason(Value, frozen=True, array_like=True):
    """Why two recordings are in one session, or why the session ends: for `explain` and "how we know this"."""

    rule: str  # window, split, split_astray, split_end, merge, session_id, task_id, push, gap, max_length, curation …
    detail: str  # English, one phrase
    keys: tuple[str, ...] = ()


class Session(Value, frozen=True, array_like=True):
    """One broadcast. Plain data: everything the pages and `sessions --json` need of it."""

    id: str  # "2022/01/13/k3f9q2m7xa"
    vj: str  # slug
    stream: StreamKey  # the anchor's
    anchor: str  # key of the anchor recording
    start_ms: int  # union of all tracks
    end_ms: int
    tracks: tuple[Track, ...]  # primary first, then by format
    duration_ms: int | None = None  # recorded time: union of the primary track; None when unknown
    gaps: tuple[tuple[int, int], ...] = ()  # holes ≥ 10 s in the primary track, (start_ms, end_ms)
    others: tuple[SetAside, ...] = ()
    recordings: tuple[str, ...] = ()  # every member's key, sorted
    flags: tuple[str, ...] = ()
    title: str = ""  # "" = none told; pages make one from VJ and time
    language: str = ""  # of the title, when told
    description_html: str = ""
    description_text: str = ""
    tags: tuple[str, ...] = ()
    featured: bool = False
    visibility: Visibility = "public"
    tombstone: Tombstone = ""
    chapters: tuple[tuple[int, str], ...] = ()  # (session-time ms, title), sorted, told or suggested
    trim: Trim | None = None
    poster_url: str = ""  # screenshot or cover, only with `media.posters: provider`
    expires_ms: int | None = None  # earliest expiry of a playable part
    aliases: tuple[str, ...] = ()  # session ids it would have had earlier, and curated aliases
    reasons: tuple[Reason, ...] = ()
    notices: int = 0  # notifications behind it, duplicates included
    curated_by: tuple[str, ...] = ()  # curation sources
    max_gap_ms: int = 0  # the gap limit that applied
    untrimmed: Session | None = None  # the whole of it, where a trim hides some: all else here is what is shown

    @property
    def whole(self) -> Session:
        """Return the session without its trim: what there is, rather than what is shown."""
        return self if self.untrimmed is None else self.untrimmed

    @property
    def zero_ms(self) -> int:
        """Return the instant that session time counts from: the start of the whole, whatever a trim hides."""
        return self.whole.start_ms

    @property
    def listed(self) -> bool:
        """Say whether lists, counts and neighbours may show it."""
        return self.visibility == "public" and not self.tombstone

    @property
    def day(self) -> str:
        """Return the day it is filed under, "2022-01-13": the day of its address."""
        return self.id[:10].replace("/", "-")

    @property
    def tag(self) -> str:
        return self.id.rsplit("/", 1)[-1]
