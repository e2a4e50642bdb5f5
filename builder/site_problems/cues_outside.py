"""What lies beside a curation and tells of more than its broadcast: captions and storyboards of a longer show.

As chapters outside a broadcast they are not shown there, and that is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from builder.model import Captions, Problem, Storyboard
from builder.pages import Site
from builder.pages.attachment import goes_beyond


def cue_outside_problems(site: Site) -> Iterator[Problem]:
    """Yield a problem for each file of captions or pictures that goes on behind the end of its broadcast."""
    files: tuple[Captions | Storyboard, ...] = (*site.content.captions, *site.content.storyboards)
    for file in files:
        sessions = map(site.catalog.session, site.catalog.curated_ids(file.curation))
        beyond = (one for one in sessions if one and not one.tombstone and goes_beyond(one, file.last_ms))
        session = next(beyond, None)
        if session is not None:
            seconds = (session.whole.end_ms - session.zero_ms) / 1000
            message = (
                f"the last cue begins at {file.last_ms / 1000:.10g} s, the broadcast ends at {seconds:.10g} s;"
                " what goes beyond is not shown"
            )
            yield Problem("cue_outside", message, source=file.source)
