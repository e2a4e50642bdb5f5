"""Redirect pages: former addresses of sessions, profiles and pages, those of `redirects.yaml`, and private slugs.

What lies below such an address goes with it: the months of a VJ that has an alias, and periods of the calendar that
list nothing and yet have an address below them.

A key's name is the former path without its language's root; for a private slug see `private`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from builder.addresses import PRIVATE_SLUG, parse_session_id, path_of_alias, tag_of
from builder.model import PageKey, Session, Value, Vj
from builder.pages import paths
from builder.pages.frame import absolute, frame, pages_in
from builder.pages.kind import Kind
from builder.pages.poster import has_page
from builder.pages.private import claiming, every_private_name, numbered, private_names_of, private_target
from builder.pages.quiet import is_quiet, quiet_periods, quieted
from builder.pages.site import Site
from builder.pages.standing import is_on, nearest, stands
from builder.pages.tombstone import leaves_tombstone
from builder.pages.values import SiteFrame
from builder.pages.vj_month import periods_of
from builder.sessions.intervals import interval


class RedirectPage(Value, frozen=True):
    """The value of `redirect.html`."""

    site: SiteFrame
    target: str  # a path of the site
    canonical: str
    shift_seconds: float  # added to a moment in the fragment


class Redirect(Kind):
    name = "redirect"
    template = "redirect.html"

    def keys(self, site: Site) -> Iterator[PageKey]:
        # Two sources may name one former address; the same page, so it is asked for once.
        yield from dict.fromkeys(super().keys(site))

    def names(self, site: Site) -> Iterator[str]:
        yield from sorted({path[1:] for path in (*site.redirects.targets, *profile_aliases(site))})
        yield from (path_of_alias(alias)[1:] for alias, _ in site.catalog.aliases())
        yield from (paths.of("day", period) for period in quiet_periods(site))
        for vj in site.content.vjs:
            yield from _months_below_aliases(vj, _periods_ever(site, vj.slug) if vj.aliases else ())
        yield from every_private_name(site)

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        former = [path_of_alias(alias)[1:] for alias in session.aliases]
        yield from former
        yield paths.of("watch", session.id)
        beside = [paths.of("day", period) for period in quieted(site, session)]
        beside += _months_beside(site, session.vj, (session.day[:7], session.day))
        yield from beside
        yield from _told_about(site, [*_places(site, session), *former, *beside])
        yield from private_names_of(site, session.stream)

    def path(self, site: Site, key: PageKey) -> str:
        path = key.name.partition(">")[0]
        if not path.endswith("/") and "." not in path.rpartition("/")[2]:
            path += "/"
        return paths.tree(key.language, site.languages) + path

    def value(self, site: Site, name: str, language: str) -> RedirectPage | None:
        old, _, number = name.partition(">")
        if stands(site, old):
            return None
        session = None if number else _session(site, old)
        if session is not None:
            target: str | None = f"/{paths.of('watch', session.id)}"
        else:
            target = _private_target(site, old, int(number)) if number else _target(site, old)
        if target is None or not is_on(site, target[1:]):
            return None
        if session := session or _session_at(site, target):
            target = f"/{paths.of('watch', session.id)}"  # a former address between would move the moment again
        if not _is_shared(site, target):
            target = paths.tree(language, site.languages) + target[1:]
        return RedirectPage(
            site=frame(site, language),
            target=target,
            canonical=absolute(site, target),
            shift_seconds=(_shift_ms(site, old, session) / 1000 or 0) if session else 0,
        )


REDIRECT = Redirect()


def heir(site: Site, old: str) -> str | None:
    """Return the path that takes over from a list that is no more and from whose address nothing leads on.

    That is the page above it; of a VJ's month the same month where the VJ's address leads, or that VJ; of a private
    slug the VJ whose profile claims the stream. None where something does lead on, and for the lists of a VJ whose
    profile was taken away.
    """
    kind, name = paths.read(old)
    if stands(site, old) or leads(site, old) is not None:
        return None
    if kind in ("vj", "vj_month"):
        slug = name.partition("/")[0]
        page = paths.of("vj", slug)
        lead = page if stands(site, page) else leads(site, page) or claiming(site, page)
        if lead:
            return f"/{same_month(site, old, lead)}"
        if not PRIVATE_SLUG.fullmatch(slug):
            return None
    return _near(site, old)


def same_month(site: Site, old: str, lead: str) -> str:
    """Return the page that takes over from one, where a VJ's address leads: of a VJ's month the same month."""
    (kind, name), (lead_kind, slug) = paths.read(old), paths.read(lead)
    if (kind, lead_kind) != ("vj_month", "vj"):
        return lead
    found = paths.of("vj_month", f"{slug}/{name.partition('/')[2]}")
    return found if stands(site, found) else lead


def leads(site: Site, old: str) -> str | None:
    """Return the path that an address without a page leads to, both without the first "/"; None when nowhere."""
    asked: set[str] = site.once("asked where they lead", set)
    if old in asked:
        return None  # what leads back to itself leads nowhere
    asked.add(old)
    try:
        return _followed(site, old)
    finally:
        asked.discard(old)


def _followed(site: Site, old: str) -> str | None:
    # What people wrote of a private slug has a page of its own, which has no number.
    names = dict.fromkeys((numbered(site, old), old))
    pages = (REDIRECT.value(site, name, site.languages[0]) for name in names)
    return next((page.target[1:] for page in pages if page), None)


def about_piece(site: Site, kind: str, name: str) -> Iterator[str]:
    """Yield the names of the redirects that come, go or end elsewhere when a piece of a list comes or goes."""
    slug, _, period = name.partition("/")
    beside = list(_months_beside(site, slug, (period,))) if kind == "vj_month" else []
    yield from beside
    yield from _told_about(site, [paths.of(kind, name), *beside])


def _places(site: Site, session: Session) -> Iterator[str]:
    """Yield the addresses at which a page comes or goes with a session; a VJ with a profile is always there."""
    yield paths.of("watch", session.id)
    yield from (paths.of("day", session.day[:length]) for length in (4, 7, 10))
    if not site.vj(session.vj).mapped:
        yield paths.of("vj", session.vj)
    yield paths.of("vj_month", f"{session.vj}/{session.day[:7]}")
    yield from (paths.of("tag", f"|{tag}") for tag in session.tags)
    if session.tags:
        yield paths.of("tags", "")


def _told_about(site: Site, places: Iterable[str]) -> Iterator[str]:
    """Yield the former addresses that hold or not, or end elsewhere, when something comes or goes at these places.

    What is told of an address stands back for a live page and returns after it; what leads to that address goes on to
    where it leads.
    """
    lived = [f"/{path}" for path in places]
    known = {form: None for path in lived for form in (path, path.rstrip("/")) if _is_told(site, form)}
    while lived:
        for old in site.redirects.leading_to(lived.pop()):
            if old not in known:
                known[old] = None
                lived.append(old)
    yield from (path[1:] for path in known)


def _is_told(site: Site, path: str) -> bool:
    """Say whether something may lead on from a path: `redirects.yaml`, a profile, page or curation."""
    return path in site.redirects.targets or path in profile_aliases(site) or bool(site.catalog.alias_target(path))


def profile_aliases(site: Site) -> dict[str, str]:
    """Return the former addresses that profiles and pages of prose name."""

    def made() -> dict[str, str]:
        found = {alias: f"/{paths.of('vj', vj.slug)}" for vj in site.content.vjs for alias in vj.aliases}
        for page in pages_in(site, site.languages[0]):
            found |= {alias: f"/{paths.of('page', page.slug)}" for alias in page.aliases}
        return found

    return site.once("profile aliases", made)


def _session(site: Site, old: str) -> Session | None:
    """Return the session that a former address leads to."""
    path = f"/{old}"
    for alias in (path, path.rstrip("/"), paths.read(old)[1]):
        session_id = site.catalog.alias_target(alias)
        session = site.catalog.session(session_id) if session_id else None
        if session is not None and (has_page(session) or leaves_tombstone(session)):
            return session
    return None


def _shift_ms(site: Site, old: str, session: Session) -> int:
    """Return how much later the former session began than the one that now holds its first recording.

    A former address names a recording of the session, and what it meant began with that one. Recordings that were
    set aside are in no track, so the catalog is asked for them.
    """
    found = parse_session_id(old)
    if found is None or session.tombstone:
        return 0
    for track in session.whole.tracks:
        for part in track.parts:
            if tag_of(part.key) == found[1]:
                return part.start_ms - session.zero_ms
    if not any(tag_of(other.key) == found[1] for other in session.whole.others):
        return 0
    starts = (interval(one)[0] for one in site.catalog.recordings_of(session) if tag_of(one.key) == found[1])
    return next(starts, session.zero_ms) - session.zero_ms


def _target(site: Site, old: str) -> str | None:
    if target := _named_target(site, old):
        return target if _answers(site, target) else None
    kind, name = paths.read(old)
    if kind == "vj_month":
        return _month_below_alias(site, name)
    if kind in ("year", "month", "day") and is_quiet(site, name):
        return _near(site, old)
    return None


def _near(site: Site, old: str) -> str | None:
    page = nearest(site, old)
    return None if page is None else f"/{page}"


def _named_target(site: Site, old: str) -> str | None:
    """Return where an address leads by the alias of a profile or page, or by `redirects.yaml`."""
    for path in (f"/{old}", f"/{old}".rstrip("/")):
        told = site.redirects.target_of(path, lambda path: stands(site, path[1:]))
        if target := profile_aliases(site).get(path) or told:
            return target
    return None


def _month_below_alias(site: Site, name: str) -> str | None:
    """Return the month of a VJ that an alias of theirs stands for, or what took over from it.

    `name` is that of a month's page.
    """
    slug, _, period = name.partition("/")
    target = profile_aliases(site).get(f"/{paths.of('vj', slug)}")
    kind, now = paths.read(target[1:]) if target else ("", "")
    month = paths.of("vj_month", f"{now}/{period}")
    if kind != "vj":
        return None
    return f"/{month}" if stands(site, month) else _named_target(site, month)


def _private_target(site: Site, old: str, number: int) -> str | None:
    """Return where a private slug leads; what people wrote of an address wins, and has a page of its own."""
    return None if _named_target(site, old) else private_target(site, old, number)


def _months_beside(site: Site, slug: str, periods: Sequence[str]) -> Iterator[str]:
    """Yield the addresses that stand for a VJ's months: below their aliases, or below a page that is an alias too."""
    yield from _months_below_aliases(site.vj(slug), periods)
    if f"/{paths.of('vj', slug)}" in profile_aliases(site):
        yield from (paths.of("vj_month", f"{slug}/{period}") for period in periods)


def _months_below_aliases(vj: Vj, periods: Iterable[str]) -> Iterator[str]:
    """Yield the former addresses of a VJ's months."""
    slugs = [name for kind, name in (paths.read(alias[1:]) for alias in vj.aliases) if kind == "vj"]
    for period in periods if slugs else ():
        yield from (paths.of("vj_month", f"{slug}/{period}") for slug in slugs)


def _periods_ever(site: Site, slug: str) -> Iterator[str]:
    """Yield the periods of a VJ that have a page, and those that once had one."""
    yield from periods_of(site, slug)
    for path in site.redirects.below(f"/{paths.of('vj', slug)}"):
        kind, name = paths.read(path[1:])
        if kind == "vj_month":
            yield name.partition("/")[2]


def _is_shared(site: Site, target: str) -> bool:
    """Say whether a target is a file that all languages share: of `static/`, none of ours, or the page of the lost."""
    return paths.read(target[1:])[0] in ("", "not_found") and leads(site, target[1:]) is None


def _answers(site: Site, target: str) -> bool:
    """Say whether there is something at a target: a page, what leads on to one, or a file that is none of ours.

    A session's page goes when it becomes a draft or too short, a VJ's with the profile.
    """
    path = target[1:]
    return not paths.read(path)[0] or stands(site, path) or leads(site, path) is not None


def _session_at(site: Site, path: str) -> Session | None:
    """Return the session that has a page at a path of the site, or at the one that this redirects to."""
    old = path.lstrip("/")
    if parse_session_id(old) and stands(site, old):
        return site.catalog.session(paths.read(old)[1])
    return _session(site, old)
