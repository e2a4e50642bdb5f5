"""The programme guide: bars to scale, labels that do not run into each other, links with names."""

import re
import xml.etree.ElementTree as ET

import pytest

from builder.drawing.clock import day_scale
from builder.drawing.guide import LANE_PX, Entry, hours_svg, lane_svg
from builder.drawing.lettering import fit, monogram, width_px
from builder.drawing.strips import Bar

HOUR_MS = 3_600_000
START_MS = 1642032000000  # 2022-01-13T00:00:00Z
SCALE = day_scale("2022-01-13", "UTC")


def entry(start, hours, title="A title", **more):
    """Make an entry that starts at an hour of the day."""
    gaps = tuple((START_MS + round(a * HOUR_MS), START_MS + round(b * HOUR_MS)) for a, b in more.pop("gaps", ()))
    start_ms = START_MS + round(start * HOUR_MS)
    clock = f"{int(start) % 24:02}:{round(start % 1 * 60):02}"
    bar = Bar(6, start_ms, start_ms + round(hours * HOUR_MS), gaps)
    return Entry(bar=bar, href=f"#{clock}", label=f"{clock} {title}", clock=clock, title=title, **more)


def texts(svg):
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter("text")]


def test_a_label_grows_forward_from_the_start_before_four_in_the_afternoon():
    """Start and title stand under the bar, from its start."""
    svg = lane_svg([entry(6.25, 0.75, "Shipping weather, read slowly")], SCALE)

    assert svg == (
        '<svg class="lane"><a href="#06:15" aria-label="06:15 Shipping weather, read slowly">'
        '<rect class="on" x="26.04%" width="3.12%"/><text aria-hidden="true" x="26.04%" y="40">06:15'
        '<tspan class="t"> Shipping weather, read slowly</tspan></text></a></svg>'
    )


def test_a_label_grows_backward_from_the_end_after_four():
    """Late labels end under the end of their bar."""
    svg = lane_svg([entry(18.5, 1.5, "Ink")], SCALE)

    assert 'x="83.33%" y="40" text-anchor="end">18:30<tspan class="t"> Ink' in svg


def test_titles_are_cut_where_labels_grow_toward_each_other():
    """A forward and a backward label share the space between them; both keep their times."""
    facing = [entry(12, 1, "A very long title " * 4), entry(18, 1, "Another very long title " * 4)]

    first, second = texts(lane_svg(facing, SCALE))

    assert first.startswith("12:00 A very")
    assert first.endswith("…")
    assert second.startswith("18:00 Another")
    assert width_px(first) + width_px(second) <= LANE_PX * 7 / 24


def test_a_label_without_room_is_left_out():
    """Two broadcasts a quarter of an hour apart: the first has no room for its label, but keeps its name and link."""
    svg = lane_svg([entry(6, 0.2), entry(6.25, 0.2)], SCALE)

    assert len(texts(svg)) == 1
    assert svg.count("aria-label=") == 2


def test_times_that_collide_on_narrow_pages_are_marked():
    """Two hours are enough on a wide page and not on a phone."""
    assert 'class="near"' in lane_svg([entry(6, 0.5), entry(8, 0.5)], SCALE)
    assert 'class="near"' not in lane_svg([entry(6, 0.5), entry(12, 0.5)], SCALE)


def test_broadcasts_over_midnight_have_arrows():
    """One from yesterday points back, one into tomorrow points on."""
    early, late = texts(lane_svg([entry(-1, 2, "Last train", day_word="Wed "), entry(22, 3, "Night")], SCALE))

    assert early == "← Wed 23:00 Last train"
    assert late == "22:00 Night →"


def test_losses_are_at_least_four_minutes_wide():
    """A minute lost is drawn as four: 0.28 % of the day."""
    svg = lane_svg([entry(6, 2, gaps=[(7, 7 + 1 / 60)])], SCALE)

    assert '<rect class="lost" x="29.17%" width="0.28%"/>' in svg


def test_overlapping_broadcasts_of_one_vj_take_half_the_height():
    """Two streams at once are both seen."""
    svg = lane_svg([entry(6, 2), entry(7, 2)], SCALE)

    assert 'class="on hi"' in svg
    assert 'class="on lo"' in svg


def test_a_point_in_time_is_still_a_link():
    """A broadcast without a known length is a small mark."""
    assert '<rect class="on" x="50%" width="0.28%"/>' in lane_svg([entry(12, 0)], SCALE)


def test_broadcasts_of_other_days_are_not_drawn():
    """Nothing outside the day."""
    assert lane_svg([entry(25, 1), entry(-3, 2)], SCALE) == '<svg class="lane"></svg>'


def test_untrusted_words_are_escaped():
    """Titles, labels and addresses cannot leave their places."""
    hostile = '"><script>alert(1)</script>&'
    svg = lane_svg([entry(6, 1, hostile, language='"x')], SCALE)

    assert "<script" not in svg
    assert texts(svg) == [f"06:00 {hostile}"]


def test_every_sixth_hour_is_marked():
    """Twenty-four hours, four of them strong."""
    svg = hours_svg(SCALE)

    assert len(texts(svg)) == 24
    assert re.findall(r'class="six" x="([\d.]+)%"', svg) == ["0", "25", "50", "75"]


@pytest.mark.parametrize(
    ("words", "room", "fitted"),
    [
        ("short", 100, "short"),
        ("Lunch-hour proofreading", 120, "Lunch-hour…"),
        ("Lunch-hour", 40, ""),
        ("从一个振荡器开始", 60, "从一个振…"),
        ("合奏，with Rosa", 60, "合奏…"),
        ("", 0, ""),
        ("2022\u00a0年 1\u00a0月 13\u00a0日", 80, "2022\u00a0年…"),
    ],
)
def test_words_are_cut_to_a_width(words, room, fitted):
    """Latin between words, Chinese after any character, no mark before the ellipsis."""
    assert fit(words, room) == fitted


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("林晓", "晓"),
        ("Ada Brook", "AB"),
        ("Rosa", "R"),
        ("Anna-Maria van der Berg", "AB"),
        ("DJ 墨（深夜）", "夜"),
        ("émile zola", "ÉZ"),
        ("🎧", "·"),
        ("", "·"),
        ("  7 of 9 ", "79"),
    ],
)
def test_letters_stand_for_a_name(name, letters):
    """The last character of a Chinese name, initials of a Latin one."""
    assert monogram(name) == letters
