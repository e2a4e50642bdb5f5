"""The keys of the callback template, as the environment gives them to all that sign or check signatures."""

from __future__ import annotations

from collections.abc import Mapping

from builder.errors import ConfigError

CALLBACK_KEYS = "AFTERCAST_CALLBACK_KEYS"


def callback_keys(environ: Mapping[str, str]) -> tuple[bytes, ...]:
    """Return the keys of the callback template, comma-separated in the environment; none when it is unset."""
    text = environ.get(CALLBACK_KEYS)
    if text is None:
        return ()
    keys = text.split(",")
    for number, key in enumerate(keys, 1):
        if not key:
            raise ConfigError(
                f"the environment: `{CALLBACK_KEYS}` expected keys separated by commas, found key {number} empty"
            )
        if any("\ud800" <= letter <= "\udfff" for letter in key):  # a byte that the system could not decode
            raise ConfigError(f"the environment: `{CALLBACK_KEYS}` expected UTF-8, found other bytes in key {number}")
    return tuple(key.encode() for key in keys)


def callback_keys_if_any(environ: Mapping[str, str]) -> tuple[bytes, ...]:
    """Return the keys where none are needed: there an empty variable is as good as none."""
    return callback_keys(environ) if environ.get(CALLBACK_KEYS) else ()
