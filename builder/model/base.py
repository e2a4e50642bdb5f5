"""The base of every value and the words they share."""

from __future__ import annotations

from typing import Literal

import msgspec

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
Format = Literal["mp4", "hls", "flv", "aac", "mp3", "dash", "other"]
Verdict = Literal["fresh", "late", "batch"]
VERDICT_RANK: dict[str, int] = {"fresh": 0, "late": 1, "batch": 2}
Status = Literal["", "deleted", "forbidden"]
Visibility = Literal["public", "unlisted", "hidden", "draft"]
Tombstone = Literal["", "hidden", "deleted", "forbidden", "expired"]


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """The base of every value: immutable, encodable without what is as by default, compared by content."""


class StreamKey(Value, frozen=True, order=True):
    """The push key. `app` is the push domain and `appname` the path (DOMAIN 1.1); empty means "not told"."""

    stream_id: str
    app: str = ""
    appname: str = ""

    def may_be(self, other: StreamKey) -> bool:
        """Say whether two keys can be of one stream: what was not told matches any."""
        return self.stream_id == other.stream_id and all(
            not mine or not yours or mine == yours
            for mine, yours in ((self.app, other.app), (self.appname, other.appname))
        )


class Problem(Value, frozen=True):
    """Bad input that must not stop the rest: which rule, where, and a sentence for a person."""

    code: str  # a closed list, documented in docs/problems.md: `bad_json`, `media_host`, `conflict` …
    message: str  # STYLE's wording, without the place
    source: str = ""  # path relative to the source folder, with "/"
    line: int = 0  # 1-based; 0 when unknown
    offset: int = 0  # byte offset in the (uncompressed) file
    field: str = ""
    file_id: str = ""
    stream_id: str = ""
    quarantined: bool = False  # True: the record is not used; False: it is used, with a warning
    excerpt: str = ""  # first 2 KB of the record, secrets redacted

    @property
    def place(self) -> str:
        """Say where it is: `recordings/a.jsonl:13`; "" when that is not known."""
        return f"{self.source}:{self.line}" if self.source and self.line else self.source

    @property
    def sentence(self) -> str:
        """Word it as STYLE says: the place first, one line, no secrets."""
        field = f"`{self.field}` " if self.field and f"`{self.field}`" not in self.message else ""
        return f"{self.place}: {field}{self.message}" if self.place else f"{field}{self.message}"


class Counts(Value, frozen=True):
    """What became of the records read: read = accepted + duplicate + ignored + quarantined, always."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    ignored: int = 0
    quarantined: int = 0
