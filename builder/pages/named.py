"""The replay that a person means: by any address that leads to it, in any spelling, or by the id of a file."""

from __future__ import annotations

import re
from itertools import chain
from urllib.parse import urlsplit

from builder.addresses import id_in_address, path_of_alias
from builder.model import Session
from builder.pages import paths
from builder.pages.site import Site
from builder.redirects import as_told, below_root


def session_named(site: Site, text: str) -> Session | None:
    """Return the session of an address, or that holds the recording with this file id or key."""
    return session_at(site, text) or site.catalog.session_of_file(text)


def session_at(site: Site, address: str) -> Session | None:
    """Return the session that has an address, had it as records or people tell, or to which `redirects.yaml` leads.

    An address is an id, a path of the site or a whole address of whatever host, with the root of a language or without.
    """
    ways = paths_at(site, address)
    told = (site.redirects.target_of(path, lambda on: _living(site, on) is not None) for path in ways)
    return next(filter(None, (_living(site, path) for path in chain(ways, told))), None)


def leading_to(site: Site, session: Session) -> set[str]:
    """Return the paths from which `redirects.yaml` leads to a session, or did until it came to one of them."""
    ways = [path_of_alias(address) for address in (session.id, *session.aliases)]
    found = site.redirects.targets.keys() & ways
    while ways:
        further = [old for old in site.redirects.leading_to(ways.pop()) if old not in found]
        found.update(further)
        ways += further
    return found


def paths_at(site: Site, address: str) -> tuple[str, ...]:
    """Return the paths that an address may mean, in the first language's tree, as redirects are told; none if none.

    A path of the site is meant as it is written; the folder that the site lives in, which may have the name of one of
    its pages, is left out of it only where nothing is found at that.
    """
    if identity := id_in_address(address):
        return (f"/{paths.of('watch', identity)}",)
    bare = re.sub(r"^https?://[^/]*", "", re.split(r"[?#]", address)[0])
    if not bare.startswith("/"):
        return ()
    below = f"/{bare.removeprefix(urlsplit(site.config.base_url).path).lstrip('/')}"
    roots = (*site.languages, *site.redirects.former_languages)
    written = (bare, below) if address.startswith("/") else (below,)
    return tuple(dict.fromkeys(path for each in written if (path := below_root(as_told(each), roots))))


def _living(site: Site, path: str) -> Session | None:
    """Return the session that has a path as its address or as a former one."""
    name = paths.read(path[1:])[1]
    if session := site.catalog.session(name):
        return session
    identity = site.catalog.alias_target(path) or site.catalog.alias_target(name)
    return site.catalog.session(identity) if identity else None
