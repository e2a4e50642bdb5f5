"""A VJ's page: who it is, facts from the records, picks, the year, and the replays by month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from builder.catalog.values import VjTotal
from builder.drawing.almanac import hours_scale_svg, quarter_shares, skyline_svg, year_months_svg, year_svg
from builder.drawing.clock import DayScale, day_scale
from builder.model import Session, Value, Vj
from builder.pages import cards
from builder.pages.frame import frame, head
from builder.pages.kind import Kind
from builder.pages.named import leading_to, paths_at, session_named
from builder.pages.site import Site
from builder.pages.values import Card, ExternalLink, Head, Html, SiteFrame, Svg, Total, VjRef
from builder.pages.words import NAME_LIMIT, clean, language_of, run

LINES = 24  # broadcasts listed on the profile; the months have all
PICKS = 3
STREAMS_SHOWN = 10
HABIT_SESSIONS = 200  # the newest ones, of which habits are computed
HABIT_LEAST = 4  # with fewer broadcasts nothing is usual
FEATURED_LIMIT = 12  # entries of a profile's list that are looked up


class MonthBlock(Value, frozen=True):
    total: Total
    cards: tuple[Card, ...]


class VjPage(Value, frozen=True):
    """The value of `vj.html`."""

    site: SiteFrame
    head: Head
    vj: VjRef
    mapped: bool
    banner: str  # a picture; "" draws the skyline
    skyline: Svg | None
    hours: Svg | None
    habit_count: int
    bio: Html | None
    bio_lang: str
    links: tuple[ExternalLink, ...]
    count: int
    recorded_ms: int
    longest_ms: int
    longest_url: str
    first_ms: int
    last_ms: int
    usual_days: tuple[int, ...]  # 0 = Monday
    usual_from: str  # "20:00"
    usual_to: str
    streams: tuple[str, ...]  # only where `public_stream_ids` is on
    picks: tuple[Card, ...]
    year: Svg | None
    year_months: Svg | None
    year_last: str
    months: tuple[MonthBlock, ...]
    all_months: tuple[Total, ...]  # newest first


class VjKind(Kind):
    name = "vj"
    template = "vj.html"

    def names(self, site: Site) -> Iterator[str]:
        slugs = {vj.slug for vj in site.content.vjs}
        yield from sorted(slugs)
        yield from (total.slug for total in site.catalog.vj_slugs() if total.slug not in slugs)

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        if session.listed:
            yield session.vj
        yield from _featuring(site, session)

    def stands(self, site: Site, name: str) -> bool:
        return site.has_vj_page(name)

    def value(self, site: Site, name: str, language: str) -> VjPage | None:
        return _page(site, site.vj(name), language) if self.stands(site, name) else None


def _page(site: Site, vj: Vj, language: str) -> VjPage:
    words = site.words(language)
    ref = site.vj_ref(vj.slug, language)
    total = site.catalog.vj_total(vj.slug) or VjTotal(vj.slug, 0, 0, 0, 0, 0, "")  # nothing is listed
    newest = site.catalog.vj_sessions(vj.slug, limit=HABIT_SESSIONS, newest_first=True)
    shares = _shares(site, newest) if site.shows("skyline", "usual_from", "usual_to") else []
    usual_from, usual_to = _usual_hours(shares) if shares and len(newest) >= HABIT_LEAST else ("", "")
    dated = total.count and site.shows("year", "year_months", "year_last")
    year_last = site.catalog.vj_days(vj.slug)[-1].day if dated else ""
    banner_words = words("vj.banner_label", **{"from": usual_from, "to": usual_to}) if usual_from else ""
    page_language = site.code(language)
    return VjPage(
        site=frame(site, language, "vjs"),
        head=head(site, "vj", vj.slug, language, title=ref.name.text, description=_description(site, total, language)),
        vj=ref,
        mapped=vj.mapped,
        banner=site.picture(vj.banner),
        skyline=Svg(skyline_svg(_from_day_start(site, _raised(shares)), banner_words))
        if newest and site.shows("skyline")
        else None,
        hours=Svg(hours_scale_svg(_day(site).posts)) if newest and site.shows("hours") else None,
        habit_count=len(newest),
        bio=Html(vj.bio_html) if vj.bio_html else None,
        bio_lang=vj.language or language_of(vj.bio_html, page_language),
        links=tuple(
            ExternalLink(run(link.label or link.url, "", page_language, NAME_LIMIT), link.url) for link in vj.links
        ),
        count=total.count,
        recorded_ms=total.recorded_ms,
        longest_ms=total.longest_ms,
        longest_url=site.link("watch", total.longest_id, language) if total.longest_id else "",
        first_ms=total.first_ms,
        last_ms=total.last_ms,
        usual_days=_usual_days(site, vj.slug) if len(newest) >= HABIT_LEAST and site.shows("usual_days") else (),
        usual_from=usual_from,
        usual_to=usual_to,
        streams=_streams(site, newest),
        picks=_picks(site, vj, language) if site.shows("picks") else (),
        year=_year(site, vj.slug, year_last, language) if year_last and site.shows("year") else None,
        year_months=_year_months(site, year_last, language) if year_last and site.shows("year_months") else None,
        year_last=year_last,
        months=_months(site, vj.slug, newest, language),
        all_months=month_totals(site, vj.slug, language) if site.shows("all_months") else (),
    )


def _description(site: Site, total: VjTotal, language: str) -> str:
    words, dates = site.words(language), site.dates(language)
    if not total.count:
        return words("vj.none")
    return words(
        "vj.description" if total.recorded_ms else "vj.description_unknown",
        n=total.count,
        hours=dates.hours(total.recorded_ms),
        month=dates.write("month", total.first_ms),
    )


def _streams(site: Site, newest: Sequence[Session]) -> tuple[str, ...]:
    if not site.config.public_stream_ids:
        return ()
    return tuple(sorted({clean(session.stream.stream_id, NAME_LIMIT) for session in newest})[:STREAMS_SHOWN])


def month_totals(site: Site, slug: str, language: str) -> tuple[Total, ...]:
    """Return every month of a VJ, newest first."""
    return tuple(
        Total(month, site.link("vj_month", f"{slug}/{month}", language), count, recorded_ms)
        for month, count, recorded_ms in reversed(months_of(site, slug))
    )


def months_of(site: Site, slug: str) -> list[tuple[str, int, int]]:
    """Return (month, broadcasts, recorded_ms) of a VJ, by month; kept for the pages of that VJ that come next."""
    known: tuple[str, list[tuple[str, int, int]]] = site.cache.get("months of", ("", []))
    if known[0] != slug:
        known = site.cache["months of"] = (slug, site.catalog.vj_months(slug))
    return known[1]


def _months(site: Site, slug: str, newest: Sequence[Session], language: str) -> tuple[MonthBlock, ...]:
    """Return the newest months whole, up to `LINES` broadcasts; the newest one at least in part."""
    totals = month_totals(site, slug, language)
    by_month: dict[str, list[Session]] = {}
    for session in newest:
        by_month.setdefault(session.day[:7], []).append(session)
    chosen: list[tuple[Total, list[Session]]] = []
    room = LINES
    for total in totals:
        sessions = by_month.get(total.name, [])
        if (chosen and total.count > room) or not sessions:
            break
        chosen.append((total, sessions[: max(room, 0)]))
        room -= total.count
    longest_ms = max((cards.on_air_ms(session) for _, sessions in chosen for session in sessions), default=0)
    return tuple(
        MonthBlock(total, tuple(cards.card(site, session, language, longest_ms=longest_ms) for session in sessions))
        for total, sessions in chosen
    )


def _picks(site: Site, vj: Vj, language: str) -> tuple[Card, ...]:
    """Return what the profile names and what is featured of this VJ; all of it is the VJ's own."""
    named = [session_named(site, name) for name in vj.featured[:FEATURED_LIMIT]]
    chosen: dict[str, Session] = {}
    for each in [*named, *_featured_by_vj(site).get(vj.slug, [])]:
        if each is not None and each.listed and each.vj == vj.slug:
            chosen[each.id] = each
    return tuple(cards.card(site, session, language) for session in list(chosen.values())[:PICKS])


def _featured_by_vj(site: Site) -> dict[str, list[Session]]:
    def made() -> dict[str, list[Session]]:
        found: dict[str, list[Session]] = {}
        for session in site.catalog.featured():
            found.setdefault(session.vj, []).append(session)
        return found

    return site.once("featured by vj", made)


def _featuring(site: Site, session: Session) -> Iterator[str]:
    """Yield the VJs who feature what `redirects.yaml` leads to a session from, whoever has it now."""
    ways = leading_to(site, session)
    for vj in site.content.vjs if ways else ():
        if any(path in ways for name in vj.featured[:FEATURED_LIMIT] for path in paths_at(site, name)):
            yield vj.slug


def _year(site: Site, slug: str, last: str, language: str) -> Svg:
    words = site.words(language)
    recorded = {
        total.day: total.recorded_ms
        for year in (str(int(last[:4]) - 1).zfill(4), last[:4])
        for total in site.catalog.vj_days(slug, year)
    }
    label = words("vj.year_label", n=len(recorded), date=site.dates(language).write("date", last))
    return Svg(year_svg(recorded, last, label))


def _year_months(site: Site, last: str, language: str) -> Svg:
    return Svg(year_months_svg(last, site.words(language).items("dates.months_short")))


def _shares(site: Site, sessions: Sequence[Session]) -> list[float]:
    if not sessions:
        return [0.0] * 96
    minutes = site.dates("").offset_minutes(sessions[0].start_ms)
    return quarter_shares([(session.start_ms, session.end_ms) for session in sessions], minutes)


def _raised(shares: Sequence[float]) -> list[float]:
    """Return shares in proportion to the busiest quarter hour, so that the skyline fills its picture."""
    peak = max(shares) or 1.0
    return [share / peak for share in shares]


def _from_day_start(site: Site, shares: Sequence[float]) -> list[float]:
    """Return shares from the beginning of a broadcast day, so that what is on air over midnight is one piece."""
    first = site.config.day_starts_at_minutes // 15
    return [*shares[first:], *shares[:first]]


def _day(site: Site) -> DayScale:
    """Return the scale of a broadcast day of twenty-four hours."""
    return day_scale("2000-01-01", "UTC", site.config.day_starts_at_minutes)


def _usual_hours(shares: Sequence[float]) -> tuple[str, str]:
    """Return the stretch around the busiest quarter hour in which half as many broadcasts are on air."""
    peak = max(range(96), key=lambda at: (shares[at], -at))
    half = shares[peak] / 2
    first = last = peak
    while shares[(first - 1) % 96] >= half and last - first < 95:
        first -= 1
    while shares[(last + 1) % 96] >= half and last - first < 95:
        last += 1
    if last - first >= 48:
        return "", ""  # all day long is no habit
    return _quarter(first), _quarter(last + 1)


def _quarter(at: int) -> str:
    return f"{at % 96 // 4:02}:{at % 4 * 15:02}"


def _usual_days(site: Site, slug: str) -> tuple[int, ...]:
    """Return the weekdays with at least half the broadcasts of the busiest one; none when that is nearly all."""
    counts = [sum(hours) for hours in site.catalog.vj_hours(slug)]
    usual = tuple(day for day, count in enumerate(counts) if 2 * count >= max(counts) and count)
    return usual if len(usual) <= 4 else ()
