"""Harmless names for what may hold anything, or says too much: streams, groups of files, accounts. Pure."""

from __future__ import annotations

import hashlib


def hashed(*texts: str) -> str:
    """Return sixteen hexadecimal digits that stand for the texts, in their order."""
    return hashlib.blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
