"""Nothing on any kind of page stands in the way of a person who sees, hears or points differently."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Visitor
from tests.browser.demo import KIND_NAMES, Built

ALL = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}  # what a theme touches


def violations(page: Page, options: dict) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {node['html'][:200]} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_no_page_breaks_a_rule_of_accessibility(visitor: Visitor, demo: Built, kind: str) -> None:
    """Every rule in the light theme, those of colour again in the dark one, in both languages."""
    for sheet in demo.fullest(kind):
        page = visitor.open(sheet)

        assert violations(page, ALL) == [], sheet.path
        page.emulate_media(color_scheme="dark")
        assert violations(page, COLOURS) == [], f"{sheet.path} in the dark"
        page.emulate_media(color_scheme="light")


def test_a_phone_has_targets_large_enough(visitor: Visitor, demo: Built) -> None:
    """The narrow layout under the rules too, where there is most to touch, and with the player's sheet of keys open."""
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    for kind in ("watch", "day", "home"):
        page = visitor.open(demo.fullest(kind)[0])
        assert violations(page, ALL) == [], kind
        if kind == "watch":
            page.keyboard.press("?")
            page.wait_for_selector("section.help")
            assert violations(page, ALL) == [], "the sheet of keys"
