"""The rules of accessibility that a page breaks, by axe-core."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

ALL = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}  # what a theme touches


def violations(page: Page, options: dict) -> list[str]:
    """Return a line for every element of an open page that breaks a rule, with what would mend it."""
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {node['html'][:200]} {node['failureSummary']}" for each in found for node in each["nodes"]]


def violations_in_both_schemes(page: Page) -> list[str]:
    """Ask for every rule in the light theme, and for those of colour again in the dark one."""
    found = violations(page, ALL)
    page.emulate_media(color_scheme="dark")
    found += [f"in the dark: {line}" for line in violations(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    return found
