"""Explain: why a session is what it is, in plain words.

Used by `aftercast explain`, which may name streams and files, and by the watch page's "How we know this", which may
not: everything private is said only when asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import tzinfo

from builder.addresses import BroadcastDays
from builder.dates import offset_between
from builder.model import Part, Recording, Session, SetAside, StreamKey, Track
from builder.sessions.coverage import survey
from builder.sessions.duplicates import by_start
from builder.sessions.holes import holes
from builder.sessions.intervals import join_interval
from builder.sessions.record import instant
from builder.sessions.trimming import hidden_ends, leaves_nothing
from builder.wording import count, length_words

WHY_ASIDE = {
    "duplicate": "shows the same time as another file of its format",
    "superseded": "an earlier state of a playlist that grew on",
    "overwritten": "a newer file was stored under the same address",
    "deleted": "deleted at the provider",
    "forbidden": "blocked by the provider",
    "expired": "thrown away by the provider when its storage time was over",
    "repeated": "reaches into another replay, and other files show all of it here and there",
    "withheld": "reaches into time that a person hides",
}
FLAGS = {
    "ambiguous_app": "the record does not tell which of several streams of this name it belongs to",
    "archived": "the file is in cold storage and cannot be played",
    "bad_bps": "the told bit rate is none and was left out",
    "bad_callback_ext": "part of the record's extension could not be read and was left out",
    "bad_cover": "the cover's address could not be used and was left out",
    "bad_rendition": "a transcode could not be read and was left out",
    "bad_tag": "a tag could not be read and was left out",
    "bad_times": "neither a length nor a start before the end was told, so only the end is known",
    "bad_usec": "a told fraction of a second is none and was left out",
    "coerced": "a number came as text or in milliseconds",
    "drm": "a transcode is protected and was left out",
    "end_from_creation": "no times were told; the file's creation stands for its end",
    "format_mismatch": "the told format and the address's suffix differ; the format is trusted",
    "masked_sign": "the signature was masked before the record was stored",
    "no_address": "the list that told of the file has no addresses",
    "no_stream": "the list that told of the file names no stream, so the file stands alone",
    "record_file_id_differs": "the record has two file ids; the first counts",
    "rounded_id": "the file id ends in zeros, as a spreadsheet leaves it",
    "time_mismatch": "the told length differs from the told times by more than a minute; the length is trusted",
    "unknown_format": "the told format is not known; the address's suffix decides",
    "unknown_suffix": "the address ends in a suffix that is not known",
    "unplayable": "no file of it can be played",
}
TOMBSTONES = {
    "hidden": "a person hid it; the page says only that",
    "deleted": "every file that could be played was deleted; the page says only that",
    "forbidden": "the provider blocked it; the page says only that",
    "expired": "the provider threw every file away when its time was over; the page says only that",
    "overwritten": "every file that could be played was written over by a newer one; the page says only that",
}
CAUSES = {
    "forbidden": "blocked by the provider",
    "deleted": "deleted",
    "overwritten": "written over by a newer one",
    "expired": "thrown away when its time was over",
}


def explain(
    session: Session, recordings: Iterable[Recording] = (), *, zone: tzinfo | None = None, private: bool = False
) -> list[str]:
    """Say in plain lines what made a session: records, gaps, rules, repairs, what was set aside.

    `recordings` adds what only they tell (announcements, titles). `private` names files and streams, for the operator.
    """
    shown, session = session, session.whole
    by_key = {recording.key: recording for recording in recordings}
    days = BroadcastDays(zone) if zone is not None else None
    lines = [_summary(session)]
    if zone is not None:
        lines.append(f"times are those of {zone}")
    if private:
        lines += [f"stream {stream}" for stream in _streams(session, by_key.values())]
        lines.append(f"address from the file announced first, {session.anchor}")
    lines += _standing(session)
    for track in session.tracks:
        lines.append(_track(track))
        if private and track.view:
            told = {by_key[part.key].stream for part in track.parts if part.key in by_key}
            lines += [f"  stream {name}" for name in sorted(map(_stream, told))]
        if private:
            lines += [f"  {_part(part, days, by_key.get(part.key))}" for part in track.parts]
    lines += _holes(session, days)
    lines += _rules(session, by_key, private=private)
    lines += _trim(shown, days)
    lines += [_flag(flag) for flag in session.flags if flag not in TOMBSTONES]
    lines += _aside(session.others, private=private)
    if session.aliases:
        earlier = count(len(session.aliases), "earlier address", "earlier addresses")
        lines.append(f"{earlier}: {', '.join(session.aliases)}")
    return lines


def _flag(flag: str) -> str:
    return f"repair: {FLAGS[flag]}" if flag in FLAGS else f"note: {flag}"


def _summary(session: Session) -> str:
    files = count(len(session.recordings), "file")
    notices = count(session.notices, "notification") if session.notices else "no notification"
    length_ms, left = session.duration_ms, ""
    if not session.tracks:  # all of it is gone, but what is gone was told with its times
        length_ms, _ = survey(sorted(session.others, key=by_start))
        left = ", nothing of it is left"
    if not length_ms and session.duration_ms is None:
        return f"made from {files} and {notices}; how long it is was not told"
    recorded, on_air = length_words(length_ms or 0), length_words(session.end_ms - session.start_ms)
    return f"made from {files} and {notices}; recorded {recorded} of {on_air} on air{left}"


def _standing(session: Session) -> list[str]:
    causes = [why for why in CAUSES if any(other.why == why for other in session.others)]
    if session.tombstone and session.tombstone != "hidden" and len(causes) > 1:
        said = " or ".join(CAUSES[why] for why in causes)
        return [f"every file that could be played was {said}; the page says only that"]
    if session.tombstone:
        return [TOMBSTONES["overwritten" if causes == ["overwritten"] else session.tombstone]]
    return [] if session.visibility == "public" else [f"a person made it {session.visibility}"]


def _track(track: Track) -> str:
    what = [track.format, count(len(track.parts), "part"), f"covers {length_words(track.coverage_ms)}"]
    if track.bps:
        what.insert(1, f"{track.bps} kbps")
    if track.resolution:
        what.insert(1, track.resolution)
    if track.view:
        what.insert(1, f"view {track.view}")
    return f"{'plays first' if track.primary else 'also there'}: {', '.join(what)}"


def _part(part: Part, days: BroadcastDays | None, recording: Recording | None) -> str:
    length = "length unknown" if part.duration_ms is None else length_words(part.duration_ms)
    words = [part.file_id or part.key, _span(part.start_ms, part.end_ms, days), length]
    if not part.url:
        words.append("not playable")
    if recording is not None:
        words.append(f"announced {_clock(recording.announced_ms, days)}")
    return ", ".join([*words, *part.flags])


def _holes(session: Session, days: BroadcastDays | None) -> list[str]:
    return [
        f"gap: {length_words(hole.length_ms)} {'removed since' if hole.removed else 'not recorded'}, "
        + _span(hole.start_ms, hole.end_ms, days)
        for hole in holes(session)
    ]


def _are_near(session: Session, by_key: Mapping[str, Recording]) -> bool:
    """Say whether any files of one stream lie so near each other that this alone joined them."""
    if any(reason.rule == "window" for reason in session.reasons):
        return False
    files: list[Part | SetAside] = [*(part for track in session.tracks for part in track.parts), *session.others]
    spans: defaultdict[StreamKey, list[tuple[int, int]]] = defaultdict(list)
    for one in files:
        recording = by_key.get(one.key)
        if recording is None:
            spans[session.stream].append((one.start_ms, one.end_ms))
        else:
            spans[recording.stream].append(join_interval(recording))
    return any(_has_near(sorted(together), session.max_gap_ms) for together in spans.values())


def _has_near(spans: list[tuple[int, int]], limit_ms: int) -> bool:
    high = spans[0][1]
    for start, end in spans[1:]:
        if start - high <= limit_ms:
            return True
        high = max(high, end)
    return False


def _rules(session: Session, by_key: Mapping[str, Recording], *, private: bool) -> list[str]:
    lines = []
    if len(session.recordings) > 1 and not session.max_gap_ms:
        lines.append("rule: every file is a session of its own, unless a person joins them")
    elif len(session.recordings) > 1 and _are_near(session, by_key):
        lines.append(f"rule: files at most {length_words(session.max_gap_ms)} apart are one session")
    for reason in session.reasons:
        files = f" ({', '.join(reason.keys)})" if private and reason.keys else ""
        lines.append(f"rule: {reason.detail}{files}")
    if private and session.curated_by:
        lines.append(f"curated by {', '.join(session.curated_by)}")
    return lines


def _trim(shown: Session, days: BroadcastDays | None) -> list[str]:
    trim = shown.trim
    if trim is None:
        return []
    said = f"a person hides {hidden_ends(trim, lambda ms: _clock(ms, days))}"
    if leaves_nothing(shown):
        return [f"{said}, which leaves nothing of it"]
    if shown.tombstone:
        return [said]
    return [f"{said}; shown is {_span(shown.start_ms, shown.end_ms, days)}"]


def _aside(others: Iterable[SetAside], *, private: bool) -> list[str]:
    if private:
        return [f"set aside: {other.file_id or other.key}, {_why_aside(other)}" for other in others]
    found: dict[str, int] = {}
    for other in others:
        found[other.why] = found.get(other.why, 0) + 1
    return [f"set aside: {count(number, 'file')}, {WHY_ASIDE.get(why, why)}" for why, number in sorted(found.items())]


def _why_aside(other: SetAside) -> str:
    why = WHY_ASIDE.get(other.why, other.why)
    return f"{why} ({other.by})" if other.by else why


def _streams(session: Session, recordings: Iterable[Recording]) -> list[str]:
    """Name every stream of a session, that of its address first."""
    others = {_stream(recording.stream) for recording in recordings} - {_stream(session.stream)}
    return [_stream(session.stream), *sorted(others)]


def _stream(told: StreamKey) -> str:
    return "/".join(part for part in (told.app, told.appname, told.stream_id) if part)


def _span(start_ms: int, end_ms: int, days: BroadcastDays | None) -> str:
    start, end = _clock(start_ms, days), _clock(end_ms, days)
    if days is not None:
        start, end = offset_between(start, end, (days.offset_ms(start_ms) // 60_000, days.offset_ms(end_ms) // 60_000))
    return f"{start} to {end}"


def _clock(ms: int, days: BroadcastDays | None) -> str:
    if days is None:
        return instant(ms)
    seconds = (ms + days.offset_ms(ms)) // 1000 % 60
    return f"{days.day(ms)} {days.clock(ms)}:{seconds:02}"
