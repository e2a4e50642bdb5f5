"""`aftercast collect`: options, wiring, signals and exit codes of the callback receiver."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from builder.cli import INTERRUPTED
from builder.cli.common import CALLBACKS, note, site_options
from builder.collect.journal import Journal
from builder.collect.keys import NO_KEY, has_outer_blanks, redaction_key, required_callback_keys
from builder.collect.limits import Limits, affordable
from builder.collect.metrics import Counters
from builder.collect.rebuild import Rebuilder, build_command, build_environment
from builder.collect.receiver import DEFAULT_PATHS, Setting, serve
from builder.collect.redaction import redacted
from builder.config import refuse_other_place
from builder.errors import ConfigError
from builder.inside import refuse_elsewhere
from builder.places import need_source
from builder.sources.callback_keys import CALLBACK_KEYS

PATH = re.compile(r"(?!/-/|.*(?://|/\.{1,2}(?:/|\Z)))/[A-Za-z0-9._~/-]{0,200}")
ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@click.command("collect", short_help="Receive the provider's callbacks and store them.")
@site_options
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Listen there; 0 picks a free port."
)
@click.option("--path", default=None, help="The one path that takes notifications.  [default: / and /callback]")
@click.option("--insecure-no-key", is_flag=True, help="Without a key, accept anything from anyone, marked unsigned.")
@click.option("--build", is_flag=True, help="Build the site too, in another process, when it has been quiet.")
@click.option("--redact", is_flag=True, help="Store push secrets as keyed hashes.")
def command(
    *,
    source: Path,
    output: Path | None,
    state: Path | None,
    host: str,
    port: int,
    path: str | None,
    insecure_no_key: bool,
    build: bool,
    redact: bool,
) -> int:
    """Receive the provider's callbacks: each one answered 200 is on the disk.

    The key of the callback template comes from AFTERCAST_CALLBACK_KEYS (comma-separated while you rotate). The
    address is printed on stdout, messages go to stderr.

    \b
    Example:  AFTERCAST_CALLBACK_KEYS=… aftercast collect --source mysite/site_src --port 8080 --build
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    _have_output()
    keys = required_callback_keys(os.environ, insecure=insecure_no_key)
    _warn(keys, insecure=insecure_no_key)
    need_source(source)
    refuse_other_place(source)  # one folder too high, what comes in would lie outside git's ignored folders
    refuse_elsewhere(source, CALLBACKS)
    journal = Journal(sys.stderr, clock)
    hash_key = redaction_key(os.environ) if redact else b""
    setting = Setting(
        folder=source / CALLBACKS,
        keys=keys,
        clock=clock,
        say=journal.say,
        host=host,
        port=port,
        paths=DEFAULT_PATHS if path is None else (checked_path(path),),
        limits=affordable(Limits()),
        redact=functools.partial(redacted, key=hash_key) if redact else None,
        build=_builds(source, output, state, journal.say) if build else None,
    )
    try:
        ending = asyncio.run(_run(setting))
    finally:
        journal.close()
        if journal.is_broken:  # nobody reads; the flush at exit must not turn success into failure
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return INTERRUPTED if ending == signal.SIGINT else 0


def clock() -> int:
    return time.time_ns() // 1_000_000


def checked_path(path: str) -> str:
    """Return the configured path, which has to be plain: what a proxy might rewrite is refused."""
    if not PATH.fullmatch(path):
        raise ConfigError(
            f"`--path` expected a path such as `/hook-3f9a0c`, found `{path}`",
            hint="letters, digits, `.`, `_`, `~`, `-` and `/`, without `//`, `/./` and `/../`, not below `/-/`",
        )
    return path


def _have_output() -> None:
    """Take the place of a stdout that was closed before we began, or our files would get its number."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for as long as we run


def _tell(address: str, host: str) -> None:
    """Print the address; that nobody reads it is no reason to lose notifications."""
    if host not in {"127.0.0.1", "::1", "localhost"}:
        note(f"listening on `{host}`: put a proxy with TLS in front of it")
    try:
        click.echo(f"listening on {address}")
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the flush at exit must not fail either
        note(f"listening on {address}; nobody reads stdout")


def _warn(keys: tuple[bytes, ...], *, insecure: bool) -> None:
    if insecure and keys:  # refusing to start would lose notifications
        note(f"`{NO_KEY}` has no effect while `{CALLBACK_KEYS}` is set: what is not signed is refused")
    if not keys:
        note("running without a key: anybody who reaches this address can add records")
    if has_outer_blanks(keys):
        note("a callback key begins or ends with white space, which counts as part of it")


def _builds(
    source: Path, output: Path | None, state: Path | None, say: Callable[[str], None]
) -> Callable[[Counters], Rebuilder]:
    arguments = ["--source", str(source)]
    arguments += ["--output", str(output)] if output else []
    arguments += ["--state", str(state)] if state else []
    environment = build_environment(os.environ)

    def make(counters: Counters) -> Rebuilder:
        rebuilder = Rebuilder(build_command(arguments), environment, counters, say)
        rebuilder.poke()  # what the one before us stored may not be built yet
        return rebuilder

    return make


async def _run(setting: Setting) -> int:
    """Serve until a signal comes; returns which one."""
    stop = asyncio.Event()
    endings: list[int] = []
    loop = asyncio.get_running_loop()

    def end(number: int) -> None:
        endings.append(number)
        stop.set()

    for number in ENDINGS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # `nohup` has it ignored
            loop.add_signal_handler(number, end, number)
    await serve(setting, lambda address: _tell(address, setting.host), stop)
    return endings[0] if endings else 0
