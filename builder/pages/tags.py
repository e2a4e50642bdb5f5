"""The index of tags, cut by the first letters of their addresses when it is long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.model import Session, Value
from builder.pages import paths
from builder.pages.frame import frame, head
from builder.pages.kind import CutKind
from builder.pages.prefixes import Groups
from builder.pages.site import Site
from builder.pages.values import Head, SiteFrame, TagLink, Total
from builder.pages.words import run


class TagsPage(Value, frozen=True):
    """The value of `tags.html`. `prefix` is set on pieces."""

    site: SiteFrame
    head: Head
    prefix: str
    up: str
    tags: tuple[TagLink, ...]
    groups: tuple[Total, ...]


class Tags(CutKind):
    name = "tags"
    template = "tags.html"

    def names(self, site: Site) -> Iterator[str]:
        if tags_by_folder(site):
            yield ""
            yield from self.pieces(site, "")

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        if not session.listed or not session.tags:
            return
        yield ""
        for slug in map(paths.tag_slug, session.tags):
            yield from _groups(site).with_member(slug)

    def folder(self, list_: str) -> str:
        return "tags/in/"

    def pieces(self, site: Site, list_: str) -> Iterator[str]:
        return _groups(site).names()

    def stands(self, site: Site, name: str) -> bool:
        return _groups(site).exists(name) if name else bool(tags_by_folder(site))

    def value(self, site: Site, name: str, language: str) -> TagsPage | None:
        if not self.stands(site, name):
            return None
        counts, groups = tags_by_folder(site), _groups(site)
        slugs = groups.members(name) if name else groups.root_members()
        longer = groups.longer(name) if name else groups.root_groups()
        words = site.words(language)
        links = [
            TagLink(
                run(counts[slug][0], "", site.code(language)),
                site.link("tag", f"|{counts[slug][0]}", language),
                counts[slug][1],
            )
            for slug in slugs
        ]
        title = words("tags.in", prefix=name) if name else words("tags.title")
        return TagsPage(
            site=frame(site, language),
            head=head(site, "tags", name, language, title=title, description=words("tags.description")),
            prefix=name,
            up=site.link("tags", "", language) if name else "",
            tags=tuple(sorted(links, key=lambda link: (link.label.text.casefold(), link.url))),
            groups=tuple(Total(prefix, site.link("tags", prefix, language)) for prefix in longer),
        )


def tags_by_folder(site: Site) -> dict[str, tuple[str, int]]:
    """Return (tag, count) of each tag by its folder, in order."""
    return site.once(
        "tags by folder",
        lambda: dict(sorted((paths.tag_slug(tag), (tag, count)) for tag, count in site.catalog.tags())),
    )


def _groups(site: Site) -> Groups:
    return site.once("tag groups", lambda: Groups(list(tags_by_folder(site))))
