"""Redaction: push secrets in a notification become keyed hashes, so that equal ones can be told and none be used.

In `stream_param` everything but a short list of harmless parameters is hashed: integrators put tokens, phone numbers
and names there. Everywhere else what stands under a secret name is: as a member of an object, beside it in a pair
(`{"name": …, "value": …}` or a list of two), as a parameter of a text, in JSON that is a text, at any depth. A redacted
message is another text than the one received; its line says so.
Doing it twice changes nothing. What the builder uses stays, so that it sees the same recordings: ids, the addresses of
files up to their query, and `sign` and `t` of the message itself, which are no use after twenty minutes while ordering
needs `t`.

Hashes are longer than many a secret, and a record that is too long is lost to the builder. So a message that would pass
the limit is redacted once more, crowded: no value becomes longer than it was. The limit is met whatever the message.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from builder.collect.parameters import Hide, scrub_address, scrub_parameters
from builder.secret_names import is_secret, plain_name
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
PAIRED_NAMES = frozenset({"name", "key", "param", "parameter", "field", "k", "n"})  # plain names; they name what is …
PAIRED_VALUES = frozenset(
    {"value", "Value", "VALUE", "values", "Values", "val", "v"}
)  # … beside them, as it is written
PAIR = 2  # items of a list that is a name and its value
STREAM_PARAM = "streamparam"
PARAMETER_NAME = re.compile(r"[\w.%-]{0,64}", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")
STAR = "*"  # a secret that a hash has no room for
HASHED = re.compile(r"h-[0-9a-f]{16}|\*")
COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
NUMBER = re.compile(r'"(?:[^"\\]++|\\.)*+"|(-?)([0-9]+)(?:\.([0-9]+))?(?:e([+-][0-9]+))?')  # or a text, to pass over


def redacted(message: Mapping[str, Any], key: bytes) -> str:
    """Return the message as compact JSON text with its push secrets hashed.

    The text is within a record's limit if the message was.
    """
    for is_crowded in (False, True):
        text = _text(_Redaction(key, is_crowded).members(message, is_message=True))
        if len(text.encode()) <= limits.RECORD_BYTES:
            return text
    return _shortest(text)


def scrub(text: str, key: bytes) -> str:
    """Return `text` with what stands under a secret name hashed; in time linear in its length."""
    return _Redaction(key).text(text)


def hashed(value: str, key: bytes) -> str:
    """Return the keyed hash of a secret; a hash stays itself, and so does the star."""
    if HASHED.fullmatch(value):
        return value
    return "h-" + hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=key, digest_size=8).hexdigest()


def _text(value: Any) -> str:
    text = COMPACT.encode(value)
    return text if text.isascii() or not SURROGATE.search(text) else json.dumps(value, separators=(",", ":"))


def _shortest(text: str) -> str:
    """Write fractions as short as they can have come: Python writes `1e15` with eighteen characters."""
    return NUMBER.sub(_shortest_number, text)


def _shortest_number(match: re.Match[str]) -> str:
    sign, whole, fraction, exponent = match.groups()
    if not (fraction or exponent):
        return match[0]
    fraction = (fraction or "").rstrip("0")
    digits = (whole + fraction).lstrip("0")
    power = int(exponent or 0) - len(fraction) + len(digits) - len(digits.rstrip("0"))
    return min(match[0], f"{sign}{digits.rstrip('0') or 0}e{power}", key=len)


def _size(value: Any) -> int:
    """Return how many bytes a value took in the message, at least."""
    return len(_shortest(_text(value)).encode())


@dataclass(frozen=True)
class _Redaction:
    """One message's redaction; a crowded one makes no value longer."""

    key: bytes
    is_crowded: bool = False

    def members(self, members: Mapping[str, Any], *, is_message: bool = False) -> dict[str, Any]:
        """Redact an object; `sign` of a message stays, also when the message came in an envelope."""
        is_message = is_message or "event_type" in members
        if not members.keys().isdisjoint(PAIRED_VALUES) and _names_a_secret(members):
            members = {name: self._hidden(item) if name in PAIRED_VALUES else item for name, item in members.items()}
        return {
            self._name(name): item if is_message and name == "sign" else self._member(plain_name(name), item)
            for name, item in members.items()
        }

    def _name(self, name: str) -> str:
        """Redact a name that holds a parameter; the builder takes none that is too long."""
        found = self.text(name) if "=" in name else name
        return found if len(found) <= limits.KEY_CHARACTERS else self._hide(name)

    def _member(self, name: str, item: Any) -> Any:
        if name == STREAM_PARAM:
            return self._stream_param(item)
        return self._hidden(item) if is_secret(name) else self.value(item, name)

    def value(self, value: Any, name: str = "") -> Any:
        """Redact what stands under a plain name that means no secret itself."""
        if isinstance(value, str):
            return self.text(value, name)
        if isinstance(value, list):
            if (
                len(value) == PAIR
                and name not in LABELS
                and isinstance(value[0], str)
                and is_secret(plain_name(value[0]))
            ):
                return [value[0], self._hidden(value[1])]
            return [self.value(item, name) for item in value]
        return self.members(value) if isinstance(value, dict) else value

    def text(self, text: str, name: str = "") -> str:
        """Redact a text by what its plain name says that it is: a label, an address, or anything."""
        if name in LABELS:
            return self._used(text, lambda hide: scrub_parameters(text, hide, "label"))
        if name in FILE_ADDRESSES:
            return self._used(text, lambda hide: scrub_address(text, hide))
        found = self._json(text)
        return str(self._fitting(scrub_parameters(text, self._hide) if found is None else found, text))

    def _used(self, text: str, scrubbed: Callable[[Hide], str]) -> str:
        """Redact a text that the builder uses: with hashes as long as it still takes them, else with stars."""
        found = scrubbed(self._hide)
        if len(found) > max(len(text), 0 if self.is_crowded else limits.TEXT_CHARACTERS):
            found = scrubbed(lambda _: STAR)
        return str(self._fitting(found, text))

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

    def _hide(self, secret: str) -> str:
        return hashed(secret, self.key)

    def _hidden(self, item: Any) -> Any:
        """Hide a whole value: scalar by scalar, or at once where there is no room."""
        if self.is_crowded and item and isinstance(item, dict | list):
            return self._at_once(item)
        return self._fitting(self._scalars_hidden(item), item)

    def _scalars_hidden(self, item: Any) -> Any:
        """Hash every scalar; what is empty, zero or null tells nothing and stays."""
        if isinstance(item, dict):
            return {name: self._scalars_hidden(inner) for name, inner in item.items()}
        if isinstance(item, list):
            return [self._scalars_hidden(inner) for inner in item]
        if not item:
            return item
        return self._hide(item if isinstance(item, str) else json.dumps(item))

    def _stream_param(self, item: Any) -> Any:
        """Hash every parameter that is not known to be harmless, and a text without parameters as a whole."""
        if isinstance(item, str):
            pieces = re.split(r"([&;?]+)", item)
            pieces[::2] = [self._parameter(piece) for piece in pieces[::2]]
            return self._fitting("".join(pieces), item)
        if isinstance(item, dict):
            return {
                name: self.value(inner) if _is_harmless(name, inner) else self._hidden(inner)
                for name, inner in item.items()
            }
        return [self._stream_param(inner) for inner in item] if isinstance(item, list) else self._hidden(item)

    def _parameter(self, piece: str) -> str:
        name, equals, value = piece.partition("=")
        if _is_harmless(name, value):
            return scrub_parameters(piece, self._hide)
        if not equals or not PARAMETER_NAME.fullmatch(name):
            return self._hide(piece) if piece else ""
        return f"{name}={self._hide(value)}" if value else piece

    def _fitting(self, found: Any, value: Any) -> Any:
        """Return what a value became, or what it becomes at once if it may not be longer and is."""
        return found if not self.is_crowded or _size(found) <= _size(value) else self._at_once(value)

    def _at_once(self, value: Any) -> Any:
        """Return one hash for all of a value, or what there is room for."""
        one = self._hide(value if isinstance(value, str) else _text(value))
        return next((less for less in (one, STAR) if _size(less) <= _size(value)), 0)


def _names_a_secret(members: Mapping[str, Any]) -> bool:
    """Say whether an object is a name and a value, and the name a secret one."""
    names = (item for name, item in members.items() if plain_name(name) in PAIRED_NAMES)
    return any(isinstance(item, str) and is_secret(plain_name(item)) for item in names)


def _is_harmless(name: str, value: Any) -> bool:
    """Say whether a parameter may stay; its value may hide no other parameter."""
    is_plain = not isinstance(value, dict | list) and "=" not in str(value) and "%3d" not in str(value).lower()
    return is_plain and name.strip().lower() in HARMLESS
