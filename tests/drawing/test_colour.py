"""Colours: the hue of a slug, OKLCH to hex, and the contrasts that the style sheet promises over all hues."""

import re
from pathlib import Path

import pytest

from builder.drawing.colour import HUES, hue_degrees, hue_step, largest_chroma, oklch_hex

SHEET = (Path(__file__).parents[2] / "templates/assets/site.css").read_text()


def contrast(one, other):
    """Return the WCAG contrast ratio of two `#rrggbb` colours."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour):
    """Return the relative luminance of a `#rrggbb` colour."""
    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(part):
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def block(opening):
    """Return the custom properties declared in the first block after some text of the sheet."""
    body = SHEET[SHEET.index(opening) :]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body[: body.index("}")]))


LIGHT = block(":root {")
DARK = LIGHT | block(':root[data-theme="dark"]')


def mixed(front, share, back):
    """Mix two hex colours in sRGB, as color-mix() does."""
    parts = [round(share * int(front[at : at + 2], 16) + (1 - share) * int(back[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


def hues(scheme, name):
    return [
        oklch_hex(float(scheme[f"{name}-l"]), float(scheme[f"{name}-c"]), hue_degrees(step)) for step in range(HUES)
    ]


@pytest.mark.parametrize(
    ("slug", "step"),
    [
        ("abc", 15),  # SHA-256 begins ba7816bf: 3128432319 mod 24
        ("", 2),  # SHA-256 begins e3b0c442: 3820012610 mod 24
    ],
)
def test_a_slug_chooses_its_hue_step(slug, step):
    """The step is the first four bytes of SHA-256, big end first, modulo 24."""
    assert hue_step(slug) == step


def test_hues_stand_thirteen_degrees_apart_and_away_from_the_needle():
    """No VJ looks like the accent."""
    degrees = [hue_degrees(step) for step in range(HUES)]

    assert degrees[:3] == [70, 83, 96]
    assert degrees[23] == 9
    assert min(min(abs(hue - 37), 360 - abs(hue - 37)) for hue in degrees) == 28


@pytest.mark.parametrize(
    ("lightness", "chroma", "degrees", "colour"),
    [
        (0, 0, 0, "#000000"),
        (1, 0, 0, "#ffffff"),
        (0.5, 0, 0, "#636363"),
        (0.46, 0.085, 148, "#34653c"),
        (0.86, 0.065, 252, "#b3d5fb"),
    ],
)
def test_oklch_becomes_hex(lightness, chroma, degrees, colour):
    """Published pairs come out; a chroma that sRGB lacks is lowered."""
    assert oklch_hex(lightness, chroma, degrees) == colour


def test_contrast_of_black_and_white_is_21():
    """WCAG's formula at its ends."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1
    assert luminance("#808080") == pytest.approx(0.2158605)


# The least contrast over 24 hues: colour, background, light, dark.
PROMISED = [
    ("vj", "paper", 3.9, 6.8),
    ("vj", "cell", 3.1, 5.1),
    ("vj", "vjwash", 3.4, 5.6),
    ("vjink", "paper", 6.7, 10.9),
    ("vjink", "vjwash", 5.8, 9.0),
]


@pytest.mark.parametrize(("name", "back", "light", "dark"), PROMISED)
def test_vj_colours_keep_their_contrast(name, back, light, dark):
    """Every hue keeps the contrast of the reference, in both schemes."""
    least = []
    for scheme in (LIGHT, DARK):
        backs = {
            "paper": [scheme["paper"]] * HUES,
            "cell": [mixed(scheme["ink"], 0.115, scheme["paper"])] * HUES,
            "vjwash": hues(scheme, "vjwash"),
        }[back]
        least.append(min(map(contrast, hues(scheme, name), backs)))

    assert least == [pytest.approx(light, abs=0.1), pytest.approx(dark, abs=0.1)]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_vj_colours_lie_inside_srgb(scheme):
    """Browsers need not map anything: what is computed here is what they show."""
    for name in ("vj", "vjink", "vjwash"):
        room = [largest_chroma(float(scheme[f"{name}-l"]), hue_degrees(step)) for step in range(HUES)]
        assert float(scheme[f"{name}-c"]) <= min(room)


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 7),
        ("ink-2", "paper", 7),
        ("ink-3", "paper", 4.5),
        ("ink-3", "wash", 4.5),
        ("ink-2", "wash", 4.5),
        ("warn", "paper", 4.5),
        ("needle", "paper", 4.5),
        ("needle", "wash", 3),
        ("edge", "paper", 3),
    ],
)
@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_neutral_colours_meet_wcag(scheme, front, back, least):
    """Text has 4.5, marks and borders of controls have 3."""
    assert contrast(scheme[front], scheme[back]) >= least


def test_calendar_numbers_are_readable_on_every_shade():
    """The words in a cell keep 4.5 on the darkest shades, of the month and of the small months of a year."""
    for scheme in (LIGHT, DARK):
        assert contrast(scheme["ink-2"], mixed(scheme["ink"], 0.115, scheme["paper"])) >= 4.5
        assert contrast(scheme["ink"], mixed(scheme["ink"], 0.23, scheme["paper"])) >= 4.5
