"""Redirect pages: former addresses of sessions, profiles and pages, those of `redirects.yaml`, and private slugs.

A key's name is the former path without its language's root. For a stream that a profile claims, the name also says
the profile and the stream's number ("vj/s-…/>alice>17"), so that one such page never needs a walk over all streams.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder import redirects
from builder.addresses import parse_session_id, private_slug
from builder.catalog.numbers import stream_number
from builder.model import NEVER_MS, PageKey, Session, StreamKey, Value
from builder.pages import paths
from builder.pages.frame import absolute, frame, pages_in
from builder.pages.kind import Kind
from builder.pages.poster import has_page
from builder.pages.site import Site
from builder.pages.values import SiteFrame
from builder.sessions.claims import Claims, holder


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
        yield from sorted({path[1:] for path in _told(site)} | {path[1:] for path in _profile_aliases(site)})
        yield from (_alias_path(alias) for alias, _ in site.catalog.aliases())
        for total in site.catalog.streams():
            if total.sessions:
                yield from _private_names(site, total.stream)

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        yield from (_alias_path(alias) for alias in session.aliases)
        yield f"replays/{session.id}/"  # an old entry of redirects.yaml stands back for a live page, and returns
        yield from _private_names(site, session.stream)

    def path(self, site: Site, key: PageKey) -> str:
        path = key.name.partition(">")[0]
        if not path.endswith("/") and "." not in path.rpartition("/")[2]:
            path += "/"
        return paths.tree(key.language, site.languages) + path

    def value(self, site: Site, name: str, language: str) -> RedirectPage | None:
        old, _, holding = name.partition(">")
        if _is_live(site, old):
            return None
        target = _private_target(site, old, holding) if holding else _target(site, old)
        if target is None:
            return None
        target = paths.tree(language, site.languages) + target[1:]
        return RedirectPage(
            site=frame(site, language), target=target, canonical=absolute(site, target), shift_seconds=0
        )


def _told(site: Site) -> dict[str, str]:
    """Return the entries of `redirects.yaml` that hold: chains followed, live paths left alone."""
    found: dict[str, str] | None = site.cache.get("redirects")
    if found is None:
        table = {_in_first_tree(site, old): _in_first_tree(site, new) for old, new in site.redirects.items()}
        found = redirects.resolve(table, lambda path: _is_live(site, path.lstrip("/")))
        site.cache["redirects"] = found
    return found


def _in_first_tree(site: Site, path: str) -> str:
    """Return a path without the root of a further language: a redirect holds in every language."""
    for code in site.languages[1:]:
        if path.startswith(f"/{code}/"):
            return path[len(code) + 1 :]
    return path


def _profile_aliases(site: Site) -> dict[str, str]:
    """Return the former addresses that profiles and pages of prose name."""
    found: dict[str, str] | None = site.cache.get("profile aliases")
    if found is None:
        found = {alias: f"/{paths.of('vj', vj.slug)}" for vj in site.content.vjs for alias in vj.aliases}
        for page in pages_in(site, site.languages[0]):
            found |= {alias: f"/{paths.of('page', page.slug)}" for alias in page.aliases}
        site.cache["profile aliases"] = found
    return found


def _target(site: Site, old: str) -> str | None:
    path = f"/{old}"
    for alias in (path, path.rstrip("/"), old.removeprefix("replays/").rstrip("/")):
        session_id = site.catalog.alias_target(alias)
        session = site.catalog.session(session_id) if session_id else None
        if session is not None and (has_page(session) or session.tombstone):
            return f"/{paths.of('watch', session.id)}"
    for table in (_profile_aliases(site), _told(site)):
        if target := table.get(path) or table.get(path.rstrip("/")):
            return target
    return None


def _private_target(site: Site, old: str, holding: str) -> str | None:
    slug, _, number = holding.partition(">")
    known = {vj.slug for vj in site.content.vjs}
    if slug not in known or not old.startswith("vj/") or not site.catalog.has_sessions_of(int(number)):
        return None
    return f"/{paths.of('vj', slug)}"


def _private_names(site: Site, stream: StreamKey) -> Iterator[str]:
    """Yield the page that leads from a stream's private slug to the profile that has the stream now."""
    claims: Claims | None = site.cache.get("claims")
    if claims is None:
        claims = site.cache["claims"] = Claims(site.content.vjs)
    found = claims.of(stream)
    vj = holder(found, NEVER_MS - 1) if found else None
    if vj is not None:
        yield f"vj/{private_slug(stream, site.config.slug_key.encode())}/>{vj.slug}>{stream_number(stream)}"


def _alias_path(alias: str) -> str:
    return alias[1:] if alias.startswith("/") else f"replays/{alias}/"


def _is_live(site: Site, old: str) -> bool:
    """Say whether a path (without its language's root) has a page of its own."""
    folder, _, rest = old.rstrip("/").partition("/")
    if folder == "replays":
        if parse_session_id(rest):
            session = site.catalog.session(rest)
            return session is not None and (has_page(session) or bool(session.tombstone))
        period = rest.replace("/", "-")
        return not rest or (len(period) in (4, 7, 10) and bool(site.catalog.days(period)))
    if folder == "vj" and rest and "/" not in rest:
        return site.vj(rest).mapped or site.catalog.vj_total(rest) is not None
    if folder == "tags" and rest and "/" not in rest:
        return False
    return not rest and (old in ("", "vj/", "tags/") or any(page.slug == folder for page in site.content.pages))
