r"""Parameters in texts: where a name that means a secret stands with a value.

Knows queries (`a=b&c=d`), the comma form of SRT addresses, JSON that cannot be parsed (`\"token\":\"x\"`), what people
write (`token: x`) and passwords in addresses. Percent codes hide any of these, so a text is read several times: as it
stands, and with its codes undone once, twice and wholly. Only values are replaced, in place; what hides them is the
caller's. Every reading takes time linear in the text's length.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from builder.secret_names import COOKIE, IN_ADDRESS, IN_TEXT, is_secret, is_word, plain_name

Hide = Callable[[str], str]
Kind = Literal["text", "label", "query"]

NAME_CHARACTERS = 64

_NAME = r"[A-Za-z0-9_.\-]"
_EQUALS = "=\uff1d"
_QUOTE = r"""\\*+["']"""
_PAIR = re.compile(
    rf"(?P<slashes>//)?+(?<!{_NAME})(?P<name>{_NAME}++)(?:\[\d*+\]|\])?+(?P<quote>{_QUOTE})?+[ \t]*+"
    rf"(?P<equals>[=\uff1d]|[:\uff1a](?!//))[ \t]*+(?:(?i:bearer|basic)[ \t]++)?+"
)
_QUOTED = re.compile(rf"""(?P<open>{_QUOTE})(?P<value>(?:[^\\"']++|\\++(?!["'])|(?!(?P=open)){_QUOTE})*+)""")
_BRACKET = re.compile(rf"(?:{_QUOTED.pattern})(?P=open)?+|(?P<opens>[\[{{])|[\]}}]")  # or a text, to pass over
# A number under a quoted name: JSON goes on behind it.
_SCALAR = re.compile(r"""(?P<value>(?!null\b)[^\s,\[\]{}"'\\]++)""")
# A comma ends a value only where another parameter begins, or nothing: passwords hold commas.
_AFTER_EQUALS = re.compile(rf"""(?P<value>(?:[^?&;#\s"'<>\\,]|,(?!\s|\Z|{_NAME}{{1,64}}[=\uff1d]))++)""")
_AFTER_COLON = re.compile(rf"""(?P<value>(?:[^?&;#\s"'<>\\,]|,(?!\s|\Z|{_NAME}{{1,64}}[=:\uff1d\uff1a]))++)""")
_HOLDS_COOKIE = re.compile(r"[^=\r\n]{0,4096}+=")  # a sentence on cookies has no `=`
_LINE = re.compile(r"[^\r\n]*+")
_ADDRESS = re.compile(r"\s*https?://[^?#]*", re.IGNORECASE)
_USERINFO = re.compile(r""":(?:\\*+/){2}[^\s/?#:@"'<>\\]*+:(?P<value>[^\s/?#"'<>\\]+)@""")
_HOLDS_PAIR = re.compile("[=:%\uff1d\uff1a]")
_CODED_ASCII = re.compile(r"%[2-7][0-9A-Fa-f]")  # no pair hides in codes of other characters
_CODES = tuple(re.compile(rf"(%(?:25){deep}[0-9A-Fa-f]{{2}})|[^%]++|%") for deep in ("{0}", "{0,1}", "*"))


class Reading(NamedTuple):
    """A text with some of its codes undone, and where each of its characters stands in the text."""

    view: str
    at: Sequence[int]


class Found(NamedTuple):
    """Where a secret stands in a reading, and the quote that its replacement needs there."""

    start: int
    end: int
    quote: slice = slice(0)


def scrub_parameters(text: str, hide: Hide, kind: Kind = "text") -> str:
    """Return `text` with the values of secret parameters hidden.

    In a label (an id, a name, a title) only `name=value` counts; a query is what follows an address.
    """
    if not _HOLDS_PAIR.search(text):
        return text
    text = _scrub_reading(text, Reading(text, range(len(text) + 1)), hide, kind)
    for codes in _CODES:
        if not _CODED_ASCII.search(text):
            break
        text = _scrub_reading(text, _decoded(text, codes), hide, kind)
    return text


def scrub_address(text: str, hide: Hide) -> str:
    """Return the address of a file with its secrets hidden: of host and path, which are published, only a password."""
    match = _ADDRESS.match(text)
    if match is None:
        return scrub_parameters(text, hide)
    found = _USERINFO.search(match[0])
    head = (
        f"{text[: found.start('value')]}{hide(found['value'])}{match[0][found.end('value') :]}" if found else match[0]
    )
    return head + scrub_parameters(text[match.end() :], hide, "query")


def _decoded(text: str, codes: re.Pattern[str]) -> Reading:
    view, at = [], array("I")
    for match in codes.finditer(text):
        view.append(chr(int(match[1][-2:], 16)) if match[1] else match[0])
        at.extend(range(match.start(), match.start() + len(view[-1])))
    at.append(len(text))
    return Reading("".join(view), at)


def _scrub_reading(text: str, reading: Reading, hide: Hide, kind: Kind) -> str:
    """Hide the secrets that one reading shows; what is not a secret keeps its codes."""
    pieces, done = [], 0
    passwords = [Found(*match.span("value")) for match in _USERINFO.finditer(reading.view)]
    for found in sorted([*passwords, *_values(reading.view, kind)], key=lambda found: found.start):
        start, end = reading.at[found.start], reading.at[found.end]
        if start < done:  # inside the one before
            continue
        quote = text[reading.at[found.quote.start or 0] : reading.at[found.quote.stop]]
        pieces += [text[done:start], quote, hide(text[start:end]), quote]
        done = end
    return "".join([*pieces, text[done:]])


def _values(view: str, kind: Kind) -> Iterator[Found]:
    """Find the values of secret names, in their order; one may lie in another."""
    more = IN_TEXT | IN_ADDRESS if kind == "query" or "://" in view else IN_TEXT
    is_message = '"event_type' in view  # whose own `sign` stays, also when the text around it cannot be parsed
    end = 0
    for pair in _PAIR.finditer(view):
        if pair.start() < end:
            continue
        name = plain_name(pair["name"][-NAME_CHARACTERS:])
        if not (is_secret(name) or (name in more and pair["equals"] in _EQUALS)) or not _counts(pair, name, kind):
            continue
        if pair["quote"] and name == "sign" and is_message:
            continue
        value = _value_of(pair, name)
        if value is not None and value.start < value.end:
            end = value.end
            yield value


def _counts(pair: re.Match[str], name: str, kind: Kind) -> bool:
    """Say whether the pair is one where it stands: a label, or a sentence, may well hold a colon or a blank."""
    if kind == "label":
        return pair[0] == f"{pair['name']}="
    if pair["quote"] or pair["equals"] in _EQUALS or _is_cookies(pair, name):
        return True
    return not is_word(name) and not pair["slashes"]


def _is_cookies(pair: re.Match[str], name: str) -> bool:
    return COOKIE in name and _HOLDS_COOKIE.match(pair.string, pair.end()) is not None


def _value_of(pair: re.Match[str], name: str) -> Found | None:
    """Return what stands behind a name; under a quoted one without quotes of its own it is a value of JSON."""
    text, start = pair.string, pair.end()
    quote, pattern = slice(0), _AFTER_EQUALS if pair["equals"] in _EQUALS else _AFTER_COLON
    if not pair["quote"] and _is_cookies(pair, name):
        return Found(start, _end_of_cookies(text, start))
    if _QUOTED.match(text, start):
        pattern = _QUOTED
    elif pair["quote"]:
        quote, pattern = slice(*pair.span("quote")), _SCALAR
        if text.startswith(("[", "{"), start):
            return Found(start, _end_of_brackets(text, start), quote)
    found = pattern.match(text, start)
    return Found(*found.span("value"), quote) if found else None


def _end_of_cookies(text: str, start: int) -> int:
    """Return where the line of a header ends: cookies hold quotes, blanks and commas, as programs make them."""
    quoted = _QUOTED.match(text, start)
    match = _LINE.match(text, quoted.end() if quoted else start)
    return match.end() if match else start


def _end_of_brackets(text: str, start: int) -> int:
    """Return where the array or object that begins at `start` ends; cut short, it goes to the end of the text."""
    depth = 0
    for bracket in _BRACKET.finditer(text, start):
        if not bracket["open"]:
            depth += 1 if bracket["opens"] else -1
        if depth == 0:
            return bracket.end()
    return len(text)
