"""What every page adds on the viewer's own device: clocks, theme, and what is remembered, on the cards."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.player.server import Host

WORDS = 'data-local="{time} your time" data-fresh="New" data-watched="Watched" data-begun="Watched to {time}" data-continue="Continue watching" data-forget="Forget"'
CARD = """<article class="card row"><svg class="strip"><rect class="on" width="100%"/></svg>
<h3 class="title"><a href="/replays/2022/01/13/{tag}/">{tag}</a></h3>
<p class="when"><time class="at" datetime="{at}">20:34</time></p></article>"""


def body(more: str = "") -> bytes:
    cards = "".join(
        CARD.format(tag=tag, at=at)
        for tag, at in (
            ("aaaaaaaaaa", "2022-01-13T20:34:54+08:00"),
            ("bbbbbbbbbb", "2022-01-14T20:34:54+08:00"),
            ("cccccccccc", "2022-01-15T20:34:54+08:00"),
        )
    )
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Home</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'">
<link rel="icon" href="/poster.svg"><link rel="stylesheet" href="/assets/site.css">
<script src="/assets/theme.js"></script><script type="module" src="/assets/site.js"></script>
<script type="module" src="/assets/lists.js"></script></head>
<body><main><div class="lead"><h1>Home</h1></div>{more}<section class="dayblock">{cards}</section></main>
<p class="theme" hidden {WORDS}><button type="button" data-theme-choice="auto">Auto</button>
<button type="button" data-theme-choice="dark">Dark</button></p></body></html>""".encode()


@pytest.fixture
def home(browser: Browser, site: Host) -> Iterator[Page]:
    site.texts["/home/"] = body()
    context = browser.new_context(timezone_id="Europe/Berlin", locale="en-GB")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto(f"{site.url}/home/")
    yield page
    context.close()
    assert problems == []


def remember(page: Page, places: dict[str, dict[str, object]], **more: object) -> None:
    texts = {"aftercast:places": places, **more}
    page.evaluate(
        "(texts) => { for (const [name, value] of Object.entries(texts)) localStorage.setItem(name, value); }",
        {name: json.dumps(value) for name, value in texts.items()},
    )


def test_the_viewers_clock_stands_beside_the_sites_when_it_differs(home: Page, site: Host) -> None:
    site.texts["/home/"] = body(
        '<p><time data-local datetime="2022-01-13T20:34:54+08:00">20:34</time>, a length</p>'
        '<p><time data-local datetime="2022-01-13T13:34:54+01:00">13:34</time></p>'
        '<p><time data-local datetime="2022-01-14T03:00:00+08:00">03:00</time></p>'
    )

    home.reload()

    assert home.locator(".local").all_text_contents() == ["13:34 your time", "Thu 20:00 your time"]
    assert home.locator(".local").first.evaluate("(element) => element.previousSibling.data") == ", a length"
    assert home.get_attribute(".card time", "title") == "13:34 your time"


def test_the_theme_is_chosen_and_remembered(home: Page) -> None:
    home.click("text=Dark")
    assert home.get_attribute("html", "data-theme") == "dark"
    home.reload()
    assert home.get_attribute("html", "data-theme") == "dark"
    assert home.get_attribute("text=Dark", "aria-pressed") == "true"

    home.click("text=Auto")

    assert home.get_attribute("html", "data-theme") is None


def test_a_remembered_theme_is_there_in_the_first_frame(home: Page, site: Host) -> None:
    """The modules have not arrived yet, and the page is painted dark already."""
    home.click("text=Dark")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    home.route(re.compile("/assets/(site|lists).js"), hold)
    home.goto(f"{site.url}/home/", wait_until="commit")
    home.wait_for_function("() => performance.getEntriesByName('first-paint').length > 0")

    picture = Image.open(io.BytesIO(home.screenshot())).convert("L")

    assert max(picture.getpixel((x, 400)) for x in (0, 400, 800)) < 40
    assert len(waiting) == 2
    for route in waiting:
        route.continue_()


def test_cards_show_what_was_watched_and_what_is_new(home: Page) -> None:
    place = {
        "at": 1,
        "t": 3723,
        "share": 0.25,
        "done": False,
        "saved": 2,
        "url": "/replays/x/",
        "title": "<b>Night</b>",
        "vj": "Lin",
        "hue": 3,
        "poster": "",
    }
    remember(
        home,
        {"aaaaaaaaaa": place, "bbbbbbbbbb": {**place, "done": True, "saved": 1}},
        **{"aftercast:visit": {"now": 1642100000000}},
    )
    home.evaluate("sessionStorage.clear()")

    home.reload()

    home.wait_for_selector(".badges")
    assert [card.inner_text() for card in home.query_selector_all(".dayblock .badges")] == [
        "Watched to 1:02:03",
        "Watched",
        "New",
    ]
    assert home.get_attribute(".strip .seen", "width") == "25.0%"
    assert home.locator(".resume .title a").all_text_contents() == ["<b>Night</b>"]
    assert home.text_content(".resume .when") == "Lin · Watched to 1:02:03"
    home.click("text=Forget")
    home.reload()
    home.wait_for_selector(".badges >> text=New")
    assert home.locator(".resume").count() == 0


def test_a_first_visit_sees_nothing_extra(home: Page) -> None:
    home.wait_for_function("() => localStorage.getItem('aftercast:visit')")

    assert home.locator(".badges, .resume, .seen").count() == 0


def test_what_was_only_opened_is_not_told_as_watched(home: Page) -> None:
    place = {"at": 1, "t": 0, "share": 0, "done": False, "saved": 2, "url": "/replays/x/", "title": "Night"}
    remember(home, {"aaaaaaaaaa": place, "bbbbbbbbbb": {**place, "t": 60, "share": 0.5}})

    home.reload()

    home.wait_for_selector(".resume")
    assert home.locator(".resume .when").all_text_contents() == ["Watched to 0:01:00"]
    assert home.locator(".dayblock .badges").all_text_contents() == ["Watched to 0:01:00"]


def test_storage_that_holds_nonsense_harms_nothing(home: Page) -> None:
    home.evaluate("localStorage.setItem('aftercast:places', '[1'); localStorage.setItem('aftercast:theme', 'x')")
    home.reload()

    home.wait_for_selector(".theme:not([hidden])")
    assert home.get_attribute("html", "data-theme") is None
    assert home.locator(".resume").count() == 0


def test_a_page_come_back_to_shows_what_was_watched_since(home: Page) -> None:
    place = {"at": 1, "t": 60, "share": 0.5, "saved": 2, "url": "/replays/x/", "title": "Night"}
    remember(home, {"aaaaaaaaaa": place})

    home.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    home.wait_for_selector(".resume")
    assert home.locator(".dayblock .badges").all_text_contents() == ["Watched to 0:01:00"]


@pytest.mark.parametrize(
    ("fragment", "moved"),
    [("t=1:02:11", "t=3671"), ("t=npt:1:11,90s", "t=11,30"), ("at=20220113T2036", "at=20220113T2036"), ("t=x", "t=x")],
)
def test_a_redirect_takes_the_moment_along(home: Page, site: Host, fragment: str, moved: str) -> None:
    site.texts["/old/"] = b"""<!doctype html><html lang="en"><title>Moved</title><link rel="icon" href="/poster.svg">
<script type="module" src="/assets/redirect.js"></script><a class="to" href="/home/" data-shift="-60">Moved</a></html>"""

    home.goto(f"{site.url}/old/#{fragment}")

    home.wait_for_url(f"**/home/#{moved}")
