"""Live reload in a real browser: a page reloads for what it is made of, and for nothing else."""

import pytest
from playwright.sync_api import Page

from tests.serve.test_preview import Running

PAGE = (
    '<!doctype html><html lang="en"><head><title>{0}</title><link rel="stylesheet" href="/static/{0}.css"></head>'
    "<body>{0}</body></html>"
)
FILES = {
    "index.html": PAGE.format("home"),
    "a/index.html": PAGE.format("a"),
    "404.html": PAGE.format("lost"),
    **{f"static/{name}.css": "body { color: green }" for name in ("home", "a", "lost")},
}


@pytest.fixture(scope="module")
def preview(tmp_path_factory):
    root = tmp_path_factory.mktemp("output")
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    server = Running(root, FILES.keys())
    yield server
    server.close()


@pytest.fixture
def page(browser, preview):
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def opened(page: Page, preview: Running, address: str) -> None:
    with page.expect_response("**/-/state?*"):  # the stream's first number: the page hears from now on
        page.goto(f"http://127.0.0.1:{preview.port}{address}")
    page.evaluate("window.isOld = true")


@pytest.mark.parametrize(
    ("address", "changed"),
    [
        ("/a/", ["a/index.html"]),
        ("/a/", ["index.html", "static/a.css"]),
        ("/", ["index.html"]),
        ("/a/", None),
        ("/nothing/", ["404.html"]),
        ("/nothing/", ["nothing/index.html"]),
    ],
)
def test_a_page_reloads_when_it_or_what_it_loaded_changed(page, preview, address, changed):
    """Itself, its style sheet, the page that stood in for it, or nobody knows what."""
    opened(page, preview, address)
    with page.expect_event("load"):
        preview.news.built(changed)

    assert page.evaluate("window.isOld") is None


@pytest.mark.parametrize(("address", "changed"), [("/a/", ["index.html", "static/home.css"]), ("/", ["a/index.html"])])
def test_a_page_stays_when_others_changed(page, preview, address, changed):
    """Whoever reads, fills in or watches something there is not disturbed; the next change of it still counts."""
    opened(page, preview, address)
    with page.expect_response("**/-/state?*"):
        preview.news.built(changed)

    assert page.evaluate("fetch('/-/state').then(() => window.isOld)") is True
    with page.expect_event("load"):
        preview.news.built([f"{address}index.html".lstrip("/")])


def test_an_error_is_shown_and_goes_without_a_reload(page, preview):
    """Mended without a change of this page: the box goes, the page stays."""
    opened(page, preview, "/a/")
    preview.news.failed("templates/day.html:3: expected `%}`")
    page.get_by_role("alert").wait_for()
    shown = page.get_by_role("alert").inner_text()
    preview.news.built(["index.html"])
    page.get_by_role("alert").wait_for(state="detached")

    assert shown == "templates/day.html:3: expected `%}`"
    assert page.evaluate("window.isOld") is True
