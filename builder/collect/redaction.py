"""Redaction: push secrets in a notification become keyed hashes, so that equal ones can be told and none be used.

In `stream_param` everything but a short list of harmless parameters is hashed: integrators put tokens, phone numbers
and names there. Everywhere else what stands under a secret name is: as a member of an object, as a parameter of a
text, in JSON that is a text, at any depth. A redacted message is another text than the one received; its line says so.
Doing it twice changes nothing. What the builder uses stays, so that it sees the same recordings: ids, the addresses of
files up to their query, and `sign` and `t` of the message itself, which are no use after twenty minutes while ordering
needs `t`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.collect.parameters import is_secret, plain_name, scrub_address, scrub_parameters
from builder.sources import limits
from builder.sources.strict_json import StrictJsonError, strict_value

HARMLESS = frozenset(
    {"record", "record_interval", "record_type", "record_format", "storage_time", "mix", "title", "vj", "bizid"}
)
LABELS = frozenset(  # texts that the builder joins or publishes as they stand; plain names
    {"title", "name", "filename", "fileid", "fileidset", "recordfileid", "id", "vid", "videoid", "taskid", "sessionid"}
    | {"stream", "streamid", "streamname", "channelid", "app", "appname", "domain", "domainname", "path", "sequence"}
    | {"tagset"}
)
FILE_ADDRESSES = frozenset(  # what the builder reads of them; plain names
    {"videourl", "recordfileurl", "mediaurl", "url", "fileurl", "coverurl", "picurl", "picfullurl"}
)
STREAM_PARAM = "streamparam"
PARAMETER_NAME = re.compile(r"[\w.%-]{0,64}", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")
HASHED = re.compile(r"h-[0-9a-f]{16}")


def redacted(message: Mapping[str, Any], key: bytes) -> str:
    """Return the message as compact JSON text with its push secrets hashed.

    Hashes are longer than what they replace; a text that would pass a record's limit gets one hash for all parameters.
    """
    text = _text(_Redaction(key).members(message, is_message=True))
    if len(text.encode()) > limits.RECORD_BYTES:
        text = _text(_Redaction(key, is_crowded=True).members(message, is_message=True))
    return text


def scrub(text: str, key: bytes) -> str:
    """Return `text` with what stands under a secret name hashed; in time linear in its length."""
    return _Redaction(key).text(text)


def hashed(value: str, key: bytes) -> str:
    """Return the keyed hash of a secret; a hash stays itself."""
    if HASHED.fullmatch(value):
        return value
    return "h-" + hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=key, digest_size=8).hexdigest()


def _text(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text if text.isascii() or not SURROGATE.search(text) else json.dumps(value, separators=(",", ":"))


@dataclass(frozen=True)
class _Redaction:
    """One message's redaction; a crowded one spends one hash on a text with many parameters."""

    key: bytes
    is_crowded: bool = False

    def members(self, members: Mapping[str, Any], *, is_message: bool = False) -> dict[str, Any]:
        """Redact an object; `sign` of a message stays, also when the message came in an envelope."""
        is_message = is_message or "event_type" in members
        return {
            self.text(name) if "=" in name else name: item
            if is_message and name == "sign"
            else self._member(plain_name(name), item)
            for name, item in members.items()
        }

    def _member(self, name: str, item: Any) -> Any:
        if name == STREAM_PARAM:
            return self._stream_param(item)
        return self._hidden(item) if is_secret(name) else self.value(item, name)

    def value(self, value: Any, name: str = "") -> Any:
        """Redact what stands under a plain name that means no secret itself."""
        if isinstance(value, str):
            return self.text(value, name)
        if isinstance(value, list):
            return [self.value(item, name) for item in value]
        return self.members(value) if isinstance(value, dict) else value

    def text(self, text: str, name: str = "") -> str:
        """Redact a text by what its plain name says that it is: a label, an address, or anything."""
        hide = functools.partial(hashed, key=self.key)
        if name in LABELS:
            return scrub_parameters(text, hide, "label")
        if name in FILE_ADDRESSES:
            return scrub_address(text, hide)
        found = self._json(text)
        if found is None:
            found = scrub_parameters(text, hide)
        return hashed(text, self.key) if self.is_crowded and found != text else found

    def _json(self, text: str) -> str | None:
        """Redact a text that is JSON, which keeps its form if nothing is secret; None if it is none."""
        if text.lstrip()[:1] not in ("{", "[", '"'):
            return None
        try:
            value = strict_value(text)
        except StrictJsonError:
            return None
        found = self.value(value)
        return text if found == value else _text(found)

    def _hidden(self, item: Any) -> Any:
        """Hash every scalar; what is empty or null tells nothing and stays."""
        if isinstance(item, dict):
            return {name: self._hidden(inner) for name, inner in item.items()}
        if isinstance(item, list):
            return [self._hidden(inner) for inner in item]
        if item is None or item == "":
            return item
        return hashed(item if isinstance(item, str) else json.dumps(item), self.key)

    def _stream_param(self, item: Any) -> Any:
        """Hash every parameter that is not known to be harmless, and a text without parameters as a whole."""
        if isinstance(item, str):
            pieces = re.split(r"([&;?]+)", item)
            pieces[::2] = [self._parameter(piece) for piece in pieces[::2]]
            return self._hidden(item) if self.is_crowded else "".join(pieces)
        if isinstance(item, dict):
            return {name: inner if _is_harmless(name, inner) else self._hidden(inner) for name, inner in item.items()}
        return [self._stream_param(inner) for inner in item] if isinstance(item, list) else self._hidden(item)

    def _parameter(self, piece: str) -> str:
        name, equals, value = piece.partition("=")
        if _is_harmless(name, value):
            return scrub_parameters(piece, functools.partial(hashed, key=self.key))
        if not equals or not PARAMETER_NAME.fullmatch(name):
            return hashed(piece, self.key) if piece else ""
        return f"{name}={self._hidden(value)}"


def _is_harmless(name: str, value: Any) -> bool:
    """Say whether a parameter may stay; its value may hide no other parameter."""
    is_plain = not isinstance(value, dict | list) and "=" not in str(value) and "%3d" not in str(value).lower()
    return is_plain and name.strip().lower() in HARMLESS
