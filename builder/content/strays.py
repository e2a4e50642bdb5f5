"""Files that look like content and are not read: in a wrong folder or one below, with an ending that is not `.md`.

Nothing in them takes effect, a `visibility: hidden` neither, so whoever wrote one is told. And what lies in `static/`
and is not published: pages that name it would find nothing there.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from builder import inside
from builder.model import Problem

ENDINGS = frozenset({".md", ".markdown", ".yaml", ".yml"})
NEARLY = frozenset({".txt", ".text", ".rtf", ".doc", ".docx", ".odt", ".html", ".htm", ".json", ".toml"})
CAPTIONS = frozenset({".vtt", ".srt", ".ass", ".sbv", ".ttml"})
OF_RECORDS = frozenset({".jsonl", ".ndjson"})
STATIC = "static"
CURATION = "replays"
OF_TEXT = ("vjs", CURATION, "pages")
FOLDERS = ("recordings", *OF_TEXT, STATIC)
HEAD_BYTES = 1024 * 1024  # as much as is read of a file in its place
TEXT = frozenset({".md", ".markdown", ".txt", ""})
_FRONT = re.compile(rb"---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_OF_CURATION = re.compile(  # one of these keys is needed; other things have a `window` or an `address` too
    rb"""^(?:\{[ \t]*)?["']?(?:(?:recordings|window)["']?[ \t]*:[ \t]*(?:[\[{"'&0-9]|\r?$)"""
    rb"""|address["']?[ \t]*:[ \t]*["']?(?:/|https?://|replays/|[0-9]{4}/))""",
    re.MULTILINE,
)
BESIDE = "../recordings"  # looked at only while there are no others
OTHER_NAMES = {"record": "recordings", "records": "recordings", "statics": "static"}


def strays(source: Path, folder: str) -> Iterator[str]:
    """Yield their paths below the source, sorted; links to folders are not followed, dot files left out."""
    for place, folders, files in os.walk(source / folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = Path(place).relative_to(source).as_posix()
        for name in sorted(files):
            if not name.startswith(".") and _is_stray(Path(place, name), is_right_in=below == folder):
                yield f"{below}/{name}"


def _is_stray(file: Path, *, is_right_in: bool) -> bool:
    """Say whether a file looks like content; one that was renamed on purpose, such as `a.md.off`, does not."""
    ending = file.suffix.lower()
    if not is_right_in or ending in ENDINGS:
        return ending in ENDINGS and not (is_right_in and file.suffix == ".md")
    if ending in CAPTIONS:
        return file.suffix != ".vtt"
    if ending not in NEARLY and ending:
        return False
    return file.stem.lower().endswith((".md", ".vtt")) or _has_front_matter(file)


def _has_front_matter(file: Path) -> bool:
    return _head(file, 8).removeprefix(codecs.BOM_UTF8).startswith(b"---")


def _head(file: Path, size: int) -> bytes:
    if not file.is_file():  # a FIFO would be waited for
        return b""
    try:
        with file.open("rb") as opened:
            return opened.read(size)
    except OSError:
        return b""


def stray_problems(source: Path, folder: str) -> Iterator[Problem]:
    """Yield a Problem for each."""
    for path in strays(source, folder):
        place = PurePosixPath(path)
        wanted = "a name that ends in `.md`"
        if place.parent.as_posix() != folder:
            wanted = f"its place right in `{folder}/`"
        elif not CAPTIONS.isdisjoint(map(str.lower, place.suffixes)):
            wanted = "captions as WebVTT, in a name that ends in `.vtt`"
        name = path.encode("utf-8", "replace").decode()
        yield Problem("content_unread", f"expected {wanted}; the file is not read", source=name)


def unread_curation(source: Path, problems: Iterable[Problem]) -> tuple[str, ...]:
    """Say why what a file in `replays/` said that is there no more may still be meant, a reason each."""
    unread = (problem.source for problem in problems if problem.code == "content_unread")
    found = [f"`{name}` is not read" for name in unread if _may_be_curation(source, PurePosixPath(name))]
    if not (source / CURATION).exists():  # moved away or not mounted; whoever empties it leaves it there
        found.append(f"so is the whole folder `{CURATION}/`")
    return tuple(found)


def curation_names(source: Path) -> tuple[str, ...]:
    """Return what lies in `replays/`, read or not."""
    return tuple(sorted(os.listdir(source / CURATION))) if (source / CURATION).is_dir() else ()  # noqa: PTH208


def _may_be_curation(source: Path, path: PurePosixPath) -> bool:
    if _meant(path.parts[0]) == CURATION:
        return path.suffix.lower() not in CAPTIONS
    return _is_curation(source / path)


def misplaced(source: Path) -> dict[str, str]:
    """Return the folders and files beside those that are read that were probably meant for one, and for which."""
    found = {}
    for entry in sorted(os.scandir(source), key=lambda entry: entry.name) if source.is_dir() else ():
        if entry.name.startswith(".") or entry.name in FOLDERS:
            continue
        if entry.is_dir():
            if wanted := _wanted(source, entry.name):
                found[f"{entry.name}/"] = wanted
        elif Path(entry.name).suffix.lower() in OF_RECORDS:
            found[entry.name] = "its place in `recordings/`"
    found |= dict.fromkeys(_curation_elsewhere(source), f"its place right in `{CURATION}/`")
    if _holds_files(source / BESIDE) and not _holds_files(source / FOLDERS[0]):
        found[f"{BESIDE}/"] = f"its place in `{source.name}/`"
    return found


def _curation_elsewhere(source: Path) -> Iterator[str]:
    """Yield what says which replay it is about where nobody reads that: in `drafts/` it hides nothing."""
    for place, folders, files in os.walk(source):
        below = Path(place).relative_to(source)
        left_out = {name for name in folders if _meant(name) in OF_TEXT} if not below.parts else set()
        folders[:] = sorted(name for name in folders if name not in left_out and not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in TEXT and _is_curation(Path(place, name)):
                yield (below / name).as_posix()


def _is_curation(file: Path) -> bool:
    front = _FRONT.match(_head(file, HEAD_BYTES).removeprefix(codecs.BOM_UTF8))
    return front is not None and _OF_CURATION.search(front[1]) is not None


def _holds_files(folder: Path) -> bool:
    """Say whether any file lies in a folder or below it."""
    return any(not name.startswith(".") for _, _, names in os.walk(folder) for name in names)


def _wanted(source: Path, folder: str) -> str:
    """Return what is wrong with a folder's name; "" for one that has nothing to do with us."""
    if folder == "templates":
        return f"its place beside `{source.name}/`"
    meant = _meant(folder)
    return f"the name `{meant}/`" if meant else ""


def _meant(folder: str) -> str:
    """Return the folder that one of this name is, or probably was meant for."""
    name = folder.casefold()
    return next((known for known in FOLDERS if known in {name, f"{name}s"}), OTHER_NAMES.get(name, ""))


def misplaced_problems(source: Path) -> Iterator[Problem]:
    """Yield a Problem for each."""
    for path, wanted in misplaced(source).items():
        name = path.encode("utf-8", "replace").decode()
        what = "folder" if path.endswith("/") else "file"
        yield Problem("content_unread", f"expected {wanted}; the {what} is not read", source=name)


def unpublished(source: Path) -> dict[str, str]:
    """Return the paths below `static/` that are not copied though they are not hidden, and what was expected of them.

    A link to a folder is not followed, one to a file only inside `static/`; an address is made of Unicode.
    """
    found = {}
    root = source / STATIC
    for place, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = Path(place).relative_to(source).as_posix()
        for name in sorted([*folders, *files]):
            if not name.startswith(".") and (wanted := _wanted_of(Path(place, name), root)):
                found[f"{below}/{name}"] = wanted
    return found


def _wanted_of(path: Path, root: Path) -> str:
    """Return what keeps a file from being published; "" when nothing does."""
    if not inside.is_utf8(path.name):
        return "a name in UTF-8"
    if path.is_symlink() and not (path.is_file() and path.resolve().is_relative_to(root.resolve())):
        return "the files themselves or a link to a file in `static/`, found a link to elsewhere"
    return ""


def unpublished_problems(source: Path) -> Iterator[Problem]:
    """Yield a Problem for each."""
    for path, wanted in unpublished(source).items():
        name = path.encode("utf-8", "replace").decode()
        yield Problem("content_unread", f"expected {wanted}; it is not published", source=name)
