"""Strips: shares of the width, losses that can be seen, one scale per list, two levels per day."""

import re
import xml.etree.ElementTree as ET

import pytest

from builder.drawing.clock import day_scale
from builder.drawing.strips import Bar, bar_of, day_svg, levels, recorded_intervals, strip_svg
from builder.model import Trim
from tests.drawing.made import HOUR_MS, made

START_MS = 1642032000000  # 2022-01-13T00:00:00Z


def session(hours=4.0, **more):
    return made(**({"start_ms": START_MS, "hours": hours} | more))


def rects(svg, name):
    """Return (x, width) in per cent of every rectangle of a class."""
    return [
        (float(element.get("x", "0").rstrip("%")), float(element.get("width", "0").rstrip("%")))
        for element in ET.fromstring(svg).iter("rect")
        if name in element.get("class").split()
    ]


def test_a_whole_broadcast_is_one_bar():
    """Nothing lost: the bar is the width, and the label says so."""
    assert strip_svg(session(), "Recorded whole, 4 h 00 m.") == (
        '<svg class="strip" role="img" aria-label="Recorded whole, 4 h 00 m."><rect class="on" x="0%" width="100%"/></svg>'
    )


def test_recorded_and_lost_add_up():
    """Solid and hollow pieces cover the width once."""
    gaps = ((START_MS + HOUR_MS, START_MS + 2 * HOUR_MS),)

    svg = strip_svg(session(gaps=gaps), "x")

    assert rects(svg, "on") == [(0, 25), (50, 50)]
    assert rects(svg, "lost") == [(25, 25)]
    assert sum(width for _, width in rects(svg, "on") + rects(svg, "lost")) == pytest.approx(100)


def test_a_short_loss_is_wide_enough_to_be_seen():
    """Ten seconds in four hours are drawn 1.5 % wide, over the bar, and not past its end."""
    early, late = START_MS + HOUR_MS, START_MS + 4 * HOUR_MS - 11_000
    svg = strip_svg(session(gaps=((early, early + 10_000), (late, late + 10_000))), "x")

    assert rects(svg, "lost") == [(25, 1.5), (98.5, 1.5)]
    assert svg.index('"lost"') > svg.rindex('"on"')


def test_strips_of_a_list_share_a_scale_with_a_floor():
    """Half as long is half as wide; a minute is still 8 %."""
    assert '<svg width="50%">' in strip_svg(session(hours=2), "x", longest_ms=4 * HOUR_MS)
    assert '<svg width="8%">' in strip_svg(session(hours=1 / 60), "x", longest_ms=4 * HOUR_MS)
    assert "<svg width" not in strip_svg(session(), "x", longest_ms=4 * HOUR_MS)


def test_ticks_stand_at_chapters_but_not_at_the_start():
    """A tick for each chapter that begins after the broadcast does."""
    svg = strip_svg(session(chapters=((0, "a"), (HOUR_MS, "b"), (HOUR_MS, "c"), (9 * HOUR_MS, "late"))), "x")

    assert [x for x, _ in rects(svg, "tick")] == [25]


def test_chapters_of_a_trimmed_broadcast_count_from_its_old_beginning():
    """The strip is what can be watched, its chapters keep their session time."""
    later = {"start_ms": START_MS + HOUR_MS, "end_ms": START_MS + 3 * HOUR_MS}
    trimmed = session(chapters=((2 * HOUR_MS, "b"),), trim=Trim(3600, 3600), untrimmed=session(), **later)

    assert [x for x, _ in rects(strip_svg(trimmed, "x"), "tick")] == [50]


def test_a_broadcast_without_length_is_a_bar():
    """Unknown start: one solid bar, no division by zero."""
    assert rects(strip_svg(session(hours=0), "x"), "on") == [(0, 100)]


def test_labels_are_escaped():
    """A label cannot leave its attribute."""
    svg = strip_svg(session(), '"><script>\x00')

    assert ET.fromstring(svg).get("aria-label") == '"><script>'


@pytest.mark.parametrize(
    ("gaps", "recorded"),
    [
        ([], [(0, 10)]),
        ([(2, 4)], [(0, 2), (4, 10)]),
        ([(6, 8), (2, 4)], [(0, 2), (4, 6), (8, 10)]),
        ([(0, 4)], [(4, 10)]),
        ([(2, 12)], [(0, 2)]),
        ([(2, 6), (4, 8)], [(0, 2), (8, 10)]),
        ([(0, 10)], []),
    ],
)
def test_recorded_is_what_lies_between_gaps(gaps, recorded):
    """Gaps in any order, touching the ends or each other."""
    assert recorded_intervals(0, 10, gaps) == recorded


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([], []),
        ([(0, 2), (2, 4)], ["", ""]),
        ([(0, 3), (2, 4)], ["hi", "lo"]),
        ([(0, 9), (1, 2), (3, 4)], ["hi", "lo", "lo"]),
        ([(0, 3), (2, 6), (5, 8), (8, 9)], ["hi", "lo", "hi", ""]),
        ([(0, 2), (0, 2)], ["hi", "lo"]),
    ],
)
def test_overlapping_bars_take_half_the_height(intervals, expected):
    """Neighbours in time never lie on each other as long as two levels are enough."""
    assert levels(intervals) == expected


def test_a_day_strip_has_posts_and_coloured_bars():
    """Five posts, bars cut to the day, overlapping ones in halves."""
    scale = day_scale("2022-01-13", "UTC")
    bars = [
        Bar(6, START_MS + 18 * HOUR_MS, START_MS + 26 * HOUR_MS),
        Bar(19, START_MS - HOUR_MS, START_MS + 6 * HOUR_MS, gaps=((START_MS + HOUR_MS, START_MS + 2 * HOUR_MS),)),
        Bar(9, START_MS + 21 * HOUR_MS, START_MS + 22 * HOUR_MS),
        Bar(1, START_MS + 30 * HOUR_MS, START_MS + 31 * HOUR_MS),
    ]

    svg = day_svg(bars, scale)

    assert rects(svg, "six") == [(0, 0), (25, 0), (50, 0), (75, 0), (100, 0)]
    assert rects(svg, "on") == [(0, 4.17), (8.33, 16.67), (75, 25), (87.5, 4.17)]
    assert rects(svg, "hi") == [(75, 25)]
    assert rects(svg, "lo") == [(87.5, 4.17)]
    assert re.findall(r'data-hue="(\d+)"', svg) == ["19", "19", "6", "9"]


def test_the_shortest_broadcast_is_seen_in_its_day():
    """A minute, and a point in time, are ten minutes wide; so is one at the very end of the day."""
    bars = [
        Bar(1, START_MS + 6 * HOUR_MS, START_MS + 6 * HOUR_MS + 60_000),
        Bar(2, START_MS + 12 * HOUR_MS, START_MS + 12 * HOUR_MS),
        Bar(3, START_MS + 24 * HOUR_MS - 1000, START_MS + 25 * HOUR_MS),
        Bar(4, START_MS + 24 * HOUR_MS, START_MS + 24 * HOUR_MS),
        Bar(5, START_MS - HOUR_MS, START_MS),
    ]

    assert rects(day_svg(bars, day_scale("2022-01-13", "UTC")), "on") == [(25, 0.7), (50, 0.7), (99.3, 0.7)]


def test_hours_are_set_when_asked_for():
    """A labelled day strip names its posts."""
    words = re.findall(r">(\d\d)</text>", day_svg([], day_scale("2022-01-13", "UTC"), labelled=True))

    assert words == ["00", "06", "12", "18", "24"]


def test_a_day_of_23_hours_is_to_scale():
    """On the day summer time begins six o'clock stands after five hours of 23."""
    scale = day_scale("2022-03-27", "Europe/Berlin")

    assert not scale.is_even
    assert scale.end_ms - scale.start_ms == 23 * HOUR_MS
    assert [words for _, words in scale.posts] == ["00", "06", "12", "18", "24"]
    assert scale.posts[1][0] == pytest.approx(5 / 23)


def test_a_broadcast_day_may_begin_late():
    """A day that begins at 06:00 has its posts at 06, 12, 18, 00 and 06."""
    scale = day_scale("2022-01-13", "Asia/Shanghai", 360)

    assert scale.start_ms == START_MS - 2 * HOUR_MS
    assert scale.posts == ((0.0, "06"), (0.25, "12"), (0.5, "18"), (0.75, "00"), (1.0, "06"))


def test_a_day_may_begin_between_hours():
    """A day that begins at 04:30 has its first whole hour after half an hour."""
    scale = day_scale("2022-01-13", "UTC", 270)

    assert scale.hours[0] == (pytest.approx(0.5 / 24), "05")
    assert [words for _, words in scale.posts] == ["06", "12", "18", "00"]


def test_a_bar_is_made_of_a_session():
    """Times and gaps are the session's, the hue is the caller's."""
    gaps = ((START_MS + 1, START_MS + 2),)

    assert bar_of(session(gaps=gaps), 5) == Bar(5, START_MS, START_MS + 4 * HOUR_MS, gaps)
