"""Firefox driven by its own protocol: one socket, messages of JSON with their length in front."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

FIREFOX = "/usr/bin/firefox-esr"
DEADLINE_SECONDS = 90
STEP_SECONDS = 0.1
PREFERENCES = {
    "marionette.port": 0,  # any free one, written into the profile
    "media.autoplay.default": 0,
    "media.volume_scale": "0.0",
    "media.cubeb.backend": "none",  # the same everywhere: a machine without any sound output
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.tabs.remote.autostart": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.update.disabledForTesting": True,
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "extensions.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "services.settings.server": "",
    "media.gmp-manager.url": "",
    "media.gmp-gmpopenh264.enabled": False,
}


class FirefoxError(Exception):
    """What the browser answered instead of a result."""


class Firefox:
    """One headless Firefox with a profile of its own."""

    def __init__(self, profile: Path) -> None:
        profile.mkdir(parents=True)
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        self.log = (profile / "firefox.log").open("wb")
        self.number = 0
        self.process = subprocess.Popen(
            [FIREFOX, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"},
        )
        try:
            self.socket = self._connect(profile / "MarionetteActivePort")
            self._receive()  # the greeting
            self.ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"pageLoadStrategy": "normal"}}})
            self.ask("WebDriver:SetTimeouts", {"script": DEADLINE_SECONDS * 1000, "pageLoad": DEADLINE_SECONDS * 1000})
        except BaseException:
            self.process.kill()
            self.process.wait()
            self.log.close()
            raise

    def _connect(self, file: Path) -> socket.socket:
        """Wait for the port that Firefox chose, then for its door."""
        until = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None, "Firefox ended before it could be driven"
            try:
                return socket.create_connection(("127.0.0.1", int(file.read_text("utf-8"))), timeout=DEADLINE_SECONDS)
            except (OSError, ValueError):
                time.sleep(STEP_SECONDS)
        raise FirefoxError("Firefox opened no port")

    def _receive(self) -> Any:
        size = b""
        while not size.endswith(b":"):
            size += self._read(1)
        return json.loads(self._read(int(size[:-1])))

    def _read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self.socket.recv(size - len(found))
            if not piece:
                raise FirefoxError("Firefox hung up")
            found += piece
        return found

    def ask(self, command: str, arguments: dict[str, Any] | None = None) -> Any:
        """Send one command and return its result."""
        self.number += 1
        message = json.dumps([0, self.number, command, arguments or {}]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, number, error, result = self._receive()
        assert number == self.number
        if error:
            raise FirefoxError(f"{command}: {error['error']}: {error['message']}")
        return result

    def open(self, address: str) -> None:
        self.ask("WebDriver:Navigate", {"url": address})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a function in the page and return its value."""
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": list(arguments)})["value"]

    def click(self, selector: str) -> None:
        """Press an element as a person does: trusted, so that playing is allowed."""
        found = self.ask("WebDriver:FindElement", {"using": "css selector", "value": selector})["value"]
        self.ask("WebDriver:ElementClick", {"id": next(iter(found.values()))})

    def until(self, script: str, *arguments: Any, hint: str = "") -> Any:
        """Wait until the body of a function returns something true, and return that."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            if value := self.run(script, *arguments):
                return value
            time.sleep(STEP_SECONDS)
        raise FirefoxError(f"waited in vain for: {script} {self.run(hint) if hint else ''}")

    def close(self) -> None:
        try:
            self.ask("Marionette:Quit", {"flags": ["eForceQuit"]})
        except (FirefoxError, OSError):
            self.process.terminate()
        self.socket.close()
        try:
            self.process.wait(timeout=DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
