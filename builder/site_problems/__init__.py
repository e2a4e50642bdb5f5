"""What no file alone shows to be wrong: what people wrote beside what the records tell, and beside each other."""

from __future__ import annotations

from itertools import chain

from builder.model import Problem
from builder.pages import Site
from builder.site_problems.contested import contested_problems
from builder.site_problems.cues_outside import cue_outside_problems
from builder.site_problems.dead_ends import dead_end_problems
from builder.site_problems.missing import missing_problems
from builder.site_problems.moved_seconds import moved_seconds_problems
from builder.site_problems.unmatched_featured import unmatched_featured_problems

KINDS = (
    contested_problems,
    moved_seconds_problems,
    dead_end_problems,
    missing_problems,
    cue_outside_problems,
    unmatched_featured_problems,
)


def site_problems(site: Site) -> list[Problem]:
    """Return the problems of a site as it stands, which every build finds again."""
    return list(chain.from_iterable(problems_of(site) for problems_of in KINDS))
