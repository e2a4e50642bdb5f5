"""What profiles name and no replay is. What curation names is the catalog's to tell, since it makes the replays."""

from __future__ import annotations

from builder.model import Problem
from builder.pages import Site
from builder.pages.named import session_named
from builder.wording import count


def unmatched_featured_problems(site: Site) -> list[Problem]:
    """Return a problem for each profile whose `featured` matches no replay."""
    found = []
    for vj in site.content.vjs:
        lost = [name for name in vj.featured if session_named(site, name) is None]
        if lost:
            what = count(len(lost), "replay that does not exist", "replays that do not exist")
            message = f"`featured` names {what}, the first is `{lost[0][:80]}`"
            found.append(Problem("featured_unmatched", message, source=vj.source, field="featured"))
    return found
