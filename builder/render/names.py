"""What a template names: the templates it needs and the assets it mentions, remembered from run to run.

To know it a template must be parsed, which costs more than all else that a build of one page does. The answer depends
on the source alone, so it is kept under the source's hash in the state folder; a memory that is lost or damaged is
made again.
"""

from __future__ import annotations

import contextlib
import hashlib
from importlib.metadata import version
from pathlib import Path

import msgspec

from builder.model import Value


class Names(Value, frozen=True):
    """`templates`: extended, included or imported ones. `assets`: names given to the `asset` filter."""

    templates: tuple[str, ...]
    assets: tuple[str, ...]


class Memory:
    """Names by the hash of the source; without a file it lasts as long as the program."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._known: dict[str, Names] = {}
        if file is not None:
            with contextlib.suppress(OSError, msgspec.DecodeError):  # no memory, or not ours: parse again
                self._known = msgspec.json.decode(file.read_bytes(), type=dict[str, Names])

    def recall(self, source: str) -> Names | None:
        return self._known.get(key_of(source))

    def keep(self, source: str, names: Names) -> None:
        """Remember; written at once, beside and renamed, since several workers may do so."""
        self._known[key_of(source)] = names
        if self.file is None:
            return
        temporary = self.file.with_name(f"{self.file.name}.{key_of(source)}")
        with contextlib.suppress(OSError):  # a cache that cannot be written costs time, not correctness
            temporary.write_bytes(msgspec.json.encode(self._known))
            temporary.replace(self.file)


def key_of(source: str) -> str:
    return hashlib.blake2b(f"{version('jinja2')}\0{source}".encode(), digest_size=12).hexdigest()
