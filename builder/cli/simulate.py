"""`aftercast simulate`: a provider to practise on, on this machine."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from pathlib import Path
from typing import Any

import click

from builder.cli.common import note
from builder.cli.options import SHOWN, Number, is_address, utc_moment
from builder.cli.pull import LEGACY_KEY, SECRET_ID, SECRET_KEY
from builder.errors import ConfigError, RemoteError
from builder.pull.windows import utc_text
from builder.simulate.api import Account, QueryApi
from builder.simulate.delivery import Delivery, Tally, Weather, silence
from builder.simulate.running import Running
from builder.simulate.truth import truth_of
from builder.simulate.world import DAY, World, make_world
from builder.sources.callback_keys import callback_keys_if_any
from builder.sources.limits import FIRST_SECOND, LAST_SECOND
from builder.wording import count

TARGET = re.compile(r"http://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[\x21-\x7e]*)?")
ANNOUNCED_SECONDS = 60  # from the end of a file to its first notification, at the most
PATIENCE_SECONDS = 15.0  # a receiver that was started a moment ago
MOST_VJ_DAYS = 50_000  # about a million files, which are all kept in memory
share = Number(0, 1)


@click.command(short_help="Play a provider to practise on, on this machine.")
@click.option("--to", "target", default="", help="Where to post the notifications, http://127.0.0.1:8080/callback.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same number makes the same broadcasts.")
@click.option("--vjs", type=click.IntRange(1, 1000), default=4, show_default=True, help="How many VJs there are.")
@click.option(
    "--days", type=Number(0.01, 366), default=1.0, show_default=True, help="How many days of broadcasts there are."
)
@click.option("--start", default="", help="UTC moment it begins at.  [default: so that it ends now]")
@click.option(
    "--speed", default="600", show_default=True, help="So many seconds pass in one; 1 is real time; or `max`."
)
@click.option(
    "--duplicates", type=share, default=0.1, show_default=True, help="Share of notifications that are sent twice."
)
@click.option("--lost", type=share, default=0.0, show_default=True, help="Share of them that never arrives.")
@click.option(
    "--reorder", type=share, default=0.1, show_default=True, help="Share of them that comes up to ten minutes late."
)
@click.option(
    "--outages",
    type=click.IntRange(0, 100),
    default=0,
    show_default=True,
    help="How many times nothing gets through for a while.",
)
@click.option("--truth", type=click.Path(path_type=Path), default=None, help="Write what really happened to this file.")
@click.option("--api-port", type=click.IntRange(0, 65535), default=None, help="Answer the query interfaces there too.")
@click.option("--stay", is_flag=True, help="Go on answering queries after the last notification, until Ctrl+C.")
def command(**flags: Any) -> None:
    """Practise: VJs go live, drop and come back, and notifications follow as a provider sends them.

    Signs with the first key of AFTERCAST_CALLBACK_KEYS; answers queries signed with TENCENTCLOUD_SECRET_ID and
    TENCENTCLOUD_SECRET_KEY or AFTERCAST_LEGACY_KEY, and unsigned ones when those are not set.

    \b
    Example:  aftercast simulate --to http://127.0.0.1:8080/callback --speed max --truth truth.json
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    target, speed = target_of(flags["target"]), speed_of(flags["speed"])
    if flags["vjs"] * flags["days"] > MOST_VJ_DAYS:
        raise ConfigError(f"`--vjs` times `--days` expected at most {MOST_VJ_DAYS}, found more")
    world = world_of(flags["seed"], flags["vjs"], flags["days"], flags["start"])
    if not (flags["target"] or flags["truth"] or flags["api_port"] is not None):
        raise ConfigError(
            "expected one of `--to`, `--truth` and `--api-port`, found none: nothing would be sent or written",
            hint="`--to http://127.0.0.1:8080/callback` posts to `aftercast collect --port 8080`",
        )
    weather = Weather(flags["duplicates"], flags["lost"], flags["reorder"], flags["outages"])
    keys = callback_keys_if_any(os.environ)
    delivery = Delivery(world, weather, seed=flags["seed"], key=keys[0].decode() if keys else "")
    note(f"{count(len(world.broadcasts), 'broadcast')}, {count(len(world.files()), 'file')}, seed {flags['seed']}")
    if flags["truth"]:
        flags["truth"].write_text(json.dumps(truth_of(world), indent=1) + "\n", encoding="utf-8")
    running = answering(flags["api_port"], delivery, world)
    try:
        if target:
            _deliver(delivery, target, speed)
        delivery.now = float("inf")
        if flags["stay"] or (running and not target):
            threading.Event().wait()
    finally:
        if running:
            running.stop()


def _deliver(delivery: Delivery, target: str, speed: float) -> None:
    if why := silence(target, PATIENCE_SECONDS):
        note(f"{why}; going on as a provider would")
    tally = delivery.run(target, speed=speed, tell=Teller().tell)
    note(told(tally))
    if tally.posted and not tally.acknowledged:  # what the world has lost is no receiver's fault
        raise RemoteError(
            f"`--to` expected a receiver, found none that acknowledges any of {tally.posted} notifications",
            hint="`aftercast collect` listens; with a key in its environment it wants the same key here",
        )


class Teller:
    """Says how far it is, at most every few seconds."""

    every_seconds = 5.0

    def __init__(self) -> None:
        self._last = time.monotonic()

    def tell(self, tally: Tally) -> None:
        if time.monotonic() - self._last >= self.every_seconds:
            self._last = time.monotonic()
            note(told(tally))


def told(tally: Tally) -> str:
    return (
        f"{tally.sent} sent, {tally.acknowledged} acknowledged, {tally.refused} refused, "
        f"{tally.failed} without an answer, {tally.given_up} given up"
    )


def answering(port: int | None, delivery: Delivery, world: World) -> Running | None:
    """Start the query interfaces; say where they are on stdout."""
    if port is None:
        return None
    account = Account(os.environ.get(LEGACY_KEY, ""), os.environ.get(SECRET_ID, ""), os.environ.get(SECRET_KEY, ""))
    api = QueryApi(world, account, now=lambda: delivery.now, log=lambda: delivery.log)
    running = Running(api.app(), port)
    click.echo(f"http://127.0.0.1:{running.port}")
    return running


def world_of(seed: int, vjs: int, days: float, start: str) -> World:
    """Make the world; without a start, so that everything of it has just been announced."""
    if start:
        return make_world(seed=seed, vjs=vjs, start=first_moment(start, days), days=days)
    length = max((push.end for push in make_world(seed=seed, vjs=vjs, start=0, days=days).pushes()), default=0.0)
    return make_world(seed=seed, vjs=vjs, start=int(time.time() - length - ANNOUNCED_SECONDS), days=days)


def target_of(text: str) -> str:
    if text and not (TARGET.fullmatch(text) and is_address(text)):
        found, hint = "something else", ""
        if text.startswith("https:"):
            found, hint = "`https:`", "it speaks plain HTTP only: give the receiver itself, not the proxy before it"
        raise ConfigError(
            f"`--to` expected an address such as `http://127.0.0.1:8080/callback`, found {found}", hint=hint
        )
    return text


def speed_of(text: str) -> float:
    if text == "max":
        return 0.0
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 1_000_000:
        raise ConfigError(f"`--speed` expected world seconds a second or `max`, found `{text[:20]}`")
    return speed


def first_moment(text: str, days: float) -> int:
    """Read where a world begins: a build must take its times for such, or its truth cannot be met."""
    begin = int(utc_moment("--start", text).timestamp())
    last = LAST_SECOND - int((days + 1) * DAY)  # a broadcast may go on behind the end
    if not FIRST_SECOND <= begin <= last:
        raise ConfigError(
            f"`--start` expected a moment from {utc_text(FIRST_SECOND * 1000)} to {utc_text(last * 1000)}, "
            f"found `{text[:SHOWN]}`"
        )
    return begin
