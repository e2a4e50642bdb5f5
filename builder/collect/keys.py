"""The receiver's secrets, from the environment alone: never a file of the site, never an argument, never printed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from builder.errors import ConfigError
from builder.sources.callback_keys import CALLBACK_KEYS, callback_keys

REDACT_KEY = "AFTERCAST_REDACT_KEY"
NO_KEY = "--insecure-no-key"


def required_callback_keys(environ: Mapping[str, str], *, insecure: bool) -> tuple[bytes, ...]:
    """Return the callback keys; without one, refuse unless `insecure` was spelled out."""
    if insecure and not environ.get(CALLBACK_KEYS):
        return ()
    keys = callback_keys(environ)
    if not keys:
        raise ConfigError(
            f"the environment: `{CALLBACK_KEYS}` expected the key of the callback template, found none",
            hint=f"set it (two, comma-separated, while you rotate), or accept anything from anyone with `{NO_KEY}`",
        )
    return keys


def has_outer_blanks(keys: Sequence[bytes]) -> bool:
    """Say whether a key begins or ends with white space: allowed, but most often a slip."""
    return any(key != key.strip() for key in keys)


def redaction_key(environ: Mapping[str, str]) -> bytes:
    """Return the key of redaction hashes: its own, or one derived from the first callback key."""
    own = environ.get(REDACT_KEY, "")
    if own:
        return hashlib.blake2b(own.encode("utf-8", "surrogateescape"), person=b"redact").digest()
    keys = callback_keys(environ)
    if keys:
        return hashlib.blake2b(keys[0], person=b"redact-derived").digest()
    raise ConfigError(
        f"the environment: redaction expected `{REDACT_KEY}` or `{CALLBACK_KEYS}`, found neither",
        hint="the same key must be set whenever you redact, or equal secrets get different hashes",
    )
