"""Takes comments out of our own scripts and style sheets, so that they can be well commented and small at once.

Not a minifier: line breaks stay where one could end a statement, and names do but for private ones (`#moved` becomes
`#b`: nothing outside its class can name it) and for a module's own numbers (`const SEAM = 10;`), which are put where
they are named. Knows just enough of the two languages to leave strings, templates and regular expressions alone.
"""

from __future__ import annotations

import re

_CSS = re.compile(r"""(?s)("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|/\*.*?\*/""")
_JS = re.compile(
    r"""(?sx)
    (?P<comment> //[^\n]* | /\*.*?\*/ )
    | (?P<string> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
    | (?P<tick> ` )
    | (?P<open> \{ ) | (?P<close> \} )
    | (?P<slash> / )
    | (?P<word> [\w$]+ )
    | (?P<space> \s+ )
    | (?P<sign> . )
    """
)
_NUMBER = re.compile(r"(?m)^const ([A-Z][A-Z_]*) = (\d[\d.]*);\n")
_REGEX = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_TEMPLATE = re.compile(r"(?s)(?:\\.|\$(?!\{)|[^`\\$])*")
# A line that ends or begins with one of these does not end a statement there, whatever stands beyond the line break.
_GOES_ON = frozenset(",;{([:?&|=")
_GOES_BACK = frozenset(")],;:?&|}")
_BEFORE_REGEX = frozenset(
    ("return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "instanceof", "new", "throw", "await")
)


def css(text: str) -> str:
    """Return a style sheet without comments, blank lines and indentation."""
    return _trimmed(_CSS.sub(lambda found: found[1] or "", text))


def javascript(text: str) -> str:
    """Return a module without comments, blank lines and indentation; text in template literals stays as it is."""
    numbers = {name: number for name, number in _NUMBER.findall(text) if not _is_more(name, text)}
    text = _NUMBER.sub(lambda found: "" if found[1] in numbers else found[0], text)
    kept: list[str] = []
    private: dict[str, str] = {}
    braces: list[bool] = []  # of each open brace: whether it is a `${` of a template literal
    at, previous = 0, ""
    while at < len(text):
        found = _JS.match(text, at)
        assert found is not None
        kind, piece = found.lastgroup, found[0]
        at = found.end()
        if kind == "comment":
            kept.append("\n" if "\n" in piece else "")
            continue
        if kind == "tick" or (kind == "close" and braces and braces[-1]):
            if kind == "close":
                braces.pop()
            piece, at = _template(text, piece, at)
            if piece.endswith("${"):
                braces.append(True)
        elif kind == "open":
            braces.append(False)
        elif kind == "close" and braces:
            braces.pop()
        elif kind == "slash" and _may_start_regex(previous) and (regex := _REGEX.match(text, at - 1)):
            piece, at = regex[0], regex.end()
        elif kind == "word" and previous == "#":
            piece = private.setdefault(piece, _short(len(private)))
        elif kind == "word" and previous != ".":
            piece = numbers.get(piece, piece)
        elif kind == "space":
            piece = "\n" if "\n" in piece else " "
            kept.append(piece)
            continue
        kept.append(piece)
        previous = piece
    return _joined(kept)


def _is_more(name: str, text: str) -> bool:
    """Say whether a name may be that of a property or an export, or is declared again."""
    return bool(re.search(rf"[{{,]\s*{name}\s*[,}}:]|\b{name}\.|\bas {name}\b", text)) or (
        len(re.findall(rf"\b(?:const|let|var|function|class)\s+{name}\b", text)) > 1
    )


def _short(number: int) -> str:
    """Return the name of a number: "a" to "z", then "ba", "bb" and so on."""
    letter = chr(ord("a") + number % 26)
    return letter if number < 26 else _short(number // 26) + letter


def _template(text: str, opening: str, at: int) -> tuple[str, int]:
    """Return a piece of a template literal up to its end or to its next `${`."""
    found = _TEMPLATE.match(text, at)
    assert found is not None
    end = found.end()
    stop = end + (2 if text.startswith("${", end) else 1)
    return opening + text[at:stop], stop


def _may_start_regex(previous: str) -> bool:
    return not previous or previous in _BEFORE_REGEX or previous[-1] in "(,=:[!&|?{};+-*%<>~^"


def _joined(kept: list[str]) -> str:
    """Join pieces, one line break for several; pieces that hold line breaks of their own are literals."""
    joined: list[str] = []
    for piece, after in zip(kept, [*kept[1:], ""], strict=True):
        if piece in ("\n", " ", "") and (not piece or not joined or joined[-1] == "\n"):
            continue
        if piece == " " and after and not _needs_space(joined[-1][-1], after[0]):
            continue
        if piece == "\n" and joined[-1][-1] in _GOES_ON:
            continue
        if joined and joined[-1] == "\n" and piece[0] in _GOES_BACK:
            joined.pop()
        if piece == "\n" and joined and joined[-1] == " ":
            joined.pop()
        joined.append(piece)
    return "".join(joined).strip() + "\n"


def _needs_space(before: str, after: str) -> bool:
    """Say whether two pieces would become another one without the space between them."""
    if before in "+-" and after in "+-":
        return True
    return before == "/" or (before.isdecimal() and after == ".") or (_is_wordy(before) and _is_wordy(after))


def _is_wordy(sign: str) -> bool:
    return sign.isalnum() or sign in "_$#@"


def _trimmed(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line) + "\n"
