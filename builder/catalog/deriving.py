"""Facts → derived values, for any closed part of the catalog. Pure: where merge, streams and grouping meet.

A bulk load calls it for many streams at a time, an incremental one for the islands that changed; both get the same
sessions, because both hand over closed sets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property, partial

import msgspec

from builder.catalog.merge import Merged, identity, lone, merge
from builder.catalog.rows import Known, LocalClock, decode_notice
from builder.media import public_url
from builder.model import Event, Media, Notice, PushEvent, Recording, Screenshot, Session, StreamKey, TaskEvent, Value
from builder.sessions import Island, Rulebook, Rules, assemble, resolve_stream

AFTER_SCHEME = len("https://")  # a stored address always has a path after its host
AppNames = Collection[tuple[str, str]]
_replace = msgspec.structs.replace


class Setting(Value, frozen=True):
    """What people decided, as far as it shapes derived values."""

    rules: Rules
    media: Media = Media()


class Deriver:
    """The lookups made from a setting once, and the derivations that use them."""

    def __init__(self, setting: Setting) -> None:
        self.rules = setting.rules
        self.public_url: Callable[[str], str | None] = (
            partial(public_url, media=setting.media) if setting.media.rewrite else self._public_url
        )
        self.shows_pictures = setting.rules.posters == "provider"
        self._media = setting.media
        self._origins: dict[str, str | None] = {}

    @cached_property
    def book(self) -> Rulebook:
        return Rulebook(self.rules)

    @cached_property
    def clock(self) -> LocalClock:
        return LocalClock(self.book.days)

    def is_usable(self, url: str) -> bool:
        """Say whether a recording's media host is on the list; one without an address has nothing to refuse."""
        return not url or self._origin(url[: url.find("/", AFTER_SCHEME)]) is not None

    def _public_url(self, url: str) -> str | None:
        """Return what `media.public_url` does when nothing is rewritten: only the origin matters then, and few exist.

        Saves a microsecond and a half for each recording.
        """
        cut = url.find("/", AFTER_SCHEME)
        origin = self._origin(url[:cut])
        return None if origin is None else origin + url[cut:]

    def _origin(self, origin: str) -> str | None:
        """Return the origin that addresses of this one are published under; None when it is not listed."""
        try:
            return self._origins[origin]
        except KeyError:
            found = public_url(f"{origin}/", msgspec.structs.replace(self._media, rewrite=()))
            return self._origins.setdefault(origin, found and found[:-1])

    def sessions(self, known: Iterable[Known], events: Iterable[Event]) -> list[Session]:
        """Group the usable ones of a closed set of recordings, with the events of their streams."""
        usable = [one for one in known if one.usable]
        if not usable:
            return []
        happened = list(events)
        recordings = tuple([one.recording for one in usable])
        notices = {one.recording.key: one.notices for one in usable if one.notices != 1}
        if not happened:
            return assemble(Island(recordings, notices=notices), self.book, self.public_url)
        island = Island(
            recordings,
            pushes=tuple(event for event in happened if isinstance(event, PushEvent)),
            tasks=tuple(event for event in happened if isinstance(event, TaskEvent)),
            screenshots=tuple(event for event in happened if isinstance(event, Screenshot)),
            notices=notices,
        )
        return assemble(island, self.book, self.public_url)


def merged_of(items: Sequence[bytes]) -> list[Merged]:
    """Merge the stored notices of one base number; repeated ones are decoded once."""
    if items and items.count(items[0]) == len(items):  # nearly always
        return [lone(decode_notice(items[0]), len(items))]
    decoded = {item: decode_notice(item) for item in set(items)}
    return merge_numbered([decoded[item] for item in items])


def merge_numbered(notices: Sequence[Notice]) -> list[Merged]:
    """Merge notices that share a number, and mostly but not always an identity."""
    groups: defaultdict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        groups[identity(notice)].append(notice)
    if len(groups) == 1:
        return merge(notices)
    return [merged for key in sorted(groups) for merged in merge(groups[key])]


def completed(recording: Recording, apps: AppNames) -> Recording:
    """Complete the stream of a recording whose app or path was not told."""
    told = recording.stream
    if told.app and told.appname:
        return recording
    stream, flag = resolve_stream(told, apps)
    if flag:
        return _replace(recording, flags=tuple(sorted({*recording.flags, flag})))
    return recording if stream is told else _replace(recording, stream=stream)


def completed_event(event: Event, apps: AppNames) -> Event:
    """Complete the stream of an event as that of a recording."""
    stream, _ = resolve_stream(event.stream, apps)
    return event if stream is event.stream else _replace(event, stream=stream)


def apps_of(streams: Iterable[StreamKey]) -> dict[str, set[tuple[str, str]]]:
    """Return, for each stream id, the (app, appname) pairs that were told with it."""
    apps: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for stream in streams:
        if stream.app or stream.appname:
            apps[stream.stream_id].add((stream.app, stream.appname))
    return apps
