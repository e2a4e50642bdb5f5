"""Makes recordings, events and rules for the tests of this folder, in seconds after one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from builder.model import Curation, Grouping, PushEvent, Recording, Session, StreamKey, TaskEvent, Vj
from builder.sessions import Island, Rulebook, Rules, assemble

NOON = 1_641_988_800  # 2022-01-12T12:00:00Z
DEMO = StreamKey("demo", "push.example.com", "live")
HOUR = 3600


def public(url: str) -> str | None:
    """Publish what lies on the test's own host."""
    return url.replace("http://", "https://") if "media.example.com" in url else None


def rec(
    key: str,
    start: float,
    end: float,
    *,
    told: float | None = None,
    length: float | None = -1,
    announced: float | None = None,
    fmt: str = "mp4",
    stream: StreamKey = DEMO,
    host: str = "media.example.com",
    **more: object,
) -> Recording:
    """Make a recording with content from `start` to `end`, seconds after NOON.

    `told` is the told start (None: the content start); length None: none is told.
    """
    return Recording(
        key=key,
        file_id=key,
        stream=stream,
        format=fmt,
        start_ms=ms(start if told is None else told),
        end_ms=ms(end),
        duration_ms=round((end - start) * 1000) if length == -1 else None if length is None else round(length * 1000),
        announced_ms=ms(end if announced is None else announced),
        **{"url": f"http://{host}/{key}.{fmt}", **more},
    )


def ms(seconds: float) -> int:
    return round((NOON + seconds) * 1000)


def push(sequence: str, start: float | None, stop: float | None, stream: StreamKey = DEMO) -> list[PushEvent]:
    events = [("start", start), ("stop", stop)]
    return [PushEvent(stream, kind, ms(at), sequence) for kind, at in events if at is not None]


def rulebook(
    *,
    gap: float = 300,
    min_length: float = 0,
    max_length: float = 24 * HOUR,
    vjs: Iterable[Vj] = (),
    curations: Iterable[Curation] = (),
    **more: object,
) -> Rulebook:
    grouping = Grouping(round(gap * 1000), round(min_length * 1000), round(max_length * 1000))
    return Rulebook(Rules(grouping=grouping, vjs=tuple(vjs), curations=tuple(curations), **more))


def made(
    recordings: Iterable[Recording],
    book: Rulebook | None = None,
    *,
    pushes: Iterable[PushEvent] = (),
    tasks: Iterable[TaskEvent] = (),
    publish: Callable[[str], str | None] = public,
    **more: object,
) -> list[Session]:
    island = Island(tuple(recordings), tuple(pushes), tuple(tasks), **more)
    return assemble(island, book or rulebook(), publish)


def members(sessions: Iterable[Session]) -> list[str]:
    """Return sessions as texts of their recordings' keys: ["a b", "c"]."""
    return [" ".join(session.recordings) for session in sessions]


def curation(source: str, *recordings: str, **more: object) -> Curation:
    return Curation(source=source, recordings=recordings, **more)
