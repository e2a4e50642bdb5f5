"""The programme guide of a day: a row per VJ, twenty-four hours wide, every broadcast a link with its label.

A label is start and title under the bar, written forward from the bar's start in the first two thirds of the day and
backward from its end after. Titles are cut for the widest lane and hidden on narrow pages by the style sheet;
a label that would run into another is left out, and the bar keeps its name for assistive technology.
"""

from __future__ import annotations

from collections.abc import Sequence

from builder.drawing.clock import DayScale
from builder.drawing.lettering import NARROW_PX, fit, width_px
from builder.drawing.strips import Bar, levels, recorded_intervals
from builder.drawing.svg import lang, percent, rect, text
from builder.model import Value

LANE_PX = 1008  # the lane of the widest page
NARROW_LANE_PX = 250  # and of a phone's

_BACKWARD_FROM = 2 / 3
_LOSS_SHARE = 4 / 1440  # four minutes: a loss is drawn at least so wide
_SPACE_PX = 12


class Entry(Value, frozen=True):
    """One broadcast in a lane. `day_word` ("Wed ") stands before the time of one that began the day before."""

    bar: Bar
    href: str
    label: str  # for assistive technology: "06:15 Shipping weather, read slowly, 47 m"
    clock: str  # "06:15"
    title: str
    language: str = ""
    day_word: str = ""


class _Place(Value, frozen=True):
    """Where a label starts to grow from, and which way."""

    at_px: float
    backward: bool
    least_px: float  # the time alone
    most_px: float  # with the whole title


def lane_svg(entries: Sequence[Entry], scale: DayScale) -> str:
    """Draw one VJ's lane."""
    ordered = sorted(
        (entry for entry in entries if scale.holds(entry.bar.start_ms, entry.bar.end_ms)),
        key=lambda entry: (entry.bar.start_ms, entry.bar.end_ms, entry.href),
    )
    halves = levels([(entry.bar.start_ms, entry.bar.end_ms) for entry in ordered])
    places = [_place(entry, scale) for entry in ordered]
    links = ""
    for at, entry in enumerate(ordered):
        bars = _bars(entry.bar, halves[at], scale)
        label = _label(entry, places[at], _room(places, at), scale)
        links += f'<a href="{text(entry.href)}" aria-label="{text(entry.label)}">{bars}{label}</a>'
    return f'<svg class="lane">{links}</svg>'


def hours_svg(scale: DayScale) -> str:
    """Set the hours over the lanes; every sixth is marked, the others are hidden on narrow pages."""
    drawn = ""
    for at, words in scale.hours:
        six = ' class="six"' if int(words) % 6 == 0 else ""
        drawn += f'<text{six} x="{percent(at)}" y="15">{text(words)}</text>'
    return f'<svg class="hours" aria-hidden="true">{drawn}</svg>'


def _bars(bar: Bar, half: str, scale: DayScale) -> str:
    name = f" {half}" if half else ""
    if bar.start_ms == bar.end_ms:
        return rect("on" + name, scale.share(bar.start_ms), _LOSS_SHARE)
    drawn = ""
    for low, high in recorded_intervals(bar.start_ms, bar.end_ms, bar.gaps):
        shares = scale.shares(low, high)
        if shares:
            drawn += rect("on" + name, shares[0], shares[1] - shares[0])
    for low, high in sorted(bar.gaps):
        shares = scale.shares(low, high)
        if shares:
            drawn += rect("lost" + name, shares[0], max(_LOSS_SHARE, shares[1] - shares[0]))
    return drawn


def _place(entry: Entry, scale: DayScale) -> _Place:
    first, last = scale.share(entry.bar.start_ms), scale.share(entry.bar.end_ms)
    backward = first >= _BACKWARD_FROM
    least = width_px(_time_words(entry, scale)) + _SPACE_PX
    return _Place(
        at_px=LANE_PX * (last if backward else first),
        backward=backward,
        least_px=least,
        most_px=least + NARROW_PX + width_px(entry.title),
    )


def _time_words(entry: Entry, scale: DayScale) -> str:
    before = "← " + entry.day_word if entry.bar.start_ms < scale.start_ms else ""
    return before + entry.clock + (" →" if entry.bar.end_ms > scale.end_ms else "")


def _room(places: Sequence[_Place], at: int) -> float:
    """Return the width that a label may take; labels that grow toward each other share what lies between."""
    place = places[at]
    ahead = places[at - 1 :: -1] if place.backward and at else () if place.backward else places[at + 1 :]
    if not ahead:
        return place.at_px if place.backward else LANE_PX - place.at_px
    other = ahead[0]
    between = abs(place.at_px - other.at_px)
    if place.backward == other.backward:
        return between
    if place.most_px + other.most_px <= between:
        return place.most_px
    return max(between / 2, between - other.most_px)


def _label(entry: Entry, place: _Place, room_px: float, scale: DayScale) -> str:
    if room_px < place.least_px:
        return ""
    title = fit(entry.title, room_px - place.least_px - NARROW_PX)
    # Drawn also without words, so that no title decides about the structure of a page.
    named = f'<tspan class="t"{lang(entry.language)}>{" " if title else ""}{text(title)}</tspan>'
    early = entry.bar.start_ms < scale.start_ms
    word = f'← <tspan class="t">{text(entry.day_word)}</tspan>' if early and entry.day_word else "← " if early else ""
    late = " →" if entry.bar.end_ms > scale.end_ms else ""
    near = ' class="near"' if room_px * NARROW_LANE_PX / LANE_PX < place.least_px - _SPACE_PX / 2 else ""
    end = ' text-anchor="end"' if place.backward else ""
    x = percent(place.at_px / LANE_PX)
    return f'<text aria-hidden="true"{near} x="{x}" y="40"{end}>{word}{text(entry.clock)}{named}{late}</text>'
