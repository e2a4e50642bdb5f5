"""Dead ends: lines of `redirects.yaml` that lead to no page and no file, so that their addresses are dead.

A list may come with the next record, and a draft is no page on purpose: lines to them are not told. Neither are those
whose old path is that of a replay or of a VJ's month, as builds write them: they die with the replay, and whoever takes
old records away would be told of all their addresses for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from builder import inside
from builder.model import Problem
from builder.pages import Site, paths
from builder.pages.redirect import leads
from builder.pages.site import MEDIA_STATIC, static_name
from builder.pages.standing import stands
from builder.redirects import FILE, MAX_BYTES, lines_of
from builder.snapshot import Facts, facts_of

OF_BUILDS = ("watch", "vj_month")  # kinds of old paths
LOOKED_UP = 1_000  # lines; each costs 30 µs in every build, and those of a site that moved here may be very many
SINGLE = ("home", "years", "page", "vj", "watch")  # kinds of targets that no record brings by itself
ASSETS = "assets/"


def dead_end_problems(site: Site) -> Iterator[Problem]:
    """Yield a problem for each such line."""
    by_hand = (old for old in site.redirects.targets if paths.read(old[1:])[0] not in OF_BUILDS)
    for old in islice(by_hand, LOOKED_UP):
        if not stands(site, old[1:]) and (why := _why_dead(site, old)):
            line = _lines(site.source, facts_of(str(site.source / FILE)), site.config.left_out).get(old, 0)
            yield Problem("target_missing", f"expected {why}", source=FILE, line=line, field=old)


def _why_dead(site: Site, old: str) -> str:
    """Return what was expected of the end to which a line leads, and what was found; "" where that is fine."""
    end = site.redirects.target_of(old, lambda path: stands(site, path[1:]))
    if not end:
        return "a page of the site, found the way back to itself"
    if end.startswith(MEDIA_STATIC):
        return "" if static_name(end) in site.assets else f"a file in `static/`, found none at `{end}`"
    kind, name = paths.read(end[1:])
    if _may_come(site, end[1:]) or stands(site, end[1:]) or leads(site, end[1:]) is not None:
        return ""
    is_draft = kind == "watch" and site.catalog.session(name) is not None
    return "" if is_draft else f"a page of the site, found none at `{end}`"


def _may_come(site: Site, path: str) -> bool:
    """Say whether a record may bring what lies at a path, or others may have put it there: a file that is not ours."""
    kind, _ = paths.read(path)
    if kind:
        return kind not in SINGLE
    if path.startswith(ASSETS):
        return f"/{path}" in site.assets.values()
    return "." in path.rpartition("/")[2]


@lru_cache(maxsize=1)  # a process that stays asks again with every record
def _lines(folder: Path, _facts: Facts | None, base: str) -> dict[str, int]:
    return lines_of((inside.read(folder, FILE, MAX_BYTES) or b"").decode("utf-8-sig", "replace"), base)
