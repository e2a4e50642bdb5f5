"""The filters of templates: addresses, dates in the site's zone and language, and the two kinds of trusted markup.

Everything else a template prints is escaped. `markup` is the only door for markup, and it opens for values whose type
says who made them, never for text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from builder import prose
from builder.dates import Dates, duration_attribute, session_clock
from builder.pages import paths
from builder.pages.values import Html, Svg

_WEB = ("https://", "http://", "mailto:")


@pass_context
def url(context: Context, target: str, fragment: str = "") -> str:
    """Return an address as seen from the page: the one filter that every address goes through."""
    return address(context, target + (f"#{fragment}" if fragment else ""))


def address(context: Context, target: str) -> str:
    if target.startswith("/") and not target.startswith("//"):
        base = context["base_path"]
        return base + target[1:] if base else paths.relative(context["path"], target)
    if target.startswith("#") or target.lower().startswith(_WEB):
        return target
    return "#"


@pass_context
def asset(context: Context, name: str) -> str:
    """Return the address of an asset by its plain name, "site.css"."""
    return address(context, context["_assets"](name))


@pass_context
def markup(context: Context, value: Svg | Html) -> Markup:
    """Print a picture of ours or sanitised HTML as it is, the site paths in it made relative."""
    if isinstance(value, Svg):
        return Markup(value.markup)  # noqa: S704  drawn by this program; words in it are escaped by drawing/svg.py
    assert isinstance(value, Html), f"`markup` expects a picture or sanitised HTML, found {type(value).__name__}"
    linked = prose.relink(value.markup, lambda target: address(context, target))
    return Markup(linked)  # noqa: S704  passed the allow-list of prose.py


def json_block(value: msgspec.Struct) -> Markup:
    """Print a value as JSON that cannot end its script element."""
    text = msgspec.json.encode(value).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704  holds no character that HTML reads as markup


def dated(method: str) -> Callable[..., str]:
    """Make a filter of a method of `Dates`."""

    @pass_context
    def filtered(context: Context, *values: Any, **named: Any) -> str:
        dates: Dates = context["_dates"]
        found: str = getattr(dates, method)(*values, **named)
        return found

    return filtered


@pass_context
def length(context: Context, value: Any, *words: Any, **named: Any) -> str | int:
    """Write a duration; of a list, as everywhere in Jinja2, count the items."""
    if isinstance(value, list | tuple | str | dict):
        return len(value)
    dates: Dates = context["_dates"]
    return dates.length(value, *words, **named)


@pass_context
def date(context: Context, when: int | str, pattern: str = "day") -> str:
    """Write an instant or a day by a pattern of the messages, such as `day_long`."""
    dates: Dates = context["_dates"]
    return dates.write(pattern, when)


FILTERS: dict[str, Callable[..., Any]] = {
    "url": url,
    "asset": asset,
    "markup": markup,
    "json_block": json_block,
    "date": date,
    "clock": dated("clock"),
    "clock_seconds": dated("clock_seconds"),
    "clocks": dated("clocks"),
    "day_and_clock": dated("day_and_clock"),
    "weekday_and_clock": dated("weekday_and_clock"),
    "iso": dated("iso"),
    "utc_offset": dated("offset"),
    "length": length,
    "exact_length": dated("exact_length"),
    "hours": dated("hours"),
    "size": dated("size"),
    "duration": duration_attribute,
    "session_clock": session_clock,
}
