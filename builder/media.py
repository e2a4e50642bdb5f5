"""Media addresses: what may be stored, and what of it may be published.

Addresses come from strangers. At ingest one grammar decides (`clean_url`): two parsers may never see two hosts. At
grouping the operator's host list decides (`public_url`), so a changed list needs no second reading of the logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

from builder.model import Format, Media
from builder.secret_names import is_private, is_secret, is_word, plain_name

URL_CHARACTERS = 2048
SUFFIX_FORMATS: dict[str, Format] = {
    "m3u8": "hls",
    "mp4": "mp4",
    "m4v": "mp4",
    "flv": "flv",
    "aac": "aac",
    "m4a": "aac",
    "mp3": "mp3",
    "mpd": "dash",
}
OTHER_SUFFIXES = frozenset(  # known, no format of ours
    ("ts", "mov", "webm", "mkv", "ogg", "wav", "jpg", "jpeg", "png", "webp", "gif", "vtt")
)
REFUSED_SUFFIXES = frozenset(  # pages, scripts and archives: never media, and dangerous where they open by a click
    (
        *("html", "htm", "xhtml", "xht", "shtml", "mht", "mhtml", "xml", "xsl", "xslt", "svg", "svgz", "hta"),
        *("php", "phtml", "asp", "aspx", "jsp", "jspx", "cgi", "pl", "py", "rb", "js", "mjs", "cjs", "css", "wasm"),
        *("sh", "bash", "bat", "cmd", "ps1", "vbs", "exe", "msi", "dll", "com", "scr", "apk", "ipa", "dmg", "jar"),
        *("war", "swf", "json", "txt", "md", "pdf", "doc", "docx", "xls", "xlsx", "lnk", "url", "iso"),
        *("zip", "gz", "tgz", "tar", "bz2", "xz", "7z", "rar", "zst"),
    )
)
HTTPS_HOSTS = ("*.myqcloud.com",)  # known to answer over https; a custom domain may have no certificate

_TRIM = " \t\r\n\f\v"  # ASCII white space only: a vendor page prints a leading newline
_URL = re.compile(
    r"(https?)://([A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?(?=[/?#]|$)([^?#]*)(?:[?#].*)?", re.ASCII | re.IGNORECASE
)
_CHARACTERS = re.compile(r"[!#-;=?-\[\]_a-z~]+", re.ASCII)  # printable, without space " < > \ ^ ` { | }
_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!0x|[0-9]+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII
)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%(?:[01][0-9A-Fa-f]|7[fF]|2[eEfF]|5[cC])")
_DOT_SEGMENT = re.compile(r"/\.{1,2}(?:[;/]|$)")
_PARAMETER = re.compile("([;&?,/])([^;&?,/=]+)=")  # of a path


class MediaUrlError(ValueError):
    """An address that is refused; `code` is the problem's code."""

    def __init__(self, message: str, code: str = "bad_url") -> None:
        super().__init__(message)
        self.code = code


def clean_url(text: str) -> str:
    """Return the address in its one stored form (scheme and host in lower case, no query), or raise `ValueError`."""
    text = text.strip(_TRIM)
    if not text:
        raise MediaUrlError("expected an http address, found nothing")
    if len(text) > URL_CHARACTERS:
        raise MediaUrlError(f"an address may have {URL_CHARACTERS} characters, found {len(text)}")
    if not _CHARACTERS.fullmatch(text):
        escape = ": a space is written `%20`" if " " in text else "" if text.isascii() else ": `é` is written `%C3%A9`"
        raise MediaUrlError(f"expected printable ASCII without spaces and quotes{escape}")
    match = _URL.fullmatch(text)
    if match is None:
        raise MediaUrlError("expected an address such as `http://host/path`")
    scheme, host, port, path = match.group(1).lower(), match.group(2).lower(), match.group(3), match.group(4)
    check_host(host)
    if port is not None and not 0 < int(port) < 65_536:
        raise MediaUrlError("expected a port from 1 to 65535")
    check_path(path)
    return f"{scheme}://{host}{':' + port if port else ''}{path or '/'}"


@lru_cache(maxsize=1024)
def check_host(host: str) -> None:
    """Raise unless the lower-case host is a DNS name; numeric addresses are none."""
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise MediaUrlError("expected a DNS name as host")


def check_path(path: str) -> None:
    """Raise for escapes that hide a separator or a control character, dot segments, secrets and refused suffixes."""
    if "%" in path and _BAD_ESCAPE.search(path):
        raise MediaUrlError("the path has a percent escape that is not allowed")
    if "/." in path and _DOT_SEGMENT.search(path):
        raise MediaUrlError("the path has a dot segment")
    if ("=" in path or "%" in path) and has_secret(unquote(unquote(path))):
        raise MediaUrlError("the path has a parameter that may be secret")
    if suffix_of(path) in REFUSED_SUFFIXES:
        raise MediaUrlError(f"expected a media file, found the suffix `.{suffix_of(path)}`", "media_suffix")


def has_secret(path: str) -> bool:
    """Say whether a path has what RELIABILITY 2.8 forbids: a query's secrets, written where no query is looked for.

    In the name of a folder or file a word such as `key` is none.
    """
    for before, told in _PARAMETER.findall(path):
        name = plain_name(told)
        if is_private(name) if before in ";&?" else is_secret(name) and not is_word(name):
            return True
    return False


def suffix_of(url: str) -> str:
    """Return the suffix of the last path segment in lower case, without the dot; "" when there is none."""
    name = url.rpartition("/")[2].partition(";")[0]
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_known_suffix(suffix: str) -> bool:
    """Say whether the suffix belongs to media or pictures that we know."""
    return suffix in SUFFIX_FORMATS or suffix in OTHER_SUFFIXES


def host_of(url: str) -> str:
    """Return the host of a stored address, with the port when it has one."""
    return url.partition("://")[2].partition("/")[0]


def host_is_listed(url: str, hosts: Iterable[str]) -> bool:
    """Say whether the stored address's host is on the list; `*.x` means x and every name under it."""
    return _is_listed(host_of(url), tuple(hosts))


@lru_cache(maxsize=4096)
def _is_listed(host: str, hosts: tuple[str, ...]) -> bool:
    name = host.partition(":")[0]
    for listed in hosts:
        wanted = listed.lower()
        if wanted in (host, name):
            return True
        if wanted.startswith("*.") and (name == wanted[2:] or name.endswith(wanted[1:])):
            return True
    return False


def public_url(url: str, media: Media) -> str | None:
    """Return the address that is published, or None when its host is not listed (the problem `media_host`).

    https where the host is known to have it, then the longest prefix of `media.rewrite`, whose target is trusted.
    """
    if not url or not host_is_listed(url, media.hosts):
        return None
    if url.startswith("http://") and host_is_listed(url, HTTPS_HOSTS):
        url = "https" + url[4:]
    rules = [rule for rule in media.rewrite if url.startswith(rule[0])]
    if not rules:
        return url
    prefix, target = max(rules, key=lambda rule: (len(rule[0]), rule))
    return target + url[len(prefix) :]
