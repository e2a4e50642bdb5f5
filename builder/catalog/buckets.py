"""Buckets: a bulk load cut into parts that fit into memory, each with all there is about some streams.

Whoever loads a bucket (see `spool`) has everything that it takes to derive its sessions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from builder.catalog.deriving import AppNames, Deriver, apps_of, completed, completed_event, merged_of
from builder.catalog.numbers import stream_number
from builder.catalog.rows import (
    Known,
    RecordingRow,
    SessionRow,
    decode_event,
    overwritten_in,
    recording_row,
    replaceable_number,
    session_row,
    stream_id_number,
    tag_rows,
)
from builder.catalog.spool import NOTICE, ShotRow, SpoolRow, frames
from builder.media import host_of
from builder.model import Event, Recording, Session, StreamKey, is_library_id

_decode_notices = msgspec.msgpack.Decoder(list[SpoolRow]).decode
_decode_events = msgspec.msgpack.Decoder(list[ShotRow]).decode


class Derived(msgspec.Struct, array_like=True):
    """What a bucket gives: rows for the tables, and what does not fit a row."""

    recordings: list[RecordingRow] = []
    sessions: list[SessionRow] = []
    tags: list[tuple[str, str, int, str]] = []
    aliases: list[tuple[str, str]] = []
    curated: list[tuple[str, str]] = []
    streams: list[tuple[int, int, str, str, str, int, int]] = []
    conflicts: list[tuple[int, str, tuple[str, ...], int]] = []  # base, key, fields, losers
    refused: list[tuple[int, str, str]] = []  # base, key, host
    overwritten: list[tuple[str, str]] = []  # key, key of the newer one
    unclaimed: int = 0  # notices of files whose facts nobody told


class Contents(msgspec.Struct):
    """What a bucket holds of one stream."""

    bases: dict[int, list[bytes]] = {}  # notices by base number
    events: dict[int, ShotRow] = {}  # by identity


def derive_bucket(places: Iterable[Path], deriver: Deriver, lifted: frozenset[int], *, is_tied: bool) -> Derived:
    """Derive everything from the files of one bucket, but for the streams that another bucket has.

    Stream by stream, unless they are tied: the values of one stay in the processor's cache, those of a bucket do not.
    """
    contents: defaultdict[int, Contents] = defaultdict(Contents)
    for sort, data in (frame for place in places for frame in frames(place)):
        if sort == NOTICE:
            for base, stream, item in _decode_notices(data):
                if stream not in lifted:
                    contents[0 if is_tied else stream].bases.setdefault(base, []).append(item)
        else:
            for row in _decode_events(data):
                if row[1] not in lifted:
                    told = contents[0 if is_tied else row[1]].events
                    known = told.get(row[0], row)
                    told[row[0]] = row if row[3] < known[3] else known  # told twice: the same one in any order
    derived = Derived()
    for own in contents.values():
        events = [decode_event(row[2], row[3]) for _, row in sorted(own.events.items())]
        derive(own.bases.items(), events, deriver, derived)
    return derived


def derive(
    bases: Iterable[tuple[int, list[bytes]]], events: Iterable[Event], deriver: Deriver, derived: Derived
) -> None:
    """Add the rows derived from whole bases and distinct events of streams that no other call gets."""
    by_stream: defaultdict[str, list[Known]] = defaultdict(list)
    replaceable: list[Recording] = []
    wild: set[str] = set()  # streams that some record does not name in full
    is_usable = deriver.is_usable
    for base, items in bases:
        for merged in merged_of(items):
            recording = merged.recording
            if recording is None:
                derived.unclaimed += merged.notices
                continue
            stream, usable = recording.stream, is_usable(recording.url)
            by_stream[stream.stream_id].append(
                Known(base, recording, stream, merged.notices, usable, merged.conflict, merged.losers)
            )
            if not stream.app or not stream.appname:
                wild.add(stream.stream_id)
            if not is_library_id(recording.file_id):
                replaceable.append(recording)
    told = _told(by_stream.values())
    events_of: defaultdict[str, list[Event]] = defaultdict(list)
    seen: Counter[StreamKey] = Counter()
    for event in events:
        events_of[event.stream.stream_id].append(event)
        seen[event.stream] += 1
    apps = apps_of([*told, *seen])
    derived.streams += [_stream_row(stream, told[stream], seen[stream]) for stream in sorted({*told, *seen})]
    for together in _together(by_stream, replaceable, deriver):
        group = [
            one
            for stream_id in together
            for one in (
                _whole(by_stream[stream_id], apps.get(stream_id, ())) if stream_id in wild else by_stream[stream_id]
            )
        ]
        happened = [
            completed_event(event, apps.get(stream_id, ())) for stream_id in together for event in events_of[stream_id]
        ]
        _group(group, happened, deriver, derived)


def _told(lists: Iterable[list[Known]]) -> Counter[StreamKey]:
    """Count usable recordings by the stream they told; those of one list mostly tell the same."""
    told: Counter[StreamKey] = Counter()
    for known in lists:
        usable = [one.told for one in known if one.usable]
        if usable:
            alike = usable.count(usable[0])  # compares, which is cheaper than hashing each
            told.update({usable[0]: alike} if alike == len(usable) else usable)
    return told


def _whole(known: list[Known], apps: AppNames) -> list[Known]:
    if not apps:
        return known
    return [
        one
        if (one.told.app and one.told.appname)
        else msgspec.structs.replace(one, recording=completed(one.recording, apps))
        for one in known
    ]


def _together(
    by_stream: Mapping[str, Sequence[Known]], replaceable: Iterable[Recording], deriver: Deriver
) -> list[list[str]]:
    """Return the stream ids to group at one time: each alone, but for those that merges or shared URLs connect."""
    homes: defaultdict[object, set[str]] = defaultdict(set)
    merged = {name for curation in deriver.book.rules.curations for name in curation.merge}
    for stream_id, known in by_stream.items() if merged else ():
        if any(not merged.isdisjoint((one.recording.key, one.recording.file_id)) for one in known):
            homes["merge"].add(stream_id)
    for recording in replaceable:
        number = replaceable_number(recording.file_id, recording.url)
        if number is not None:
            homes[number].add(recording.stream.stream_id)
    tied = {stream_id for shared in homes.values() if len(shared) > 1 for stream_id in shared}
    alone = [[stream_id] for stream_id in by_stream if stream_id not in tied]
    return [sorted(tied), *alone] if tied else alone


def _group(known: list[Known], events: list[Event], deriver: Deriver, derived: Derived) -> None:
    homes: dict[str, str] = {}
    for session in deriver.sessions(known, events):
        identity = session.id
        for key in session.recordings:
            homes[key] = identity
        add_session(session, deriver, derived)
    add_row, home_of = derived.recordings.append, homes.get
    for one in known:
        add_row(recording_row(one, home_of(one.recording.key)))
        if one.conflict:
            derived.conflicts.append((one.base, one.recording.key, one.conflict, one.losers))
        if not one.usable:
            derived.refused.append((one.base, one.recording.key, host_of(one.recording.url)))


def add_session(session: Session, deriver: Deriver, derived: Derived) -> None:
    derived.sessions.append(session_row(session, deriver.clock))
    if session.tags:
        derived.tags.extend(tag_rows(session))
    if session.aliases:
        derived.aliases.extend((alias, session.id) for alias in session.aliases)
    if session.curated_by:
        derived.curated.extend((source, session.id) for source in session.curated_by)
    if session.whole.others:
        derived.overwritten.extend(overwritten_in(session))


def _stream_row(stream: StreamKey, recordings: int, events: int) -> tuple[int, int, str, str, str, int, int]:
    number = stream_id_number(stream.stream_id)
    return stream_number(stream), number, stream.stream_id, stream.app, stream.appname, recordings, events


decode_derived = msgspec.msgpack.Decoder(Derived).decode
