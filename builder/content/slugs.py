"""Names that become part of an address: what they may be, and who has claimed them."""

from __future__ import annotations

import re
from collections.abc import Collection

from builder.content.front import ContentFile
from builder.errors import ConfigError
from builder.fields import Parser, Place, site_path
from builder.strict_yaml import Node, Scalar

MAX_SLUG = 64
SLUG = re.compile(rf"(?=.{{1,{MAX_SLUG}}}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
_DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")  # names that some file systems keep for devices
PAGE_SLUGS = {"404", "api", "assets", "embed", "feed", "index", "replays", "robots", "search", "sitemap", "static"}
PAGE_SLUGS |= {"tags", "vj", "vjs"}  # top-level addresses of the site
VJ_SLUGS = {"in", "index"}


def check_slug(file: ContentFile, slug: str, reserved: Collection[str]) -> str:
    """Return a file's slug, or raise: not an address, or an address of the site itself."""
    if not SLUG.fullmatch(slug) or _DEVICES.fullmatch(slug):
        raise file.error(
            f"a file name of `a-z`, `0-9` and single `-`, at most {MAX_SLUG} long",
            f"`{file.source.rsplit('/', 1)[-1]}`",
        )
    if slug in reserved:
        raise file.error("a name that is not an address of the site itself", f"`{slug}`")
    return slug


def former(base: str) -> Parser[str]:
    """Make a parser of former addresses under `base`: a slug or a whole site path, returned as a site path."""

    def parse(node: Node, place: Place) -> str:
        if isinstance(node, Scalar) and SLUG.fullmatch(node.text):
            return f"{base}{node.text}/"
        return site_path(node, place)

    return parse


class Claims:
    """Who claimed what; a second claim is an error that names both files."""

    def __init__(self) -> None:
        self._holders: dict[str, str] = {}

    def claim(self, name: str, file: ContentFile, what: str) -> None:
        holder = self._holders.setdefault(name, file.name)
        if holder != file.name:
            raise ConfigError(f"{file.name}: {what} expected to be free, found it claimed by {holder}")
