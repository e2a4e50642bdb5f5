"""The watch page: one broadcast, its player, chapters, versions, neighbours and the facts behind it.

Of its VJ it shows name, photo and link only, so that a new broadcast changes two watch pages besides its own: the
ones before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from builder.dates import offsets_over
from builder.model import Session, Value
from builder.pages import cards, paths
from builder.pages.attachment import storyboard_url
from builder.pages.frame import absolute, frame, head
from builder.pages.kind import Kind
from builder.pages.know import facts
from builder.pages.moments import linked
from builder.pages.native import NATIVE_PARTS_LIMIT, native_parts, native_track
from builder.pages.poster import has_page
from builder.pages.site import Site
from builder.pages.spoken import captions, fits_one_file, transcript
from builder.pages.tapes import tape
from builder.pages.values import (
    Badge,
    Caption,
    Card,
    Fact,
    Head,
    Html,
    NativePart,
    Player,
    Run,
    SiteFrame,
    Svg,
    TagLink,
    TocLine,
    Transcript,
    Version,
    VjRef,
)
from builder.pages.versions import player_tracks, versions
from builder.pages.words import language_of, run
from builder.sessions.holes import holes

TOC_GAPS_LIMIT = 100  # holes in the chapter list; a broadcast with more says so in "how we know this"
ENGINES = {"hls": "hls.light.mjs", "flv": "mpegts.js"}
ENGINE_KEYS = {"hls": "hls", "flv": "mpegts"}


class WatchPage(Value, frozen=True):
    """The value of `watch.html`."""

    site: SiteFrame
    head: Head
    title: Run
    vj: VjRef
    day_url: str
    start_ms: int
    end_ms: int
    span_ms: int  # on air, gaps included
    length_ms: int | None  # recorded
    badges: tuple[Badge, ...]
    unlisted: bool
    poster: str
    audio: bool
    player: Player | None  # None: nothing can be played
    state: str  # why not: archived, waiting, unplayable; "" when it plays
    tape: Svg
    parts: tuple[NativePart, ...]
    parts_as_links: bool
    toc: tuple[TocLine, ...]
    description: Html | None
    description_lang: str
    tags: tuple[TagLink, ...]
    versions: tuple[Version, ...]
    before: Card | None
    after: Card | None
    facts: tuple[Fact, ...]
    captions: tuple[Caption, ...]  # for the browser's own player; none where several files would each need their own
    transcript: Transcript | None
    address: str  # for the printed page


class Watch(Kind):
    name = "watch"
    template = "watch.html"

    def names(self, site: Site) -> Iterator[str]:
        return iter(site.catalog.all_ids())

    def touched(self, site: Site, session: Session) -> Iterable[str]:
        yield session.id
        if session.listed:
            for neighbour in site.catalog.neighbours(session):
                if neighbour is not None:
                    yield neighbour.id
            if not site.has_vj_page(session.vj):  # it is about to come, or has just gone
                yield from site.catalog.vj_unlisted_ids(session.vj)

    def stands(self, site: Site, name: str) -> bool:
        session = site.catalog.session(name)
        return session is not None and has_page(session)

    def value(self, site: Site, name: str, language: str) -> WatchPage | None:
        session = site.catalog.session(name)
        return watch_page(site, session, language) if session is not None and has_page(session) else None


def watch_page(site: Site, session: Session, language: str) -> WatchPage:
    """Return everything that the page of a session shows."""
    title = cards.title(site, session, language)
    vj = _vj(site, session, language)
    wanted = session.listed and site.shows("before", "after", "player")
    before, after = site.catalog.neighbours(session) if wanted else (None, None)
    path = site.link("watch", session.id, language)
    track = native_track(session)
    parts = native_parts(session, track) if track is not None else ()
    unlisted = session.visibility == "unlisted"
    return WatchPage(
        site=frame(site, language),
        head=head(
            site,
            "watch",
            session.id,
            language,
            title=f"{title.text} · {vj.name.text}",
            description=_description(site, session, language) if site.shows("description") else "",
            robots="noindex" if unlisted else "",
        ),
        title=title,
        vj=vj,
        day_url="" if unlisted else site.link("day", session.day, language),
        start_ms=session.start_ms,
        end_ms=session.end_ms,
        span_ms=cards.on_air_ms(session),
        length_ms=session.duration_ms,
        badges=_badges(site, session) if site.shows("badges") else (),
        unlisted=unlisted,
        poster=cards.poster(site, session),
        audio=cards.is_audio(session),
        player=_player(site, session, language, path, (before, after)) if parts and site.shows("player") else None,
        state=cards.dead_state(session),
        tape=tape(site, session, language) if site.shows("tape") else cards.UNSEEN,
        parts=parts,
        parts_as_links=len(parts) > NATIVE_PARTS_LIMIT,
        toc=_toc(site, session, language) if site.shows("toc") else (),
        description=_prose(session) if site.shows("description") else None,
        description_lang=_description_language(session, site.code(language)),
        tags=tuple(_tag(site, tag, language, linked_to=not unlisted) for tag in session.tags),
        versions=versions(site, session, language) if site.shows("versions") else (),
        before=_neighbour(site, before, language) if site.shows("before") else None,
        after=_neighbour(site, after, language) if site.shows("after") else None,
        facts=facts(site, session, language) if site.shows("facts") else (),
        captions=captions(site, session) if track and fits_one_file(session, track.parts) else (),
        transcript=transcript(site, session, language) if site.shows("transcript") else None,
        address=absolute(site, path),
    )


def _badges(site: Site, session: Session) -> tuple[Badge, ...]:
    return tuple(badge for badge in cards.badges(site, session) if badge.kind != "ends")


def _vj(site: Site, session: Session, language: str) -> VjRef:
    """Return the VJ, without the address of a page that is not there: what is unlisted makes none."""
    ref = site.vj_ref(session.vj, language)
    return ref if session.listed or site.has_vj_page(session.vj) else msgspec.structs.replace(ref, url="")


def _description(site: Site, session: Session, language: str) -> str:
    if session.description_text:
        return session.description_text
    words, dates = site.words(language), site.dates(language)
    length = _recorded_words(site, session, language)
    return words("watch.description", date=dates.day_and_clock(session.start_ms), recorded=length)


def _recorded_words(site: Site, session: Session, language: str) -> str:
    words, dates = site.words(language), site.dates(language)
    if session.duration_ms is None:
        return words("watch.no_length")
    length = dates.length(session.duration_ms)
    if session.gaps:
        return words("watch.recorded_of", length=length, span=dates.length(cards.on_air_ms(session)))
    return words("watch.recorded", length=length)


def _prose(session: Session) -> Html | None:
    if not session.description_html:
        return None
    return Html(linked(session.description_html, (session.end_ms - session.zero_ms) / 1000))


def _description_language(session: Session, page_language: str) -> str:
    return run(session.description_text, session.language, page_language).lang or language_of("", page_language)


def _tag(site: Site, tag: str, language: str, *, linked_to: bool) -> TagLink:
    label = run(tag, "", site.code(language))
    return TagLink(label, site.link("tag", f"|{tag}", language) if linked_to else "")


def _neighbour(site: Site, session: Session | None, language: str) -> Card | None:
    return None if session is None else cards.card(site, session, language)


def _toc(site: Site, session: Session, language: str) -> tuple[TocLine, ...]:
    """Return chapters and holes in time order; a broadcast without chapters has no list."""
    chapters = [
        TocLine(chapter.seconds, chapter.at_ms, chapter.title)
        for chapter in cards.shown_chapters(site, session, language)
    ]
    gaps = [
        TocLine((hole.start_ms - session.zero_ms) // 1000, hole.start_ms, None, hole.length_ms, removed=hole.removed)
        for hole in holes(session)[:TOC_GAPS_LIMIT]
    ]
    return tuple(sorted(chapters + gaps, key=lambda line: (line.at_ms, line.lost_ms)))


def _player(
    site: Site, session: Session, language: str, path: str, neighbours: tuple[Session | None, Session | None]
) -> Player:
    def to_url(url: str) -> str:
        return paths.relative(path, url) if url.startswith("/") else url

    def watch_url(other: Session | None) -> str:
        return to_url(site.link("watch", other.id, language)) if other else ""

    def seconds(at_ms: int) -> float:
        return (at_ms - session.zero_ms) / 1000

    tracks = player_tracks(site, session, language, to_url)
    formats = {track.format for track in tracks}
    formats |= {each.format for track in tracks for part in track.parts for each in part.renditions}
    return Player(
        id=session.id,
        tags=(session.tag, *(alias.rpartition("/")[2] for alias in session.aliases if not alias.startswith("/"))),
        start=session.zero_ms,
        length=seconds(_media_end_ms(session)),
        offset=tuple(offsets_over(site.dates(language), session.zero_ms, session.end_ms)),
        zone=site.config.timezone,
        title=cards.title(site, session, language).text,
        vj=site.vj_ref(session.vj, language).name.text,
        hue=site.session_hue(session),
        poster=to_url(cards.poster(site, session)),
        trim=(seconds(session.start_ms), seconds(session.end_ms)),
        gaps=tuple(
            (seconds(hole.start_ms), seconds(hole.end_ms), *([1] if hole.removed else [])) for hole in holes(session)
        ),
        chapters=tuple(
            (float(chapter.seconds), chapter.title.text) for chapter in cards.shown_chapters(site, session, language)
        ),
        prev=watch_url(neighbours[0]),
        next=watch_url(neighbours[1]),
        tracks=tracks,
        captions=captions(site, session, to_url),
        storyboard=to_url(storyboard_url(site, session)),
        engines={
            ENGINE_KEYS[kind]: to_url(site.assets[asset])
            for kind, asset in ENGINES.items()
            if kind in formats and asset in site.assets
        },
        words=dict(site.words(language).section("player")),
    )


def _media_end_ms(session: Session) -> int:
    """Return where the files end: after the session where a trim cuts the last one, which the player then stops."""
    return max([session.end_ms, *(part.end_ms for track in session.tracks for part in track.parts)])
