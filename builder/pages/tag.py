"""The broadcasts of one tag; above the limit by year, then by month, then by day, at addresses that stay.

Names: "|piano", "2022|piano", "2022-01|piano", "2022-01-13|piano".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from builder.model import Session, Value
from builder.pages import cards, paths
from builder.pages.frame import frame, head
from builder.pages.kind import LIST_LIMIT, CutKind
from builder.pages.site import Site
from builder.pages.values import Card, Filter, Head, Run, SiteFrame, Total
from builder.pages.words import run

_LENGTHS = (0, 4, 7, 10)


class TagPage(Value, frozen=True):
    """The value of `tag.html`."""

    site: SiteFrame
    head: Head
    tag: Run
    period: str  # "", "2022", "2022-01" or "2022-01-13"
    up: tuple[Total, ...]  # the tag and the longer periods
    tags_url: str
    count: int
    pieces: tuple[Total, ...]  # newest first
    filters: tuple[Filter, ...]
    cards: tuple[Card, ...]  # newest first


class Tag(CutKind):
    name = "tag"
    template = "tag.html"

    def names(self, site: Site) -> Iterator[str]:
        for tag, count in site.catalog.tags():
            yield f"|{tag}"
            yield from self.pieces(site, tag) if count > LIST_LIMIT else ()

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        if not session.listed:
            return
        for tag in session.tags:
            yield from (f"{session.day[:length]}|{tag}" for length in _LENGTHS)

    def list_of(self, name: str) -> str:
        return name.partition("|")[2]

    def folder(self, list_: str) -> str:
        return paths.of("tag", f"|{list_}")

    def pieces(self, site: Site, list_: str) -> Iterator[str]:
        months = site.catalog.tag_months(list_)
        if _count(months, "") <= LIST_LIMIT:
            return
        for year in sorted({month[:4] for month, _ in months}):
            yield f"{year}|{list_}"
            if _count(months, year) > LIST_LIMIT:
                for month in [month for month, _ in months if month.startswith(year)]:
                    yield f"{month}|{list_}"
                    if _count(months, month) > LIST_LIMIT:
                        yield from (f"{day}|{list_}" for day in site.catalog.tag_days(list_, month))

    def stands(self, site: Site, name: str) -> bool:
        period, _, tag = name.partition("|")
        months = site.catalog.tag_months(tag)
        counts = [_count(months, period[:length]) for length in _LENGTHS if length <= min(len(period), 7)]
        # A piece exists only where every longer period is cut.
        longer = counts if len(period) == 10 else counts[:-1]
        if not counts[-1] or any(count <= LIST_LIMIT for count in longer):
            return False
        return len(period) < 10 or bool(site.catalog.tag_sessions(tag, period))

    def value(self, site: Site, name: str, language: str) -> TagPage | None:
        if not self.stands(site, name):
            return None
        period, _, tag = name.partition("|")
        return _page(site, tag, period, site.catalog.tag_months(tag), language)


def _page(site: Site, tag: str, period: str, months: Sequence[tuple[str, int]], language: str) -> TagPage:
    pieces = _counted_pieces(site, tag, period, months)
    sessions = [] if pieces else site.catalog.tag_sessions(tag, period)
    label = run(tag, "", site.code(language))
    dates = site.dates(language)
    pattern = {4: "year", 7: "month", 10: "day"}
    title = label.text + (", " + dates.write(pattern[len(period)], period) if period else "")
    shown = cards.cards(site, list(reversed(sessions)), language, by_vj=True)
    return TagPage(
        site=frame(site, language),
        head=head(
            site,
            "tag",
            f"{period}|{tag}",
            language,
            title=title,
            description=site.words(language)("tags.description"),
        ),
        tag=label,
        period=period,
        up=tuple(
            Total(period[:length], site.link("tag", f"{period[:length]}|{tag}", language))
            for length in _LENGTHS
            if length < len(period)
        ),
        tags_url=site.link("tags", "", language),
        count=sum(pieces.values()) or len(sessions),
        pieces=tuple(
            Total(name, site.link("tag", f"{name}|{tag}", language), number)
            for name, number in sorted(pieces.items(), reverse=True)
        ),
        filters=cards.filters(site, shown),
        cards=shown,
    )


def _counted_pieces(site: Site, tag: str, period: str, months: Sequence[tuple[str, int]]) -> Counter[str]:
    """Count the broadcasts of each next shorter period, where there are too many for one page; else nothing."""
    pieces: Counter[str] = Counter()
    if len(period) == 10 or _count(months, period) <= LIST_LIMIT:
        return pieces
    if len(period) == 7:
        return Counter(session.day for session in site.catalog.tag_sessions(tag, period))
    for month, number in months:
        if month.startswith(period):
            pieces[month[: 7 if period else 4]] += number
    return pieces


def _count(months: Iterable[tuple[str, int]], prefix: str) -> int:
    return sum(count for month, count in months if month.startswith(prefix))
