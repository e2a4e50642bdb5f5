"""Names that become part of an address: what they may be, and who has claimed them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from builder.content.front import ContentFile
from builder.errors import ConfigError
from builder.fields import Parser, Place, free_path
from builder.redirects import below_root
from builder.strict_yaml import Node, Scalar

MAX_SLUG = 64
SLUG = re.compile(rf"(?=.{{1,{MAX_SLUG}}}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
_DEVICES = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")  # names that some file systems keep for devices
PAGE_SLUGS = {"404", "api", "assets", "embed", "feed", "index", "replays", "robots", "search", "sitemap", "static"}
PAGE_SLUGS |= {"tags", "vj", "vjs"}  # top-level addresses of the site
VJ_SLUGS = {"in", "index"}


def check_slug(file: ContentFile, slug: str, reserved: Collection[str]) -> str:
    """Return a file's slug, or raise: not an address, or an address of the site itself."""
    written = file.source.rsplit("/", 1)[-1]
    name = f"`{written}`"
    if not SLUG.fullmatch(slug):
        expected = f"a file name of `a-z`, `0-9` and single `-`, at most {MAX_SLUG} long"
        raise file.error(expected, name, hint=_meant(slug, written.removeprefix(slug), reserved))
    if _DEVICES.fullmatch(slug):
        raise file.error("a file name that no system keeps for a device", name)
    if slug in reserved:
        raise file.error("a name that is not an address of the site itself", f"`{slug}`")
    return slug


def _meant(slug: str, ending: str, reserved: Collection[str]) -> str:
    """Return a hint of the nearest name that may be; a file of that name would be of the same person or page."""
    letters = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", slug)).casefold()  # without their marks
    plain = re.sub("[^a-z0-9]+", "-", letters).strip("-")
    if not SLUG.fullmatch(plain) or _DEVICES.fullmatch(plain) or plain in reserved:
        return ""
    return f"call it `{plain}{ending}`, unless there is one already"


def former(base: str) -> Parser[str]:
    """Make a parser of former addresses under `base`: a slug or a whole site path, returned as a site path."""

    def parse(node: Node, place: Place) -> str:
        if isinstance(node, Scalar) and SLUG.fullmatch(node.text):
            return f"{base}{node.text}/"
        return free_path(node, place)

    return parse


class Claims:
    """Which address holds which path; a second claim on a path is an error that names both files.

    A former address leads on in every language, so one below the root of a language is the same one without it; and
    then even its holder must not claim it twice.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = languages
        self._holders: dict[str, tuple[str, str, ContentFile]] = {}

    def claim(self, path: str, address: str, file: ContentFile, *, field: str = "") -> None:
        """Claim a path for what lives at `address`; `field` is where the file names it."""
        place = below_root(path, self._languages)
        held_by, spelled, first = self._holders.setdefault(place, (address, path, file))
        if (held_by, spelled) != (address, path):
            raise ConfigError(
                f"{file.place(field)}: `aliases` expected a free path, found `{path}`, claimed by {first.name}"
            )
