"""Reads typed values out of a strict YAML tree, and says what was expected where.

A *parser* is a function from a node and its place to a value; it raises `ConfigError` with the file, the line, the
field, what it expected and what it found. `Fields` is a mapping whose keys are known beforehand: an unknown key is an
error that suggests the nearest known one. Nothing here knows what the fields mean.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from datetime import time as clock_time
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

from builder.base_path import below
from builder.errors import ConfigError
from builder.model import HOUR_MS, Value
from builder.strict_yaml import Mapping, Node, Scalar, Sequence, shown, wide_colon

MAX_TEXT = 4_000  # characters of one value
MAX_ITEMS = 10_000  # entries of one list

T = TypeVar("T")


class Place(Value, frozen=True):
    """Where a value stands: the file's name for messages and the dotted field; and what it is read with."""

    name: str
    field: str = ""
    base: str = ""  # the base path, where paths of the site may begin with it

    def child(self, key: str) -> Place:
        return Place(self.name, f"{self.field}.{key}" if self.field else key, self.base)

    def error(self, node: Node, expected: str, *, found: str = "", hint: str = "") -> ConfigError:
        """Make the error that says what this field expected and what stands there."""
        field = f"`{self.field}` " if self.field else ""
        sentence = f"{self.name}:{node.line}: {field}expected {expected}, found {found or shown(node)}"
        return ConfigError(sentence, hint=hint)


Parser = Callable[[Node, Place], T]


def nearest(word: str, known: Collection[str]) -> str:
    """Return a hint naming the nearest known word, or the known words when none is near."""
    import difflib  # here: only mistakes need it

    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else f"known: {', '.join(sorted(known))}"


class Fields:
    """A mapping with known keys; `each` says what a key is, with those that are known, where it names no field."""

    def __init__(
        self,
        node: Node | None,
        place: Place,
        known: Collection[str],
        *,
        each: str = "",
        example: str = "",
    ) -> None:
        if node is None:
            node = Mapping((), 1)
        if not isinstance(node, Mapping):
            hint = wide_colon(node.text, node.line) if isinstance(node, Scalar) else ""
            raise place.error(node, f"a mapping such as `{example}`" if example else "a mapping", hint=hint)
        self.node = node
        self.place = place
        self._values: dict[str, Node] = {}
        for key, value in node.pairs:
            if key.text not in known:
                raise _unknown(key, place, known, each)
            self._values[key.text] = value

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def node_of(self, key: str) -> Node:
        """Return the node under a key, the mapping itself when the key is absent."""
        return self._values.get(key, self.node)

    def get(self, key: str, parse: Parser[T], default: T) -> T:
        """Parse the value under a key; the default stands for an absent key only."""
        node = self._values.get(key)
        return default if node is None else parse(node, self.place.child(key))

    def all(self, key: str, parse_item: Parser[T]) -> tuple[T, ...]:
        """Parse a list, each entry by itself; an absent key is an empty one."""
        node = self._values.get(key)
        return () if node is None else many(parse_item)(node, self.place.child(key))

    def need(self, key: str, parse: Parser[T]) -> T:
        if key not in self._values:
            raise self.place.error(self.node, f"the key `{key}`", found="none")
        return parse(self._values[key], self.place.child(key))

    def error(self, key: str, expected: str, *, found: str = "", hint: str = "") -> ConfigError:
        return self.place.child(key).error(self.node_of(key), expected, found=found, hint=hint)


def _unknown(key: Scalar, place: Place, known: Collection[str], each: str) -> ConfigError:
    hint = nearest(key.text, known)
    if each:
        return place.error(key, each, hint=hint if hint.startswith("did") else "")
    name = place.child(key.text).field if len(key.text) <= 60 else key.text[:60] + "…"
    printable = "".join(letter if letter.isprintable() else "?" for letter in name)
    return ConfigError(f"{place.name}:{key.line}: expected a known key, found `{printable}`", hint=hint)


def scalar(node: Node, place: Place, expected: str) -> Scalar:
    if not isinstance(node, Scalar) or node.is_nothing:
        raise place.error(node, expected)
    if len(node.text) > MAX_TEXT:
        raise place.error(node, f"at most {MAX_TEXT} characters", found=str(len(node.text)))
    return node


def text(node: Node, place: Place) -> str:
    """Read text; a bare `no`, `2022` or `12:30` could be meant as something else and must be quoted."""
    value = scalar(node, place, "text")
    if value.is_doubtful:
        raise place.error(node, "text", found=f"the unquoted `{value.text}`", hint=f'write "{value.text}" in quotes')
    return value.text.strip()


_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")


def token(node: Node, place: Place) -> str:
    """Read an id: text without blanks at its ends. A plain whole number is taken as written, digit by digit."""
    value = scalar(node, place, "an id")
    if re.fullmatch(r"[1-9][0-9]{0,29}", value.text):
        return value.text
    if value.plain and _ROUNDED.fullmatch(value.text):
        hint = "a spreadsheet took its last digits: copy it from the record; in quotes it counts as it stands"
        raise place.error(node, "an id", found=f"the rounded number `{value.text}`", hint=hint)
    return text(node, place)


def truth(node: Node, place: Place) -> bool:
    value = scalar(node, place, "`true` or `false`")
    if not value.plain or value.text not in {"true", "false"}:
        raise place.error(node, "`true` or `false`")
    return value.text == "true"


def whole(low: int, high: int) -> Parser[int]:
    """Make a parser of whole numbers from low to high."""
    expected = f"a whole number from {low} to {high}"

    def parse(node: Node, place: Place) -> int:
        value = scalar(node, place, expected)
        if not value.plain or not re.fullmatch(r"0|-?[1-9][0-9]{0,17}", value.text):
            raise place.error(node, expected)
        if not low <= int(value.text) <= high:
            raise place.error(node, expected)
        return int(value.text)

    return parse


def one_of(*words: str) -> Parser[str]:
    """Make a parser that takes one of a few words."""
    expected = "one of " + ", ".join(f"`{word}`" for word in words)

    def parse(node: Node, place: Place) -> str:
        value = scalar(node, place, expected)
        if value.text not in words:
            raise place.error(node, expected, hint=nearest(value.text, words))
        return value.text

    return parse


def duration(node: Node, place: Place) -> int:
    """Read a length of time, seconds or `1h30m`, as milliseconds."""
    value = scalar(node, place, "a duration such as `5m`")
    found = re.fullmatch(r"(?=.)(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9}(?:\.[0-9]{1,3})?)s?)?", value.text)
    if not found or re.match(r"0[0-9]+(?:\.|\Z)", value.text):  # YAML 1.1 reads 010 as eight
        raise place.error(node, "a duration such as `5m`")
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * HOUR_MS + int(minutes or 0) * 60_000 + round(float(seconds or 0) * 1000)


def clock(node: Node, place: Place) -> int:
    """Read a time of day such as `04:00` as minutes since midnight."""
    value = scalar(node, place, "a time of day such as `04:00`")
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", value.text)
    if not found:
        raise place.error(node, "a time of day such as `04:00`")
    return int(found[1]) * 60 + int(found[2])


def instant(zone: ZoneInfo) -> Parser[int]:
    """Make a parser of instants in ISO 8601 as milliseconds UTC; without an offset they are in the site's zone."""
    expected = "a date or an instant such as `2022-01-13T21:37:05+08:00`"

    def parse(node: Node, place: Place) -> int:
        written = scalar(node, place, expected).text.strip()
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
                told = datetime.combine(date.fromisoformat(written), clock_time())
            else:
                told = datetime.fromisoformat(written)
            if told.tzinfo is None:
                told = told.replace(tzinfo=zone)
            return round(told.timestamp() * 1000)
        except (ValueError, OverflowError) as error:
            raise place.error(node, expected) from error

    return parse


def many(parse_item: Parser[T]) -> Parser[tuple[T, ...]]:
    """Make a parser of a list; a single value stands for a list of one."""

    def parse(node: Node, place: Place) -> tuple[T, ...]:
        if isinstance(node, Mapping) or (isinstance(node, Scalar) and node.is_nothing):
            raise place.error(node, "a list")
        items = node.items if isinstance(node, Sequence) else (node,)
        if len(items) > MAX_ITEMS:
            raise place.error(node, f"at most {MAX_ITEMS} entries", found=str(len(items)))
        return tuple(parse_item(item, place) for item in items)

    return parse


def pairs(node: Node, place: Place) -> Iterator[tuple[str, Node, Place]]:
    """Give the keys of a mapping whose keys are free, each with its value and place."""
    if not isinstance(node, Mapping):
        raise place.error(node, "a mapping")
    for key, value in node.pairs:
        yield key.text, value, place.child(key.text)


HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_ADDRESS = re.compile(r"[^\x00-\x20\x7f\"<>\\^`{}|]+")


def web_address(written: str) -> str:
    """Return an http or https address in ASCII, or raise ValueError with what is wrong."""
    if not _ADDRESS.fullmatch(written) or any(not letter.isprintable() for letter in written):
        raise ValueError("a blank or a character that addresses cannot have")
    parts = urlsplit(written)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("another scheme")
    if "@" in parts.netloc or not HOST.fullmatch((parts.hostname or "").lower()):
        raise ValueError("a host that is no DNS name")
    if parts.port == 0:
        raise ValueError("the port 0")
    return quote(parts._replace(netloc=parts.netloc.lower()).geturl(), safe="%/:=&?~#+!$,;'@()*[]")


def address(node: Node, place: Place) -> str:
    """Read an http(s) or mailto address, or a path of the site such as `/about/`."""
    expected = "an address such as `https://example.com/` or a site path such as `/about/`"
    written = scalar(node, place, expected).text.strip()
    if re.fullmatch(r"mailto:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", written):
        return written
    if written.startswith("/"):
        return site_path(node, place)
    try:
        return web_address(written)
    except ValueError as error:
        raise place.error(node, expected) from error


def site_path(node: Node, place: Place) -> str:
    """Read a path of the site: one leading slash, no dot segments, no query; the base path is left out of it."""
    expected = "a site path such as `/static/alice.jpg`"
    written = below(scalar(node, place, expected).text.strip(), place.base)
    segments = written.split("/")
    unsafe = not _ADDRESS.fullmatch(written.replace(" ", "")) or any(not letter.isprintable() for letter in written)
    if not written.startswith("/") or written.startswith("//") or unsafe or {".", ".."} & set(segments):
        raise place.error(node, expected)
    return quote(written, safe="%/:=&~#+!$,;'@()*")


def former_path(node: Node, place: Place) -> str:
    """Read a path that is a place in the output: as `site_path`, but decoded and without query and fragment.

    `/old`, `/old/` and `/old/index.html` are one place, and are read as `/old/`.
    """
    expected = "a site path such as `/replays/2022/01/13/k3f9q2m7xa/`"
    try:
        decoded = unquote(site_path(node, place), errors="strict")
    except (ConfigError, UnicodeDecodeError) as error:
        raise place.error(node, expected) from error
    wrong = {".", ".."} & set(decoded.split("/")) or "//" in decoded or not decoded.isprintable()
    if wrong or set(' "<>\\^`{}|?#%:*') & set(decoded) or any(len(one.encode()) > 200 for one in decoded.split("/")):
        raise place.error(node, expected)
    folder, _, name = decoded.rpartition("/")
    if name.casefold() == "index.html":
        decoded = f"{folder}/"
    elif name and "." not in name:
        decoded = f"{decoded}/"
    return unicodedata.normalize("NFC", decoded)


def old_path(node: Node, place: Place) -> str:
    """Read a former path that something leads on from: never the home page, so `/shows/` was a page of that name."""
    path = former_path(node, place)
    return former_path(node, Place(place.name, place.field)) if path == "/" else path


def free_path(node: Node, place: Place) -> str:
    """Read a former path that no file of the site can have: a redirect there would take the file's place."""
    path = old_path(node, place)
    top, _, rest = path[1:].partition("/")
    if top != "vj" and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", top):  # perhaps the root of a language
        top = rest.partition("/")[0]
    name = path.rpartition("/")[2]
    if top in {"static", "assets"} or (top == "replays" and "." in name) or "/." in path:
        raise place.error(node, "an address of pages, not of files", found=f"`{path}`")
    return path
