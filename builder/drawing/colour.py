"""Colour arithmetic: OKLCH to sRGB, and the hue of a VJ.

The style sheet mixes most colours itself; this module computes those that must be written out as hex (posters).
Twenty-four fixed hues, 13° apart, none nearer than 28° to the accent: a page may carry no inline style and the style
sheet may not grow with the catalog, so a VJ's colour is an attribute, `data-hue="6"`, chosen by the slug.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache

from builder.model import HUES

_FIRST_DEGREES = 70
_STEP_DEGREES = 13
_ROOM_IN_GAMUT = 0.97  # of the largest chroma that sRGB can show: rounding must not leave the gamut

Rgb = tuple[float, float, float]


def hue_step(slug: str) -> int:
    """Return the hue step, 0…23, that a slug has unless its profile says otherwise."""
    digest = hashlib.sha256(slug.encode()).digest()
    return int.from_bytes(digest[:4], "big") % HUES


def hue_degrees(step: int) -> int:
    """Return the OKLCH hue angle of a step."""
    return (_FIRST_DEGREES + _STEP_DEGREES * step) % 360


@lru_cache(maxsize=256)  # a theme asks for few: one hue each of its few lightnesses
def oklch_hex(lightness: float, chroma: float, degrees: float) -> str:
    """Return a colour as `#rrggbb`, its chroma lowered where sRGB has no such colour."""
    chroma = min(chroma, _ROOM_IN_GAMUT * largest_chroma(lightness, degrees))
    return _hex(_linear(lightness, chroma, degrees))


def largest_chroma(lightness: float, degrees: float) -> float:
    """Return the largest chroma that sRGB can show at this lightness and hue."""
    low, high = 0.0, 0.4
    for _ in range(24):
        middle = (low + high) / 2
        if _in_gamut(_linear(lightness, middle, degrees)):
            low = middle
        else:
            high = middle
    return low


def _linear(lightness: float, chroma: float, degrees: float) -> Rgb:
    """Convert OKLCH to linear sRGB (Ottosson's matrices); components leave 0…1 outside the gamut."""
    a = chroma * math.cos(math.radians(degrees))
    b = chroma * math.sin(math.radians(degrees))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _in_gamut(linear: Rgb) -> bool:
    return all(0 <= part <= 1 for part in linear)


def _hex(linear: Rgb) -> str:
    return "#" + "".join(f"{round(255 * _to_gamma(min(1.0, max(0.0, part)))):02x}" for part in linear)


def _to_gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * math.pow(part, 1 / 2.4) - 0.055
