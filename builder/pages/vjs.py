"""The index of VJs: everyone with a profile, and one line for the streams without.

It shows no numbers of broadcasts, so that a new broadcast leaves it alone. Long lists are cut by the slug's first
letters: /vj/in/<prefix>/ lists up to the limit and above it links to longer prefixes. Streams without a profile are
always there, from /vj/in/s-/ on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from builder.model import Session, Value
from builder.pages.frame import frame, head
from builder.pages.kind import CutKind
from builder.pages.prefixes import Groups
from builder.pages.site import Site
from builder.pages.values import Head, SiteFrame, Total, VjRef

UNMAPPED_PREFIX = "s-"


class VjsPage(Value, frozen=True):
    """The value of `vjs.html`. `prefix` is set on pieces."""

    site: SiteFrame
    head: Head
    prefix: str
    up: str
    vjs: tuple[VjRef, ...]
    groups: tuple[Total, ...]
    unmapped: Total | None


class Vjs(CutKind):
    name = "vjs"
    template = "vjs.html"

    def names(self, site: Site) -> Iterator[str]:
        yield ""
        yield from self.pieces(site, "")

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        slug = session.vj
        if not session.listed or site.has_vj_page(slug):
            return []
        # A stream without a profile is about to come, or has just gone.
        return ["", *groups_of(site).with_member(slug)]

    def folder(self, list_: str) -> str:
        return "vj/in/"

    def pieces(self, site: Site, list_: str) -> Iterator[str]:
        return groups_of(site).names()

    def stands(self, site: Site, name: str) -> bool:
        return not name or groups_of(site).exists(name)

    def value(self, site: Site, name: str, language: str) -> VjsPage | None:
        if not self.stands(site, name):
            return None
        groups = groups_of(site)
        words = site.words(language)
        if name:
            members, longer = groups.members(name), groups.longer(name)
            unmapped = None
        else:
            members, longer = groups.root_members(), groups.root_groups()
            count = groups.extra_count()
            unmapped = Total(UNMAPPED_PREFIX, site.link("vjs", UNMAPPED_PREFIX, language), count) if count else None
        title = words("vjs.title")
        if name:
            title = words("vjs.no_profile") if name == UNMAPPED_PREFIX else words("vjs.in", prefix=name)
        return VjsPage(
            site=frame(site, language, "vjs"),
            head=head(site, "vjs", name, language, title=title, description=words("vjs.description")),
            prefix=name,
            up=site.link("vjs", "", language) if name else "",
            vjs=tuple(sorted((site.vj_ref(slug, language) for slug in members), key=_by_name)),
            groups=tuple(Total(prefix, site.link("vjs", prefix, language)) for prefix in longer),
            unmapped=unmapped,
        )


def groups_of(site: Site) -> Groups:
    """Return the VJs of the index in groups: profiles, and as extras the streams without one."""

    def made() -> Groups:
        mapped = sorted(vj.slug for vj in site.content.vjs)
        known = set(mapped)
        extras = [total.slug for total in site.catalog.vj_slugs() if total.slug not in known]
        return Groups(mapped, extras, UNMAPPED_PREFIX)

    return site.once("vj groups", made)


def _by_name(vj: VjRef) -> tuple[str, str]:
    return (vj.name.text.casefold(), vj.slug)
