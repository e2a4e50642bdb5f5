"""What two claim and one has: an alias where a page lives, and a stream that profiles claim alike.

Files that contradict each other stop a build when they are read. These contradictions only the records show, which
nobody foresees: they are problems, and what happens is the same each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from builder.content.curation import former_paths
from builder.model import Problem
from builder.pages import Site
from builder.pages.standing import stands
from builder.sessions.claims import contested
from builder.wording import count


def contested_problems(site: Site) -> list[Problem]:
    """Return the aliases that have no effect and the streams that are one profile's by text order alone."""
    return [*_taken_aliases(site), *_streams_claimed_alike(site)]


def _taken_aliases(site: Site) -> Iterator[Problem]:
    content = site.content
    stated = [
        *((vj.source, vj.aliases) for vj in content.vjs),
        *((curation.source, former_paths(curation)) for curation in content.curations),
        *((page.source, page.aliases) for page in content.pages),
    ]
    for source, aliases in stated:
        for path in aliases:
            if stands(site, path[1:]):
                message = "of `aliases` has no effect: a page of the site has this address"
                yield Problem("alias_taken", message, source=source, field=path)


def _streams_claimed_alike(site: Site) -> Iterator[Problem]:
    """Say for each profile how many of its streams went to another; their ids are for the operator alone."""
    alike = contested(site.content.vjs, site.catalog.told_streams)
    lost = {(stream, one.vj.source, other.vj.source) for stream, one, other in alike}  # however many globs say so
    counts = Counter((has, source) for _, has, source in lost)
    for (has, source), number in sorted(counts.items()):
        what = count(number, "stream")
        why = f"claims {what} that `{has}` claims just as exactly and has, by the order of the texts"
        message = f"{why}; narrow one of the claims (`aftercast streams` lists them)"
        yield Problem("claims_alike", message, source=source, field="streams")
