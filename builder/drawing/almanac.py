"""Pictures of habit: the year strip and the skyline of a profile, and the shades of calendar cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from builder.drawing.svg import named, number, percent, text
from builder.model import HOUR_MS

WEEKS = 53

_PITCH = 14  # a square of 12 and a space of 2
_SKY_HEIGHT = 1000
_YEAR_HOURS = (2, 4)  # darker from here on
_CELL_QUARTER_MS = 3 * HOUR_MS


def heat_step(recorded_ms: int, count: int, *, busiest_ms: int = 0) -> int:
    """Return the shade of a calendar cell (`data-heat`): 0 for none, 1 for up to 3 h, then 3 h, 6 h, 9 h and more.

    Where the busiest day of the page has more than 12 h the shades are its quarters.
    """
    quarter_ms = max(_CELL_QUARTER_MS, busiest_ms // 4)
    return 1 + min(3, recorded_ms // quarter_ms) if count else 0


def year_svg(recorded_ms: Mapping[str, int], last_day: str, label: str) -> str:
    """Draw the 53 weeks up to `last_day`: a column a week from Monday, a square a day, one path per shade.

    `recorded_ms` maps days on air, "2022-01-13", to recorded time.
    """
    squares: list[list[str]] = [[], [], [], []]
    last = date.fromisoformat(last_day)
    first = _first_monday(last)
    for at in range((last - first).days + 1):
        day = (first + timedelta(days=at)).isoformat()
        step = _step(recorded_ms[day], _YEAR_HOURS) if day in recorded_ms else 0
        squares[step].append(f"M{at // 7 * _PITCH} {at % 7 * _PITCH}h12v12h-12z")
    paths = "".join(f'<path class="l{step}" d="{"".join(drawn)}"/>' for step, drawn in enumerate(squares) if drawn)
    return f'<svg class="year" viewBox="0 0 {WEEKS * _PITCH - 2} {7 * _PITCH - 2}" {named(label)}>{paths}</svg>'


def year_months_svg(last_day: str, months: Sequence[str]) -> str:
    """Set the names of the months (twelve words, January first) over the week in which each begins.

    Where room is short the style sheet hides every second one (`odd`) and those too near the end (`late`, and `last`
    still on a wider page).
    """
    first = _first_monday(date.fromisoformat(last_day))
    drawn, place = "", 0
    for week in range(WEEKS - 1):  # the last column has no room for a word
        sunday = first + timedelta(days=7 * week + 6)
        if sunday.day <= 7 and (week or sunday.day == 7):
            names = ["odd"] * (place % 2)
            if week > WEEKS - 5:
                names.append("last" if week == WEEKS - 2 else "late")
            name = f' class="{" ".join(names)}"' if names else ""
            drawn += f'<text{name} x="{percent(week / WEEKS)}" y="14">{text(months[sunday.month - 1])}</text>'
            place += 1
    return f'<svg class="axis scale months" aria-hidden="true">{drawn}</svg>'


def skyline_svg(shares: Sequence[float], label: str) -> str:
    """Draw what share of the broadcasts was on air at each time of the day, as a skyline over equal columns."""
    width = _SKY_HEIGHT / len(shares)
    outline = "".join(
        f"V{number(_SKY_HEIGHT * (1 - 0.94 * min(1.0, max(0.0, share))))}H{number(width * (at + 1))}"
        for at, share in enumerate(shares)
    )
    path = f'<path class="sky" d="M0 {_SKY_HEIGHT}{outline}V{_SKY_HEIGHT}z"/>'
    box = f'viewBox="0 0 {_SKY_HEIGHT} {_SKY_HEIGHT}" preserveAspectRatio="none"'
    return f'<svg class="banner" {box} {named(label)}>{path}</svg>'


def quarter_shares(intervals: Sequence[tuple[int, int]], offset_minutes: int) -> list[float]:
    """Return for each of the day's 96 quarter hours the share of intervals (instants) that touch it."""
    counts = [0] * 96
    for start_ms, end_ms in intervals:
        first = (start_ms + offset_minutes * 60_000) // (HOUR_MS // 4)
        last = max(first, (end_ms - 1 + offset_minutes * 60_000) // (HOUR_MS // 4))
        for quarter in range(first, min(last, first + 95) + 1):
            counts[quarter % 96] += 1
    return [count / max(1, len(intervals)) for count in counts]


def hours_scale_svg(posts: Sequence[tuple[float, str]]) -> str:
    """Set hours at their shares of the width, under the skyline."""
    drawn = "".join(f'<text x="{percent(at)}" y="14">{text(word)}</text>' for at, word in posts)
    return f'<svg class="axis scale" aria-hidden="true">{drawn}</svg>'


def _first_monday(last: date) -> date:
    return last - timedelta(days=last.weekday() + 7 * (WEEKS - 1))


def _step(recorded_ms: int, hours: Sequence[int]) -> int:
    return 1 + sum(recorded_ms >= limit * HOUR_MS for limit in hours)
