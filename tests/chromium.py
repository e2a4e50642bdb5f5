"""The two builds of Chromium that look at pages.

The shell is the same engine without a desktop's windows: it takes less than half of the CPU time, which on a small
machine is most of what the tests of pages take. The whole browser is what viewers have; the audit asks it.
"""

from __future__ import annotations

from playwright.sync_api import Browser, Playwright

SHELL = "/usr/bin/chromium-headless-shell"
WHOLE = "/usr/bin/chromium"


def launch(driver: Playwright, program: str = SHELL) -> Browser:
    return driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--mute-audio"])
