"""The style sheet: small, self-contained, and it knows every class that is drawn."""

import gzip
import re
from math import prod
from pathlib import Path

import pytest

from builder.drawing.almanac import hours_scale_svg, skyline_svg, year_months_svg, year_svg
from builder.drawing.clock import day_scale
from builder.drawing.colour import HUES, hue_degrees
from builder.drawing.guide import Entry, hours_svg, lane_svg
from builder.drawing.strips import Bar, day_svg
from builder.drawing.tape import Gap, Mark, Tape, tape_svg
from builder.pages.cards import VJ_LETTERS, VJS_IN_FILTER
from builder.pages.kind import LIST_LIMIT

ASSETS = Path(__file__).parents[2] / "templates/assets"
SHEET = (ASSETS / "site.css").read_text()
RULES = re.sub(r"/\*.*?\*/", "", SHEET, flags=re.DOTALL)
LIMIT_BYTES = 12 * 1024
HOUR_MS = 3_600_000


def test_the_sheet_is_small():
    """12 KB compressed, the comments included."""
    assert len(gzip.compress(SHEET.encode(), mtime=0)) < LIMIT_BYTES


def test_the_sheet_fetches_nothing():
    """No import and no address; fragments point into the page."""
    assert "@import" not in RULES
    assert set(re.findall(r"url\(([^)]*)\)", RULES)) == {"#hatch"}


def test_braces_are_balanced():
    """Every block that opens closes."""
    depth = 0
    for brace in re.findall(r"[{}]", RULES):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_the_sheet_has_every_hue():
    """The steps are the ones that builder.drawing.colour computes with."""
    found = re.findall(r'\[data-hue="(\d+)"\] \{ --h: (\d+); \}', RULES)

    assert [(int(step), int(degrees)) for step, degrees in found] == [(step, hue_degrees(step)) for step in range(HUES)]


def test_dark_is_dark_however_it_was_chosen():
    """The system's scheme and the switch give the same colours."""
    blocks = [
        re.findall(r"--[\w-]+: [^;]+;", RULES[RULES.index(opening) :].split("}")[0])
        for opening in (':root:not([data-theme="light"])', ':root[data-theme="dark"], :fullscreen')
    ]

    assert blocks[0] == blocks[1]
    assert len(blocks[0]) == 16


def test_filters_tell_apart_as_many_vjs_as_a_page_lists():
    """Three letters name a VJ on its page, and each letter has its rule."""
    assert re.findall(r'\.card:not\(\[data-vj\*="(\w)"\]\)', RULES) == list("".join(VJ_LETTERS))
    assert prod(map(len, VJ_LETTERS)) == VJS_IN_FILTER >= LIST_LIMIT


def drawings():
    scale = day_scale("2022-01-13", "UTC")
    start = scale.start_ms
    bars = [
        Bar(1, start, start + 2 * HOUR_MS, ((start + HOUR_MS, start + HOUR_MS + 1),)),
        Bar(2, start + HOUR_MS, start + 3 * HOUR_MS),
    ]
    entries = [Entry(bar=bar, href="#a", label="a", clock="00:00", title="A title") for bar in bars]
    marks = (Mark(start, "One"), Mark(start + HOUR_MS, "Two", before="Fri "))
    tape = Tape(
        start, start + 4 * HOUR_MS, (Gap(start + HOUR_MS, start + 2 * HOUR_MS, "lost"),), marks, marks, (start,)
    )
    return {
        "day": day_svg(bars, scale, labelled=True),
        "lane": lane_svg(entries, scale),
        "hours": hours_svg(scale),
        "tape": tape_svg(tape),
        "sky": skyline_svg([0.5], ""),
        "year": year_svg({"2022-01-13": 1, "2022-01-12": 3 * HOUR_MS, "2022-01-11": 9 * HOUR_MS}, "2022-01-13", ""),
        "months": year_months_svg("2022-01-13", ["x"] * 12),
        "scale": hours_scale_svg(scale.posts),
    }


@pytest.mark.parametrize("name", sorted(drawings()))
def test_every_class_that_is_drawn_has_a_rule(name):
    """A renamed class would leave a black picture."""
    classes = {each for value in re.findall(r'class="([^"]+)"', drawings()[name]) for each in value.split()}

    assert classes
    assert {each for each in classes if not re.search(rf"\.{each}\b", RULES)} == set()


@pytest.mark.parametrize("name", sorted(drawings()))
def test_drawings_carry_no_style(name):
    """The policy forbids style attributes; colours are the sheet's."""
    assert not re.search(r"\b(style|fill|stroke|onload)=", drawings()[name])


def test_the_icon_is_small_and_still():
    """A few strokes, no script, no text."""
    icon = (ASSETS / "icon.svg").read_text()

    assert len(icon) < 400
    assert set(re.findall(r"<(\w+)", icon)) == {"svg", "path"}
