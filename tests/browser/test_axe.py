"""Nothing on any kind of page stands in the way of a person who sees, hears or points differently."""

from __future__ import annotations

import pytest

from tests.browser.axe import ALL, violations, violations_in_both_schemes
from tests.browser.conftest import Visitor
from tests.browser.demo import KIND_NAMES, Built, Sheet


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_no_page_breaks_a_rule_of_accessibility(visitor: Visitor, demo: Built, kind: str) -> None:
    """Every rule in the light theme, those of colour again in the dark one, in both languages."""
    for sheet in demo.fullest(kind):
        assert violations_in_both_schemes(visitor.open(sheet)) == [], sheet.path


def test_a_broadcast_without_a_picture_breaks_none_either(visitor: Visitor, demo: Built) -> None:
    by_size = sorted(demo.sheets, key=lambda sheet: sheet.file.stat().st_size)
    heard = {sheet.language: sheet for sheet in by_size if sheet.kind == "watch" and is_audio_only(sheet)}
    assert heard.keys() == {"en", "zh"}
    for sheet in heard.values():
        assert violations_in_both_schemes(visitor.open(sheet)) == [], sheet.path


def is_audio_only(sheet: Sheet) -> bool:
    return '"audio":false' not in sheet.file.read_text(encoding="utf-8")


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
