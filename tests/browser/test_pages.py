"""Every kind of page in a browser: quiet, whole without scripts, no wider than a phone, fit for paper."""

from __future__ import annotations

import io
import re
from functools import partial
from http.server import ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import pytest
from PIL import Image
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import DEADLINE_MS, Visitor
from tests.browser.demo import BASE, KIND_NAMES, Built
from tests.shots import Files

PHONE = {"width": 360, "height": 740}
SHIFT_LIMIT = 0.01  # Chromium's score of layout shift; 0.1 is what others call good
WIDER = "document.documentElement.scrollWidth - innerWidth"
HREFS = "links => links.map((link) => new URL(link.getAttribute('href'), document.baseURI).href)"
SCROLL_THROUGH = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
}"""


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_pages_are_quiet_and_stand_still(newcomer: Visitor, demo: Built, kind: str) -> None:
    """No script error, no refused or foreign request, no layout that moves, on a wide window and a phone's."""
    for sheet in demo.fullest(kind):
        for size in ({"width": 1280, "height": 800}, PHONE):
            newcomer.page.set_viewport_size(size)
            page = newcomer.open(sheet)
            page.evaluate(SCROLL_THROUGH)

            assert newcomer.found() == [], sheet.path
            assert page.evaluate("heard.shift") <= SHIFT_LIMIT, sheet.path
            assert page.evaluate(WIDER) <= 0, sheet.path


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_pages_are_whole_without_scripts(reader: Visitor, demo: Built, kind: str) -> None:
    """The words and links of the page are all there, nothing needs a script, and every link leads to a file."""
    files = {sheet.path for sheet in demo.sheets}
    for sheet in demo.fullest(kind):
        page = reader.open(sheet)

        assert page.locator("h1").count() == 1
        assert page.locator("h1").is_visible()
        assert page.locator("main").inner_text().strip()
        assert dead_links(page, reader.address, files, demo) == []
        assert page.evaluate(WIDER) <= 0
        page.set_viewport_size(PHONE)
        assert page.evaluate(WIDER) <= 0, f"{sheet.path} on a phone"
        page.set_viewport_size({"width": 1280, "height": 800})
        assert [text for text in reader.wrong if "Blocked script" not in text] == []


def dead_links(page: Page, address: str, files: set[str], demo: Built) -> list[str]:
    """Return the links of a page that lead to nothing on this site."""
    hrefs = page.eval_on_selector_all("a[href]", HREFS)
    found = []
    for href in hrefs:
        path = re.sub(r"[?#].*", "", href).removeprefix(f"{address}{BASE}")
        if path.startswith("/static/media/"):  # not made for this site: no page here plays
            continue
        if href.startswith(address) and path not in files and not (demo.output / path.lstrip("/")).is_file():
            found.append(href)
    return found


def test_a_replay_without_scripts_has_players_and_chapters(reader: Visitor, demo: Built) -> None:
    """What plays is a plain video element per part, and a chapter is a link into one of them."""
    page = reader.open(demo.fullest("watch")[0])

    assert page.locator("video[controls]:visible, audio[controls]:visible").count() >= 1
    assert page.locator("a[href*='#t=']").count() >= 1
    assert page.locator("video[preload=none], audio[preload=none]").count() == page.locator("video, audio").count()


def test_words_over_the_bar_never_touch_without_scripts(reader: Visitor, demo: Built) -> None:
    """Losses and chapters share a line; a chapter that begins where a loss ends gives way."""
    boxes = """() => [...document.querySelectorAll(".tape text[y='14']")].filter((text) => text.textContent && text.checkVisibility())
      .map((text) => [text.getBoundingClientRect(), text.textContent]).map(([box, words]) => [box.left, box.right, words])"""
    sheets = [sheet for sheet in demo.sheets if 'class="gap"' in sheet.file.read_text(encoding="utf-8")]
    assert {sheet.language for sheet in sheets} == {"en", "zh"}
    for sheet in sheets:
        page = reader.open(sheet)
        for width in (1280, 800):
            page.set_viewport_size({"width": width, "height": 800})
            words = sorted(page.evaluate(boxes))
            assert len(words) > (width == 1280), f"{sheet.path} at {width}"
            assert all(left[1] < right[0] for left, right in pairwise(words)), f"{sheet.path} at {width}: {words}"


def test_the_list_of_chapters_tells_each_clock_once(reader: Visitor, demo: Built) -> None:
    """A suggested chapter is named by the clock and needs no other; a loss within a minute has no range."""
    rows = [
        row
        for sheet in demo.sheets
        if sheet.kind == "watch" and sheet.language == "en" and 'class="hole"' in sheet.file.read_text(encoding="utf-8")
        for row in reader.open(sheet).locator(".toc li").all_inner_texts()
    ]

    assert {"0:00:00\n23:20", "0:07:00\nLost 40 s\n19:37", "0:18:40\nLost 3 m 30 s\n19:48–19:52"} <= set(rows)
    assert "0:22:10\nThird try, from the kitchen\n19:52" in rows


LOST_ON_PAPER = """() => [...document.querySelectorAll("main :not(img)")].filter((each) => each.checkVisibility())
  .flatMap((each) => ["", "::before"].map((part) => [each, getComputedStyle(each, part)]))
  .filter(([each, style]) => style.display !== "none" && style.printColorAdjust !== "exact" && style.content !== "none" &&
    (style.backgroundImage !== "none" || !["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"].includes(style.backgroundColor)))
  .map(([each]) => each.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_pages_print(reader: Visitor, demo: Built, kind: str) -> None:
    """On paper there is ink, and it is dark on white also for those who read in the dark."""
    sheet = demo.fullest(kind)[0]
    page = reader.open(sheet)
    page.emulate_media(media="print", color_scheme="dark")

    picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")

    shades = picture.histogram()
    assert page.evaluate(LOST_ON_PAPER) == [], "browsers print no backgrounds unless told to"
    assert sum(shades[:100]) > 200, "no ink"
    assert sum(shades[200:]) > sum(shades) / 2, "not on white"


PLACES = """() => [...document.querySelectorAll(".watch, .watch :is(h1, h2, .byline p, .toc li, .toc time, .versions li, .card)")]
  .map((each) => [each.textContent.trim().slice(0, 30), each.getBoundingClientRect()])
  .map(([words, box]) => [words, box.x, box.y])"""


PLAYER_WIDTHS = (320, 360, 500, 600, 650, 768, 790, 1280)


def places(page: Page) -> dict[int, list]:
    """Return where all stands that is below the player, by the width of the window."""
    found = {}
    for width in PLAYER_WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found[width] = page.evaluate(PLACES)
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_below_the_player_stands_where_it_stood_before_it(visitor: Visitor, demo: Built, language: str) -> None:
    """With gaps there are more switches, with captions more buttons: at no width does anything below move."""
    sheets = [sheet for sheet in demo.sheets if sheet.kind == "watch" and sheet.language == language]
    texts = {sheet: sheet.file.read_text(encoding="utf-8") for sheet in sheets}
    for mark in ('class="lost"', "captions.", 'class="audio"'):
        sheet = next(sheet for sheet, text in texts.items() if mark in text and "<aftercast-player" in text)
        with visitor.opening(sheet) as page:
            before = places(page)
        after = places(page)

        for width, was in before.items():
            assert after[width] == was, f"{mark} at {width}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_player_takes_just_the_place_that_was_kept_for_it(newcomer: Visitor, demo: Built, language: str) -> None:
    """Opened anew at every width, also what moves on the way and comes back."""
    sheets = [sheet for sheet in demo.sheets if sheet.kind == "watch" and sheet.language == language]
    texts = {sheet: sheet.file.read_text(encoding="utf-8") for sheet in sheets}
    # Chromium's own controls for sound arrange themselves once, before ours take their place.
    limits = {'class="lost"': 0, "captions.": 0, 'class="audio"': SHIFT_LIMIT / 2}
    for mark, limit in limits.items():
        sheet = next(sheet for sheet, text in texts.items() if mark in text and "<aftercast-player" in text)
        for width in PLAYER_WIDTHS:
            newcomer.page.set_viewport_size({"width": width, "height": 800})
            page = newcomer.open(sheet)
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

            assert page.evaluate("heard.shift") <= limit, f"{mark} at {width}: {page.evaluate('heard.moved')}"


def test_the_wide_player_has_its_buttons_in_the_window(visitor: Visitor, demo: Built) -> None:
    page = visitor.open(demo.fullest("watch")[0])
    page.keyboard.press("t")
    page.wait_for_selector("body.theatre")
    for width, height in ((1280, 720), (1366, 768), (1920, 950), (1920, 1080), (2560, 1440)):
        page.set_viewport_size({"width": width, "height": height})
        controls = page.locator(".controls").bounding_box()
        stage = page.locator(".stage").bounding_box()

        assert controls["y"] + controls["height"] <= height, f"{width} by {height}"
        assert stage["width"] > 0.85 * width, f"{width} by {height}"


class InTwo(Files):
    """Sends a replay's page in two pieces, the second when the first has been seen: cut at the first `<p>` behind a mark."""

    def __init__(self, *args: object, mark: bytes, seen: Event, **options: object) -> None:
        self.mark, self.seen = mark, seen
        super().__init__(*args, **options)

    def do_GET(self) -> None:
        page = Path(self.translate_path(self.path)) / "index.html"
        if not page.is_file():
            super().do_GET()
            return
        before, mark, rest = page.read_bytes().partition(self.mark)
        start, paragraph, rest = rest.partition(b"<p>")
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(before + mark + start)
        self.seen.wait(DEADLINE_MS / 1000)
        self.wfile.write(paragraph + rest)


@pytest.mark.parametrize(
    ("mark", "has_chapters", "size"),
    [
        pytest.param(b'<div class="byline">', True, PHONE, id="behind the picture of the VJ"),
        pytest.param(
            b'class="versions">', False, {"width": 1280, "height": 1600}, id="below the title, no chapters beside it"
        ),
    ],
)
def test_nothing_moves_when_the_page_comes_in_two_pieces(
    newcomer: Visitor, demo: Built, mark: bytes, has_chapters: bool, size: ViewportSize
) -> None:
    texts = {sheet.path: sheet.file.read_text(encoding="utf-8") for sheet in demo.sheets if sheet.kind == "watch"}
    path = next(
        path
        for path, text in texts.items()
        if "<aftercast-player" in text and mark.decode() in text and ('class="side"' in text) is has_chapters
    )
    newcomer.page.set_viewport_size(size)
    cut = Event()
    handler = partial(InTwo, directory=str(demo.output), mark=mark, seen=cut)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        newcomer.page.goto(f"http://127.0.0.1:{server.server_port}{path}", wait_until="commit")
        newcomer.page.wait_for_function(
            "() => document.querySelector('.byline img, .versions') && performance.getEntriesByName('first-paint').length"
        )
        newcomer.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        cut.set()
        newcomer.page.wait_for_selector("aftercast-player.ready")
        moved = newcomer.page.evaluate("[heard.shift, heard.moved]")
        server.shutdown()

    assert moved == [0, []]


COLUMNS = """() => [document.querySelectorAll(".watch > .side").length === 1,
  [".top", ".rest"].map((place) => document.querySelector(`.watch > ${place}`).getBoundingClientRect())
    .map((box) => [box.x, box.width])]"""


def test_replays_with_chapters_and_without_have_the_same_columns(reader: Visitor, demo: Built) -> None:
    """On a wide window what is below the title stands below it, and not where the chapters would be."""
    seen = {}
    for sheet in demo.sheets:
        if sheet.language != "en" or 'class="watch"' not in sheet.file.read_text(encoding="utf-8"):
            continue
        has_chapters, boxes = reader.open(sheet).evaluate(COLUMNS)
        seen.setdefault(has_chapters, set()).update(map(tuple, boxes))
    assert seen.keys() == {False, True}
    assert seen[False] == seen[True]
    assert len(seen[True]) == 1


WORDS = """(selector) => [...document.querySelectorAll(selector)].filter((text) => text.checkVisibility()).map((text) => {
  const range = document.createRange();
  range.selectNodeContents(text);
  const box = range.getBoundingClientRect();
  return [text.textContent, box.left, box.right, box.bottom];
})"""


@pytest.mark.parametrize("width", [360, 620, 1000, 1280])
def test_months_over_a_year_have_room_and_the_last_is_named(reader: Visitor, demo: Built, width: int) -> None:
    reader.page.set_viewport_size({"width": width, "height": 800})
    for sheet, last in zip(demo.fullest("vj"), ("May", "5 月"), strict=True):
        words = reader.open(sheet).evaluate(WORDS, ".months text")

        assert words[-1][0] == last
        assert all(left[2] < right[1] for left, right in pairwise(words)), words
        assert words[-1][2] <= width


@pytest.mark.parametrize("width", [360, 1280])
def test_names_on_a_day_of_a_month_stand_in_line(reader: Visitor, demo: Built, width: int) -> None:
    """On the line of the count where there is one name; where there are several, one below the other and not below it."""
    reader.page.set_viewport_size({"width": width, "height": 800})
    page = reader.open(next(sheet for sheet in demo.fullest("month") if sheet.language == "en"))
    counts = page.evaluate(WORDS, ".daylist .who > :first-child a")
    names = page.evaluate(WORDS, ".daylist .who > :nth-child(2) bdi")
    later = page.evaluate(WORDS, ".daylist .who > :nth-child(n+3) bdi")

    assert len(counts) == len(names) > 5
    assert {left for _, left, _, _ in counts} == {counts[0][1]}
    assert {left for _, left, _, _ in names} == {names[0][1]}
    latin = [pair for pair in zip(counts, names, strict=True) if pair[1][0].isascii()]
    assert len(latin) > 3
    assert all(abs(count[3] - name[3]) <= 1 for count, name in latin), latin
    assert later
    assert all(left >= names[0][1] for _, left, _, _ in later)


ROOM = """(selector) => [...document.querySelectorAll(selector)]
  .map((each) => each.getBoundingClientRect().width / each.parentElement.getBoundingClientRect().width)"""
COVERED = """() => {
  const area = ({ width, height }) => width * height;
  const boxes = [".stage", ".wall", ".keys"].map((each) => document.querySelector(each).getBoundingClientRect());
  return (area(boxes[1]) + area(boxes[2])) / area(boxes[0]);
}"""


def test_letters_of_twice_the_size_leave_words_whole_on_a_phone(newcomer: Visitor, demo: Built) -> None:
    """Chapters and neighbours take the whole width, and what stands on the picture leaves most of it."""
    newcomer.page.set_viewport_size({"width": 390, "height": 844})
    page = newcomer.open(next(each for each in demo.sheets if each.file.read_text().count('<li class="hole"') == 2))
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    for selector in (".toc li > :not(time)", ".nextprev .title"):
        shares = page.evaluate(ROOM, selector)
        assert len(shares) > 1
        assert min(shares) > 0.99, selector
    assert page.evaluate(COVERED) < 0.35
    assert page.evaluate(WIDER) <= 0


COUNTED = """() => [...document.querySelectorAll(".cards > .card")].filter((card) => card.checkVisibility()).length"""


def test_filters_say_how_many_fit_and_none_too(reader: Visitor, demo: Built) -> None:
    """Without scripts; and where nothing fits there is a sentence and no hole."""
    page = reader.open(demo.fullest("vj_month")[0])
    total = page.evaluate(COUNTED)
    assert total > 1
    assert not page.is_visible(".shown")

    for name in ("length", "plays", "state"):
        page.locator(f".filters [name={name}]").last.check()

    assert page.evaluate(COUNTED) == 0
    assert words_of(page, ".shown").replace(" ", "") in (f"0of{total}broadcastsfit", f"共{total}场，符合条件的有0场")


def words_of(page: Page, selector: str) -> str:
    """Return the text of an element as screen readers get it, counters included."""
    session = page.context.new_cdp_session(page)
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    found = session.send("Accessibility.queryAXTree", {"nodeId": node, "role": "StaticText"})
    return "".join(each["name"]["value"] for each in found["nodes"])


@pytest.mark.parametrize("visitor_with", ["scripts", "no scripts"])
def test_a_former_address_leads_on(visitor: Visitor, reader: Visitor, demo: Built, visitor_with: str) -> None:
    """With and without scripts; with them the moment behind the number sign comes along."""
    sheet = next(sheet for sheet in demo.sheets if sheet.kind == "redirect" and sheet.path == "/who/")
    by = visitor if visitor_with == "scripts" else reader

    by.page.goto(f"{by.address}{BASE}{sheet.path}#t=10", wait_until="commit")

    by.page.wait_for_url("**/about/" + ("#t=10" if by is visitor else "*"))
    assert by.page.locator("h1").inner_text()
