"""What was said: the captions of a broadcast for the player and for browsers' own players, and as a transcript."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from builder.model import Captions, Part, Session
from builder.pages.attachment import captions_name, captions_of, shown_time
from builder.pages.site import Site
from builder.pages.values import Caption, Transcript, TranscriptLine
from builder.pages.words import run

LINE_LIMIT = 600  # characters


def captions(site: Site, session: Session, to_url: Callable[[str], str] = lambda url: url) -> tuple[Caption, ...]:
    """Return the captions of a session; `to_url` makes an address for the page."""
    if not site.has("attachment"):
        return ()
    return tuple(
        Caption(
            each.language,
            language_name(site, each.language),
            to_url(site.link("attachment", f"{session.id}/{captions_name(each)}", "")),
        )
        for each in captions_of(site, session)
    )


def language_name(site: Site, language: str) -> str:
    """Return what a language calls itself where the site has words in it, else its code."""
    words = site.messages.get(language) or site.messages.get(language.partition("-")[0])
    return words("language_name") if words else language


def transcript(site: Site, session: Session, language: str) -> Transcript | None:
    """Return the transcript in the page's language, else in the first there is; only of the time that is shown."""
    told = captions_of(site, session)
    if not told or not site.has("attachment"):
        return None
    chosen = min(told, key=lambda each: (_distance(each, site.code(language)), each.language))
    low, high = shown_time(session, chosen.last_ms)
    lines = tuple(
        TranscriptLine(from_ms // 1000, run(words, chosen.language, chosen.language, LINE_LIMIT))
        for from_ms, to_ms, words in chosen.lines
        if low <= from_ms and to_ms <= high and from_ms < session.end_ms - session.zero_ms
    )
    is_whole = chosen.whole or chosen.lines[-1][1] > high  # those that a page has no room for lie behind the end
    return Transcript(chosen.language, lines, is_whole) if lines else None


def _distance(told: Captions, language: str) -> int:
    if told.language == language:
        return 0
    return 1 if told.language.partition("-")[0] == language.partition("-")[0] else 2


def fits_one_file(session: Session, parts: Sequence[Part]) -> bool:
    """Say whether the browser's own player may show captions: one file that begins with the broadcast."""
    return len(parts) == 1 and parts[0].start_ms == session.zero_ms
