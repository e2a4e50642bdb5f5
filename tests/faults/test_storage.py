"""A disk that fails at any call of a build: a clear error, a whole live tree, and a plain rerun gives the clean bytes."""

import errno
import os
import random
import resource
import signal
import sys
import traceback

import pytest

from builder.cli import run
from builder.errors import StorageError
from tests.build.sites import TestSite, callback, difference
from tests.faults.disk import NEED_ROOM, Disk, failing, full_from, once, read_only_from
from tests.faults.stage import Stage

POINTS = int(os.environ.get("AFTERCAST_FAULT_POINTS", "10"))  # of the calls, per fault and change; 0: every one
FAULTS = {
    "EIO at one call": (once, errno.EIO),
    "ENOSPC from a call on": (full_from, errno.ENOSPC),
    "EROFS from a call on": (read_only_from, errno.EROFS),
}


@pytest.fixture(scope="module", params=["few", "many"])
def stage(request, tmp_path_factory):
    return Stage(tmp_path_factory.mktemp("stage"), request.param)


def chosen(count: int, seed: str) -> list[int]:
    """Return the first call, the last, and a seeded sample between them."""
    if not POINTS or count <= POINTS:
        return list(range(1, count + 1))
    return sorted({1, count, *random.Random(seed).sample(range(2, count), POINTS - 2)})


@pytest.mark.parametrize("fault", FAULTS)
def test_no_failed_call_of_a_build_harms_the_site(stage, fault):
    """Every call may fail: the build says so, readers see whole pages, the next build gives the clean bytes."""
    make, error = FAULTS[fault]
    stage.reset()
    with failing(Disk(stage.site.places.output)) as disk:
        stage.site.build()
    assert difference(stage.site.tree(), stage.clean) == []
    refused = 0
    for at in chosen(len(disk.calls), fault):
        stage.reset()
        with failing(Disk(stage.site.places.output, make(at, error))) as broken:
            try:
                stage.site.build()
                assert difference(stage.site.tree(), stage.clean) == [], f"call {at} failed unnoticed"
                refusal = ""
            except StorageError as caught:
                refusal = caught.sentence
        if refusal:
            refused += 1
            assert os.strerror(error).lower() in refusal
        if "replace" not in broken.calls:  # nothing was to be seen yet
            stage.forget_leftovers(error)
            assert difference(stage.site.tree(), stage.before) == [], f"call {at}"
        assert broken.failed or disk.calls[at - 1] not in NEED_ROOM, f"call {at} was never made"
        assert stage.wrong() == [], f"after call {at}, {disk.calls[at - 1]}"
        stage.site.build()
        assert difference(stage.site.tree(), stage.clean) == [], f"rerun after call {at}, {disk.calls[at - 1]}"
        assert stage.leftovers() == []

    assert refused > 0, "no failure was told: the test shows nothing"


def test_short_writes_are_completed(stage, monkeypatch):
    """A write that takes a few bytes only goes on until all are written."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, bytes(data)[: max(1, len(data) // 3)]))
    stage.reset()
    stage.site.build()

    assert difference(stage.site.tree(), stage.clean) == []


def limited_build(site: TestSite, limit: int) -> tuple[int, str]:
    """Run the command in a child that may write no file beyond `limit` bytes; return exit code and stderr."""
    said = site.root / "stderr"
    child = os.fork()
    if child == 0:
        code = 99
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            sys.stderr = said.open("w")
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            places = site.places
            folders = ["--source", places.source, "--output", places.output, "--state", places.state]
            code = run(["build", "--jobs", "1", *map(str, folders)])
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.read_text()


def test_a_disk_that_takes_no_more_ends_with_exit_code_5(tmp_path, monkeypatch):
    """Whatever file hits the limit, catalog or page: exit 5, one clear line, a whole site, and room heals it."""
    monkeypatch.setenv("AFTERCAST_SLUG_KEY", "a test key of the tests")
    stage = Stage(tmp_path)
    state = max(path.stat().st_size for path in stage.site.places.state.rglob("*") if path.is_file())
    codes = []
    for limit in (600, 5_000, 20_000, state // 2, state + 20_000, 50 * state):
        stage.reset()
        code, said = limited_build(stage.site, limit)
        codes.append(code)
        assert "Traceback" not in said
        assert code in {0, 5}, said
        assert (code == 0) or said.splitlines()[-1].startswith(("aftercast: failed to", "hint: "))
        assert stage.wrong() == []
        stage.site.build()
        assert difference(stage.site.tree(), stage.clean) == [], f"limit {limit}"
        assert stage.leftovers() == []

    assert codes[0] == 5
    assert codes[-1] == 0


@pytest.mark.parametrize("limit", [4_096, 20_000, 40_000])
def test_no_room_for_a_first_catalog_ends_with_exit_code_5(tmp_path, monkeypatch, limit):
    monkeypatch.setenv("AFTERCAST_SLUG_KEY", "a test key of the tests")
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 600))

    code, said = limited_build(site, limit)

    assert (code, said.count("\n")) == (5, 1), said
    assert said.startswith("aftercast: failed to write the catalog: ")
    assert site.build().warnings == (), "nothing is left of it"


@pytest.mark.parametrize("obstacle", ["file", "file as parent", "dangling link"])
def test_an_output_that_cannot_be_a_folder_is_refused(tmp_path, obstacle):
    """A file where the output should be: one sentence that names it, and the file stays."""
    import msgspec

    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    (tmp_path / "thing").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "else")
    output = {"file": "thing", "file as parent": "thing/output", "dangling link": "link"}[obstacle]
    site.places = msgspec.structs.replace(site.places, output=tmp_path / output)

    with pytest.raises(StorageError, match=f"failed to use output folder `{tmp_path / output}`"):
        site.build()
    assert (tmp_path / "thing").read_text() == "mine"
