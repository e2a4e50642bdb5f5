"""Harmless names for what may hold anything, or says too much: streams, groups of files, accounts. Pure.

What can be the name of a stream, or of a file, at all is said here too.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, TypeGuard

FILE_ID = re.compile(r"[0-9]{1,25}", re.ASCII)


def hashed(*texts: str) -> str:
    """Return sixteen hexadecimal digits that stand for the texts, in their order."""
    return hashlib.blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def is_name(value: Any) -> TypeGuard[str]:
    """Say whether a value of an answer can be the name of a stream: a text that can be written."""
    return isinstance(value, str) and value.isprintable() and bool(value)


def is_file_id(text: str) -> bool:
    """Say whether the media library can know a file by this id: a number, which is a harmless name too."""
    return FILE_ID.fullmatch(text) is not None
