"""Who may ask for what: the checks before a request is looked at. Pure; every rule is RELIABILITY 2.9's."""

from __future__ import annotations

import re

HOST = re.compile(
    r"(?P<name>\[::1\]|127\.0\.0\.1|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*localhost)(?::(?P<port>[0-9]{1,5}))?"
)
METHODS = frozenset({"GET", "HEAD"})


def host_is_allowed(host: str, port: int, extra: frozenset[str]) -> bool:
    """Say whether a Host header names this server: loopback, the very port; `extra` holds names bound by a flag."""
    lowered = host.lower()
    if lowered in extra:
        return True
    found = HOST.fullmatch(lowered)
    return found is not None and int(found["port"] or 80) == port


def origin_is_ours(origin: str, host: str) -> bool:
    """Say whether an Origin header is this very page's origin."""
    return origin.lower() == f"http://{host.lower()}"


def stream_is_allowed(origin: str | None, host: str, fetch_site: str | None) -> bool:
    """Say whether the event stream may be opened: exactly our origin, or none from a same-origin fetch."""
    if origin is not None:
        return origin_is_ours(origin, host) and fetch_site in {None, "same-origin"}
    return fetch_site == "same-origin"


def is_foreign_script(fetch_site: str | None, fetch_dest: str | None) -> bool:
    """Say whether another site includes our files as scripts, to read what they say."""
    return fetch_site in {"cross-site", "same-site"} and fetch_dest in {"script", "worker", "sharedworker"}
