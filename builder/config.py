"""`site.yaml` → one frozen `SiteConfig`. Strict: an unknown key is an error that suggests the nearest known one."""

from __future__ import annotations

from builder.model import Value


class Grouping(Value, frozen=True):
    gap_ms: int = 300_000
    min_length_ms: int = 0
    max_length_ms: int = 86_400_000


class Media(Value, frozen=True):
    hosts: tuple[str, ...] = ("*.myqcloud.com",)
    rewrite: tuple[tuple[str, str], ...] = ()  # (prefix, absolute URL or site path), longest prefix first
    posters: str = "generated"  # or "provider"


class SiteConfig(Value, frozen=True):
    """The whole of `site.yaml`, with the defaults of DESIGN's table. Never passed whole to a pure step."""

    title: str = "Replays"
    base_url: str = "https://replays.example.com/"  # ends with "/"
    languages: tuple[str, ...] = ("en",)  # the first lives at the root
    timezone: str = "UTC"
    day_starts_at_minutes: int = 0
    grouping: Grouping = Grouping()
    media: Media = Media()
    outputs_off: frozenset[str] = frozenset()  # page kinds switched off
    slug_key: str = ""  # "" → derived from base_url, with a warning on every build
    slug_key_derived: bool = False
    public_stream_ids: bool = False
    author: str = ""
    description: str = ""
    nav: tuple[tuple[str, str], ...] = ()  # (label, URL or site path)
    footer: str = ""
