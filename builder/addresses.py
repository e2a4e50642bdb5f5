"""Addresses: the tag of a recording, the broadcast day of an instant, and the ids made of both.

Owns the alphabet and the arithmetic; knows nothing of sessions. Everything here is pure: the zone is an argument, and
zones come from the `tzdata` package alone, so that a machine's own zone files never reach an output byte.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from builder.errors import ConfigError
from builder.model import DAY_MS, HOUR_MS, StreamKey

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread or misspell
PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)  # two characters for ten bits
TAG_LENGTH = 10
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
LAST_ORDINAL = date.max.toordinal()
SESSION_ID = re.compile(rf"(\d{{4}})/(\d\d)/(\d\d)/([{ALPHABET}]{{{TAG_LENGTH}}})", re.ASCII)
PRIVATE_SLUG = re.compile(rf"s-[{ALPHABET}]{{16}}", re.ASCII)
ZONE_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", re.ASCII)


def tag_of(key: str) -> str:
    """Return the ten characters that name a recording in addresses: 50 bits of BLAKE2b over its exact bytes."""
    bits = int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=7).digest(), "big") >> 6
    high, low = bits >> 30, bits & 0x3FFFFFFF  # below 2^30 the arithmetic of Python is twice as quick
    return PAIRS[high >> 10] + PAIRS[high & 1023] + PAIRS[low >> 20] + PAIRS[low >> 10 & 1023] + PAIRS[low & 1023]


def load_zone(name: str) -> ZoneInfo:
    """Load a zone from the `tzdata` package.

    Raises `ConfigError` when the name is unknown.
    """
    unknown = ConfigError(f"expected a time zone such as `Europe/Berlin`, found `{name}`")
    if not ZONE_NAME.fullmatch(name):
        raise unknown
    try:
        with (zones_folder() / "zoneinfo" / name).open("rb") as stream:
            return ZoneInfo.from_file(stream, key=name)
    except (OSError, ValueError) as error:  # a folder, a missing file, or a file that is no zone
        raise unknown from error


def zones_folder() -> Path:
    """Return the folder of the `tzdata` package, without importing `importlib.resources`, which takes long."""
    spec = find_spec("tzdata")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


class BroadcastDays:
    """Tell the broadcast day of instants in one zone; quick for many instants of few days.

    A broadcast day begins `starts_at_minutes` after local midnight: with 04:00 a show over midnight belongs to the
    evening's day. The local clock is what counts, also on the days on which it is changed.
    """

    def __init__(self, zone: tzinfo, starts_at_minutes: int = 0) -> None:
        self.zone = zone
        self._shift_ms = starts_at_minutes * 60_000
        self._offsets: dict[int, int | None] = {}  # UTC day → offset all day long; None: it changes on that day
        self._texts: dict[int, str] = {}
        self._paths: dict[int, str] = {}
        self._clocks: dict[int, str] = {}

    def number(self, ms: int) -> int:
        """Return the broadcast day as a count of days since 1970-01-01."""
        return (ms + self.offset_ms(ms) - self._shift_ms) // DAY_MS

    def begins_ms(self, number: int) -> int:
        """Return the instant at which a broadcast day begins."""
        local = number * DAY_MS + self._shift_ms
        return local - self.offset_ms(local - self.offset_ms(local))

    def day(self, ms: int) -> str:
        """Return the broadcast day as text, "2022-01-13"."""
        number = self.number(ms)
        try:
            return self._texts[number]
        except KeyError:
            text = date.fromordinal(min(max(number + EPOCH_ORDINAL, 1), LAST_ORDINAL)).isoformat()
            return self._texts.setdefault(number, text)

    def path(self, ms: int) -> str:
        """Return the broadcast day as it stands in addresses, "2022/01/13"."""
        offset = self._offsets.get(ms // DAY_MS)  # `number` in place: this is asked for each session of a catalog
        number = (ms + (self.offset_ms(ms) if offset is None else offset) - self._shift_ms) // DAY_MS
        try:
            return self._paths[number]
        except KeyError:
            return self._paths.setdefault(number, self.day(ms).replace("-", "/"))

    def offset_ms(self, ms: int) -> int:
        """Return what the local clock shows more than UTC at an instant."""
        utc_day = ms // DAY_MS
        try:
            offset = self._offsets[utc_day]
        except KeyError:
            offset = self._offsets[utc_day] = self._steady_offset(utc_day)
        return self._exact_offset(ms) if offset is None else offset

    def _exact_offset(self, ms: int) -> int:
        moment = datetime(1970, 1, 1, tzinfo=UTC)
        try:
            offset = (moment + timedelta(milliseconds=ms)).astimezone(self.zone).utcoffset()
        except OverflowError:  # beyond the years 1 to 9999 no zone has rules
            return 0
        return (offset or timedelta()) // timedelta(milliseconds=1)

    def clock(self, ms: int) -> str:
        """Return the local time of day, "21:37"."""
        minutes = (ms + self.offset_ms(ms)) // 60_000 % 1440
        try:
            return self._clocks[minutes]
        except KeyError:
            return self._clocks.setdefault(minutes, f"{minutes // 60:02}:{minutes % 60:02}")

    def _steady_offset(self, utc_day: int) -> int | None:
        found = {self._exact_offset(utc_day * DAY_MS + hour * HOUR_MS) for hour in (0, 6, 12, 18, 24)}
        return found.pop() if len(found) == 1 else None


def session_id(day: str, tag: str) -> str:
    """Return the id of a session, which is also its address under `/replays/`: "2022/01/13/k3f9q2m7xa"."""
    return f"{day.replace('-', '/')}/{tag}"


def parse_session_id(text: str) -> tuple[str, str] | None:
    """Return (day, tag) of a session id, or None when the text is not one; accepts the page's path too."""
    match = SESSION_ID.fullmatch(text.strip("/").removeprefix("replays/"))
    if match is None:
        return None
    year, month, day, tag = match.groups()
    try:
        return date(int(year), int(month), int(day)).isoformat(), tag
    except ValueError:
        return None


def session_path(identity: str) -> str:
    """Return the path of a session's page, "/replays/2022/01/13/k3f9q2m7xa/"."""
    return f"/replays/{identity}/"


def path_of_alias(alias: str) -> str:
    """Return the path of a former address of a session, which is told as an id or as a path of the site."""
    return alias if alias.startswith("/") else session_path(alias)


def id_in_address(text: str) -> str:
    """Return the id of a session that an id, a site path or a whole address names; "" when it names none."""
    found = re.search(rf"(?:^|/replays/)({SESSION_ID.pattern})/?(?:[?#].*)?$", text)
    return found[1] if found else ""


def private_slug(stream: StreamKey, key: bytes) -> str:
    """Return the slug of a stream that no profile claims: a keyed hash, so that stream ids cannot be guessed from it.

    Different streams get different slugs, byte for byte: the fields are hashed with their lengths.
    """
    told = (stream.stream_id, stream.app, stream.appname)
    exact = [part.encode("utf-8", "surrogatepass") for part in told]
    message = b"".join(b"%d:%b," % (len(part), part) for part in exact)
    shortened = key if len(key) <= blake2b.MAX_KEY_SIZE else blake2b(key).digest()
    bits = int.from_bytes(blake2b(message, digest_size=10, key=shortened).digest(), "big")
    return "s-" + "".join(ALPHABET[bits >> place & 31] for place in range(75, -1, -5))


def address_clash(identity: str, first: str, second: str) -> ConfigError:
    """Return the error for two recordings whose sessions would have one address; both are named, in order."""
    one, two = sorted((first, second))
    return ConfigError(
        f"the recordings `{one}` and `{two}` would both have the address `{session_path(identity)}`",
        hint="merge their sessions, or split one of them before another file, in a file under replays/",
    )
