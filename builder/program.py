"""Which program this is: a digest of its own sources and of the libraries whose versions reach output bytes.

Reading all sources at every start would take longer than a small build, so the digest is remembered under the sizes
and times of the files, as Python itself trusts them for its compiled modules.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from builder.memory import Memory, digest_of_parts

LIBRARIES = ("jinja2", "markdown", "nh3", "tzdata")
_ROOT = Path(__file__).parent
_NOT_SOURCES = frozenset(("__pycache__", "_vendor", "_theme"))


def code_digest(memory: Memory) -> str:
    """Return the digest of the program."""
    return memory.recall("program", _stamp(), str, _read)


@lru_cache(maxsize=1)
def _read() -> str:
    from importlib.metadata import version  # reads whole files of metadata: only when a source changed

    digest = hashlib.blake2b(digest_size=12)
    for file in sorted(entry.path for entry in _sources(_ROOT)):
        source = Path(file).read_bytes()
        digest.update(f"{os.path.relpath(file, _ROOT)}\0{len(source)}\0".encode() + source)
    digest.update(repr([(name, version(name)) for name in LIBRARIES]).encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _stamp() -> str:
    """Return a digest of the places, sizes and times of the sources, and of what is installed beside the libraries.

    The folders of metadata carry the versions: an image may give all its files one time.
    """
    files = [(entry.path, entry.stat()) for entry in _sources(_ROOT)]
    beside = set()
    for name in LIBRARIES:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        files.append((spec.origin, os.stat(spec.origin)))  # noqa: PTH116  beside what scandir gives
        beside.add(os.path.dirname(os.path.dirname(spec.origin)))  # noqa: PTH120  as above
    versions = sorted(name for folder in beside for name in os.listdir(folder) if name.endswith(".dist-info"))  # noqa: PTH208
    facts = (f"{path} {facts.st_size} {facts.st_mtime_ns}" for path, facts in sorted(files))
    return digest_of_parts([*facts, *versions])


def _sources(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    """Yield every module of the program."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NOT_SOURCES:
                    yield from _sources(entry.path)
            elif entry.name.endswith(".py"):
                yield entry
