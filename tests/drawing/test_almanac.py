"""The year strip, the skyline and the shades of the calendar."""

import re
import xml.etree.ElementTree as ET

import pytest

from builder.drawing.almanac import heat_step, hours_scale_svg, quarter_shares, skyline_svg, year_months_svg, year_svg
from builder.drawing.clock import day_scale

HOUR_MS = 3_600_000
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@pytest.mark.parametrize(
    ("hours", "count", "step"),
    [(0, 0, 0), (0, 1, 1), (2.99, 1, 1), (3, 1, 2), (5.99, 1, 2), (6, 2, 3), (9, 4, 4), (80, 9, 4)],
)
def test_cells_have_four_shades(hours, count, step):
    """From 0, 3, 6 and 9 hours; none without a broadcast."""
    assert heat_step(round(hours * HOUR_MS), count) == step


@pytest.mark.parametrize(("hours", "step"), [(0, 1), (20.9, 1), (21, 2), (49, 3), (62.9, 3), (63, 4), (84, 4)])
def test_shades_are_quarters_of_a_busy_day(hours, step):
    """Where the busiest day of a page has 84 hours on air a step is 21; up to 12 hours it stays three."""
    assert heat_step(round(hours * HOUR_MS), 1, busiest_ms=84 * HOUR_MS) == step
    assert heat_step(6 * HOUR_MS, 1, busiest_ms=12 * HOUR_MS) == 3


def squares(svg, name):
    path = next((path for path in ET.fromstring(svg).iter("path") if path.get("class") == name), None)
    return [] if path is None else re.findall(r"M(\d+) (\d+)h12v12h-12z", path.get("d"))


def test_the_year_ends_with_its_last_day():
    """Saturday 15 January 2022 is the sixth square of the 53rd column; 370 squares in all."""
    days = {"2022-01-15": 4 * HOUR_MS, "2022-01-13": 2 * HOUR_MS, "2021-01-11": 1, "2021-01-10": HOUR_MS}

    svg = year_svg(days, "2022-01-15", "x")

    assert squares(svg, "l3") == [("728", "70")]
    assert squares(svg, "l2") == [("728", "42")]
    assert squares(svg, "l1") == [("0", "0")]  # Monday 11 January 2021 opens the strip, the day before is left out
    assert sum(len(squares(svg, f"l{step}")) for step in range(4)) == 52 * 7 + 6
    assert 'viewBox="0 0 740 96"' in svg


def test_months_stand_over_the_week_in_which_they_begin():
    """1 February 2021 is a Monday three weeks after the strip's first; every second name can be hidden."""
    svg = year_months_svg("2022-01-15", MONTHS)
    names = [text.text for text in ET.fromstring(svg).iter("text")]

    assert names == ["Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan"]
    assert '<text x="5.66%" y="14">Feb</text>' in svg
    assert svg.count('"odd') == 6
    assert re.findall(r'class="[^"]*late" x="[\d.]+%" y="14">(\w+)', svg) == ["Jan"]


def test_the_skyline_steps_through_its_columns():
    """A share of one is 94 % high; columns have one width."""
    svg = skyline_svg([0, 1, 0.5, 0], "x")

    assert 'd="M0 1000V1000H250V60H500V530H750V1000H1000V1000z"' in svg


def test_quarters_count_who_is_on_air():
    """One of two broadcasts touches 23:30 to 00:30 of the clock: a half in each of its four quarters."""
    start = 1642030200000  # 2022-01-12T23:30:00Z

    shares = quarter_shares([(start, start + HOUR_MS), (start + 12 * HOUR_MS, start + 12 * HOUR_MS)], 0)

    assert [at for at, share in enumerate(shares) if share] == [0, 1, 46, 94, 95]
    assert shares[0] == 0.5
    assert quarter_shares([], 0) == [0] * 96
    assert quarter_shares([(start, start + 99 * HOUR_MS)], 480) == [1] * 96


def test_hours_stand_from_edge_to_edge():
    """Five words at equal distances; of a day that starts between two posts, those within it."""
    posts, within = (day_scale("2022-01-13", "UTC", minutes).posts for minutes in (0, 240))

    assert re.findall(r'x="([\d.]+)%"', hours_scale_svg(posts)) == ["0", "25", "50", "75", "100"]
    assert re.findall(r">(\d\d)<", hours_scale_svg(within)) == ["06", "12", "18", "00"]
