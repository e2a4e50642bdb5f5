"""The order of the steps of a build, to be read aloud.

Read what is new and regroup what it touches; note which pages that makes stale; keep moved addresses alive, those of
broadcasts first, for curation follows them; make the stale pages beside their targets; let them be seen in a safe
order; remove what must go; remember. A clean build is the same with every page stale.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from itertools import chain

import msgspec

from builder.catalog import Catalog, RefreshReport
from builder.catalog.ledger import Ledger
from builder.errors import NothingChangedError, StrictError
from builder.lines import with_lines
from builder.lock import locked
from builder.model import Counts, Problem, Value
from builder.moved import (
    Keeping,
    Moved,
    keep_addresses_alive,
    moved_aliases,
    moved_lists,
    moved_sessions,
    remember_aliases,
)
from builder.news import follow, read_news, rehearse_what_hides
from builder.output import OutputFolder, claim, marker_stamp
from builder.progress import Progress, unseen
from builder.publication import Publication, Published
from builder.renamed import perhaps_renamed
from builder.site_problems import site_problems
from builder.stale import note_changed_inputs, note_pieces, output_id, stale_pages
from builder.wording import count
from builder.workshop import Workshop

# What `--strict` refuses besides quarantined records.
STRICT = frozenset({"curation_unmatched", "curation_twice", "content_unread"})


class Options(Value, frozen=True):
    """How to build; the defaults are those of the command."""

    jobs: int = 1
    clean: bool = False  # trust no manifest: look at every page and every file
    strict: bool = False
    expect_changes: bool = False
    wait: bool = False
    adopt: bool = False
    allow_removal: bool = False
    allow_exposure: bool = False
    write_redirects: bool = True
    dry_run: bool = False


class PageCounts(Value, frozen=True):
    written: int = 0  # every file written under the output
    unchanged: int = 0
    removed: int = 0


class BuildReport(Value, frozen=True):
    """What a build did: the figures of `build --json`, and what the command line says beside them."""

    recordings: Counts
    new: Counts
    sessions: int
    pages: PageCounts
    seconds: float
    written: tuple[tuple[str, str], ...] = ()  # (path, why), the first ones
    removed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    redirects: tuple[tuple[str, str], ...] = ()  # added to redirects.yaml
    refused: int = 0  # problems that `strict` refuses, of the whole catalog; 0 without it


def build(workshop: Workshop, options: Options, progress: Progress = unseen) -> BuildReport:
    """Bring the output up to date. Raises an `AftercastError` when it cannot, with the old pages still in place."""
    began = time.monotonic()
    places = workshop.places
    with (
        locked(places.lock, wait=options.wait, what=f"`{places.source}`"),
        Catalog.open(places.state) as catalog,
    ):
        report = build_with(workshop, catalog, options, progress)
        refused = standing_problems(catalog, workshop.problems()) if options.strict else 0
    return msgspec.structs.replace(report, seconds=round(time.monotonic() - began, 3), refused=refused)


def build_with(workshop: Workshop, catalog: Catalog, options: Options, progress: Progress) -> BuildReport:
    """Build with a catalog that is open and locked; the steps."""
    ledger = Ledger(catalog.connection, output_id(workshop.places))
    outputs = (ledger.output,)
    if options.dry_run:
        rehearse_what_hides(catalog)
    read = read_news(
        workshop,
        catalog,
        output_ids=outputs,
        allow_removal=options.allow_removal,
        allow_exposure=options.allow_exposure,
        jobs=options.jobs,
        progress=progress,
    )
    folder, anew = claimed(workshop, catalog, ledger, options)
    with catalog.transaction():
        note_changed_inputs(ledger, workshop.site(catalog), workshop.digests(), everything=anew)
    keeping = keeping_of(options)
    moved = keep_addresses_alive(workshop, catalog, ledger, moved_sessions, keeping=keeping)
    read = follow(workshop, catalog, read, output_ids=outputs, jobs=options.jobs)
    with catalog.transaction():
        note_pieces(ledger, workshop.site(catalog))
    for find in (moved_aliases, moved_lists):
        moved = keep_addresses_alive(workshop, catalog, ledger, find, keeping=keeping, before=moved)
    renamed = tuple(perhaps_renamed(workshop.site(catalog), ledger))
    if not options.dry_run:
        remember_aliases(workshop.site(catalog), ledger)
    if anew and not options.dry_run:
        with catalog.transaction():
            ledger.forget()
    stale = stale_pages(ledger, workshop.site(catalog))
    publication = Publication(workshop, catalog, ledger, folder, prune=bool(anew), dry=options.dry_run)
    published = publication.run(stale, options.jobs, progress)
    return report_of(workshop, catalog, read, published, moved, renamed=renamed)


def claimed(workshop: Workshop, catalog: Catalog, ledger: Ledger, options: Options) -> tuple[OutputFolder, str]:
    """Make the output folder ours; return it and why nothing in it can be trusted ("" = the manifest holds)."""
    places, root = workshop.places, workshop.places.output
    known = not ledger.is_empty()
    why = "everything was asked for" if options.clean else "nothing was built here before"
    if known and not options.clean:
        why = mistrust(ledger.marker(), marker_stamp(root))
    if options.dry_run:
        return OutputFolder(root), why
    folder = claim(
        root,
        base_url=workshop.config.base_url,
        source=places.source,
        known=known,
        adopt=options.adopt,
        renew=bool(why),
    )
    with catalog.transaction():
        ledger.register(os.fsencode(root).decode("utf-8", "replace"))  # a name need not be text
        if ledger.marker() != (stamp := marker_stamp(root)):
            ledger.store_marker(stamp)
    return folder, why


def mistrust(ours: int, found: int) -> str:
    """Say why the manifest cannot describe the folder, from the marker that we wrote and the one that is there."""
    if not found:
        return "the output folder was emptied"
    return "" if found == ours else "another build wrote to the output folder"


def keeping_of(options: Options) -> Keeping:
    if options.dry_run:
        return Keeping.SUPPOSE
    return Keeping.WRITE if options.write_redirects else Keeping.TELL


def report_of(
    workshop: Workshop,
    catalog: Catalog,
    read: RefreshReport,
    published: Published,
    moved: Moved,
    *,
    renamed: Iterable[str],
) -> BuildReport:
    """Put together what there is to say."""
    warnings = [read.warning, *workshop.warnings(), *renamed, waiting(catalog, read.problems)]
    of_site = site_problems(workshop.site(catalog))
    problems = (*read.problems, *workshop.problems(), *of_site, *moved.problems)
    return BuildReport(
        recordings=read.counts,
        new=read.new,
        sessions=catalog.session_count(),
        pages=PageCounts(published.written, published.unchanged, len(published.removed)),
        seconds=0.0,
        written=published.reasons,
        removed=published.removed,
        problems=tuple(with_lines(problems, workshop.places.source)),
        warnings=tuple(warning for warning in warnings if warning),
        redirects=moved.added,
    )


def waiting(catalog: Catalog, told: Iterable[Problem]) -> str:
    """Say how many recordings wait for their host, where not all are told: the settings may be what is wrong."""
    number = catalog.waiting_count()
    if number <= sum(problem.code == "media_host" for problem in told):
        return ""
    recordings = count(number, "recording is", "recordings are")
    return f"{recordings} set aside for a host that is not in `media.hosts`; see `aftercast problems`"


def standing_problems(catalog: Catalog, written: Iterable[Problem]) -> int:
    """Count what `--strict` refuses in the whole catalog: a second run must not pass for having read nothing new."""
    found = chain((note.problem for note in catalog.problems()), written)
    return sum(problem.quarantined or problem.code in STRICT for problem in found)


def judge(report: BuildReport, options: Options) -> None:
    """Raise where a build that was done counts as a failure because that was asked for."""
    pages = report.pages
    if report.refused:
        raise StrictError(
            f"{count(report.refused, 'problem')} found and `--strict` given",
            hint="`aftercast problems` lists them",
        )
    if options.expect_changes and not pages.written and not pages.removed:
        raise NothingChangedError("nothing changed and `--expect-changes` given")
