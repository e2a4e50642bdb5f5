"""Strict YAML: text → a tree of nodes that know their lines, or one `ConfigError`.

The subset is what a person writes by hand: mappings, lists and scalars of one document. Aliases, anchors, tags,
directives, duplicate keys and further documents are refused, and size and depth are limited, so that reading is
linear and nothing is ever constructed. Scalars stay text: whoever expects a number, a duration or an id reads it from
the text as written, so no id is rounded and `no` never turns into false in silence. The library's events are used
and its constructors never are.
"""

from __future__ import annotations

import re

from builder.errors import ConfigError
from builder.model import Value

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
SHOWN_CHARACTERS = 60  # of a value in a message

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)")
_NOT_TEXT = re.compile(
    r"~|null|true|false|yes|no|on|off|y|n"  # what YAML 1.1 or 1.2 reads as a truth value or as nothing
    r"|[-+]?(?:\.[0-9]+|[0-9][0-9_]*\.?[0-9_]*)(?:e[-+]?[0-9]+)?|0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+"  # numbers
    r"|[-+]?\.(?:inf|nan)|\.nan"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # 12:30:45, a number of base 60
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?",  # a date
    re.IGNORECASE,
)
_WIDE_KEY = re.compile(r"\s*(?:- )?[A-Za-z_-]+：")  # from a Chinese keyboard


class Scalar(Value, frozen=True):
    """A single value, as written. `plain` means without quotes."""

    text: str
    line: int
    plain: bool = True

    @property
    def is_nothing(self) -> bool:
        """Say whether the value is empty or a bare `null` or `~`."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}

    @property
    def is_doubtful(self) -> bool:
        """Say whether some reader of YAML takes it for something other than text."""
        return self.plain and (not self.text or _NOT_TEXT.fullmatch(self.text) is not None)


class Sequence(Value, frozen=True):
    """A list."""

    items: tuple[Node, ...]
    line: int


class Mapping(Value, frozen=True):
    """Keys and values in written order; no key occurs twice."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int


Node = Scalar | Sequence | Mapping


def decode(raw: bytes, name: str, *, first_line: int = 1) -> str:
    """Decode UTF-8 strictly, drop a byte order mark, refuse control characters and exotic line ends."""
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + first_line
        sentence = f"{name}:{line}: expected UTF-8, found the byte 0x{raw[error.start]:02x} at offset {error.start}"
        raise ConfigError(sentence, hint="save the file as UTF-8") from error
    found = FORBIDDEN.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + first_line
        raise ConfigError(f"{name}:{line}: expected text, found the control character {code_point(found)}")
    return text


def code_point(found: re.Match[str]) -> str:
    """Name a forbidden character: U+001B."""
    return f"U+{ord(found[0]):04X}"


def load(raw: bytes, name: str, *, first_line: int = 1, max_bytes: int = MAX_BYTES) -> Node | None:
    """Return the tree of one document, None when there is nothing but comments.

    `name` stands in errors; `first_line` is the line of the file at which `raw` begins (front matter).
    """
    if len(raw) > max_bytes:
        raise ConfigError(f"{name}: expected at most {max_bytes} bytes, found {len(raw)}")
    from builder.yaml_tree import Tree  # here: the library takes long to load, and most starts read no YAML

    return Tree(decode(raw, name, first_line=first_line), name, first_line).document()


def wide_colon(text: str, line: int) -> str:
    """Return a hint about a line whose key has a full-width colon, which is none to YAML; else ""."""
    return f"line {line} has the full-width `：` after its key: write `: `, half-width" if _WIDE_KEY.match(text) else ""


def shown_text(text: str) -> str:
    """Return text for a message: one line, no control or direction characters, not too long."""
    clean = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
    return clean if len(clean) <= SHOWN_CHARACTERS else clean[:SHOWN_CHARACTERS] + "…"


def shown(node: Node) -> str:
    """Say what a node is, for the end of a sentence: "found …"."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.is_nothing:
        return "nothing"
    return f"`{shown_text(node.text)}`"
