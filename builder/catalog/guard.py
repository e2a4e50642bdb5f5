"""Guard: refuse to unpublish much at once, and say what was found wrong on the way.

It is mostly a folder that was moved away or not mounted, or a slip in the settings that no record passes any more; so
what the refused run set aside, which is forgotten with it, is told by its codes, the most frequent one in full.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from builder.catalog.catalog import Catalog
from builder.errors import RemovalError
from builder.sources import FOLDER

REMOVAL_SESSIONS = 20  # sessions that may vanish in one run …
REMOVAL_SHARE = 10  # … or percent of them; but never all
COUNTED_PROBLEMS = 1_000
ON_PURPOSE = "if their records were removed on purpose, run `aftercast build --allow-removal`"


def refuse_removal(catalog: Catalog, source: Path, removed: int, total: int) -> None:
    """Raise `RemovalError` where the run that is under way would unpublish too much."""
    if not removed:
        return
    if removed == total:
        missing = "" if (source / FOLDER).exists() else "the folder is missing, "
        every = "the only session" if total == 1 else f"all {total} sessions"
        what = f"{missing}{every} would vanish"
    elif removed > REMOVAL_SESSIONS and removed * 100 > total * REMOVAL_SHARE:
        limit = f"{REMOVAL_SESSIONS}, or {REMOVAL_SHARE} % where that is more"
        what = f"{removed} of {total} sessions would vanish; the limit of one run is {limit}"
    else:
        return
    found = _found(catalog)
    hint = f"look at what was set aside first; {ON_PURPOSE}" if found else ON_PURPOSE
    raise RemovalError(f"{FOLDER}/: {what}{found}", hint=hint)


def _found(catalog: Catalog) -> str:
    found = [note.problem for note in catalog.problems(COUNTED_PROBLEMS)]
    problems = [problem for problem in found if problem.quarantined]
    if not problems:
        return ""
    codes = Counter(problem.code for problem in problems).most_common()
    counts = ", ".join(f"{count} × `{code}`" for code, count in codes)
    first = next(problem for problem in problems if problem.code == codes[0][0])
    more = " and more" if len(found) == COUNTED_PROBLEMS else ""
    return f"; set aside were {counts}{more}, such as {first.sentence}"
