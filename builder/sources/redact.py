"""Excerpts for people, without the secrets that records carry.

A problem shows the beginning of the record it is about. Push secrets, signatures, query strings and addresses of
people are cut out first; what is cut is wider than need be, for an excerpt is a clue and no archive.
"""

from __future__ import annotations

import re

from builder.sources import limits

_NAMES = (
    r"tx_?secret|tx_?time|ws_?secret|ws_?time|sign|signature|t|us|token|sig|key|auth(?:_?key)?|secret(?:_?key)?|"
    r"password|passwd|pwd|cert|certtime|phone|expires|accesskeyid|ossaccesskeyid|userid|openid"
)
_WHOLE = r"stream_?param|source_?context|user_?ip|client_?ip|callback_?ext|node|errmsg|push_?url|author"
_RULES = (
    (re.compile(rf'(?i)((?<!\\)"(?:{_WHOLE})"\s*:\s*")(?:[^"\\]|\\.)*'), r"\1***"),
    (re.compile(rf'(?i)(\\+"(?:{_WHOLE})\\+"\s*:\s*\\+")(?:(?!\\+").)*'), r"\1***"),
    (re.compile(r"\?[^\s\"'\\<>]*"), "?***"),
    (re.compile(rf'(?i)((?:\\*["\'])(?:{_NAMES})\\*["\']\s*:\s*\\*["\']?)[^"\'\\,}}\s]+'), r"\1***"),
    (re.compile(rf"(?i)(?<![a-z0-9_])((?:{_NAMES}|stream_?param)=)[^\s&\"'\\;,}}]*"), r"\1***"),
    (re.compile(r"(?i)(?:tx|%74%78|t%78|%74x)[a-z0-9%]{2,24}(?:=|%3d)[^\s&\"'\\;,}]*"), "***"),
    (re.compile(r"(?<![0-9A-Za-z_])[0-9A-Fa-f]{32}(?![0-9A-Za-z])"), "***"),
    (re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])"), "***"),
)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def excerpt(raw: bytes) -> str:
    """Return the first `limits.EXCERPT_BYTES` as text: unreadable bytes escaped, secrets starred."""
    text = raw[: limits.EXCERPT_BYTES].decode("utf-8", "backslashreplace").replace("\\x22", '"')
    for pattern, kept in _RULES:
        text = pattern.sub(kept, text)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text).strip()
