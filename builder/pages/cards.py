"""A session as one entry of a list: the card, its badges, its strip in words, and the filters over a page of cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from msgspec.structs import replace

from builder.dates import Dates
from builder.drawing.strips import strip_svg
from builder.model import HOUR_MS, NEVER_MS, Format, Part, Rendition, Session, Track
from builder.pages.attachment import storyboard_url
from builder.pages.site import Site
from builder.pages.values import Badge, Card, Chapter, Facet, Filter, Run, Svg
from builder.pages.words import run
from builder.sessions.holes import Hole, lost_and_removed

CHAPTERS_ON_CARD = 12
BADGES_ON_CARD = 3
LOSSES_IN_WORDS = 4
VJS_SIDE_BY_SIDE = 24  # more are in a menu
VJ_LETTERS = ("ABCDEF", "GHIJKL", "MNOPQR")  # one of each is a VJ: what the style sheet tells apart
VJS_IN_FILTER = 216
EXPIRY_SHOWN_MS = 90 * 24 * HOUR_MS  # an expiry further away than this after the broadcast is no news

UNSEEN = Svg("")  # in place of a picture that no template of the page names

DEAD_STATES = (("archived", "archived"), ("no_address", "waiting"))  # (flag, state)

AUDIO_FORMATS = ("aac", "mp3")
PHONE_FORMATS = ("mp4", "hls", "aac", "mp3")
PLAYER_FORMATS = (*PHONE_FORMATS, "flv")


def title(site: Site, session: Session, language: str) -> Run:
    """Return the title that somebody gave, or one made of weekday, part of the day and date."""
    page_language = site.code(language)
    if session.title:
        return run(session.title, session.language, page_language)
    return Run(site.dates(language).title(session.start_ms), page_language)


def card(
    site: Site, session: Session, language: str, *, longest_ms: int = 0, lazy: bool = True, vj_letters: str = ""
) -> Card:
    """Return the card of a session; `longest_ms` is the longest time on air in the same list (0: fill the width)."""
    chapters = shown_chapters(site, session, language) if site.shows("chapters", "chapters_total") else ()
    return Card(
        anchor=session.tag,
        url=site.link("watch", session.id, language),
        title=title(site, session, language),
        vj=site.vj_ref(session.vj, language),
        start_ms=session.start_ms,
        end_ms=session.end_ms,
        length_ms=session.duration_ms,
        poster=poster(site, session) if site.shows("poster") else "",
        poster_lazy=lazy,
        strip=strip(site, session, language, longest_ms=longest_ms) if site.shows("strip") else UNSEEN,
        badges=badges(site, session)[:BADGES_ON_CARD] if site.shows("badges") else (),
        chapters=chapters[:CHAPTERS_ON_CARD],
        chapters_total=len(chapters),
        length_class=length_class(session),
        plays=plays(session) if site.shows("plays", "filters") else "",
        state="cut" if session.gaps else "whole",
        vj_letters=vj_letters,
        storyboard=storyboard_url(site, session) if site.shows("storyboard") else "",
    )


def cards(
    site: Site, sessions: Sequence[Session], language: str, *, by_vj: bool = False, longest_ms: int = 0
) -> tuple[Card, ...]:
    """Return the cards of one list: their strips share one scale; `by_vj` names the VJs for the filter.

    `longest_ms` is the scale where the list is a part of a longer one.
    """
    if site.shows("strip"):
        longest_ms = longest_ms or max((on_air_ms(session) for session in sessions), default=0)
    letters = letters_of_vjs(sessions) if by_vj and site.shows("vj_letters", "filters") else {}
    return tuple(
        card(site, session, language, longest_ms=longest_ms, vj_letters=letters.get(session.vj, ""))
        for session in sessions
    )


def poster(site: Site, session: Session) -> str:
    """Return the picture's address: the provider's when configured and known, else the drawn one."""
    if site.config.media.posters == "provider" and session.poster_url:
        return session.poster_url
    return site.link("poster", session.id, "")


def strip(site: Site, session: Session, language: str, *, longest_ms: int = 0) -> Svg:
    return Svg(strip_svg(session, strip_words(site, session, language), longest_ms=longest_ms))


def strip_words(site: Site, session: Session, language: str) -> str:
    """Say what the strip shows: "Recorded 3 h 26 m of 3 h 40 m on air; lost 21:41–21:52. 7 chapters."."""
    words, dates = site.words(language), site.dates(language)
    if session.duration_ms is None:
        return words("strip.unknown")
    length = dates.length(session.duration_ms)
    if session.gaps:
        missing = [
            words(f"strip.{name}", spans=_spans(site, found, language))
            for name, found in zip(("lost", "removed"), lost_and_removed(session), strict=True)
            if found
        ]
        span = dates.length(on_air_ms(session))
        said = words("strip.some", length=length, span=span, missing=words("list_also").join(missing))
    else:
        said = words("strip.whole", length=length)
    if session.chapters:
        said += " " + words("strip.chapters", n=len(session.chapters))
    return said


def _spans(site: Site, found: list[Hole], language: str) -> str:
    words, dates = site.words(language), site.dates(language)
    spans = [words("strip.span", start=start, end=end) for start, end in _clocks(dates, found[:LOSSES_IN_WORDS])]
    said = words("list_and").join(spans)
    more = len(found) - LOSSES_IN_WORDS
    return words("strip.spans_more", spans=said, n=more) if more > 0 else said


def _clocks(dates: Dates, holes: Iterable[Hole]) -> Iterator[tuple[str, str]]:
    """Yield from when to when, to the second where the minutes alone would say that it is no time at all."""
    for hole in holes:
        start, end = dates.clocks(hole.start_ms, hole.end_ms)
        yield (start, end) if start != end else dates.clocks_seconds(hole.start_ms, hole.end_ms)


def badges(site: Site, session: Session) -> tuple[Badge, ...]:
    """Return what is unusual about a broadcast, most important first."""
    found = []
    if state := dead_state(session):
        found.append(Badge(state))
    elif not any(is_secure(site, track) for track in playable_tracks(session)):
        found.append(Badge("insecure"))
    lost, removed = lost_and_removed(session)
    if lost:
        found.append(Badge("cut", n=len(lost)))
    if removed:
        found.append(Badge("removed"))
    if is_audio(session):
        found.append(Badge("audio"))
    elif playable_tracks(session) and not plays_on_phones(session):
        found.append(Badge("no_phone"))
    expires_ms = session.expires_ms
    if expires_ms is not None and expires_ms < NEVER_MS and expires_ms - session.end_ms <= EXPIRY_SHOWN_MS:
        found.append(Badge("expires", at_ms=expires_ms))
    if "bad_times" in session.flags:
        found.append(Badge("uncertain"))
    dates = site.dates(site.languages[0])
    if dates.local(session.start_ms).date() != dates.local(session.end_ms).date():
        found.append(Badge("ends", at_ms=session.end_ms))
    return tuple(found)


def shown_chapters(site: Site, session: Session, language: str) -> tuple[Chapter, ...]:
    page_language = site.code(language)
    return tuple(
        Chapter(at_ms // 1000, session.zero_ms + at_ms, run(words, session.language, page_language))
        for at_ms, words in session.chapters
    )


def on_air_ms(session: Session) -> int:
    """Return the time on air, gaps included."""
    return session.end_ms - session.start_ms


def playable_tracks(session: Session) -> list[Track]:
    """Return the tracks of which at least one part can be played here."""
    return [track for track in session.tracks if is_for_player(track) and any(part.url for part in track.parts)]


def is_for_player(track: Track) -> bool:
    return track.format in PLAYER_FORMATS or as_played(track).format in PLAYER_FORMATS


def dead_state(session: Session) -> str:
    """Return why nothing of a session plays: archived, waiting (for an address) or unplayable; "" when it plays."""
    if playable_tracks(session):
        return ""
    return next((state for flag, state in DEAD_STATES if flag in session.flags), "unplayable")


def is_secure(site: Site, track: Track) -> bool:
    """Say whether a page of this site may load every file of a track: a page with encryption loads none without."""
    is_open = not site.config.base_url.startswith("https://")
    return is_open or not any(part.url.startswith("http://") for part in as_played(track).parts)


def any_insecure(site: Site, session: Session) -> bool:
    return not all(is_secure(site, track) for track in session.tracks)


def is_audio(session: Session) -> bool:
    return bool(session.tracks) and all(track.format in AUDIO_FORMATS for track in session.tracks)


def plays_on_phones(session: Session) -> bool:
    return any(as_played(track).format in PHONE_FORMATS for track in playable_tracks(session))


def as_played(track: Track) -> Track:
    """Return a track as viewers play it: transcodes for phones go before an original that only a desktop plays.

    They do where every part has one in the same format; the original is tried after them.
    """
    if track.format in PHONE_FORMATS or not all(part.renditions for part in track.parts):
        return track
    formats = {part.renditions[0].format for part in track.parts}
    if len(formats) > 1 or formats.isdisjoint(PHONE_FORMATS):
        return track
    return replace(track, format=formats.pop(), parts=tuple(_transcoded(part, track.format) for part in track.parts))


def _transcoded(part: Part, original: Format) -> Part:
    first, *others = part.renditions  # the best of those that play anywhere, see `sessions.media`
    return replace(part, url=first.url, renditions=(*others, Rendition(part.url, original)))


def plays(session: Session) -> str:
    """Return the filter's words for where a broadcast plays."""
    words = ["phone"] if plays_on_phones(session) else []
    words += ["audio"] if is_audio(session) else []
    return " ".join([*words, *sorted({track.format for track in playable_tracks(session)})])


def length_class(session: Session) -> str:
    length_ms = session.duration_ms or 0
    return "short" if length_ms < HOUR_MS else "mid" if length_ms <= 3 * HOUR_MS else "long"


def letters_of_vjs(sessions: Iterable[Session]) -> dict[str, str]:
    """Give the VJs of a page their letters in the order of their slugs; beyond what letters tell there is no filter."""
    slugs = sorted({session.vj for session in sessions})
    words = ("".join(letters) for letters in product(*VJ_LETTERS))
    return dict(zip(slugs, words, strict=False)) if 1 < len(slugs) <= VJS_IN_FILTER else {}


def filters(site: Site, shown: Sequence[Card], *, by_vj: bool = True) -> tuple[Filter, ...]:
    """Return the filters that would leave some cards out and keep others; none where no template prints them."""
    if not site.shows("filters"):
        return ()
    found = []
    vjs: dict[str, list[Run]] = {}
    for each in shown:
        if each.vj_letters:
            vjs.setdefault(each.vj_letters, []).append(each.vj.name)
    if by_vj and len(vjs) > 1:
        facets = tuple(Facet(letters, names[0], len(names)) for letters, names in sorted(vjs.items()))
        found.append(Filter("vj", facets, is_menu=len(facets) > VJS_SIDE_BY_SIDE))
    for name, values in (
        ("length", ("short", "mid", "long")),
        ("plays", ("phone", "audio", *PLAYER_FORMATS)),
        ("state", ("whole", "cut")),
    ):
        counts = {value: sum(value in _facet(each, name).split() for each in shown) for value in values}
        facets = tuple(Facet(value, None, count) for value, count in counts.items() if 0 < count < len(shown))
        if facets:
            found.append(Filter(name, facets))
    return tuple(found)


def _facet(each: Card, name: str) -> str:
    return {"length": each.length_class, "plays": each.plays, "state": each.state}[name]
