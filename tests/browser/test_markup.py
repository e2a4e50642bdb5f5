"""The Nu HTML checker finds nothing to object to in any kind of page, nor in the style sheet."""

from __future__ import annotations

from pathlib import Path

from tests.browser.checker import objections, sheet_objections
from tests.browser.demo import Built


def test_every_kind_of_page_is_valid(demo: Built) -> None:
    """The fullest page of every kind, in both languages."""
    assert objections(*(sheet.file for sheet in demo.one_of_each())) == []


def test_the_style_sheet_is_valid(demo: Built) -> None:
    assert sheet_objections(*demo.output.glob("assets/site.*.css")) == []


def test_the_checker_does_find_faults(tmp_path: Path) -> None:
    """An oracle that accepts everything is none."""
    page = tmp_path / "index.html"
    page.write_text("<!doctype html><title>x</title><p><div onclick=1></p><img src=x>", encoding="utf-8")

    assert len(objections(page)) >= 2
