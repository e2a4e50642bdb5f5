"""Posters: hand-computed geometry, one look per broadcast, well formed and small."""

import math
import re
import xml.etree.ElementTree as ET

import pytest

from builder.drawing.posters import SIZE_LIMIT_BYTES, colours_of, dial_of, edge_bits, poster_svg
from tests.drawing.made import HOUR_MS, made

EVENING_MS = 1642077294000  # 2022-01-13T12:34:54Z, 20:34:54 in Shanghai


def session(start_ms=EVENING_MS, hours=3 + 2 / 3, **more):
    return made(start_ms, hours, **more)


GAPPED = session(
    gaps=((EVENING_MS + 3_986_000, EVENING_MS + 4_650_000), (EVENING_MS + 9_788_000, EVENING_MS + 9_948_000)),
    chapters=((0, "open"), (510_000, "one"), (2_472_000, "two")),
)


def test_a_poster_is_drawn_from_the_session():
    """Field, dial and arcs stand where the recipe puts them.

    By hand: 20:34:54 is 20.5817 h, the middle 22.415 h, hence 66.2°: centre (228, 84) − 100·(.403, .915).
    The arc begins at 38.7°: 188 + 100·.780, −8 + 100·.626.
    """
    poster = poster_svg(GAPPED, 6, "Asia/Shanghai")

    assert poster.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"><path fill="#34653c"')
    assert '<circle cx="188" cy="-8" r="100"/>' in poster
    assert 'd="M266 54.6A100 100 0 0 1 244.9 74.2M240.8 76.9A100' in poster
    assert 'd="M238.5 65A88.8 88.8 0 0 1 234.9 67.3' in poster
    assert 'd="M275.7 67.9L280.3 71.8M264.1 79.6L268 84.1"' in poster


def test_a_poster_is_the_same_every_time():
    """Equal sessions give equal bytes, and nothing else than the session counts."""
    assert poster_svg(GAPPED, 6, "Asia/Shanghai") == poster_svg(GAPPED, 6, "Asia/Shanghai")


def test_two_broadcasts_never_look_alike():
    """Sessions that differ in nothing but the tag differ in the edge code."""
    other = session(id="2022/01/13/k3f9q3m7xa", gaps=GAPPED.gaps, chapters=GAPPED.chapters)

    assert poster_svg(other, 6, "Asia/Shanghai") != poster_svg(GAPPED, 6, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("hour", "field"),
    [(4, "night"), (5, "dusk"), (7, "dusk"), (8, "day"), (16, "day"), (17, "dusk"), (20, "dusk"), (21, "night")],
)
def test_the_field_is_the_time_of_day(hour, field):
    """Pale by day, full at dusk, dark at night."""
    fields = {"night": colours_of(0, 6).field, "dusk": "#34653c", "day": colours_of(12, 6).field}

    assert colours_of(hour, 6).field == fields[field]


@pytest.mark.parametrize(
    ("hours", "radius"),
    [(0, 150), (0.99, 150), (1, 124), (1.99, 124), (2, 100), (4, 76), (7.99, 76), (8, 58), (30, 58)],
)
def test_short_broadcasts_get_a_large_dial(hours, radius):
    """The radius falls with the time on air."""
    assert dial_of(20, hours).radius == radius


def test_noon_stands_on_top():
    """An hour around noon lies above the centre: the dial is below the place of the arc."""
    dial = dial_of(11.5, 1)

    assert (dial.x, dial.y) == (228, 84 + 124)


def test_the_edge_spells_the_tag():
    """Five bits a character, the highest first: k is 19, 3 is 3, z is 31."""
    assert edge_bits("k3z000zzzz") == [1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1] + [0] * 15
    assert len(edge_bits("")) == 30


@pytest.mark.parametrize("hours", [0, 0.001, 12, 23.95, 24, 30, 47, 80])
def test_any_length_is_drawn(hours):
    """A point, a full turn and more than a day all give an arc of finite numbers."""
    poster = poster_svg(session(hours=hours), 0, "UTC")

    ET.fromstring(poster)
    assert "nan" not in poster
    assert "A58" in poster or "A150" in poster


def test_past_a_day_the_arc_goes_on_further_in():
    """After 24 hours on air the radius shrinks by 30."""
    assert "A28 28" in poster_svg(session(hours=26), 6, "UTC")
    assert "A28 28" not in poster_svg(session(hours=24), 6, "UTC")


@pytest.mark.parametrize("pieces", [0, 1, 12, 400])
@pytest.mark.parametrize("hours", [0.7, 3.9, 23, 60])
def test_posters_are_small_well_formed_and_without_text(pieces, hours):
    """Hundreds of losses and chapters stay under the limit."""
    step = round(hours * HOUR_MS / (pieces + 1))
    gaps = tuple((EVENING_MS + step * n, EVENING_MS + step * n + step // 3) for n in range(1, pieces + 1))
    chapters = tuple((step * n, "x") for n in range(pieces))

    poster = poster_svg(session(hours=hours, gaps=gaps, chapters=chapters), 13, "America/New_York")

    root = ET.fromstring(poster)
    assert len(poster.encode()) <= SIZE_LIMIT_BYTES
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert not re.search(r"\bstyle=|\d\.0\b", poster)


def test_the_ring_has_24_marks():
    """The dashes of the ring divide it evenly: 24 periods are the circumference."""
    dash, space = re.search(r'stroke-dasharray="([\d.]+) ([\d.]+)"', poster_svg(GAPPED, 6, "UTC")).groups()

    assert 24 * (float(dash) + float(space)) == pytest.approx(2 * math.pi * 100, abs=0.05)
