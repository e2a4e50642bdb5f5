"""Redaction: push secrets in a notification become keyed hashes, so that equal ones can be told and none be used.

In `stream_param` everything but a short list of harmless parameters is hashed: integrators put tokens, phone numbers
and names there. In every other text, and in texts inside texts, the parameters with a known secret name are, however
that name is spelled. A redacted message is another text than the one received; its line says so. Doing it twice changes
nothing. `sign` and `t` of the message itself stay: they are no use after twenty minutes, and ordering needs `t`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from builder.sources import limits

HARMLESS = frozenset(
    {"record", "record_interval", "record_type", "record_format", "storage_time", "mix", "title", "vj", "bizid"}
)
SECRET = frozenset(
    {"txsecret", "txtime", "wssecret", "wstime", "secret", "sign", "signature", "sig", "us", "token", "access_token"}
    | {"usersig", "auth", "auth_key", "authkey", "key", "cert", "certtime", "password", "passwd", "pwd", "expires"}
    | {"ossaccesskeyid", "q-signature", "x-amz-signature", "x-amz-credential", "x-amz-security-token"}
)
SECRET_IN_URL = SECRET | {"t"}
BREAK = re.compile(r"([?&;#\s\"'<>\\]+)")  # between parameters
CODED_BREAK = re.compile(r"(%(?:25)*(?:3[fFbB]|2[036]))")  # the same, in codes of any depth
CODED_EQUALS = re.compile(r"(=|%(?:25)*3[dD])")
SURROGATE = re.compile("[\ud800-\udfff]")
HASHED = re.compile(r"h-[0-9a-f]{16}")


def redacted(message: Mapping[str, Any], key: bytes) -> str:
    """Return the message as compact JSON text with its push secrets hashed.

    Hashes are longer than what they replace; a text that would pass a record's limit gets one hash for all parameters.
    """
    text = _text(_value(dict(message), key, _stream_param))
    if len(text.encode()) > limits.RECORD_BYTES:
        text = _text(_value(dict(message), key, hashed_whole))
    return text


def _text(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text if text.isascii() or not SURROGATE.search(text) else json.dumps(value, separators=(",", ":"))


def _value(value: Any, key: bytes, of_stream_param: Callable[[str, bytes], str]) -> Any:
    if isinstance(value, str):
        return scrub(value, key)
    if isinstance(value, list):
        return [_value(item, key, of_stream_param) for item in value]
    if isinstance(value, dict):
        return {
            name: of_stream_param(item, key)
            if name == "stream_param" and isinstance(item, str)
            else _value(item, key, of_stream_param)
            for name, item in value.items()
        }
    return value


def scrub(text: str, key: bytes) -> str:
    """Return `text` with the value of every parameter that has a secret name hashed; in time linear in its length."""
    names = SECRET_IN_URL if "://" in text or "%3A" in text.upper() else SECRET
    pieces = BREAK.split(text)
    pieces[::2] = [_scrub_pair(piece, names, key) for piece in pieces[::2]]
    return "".join(pieces)


def _scrub_pair(piece: str, names: frozenset[str], key: bytes) -> str:
    """Scrub one `name=value`, whose value may hold further ones in percent codes."""
    name, equals, value = piece.partition("=")
    if equals and plain_name(name) in names:
        return f"{name}={hashed(value, key)}" if value else piece
    pieces = CODED_BREAK.split(piece)
    for number in range(0, len(pieces), 2):
        parts = CODED_EQUALS.split(pieces[number])
        for at in range(0, len(parts) - 2, 2):
            if plain_name(parts[at]) in names:
                rest = "".join(parts[at + 2 :])
                pieces[number] = "".join(parts[: at + 2]) + (hashed(rest, key) if rest else "")
                break
    return "".join(pieces)


def _stream_param(value: str, key: bytes) -> str:
    """Hash every parameter that is not known to be harmless, and a text without parameters as a whole."""
    return "".join(
        piece if number % 2 else _parameter(piece, key) for number, piece in enumerate(re.split(r"([&;?]+)", value))
    )


def hashed_whole(value: str, key: bytes) -> str:
    return hashed(value, key) if value else value


def _parameter(piece: str, key: bytes) -> str:
    name, equals, value = piece.partition("=")
    if plain_name(name) in HARMLESS and "%3d" not in value.lower() and "=" not in value:
        return piece
    if not equals:
        return hashed(piece, key) if piece else ""
    return f"{name}={hashed(value, key)}" if value else piece


def plain_name(name: str) -> str:
    """Return a parameter's name as servers compare it: percent codes undone (twice), lower case, nothing before it."""
    return re.split(r"[?&;=/:\s]", unquote_plus(unquote_plus(name[-128:])).strip())[-1].lower()


def hashed(value: str, key: bytes) -> str:
    """Return the keyed hash of a secret; a hash stays itself."""
    if HASHED.fullmatch(value):
        return value
    return "h-" + hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=key, digest_size=8).hexdigest()
