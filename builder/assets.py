"""The files beside the pages: theme assets and player engines under hashed names, and the site's static files.

A hashed name changes with the content, so a browser may keep such a file for ever. Our own scripts and style sheets
name each other by plain names; those are rewritten here, leaves first, so that a change of one changes the names of
all that lead to it.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from builder import inside
from builder.errors import ConfigError
from builder.memory import Memory, digest_of_parts
from builder.model import Value

VENDOR = Path(__file__).parent / "_vendor"
ASSETS = "assets"
STATIC = "static"
HASH_LENGTH = 10
HASHED_WHOLE_LIMIT = 4 << 20  # bytes; of a larger static file size and time tell whether it changed
_SCRIPT = re.compile(r"""(\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)(["'])(\.{1,2}/[^"'\n]+)\2""")
_STYLE = re.compile(r"""(url\(\s*)(["']?)((?!data:|https?:|#|/)[^"')\s]+)\2(?=\s*\))""")


class Asset(Value, frozen=True):
    """One file of the output. Either `data` or `origin`, a file to copy."""

    name: str  # plain: "player/watch.js", "static/logo.svg"
    path: str  # in the output, relative
    digest: str
    data: bytes = b""
    origin: Path | None = None

    @property
    def url(self) -> str:
        return f"/{self.path}"


def collect_assets(
    templates: Sequence[Path], static: Path, vendor: Path = VENDOR, *, memory: Memory | None = None, program: str = ""
) -> tuple[Asset, ...]:
    """Return every asset, sorted by name; a site's own file in `templates/assets/` replaces the theme's.

    `memory` and `program`, the digest of this program, save the rewriting when no file changed.
    """
    named = {**_engines(vendor), **{name: path.read_bytes() for name, path in _theme_files(templates)}}
    made_of = digest_of_parts([program, *(part for item in sorted(named.items()) for part in item)])
    hashed = (memory or Memory(None)).recall("assets", made_of, tuple[Hashed, ...], lambda: Hasher(named).all())
    ours = (Asset(each.name, each.path, each.digest, each.data or named[each.name]) for each in hashed)
    return tuple(sorted([*ours, *_static(static)], key=lambda asset: asset.name))


class Hashed(Value, frozen=True):
    """An asset of the theme under its hashed name; `data` only where it is not that of the file."""

    name: str
    path: str
    digest: str
    data: bytes = b""


class Hasher:
    """Gives each asset its hashed name, after those it names."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._done: dict[str, Hashed] = {}
        self._open: list[str] = []

    def all(self) -> tuple[Hashed, ...]:
        return tuple(self.asset(name) for name in self._files)

    def asset(self, name: str) -> Hashed:
        if name in self._done:
            return self._done[name]
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            raise ConfigError(f"templates/assets/{name}: expected no circle of imports, found {circle}")
        self._open.append(name)
        data = self._rewritten(name)
        self._open.pop()
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        stem, extension = posixpath.splitext(name)
        path = f"{ASSETS}/{stem}.{digest[:HASH_LENGTH]}{extension}"
        self._done[name] = Hashed(name, path, digest, b"" if data == self._files[name] else data)
        return self._done[name]

    def _rewritten(self, name: str) -> bytes:
        data = self._files[name]
        if name.startswith(tuple(_ENGINE_NAMES.values())) or not name.endswith((".js", ".css")):
            return data
        from builder import shrink  # here, since most starts find the assets in the memory

        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"templates/assets/{name}: expected UTF-8, found other bytes") from error
        if name.endswith(".css"):
            return _STYLE.sub(lambda found: self._reference(name, found), shrink.css(text)).encode()
        return _SCRIPT.sub(lambda found: self._reference(name, found), shrink.javascript(text)).encode()

    def _reference(self, name: str, found: re.Match[str]) -> str:
        folder = posixpath.dirname(name)
        target = posixpath.normpath(posixpath.join(folder, found[3]))
        if target not in self._files:
            raise ConfigError(f"templates/assets/{name}: expected the file `{found[3]}`, found none")
        path = self.asset(target).path.removeprefix(f"{ASSETS}/")
        relative = posixpath.relpath(path, folder or ".")
        if not relative.startswith("."):
            relative = f"./{relative}"
        return f"{found[1]}{found[2]}{relative}{found[2]}"


_ENGINE_NAMES = {"hls.light.min.mjs": "hls.light.mjs", "hls.light.mjs": "hls.light.mjs", "mpegts.js": "mpegts.js"}


def _engines(vendor: Path) -> dict[str, bytes]:
    """Return the player engines by plain name, and their licences."""
    found = {}
    for path in sorted(vendor.rglob("*")) if vendor.is_dir() else []:
        if path.is_file() and path.name in _ENGINE_NAMES:
            found[_ENGINE_NAMES[path.name]] = path.read_bytes()
        elif path.is_file() and path.name.upper().startswith("LICENSE"):
            found[f"{path.parent.name}.license.txt"] = path.read_bytes()
    return found


def _theme_files(templates: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Yield (name, file) of the theme's assets; the first folder's come last, so that they win."""
    for folder in reversed(templates):
        root = folder / ASSETS
        for path in sorted(root.rglob("*")) if root.is_dir() else []:
            if _is_ours(path, root):
                yield path.relative_to(root).as_posix(), path


def _static(static: Path) -> Iterator[Asset]:
    for path in sorted(static.rglob("*")) if static.is_dir() else []:
        if _is_ours(path, static):
            name = f"{STATIC}/{path.relative_to(static).as_posix()}"
            yield Asset(name=name, path=name, digest=_file_digest(path), origin=path)


def _is_ours(path: Path, root: Path) -> bool:
    """Say whether a file may be copied: a regular one, not hidden, not a link out of its folder, named in UTF-8."""
    relative = path.relative_to(root)
    if any(part.startswith(".") for part in relative.parts) or not inside.is_utf8(str(relative)):
        return False
    return path.is_file() and path.resolve().is_relative_to(root.resolve())


def _file_digest(path: Path) -> str:
    facts = path.stat()
    if facts.st_size > HASHED_WHOLE_LIMIT:
        return f"{facts.st_size}-{facts.st_mtime_ns}"
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
