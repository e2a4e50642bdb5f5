"""Values of options that several commands take: a number in a range, a moment, an address of a service.

What is wrong with one is said as everywhere else, with the option first. What was given is shown, but for addresses,
which may hold a key.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import click

from builder.errors import ConfigError

SHOWN = 40  # characters of what was given


class Number(click.FloatRange):
    """A number from `min` to `max`; `nan`, which is neither below nor above it, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ARG002  click's signature
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        if not self.min <= found <= self.max:  # type: ignore[operator]  # both are given
            option = param.opts[0] if param else "number"
            raise ConfigError(
                f"`{option}` expected a number from {self.min:g} to {self.max:g}, found `{str(value)[:SHOWN]}`"
            )
        return found


def moment(option: str, text: str) -> datetime:
    """Read the moment of an option, with a zone where it has one."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"`{option}` expected a moment such as `2022-01-13T08:00:00Z`, found `{text[:SHOWN]}`"
        ) from error


def utc_moment(option: str, text: str) -> datetime:
    """Read the moment of an option; one without a zone is UTC."""
    found = moment(option, text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_address(text: str) -> bool:
    """Say whether a URL has a host and a port that can be connected to, as far as its form tells."""
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:  # a port beyond 65535, a host with empty or too long labels
        return False
    return bool(host) and port != 0
