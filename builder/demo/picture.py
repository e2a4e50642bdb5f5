"""The demo's pictures: a large clock of the broadcast's wall time over a plain ground, as raw luma.

Only the digits change from one second to the next, so only their boxes are drawn again; colour is one constant per
broadcaster. The pictures exist to be checked by eye: what the player's clock says must stand in the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 256, 144
_DIGIT_WIDTH, _DIGIT_HEIGHT, _CLOCK_TOP = 28, 44, 46
_GROUND, _INK, _QUIET = 38, 235, 150


def clock_pictures(start: datetime, seconds: int, caption: str) -> Iterator[bytes]:
    """Give one picture per second of wall time, each as the bytes of its luma plane."""
    glyphs = {letter: _glyph(letter) for letter in "0123456789:"}
    picture = _ground(start, caption)
    shown = " " * 8
    for second in range(seconds):
        clock = f"{start + timedelta(seconds=second):%H:%M:%S}"
        for place, (letter, before) in enumerate(zip(clock, shown, strict=True)):
            if letter != before:
                picture.paste(glyphs[letter], (16 + place * _DIGIT_WIDTH, _CLOCK_TOP))
        shown = clock
        yield picture.tobytes()


def _ground(start: datetime, caption: str) -> Image.Image:
    picture = Image.new("L", (WIDTH, HEIGHT), _GROUND)
    pen = ImageDraw.Draw(picture)
    small = ImageFont.load_default(14)
    pen.text((WIDTH / 2, 26), caption, fill=_QUIET, font=small, anchor="mm")
    pen.text((WIDTH / 2, 112), f"{start:%Y-%m-%d}  broadcast time", fill=_QUIET, font=small, anchor="mm")
    pen.rectangle((16, 130, WIDTH - 17, 131), fill=_QUIET)
    return picture


def _glyph(letter: str) -> Image.Image:
    glyph = Image.new("L", (_DIGIT_WIDTH, _DIGIT_HEIGHT), _GROUND)
    font = ImageFont.load_default(44)
    ImageDraw.Draw(glyph).text((_DIGIT_WIDTH / 2, _DIGIT_HEIGHT / 2), letter, fill=_INK, font=font, anchor="mm")
    return glyph
