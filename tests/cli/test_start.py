"""What a command loads: a build that has little to do must not wait for libraries that it does not use."""

import json
import os
import subprocess
import sys

import pytest

from builder.cli import run
from tests.build.sites import ENVIRON, TestSite, callback

TEXTS = {"markdown", "nh3", "yaml", "html", "xml.etree.ElementTree", "difflib", "csv"}
PROCESSES = {"concurrent.futures", "multiprocessing", "subprocess", "builder.catalog.bulk"}
PACKAGES = {"importlib.metadata", "importlib.resources", "email", "zipfile"}
SERVERS = {"starlette", "uvicorn", "asyncio", "watchdog", "builder.watch", "builder.serve"}
ENGINE = {"jinja2", "tempfile", "random", "shutil"}  # Jinja2 brings the others itself
SPY = "import json, sys; from builder.cli import run; code = run(sys.argv[1:]); print(json.dumps([code, *sys.modules]))"


def loaded(site: TestSite, command: str) -> set[str]:
    """Return the modules of a fresh process that ran one command on the site."""
    told = [sys.executable, "-c", SPY, command, "--source", str(site.source), "--state", str(site.places.state)]
    done = subprocess.run(told, env={**os.environ, **ENVIRON}, capture_output=True, text=True, check=True)
    code, *modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site of every kind of text, built once."""
    made = TestSite(tmp_path_factory.mktemp("start"))
    made.write("pages/about.md", "---\ntitle: About\n---\nThis **site**.\n")
    made.write("redirects.yaml", "/old/: /about/\n")
    made.append("a.jsonl", callback("alice", 1, 0, 600))
    made.build()
    return made


def test_a_build_with_nothing_to_do_loads_nothing_heavy(site):
    """Neither texts nor templates are read again, and no process is started."""
    assert loaded(site, "build") & (TEXTS | PROCESSES | PACKAGES | SERVERS | ENGINE) == set()


def test_a_build_of_one_new_record_loads_the_template_engine_and_nothing_else_heavy(site):
    """Pages are rendered from compiled templates; everything else stays away."""
    site.append("a.jsonl", callback("alice", 2, 90_000, 600))
    modules = loaded(site, "build")

    assert "jinja2" in modules
    assert modules & (TEXTS | PROCESSES | PACKAGES | SERVERS) == set()


def test_a_question_loads_no_templates(site):
    """`sessions` answers from the catalog."""
    assert loaded(site, "sessions") & (TEXTS | PROCESSES | PACKAGES | SERVERS | ENGINE) == set()


@pytest.mark.parametrize("command", [["build"], ["sessions", "--json"], ["problems"], ["--help"]])
def test_a_closed_standard_output_is_no_error(site, command):
    """`>&-`: there is nobody to tell, and nothing to fail for."""
    where = [] if "--help" in command else ["--source", str(site.source), "--state", str(site.places.state)]
    run = "import sys; from builder.cli import run; sys.exit(run(sys.argv[1:]))"
    closed = ["/bin/sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-c", run, *command, *where]
    done = subprocess.run(closed, env={**os.environ, **ENVIRON}, stderr=subprocess.PIPE, text=True, check=False)

    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


def test_a_callback_key_that_is_no_text_is_refused_by_name(site):
    """The bytes of a key are never repeated."""
    run = "import sys; from builder.cli import run; sys.exit(run(sys.argv[1:]))"
    told = [sys.executable, "-c", run, "sessions", "--source", str(site.source), "--state", str(site.places.state)]
    environ = {os.fsencode(name): os.fsencode(value) for name, value in {**os.environ, **ENVIRON}.items()}
    environ[b"AFTERCAST_CALLBACK_KEYS"] = b"good,b\xe4d"
    done = subprocess.run(told, env=environ, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (
        2, "aftercast: the environment: `AFTERCAST_CALLBACK_KEYS` expected UTF-8, found other bytes in key 2\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"), [("k,,j", "expected keys separated by commas, found key 2 empty"), ("", None), ("k,j", None)]
)
def test_a_build_takes_the_keys_that_the_receiver_takes(site, monkeypatch, capsys, text, said):
    """A variable that is set and empty is what a build service makes of a secret that it does not have."""
    monkeypatch.setenv("AFTERCAST_CALLBACK_KEYS", text)
    code = run(["sessions", "--source", str(site.source), "--state", str(site.places.state)])

    told = capsys.readouterr().err
    assert (code, said in told if said else "AFTERCAST_CALLBACK_KEYS" in told) == ((2, True) if said else (0, False))


def test_a_yaml_library_without_libyaml_is_enough(tmp_path):
    """The library's own parser reads settings, profiles, words and rows alike, only slower."""
    site = TestSite(tmp_path)
    row = (
        "stream: alice, start: 2022-01-13T16:00:00Z, end: 2022-01-13T17:00:00Z, url: https://1.vod2.myqcloud.com/f0.mp4"
    )
    site.write("recordings/rows.yaml", f"- {{{row}}}\n")
    without = SPY.replace("from builder", "import yaml; del yaml.CSafeLoader; from builder", 1)
    told = [sys.executable, "-c", without, "sessions", "--source", str(site.source), "--state", str(site.places.state)]
    done = subprocess.run(told, env={**os.environ, **ENVIRON}, capture_output=True, text=True, check=True)

    assert "alice" in done.stdout.splitlines()[0], done.stderr
    assert json.loads(done.stdout.splitlines()[-1])[0] == 0
