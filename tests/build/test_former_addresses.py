"""No address that was published dies while what it led to is still there."""

import re
import sys

import pytest

from builder.catalog import refresh
from tests.build.sites import SITE, TestSite, callback, difference

REPLAY = re.compile(r"(replays/\d{4}/\d\d/\d\d/[0-9a-z]{10}/)index\.html")


@pytest.fixture
def site(tmp_path) -> TestSite:
    return TestSite(tmp_path)


def replays(site: TestSite) -> list[str]:
    """Return the addresses of replays of the first language, redirects not among them."""
    found = ((REPLAY.fullmatch(path), page) for path, page in site.tree().items())
    return [f"/{match[1]}" for match, page in found if match and b'http-equiv="refresh"' not in page]


def led(site: TestSite, path: str) -> str:
    """Return the path that an address leads to, "" when there is no redirect."""
    page = site.tree().get(f"{path[1:]}index.html", b"")
    found = re.search(rb'rel="canonical" href="https://replays\.example\.com([^"]*)"', page)
    return found[1].decode() if found and b'http-equiv="refresh"' in page else ""


def lines(site: TestSite) -> dict[str, str]:
    """Return what `redirects.yaml` says, old path → new path."""
    file = site.source / "redirects.yaml"
    told = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return dict(line.split(": ") for line in told if line and not line.startswith("#"))


def assert_led(site: TestSite, expected: dict[str, str]) -> None:
    """Compare where these addresses lead, by this build and by a clean one."""
    assert {old: led(site, old) for old in expected} == expected
    assert difference(site.tree(), site.clean_tree()) == []


# --- replays whose first recording became part of none ---


@pytest.mark.parametrize("way", ["incremental", "bulk"])
@pytest.mark.parametrize("by", ["gap", "split", "record"])
def test_an_address_follows_the_other_recordings_when_its_own_became_part_of_no_replay(site, by, way, monkeypatch):
    """Alone, the recording that named the address is shorter than `min_length`, by a rule or as told anew."""
    site.write("site.yaml", f"{SITE}grouping: {{min_length: 60}}\n")
    first = callback("bob", 1, 0, 60, duration=0) if by == "record" else callback("bob", 1, 0, 40)
    site.append("a.jsonl", first + callback("bob", 2, 340, 3600))
    site.build()
    (old,) = replays(site)
    if by == "gap":
        site.write("site.yaml", f"{SITE}grouping: {{min_length: 60, gap: 100}}\n")
    elif by == "split":
        site.write("replays/b.md", "---\nrecordings: ['5200000000000000002']\nsplit: before 5200000000000000002\n---\n")
    else:
        site.append("a.jsonl", callback("bob", 1, 0, 39, duration=0))
    if way == "bulk":
        monkeypatch.setattr(sys.modules[refresh.__module__], "INCREMENTAL_ROWS", 0)
    report = site.build()

    (new,) = replays(site)
    assert new != old
    assert report.redirects == ((old, new),)
    assert_led(site, {old: new})
