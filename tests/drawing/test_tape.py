"""The tape of the watch page as drawn on the server."""

import re
import xml.etree.ElementTree as ET

import pytest

from builder.drawing.tape import GAPS_MOST, Gap, Mark, Tape, tape_scale, tape_svg

S = 1000


def test_gaps_are_compressed_between_bounds():
    """Of 1000 s: a gap of 100 s is 3.2 % wide, one of 20 s has its 2 %, one of 1 s is 1.5 %."""
    scale = tape_scale(0, 1000 * S, ((100 * S, 200 * S), (400 * S, 420 * S), (600 * S, 601 * S)))

    assert scale.share(200 * S) - scale.share(100 * S) == pytest.approx(0.032)
    assert scale.share(420 * S) - scale.share(400 * S) == pytest.approx(0.02)
    assert scale.share(601 * S) - scale.share(600 * S) == pytest.approx(0.015)
    # What was recorded, 879 s, shares the other 93.3 % evenly.
    assert scale.share(100 * S) == pytest.approx(0.933 * 100 / 879)
    assert (scale.share(0), scale.share(1000 * S)) == (0, 1)


def test_hundreds_of_gaps_leave_room_for_what_was_recorded():
    """All gaps together take no more than their part."""
    gaps = tuple((n * 20 * S, n * 20 * S + 10 * S) for n in range(1, 400))
    scale = tape_scale(0, 8000 * S, gaps)

    assert sum(scale.share(high) - scale.share(low) for low, high in gaps) == pytest.approx(GAPS_MOST)
    assert scale.share(8000 * S) == 1


def test_a_point_has_a_bar():
    """No length, no division by zero."""
    svg = tape_svg(Tape(start_ms=5, end_ms=5))

    assert '<rect class="on" x="0%" width="100%"/>' in svg


def test_instants_outside_are_cut_to_the_bar():
    """Before the start is 0, after the end is 1."""
    scale = tape_scale(100, 200, ())

    assert (scale.share(50), scale.share(150), scale.share(300)) == (0, 0.5, 1)


TAPE = Tape(
    start_ms=0,
    end_ms=13_200 * S,
    gaps=(Gap(3986 * S, 4650 * S, "lost 11 m"), Gap(9788 * S, 9948 * S, "lost 2 m 40 s")),
    chapters=(
        Mark(0, "开场，试音", "zh-Hans"),
        Mark(510 * S, "一个振荡器能做什么", "zh-Hans"),
        Mark(4860 * S, "Questions"),
    ),
    hours=(Mark(1506 * S, "21:00"), Mark(5106 * S, "22:00"), Mark(12306 * S, "00:00", before="Fri ")),
    seams=(3600 * S,),
)


def spans(name, svg):
    return re.findall(rf'class="{name}" x="([\d.]+)%" width="([\d.]+)%"', svg)


def test_the_tape_is_the_reference():
    """The shares of the reference broadcast, gaps at 3.2 % and 1.5 %."""
    svg = tape_svg(TAPE, "Recorded 3 h 26 m.")

    assert spans("on", svg) == [("0", "30.69"), ("33.89", "39.56"), ("74.96", "25.04")]
    assert spans("lost", svg) == [("30.69", "3.2"), ("73.46", "1.5")]
    assert '<rect class="cut" x="3.93%"/>' in svg
    assert '<rect class="seam" x="27.72%"/>' in svg
    assert '<text class="gap" x="32.29%" y="14">lost 11 m</text>' in svg
    assert '<rect class="hour" x="11.6%"/><text x="11.6%" y="60" dx="4">21:00</text>' in svg
    assert 'dx="-4" text-anchor="end"><tspan class="name">Fri </tspan>00:00</text>' in svg


def test_chapter_names_are_cut_to_their_place():
    """Of 640 px the first chapter has 13: no name; the second has 143: all of it; the third is cut by its neighbour."""
    crowded = (*TAPE.chapters, Mark(6000 * S, "x"), Mark(7000 * S, "A name of several words"), Mark(8500 * S, "y"))
    svg = tape_svg(Tape(TAPE.start_ms, TAPE.end_ms, TAPE.gaps, crowded))

    assert "开场" not in svg
    assert '<text class="name" x="3.93%" dx="6" y="14" lang="zh-Hans">一个振荡器能做什么</text>' in svg
    assert ">A name…</text>" in svg


def test_words_of_gaps_stay_inside_the_bar_and_chapters_give_way():
    """A gap at the very beginning is named a little to its right; the chapter where it ends is named behind that."""
    marks = (Mark(20 * S, "Second try"), Mark(5000 * S, "Far away"))
    svg = tape_svg(Tape(0, 10_000 * S, (Gap(0, 20 * S, "lost 20 s"),), marks))

    half = 100 * 9 * 6.9 / 640 / 2
    assert f'<text class="gap" x="{half:.2f}%" y="14">lost 20 s</text>' in svg
    assert f'<text class="name" x="{2 * half:.3g}%" dx="6" y="14">Second try</text>' in svg
    assert svg.count('class="mark"') == 1
    assert ">Far away</text>" in svg


def test_hours_do_not_touch():
    """Also where the last one stands to the left of its mark, and behind a midnight with its weekday, 640 px wide."""
    clocks = [*(f"{hour:02}:00" for hour in range(13, 24)), "00:00"]
    hours = tuple(
        Mark((at + 1) * 3600 * S, clock, before="Fri " * (clock == "00:00")) for at, clock in enumerate(clocks)
    )
    for end_s in range(39_700, 50_000, 300):
        svg = tape_svg(Tape(0, end_s * S, hours=tuple(mark for mark in hours if mark.at_ms < end_s * S)))
        drawn = re.findall(r'x="([\d.]+)%" y="60" dx="(-?4)"[^>]*>(?:<tspan class="name">(.*?)</tspan>)?([\d:]+)<', svg)
        starts = [
            float(x) * 6.4 + int(dx) - (len(day + clock) * 6.9 if dx == "-4" else 0) for x, dx, day, clock in drawn
        ]
        ends = [start + len(day + clock) * 6.9 for start, (_, _, day, clock) in zip(starts, drawn, strict=True)]
        assert len(drawn) > 5
        assert all(end < start for end, start in zip(ends, starts[1:], strict=False)), (end_s, drawn)


def test_the_tape_is_well_formed_and_escaped():
    """Untrusted chapter names stay text."""
    hostile = Tape(start_ms=0, end_ms=9 * S, chapters=(Mark(0, "<b>&\x07", '"'),), gaps=(Gap(1 * S, 2 * S, "<i>"),))

    root = ET.fromstring(tape_svg(hostile, '"><'))

    assert root.get("aria-label") == '"><'
    assert [text.text for text in root.iter("text")] == ["<b>&", "<i>"]
