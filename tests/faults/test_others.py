"""Others at work at the same time: a second builder, a dead one, an editor that changes the source during a build."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from builder.catalog import refresh
from builder.errors import AftercastError, LockedError
from builder.lock import locked
from builder.workshop import Workshop
from tests.build.sites import ENVIRON, TestSite, callback, difference
from tests.faults.stage import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    return Stage(tmp_path_factory.mktemp("stage"))


@contextlib.contextmanager
def another_builder(site: TestSite):
    """A process that holds the lock until it is killed."""
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        with locked(site.places.lock, wait=False, what="it"):
            os.write(told, b"!")
            signal.pause()
        os._exit(0)
    os.close(told)
    try:
        assert os.read(ready, 1) == b"!"
        yield child
    finally:
        os.close(ready)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


def test_a_second_builder_is_refused_and_a_dead_one_is_forgotten(stage):
    """While one holds the lock the other exits with 6; killed, its lock is free though the file is there."""
    stage.reset()
    with another_builder(stage.site) as child:
        with pytest.raises(LockedError, match="is in use by another aftercast") as refused:
            stage.site.build()
        unchanged = stage.site.tree()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        stage.site.build()

    assert refused.value.exit_code == 6
    assert unchanged == stage.before
    assert stage.site.places.lock.exists()
    assert difference(stage.site.tree(), stage.clean) == []


def test_with_wait_the_second_builder_builds_after_the_first(stage):
    stage.reset()
    with another_builder(stage.site) as child:
        ender = threading.Timer(0.2, os.kill, (child, signal.SIGKILL))
        ender.start()
        stage.site.build(wait=True)
        ender.join()

    assert difference(stage.site.tree(), stage.clean) == []


def test_a_killed_builder_leaves_no_lock_in_its_workers(stage):
    """The lock's handle is not inherited by programs that a build starts."""
    with locked(stage.site.places.lock, wait=False, what="it"):
        handles = [int(path.name) for path in Path("/proc/self/fd").iterdir()]
        held = [h for h in handles if link(h) == str(stage.site.places.lock)]

        assert held
        assert not any(os.get_inheritable(handle) for handle in held)


def link(handle: int) -> str:
    try:
        return str(Path(f"/proc/self/fd/{handle}").readlink())
    except OSError:
        return ""


# --- an editor at work ---


def remove(path) -> None:
    path.unlink()


def rewrite(path) -> None:
    path.write_text(callback("alice", 1, 90_000, 600) + callback("dora", 70, 400_000, 700))


def cut(path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def append(path) -> None:
    with path.open("a") as file:
        file.write(callback("alice", 71, 600_000, 700))


def replace(path) -> None:
    path.with_name("new").write_text(callback("bob", 0, 0, 600))
    path.with_name("new").rename(path)


def to_folder(path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("move", [remove, rewrite, cut, append, replace, to_folder])
def test_records_that_change_between_scan_and_read_are_right_in_the_next_build(stage, move, monkeypatch):
    """The build uses what it can read or fails in words; the next one is right."""
    stage.reset()
    real = refresh.find_sources

    def scanned(source):
        found = real(source)
        move(stage.site.source / "recordings" / "a.jsonl")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(refresh, "find_sources", scanned)
        with contextlib.suppress(AftercastError):
            stage.site.build(allow_removal=True)
    assert stage.wrong() == []
    stage.site.build(allow_removal=True)

    assert difference(stage.site.tree(), stage.site.clean_tree()) == []


@pytest.mark.parametrize("change", ["changed", "removed"])
def test_a_static_file_that_changes_after_the_look_is_right_in_the_next_build(tmp_path, change):
    """What is copied is what is recorded, and a file that went away is one sentence."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    note = site.write("static/note.txt", "first")
    site.workshop = Workshop(site.places, ENVIRON)
    site.workshop.load()
    if change == "changed":
        note.write_text("second, and longer")
    else:
        note.unlink()
    site.workshop.load = lambda: None
    with contextlib.suppress(AftercastError):
        site.build()
    site.workshop = None
    site.build()

    assert difference(site.tree(), site.clean_tree()) == []
    assert ("static/note.txt" in site.tree()) == (change == "changed")


def children_of(process: int) -> list[int]:
    place = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in place.read_text().split()] if place.exists() else []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["TERM", "KILL"])
def test_the_workers_of_a_killed_build_end_too(tmp_path, number):
    """Nobody else would end them, and whoever reads our stderr would wait for ever."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", "".join(callback(f"room{n % 40}", n, n * 5_000, 600) for n in range(1_500)))
    told = [sys.executable, "-c", "from builder.cli import main; main()", "build", "--jobs", "2"]
    workers: list[int] = []
    with subprocess.Popen(told, cwd=tmp_path, env=os.environ | ENVIRON, stderr=subprocess.PIPE) as build:
        deadline = time.monotonic() + 60
        while not any(map(is_watching, workers)):  # before that, the interpreter itself says that nothing comes
            assert time.monotonic() < deadline
            assert build.poll() is None, "the build was over before it could be killed"
            workers = children_of(build.pid)
            time.sleep(0.01)
        build.send_signal(number)
        said = build.communicate(timeout=60)[1]  # the pipe ends with the last process that has it

    assert b"Traceback" not in said
    assert build.returncode == -number
    assert [worker for worker in workers if "python" in name_of(worker)] == []


def is_watching(process: int) -> bool:
    """Say whether a worker has come so far that it watches its parent, in a thread of its own."""
    try:
        return len(list(Path(f"/proc/{process}/task").iterdir())) > 1
    except OSError:
        return False


def name_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""
