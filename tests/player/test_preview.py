"""A look through a broadcast on its card: a real sprite beside a curation file, through a build, under the site's policy."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from builder.build import Options, build
from builder.places import find_places
from builder.workshop import Workshop
from tests.player.server import Host

SITE = """\
title: Lampbridge
base_url: https://replays.example.com/
media: {hosts: [vod.example.com]}
"""
SPRITE = "night-1.jpg"
WIDTH, HEIGHT = 160, 90
COLOURS = [(200, 30, 30), (30, 160, 30), (30, 30, 200)]
START = 1_642_077_294
STEP_MS = 700


def sprite() -> bytes:
    """Three small pictures side by side: red, green, blue."""
    picture = Image.new("RGB", (3 * WIDTH, HEIGHT))
    for number, colour in enumerate(COLOURS):
        picture.paste(colour, (number * WIDTH, 0, (number + 1) * WIDTH, HEIGHT))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    return file.getvalue()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A site of one broadcast with a storyboard of three pictures."""
    source = tmp_path / "site_src"
    row = {"id": "r1", "stream": "lamp", "format": "mp4", "start": START, "end": START + 60, "duration": 60,
           "url": "https://vod.example.com/a.mp4"}  # fmt: skip
    cues = "\n\n".join(
        f"00:00:{n * 19:02}.000 --> 00:00:{n * 19 + 19:02}.000\n{SPRITE}#xywh={n * WIDTH},0,{WIDTH},{HEIGHT}"
        for n in range(3)
    )
    (source / "recordings").mkdir(parents=True)
    (source / "replays").mkdir()
    (source / "site.yaml").write_text(SITE, encoding="utf-8")
    (source / "recordings" / "rows.json").write_text(json.dumps([row]), encoding="utf-8")
    (source / "replays" / "night.md").write_text("---\nrecordings: [r1]\ntitle: Night\n---\n", encoding="utf-8")
    (source / "replays" / "night.storyboard.vtt").write_text(f"WEBVTT\n\n{cues}\n", encoding="utf-8")
    (source / "replays" / SPRITE).write_bytes(sprite())
    places = find_places(source, tmp_path / "output", tmp_path / "state")
    build(Workshop(places, {"AFTERCAST_SLUG_KEY": "a test key of the tests"}), Options(write_redirects=False))
    host = Host({"/": places.output})
    yield host
    host.close()


@pytest.fixture
def page(browser: Browser, host: Host) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{host.url}/")
    page.wait_for_load_state("networkidle")
    yield page
    context.close()
    assert wrong == []


def seen(page: Page) -> str:
    """Return which of the three colours the poster shows, "" for the poster itself."""
    box = page.locator(".card .poster").first.bounding_box()
    assert box is not None
    shot = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
    red, green, blue = shot.getpixel((shot.width // 2, shot.height // 2))
    near = [name for name, part in (("red", red), ("green", green), ("blue", blue)) if part == max(red, green, blue)]
    return near[0] if max(red, green, blue) - sorted((red, green, blue))[1] > 100 else ""


def test_resting_on_a_card_shows_its_pictures_one_after_another(page: Page, host: Host) -> None:
    page.clock.install()
    page.reload(wait_until="networkidle")
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))  # else one may go before a slow machine has seen it
    shown = page.get_attribute(".card .poster", "src")
    assert SPRITE not in host.asked
    assert seen(page) == ""

    page.hover(".card .title a", position={"x": 3, "y": 3})

    for colour in ("red", "green", "blue"):
        page.wait_for_function(
            "(shown) => document.querySelector('.card .poster').getAttribute('src') !== shown", arg=shown
        )
        shown = page.get_attribute(".card .poster", "src")
        until_seen(page, colour)
        page.clock.run_for(STEP_MS)
    page.mouse.move(5, 5)
    page.wait_for_function("() => document.querySelector('.card .poster').src.endsWith('/poster.svg')")
    assert host.asked.count(SPRITE) == 1


def until_seen(page: Page, colour: str) -> None:
    for _ in range(200):
        if seen(page) == colour:
            return
    raise AssertionError(f"{colour} was never seen")


def test_nothing_moves_for_those_who_want_less_motion(page: Page, host: Host) -> None:
    page.emulate_media(reduced_motion="reduce")

    page.hover(".card .title a", position={"x": 3, "y": 3})
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")

    assert page.evaluate("document.querySelector('.card .poster').src.endsWith('/poster.svg')")
    assert SPRITE not in host.asked


def test_the_same_pictures_show_over_the_bar(page: Page, host: Host) -> None:
    page.goto(page.eval_on_selector(".card .title a", "(link) => link.href"))  # a mouse would begin the look on its way
    page.wait_for_selector("aftercast-player.ready")

    page.hover(".bar", position={"x": 590, "y": 30})
    page.wait_for_selector(".hand", state="attached")
    page.hover(".bar", position={"x": 600, "y": 30})

    page.wait_for_function("() => document.querySelector('.thumb')?.getAttribute('viewBox') === '160 0 160 90'")
    page.hover(".bar", position={"x": 1100, "y": 30})
    page.wait_for_function("() => document.querySelector('.thumb').getAttribute('viewBox').startsWith('320 ')")
    assert host.asked.count(SPRITE) == 1
