"""What no file alone shows to be wrong: what people wrote beside what the records tell, and beside each other."""

from __future__ import annotations

from itertools import chain

from builder.contested import contested_problems
from builder.counted import counted_problems
from builder.dead_ends import dead_end_problems
from builder.missing import missing_problems
from builder.model import Problem
from builder.outside import outside_problems
from builder.pages import Site
from builder.unmatched import unmatched_problems

KINDS = (
    contested_problems,
    counted_problems,
    dead_end_problems,
    missing_problems,
    outside_problems,
    unmatched_problems,
)


def site_problems(site: Site) -> list[Problem]:
    """Return the problems of a site as it stands, which every build finds again."""
    return list(chain.from_iterable(problems_of(site) for problems_of in KINDS))
