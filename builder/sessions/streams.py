"""Streams whose app or path was not told, and which full stream they are."""

from __future__ import annotations

from collections.abc import Collection

from builder.model import StreamKey

AMBIGUOUS = "ambiguous_app"


def resolve_stream(stream: StreamKey, known: Collection[tuple[str, str]]) -> tuple[StreamKey, str]:
    """Complete a stream key from the (app, appname) pairs known for its stream id; return it with a flag or "".

    A field that was not told matches any. With exactly one full name that fits, the record joins it; with several it
    stays the incomplete stream that it is, which no full stream shares, flagged `ambiguous_app`.
    """
    own = (stream.app, stream.appname)
    if all(own):
        return stream, ""
    full = {pair for pair in known if pair != own and _fits(own, pair)}
    full = {pair for pair in full if not any(other != pair and _fits(pair, other) for other in full)}
    if not full:
        return stream, ""
    if len(full) > 1:
        return stream, AMBIGUOUS
    app, appname = full.pop()
    return StreamKey(stream.stream_id, app, appname), ""


def _fits(told: tuple[str, str], full: tuple[str, str]) -> bool:
    return all(not mine or mine == other for mine, other in zip(told, full, strict=True))
