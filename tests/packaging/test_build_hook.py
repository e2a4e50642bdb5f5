"""The build hook: engines are taken by the lock file, once, whole, with their licences."""

import base64
import hashlib
import importlib.util
import json
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hook():
    specification = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path, hook):
    """A tree with our lock file, and modules as npm would lay them."""
    for name in (*hook.INPUTS, "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    modules = tmp_path / "modules"
    for package, engines in hook.ENGINES.items():
        for name in (*engines, "LICENSE"):
            path = modules / package / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{package} {name}\n//# sourceMappingURL=x.map\n")
    return tmp_path


def test_engines_and_licences_are_installed_with_a_manifest(tree, hook):
    """Version and licence come from the lock, the hash from the file as shipped; no pointer to a map is left."""
    hook.install(tree, tree / "modules")

    manifest = json.loads((tree / hook.VENDOR / "manifest.json").read_text())
    engine = next(file for file in manifest["files"] if file["path"] == "hls.js/hls.light.min.mjs")
    content = (tree / hook.VENDOR / engine["path"]).read_bytes()
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/hls.js"]
    assert content == b"hls.js dist/hls.light.min.mjs\n"
    assert engine["sha384"] == "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert (engine["version"], engine["licence"]) == (lock["version"], lock["license"])
    assert {file["path"] for file in manifest["files"] if file["path"].endswith("LICENSE")} == {
        f"{package}/LICENSE" for package in hook.ENGINES
    }


def test_what_fits_the_lock_is_fetched_once(tree, hook, monkeypatch):
    """Nothing is downloaded when nothing changed, and everything is when a file or the lock did."""
    calls = []

    def npm(folder):
        calls.append(folder)
        shutil.copytree(tree / "modules", folder / "node_modules")

    monkeypatch.setattr(hook, "run_npm", npm)
    hook.fetch(tree)
    hook.fetch(tree)
    assert len(calls) == 1

    (tree / hook.VENDOR / "hls.js" / "LICENSE").write_text("changed")
    hook.fetch(tree)
    assert len(calls) == 2

    (tree / "package-lock.json").write_text((tree / "package-lock.json").read_text() + "\n")
    assert not hook.is_fresh(tree)


def test_a_failed_fetch_fails_the_build(tree, hook, monkeypatch):
    """No wheel is made without the engines."""
    monkeypatch.setattr(hook.shutil, "which", lambda _: "/bin/false")

    with pytest.raises(SystemExit, match="failed to fetch the player engines"):
        hook.fetch(tree)
    assert not (tree / hook.VENDOR).exists()


def test_the_lock_file_names_no_host():
    """Whoever builds uses the registry that is set up there."""
    lock = (ROOT / "package-lock.json").read_text()

    assert "resolved" not in lock
    assert "://" not in lock
