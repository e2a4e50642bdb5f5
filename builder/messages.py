"""The words of the interface: one YAML file per language, replaced word by word by a site's own file.

A message is a text with `{name}` places, or a mapping `one`/`other` chosen by `n`. Values put into the places stay
text: they are escaped where they are printed. Nothing here knows pages.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from builder.errors import ConfigError
from builder.memory import Memory, digest_of_parts

MAX_BYTES = 256 * 1024
FREE_SECTION = "zones"  # where a language may name what English leaves alone
_PLACE = re.compile(r"\{([a-z_0-9]+)\}")
_BRACES = re.compile(r"\{([^{}]*)\}")  # what is meant for a place, however it is spelled
_TRADITIONAL = re.compile(r"zh-(?:Hant|TW|HK|MO)(?:-|$)", re.IGNORECASE)  # the theme's Chinese is simplified
_OF_A_DAY = {"y", "m", "mon", "month", "d", "wd", "weekday"}  # filled into every pattern that has some of these alone
_FURTHER_PLACES = {"lengths.hours_minutes": {"m"}, "lengths.whole_hours": {"m", "mm"}}  # English has no use for them
_PLURAL_KEYS = {"one", "other"}
Where = Callable[[str], str]  # the place of a message, by its name
Unknown = tuple[str, str]  # a message of a site's own file that there is not: its place and its name
Form = tuple[str, str]  # what `%` fills, "" for a message without places; and the text as it stands


class Messages:
    """The messages of one language."""

    def __init__(self, language: str, tree: Mapping[str, Any], unknown: Sequence[Unknown] = ()) -> None:
        self.language = language
        self.tree = tree
        self.unknown = unknown
        self._flat: dict[str, Any] = {}
        self._forms: dict[str, tuple[Form, Form]] = {}
        _flatten("", tree, self._flat)
        self.digest = hashlib.blake2b(repr(sorted(self._flat.items())).encode(), digest_size=12).hexdigest()

    def __call__(self, key: str, /, **values: object) -> str:
        """Return a message with its places filled; `n` also chooses the plural and gets its thousands marked."""
        found = self._forms.get(key) or self._prepare(key)
        if not values:
            form, plain = found[1]
            return plain
        n = values.get("n")
        form, plain = found[n != 1]
        if not form:
            return plain
        if isinstance(n, int):
            values["n"] = f"{n:,}"
        try:
            return form % values
        except KeyError:
            return form % _Named(values)

    def _prepare(self, key: str) -> tuple[Form, Form]:
        """Make the singular and the plural of a message ready to be filled."""
        text = self._flat.get(key)
        if text is None:
            raise KeyError(f"no message `{key}` in templates/messages/{self.language}.yaml")
        other = text["other"] if isinstance(text, Mapping) else text
        one = text.get("one", other) if isinstance(text, Mapping) else text
        found = self._forms[key] = (_form(one), _form(other))
        return found

    def pieces(self, key: str) -> list[tuple[str, str]]:
        """Return a message cut at its places, as (text, name of the place after it), for places that hold markup."""
        cut = _PLACE.split(self._flat[key])
        return [(cut[at], cut[at + 1] if at + 1 < len(cut) else "") for at in range(0, len(cut), 2)]

    def has(self, key: str) -> bool:
        return key in self._flat

    def keys(self) -> list[str]:
        """Return the names of all messages."""
        return sorted(self._flat)

    def places(self, key: str) -> set[str]:
        """Return the names of the places in a message."""
        return _places_in(self._flat[key])

    def items(self, key: str) -> Sequence[str]:
        """Return a list of words, such as the names of the months."""
        found = self._flat[key]
        assert isinstance(found, list)
        return found

    def section(self, key: str) -> Mapping[str, Any]:
        """Return a part of the tree as it is."""
        found = self.tree.get(key, {})
        assert isinstance(found, Mapping)
        return found


def load(
    folders: Sequence[Path], languages: Sequence[str], memory: Memory | None = None, program: str = ""
) -> dict[str, Messages]:
    """Read the messages of each language; `folders` as for templates: the site's own first, the theme's last.

    `memory` and `program`, the digest of this program, save the parsing when no file changed.
    """
    files = {language: [(path, _read(path)) for path in _files(folders, language)] for language in languages}
    told = [part for each in files.values() for path, raw in each for part in (str(path), raw)]
    trees = (memory or Memory(None)).recall(
        "messages",
        digest_of_parts([program, *languages, *told]),
        dict[str, tuple[dict[str, Any], list[Unknown]]],
        lambda: {language: _tree(each) for language, each in files.items()},
    )
    return {language: Messages(language, *read) for language, read in trees.items()}


def _files(folders: Sequence[Path], language: str) -> list[Path]:
    """Return the files of a language, each to be laid over those before it; English lies below."""
    names = [f"{language}.yaml"] + ([f"{language.partition('-')[0]}.yaml"] if "-" in language else [])
    found = [
        path
        for name in reversed(names)
        for folder in reversed(folders)
        if (path := folder / "messages" / name).is_file()
    ]
    lacks_own = bool(_TRADITIONAL.match(language)) and not any(path.name == names[0] for path in found)
    if not found or lacks_own:
        rest = "simplified Chinese, as all of it with `zh`" if lacks_own else "English"
        raise ConfigError(
            f"site.yaml: `languages` expected a language with messages, found `{language}`",
            hint=f"write templates/messages/{language}.yaml; what it leaves out stays {rest}",
        )
    return [folders[-1] / "messages" / "en.yaml", *found]


def _tree(files: Sequence[tuple[Path, bytes]]) -> tuple[dict[str, Any], list[Unknown]]:
    below, *further = files
    english = tree = dict(_parsed(*below))
    unknown: list[Unknown] = []
    for path, raw in further:
        where, strange = partial(_place, path, raw), list[str]()
        own = _known(tree, _parsed(path, raw), "", strange)
        tree = _merged(tree, own, where, "")
        _refuse_unknown_places(own, english, where)
        unknown += [(where(name), name) for name in strange]
    return tree, unknown


def _known(old: Mapping[str, Any], new: Mapping[str, Any], place: str, strange: list[str]) -> dict[str, Any]:
    """Return what is in both, and the free section; the names of the rest come into `strange`.

    The theme's messages change with its versions: what a file still says of one that is gone is no reason to stop.
    """
    found: dict[str, Any] = {}
    for key, value in new.items():
        name = f"{place}.{key}" if place else str(key)
        before = old.get(key)
        if before is None and not (place == FREE_SECTION and isinstance(value, str)):
            strange.append(name)
        elif isinstance(before, Mapping) and isinstance(value, Mapping) and not _is_plural(before):
            found[key] = _known(before, value, name, strange)
        else:
            found[key] = value
    return found


def _refuse_unknown_places(own: Mapping[str, Any], english: Mapping[str, Any], where: Where) -> None:
    """Refuse what nothing fills in: it would stand on pages in its braces."""
    texts: dict[str, Any] = {}
    known: dict[str, Any] = {}
    _flatten("", own, texts)
    _flatten("", english, known)
    for name, text in texts.items():
        told = _places_in(known.get(name, ""))  # a zone's name is not in English
        unknown = _places_in(text, _BRACES) - told - _further_places(name, told)
        if unknown:
            raise ConfigError(
                f"{where(name)}: `{name}` expected a known placeholder, found `{{{min(unknown)}}}`",
                hint=f"known: {', '.join(f'`{{{place}}}`' for place in sorted(told)) or 'none'}",
            )


def _further_places(name: str, told: set[str]) -> set[str]:
    """Return what is filled into a message beside what English has in it."""
    is_of_day = name.startswith("dates.") and bool(told) and told <= _OF_A_DAY
    return _OF_A_DAY if is_of_day else _FURTHER_PLACES.get(name, set())


def _places_in(message: object, form: re.Pattern[str] = _PLACE) -> set[str]:
    texts = message.values() if isinstance(message, Mapping) else message if isinstance(message, list) else [message]
    return {place for text in texts for place in form.findall(str(text))}


def _place(path: Path, raw: bytes, name: str) -> str:
    """Name the line of a message in a file: `templates/messages/en.yaml:3`."""
    import yaml  # here, for a file with a mistake alone

    node, line = _composed(raw), 0
    while isinstance(node, yaml.MappingNode):
        pairs = [(key, value) for key, value in node.value if f"{name}.".startswith(f"{key.value}.")]
        if not pairs:
            break
        key, node = max(pairs, key=lambda pair: len(pair[0].value))  # a key may have dots itself
        name, line = name[len(key.value) + 1 :], key.start_mark.line
    return f"{path.parent.parent.name}/messages/{path.name}:{line + 1}"


@lru_cache(maxsize=1)
def _composed(raw: bytes) -> Any:
    """Return a file as nodes, which know their lines; kept, for one file may have many mistakes."""
    import yaml

    return yaml.compose(raw, _loader())


def _read(path: Path) -> bytes:
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"templates/messages/{path.name}: expected at most {MAX_BYTES} bytes, found {len(raw)}")
    return raw


def _parsed(path: Path, raw: bytes) -> Mapping[str, Any]:
    import yaml  # here, since most starts find the messages in the memory

    shown = f"templates/messages/{path.name}"
    try:
        tree = yaml.load(raw.decode("utf-8"), _loader())  # noqa: S506  a subclass of the safe loader
    except (yaml.YAMLError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise ConfigError(f"{shown}:{line}: expected a mapping of messages, found broken YAML") from error
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ConfigError(f"{shown}:1: expected a mapping of messages")
    return tree


@lru_cache(maxsize=1)
def _loader() -> type[Any]:
    """Return a loader that reads every scalar as text: a message `on` or `12` is a word."""
    from builder.libyaml import LOADER

    return type("Loader", (LOADER,), {"yaml_implicit_resolvers": {}})


def _merged(old: Mapping[str, Any], new: Mapping[str, Any], where: Where, place: str) -> dict[str, Any]:
    """Lay `new` over `old`, which has all keys of it but those of the free section."""
    merged = dict(old)
    for key, value in new.items():
        name = f"{place}.{key}" if place else str(key)
        before = old.get(key, "")
        if isinstance(before, Mapping) and isinstance(value, Mapping) and not _is_plural(before):
            merged[key] = _merged(before, value, where, name)
        elif isinstance(before, list) != isinstance(value, list) or (
            isinstance(before, list) and len(before) != len(value)
        ):
            raise ConfigError(f"{where(name)}: `{name}` expected a list of {len(before)} words")
        elif isinstance(value, Mapping) and not (_is_plural(value) and (isinstance(before, str) or _is_plural(before))):
            raise ConfigError(f"{where(name)}: `{name}` expected a text or `one` and `other`")
        elif isinstance(before, Mapping) and not _is_plural(before):
            raise ConfigError(f"{where(name)}: `{name}` expected a mapping")
        else:
            merged[key] = value
    return merged


def _is_plural(tree: object) -> bool:
    return isinstance(tree, Mapping) and "other" in tree and set(tree) <= _PLURAL_KEYS


def _flatten(prefix: str, tree: Mapping[str, Any], flat: dict[str, Any]) -> None:
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and not _is_plural(value):
            _flatten(f"{name}.", value, flat)
        else:
            flat[name] = value


def _form(text: str) -> Form:
    filled = _PLACE.sub(r"%(\1)s", text.replace("%", "%%"))
    return (filled if _PLACE.search(text) else "", text)


class _Named(dict[str, object]):
    """Values of places; a place without a value keeps its name."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"
