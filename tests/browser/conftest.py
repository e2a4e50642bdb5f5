"""The demo site behind a loopback server, and one Chromium for a module of tests of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

from tests.browser.demo import BASE, Built, Sheet, build_demo
from tests.chromium import opened
from tests.player.server import Host
from tests.shots import hold

DEADLINE_MS = 60_000
MODULES = re.compile(r"/assets/(site\.|player/).*\.js$")  # theme.js is none: it is there before anything is drawn
LISTEN = """
window.heard = {pwn: 0, refused: [], shift: 0, moved: []};
window.named = ({node, previousRect: from, currentRect: to}) =>
  `${node?.nodeName}.${node?.className} ${node?.textContent?.trim().slice(0, 40)} ` +
  `${from.x},${from.y},${from.width},${from.height} → ${to.x},${to.y},${to.width},${to.height}`;
window.pwn = () => { heard.pwn += 1; console.error("pwn was called"); };
document.addEventListener("securitypolicyviolation", (event) =>
  heard.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    heard.shift += entry.value;
    heard.moved.push(...entry.sources.map(window.named));
  }
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build_demo(tmp_path_factory.mktemp("demo"))


def serving(built: Built) -> Host:
    """Serve a site under the base path as its hosts do: assets, named by what is in them, are asked for once."""
    return Host({f"{BASE}/": built.output}, lasting=f"{BASE}/assets/")


@pytest.fixture(scope="module")
def host(demo: Built) -> Iterator[Host]:
    host = serving(demo)
    yield host
    host.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened() as browser:
        yield browser


class Visitor:
    """A tab of Chromium that notes what no page may do: errors, refused or foreign requests, calls of `pwn`."""

    def __init__(self, context: BrowserContext, address: str, *, has_scripts: bool = True) -> None:
        self.context, self.address, self.has_scripts = context, address, has_scripts
        self.wrong: list[str] = []
        context.set_default_timeout(DEADLINE_MS)
        context.add_init_script(LISTEN)
        context.on("request", self._asked)
        context.on("console", lambda message: self._said(message.type, message.text))
        context.on("weberror", lambda error: self.wrong.append(f"script error: {error.error}"))
        self.page: Page = context.new_page()

    def _asked(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme != "blob" and f"{url.scheme}://{url.netloc}" != self.address:
            self.wrong.append(f"asked another host: {request.url[:200]}")

    def _said(self, form: str, text: str) -> None:
        if form in ("error", "warning"):
            self.wrong.append(f"console: {text[:300]}")

    def open(self, sheet: Sheet) -> Page:
        """Open a page of the site and wait until everything of it is there; one that leads elsewhere stays."""
        address = f"{self.address}{BASE}{sheet.path}"
        if sheet.kind in {"redirect", "former"}:
            hold(self.page, address, sheet.file)
        self.page.goto(address, wait_until="load")
        if self.has_scripts and self.page.query_selector("aftercast-player"):
            self.page.wait_for_selector("aftercast-player.ready")
        return self.page

    @contextmanager
    def opening(self, sheet: Sheet) -> Iterator[Page]:
        """Open a replay's page; inside, no module has arrived yet, afterwards all are there and the player is ready."""
        held: list[Route] = []
        self.page.route(MODULES, lambda route: held.append(route))  # noqa: PLW0108 - Playwright wants a function of ours
        self.page.goto(f"{self.address}{BASE}{sheet.path}", wait_until="commit")
        self.page.wait_for_function("() => document.readyState === 'interactive' && document.styleSheets.length")
        try:
            yield self.page
        finally:
            self.page.route(MODULES, lambda route: route.continue_())
            for route in held:
                route.continue_()
        self.page.wait_for_selector("aftercast-player.ready")
        self.page.unroute(MODULES)

    def found(self) -> list[str]:
        """Return what was wrong since the last question."""
        heard = self.page.evaluate("window.heard")
        wrong, self.wrong = self.wrong, []
        if heard["pwn"]:
            wrong.append(f"pwn was called {heard['pwn']} times")
        return [*wrong, *(f"refused: {text}" for text in heard["refused"])]


@pytest.fixture
def visitor(browser: Browser, host: Host) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield Visitor(context, host.url)
    context.close()


@pytest.fixture
def newcomer(visitor: Visitor) -> Visitor:
    """A visitor who has nothing of the site yet, with every page again."""
    visitor.context.new_cdp_session(visitor.page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    return visitor


@pytest.fixture
def reader(browser: Browser, host: Host) -> Iterator[Visitor]:
    """A visitor whose scripts are off."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    yield Visitor(context, host.url, has_scripts=False)
    context.close()
