"""`aftercast build`: bring the output up to date."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
import msgspec

from builder.build import BuildReport, Options, build, judge
from builder.cli.common import (
    jobs_of,
    jobs_option,
    json_option,
    note,
    places_to_build,
    site_options,
    tell_problems,
)
from builder.cli.meter import Meter
from builder.errors import VerificationError
from builder.model import Counts
from builder.places import Places
from builder.wording import count
from builder.workshop import Workshop

SHOWN_DIFFERENCES = 20


@click.command(short_help="Build the site: write the pages that are new or changed.")
@site_options
@json_option
@jobs_option
@click.option("--clean", is_flag=True, help="Look at every page and every file, trusting nothing.")
@click.option("--strict", is_flag=True, help="Exit with 3 when records were set aside or curation matched nothing.")
@click.option("--expect-changes", is_flag=True, help="Exit with 4 when nothing changed.")
@click.option("--wait", is_flag=True, help="Wait for another build instead of exiting with 6.")
@click.option("--adopt", is_flag=True, help="Take over an output folder that aftercast did not make.")
@click.option(
    "--allow-removal",
    is_flag=True,
    help="Go on when all broadcasts, or more than 20 and a tenth of them, would vanish.",
)
@click.option("--allow-exposure", is_flag=True, help="Go on when something that a file in replays/ hid would be seen.")
@click.option("--no-redirects", is_flag=True, help="Do not write moved addresses into redirects.yaml.")
@click.option("--dry-run", is_flag=True, help="Say what would change and why; write no page.")
@click.option("--explain", is_flag=True, help="Say why each page was written.")
@click.option(
    "--verify", is_flag=True, help="Afterwards build anew elsewhere and compare; exit with 8 when they differ."
)
def command(source: Path, output: Path | None, state: Path | None, as_json: bool, **flags: Any) -> None:
    """Build the site: read what is new, write the pages that it touches.

    \b
    Example:  aftercast build --source site_src --output output
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    places = places_to_build(source, output, state)
    jobs = jobs_of(flags["jobs"])
    options = Options(
        jobs=jobs,
        clean=flags["clean"],
        strict=flags["strict"],
        expect_changes=flags["expect_changes"],
        wait=flags["wait"],
        adopt=flags["adopt"],
        allow_removal=flags["allow_removal"],
        allow_exposure=flags["allow_exposure"],
        write_redirects=not flags["no_redirects"],
        dry_run=flags["dry_run"],
    )
    with Meter() as meter:
        report = build(Workshop(places, os.environ), options, meter)
    tell(report, explain=flags["explain"] or flags["dry_run"], dry=flags["dry_run"])
    if as_json:
        click.echo(as_data(report))
    judge(report, options)
    if flags["verify"]:
        verify(places, jobs)


def tell(report: BuildReport, *, explain: bool, dry: bool) -> None:
    """Say on stderr what happened: warnings, problems, reasons, then the figures in one line."""
    for warning in report.warnings:
        note(warning)
    tell_problems(report.problems)
    if explain:
        for path, why in report.written:
            note(f"{'would write' if dry else 'wrote'} {path}: {why}")
        for path in report.removed:
            note(f"{'would remove' if dry else 'removed'} {path}")
    for old, new in report.redirects:
        note(f"{'would add' if dry else 'added'} to redirects.yaml: {old} → {new}")
    note(summary(report, dry=dry))


def summary(report: BuildReport, *, dry: bool) -> str:
    pages, read = report.pages, report.new
    write, keep, remove = ("would write", "keep", "remove") if dry else ("wrote", "kept", "removed")
    return (
        f"{count(read.read, 'new record')} ({read.accepted} used, {read.duplicate} repeated, "
        f"{read.ignored} ignored, {read.quarantined} set aside); "
        f"{count(report.sessions, 'broadcast')}; "
        f"{write} {pages.written}, {keep} {pages.unchanged}, {remove} {count(len(report.removed), 'file')} "
        f"in {report.seconds:.2f} s"
    )


def as_data(report: BuildReport) -> str:
    """Return DESIGN's `build --json` object."""
    data = {
        "recordings": counts(report.recordings),
        "new": counts(report.new),
        "sessions": report.sessions,
        "pages": {name: getattr(report.pages, name) for name in ("written", "unchanged", "removed")},
        "seconds": report.seconds,
    }
    return msgspec.json.encode(data).decode()


def counts(value: Counts) -> dict[str, int]:
    return {name: getattr(value, name) for name in ("read", "accepted", "duplicate", "ignored", "quarantined")}


def verify(places: Places, jobs: int) -> None:
    """Build the site anew in a scratch folder and compare every file with the output."""
    import tempfile  # here and below: a build without `--verify` starts faster

    from builder.verify import differences

    with tempfile.TemporaryDirectory(prefix="aftercast-verify-") as scratch:
        clean = msgspec.structs.replace(places, output=Path(scratch) / "output", state=Path(scratch) / "state")
        build(Workshop(clean, os.environ), Options(jobs=jobs, write_redirects=False))
        found = differences(places.output, clean.output)
    if not found:
        note("verified: a clean build gives the same files")
        return
    for line in found[:SHOWN_DIFFERENCES]:
        note(line)
    raise VerificationError(
        f"{count(len(found), 'file')} in `{places.output}` differ from a clean build",
        hint="`aftercast build --clean` mends the output",
    )
