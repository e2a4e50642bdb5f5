"""`aftercast push-url`: print a push address, and say which recording settings suit replays."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping

import click

from builder.cli.options import moment
from builder.errors import ConfigError
from builder.push_url import ADVICE, FORMATS, SCHEMES, push_url

PUSH_KEY = "AFTERCAST_PUSH_KEY"
LENGTH = re.compile(r"([1-9][0-9]{0,8})([smhd])")  # a bare number would be seconds to us, and hours to many
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@click.command("push-url")
@click.argument("stream", required=False)
@click.option("--domain", default=None, help="The push domain, such as push.example.com.")
@click.option("--app", default="live", show_default=True, help="The push path.")
@click.option("--scheme", type=click.Choice(SCHEMES), default="rtmp", show_default=True, help="How the encoder pushes.")
@click.option("--ttl", default=None, help="How long it is valid: 90m, 12h, 7d.  [default: 12h]")
@click.option("--until", default=None, help="Valid until then: 2026-01-31T20:00:00+08:00, with a zone.")
@click.option("--record", multiple=True, type=click.Choice(FORMATS), help="Record in this format; may be repeated.")
@click.option("--record-interval", type=int, default=None, help="Length of a recorded slice in seconds, 60 to 7200.")
@click.option("--advice", is_flag=True, help="Say which recording settings suit replays.")
def command(
    *,
    stream: str | None,
    domain: str | None,
    app: str,
    scheme: str,
    ttl: str | None,
    until: str | None,
    record: tuple[str, ...],
    record_interval: int | None,
    advice: bool,
) -> None:
    """Print a push address for STREAM, signed with AFTERCAST_PUSH_KEY. The address is a secret.

    \b
    Example:  AFTERCAST_PUSH_KEY=… aftercast push-url alice --domain push.example.com --ttl 12h --record mp4
    """  # noqa: D301  click reads the backspace as "do not rewrap"
    if advice:
        click.echo(ADVICE, nl=False, err=stream is not None)
        if stream is None:
            return
    if stream is None or domain is None:
        missing = " and ".join(["a stream"] * (stream is None) + ["`--domain`"] * (domain is None))
        raise ConfigError(f"push-url: expected {missing}, found none", hint="or `--advice` alone")
    click.echo(
        push_url(
            key_in(os.environ).encode("utf-8", "surrogateescape"),
            domain,
            stream,
            expires_s=expiry(ttl, until, int(time.time())),
            app=app,
            scheme=scheme,
            record=record,
            record_interval=record_interval,
        )
    )


def key_in(environ: Mapping[str, str]) -> str:
    """Return the push key; a blank or a line feed that was copied with it would be signed too."""
    key = environ.get(PUSH_KEY, "")
    if not key or key != key.strip():
        found = "blanks around it" if key.strip() else "none"
        raise ConfigError(f"the environment: `{PUSH_KEY}` expected the push key of the domain, found {found}")
    return key


def expiry(ttl: str | None, until: str | None, now_s: int) -> int:
    """Return the end of validity in Unix seconds; a time needs a zone, because push keys outlive time zones."""
    if ttl is not None and until is not None:
        raise ConfigError("push-url: `--ttl` and `--until` say the same, give one")
    if until is None:
        match = LENGTH.fullmatch("12h" if ttl is None else ttl)
        if match is None:
            raise ConfigError(
                f"`--ttl` expected a length such as `12h`, found `{ttl}`", hint="the units are `s`, `m`, `h` and `d`"
            )
        return now_s + int(match[1]) * SECONDS[match[2]]
    end = moment("--until", until)
    if end.tzinfo is None:
        raise ConfigError(f"`--until` expected a moment with its zone, found `{until}`", hint="add `Z` or `+08:00`")
    if end.timestamp() <= now_s:
        raise ConfigError(f"`--until` expected a moment to come, found `{until}`")
    return int(end.timestamp())
