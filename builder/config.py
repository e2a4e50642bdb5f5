"""`site.yaml` → one frozen `SiteConfig`. Strict: an unknown key is an error that suggests the nearest known one.

An empty file, or none, is the table of defaults. The environment gives the one secret, `AFTERCAST_SLUG_KEY`, which
beats the file; its value is never part of a message.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeVar

from builder import fields, inside, strict_yaml
from builder.addresses import zones_folder
from builder.base_path import left_out
from builder.errors import ConfigError
from builder.fields import Fields, Parser, Place
from builder.model import DAY_MS, Grouping, Media, Value
from builder.places import need_source
from builder.strict_yaml import Node, Sequence

SITE_FILE = "site.yaml"
OTHER_NAME = "site.yml"
SLUG_KEY_VARIABLE = "AFTERCAST_SLUG_KEY"
MIN_SLUG_KEY = 8  # characters
MAX_LENGTH_MS = 7 * DAY_MS
_PLACES = "zones have the names of places: UTC+8 without summer time is `Asia/Shanghai` or `Etc/GMT-8`"
_OTHER_CITIES = {  # large ones that look for themselves, and are near in letters to a place hours away
    "Asia/Shanghai": ("beijing", "peking", "shenzhen", "guangzhou", "chengdu", "hangzhou", "nanjing", "wuhan", "china"),
    "Asia/Kolkata": ("delhi", "new_delhi", "mumbai", "bangalore"),
    "America/Los_Angeles": ("san_francisco", "seattle"),
    "America/New_York": ("washington", "boston"),
}
_KEYS = (
    "title",
    "base_url",
    "language",
    "languages",
    "timezone",
    "day_starts_at",
    "grouping",
    "media",
    "outputs",
    "slug_key",
    "public_stream_ids",
    "author",
    "description",
    "nav",
    "footer",
)


T = TypeVar("T")
Wording = str | tuple[tuple[str, str], ...]  # the same everywhere, or (language, words); the first stands for the rest


def worded(wording: Wording, language: str) -> tuple[str, str]:
    """Return the words for a language and the language they are told in, "" when that was not said."""
    if isinstance(wording, str):
        return wording, ""
    code, words = next((one for one in wording if one[0] == language), wording[0])
    return words, code


class SiteConfig(Value, frozen=True):
    """The whole of `site.yaml`, with the defaults of DESIGN's table. Never passed whole to a pure step."""

    title: Wording = "Replays"
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
    author: Wording = ""
    description: Wording = ""
    nav: tuple[tuple[Wording, str], ...] = ()  # (label, URL or site path)
    footer: Wording = ""
    left_out: str = ""  # the path of `base_url`, where own addresses may begin with it


def load_config(source: Path, environ: Mapping[str, str], *, kinds: Collection[str] = ()) -> SiteConfig:
    """Read `site.yaml` of a source folder; `kinds` are the page kinds that `outputs` may name (none: any name)."""
    name = inside.shown_name(source, SITE_FILE)
    need_source(source)  # it may have gone while the program runs
    refuse_other_place(source)
    raw = inside.read(source, SITE_FILE, strict_yaml.MAX_BYTES)
    pages = {Path(page).name.partition(".")[0] for page in inside.names(source, "pages", ".md")}
    return parse_config(raw or b"", name, environ, kinds=kinds, pages=pages)


def refuse_other_place(source: Path) -> None:
    """Refuse a folder whose settings have evidently another name, or lie in a folder below: all would be defaults."""
    if os.path.lexists(source / SITE_FILE):
        return
    name = inside.shown_name(source, SITE_FILE)
    if (source / OTHER_NAME).is_file():
        raise ConfigError(f"{name}: expected the settings here, found them in `{OTHER_NAME}`", hint="rename that file")
    for below in sorted(source.glob(f"[!.]*/{SITE_FILE}")):
        if below.parent.name == "static":
            continue
        hint = f"give `--source {below.parent}`"
        raise ConfigError(f"{name}: expected the settings here, found them in `{below.parent.name}/`", hint=hint)


def parse_config(
    raw: bytes, name: str, environ: Mapping[str, str], *, kinds: Collection[str] = (), pages: Collection[str] = ()
) -> SiteConfig:
    """Read the text of a `site.yaml`; `name` stands in errors, `pages` are the slugs of pages of prose."""
    site = Fields(strict_yaml.load(raw, name), Place(name), _KEYS)
    default = SiteConfig()
    base_url = site.get("base_url", _base_url, default.base_url)
    slug_key = slug_key_of(environ) or site.get("slug_key", _slug_key, "")
    languages = _languages(site)
    site.place = Place(name, base=left_out(base_url, {*languages[1:], *pages}))  # which their addresses are read with
    wording = _wording(languages)
    return SiteConfig(
        title=site.get("title", _filled(wording), default.title),
        base_url=base_url,
        languages=languages,
        timezone=site.get("timezone", _zone, default.timezone),
        day_starts_at_minutes=site.get("day_starts_at", fields.clock, 0),
        grouping=site.get("grouping", _grouping, default.grouping),
        media=site.get("media", _media, default.media),
        outputs_off=site.get("outputs", _outputs_off(kinds), frozenset()),
        slug_key=slug_key or _derived_key(base_url),
        slug_key_derived=not slug_key,
        public_stream_ids=site.get("public_stream_ids", fields.truth, default=False),
        author=site.get("author", wording, default.author),
        description=site.get("description", wording, default.description),
        nav=site.get("nav", labelled_by(_filled(wording)), ()),
        footer=site.get("footer", wording, default.footer),
        left_out=site.place.base,
    )


def labelled_by(words: Parser[T]) -> Parser[tuple[tuple[T | str, str], ...]]:
    """Make the reader of labelled addresses: `Label: address`, or a list of `{label, url}` and of bare addresses."""

    def parse(node: Node, place: Place) -> tuple[tuple[T | str, str], ...]:
        if not isinstance(node, Sequence):
            return tuple(pair(*told) for told in fields.pairs(node, place))
        return tuple(entry(item, place) for item in node.items)

    def pair(label: str, node: Node, place: Place) -> tuple[str, str]:
        if not label.strip():
            raise place.error(node, "a label before the address", found="none")
        return label, fields.address(node, place)

    def entry(node: Node, place: Place) -> tuple[T | str, str]:
        if isinstance(node, strict_yaml.Scalar):
            url = fields.address(node, place)
            return re.sub(r"^(?:https?://|mailto:)|/$", "", url), url
        told = Fields(node, place, ("label", "url"))
        return told.need("label", words), told.need("url", fields.address)

    return parse


def _filled(words: Parser[Wording]) -> Parser[Wording]:
    """Make a reader of words that may not be empty."""

    def parse(node: Node, place: Place) -> Wording:
        found = words(node, place)
        if not all(text for _, text in ([("", found)] if isinstance(found, str) else found)):
            raise place.error(node, "words", found="none")
        return found

    return parse


def _base_url(node: Node, place: Place) -> str:
    expected = "an address such as `https://replays.example.com/`"
    written = fields.scalar(node, place, expected).text.strip()
    try:
        url = fields.web_address(written)
    except ValueError as error:
        raise place.error(node, expected, found="one with a user name" if "@" in written else "") from error
    path = url.split("/", 3)[3] if url.count("/") > 2 else ""
    if {"?", "#"} & set(url) or "//" in path or {".", ".."} & set(path.split("/")):
        raise place.error(node, expected + " without a query")
    return url.rstrip("/") + "/"


def _slug_key(node: Node, place: Place) -> str:
    """Read a key that no message shows, also when it is wrong."""
    if not isinstance(node, strict_yaml.Scalar):
        raise place.error(node, _key_expected(""), found="something else")
    key = "" if node.is_nothing else node.text.strip()
    if expected := _key_expected(key):
        raise place.error(node, expected, found=str(len(key)))
    return key


def slug_key_of(environ: Mapping[str, str]) -> str:
    """Return the slug key of the environment; "" when it has none."""
    key = environ.get(SLUG_KEY_VARIABLE, "")
    told = key.strip()  # used as it is: addresses are made of it
    if key and (expected := _key_expected(told)):
        raise ConfigError(f"the environment: `{SLUG_KEY_VARIABLE}` expected {expected}, found {len(told)}")
    return key


def _key_expected(key: str) -> str:
    """Return what was expected of a key, without blanks around it; "" where it is fine."""
    if len(key) < MIN_SLUG_KEY:
        return f"text of at least {MIN_SLUG_KEY} characters"
    return f"at most {fields.MAX_TEXT} characters" if len(key) > fields.MAX_TEXT else ""


def _derived_key(base_url: str) -> str:
    return hashlib.blake2b(base_url.encode(), digest_size=16, person=b"slug key").hexdigest()


def _languages(site: Fields) -> tuple[str, ...]:
    default: tuple[str, ...] = ("en",)
    if "language" in site and "languages" in site:
        raise site.error("language", "one of `language` and `languages`", found="both")
    if "language" in site:
        return (site.get("language", _language, "en"),)
    languages = site.get("languages", fields.many(_language), default)
    if not languages or len(set(languages)) != len(languages):
        raise site.error("languages", "at least one language, each once", found=f"`{', '.join(languages)}`")
    return languages


def _wording(languages: Collection[str]) -> Parser[Wording]:
    def parse(node: Node, place: Place) -> Wording:
        if not isinstance(node, strict_yaml.Mapping):
            return fields.text(node, place)
        known = ", ".join(f"`{code}`" for code in languages)
        words = Fields(node, place, languages, each=f"one of the site's languages ({known})")
        found = tuple((code, words.need(code, fields.text)) for code in languages if code in words)
        if not found:
            raise place.error(node, "words in a language of the site", found="none")
        return found

    return parse


def _language(node: Node, place: Place) -> str:
    value = fields.text(node, place)
    if not re.fullmatch(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", value):
        raise place.error(node, "a language such as `en` or `zh`")
    return value


def _zone(node: Node, place: Place) -> str:
    value = fields.text(node, place)
    zones = (zones_folder() / "zones").read_text(encoding="utf-8").split()
    if value not in zones:
        hint = fields.nearest(value, zones) if len(value) > len("UTC+8") else ""  # short ones are alike and hours apart
        city = value.rpartition("/")[2].casefold()
        if other := next((zone for zone, cities in _OTHER_CITIES.items() if city in cities), ""):
            hint = f"did you mean `{other}`?"
        raise place.error(node, "a time zone such as `Asia/Shanghai`", hint=hint if hint.startswith("did") else _PLACES)
    return value


def _grouping(node: Node, place: Place) -> Grouping:
    grouping = Fields(node, place, ("gap", "min_length", "max_length"))
    default = Grouping()
    max_length_ms = grouping.get("max_length", fields.duration, default.max_length_ms)
    if not 0 < max_length_ms <= MAX_LENGTH_MS:
        raise grouping.error("max_length", "a duration of more than 0 and at most `168h`")
    return Grouping(
        gap_ms=grouping.get("gap", gap, default.gap_ms),
        min_length_ms=grouping.get("min_length", fields.duration, default.min_length_ms),
        max_length_ms=max_length_ms,
    )


def gap(node: Node, place: Place) -> int:
    """Read a gap limit in milliseconds, at most a day: hard links reach no further either."""
    value = fields.duration(node, place)
    if value > DAY_MS:
        raise place.error(node, "a duration of at most `24h`")
    return value


def _media(node: Node, place: Place) -> Media:
    media = Fields(node, place, ("hosts", "rewrite", "posters"))
    default = Media()
    return Media(
        hosts=media.get("hosts", fields.many(_host), default.hosts),
        rewrite=media.get("rewrite", _rewrite, default.rewrite),
        posters=media.get("posters", fields.one_of("generated", "provider"), default.posters),
    )


def _host(node: Node, place: Place) -> str:
    value = fields.text(node, place).lower()
    if not fields.HOST.fullmatch(value.removeprefix("*.")):
        raise place.error(node, "a host name such as `vod.example.com` or `*.example.com`")
    return value


def _rewrite(node: Node, place: Place) -> tuple[tuple[str, str], ...]:
    rules = []
    for prefix, target, at in fields.pairs(node, place):
        try:
            start = fields.web_address(prefix)
        except ValueError as error:
            raise place.error(
                target, "address prefixes such as `https://vod.example.com/`", found=f"`{prefix}`"
            ) from error
        if re.match(r"http://[^/]*\.myqcloud\.com(?:[:/]|$)", start):  # published addresses there are https already
            start = "https" + start.removeprefix("http")
        rules.append((start, fields.address(target, at)))
    return tuple(sorted(rules, key=lambda rule: (-len(rule[0]), rule[0])))


def _outputs_off(kinds: Collection[str]) -> fields.Parser[frozenset[str]]:
    def parse(node: Node, place: Place) -> frozenset[str]:
        off = set()
        for kind, value, at in fields.pairs(node, place):
            if kinds and kind not in kinds:
                raise place.error(value, "page kinds", found=f"`{kind}`", hint=fields.nearest(kind, kinds))
            if not fields.truth(value, at):
                off.add(kind)
        return frozenset(off)

    return parse
