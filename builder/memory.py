"""What was made of the same files before, kept in the state folder so that a start need not make it again.

One file per noun: a digest that seals it, then what the value was made of, then the value. A file that is lost,
damaged, or made of other things is made again; nothing but time depends on it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")
SEAL_BYTES = 16


class Memory:
    """Values by noun, each with the digest of what it was made of; without a folder it remembers nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def recall(
        self, noun: str, made_of: str, kind: type[T], make: Callable[[], T], still: Callable[[], bool] | None = None
    ) -> T:
        """Return the value that was made of the same things before, or make it and keep it.

        `still`, where making reads files again: whether they are what `made_of` says; a value of others is not kept.
        """
        if (kept := self.read(noun, made_of)) is not None:
            with contextlib.suppress(msgspec.DecodeError):  # of another shape: made again
                return msgspec.msgpack.decode(kept, type=kind)
        value = make()
        if still is None or still():
            self.write(noun, made_of, msgspec.msgpack.encode(value))
        return value

    def read(self, noun: str, made_of: str) -> bytes | None:
        """Return what `write` was given for these things; None when it is not there whole."""
        if self.folder is None:
            return None
        try:
            kept = (self.folder / f"{noun}.kept").read_bytes()
        except OSError:
            return None
        mark = made_of.encode()
        if kept[SEAL_BYTES:].startswith(mark) and kept[:SEAL_BYTES] == _seal(kept[SEAL_BYTES:]):
            return kept[SEAL_BYTES + len(mark) :]
        return None

    def write(self, noun: str, made_of: str, value: bytes) -> None:
        """Keep a value: beside and renamed, since several processes may do so at once."""
        if self.folder is None:
            return
        whole = made_of.encode() + value
        temporary = self.folder / f"{noun}.{os.getpid()}.new"
        with contextlib.suppress(OSError):  # what cannot be kept costs time, not correctness
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(_seal(whole) + whole)
            temporary.replace(self.folder / f"{noun}.kept")


def digest_of_parts(parts: Iterable[str | bytes]) -> str:
    """Return the digest of a list of texts and bytes, such as names and contents of files."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(b"%d\0" % len(raw))
        digest.update(raw)
    return digest.hexdigest()


def _seal(whole: bytes) -> bytes:
    return hashlib.blake2b(whole, digest_size=SEAL_BYTES).digest()
