"""The wheel: whole, installable into an empty environment, and enough to build a site."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words: str | Path, cwd: Path) -> str:
    """Run a program in a bare environment and return what it said."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(cwd),
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this tree, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-build-isolation", "--quiet", "--wheel-dir", folder)
    run(sys.executable, "-m", "pip", "wheel", *options, ROOT, cwd=folder)
    (found,) = folder.glob("aftercast-*-py3-none-any.whl")
    return found


def test_the_wheel_carries_theme_engines_and_licences(wheel):
    """No node, no network and no checkout are needed where it is installed."""
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        "builder/_theme/base.html",
        "builder/_theme/assets/site.css",
        "builder/_theme/messages/en.yaml",
        "builder/_theme/messages/zh.yaml",
        "builder/_vendor/manifest.json",
        "builder/_vendor/hls.js/hls.light.min.mjs",
        "builder/_vendor/hls.js/LICENSE",
        "builder/_vendor/mpegts.js/mpegts.js",
        "builder/_vendor/mpegts.js/LICENSE",
        "builder/_vendor/es6-promise/LICENSE",
        "builder/_vendor/events/LICENSE",
        "builder/starter/site_src/site.yaml",
        "builder/starter/gitignore",
    } <= names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("builder/demo/", "tests/", "site_src/"))]


def test_a_site_is_started_and_built_in_an_empty_environment(wheel, tmp_path):
    """`aftercast init x && aftercast build`, with nothing of the checkout in reach."""
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "env", cwd=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    place = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    (place / "dependencies.pth").write_text(
        sysconfig.get_path("purelib")
    )  # a path in a path file: its own are not read
    options = ("--python", python, "install", "--no-deps", "--quiet")
    run(sys.executable, "-m", "pip", *options, wheel, cwd=tmp_path)
    command = tmp_path / "env" / "bin" / "aftercast"

    home = run(python, "-c", "import builder; print(builder.__file__)", cwd=tmp_path).strip()
    run(command, "init", "x", cwd=tmp_path)
    run(command, "build", "--source", "x/site_src", "--output", "x/output", cwd=tmp_path)

    assert Path(home).is_relative_to(tmp_path)
    assert (tmp_path / "x" / "output" / "index.html").is_file()
    assert list((tmp_path / "x" / "output" / "assets").glob("hls.light.*.mjs"))
