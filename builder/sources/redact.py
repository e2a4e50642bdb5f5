"""Excerpts for people, without the secrets that records carry.

A problem shows the beginning of the record it is about. Push secrets, signatures, query strings and addresses of
people are cut out first; what is cut is wider than need be, for an excerpt is a clue and no archive.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from builder.secret_names import COOKIE, WORDS, is_private, is_secret, plain_name
from builder.sources import limits

# Plain names under which all of a value is cut, with the parameters that it may hold.
_WHOLE = frozenset(
    {"streamparam", "sourcecontext", "userip", "clientip", "callbackext", "node", "errmsg", "pushurl", "author"}
)
_NAME = r"[A-Za-z0-9_.\-]"
_QUOTE = r"""\\*+["']"""
_HEAD = re.compile(  # before a value, or beside it: `["Cookie", "…"]`, `{"name": "Cookie", "value": "…"}`
    rf"""(?P<list>[\[(]\s*+{_QUOTE})?+(?<!{_NAME})(?P<name>{_NAME}++)(?:"""
    rf"""(?:\[\d*+\]|\])?+(?:{_QUOTE})?+\s*+[=:\uff1d\uff1a](?!//)"""
    rf"""|(?P<beside>{_QUOTE}\s*+,\s*+)(?P<member>{_QUOTE}(?i:values?+|val|v){_QUOTE}\s*+:)?+)"""
    r"\s*+(?:(?i:bearer|basic)[ \t]++)?+"
)
_MEMBER = re.compile(rf"""{_QUOTE}\s*+,\s*+{_QUOTE}(?i:values?+|val|v){_QUOTE}\s*+:""")
# A text goes to its own quote: those of texts inside have more `\`.
_QUOTED = rf"""(?P<quote>{_QUOTE})(?:(?!(?<!\\)(?P=quote)).)*+"""
_REST = r"[\[{].*+"  # of a list or object nobody knows the end
_VALUE = re.compile(rf"""{_QUOTED}|{_REST}|[^\s&"'\\;,}}\]]*+""", re.DOTALL)
_WHOLE_VALUE = re.compile(rf"""{_QUOTED}|{_REST}|[^\s"'\\,}}]*+""", re.DOTALL)
# Cookies hold quotes, blanks and commas, as programs make them: they go to the end of the line.
_COOKIES = re.compile(rf"""(?:{_QUOTED}|{_REST})?+[^\r\n]*+""", re.DOTALL)
_RULES = (
    (re.compile(r"(?i)(?:tx|%74%78|t%78|%74x)[a-z0-9%]{2,24}(?:=|%3d)[^\s&\"'\\;,}]*"), "***"),
    (re.compile(r"(?<![0-9A-Za-z_])[0-9A-Fa-f]{32}(?![0-9A-Za-z])"), "***"),
    (re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])"), "***"),
)
_USERINFO = re.compile(r"""(:(?:\\*+/){2})[^\s/?#"'<>\\]*@""")
_QUERY = re.compile(r"\?[^\s\"'\\<>]*")
_JSON_CODE = re.compile(r"\\+u00([2-7][0-9A-Fa-f])")
CODES_DEEP = 4  # so often the codes of a text are undone; who wrote them deeper hid nothing from a reader
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def excerpt(raw: bytes) -> str:
    """Return the first `limits.EXCERPT_BYTES` as text: unreadable bytes escaped, secrets starred."""
    text = raw[: limits.EXCERPT_BYTES].decode("utf-8", "backslashreplace").replace("\\x22", '"').replace("\\x5C", "\\")
    text = _uncovered(text)
    for pattern, kept in _RULES:
        text = pattern.sub(kept, text)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text).strip()


def _uncovered(text: str) -> str:
    """Star the secrets; a text that hides some in codes is shown with these undone."""
    shown = read = _starred(text)
    for _ in range(CODES_DEEP):
        undone = _JSON_CODE.sub(lambda code: chr(int(code[1], 16)), unquote(read))
        if undone == read:
            break
        read = _starred(undone)
        if read != undone:
            shown = read
    return shown


def _starred(text: str) -> str:
    """Star queries, who asks, and what stands under a name that is not for people, however it stands there."""
    text = _USERINFO.sub(r"\1***@", _QUERY.sub("?***", text))
    pieces, done = [], 0
    for head in _HEAD.finditer(text):
        name, last = plain_name(head["name"]), plain_name(re.split("[.-]", head["name"])[-1])
        if head.start() < done or not (name in _WHOLE or is_private(name) or is_private(last)):
            continue
        if head["beside"] and not (head["list"] or head["member"] or (is_secret(name) and name not in WORDS)):
            continue  # the head of a table: `"sign","t"`
        pattern = _WHOLE_VALUE if name in _WHOLE else _COOKIES if COOKIE in name else _VALUE
        value = pattern.match(text, head.end())
        if name == "key" and value is not None and _names_value(text, head.end(), value.end()):
            continue  # `{"key": "Cookie", "value": "…"}`: the next head is the name
        if value is not None and value.end() > head.end():
            pieces += [text[done : head.end()], value["quote"] or "", "***"]
            done = value.end()
    return "".join([*pieces, text[done:]])


def _names_value(text: str, start: int, end: int) -> bool:
    """Say whether a text is the name of a secret that stands behind it as its `value`."""
    told = text[start:end].lstrip("\\\"'")
    names = {plain_name(told), plain_name(re.split("[.-]", told)[-1])}
    return any(name in _WHOLE or is_private(name) for name in names) and _MEMBER.match(text, end) is not None
