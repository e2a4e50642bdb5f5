"""A raw request target → the name of a built file, by look-up alone: no file-system arithmetic."""

from __future__ import annotations

import re
from collections.abc import Container
from urllib.parse import quote, unquote_to_bytes

BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
LONGEST = 2048


def requested(raw_path: bytes) -> str | None:
    """Decode a raw path once; None when it is not a plain absolute path (dots, controls, backslashes …)."""
    if len(raw_path) > LONGEST or not raw_path.startswith(b"/") or BAD_ESCAPE.search(raw_path):
        return None
    try:
        path = unquote_to_bytes(raw_path).decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 for letter in path) or "\\" in path:
        return None
    segments = path.split("/")[1:]
    if any(segment in {".", ".."} or segment.startswith(".") for segment in segments) or "" in segments[:-1]:
        return None
    return path[1:]


def built_file(path: str, built: Container[str]) -> str | None:
    """Return the built file that answers `path` (as decoded by `requested`), or None."""
    name = path + "index.html" if path == "" or path.endswith("/") else path
    return name if name in built else None


def folder_redirect(path: str, built: Container[str]) -> str | None:
    """Return the address with the slash that was forgotten, when there is a page."""
    if path and not path.endswith("/") and f"{path}/index.html" in built:
        return "/" + quote(path) + "/"
    return None
