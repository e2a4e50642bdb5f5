"""One browser and two origins for a module of player tests, and the small words the tests are written in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import opened
from tests.player import media, pages
from tests.player.server import Host
from tests.player.site import make_clips, serving

DEADLINE_MS = 60_000


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Parts of one broadcast, and one of a second."""
    folder = make_clips(tmp_path_factory.mktemp("clips"))
    media.make(folder / "tiny.mp4", 1)
    return folder


@pytest.fixture(scope="module")
def site(clips: Path) -> Iterator[Host]:
    host = serving(clips)
    yield host
    host.close()


@pytest.fixture(scope="module")
def far(clips: Path) -> Iterator[Host]:
    """Another origin with the same media, as a cloud's storage is."""
    host = Host({"/media/": clips})
    yield host
    host.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened() as browser:
        yield browser


class Watch:
    """A watch page in a browser, and what a viewer sees of it."""

    def __init__(self, context: BrowserContext, site: Host, far: Host) -> None:
        self.context, self.site, self.far = context, site, far
        site.heal()
        far.heal()
        self.page: Page = context.new_page()
        self.page.set_default_timeout(DEADLINE_MS)
        self.refused: list[str] = []
        self.errors: list[str] = []
        self.page.add_init_script(SEAMS)
        self.page.on("console", lambda message: self._heard(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _heard(self, text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.refused.append(text)

    def open(self, value: dict[str, Any], fragment: str = "", **more: Any) -> Watch:
        self.site.texts["/watch/"] = pages.page(value, self.far.url, **more)
        self.page.goto("about:blank")
        self.page.goto(f"{self.site.url}/watch/{fragment}")
        self.page.wait_for_selector("aftercast-player.ready")
        return self

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def start(self) -> None:
        """Press the first key on the picture."""
        self.page.click(".keys button, .player .links button")

    def until(self, condition: str, arg: Any = None) -> Any:
        """Wait for a condition in the page: t is the session time, deck and video are what plays."""
        return self.page.wait_for_function(f"(arg) => {{ {LOOK} return ({condition}); }}", arg=arg, polling=100)

    def look(self, what: str) -> Any:
        return self.page.evaluate(f"() => {{ {LOOK} return ({what}); }}")

    def until_playing(self, from_second: float, to: float) -> None:
        self.until("deck.state === 'on' && !video.paused && t >= arg[0] && t < arg[1]", [from_second, to])

    def pause_between(self, from_second: float, to: float) -> None:
        """Pause in the page as soon as it plays between two moments: a key may come when they are over."""
        self.until(
            "deck.state === 'on' && !video.paused && t >= arg[0] && t < arg[1] && (player.do('pause'), true)",
            [from_second, to],
        )
        self.until("video.paused")

    def fail_between(self, from_second: float, to: float) -> None:
        """Let the file fail while it plays between two moments: it is tried once more, and that is said."""
        done = self.until(
            "deck.state === 'on' && !video.paused && t >= arg[0] && t < arg[1] && (video.dispatchEvent(new Event('error')),"
            "[deck.state, document.querySelector('.notice').textContent])",
            [from_second, to],
        )
        state, notice = done.json_value()
        assert state == "loading"
        assert "trying once more" in notice

    def seek(self, second: float) -> None:
        self.page.evaluate("(second) => document.querySelector('aftercast-player').player.do('seek', second)", second)

    @property
    def sentence(self) -> str:
        """The words in place of the picture."""
        return self.page.text_content(".hollow:not([hidden]) p") or ""

    @property
    def time(self) -> float:
        return self.look("t")

    @property
    def clock(self) -> str:
        return self.page.text_content(".readout b") or ""

    @property
    def notice(self) -> str:
        return self.page.text_content(".notice") or ""

    def lag(self) -> float:
        """How far the session time that the picture itself shows is from the player's, both read at once."""
        return self.look("Math.abs(shown() / 10 - t)")


SEAMS = """
window.seams = [];
let ended = 0;
document.addEventListener("ended", () => { ended = performance.now(); }, true);
document.addEventListener("playing", () => {
  if (ended) seams.push(performance.now() - ended);
  ended = 0;
}, true);
"""
LOOK = """
const player = document.querySelector("aftercast-player").player;
const deck = player.deck, t = deck.time, video = deck.video ?? {};
const shown = () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [160, 96];
  const brush = canvas.getContext("2d");
  brush.drawImage(video, 0, 0, 160, 96);
  let value = 0;
  for (let bar = 0; bar < 16; bar += 1) value = value * 2 + (brush.getImageData(bar * 10 + 5, 48, 1, 1).data[0] > 128 ? 1 : 0);
  return value;
};
"""


@pytest.fixture
def watch(browser: Browser, site: Host, far: Host) -> Iterator[Watch]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    )
    page = Watch(context, site, far)
    yield page
    context.close()
    assert page.errors == []
    assert page.refused == []


def measured(label: str, values: list[float]) -> None:
    """Print what was measured; machines differ, so no test fails by it."""
    print(f"\n[player] {label}: {json.dumps([round(value, 1) for value in values])} ms")  # noqa: T201 - what a run shows
