"""`aftercast pull`: ask the provider for files, or only for those that seem to be missing."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from builder.cli.common import json_option, note, places_of, source_option, state_option
from builder.cli.options import SHOWN, Number, is_address, utc_moment
from builder.cli.reading import up_to_date
from builder.config import refuse_other_place
from builder.errors import ConfigError, RemoteError
from builder.inside import refuse_elsewhere
from builder.media import host_of
from builder.places import Places
from builder.pull.calls import Calls
from builder.pull.cloud import Cloud, CloudAccount
from builder.pull.holes import Task, holes
from builder.pull.leftovers import among_runs
from builder.pull.legacy import ENDPOINT, LegacyAccount, LegacyList
from builder.pull.names import is_file_id, is_name
from builder.pull.proxies import passed_by
from builder.pull.run import Pulled, Run
from builder.pull.shelf import FOLDER, Shelf
from builder.pull.turns import End, Turns
from builder.pull.windows import CHINA_MS, DAY_MS, Window, utc_text
from builder.wording import count

SETTLED_MS = 60_000  # the present minute is left alone: its files are still on their way
FIRST_YEAR, LAST_YEAR = 2000, 2199
TASK_DAYS, CALLBACK_DAYS = 90, 14  # how far back DescribeRecordTask and DescribeCallbackRecordsList answer
LEGACY_DAYS = 59  # two months, the shortest that there are
USUAL_DAYS = 7.0
ENDPOINT_FORM = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?")
SECRET_ID, SECRET_KEY = "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"
LEGACY_APPID, LEGACY_KEY = "AFTERCAST_LEGACY_APPID", "AFTERCAST_LEGACY_KEY"


@click.command(short_help="Ask the provider for recordings.")
@source_option
@state_option
@click.option("--from", "origin", type=click.Choice(["vod", "legacy", "callbacks"]), default="vod", show_default=True,
              help="VOD's media, the file list of 2016–2019, or the provider's log of notifications.")  # fmt: skip
@click.option("--since", default=None, help="UTC day or moment to begin at, 2022-01-13 or 2022-01-13T08:00:00Z.")
@click.option("--until", default=None, help="The last day or moment, now at the latest.  [default: now]")
@click.option(
    "--days",
    type=Number(0.01, 3700),
    default=None,
    help="So many days, from --since on or up to --until.  [default: 7]",
)
@click.option("--stream", "streams", multiple=True, help="Only this stream; may be repeated, `legacy` needs one.")
@click.option("--missing", is_flag=True, help="Compare with what was recorded and ask only about the holes.")
@click.option("--status", is_flag=True, help="Ask which known files were deleted or forbidden.")
@click.option(
    "--budget", type=click.IntRange(1), default=500, show_default=True, help="At most so many calls in one run."
)
@click.option("--rate", type=Number(0.01, 1000), default=5.0, show_default=True, help="At most so many calls a second.")
@click.option("--sub-app-id", type=click.IntRange(1), default=None, help="The VOD application, if not the main one.")
@click.option("--endpoint", default="", help="Another address of the service, for a practice provider.")
@json_option
def command(source: Path, state: Path | None, **flags: object) -> None:
    """Ask the provider for recordings; the answers go into recordings/pulled/, the next build reads them.

    Credentials come from the environment: TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or
    AFTERCAST_LEGACY_APPID and AFTERCAST_LEGACY_KEY for the legacy list.

    \b
    Example:  aftercast pull --missing --days 14
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    asked = msgspec.convert(flags, Asked)
    check(asked)
    places = places_of(source, None, state)
    refuse_other_place(places.source)
    refuse_elsewhere(places.source, FOLDER)
    now_ms = int(time.time() * 1000)
    window = window_of(asked, now_ms)
    calls = Calls(budget=asked.budget, per_second=asked.rate)
    with among_runs(places.source, places.state), passed_by(asked.endpoint):
        run, service = run_of(places, asked, calls)
        try:
            pulled = pull(run, service, places, asked, window=window, now_ms=now_ms)
        except RemoteError as error:  # what was done before it is told all the same
            run.failure = error
            pulled = run.result(finished=False)
    if asked.as_json:
        click.echo(msgspec.json.encode({**msgspec.to_builtins(pulled, enc_hook=str), "calls": calls.made}).decode())
    written = count(pulled.files_written, "new answer")
    note(f"{count(calls.made, 'call')}, {written} in `{source}/recordings/pulled`")
    if pulled.unsure:
        one, many = "file is unknown to this account and stays", "files are unknown to this account and stay"
        note(f"{count(pulled.unsure, one, many)} as the records tell")
        note("recordings of another VOD application are asked about with its `--sub-app-id`")
    if not pulled.finished:
        tell_end(run.turns)
    elif run.turns.is_refusing:
        note("two questions in turn were refused; what else was refused before is left to the next runs")
    if pulled.failure:
        raise pulled.failure


def tell_end(turns: Turns) -> None:
    """Tell what ended a run that did not ask everything; what refused it is told as its failure."""
    if turns.end is End.SPENT:
        note("the budget is spent; run it again to go on")
    elif turns.end is End.DOWN:
        note(f"two questions in turn failed, the rest was not asked about: {turns.latest}")


class Asked(msgspec.Struct, frozen=True):
    """The options of the command."""

    origin: str
    since: str | None
    until: str | None
    days: float | None
    streams: tuple[str, ...]
    missing: bool
    status: bool
    budget: int
    rate: float
    sub_app_id: int | None
    endpoint: str
    as_json: bool


def run_of(places: Places, asked: Asked, calls: Calls) -> tuple[Run, Cloud | LegacyList]:
    """Return the run of the account in the environment, and whom it asks."""
    if asked.origin == "legacy":
        legacy = legacy_account(os.environ, asked.endpoint)
        return Run(Shelf(places.source, places.state, legacy.name)), LegacyList(legacy, calls)
    account = cloud_account(os.environ, asked)
    return Run(Shelf(places.source, places.state, account.name, account.application)), Cloud(account, calls)


def pull(run: Run, service: Cloud | LegacyList, places: Places, asked: Asked, *, window: Window, now_ms: int) -> Pulled:
    """Do what was asked."""
    if isinstance(service, LegacyList):
        window = listed(window, now_ms)
        if asked.missing:
            return run.missing(find_holes(places, asked, window, []), None, service, now_ms=now_ms)
        return run.legacy(service, window, asked.streams, now_ms=now_ms)
    if asked.missing:
        recent = latest(window, now_ms, TASK_DAYS)
        tasks = run.tasks(service, recent) if recent else []
        if tasks is None:
            return run.result(finished=False)
        return run.missing(find_holes(places, asked, window, tasks), service, None, now_ms=now_ms)
    if asked.status:
        return status(run, service, known_files(places, asked.streams), asked.streams)
    if asked.origin == "callbacks":
        return run.callbacks(service, logged(window, now_ms), asked.streams)
    return run.media(service, window, asked.streams)


def status(run: Run, cloud: Cloud, files: Mapping[str, str], streams: tuple[str, ...]) -> Pulled:
    """Ask about known files, and say where there is none: no call looks like no news."""
    pulled = run.status(cloud, files, streams)
    if not files and not pulled.windows:
        of_streams = " of these streams" if streams else ""
        note(f"there are no recordings{of_streams} to ask about, none with a file id of VOD")
    return pulled


def check(asked: Asked) -> None:
    """Refuse options that do not go together, before anything is asked."""
    if asked.missing and asked.status:
        raise ConfigError("`--missing` and `--status` are two questions, give one")
    if asked.since and asked.until and asked.days:
        raise ConfigError("`--days` expected only one of `--since` and `--until` beside it, found both")
    if asked.status and asked.origin != "vod":
        raise ConfigError(f"`--status` asks VOD, found `--from {asked.origin}`")
    if asked.missing and asked.origin == "callbacks":
        raise ConfigError("`--missing` asks VOD or the legacy list, found `--from callbacks`")
    if asked.origin == "legacy" and not (asked.missing or asked.streams):
        raise ConfigError("`--stream` expected at least one stream for `--from legacy`, found none")
    if not all(map(is_name, asked.streams)):
        raise ConfigError(
            "`--stream` expected a name that can be printed, found an empty one or one of other characters"
        )
    if asked.endpoint and not (ENDPOINT_FORM.fullmatch(asked.endpoint) and is_address(asked.endpoint)):
        raise ConfigError("`--endpoint` expected an address such as `http://127.0.0.1:9000`, found something else")
    if asked.origin != "legacy" and urlsplit(asked.endpoint).path.strip("/"):
        raise ConfigError("`--endpoint` expected an address without a path, which only `--from legacy` has, found one")


def latest(window: Window, now_ms: int, days: int) -> Window | None:
    """Return what lies in the last `days` days, as far back as an interface answers."""
    begin_ms = max(window.begin_ms, now_ms - days * DAY_MS + SETTLED_MS)
    return Window(begin_ms // 1000 * 1000, window.end_ms) if begin_ms <= window.end_ms else None


def logged(window: Window, now_ms: int) -> Window:
    """Return what lies in the days of the provider's log."""
    return of_days(window, now_ms, days=CALLBACK_DAYS, clock="UTC", offset_ms=0)


def listed(window: Window, now_ms: int) -> Window:
    """Return what lies in the two months of the legacy list."""
    return of_days(window, now_ms, days=LEGACY_DAYS, clock="China time", offset_ms=CHINA_MS)


def of_days(window: Window, now_ms: int, *, days: int, clock: str, offset_ms: int) -> Window:
    """Return what lies in the last days of a clock: whole ones only, the same at whatever moment it is asked."""
    oldest_ms = (now_ms + offset_ms) // DAY_MS * DAY_MS - offset_ms - (days - 1) * DAY_MS
    if window.end_ms < oldest_ms:
        raise ConfigError(
            f"`--until` expected a moment of the last {days} days ({clock}, today included), found an earlier one"
        )
    if window.begin_ms < oldest_ms:
        note(f"only the last {days} days are told there, asking from {utc_text(oldest_ms)} on")
    return Window(max(window.begin_ms, oldest_ms), window.end_ms)


def find_holes(places: Places, asked: Asked, window: Window, tasks: list[Task]) -> dict[str, list[Window]]:
    """Read what is new, then compare pushes, tasks and sessions of the window."""
    with up_to_date(places.source, places.state) as desk:
        sessions = list(desk.catalog.sessions_between(window.begin_ms, window.end_ms))
        found = holes(sessions, desk.catalog.pushes_between(window.begin_ms, window.end_ms), tasks, window)
    return {stream: windows for stream, windows in found.items() if not asked.streams or stream in asked.streams}


def known_files(places: Places, streams: tuple[str, ...]) -> dict[str, str]:
    """Return the file ids of all recordings and the hosts of their media, as far as VOD can know them: by numbers.

    Those that are gone, forbidden or set aside are among them: what was said of them may have changed.
    """
    with up_to_date(places.source, places.state) as desk:
        sessions = (one for one in desk.catalog.all_sessions() if not streams or one.stream.stream_id in streams)
        told = (recording for one in sessions for recording in desk.catalog.recordings_of(one))
        return {one.file_id: host_of(one.url) for one in told if is_file_id(one.file_id)}


def window_of(asked: Asked, now_ms: int) -> Window:
    end_ms = until_ms = now_ms - SETTLED_MS
    if asked.until:
        until_ms, last_ms = end_of(asked.until)
        # What is to come cannot be asked about, let alone count as asked.
        end_ms = min(end_ms, last_ms)
        until_ms = min(until_ms, now_ms // DAY_MS * DAY_MS + DAY_MS)
    length_ms = int(timedelta(days=asked.days or USUAL_DAYS).total_seconds() * 1000)
    begin_ms = second("--since", asked.since) if asked.since else until_ms - length_ms
    if asked.since and asked.days:
        end_ms = min(end_ms, begin_ms + length_ms - 1000)  # the second at the end would be of the next day
    if begin_ms >= end_ms:
        raise ConfigError("`--since` expected a moment before `--until` and the present, found a later one")
    return Window(begin_ms // 1000 * 1000, end_ms // 1000 * 1000)


def end_of(text: str) -> tuple[int, int]:
    """Read where to end: up to where days are counted, and the last second; a day is meant with all of it."""
    until_ms = second("--until", text)
    try:
        date.fromisoformat(text)
    except ValueError:
        return until_ms, until_ms
    return until_ms + DAY_MS, until_ms + DAY_MS - 1000


def second(option: str, text: str) -> int:
    """Read an option's moment to the second, in milliseconds."""
    found = utc_moment(option, text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        years = f"{FIRST_YEAR} to {LAST_YEAR}"
        raise ConfigError(f"`{option}` expected a moment of the years {years}, found `{text[:SHOWN]}`")
    return int(found.timestamp()) * 1000


def cloud_account(environ: Mapping[str, str], asked: Asked) -> CloudAccount:
    return CloudAccount(
        secret(environ, SECRET_ID),
        secret(environ, SECRET_KEY),
        sub_app_id=asked.sub_app_id,
        endpoint=asked.endpoint.rstrip("/"),
    )


def legacy_account(environ: Mapping[str, str], endpoint: str) -> LegacyAccount:
    """Return the account; an endpoint without a path gets the path of the service."""
    if endpoint and not urlsplit(endpoint).path.strip("/"):
        endpoint = endpoint.rstrip("/") + urlsplit(ENDPOINT).path
    return LegacyAccount(secret(environ, LEGACY_APPID), secret(environ, LEGACY_KEY), endpoint=endpoint or ENDPOINT)


def secret(environ: Mapping[str, str], name: str) -> str:
    """Return a credential; what cannot be one, such as a line feed copied with it, is refused before it is sent."""
    value = environ.get(name, "")
    if not value:
        raise ConfigError(f"`{name}` expected a value in the environment, found none")
    if value != value.strip() or not (value.isascii() and value.isprintable()):
        raise ConfigError(
            f"`{name}` expected plain letters and digits, found blanks around them, a line feed or other characters"
        )
    return value
