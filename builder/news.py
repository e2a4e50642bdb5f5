"""News: what the sources have, read into the catalog; and curation by address, which follows its replay.

A curation may name its replay by a former address. `redirects.yaml` says where that leads, but whether a replay lives
there only the catalog knows: so curation is followed before records are read, and once more after. That is enough,
because no address depends on what is said of a replay by its address.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import add

import msgspec

from builder.catalog import Catalog, Refresh, RefreshReport
from builder.catalog.exposure import hides
from builder.catalog.findings import ABOUT_CURATION
from builder.model import Counts, Curation, PageKey, Session
from builder.pages import KINDS, paths
from builder.progress import Progress, unseen
from builder.workshop import Workshop

_replace = msgspec.structs.replace


def read_news(
    workshop: Workshop,
    catalog: Catalog,
    *,
    output_ids: tuple[str, ...] = (),
    allow_removal: bool = False,
    allow_exposure: bool = False,
    jobs: int | None = None,
    progress: Progress = unseen,
) -> RefreshReport:
    """Bring the catalog up to date with the sources and with what people wrote; raises what `Refresh` does."""
    read = _refreshed(
        workshop,
        catalog,
        output_ids,
        allow_removal=allow_removal,
        allow_exposure=allow_exposure,
        jobs=jobs,
        progress=progress,
    )
    return follow(workshop, catalog, read, output_ids=output_ids, jobs=jobs)


def follow(
    workshop: Workshop,
    catalog: Catalog,
    read: RefreshReport,
    *,
    output_ids: tuple[str, ...] = (),
    jobs: int | None = None,
) -> RefreshReport:
    """Let curation follow the addresses that moved since it was `read`; return the report of both."""
    told = (_path(curation) for curation in workshop.content.curations if curation.address)
    if workshop.redirects.targets.keys().isdisjoint(told):
        return read
    if _followed(workshop, catalog) == catalog.setting().rules.curations:
        return read
    again = _refreshed(workshop, catalog, output_ids, jobs=jobs)
    new = Counts(*map(add, msgspec.structs.astuple(read.new), msgspec.structs.astuple(again.new)))
    problems = (problem for problem in read.problems if problem.code not in ABOUT_CURATION)
    return _replace(read, counts=again.counts, new=new, problems=(*problems, *again.problems))


def rehearse_what_hides(catalog: Catalog) -> None:
    """Let what is read for an answer not last, where the next build must know what the last one hid."""
    if any(map(hides, catalog.setting().rules.curations)):
        catalog.rehearse()


def affected(workshop: Workshop, catalog: Catalog, before: Session | None, after: Session | None) -> Iterable[PageKey]:
    """Ask every kind which pages a changed session touches, as the catalog stands."""
    site = workshop.site(catalog)
    return [key for kind in KINDS for key in kind.affected(site, before, after)]


def _refreshed(
    workshop: Workshop,
    catalog: Catalog,
    output_ids: tuple[str, ...],
    *,
    allow_removal: bool = False,
    allow_exposure: bool = False,
    jobs: int | None = None,
    progress: Progress = unseen,
) -> RefreshReport:
    inputs = workshop.inputs()
    rules = _replace(inputs.rules, curations=_followed(workshop, catalog))
    return Refresh(
        catalog,
        _replace(inputs, rules=rules, jobs=jobs),
        lambda catalog, before, after: affected(workshop, catalog, before, after),
        output_ids=output_ids,
        allow_removal=allow_removal,
        allow_exposure=allow_exposure,
        progress=progress,
    ).run()


def _followed(workshop: Workshop, catalog: Catalog) -> tuple[Curation, ...]:
    """Return what people say of replays, former addresses replaced by those of replays that they lead to now."""
    # An alias that people state is there because of a curation, and must not decide which replay that is about.
    stated = {alias for curation in workshop.content.curations for alias in curation.aliases}

    def is_live(path: str) -> bool:
        kind, name = paths.read(path[1:])
        is_alias = name not in stated and catalog.alias_target(name) is not None
        return kind == "watch" and (is_alias or catalog.session(name) is not None)

    def of(curation: Curation) -> Curation:
        new = workshop.redirects.target_of(_path(curation), is_live) if curation.address else None
        return _replace(curation, address=paths.read(new[1:])[1]) if new and is_live(new) else curation

    return tuple(map(of, workshop.content.curations))


def _path(curation: Curation) -> str:
    return f"/{paths.of('watch', curation.address)}"
