"""The two builds of Chromium that look at pages.

The shell is the same engine without a desktop's windows: it takes less than half of the CPU time, which on a small
machine is most of what the tests of pages take. The whole browser is what viewers have; the audit asks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

SHELL = "/usr/bin/chromium-headless-shell"
WHOLE = "/usr/bin/chromium"


@contextmanager
def opened(program: str = SHELL) -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--mute-audio"])
        yield browser
        browser.close()
