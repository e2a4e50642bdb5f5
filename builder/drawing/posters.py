"""A poster for a broadcast that has no picture: drawn from its times, its losses, its chapters and its tag.

The field is the time of day (pale by day, full at dusk, dark at night), the arc lies on a dial of 24 hours
(midnight at the foot, noon on top, clockwise), and thirty strokes along the foot spell the tag, so that two
broadcasts never look alike and one always looks the same. Figures are drawn, not set: no text element, hence no
font, hence equal on every machine. At most `SIZE_LIMIT_BYTES`. Pure: the zone is an argument.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from builder.addresses import ALPHABET
from builder.dates import zone_of
from builder.drawing.colour import hue_degrees, oklch_hex
from builder.drawing.svg import number
from builder.model import HOUR_MS, Session, Value

SIZE_LIMIT_BYTES = 3072
DRAWN = ((12, 20), (9, 14), (6, 10), (4, 6), (2, 3))  # losses (the longest) and chapters: the first pair that fits

_SHORTEST_HOURS = 0.05  # an arc of no length would not be seen
_TURNS = 2  # of the dial; a third would not fit
_LANE = 30

# Field, ring, arc, ink: lightness and chroma.
_TONES = {
    "night": ((0.29, 0.06), (0.42, 0.06), (0.80, 0.13), (0.96, 0.015)),
    "dusk": ((0.46, 0.085), (0.59, 0.085), (0.87, 0.10), (0.98, 0.01)),
    "day": ((0.86, 0.065), (0.75, 0.075), (0.51, 0.13), (0.25, 0.05)),
}

_FIGURES = {
    "0": "M0 3a3 3 0 0 1 6 0v4a3 3 0 0 1-6 0z",
    "1": "M1 2.4 4 0v10",
    "2": "M.1 3a2.95 2.95 0 1 1 5.3 1.7L.2 10H6",
    "3": "M.4 0h5.2L2.8 3.9A3.05 3.05 0 1 1 .1 7.6",
    "4": "M4.6 10V0L0 7.2h6",
    "5": "M5.5 0H1L.5 4.6a3.05 3.05 0 1 1-.4 3",
    "6": "M4.2 0 .5 5.4M0 7a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
    "7": "M0 0h6L2 10",
    "8": "M.6 2.4a2.4 2.4 0 1 1 4.8 0a2.4 2.4 0 1 1-4.8 0M.1 7.4a2.9 2.6 0 1 1 5.8 0a2.9 2.6 0 1 1-5.8 0",
    "9": "M1.8 10 5.5 4.6M6 3a3 3 0 1 0-6 0a3 3 0 1 0 6 0",
    ":": "M1 2.8v.01M1 7.2v.01",
    "-": "M.6 5h3.8",
}
_ADVANCE = {":": 4.6, "-": 7.4}
_FIGURE_ADVANCE = 8.4


class Colours(Value, frozen=True):
    field: str
    ring: str
    arc: str
    ink: str


class Dial(Value, frozen=True):
    """The 24-hour circle of one poster."""

    x: int
    y: int
    radius: int


class Face(Value, frozen=True):
    """What every stroke of one poster needs."""

    dial: Dial
    colours: Colours
    start_hours: float  # after local midnight


def poster_svg(session: Session, hue: int, zone: str) -> str:
    """Draw the poster of a session in its VJ's hue step, a whole SVG file; date and time are the calendar's."""
    local = datetime.fromtimestamp(session.start_ms // 1000, UTC).astimezone(zone_of(zone))
    start = local.hour + local.minute / 60 + local.second / 3600
    dial = dial_of(start, (session.end_ms - session.start_ms) / HOUR_MS)
    colours = colours_of(local.hour, hue)
    face = Face(dial=dial, colours=colours, start_hours=start)
    root = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180">'
    before = root + f'<path fill="{colours.field}" d="M0 0h320v180H0z"/>'
    before += _ring(dial, colours.ring)
    after = _dates(f"{local:%Y-%m}", str(local.day), f"{local:%H:%M}", colours.ink)
    after += _edge(session.id.rpartition("/")[2], colours.ink) + "</svg>"
    middle = ""
    for losses, chapters in DRAWN:
        middle = _broadcast(session, face, losses, chapters)
        if len(before) + len(middle) + len(after) <= SIZE_LIMIT_BYTES:
            break
    return before + middle + after


def colours_of(hour: int, hue: int) -> Colours:
    """Return the four colours of a poster whose broadcast began in this local hour."""
    tone = "day" if 8 <= hour <= 16 else "dusk" if 5 <= hour <= 20 else "night"
    return Colours(*(oklch_hex(lightness, chroma, hue_degrees(hue)) for lightness, chroma in _TONES[tone]))


def dial_of(start_hours: float, length_hours: float) -> Dial:
    """Place the dial: short broadcasts on a large circle, so that the middle of the arc stays right of the date."""
    radius = next((size for limit, size in ((1, 150), (2, 124), (4, 100), (8, 76)) if length_hours < limit), 58)
    reach = 0.35 * radius if radius == 58 else radius
    middle = _radians(start_hours + min(length_hours, 24) / 2)
    return Dial(x=round(228 - reach * math.cos(middle)), y=round(84 - reach * math.sin(middle)), radius=radius)


def edge_bits(tag: str) -> list[int]:
    """Return the thirty bits that the tag's first six characters spell."""
    values = [ALPHABET.find(character) & 31 for character in tag[:6].ljust(6, "0")]
    return [value >> shift & 1 for value in values for shift in (4, 3, 2, 1, 0)]


def _broadcast(session: Session, face: Face, losses: int, chapters: int) -> str:
    """Draw what was recorded, lost and titled: the part of a poster whose size depends on the broadcast."""
    longest = sorted(session.gaps, key=lambda gap: (gap[0] - gap[1], gap))[:losses]

    def hours(at_ms: int) -> float:
        return face.start_hours + (at_ms - session.start_ms) / HOUR_MS

    lost = [(hours(low), hours(high)) for low, high in sorted(longest)]
    ends = [
        face.start_hours,
        *(hour for gap in lost for hour in gap),
        max(face.start_hours + _SHORTEST_HOURS, hours(session.end_ms)),
    ]
    recorded = list(zip(ends[::2], ends[1::2], strict=True))
    starts = [session.zero_ms + at - session.start_ms for at, _ in session.chapters]
    marks = [face.start_hours + at / HOUR_MS for at in starts if 0 < at < 24 * HOUR_MS][:chapters]
    return _arcs(face.dial, recorded, lost, face.colours.arc) + _chapters(face.dial, marks, face.colours.ink)


def _ring(dial: Dial, colour: str) -> str:
    """Draw the circle and its 24 marks: one dashed stroke for the short ones, one path for every sixth."""
    x, y, radius = dial.x, dial.y, dial.radius
    period = 2 * math.pi * radius / 24
    inner, outer = radius - 12, radius + 12
    long = f"M{x} {y - outer}v24M{x} {y + inner}v24M{x - outer} {y}h24M{x + inner} {y}h24"
    place = f'cx="{x}" cy="{y}" r="{radius}"'
    dashes = f'stroke-width="8" stroke-dasharray="1 {number(period - 1, 3)}" stroke-dashoffset=".5"'
    return f'<g fill="none" stroke="{colour}"><circle {place}/><circle {place} {dashes}/><path d="{long}"/></g>'


def _arcs(dial: Dial, recorded: list[tuple[float, float]], lost: list[tuple[float, float]], colour: str) -> str:
    start = recorded[0][0]
    thick = "".join(_turns(dial, start, recorded, 0))
    thin = "".join(_turns(dial, start, lost, -11.25)) + "".join(_turns(dial, start, lost, 11.25))
    hairlines = f'<path d="{thin}" stroke-width="1.5"/>' if thin else ""
    return f'<g fill="none" stroke="{colour}"><path d="{thick}" stroke-width="24"/>{hairlines}</g>'


def _turns(dial: Dial, start: float, stretches: Iterable[tuple[float, float]], offset: float) -> Iterable[str]:
    """Draw stretches as arcs; what lies more than 24 hours after the start goes on one lane further in."""
    for low, high in stretches:
        for turn in range(_TURNS):
            first, last = max(low, start + 24 * turn), min(high, start + 24 * (turn + 1))
            if first < last:
                yield _arc(dial, dial.radius - _LANE * turn + offset, first, last)


def _arc(dial: Dial, radius: float, first: float, last: float) -> str:
    """Draw one arc, in two halves when it is nearly a circle: an arc that ends where it starts would be nothing."""
    size = number(radius)
    x, y = _point(dial, radius, first)
    drawn = f"M{number(x)} {number(y)}"
    stops = [(first + last) / 2, last] if last - first > 23.9 else [last]
    for before, stop in zip([first, *stops], stops, strict=False):
        x, y = _point(dial, radius, stop)
        drawn += f"A{size} {size} 0 {int(stop - before > 12)} 1 {number(x)} {number(y)}"
    return drawn


def _chapters(dial: Dial, hours: list[float], colour: str) -> str:
    marks = []
    for hour in hours:
        near, far = _point(dial, dial.radius + 16, hour), _point(dial, dial.radius + 22, hour)
        marks.append(f"M{number(near[0])} {number(near[1])}L{number(far[0])} {number(far[1])}")
    return f'<path stroke="{colour}" stroke-width="1.5" d="{"".join(marks)}"/>' if marks else ""


def _dates(month: str, day: str, clock: str, colour: str) -> str:
    lines = ((month, 20, "", "1.5"), (day, 44, " scale(6)", "1.1"), (clock, 126, " scale(2.2)", "1.2"))
    groups = "".join(
        f'<g transform="translate(20 {y}){scale}" stroke-width="{stroke}">{_figures(words)}</g>'
        for words, y, scale, stroke in lines
    )
    return f'<g fill="none" stroke="{colour}" stroke-linecap="square">{groups}</g>'


def _figures(words: str) -> str:
    drawn, at = [], 0.0
    for figure in words:
        place = f'transform="translate({number(at)})" ' if at else ""
        drawn.append(f'<path {place}d="{_FIGURES[figure]}"/>')
        at += _ADVANCE.get(figure, _FIGURE_ADVANCE)
    return "".join(drawn)


def _edge(tag: str, colour: str) -> str:
    strokes = "".join(
        f"M{number(20 + place * 280 / 29)} 180v-{9 if bit else 4}" for place, bit in enumerate(edge_bits(tag))
    )
    return f'<path stroke="{colour}" stroke-width="1.5" d="{strokes}"/>'


def _point(dial: Dial, radius: float, hours: float) -> tuple[float, float]:
    angle = _radians(hours)
    return dial.x + radius * math.cos(angle), dial.y + radius * math.sin(angle)


def _radians(hours: float) -> float:
    """Return the angle of a time of day, y pointing down: midnight at the foot, clockwise."""
    return math.radians(90 + 15 * hours)
