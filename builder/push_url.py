"""Push addresses with a signature that ends, and what recording settings suit replays. Pure.

The provider's rule: `txTime` is the end of validity, Unix seconds in capital hexadecimal, and `txSecret` the MD5 of
push key, stream name and `txTime`, in small hexadecimal. The address is a secret until then.

SRT has no path: there the same pairs go into a `streamid`, with commas. The form is the one that public clients of this
provider print, whose own documents were not seen to have it:

    srt://domain:9000?streamid=#!::h=domain,r=app/stream,txSecret=…,txTime=…
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote

from builder.errors import ConfigError

FORMATS = ("mp4", "hls", "flv", "aac")
DOMAIN = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
SCHEMES = ("rtmp", "rtmps", "srt", "webrtc")
INTERVAL_SECONDS = (60, 7_200)  # of the push parameter (DOMAIN 4.1); templates may have longer slices
LATEST_S = 0xFFFF_FFFF  # txTime has eight digits
SRT_PORT = 9000
STEPS = frozenset({"", ".", ".."})  # parts of a path that clients take away

ADVICE = """\
format       mp4: plays everywhere without help, and a broken broadcast loses one slice at most. Add hls for long shows
             that must start at once; it is one file however long the show is. flv plays on no phone: leave it off.
             Two formats make two files of every interval; the page shows one replay and keeps the other as a choice.
slices       mp4 and flv are cut every 1800 s by default; 3600 s makes half as many files and parts. A template
             takes 60 to 43200 s (aac 7200 s), a push address 60 to 7200 s. A file is announced only when it is
             finished: long slices make the replay appear late.
resumption   for hls, let an interrupted broadcast go on in the same file for up to 300 s (0 to 1800 s are possible), as
             long as the site's `grouping.gap`. Without it every reconnection is another file, which is joined here.
one way      record by a template *or* by a task, not both: both together record everything twice.
storage      0 days keeps files for ever; else the replay becomes an empty page when the file goes.
resolution   do not change it during a broadcast: mp4 cannot hold two.
"""


def push_url(
    key: bytes,
    domain: str,
    stream: str,
    *,
    expires_s: int,
    app: str = "live",
    scheme: str = "rtmp",
    record: Sequence[str] = (),
    record_interval: int | None = None,
) -> str:
    """Return the push address of `stream`, valid until `expires_s`; raises `ConfigError` for what cannot be one."""
    app = app.strip("/")
    _check(key, domain, stream, app)
    if expires_s > LATEST_S:
        raise ConfigError(
            "`--until` or `--ttl` expected an end before 2106-02-07, since `txTime` has eight digits, found a later one"
        )
    tx_time = f"{expires_s:X}"
    pairs = [("txSecret", tx_secret(key, stream, tx_time)), ("txTime", tx_time)]
    if record:
        pairs.append(("record", "|".join(dict.fromkeys(record))))
    if record_interval is not None:
        if not INTERVAL_SECONDS[0] <= record_interval <= INTERVAL_SECONDS[1]:
            low, high = INTERVAL_SECONDS
            raise ConfigError(f"`--record-interval` expected {low} to {high} seconds, found {record_interval}")
        pairs.append(("record_interval", str(record_interval)))
    path = f"{quote(app, safe='/')}/{quote(stream, safe='@')}"
    if scheme == "srt":
        return _srt_url(domain, path, pairs)
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return f"{scheme}://{domain}/{path}?{query}"


def _srt_url(domain: str, path: str, pairs: Sequence[tuple[str, str]]) -> str:
    if "%2C" in path:  # a client decodes it before the comma is looked for
        raise ConfigError(
            "`--scheme srt` expected a stream and an `--app` without commas, which separate its parameters, found one"
        )
    values = ",".join(f"{name}={value}" for name, value in [("h", domain), ("r", path), *pairs])
    return f"srt://{domain}:{SRT_PORT}?streamid=#!::{values}"


def tx_secret(key: bytes, stream: str, tx_time: str) -> str:
    return hashlib.md5(key + stream.encode() + tx_time.encode(), usedforsecurity=False).hexdigest()


def _check(key: bytes, domain: str, stream: str, app: str) -> None:
    if not key:
        raise ConfigError("the push key is empty")
    if not DOMAIN.fullmatch(domain):
        raise ConfigError(f"`--domain` expected a push domain such as `push.example.com`, found `{domain}`")
    if stream in STEPS or not stream.isprintable() or "/" in stream:
        raise ConfigError("the stream expected a name without slashes and control characters, and not `.` or `..`")
    if not STEPS.isdisjoint(app.split("/")) or not app.isprintable():
        raise ConfigError(f"`--app` expected a path such as `live`, found `{app}`")
