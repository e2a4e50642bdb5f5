"""The base path: the folder of its host that a site lives in, such as `/shows/` of `https://example.com/shows/`.

Whoever copies an address of the site from the browser copies it too; what people write may begin with it or not.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import unquote, urlsplit

OURS = {"assets", "replays", "static", "tags", "vj"}  # folders of every site


def left_out(base_url: str, names: Collection[str]) -> str:
    """Return the base path where addresses can be told from it; "" where the site has a folder of its own so named.

    `names` are those of its languages and pages: with a page `shows`, `/shows/` is that page, as it is written.
    """
    path = urlsplit(base_url).path
    return "" if path in ("", "/") or path.split("/")[1] in {*OURS, *names} else path


def below(path: str, base: str) -> str:
    """Return an address without the base path; one that does not begin with it (or where there is none) as it is."""
    for written in (base, unquote(base)) if base else ():
        if f"{path}/".startswith(written):
            return f"/{path[len(written) :].lstrip('/')}"
    return path
