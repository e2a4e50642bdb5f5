"""What a template names: the templates it needs and the assets it mentions, remembered from run to run.

To know it a template must be parsed, which costs more than all else that a build of one page does. The answer depends
on the source and the program alone.
"""

from __future__ import annotations

import contextlib
import hashlib

import msgspec

from builder.memory import Memory
from builder.model import Value

NOUN = "names"


class Names(Value, frozen=True):
    """`templates`: extended, included or imported ones. `assets`: names given to the `asset` filter.

    `computed`: a field may be named by a value, so nothing tells which fields the template prints.
    """

    templates: tuple[str, ...]
    assets: tuple[str, ...]
    computed: bool = False


class KnownNames:
    """Names by the hash of the source."""

    def __init__(self, memory: Memory, program: str) -> None:
        self.memory = memory
        self.program = program
        self._known: dict[str, Names] = {}
        if (kept := memory.read(NOUN, program)) is not None:
            with contextlib.suppress(msgspec.DecodeError):  # not ours: parse again
                self._known = msgspec.msgpack.decode(kept, type=dict[str, Names])

    def recall(self, source: str) -> Names | None:
        return self._known.get(key_of(source))

    def keep(self, source: str, names: Names) -> None:
        """Remember; written at once, since the program may end at any time."""
        self._known[key_of(source)] = names
        self.memory.write(NOUN, self.program, msgspec.msgpack.encode(self._known))


def key_of(source: str) -> str:
    return hashlib.blake2b(source.encode(), digest_size=12).hexdigest()
