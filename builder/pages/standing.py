"""What stands at an address of the site, and which page takes over from a list that is no more.

Addresses here are below the root of their language and without a leading "/": "replays/2022/01/13/".
"""

from __future__ import annotations

from builder.pages import paths
from builder.pages.day import Day
from builder.pages.home import Home
from builder.pages.kind import CutKind, Kind
from builder.pages.month import Month
from builder.pages.not_found import NotFound
from builder.pages.page import Page
from builder.pages.site import Site
from builder.pages.tag import Tag
from builder.pages.tags import Tags, tags_by_folder
from builder.pages.tombstone import TombstoneKind
from builder.pages.vj import VjKind
from builder.pages.vj_month import VjMonth
from builder.pages.vjs import Vjs
from builder.pages.watch import Watch
from builder.pages.year import Year
from builder.pages.years import Years

_TOMBSTONE = TombstoneKind()
BROADCASTS: tuple[Kind, ...] = (Watch(), _TOMBSTONE)
PAGES: tuple[Kind, ...] = (
    Page(),
    Tag(),
    Tags(),
    VjMonth(),
    VjKind(),
    Vjs(),
    Day(),
    Month(),
    Year(),
    Years(),
    NotFound(),
    Home(),
)
CUT_LISTS = tuple(kind for kind in PAGES if isinstance(kind, CutKind))
_BY_NAME = {kind.name: kind for kind in (*BROADCASTS, *PAGES)}
WAYS_IN = ("", "replays/", "vj/")  # pages that lead to all others: home, the calendar, the VJs


def stands(site: Site, path: str) -> bool:
    """Say whether an address has a page of its own, as the catalog and `outputs:` are."""
    kind, name = paths.read(path)
    if kind == "watch" and site.has("tombstone") and _TOMBSTONE.stands(site, name):
        return True
    if kind == "tag":
        name = _tag_named(site, name)
    return kind in _BY_NAME and site.has(kind) and _BY_NAME[kind].stands(site, name)


def is_on(site: Site, path: str) -> bool:
    """Say whether pages of an address's kind are made; a tombstone stands where the watch page stood."""
    kind, name = paths.read(path)
    return site.has("tombstone" if kind == "watch" and _TOMBSTONE.stands(site, name) else kind)


def nearest(site: Site, path: str) -> str | None:
    """Return the nearest page above an address: of a day without broadcasts the month, at last the home page.

    A site without one has other ways in, or none.
    """
    while path and not stands(site, path := above(path)):
        pass
    return next((page for page in (path, *WAYS_IN) if stands(site, page)), None)


def above(path: str) -> str:
    """Return the address that one lies below, "" for those at the root."""
    return path.rstrip("/").rpartition("/")[0] + "/" if "/" in path.rstrip("/") else ""


def _tag_named(site: Site, name: str) -> str:
    """Return a tag page's name by that with the tag's folder in it."""
    period, _, folder = name.partition("|")
    tag, _ = tags_by_folder(site).get(folder, ("", 0))
    return f"{period}|{tag}"
