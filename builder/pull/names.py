"""Harmless names for what may hold anything, or says too much: streams, groups of files, accounts. Pure.

What can be the name of a stream at all is said here too.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeGuard


def hashed(*texts: str) -> str:
    """Return sixteen hexadecimal digits that stand for the texts, in their order."""
    return hashlib.blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def is_name(value: Any) -> TypeGuard[str]:
    """Say whether a value of an answer can be the name of a stream: a text that can be written."""
    return isinstance(value, str) and value.isprintable() and bool(value)
