"""No text from outside runs, is refused by the policy, or asks another host: told by a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Visitor, serving
from tests.browser.demo import Built
from tests.browser.poison import build_poisoned, is_tag, strings

STRINGS = strings()
SAMPLE = STRINGS[::15]
PER_STRING = {"watch", "vj", "vj_month", "tag"}
FRAGMENTS = ("#{}", "#t={}", "#at={}")


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build_poisoned(tmp_path_factory.mktemp("poisoned"), SAMPLE)


def wrongs(browser: Browser, built: Built, kinds: list[str]) -> list[str]:
    """Open every page of some kinds and return what was wrong with each."""
    host = serving(built)
    context = browser.new_context()
    visitor = Visitor(context, host.url)
    wrong = []
    for sheet in built.sheets:
        if sheet.kind in kinds:
            visitor.open(sheet)
            wrong += [f"{sheet.path}: {text}" for text in visitor.found()]
    context.close()
    host.close()
    return wrong


def test_the_sample_is_all_there(poisoned: Built) -> None:
    """Each string has its replay, its profile and its tag: none was dropped on the way."""
    counts = {kind: sum(sheet.kind == kind for sheet in poisoned.sheets) for kind in PER_STRING}

    assert counts["watch"] == len(SAMPLE) + 1  # and the stream without a profile
    assert counts["vj"] == len(SAMPLE) + 1
    assert counts["tag"] == sum(map(is_tag, SAMPLE))
    assert len(STRINGS) > 200


@pytest.mark.parametrize("kind", [*sorted(PER_STRING), "the others"])
def test_hostile_text_does_nothing(browser: Browser, poisoned: Built, kind: str) -> None:
    """0 calls, 0 refusals, 0 foreign requests, 0 script errors on every page of a site of hostile text."""
    others = sorted({sheet.kind for sheet in poisoned.sheets} - PER_STRING)

    assert wrongs(browser, poisoned, others if kind == "the others" else [kind]) == []


def test_a_hostile_fragment_does_nothing(browser: Browser, poisoned: Built) -> None:
    """A link that somebody sends may say anything behind its number sign."""
    host = serving(poisoned)
    context = browser.new_context()
    visitor = Visitor(context, host.url)
    page = visitor.open(next(sheet for sheet in poisoned.sheets if sheet.kind == "watch"))

    for number, text in enumerate(SAMPLE):
        page.evaluate("(hash) => { location.hash = hash; }", FRAGMENTS[number % len(FRAGMENTS)].format(text))
        assert visitor.found() == [], text
    context.close()
    host.close()


@pytest.mark.torture
@pytest.mark.parametrize("first", range(0, len(STRINGS), 20))
def test_no_hostile_text_does_anything(browser: Browser, tmp_path_factory: pytest.TempPathFactory, first: int) -> None:
    """All strings on all pages; in each round another one is the title of the site."""
    built = build_poisoned(tmp_path_factory.mktemp("all"), STRINGS[first : first + 20])

    assert wrongs(browser, built, sorted({sheet.kind for sheet in built.sheets})) == []
