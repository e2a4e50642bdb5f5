"""`aftercast streams`: the streams that records tell of, and who has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from builder.catalog import StreamTotal
from builder.catalog.deriving import apps_of
from builder.cli.common import json_option, note, source_option, state_option
from builder.cli.reading import up_to_date
from builder.cli.terminal import say
from builder.model import StreamKey
from builder.sessions import resolve_stream
from builder.sessions.claims import contested, without_stream
from builder.sessions.record import instant
from builder.wording import count

Apps = Mapping[str, Collection[tuple[str, str]]]


@click.command("streams", short_help="List the streams with their ids, and whose they are.")
@source_option
@state_option
@click.option("--unmapped", is_flag=True, help="Only streams that no profile claims, or not all the time.")
@json_option
def command(source: Path, state: Path | None, unmapped: bool, as_json: bool) -> None:
    """List the streams with their ids, to be put into `streams:` of a profile.

    This prints stream ids, which never appear on the site: it is for the operator.

    \b
    Example:  aftercast streams --unmapped
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    with up_to_date(source, state) as desk:
        found = desk.catalog.streams(unmapped=unmapped)
        every = desk.catalog.streams() if unmapped else found
        vjs, told = desk.workshop.content.vjs, [total.stream for total in every]
        lost = [total.stream for total in found if total.recordings and not total.sessions]
        held = {stream: desk.catalog.holding(stream) for stream in ([] if as_json else lost)}
        idle, alike = without_stream(vjs, told), contested(vjs, lambda: told)
    apps = apps_of(total.stream for total in found)
    for total in found:
        line = one_line(total, apps, held.get(total.stream, ()))
        say(msgspec.json.encode(as_data(total)).decode() if as_json else line)
    if not found and not as_json:
        note("every stream has its profile" if unmapped else "no streams")
    for stream, one, other in alike:
        loses = f"{other.vj.source}: `streams` claims `{stream.stream_id}` by `{other.told.pattern}`"
        note(f"{loses} as exactly as {one.vj.source} by `{one.told.pattern}`, which has it by text order")
    for claim in idle:
        note(f"{claim.vj.source}: `streams` names `{claim.told.pattern}`, which no record tells of yet")


def as_data(total: StreamTotal) -> dict[str, Any]:
    """Return a stream as plain data; a stable format."""
    return {
        "stream_id": total.stream.stream_id,
        "app": total.stream.app,
        "appname": total.stream.appname,
        "vjs": list(total.vjs),
        "recordings": total.recordings,
        "events": total.events,
        "sessions": total.sessions,
        "first": None if total.first_ms is None else instant(total.first_ms),
        "last": None if total.last_ms is None else instant(total.last_ms),
    }


def one_line(total: StreamTotal, apps: Apps, held: Collection[StreamKey]) -> str:
    """Word a stream for a person: id, path, VJs, counts; and whose sessions hold what has none under this name."""
    place = place_of(total.stream)
    counts = f"{count(total.sessions, 'session')}, {count(total.recordings, 'file')}"
    whole, _ = resolve_stream(total.stream, apps.get(total.stream.stream_id, ()))
    if whole != total.stream:
        counts += f" (told without its full path, counted with {place_of(whole)})"
    elif held:
        counts += f" (counted with {', '.join(f'{stream.stream_id} {place_of(stream)}'.rstrip() for stream in held)})"
    return "  ".join(part for part in (total.stream.stream_id, place, ", ".join(total.vjs), counts) if part)


def place_of(stream: StreamKey) -> str:
    return "/".join(part for part in (stream.app, stream.appname) if part)
