"""Strips: what was on air, drawn to scale from the records as inline SVG.

The broadcast strip (one broadcast: solid = recorded, hollow = lost, ticks = chapters) and the day strip (24 hours,
each broadcast in its VJ's colour). Times become shares of the width; height, place and colour come from
the style sheet by class. Words for assistive technology are arguments, made where they can be translated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from builder.drawing.clock import DayScale
from builder.drawing.svg import named, percent, rect, text
from builder.model import Session, Value

Interval = tuple[int, int]

LOSS_SHARE = 0.015  # a loss is drawn at least this wide, so that it can be seen
STRIP_FLOOR = 0.08  # of the list's longest
DAY_FLOOR = 0.007  # ten minutes: a shorter broadcast is still seen in its day


class Bar(Value, frozen=True):
    """One broadcast in a picture that shows several: its VJ's hue, when, and what was lost."""

    hue: int
    start_ms: int
    end_ms: int
    gaps: tuple[Interval, ...] = ()


def bar_of(session: Session, hue: int) -> Bar:
    """Return the bar of a session."""
    return Bar(hue=hue, start_ms=session.start_ms, end_ms=session.end_ms, gaps=session.gaps)


def recorded_intervals(start_ms: int, end_ms: int, gaps: Iterable[Interval]) -> list[Interval]:
    """Return what lies between the gaps."""
    intervals, at = [], start_ms
    for low, high in sorted(gaps):
        if low > at:
            intervals.append((at, min(low, end_ms)))
        at = max(at, high)
    if at < end_ms:
        intervals.append((at, end_ms))
    return [interval for interval in intervals if interval[0] < interval[1]]


def strip_svg(session: Session, label: str, *, longest_ms: int = 0) -> str:
    """Draw the broadcast strip of a session.

    `longest_ms`: the longest time on air in the same list, so that all its strips share one scale; 0 fills the
    width. An empty `label` hides the picture from assistive technology.
    """
    start_ms, end_ms = session.start_ms, session.end_ms
    span_ms = end_ms - start_ms
    drawn = _recorded(start_ms, end_ms, session.gaps) + _losses(start_ms, end_ms, session.gaps)
    drawn += "".join(
        rect("tick", (at_ms - start_ms) / span_ms)
        for at_ms in sorted({session.zero_ms + at for at, _ in session.chapters})
        if start_ms < at_ms < end_ms
    )
    if longest_ms > span_ms:
        drawn = f'<svg width="{percent(max(STRIP_FLOOR, span_ms / longest_ms))}">{drawn}</svg>'
    return f'<svg class="strip" {named(label)}>{drawn}</svg>'


def day_svg(bars: Iterable[Bar], scale: DayScale, *, labelled: bool = False) -> str:
    """Draw the day strip: posts every six hours, bars in their VJs' hues, half height where two overlap.

    `labelled` sets the hours under the posts. Bars reaching over the day's ends are cut there. What it shows stands
    beside it in words, so assistive technology passes over it.
    """
    drawn = '<rect class="axis"/>'
    for at, _ in scale.posts:
        drawn += '<rect class="six" x="100%" transform="translate(-1)"/>' if at == 1 else rect("six", at)
    inside = [bar for bar in bars if scale.holds(bar.start_ms, bar.end_ms)]
    ordered = sorted(inside, key=lambda bar: (bar.start_ms, -bar.end_ms, bar.hue))
    for bar, level in zip(ordered, levels([(bar.start_ms, bar.end_ms) for bar in ordered]), strict=True):
        drawn += _day_bar(bar, f"on {level}".rstrip(), scale)
    if labelled:
        drawn += "".join(f'<text x="{percent(at)}" y="26">{text(words)}</text>' for at, words in scale.posts)
    name = "day scaled" if labelled else "day"
    return f'<svg class="{name}" aria-hidden="true">{drawn}</svg>'


def levels(intervals: Sequence[Interval]) -> list[str]:
    """Say for each interval, in order of start, whether it has the full height (""), or the `hi` or `lo` half."""
    half: list[str] = []
    free_ms = {"": 0, "hi": 0, "lo": 0}
    for at, (start, end) in enumerate(intervals):
        alone = max(free_ms.values()) <= start and (at + 1 == len(intervals) or end <= intervals[at + 1][0])
        level = "" if alone else "lo" if free_ms["lo"] <= start < free_ms["hi"] else "hi"
        free_ms[level] = max(free_ms[level], end)
        half.append(level)
    return half


def _recorded(start_ms: int, end_ms: int, gaps: Iterable[Interval]) -> str:
    span_ms = end_ms - start_ms
    if span_ms <= 0:
        return rect("on", 0, 1)
    return "".join(
        rect("on", (low - start_ms) / span_ms, (high - low) / span_ms)
        for low, high in recorded_intervals(start_ms, end_ms, gaps)
    )


def _losses(start_ms: int, end_ms: int, gaps: Iterable[Interval]) -> str:
    """Draw losses last, over what was recorded, and never narrower than can be seen."""
    span_ms = end_ms - start_ms
    drawn = ""
    for low, high in sorted(gaps):
        first, last = max(low, start_ms), min(high, end_ms)
        if first < last:
            width = max(LOSS_SHARE, (last - first) / span_ms)
            drawn += rect("lost", min((first - start_ms) / span_ms, 1 - width), width)
    return drawn


def _day_bar(bar: Bar, name: str, scale: DayScale) -> str:
    hue = f' data-hue="{bar.hue}"'
    first, last = scale.share(bar.start_ms), scale.share(bar.end_ms)
    if last - first < DAY_FLOOR:
        return rect(name, min(first, 1 - DAY_FLOOR), DAY_FLOOR, hue)
    drawn = ""
    for low, high in recorded_intervals(bar.start_ms, bar.end_ms, bar.gaps):
        shares = scale.shares(low, high)
        if shares:
            drawn += rect(name, shares[0], shares[1] - shares[0], hue)
    return drawn
