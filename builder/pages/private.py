"""Private slugs: the addresses of streams that no profile claims, and where they lead once one does.

The name of such a redirect is its path and the number that the catalog finds the stream by ("vj/s-…/>-71"), so that
one such page never needs a walk over all streams.

A stream's private slugs are those of every name that records gave it: early ones often lack app or appname.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.addresses import private_slug
from builder.catalog.rows import stream_id_number
from builder.model import NEVER_MS, StreamKey, Vj
from builder.pages import paths
from builder.pages.site import Site
from builder.sessions.claims import Claims, in_force
from builder.sessions.streams import resolve_stream


def every_private_name(site: Site) -> Iterator[str]:
    """Yield the names of the redirects at the private slugs of all streams that may lead on."""
    return _names(site, site.catalog.told_streams())


def private_names_of(site: Site, whole: StreamKey) -> Iterator[str]:
    """Yield such names of one stream."""
    told = site.catalog.told_streams(stream_id_number(whole.stream_id))
    # What was told once and is no more has no row left to be found by; its page must go.
    former = (whole, StreamKey(whole.stream_id, whole.app), StreamKey(whole.stream_id))
    return _names(site, dict.fromkeys((*former, *told)))


def numbered(site: Site, path: str) -> str:
    """Return the name of the redirect at a path: with a number where it is a private slug, else the path."""
    if paths.read(path)[0] != "vj":
        return path
    names = site.once("private names", lambda: {name.partition(">")[0]: name for name in every_private_name(site)})
    return names.get(path, path)


def private_target(site: Site, old: str, number: int) -> str | None:
    """Return the page of the VJ that now has the stream of a private slug: a profile's, or that of the whole name."""
    told = _stream(site, old, number)
    if told is None:
        return None
    whole, vj = _held(site, told)
    slug = vj.slug if vj else _slug(site, whole)
    if paths.of("vj", slug) == old or not site.catalog.is_told_within(told, whole):
        return None
    return f"/{paths.of('vj', slug)}" if vj or site.catalog.vj_total(slug) else None


def claiming(site: Site, old: str) -> str | None:
    """Return the page of the VJ whose profile claims the stream of a private slug, without the first "/".

    Also where no broadcast of the stream is left, because its recordings became part of others.
    """
    number = numbered(site, old).partition(">")[2]
    told = _stream(site, old, int(number)) if number else None
    vj = _held(site, told)[1] if told else None
    return paths.of("vj", vj.slug) if vj else None


def _names(site: Site, told: Iterable[StreamKey]) -> Iterator[str]:
    """Yield the names for streams that may lead on: claimed ones, and those told by a name that lacks something."""
    for stream in told:
        if not (stream.app and stream.appname) or _claims(site).of(stream):
            yield f"{paths.of('vj', _slug(site, stream))}>{stream_id_number(stream.stream_id)}"


def _stream(site: Site, old: str, number: int) -> StreamKey | None:
    """Return the stream that a private slug stands for, as it was told."""
    told = (each for each in site.catalog.told_streams(number) if paths.of("vj", _slug(site, each)) == old)
    return next(told, None)


def _held(site: Site, told: StreamKey) -> tuple[StreamKey, Vj | None]:
    """Return the whole name of a stream and the profile that has it at last."""
    whole, _ = resolve_stream(told, site.catalog.stream_names(told.stream_id))
    claim = in_force(_claims(site).of(whole), NEVER_MS - 1)
    return whole, claim.vj if claim else None


def _slug(site: Site, stream: StreamKey) -> str:
    return private_slug(stream, site.config.slug_key.encode())


def _claims(site: Site) -> Claims:
    return site.once("claims", lambda: Claims(site.content.vjs))
