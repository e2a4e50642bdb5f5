"""What every page has around its content: site frame, head, navigation, the content security policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from builder.config import worded
from builder.dates import constant_offset, offset_words
from builder.model import MarkdownPage, Media
from builder.pages import paths
from builder.pages.named import paths_at
from builder.pages.site import Site
from builder.pages.values import Head, Language, Nav, Run, SiteFrame
from builder.pages.words import NAME_LIMIT, clean, run

DESCRIPTION_LIMIT = 200
FOOTER_LIMIT = 2000
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?")


def frame(site: Site, language: str, section: str = "") -> SiteFrame:
    """Return what the pages of a language share; `section` is the entry of the navigation they belong to."""
    found: SiteFrame | None = site.cache.get(("frame", language, section))
    if found is None:
        found = site.cache["frame", language, section] = _frame(site, language, section)
    return found


def head(
    site: Site, kind: str, name: str, language: str, *, title: str, description: str = "", robots: str = ""
) -> Head:
    """Return the head of a page. `title` is without the site's name."""
    suffix = paths.of(kind, name)
    languages = site.languages
    code = site.code(language)
    site_title = clean(worded(site.config.title, code)[0])
    trees = {each: paths.tree(each, languages) + suffix for each in languages}
    return Head(
        title=f"{title} · {site_title}" if title and title != site_title else site_title,
        description=clean(description, DESCRIPTION_LIMIT),
        canonical=absolute(site, trees[code]),
        alternates=_alternates(site, trees) if len(languages) > 1 else (),
        languages=tuple(
            Language(code=other, name=site.words(other)("language_name"), url=trees[other])
            for other in languages
            if other != language and len(languages) > 1
        ),
        robots=robots,
    )


def absolute(site: Site, path: str) -> str:
    """Return the absolute address of a path of the site."""
    return site.config.base_url + quote(path[1:], safe="/%:@!$&'()*+,;=~-._#")


def base_path(site: Site) -> str:
    """Return the path under which the site will live: "/" or "/a/b/"."""
    return urlsplit(site.config.base_url).path or "/"


def policy(media: Media) -> str:
    """Return the content security policy: our own files, and media from the configured hosts, nothing else."""
    hosts = "".join(f" {source}" for source in _sources(media))
    pictures = hosts if media.posters == "provider" else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' data:{pictures}; media-src 'self' blob:{hosts}; connect-src 'self'{hosts}; "
        "worker-src 'self' blob:; base-uri 'none'; form-action 'none'"
    )


def _sources(media: Media) -> list[str]:
    """Return the policy's names of the media hosts; `*.x` means x and every name under it, a host means all its ports.

    A recording may tell a port, and the list names hosts without one.
    """
    sources = set()
    for host in media.hosts:
        plain = host.removeprefix("*.")
        if _HOST.fullmatch(plain):
            sources |= {f"{plain}:*", f"*.{plain}:*"} if plain != host else {f"{plain}:*"}
    for _, target in media.rewrite:
        url = urlsplit(target)
        if url.scheme in ("http", "https") and _HOST.fullmatch(url.netloc.lower()):
            sources.add(url.netloc.lower())
    return sorted(sources)


def _alternates(site: Site, trees: dict[str, str]) -> tuple[tuple[str, str], ...]:
    alternates = [(code, absolute(site, path)) for code, path in trees.items()]
    return (*alternates, ("x-default", alternates[0][1]))


def _frame(site: Site, language: str, section: str) -> SiteFrame:
    config = site.config
    code = site.code(language)
    minutes = constant_offset(config.timezone)
    starts = config.day_starts_at_minutes
    return SiteFrame(
        title=run(*worded(config.title, code), code),
        language=code,
        zone=config.timezone,
        zone_place=site.zone_place(language),
        zone_offset="" if minutes is None else offset_words(minutes),
        day_starts_at=f"{starts // 60:02}:{starts % 60:02}" if starts else "",
        home=site.link("home", "", language),
        nav=_nav(site, language, section),
        footer=clean(worded(config.footer, code)[0], FOOTER_LIMIT),
        author=clean(worded(config.author, code)[0]),
        policy=policy(config.media),
    )


def _nav(site: Site, language: str, section: str) -> tuple[Nav, ...]:
    words = site.words(language)
    code = site.code(language)
    entries = [
        Nav(Run(words(f"nav.{kind}"), code), site.link(kind, "", language), kind == section)
        for kind in ("home", "years", "vjs")
        if site.has(kind)
    ]
    pages = {page.slug: page for page in pages_in(site, language)} if site.has("page") else {}
    slugs = {site.link("page", slug, ""): slug for slug in pages}
    told = [_slug_at(site, url, slugs) for _, url in site.config.nav]

    def entry(label: Run, slug: str) -> Nav:
        return Nav(label, site.link("page", slug, language), f"page/{slug}" == section)

    # Imported pages decide about the navigation by themselves; in the same order in every language.
    entries += [
        entry(run(page.title, page.language, code, NAME_LIMIT), slug)
        for slug, page in sorted(pages.items())
        if page.nav and slug not in told
    ]
    for (wording, url), slug in zip(site.config.nav, told, strict=True):
        label = run(*worded(wording, code), code, NAME_LIMIT)
        entries.append(entry(label, slug) if slug else Nav(label, url))
    return tuple(entries)


def _slug_at(site: Site, url: str, slugs: Mapping[str, str]) -> str | None:
    """Return the slug of the page that an entry of `nav` means as a whole, in whatever spelling."""
    if not url.startswith("/") or {"?", "#"} & set(url):
        return None
    return next((slugs[path] for path in paths_at(site, url) if path in slugs), None)


def pages_in(site: Site, language: str) -> list[MarkdownPage]:
    """Return the Markdown page of each slug for a language: its own, else for all, else the first language's."""
    order = [site.code(language), "", *site.languages]
    by_slug: dict[str, list[MarkdownPage]] = {}
    for page in site.content.pages:
        by_slug.setdefault(page.slug, []).append(page)

    def rank(page: MarkdownPage) -> tuple[int, str, str]:
        return (order.index(page.language) if page.language in order else len(order), page.language, page.source)

    return [min(pages, key=rank) for _, pages in sorted(by_slug.items())]
