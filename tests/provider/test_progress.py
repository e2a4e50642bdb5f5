"""How far `pull` has come: beside the answers, for the account that was asked, and durable after them."""

import errno
import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from builder.cli import run
from builder.cli.pull import logged
from builder.errors import ConfigError, RemoteError
from builder.pull import leftovers
from builder.pull.calls import Calls
from builder.pull.cloud import Cloud, CloudAccount
from builder.pull.run import Run
from builder.pull.shelf import Shelf
from builder.pull.windows import DAY_MS, Window
from tests.provider.support import ENVIRON, Provider, media, new_site, serving

SUB = 1500001
END = 1_754_049_600  # 2025-08-01T12:00:00Z
DAYS = ("--since", "2025-08-01", "--until", "2025-08-03")


def one_application(ask):
    """Answer as an account does whose recordings all lie in the application SUB."""
    if ask["action"] != "SearchMedia":
        return {"TaskList": [], "DataInfoList": [], "MediaInfoSet": []}
    rows = [media("5200000000000000001", END)] if ask.get("SubAppId") == SUB else []
    return {"TotalCount": len(rows), "MediaInfoSet": rows}


@pytest.fixture
def provider():
    return Provider(one_application)


@pytest.fixture
def pull(provider, tmp_path, monkeypatch):
    """Run the command on a site against the provider; return its exit code."""
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.setenv(name, ENVIRON[name])
    with serving(provider) as address:
        yield lambda source, *more: run(
            ["pull", "--source", str(source), "--state", str(tmp_path / "state"), "--rate", "1000",
             "--endpoint", address, *more]
        )  # fmt: skip


def answers(source: Path) -> list[Path]:
    return sorted(source.glob("recordings/pulled/*/*/**/*.json"))


# --- where ---


def test_a_fresh_copy_without_the_answers_asks_for_them_again(pull, tmp_path, capsys):
    """CI keeps the state folder between runs, and checks the site out anew."""
    source = new_site(tmp_path)
    pull(source, *DAYS, "--sub-app-id", str(SUB))
    before = [path.read_bytes() for path in answers(source)]
    shutil.rmtree(source / "recordings" / "pulled")
    pull(source, *DAYS, "--sub-app-id", str(SUB))

    assert len(before) == 3
    assert [path.read_bytes() for path in answers(source)] == before


def test_progress_that_is_copied_with_the_answers_goes_on(pull, provider, tmp_path):
    source, copy = new_site(tmp_path), tmp_path / "copy"
    pull(source, *DAYS, "--sub-app-id", str(SUB))
    shutil.copytree(source, copy)
    asked = len(provider.asked)
    code = pull(copy, *DAYS, "--sub-app-id", str(SUB))

    assert code == 0
    assert len(provider.asked) == asked


# --- whose ---


@pytest.mark.parametrize("question", [DAYS, ("--missing", "--since", "2025-08-01", "--until", "2025-08-02")])
def test_what_another_application_was_asked_is_asked_of_the_right_one(question, pull, tmp_path):
    """A run that forgot `--sub-app-id` finds nothing, and must not say "asked" for the next one."""
    source = new_site(tmp_path)
    pushes = [
        {
            "event_type": kind,
            "app": "push.example.com",
            "appname": "live",
            "stream_id": "s",
            "event_time": at,
            "sequence": "1",
        }
        for kind, at in ((1, END - 700), (0, END + 100))
    ]
    (source / "recordings" / "pushes.jsonl").write_text("".join(json.dumps(push) + "\n" for push in pushes))
    pull(source, *question)
    before = answers(source)
    pull(source, *question, "--sub-app-id", str(SUB))

    assert before == []
    assert answers(source) != []


def test_another_account_is_asked_and_its_answers_replace_none(pull, provider, tmp_path, monkeypatch):
    """Two applications answer the same question about the same day."""
    source = new_site(tmp_path)
    pull(source, *DAYS, "--sub-app-id", str(SUB))
    first = {path: path.read_bytes() for path in answers(source)}
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "another-id")
    provider.answer = lambda ask: {"TotalCount": 1, "MediaInfoSet": [media("5200000000000000002", END)]}
    pull(source, *DAYS, "--sub-app-id", str(SUB))

    assert len(answers(source)) == 2 * len(first)
    assert all(path.read_bytes() == data for path, data in first.items())


def test_no_name_and_no_file_tells_the_account(pull, tmp_path):
    source = new_site(tmp_path)
    pull(source, *DAYS, "--sub-app-id", str(SUB))
    pull(source, "--missing", "--days", "2", "--budget", "1")
    kept = [path for folder in (source, tmp_path / "state") for path in folder.rglob("*")]

    assert any(path.name == ".asked" for path in kept)
    assert not any(ENVIRON["TENCENTCLOUD_SECRET_ID"] in str(path) for path in kept)
    assert not any(ENVIRON["TENCENTCLOUD_SECRET_ID"].encode() in path.read_bytes() for path in kept if path.is_file())


# --- the log of notifications ---


def test_the_log_of_notifications_is_asked_by_whole_days(tmp_path):
    """A timer leaves one answer a day, and that of the present day is replaced."""
    provider = Provider(lambda ask: {"DataInfoList": [{"Request": "{}", "At": len(provider.asked)}], "TotalPage": 1})
    noon = END * 1000
    with serving(provider) as address:
        for minutes in (0, 10, 20):
            cloud = Cloud(CloudAccount("i", "k", endpoint=address), Calls(budget=9, per_second=1000))
            window = Window(noon - DAY_MS + minutes * 60_000, noon + minutes * 60_000)
            Run(Shelf(tmp_path, tmp_path / "state", "practice")).callbacks(cloud, window)

    assert [path.name for path in answers(tmp_path)] == [
        "20250731T000000Z--20250731T235959Z-1.json",
        "20250801T000000Z--20250801T235959Z-1.json",
    ]
    assert [ask["StartTime"][:10] for ask in provider.asked] == ["2025-07-31"] + ["2025-08-01"] * 3


@pytest.mark.parametrize(
    ("begin_days", "end_days", "expected"),
    [(2, 0, (2, 0)), (40, 0, (13.5, 0)), (40, 13.5, (13.5, 13.5)), (13.4, 1, (13.4, 1))],
)
def test_the_log_reaches_back_by_whole_days(begin_days, end_days, expected):
    """The provider keeps fourteen days to the minute: a part of the oldest one would be another answer every time."""
    noon = END * 1000
    found = logged(Window(noon - int(begin_days * DAY_MS), noon - int(end_days * DAY_MS)), noon)

    assert found == Window(*(noon - int(days * DAY_MS) for days in expected))


def test_a_log_that_is_kept_no_more_is_refused():
    noon = END * 1000
    with pytest.raises(ConfigError, match=r"the last 14 days \(UTC, today included\)"):
        logged(Window(0, noon - int(13.5 * DAY_MS) - 1000), noon)


# --- for good, and for the owner alone ---


@pytest.fixture
def disk(monkeypatch):
    """Record what is flushed and renamed, in order."""
    done = []
    fsync, replace = os.fsync, Path.replace

    def flushed(handle):
        fsync(handle)
        done.append(("flush", Path(f"/proc/self/fd/{handle}").readlink()))

    def renamed(path, target):
        done.append(("rename", Path(target)))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", renamed)
    return done


def test_progress_is_renamed_after_the_answers_are_on_the_disk(pull, tmp_path, disk):
    """The file, the name in its folder, and every folder that was made for it."""
    source = new_site(tmp_path)
    pull(source, "--since", "2025-08-01", "--until", "2025-08-01T23:59:59Z", "--sub-app-id", str(SUB))
    (answer,) = answers(source)
    account = answer.parents[2]
    named, asked = disk.index(("rename", answer)), disk.index(("rename", account / ".asked"))

    assert disk[named - 1][0] == "flush"
    assert ("flush", answer.parent) in disk[named:asked]
    assert {folder for what, folder in disk[:named] if what == "flush"} >= {
        source / "recordings", source / "recordings" / "pulled", account, account / "media",
    }  # fmt: skip
    assert ("flush", account) in disk[asked:]


def test_a_full_disk_leaves_nothing_behind_and_is_named(pull, tmp_path, monkeypatch, capsys):
    source = new_site(tmp_path)

    fsync = os.fsync

    def full(handle):
        if stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        code = pull(source, *DAYS, "--sub-app-id", str(SUB))
    said = capsys.readouterr().err

    assert code == 5
    assert "failed to use `" in said
    assert "recordings/pulled" in said
    assert "no space left on device" in said
    assert [path for path in source.rglob("*") if path.is_file()] == []


def test_every_folder_of_answers_is_for_the_owner_alone(pull, tmp_path):
    source = new_site(tmp_path)
    umask = os.umask(0)
    try:
        pull(source, *DAYS, "--sub-app-id", str(SUB))
    finally:
        os.umask(umask)
    made = [source / "recordings" / "pulled", *(source / "recordings" / "pulled").rglob("*")]

    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in made if path.is_file()} == {0o600}


# --- after a kill ---

KILLED = """
import os, signal, sys
from builder.cli import run
fsync = os.fsync
def killing(handle):
    if sys.argv[1] in os.path.basename(os.readlink(f"/proc/self/fd/{handle}")):
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(handle)
os.fsync = killing
run(sys.argv[2:])
"""


def killed(source: Path, state: Path, address: str, name: str) -> None:
    """Run `pull` until it flushes a file of such a name, where it is killed."""
    asked = ["--source", str(source), "--state", str(state), "--endpoint", address, "--sub-app-id", str(SUB)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, name, "pull", *asked, *DAYS, "--rate", "1000"], check=False, env=ENVIRON
    )
    assert done.returncode == -signal.SIGKILL


def temporaries(source: Path) -> list[str]:
    return sorted(path.name.split(".")[1] for path in source.rglob(".*.aftercast-tmp"))


def test_what_killed_runs_left_is_removed_by_the_next(provider, tmp_path, pull):
    """Half an answer, with push secrets in it, and a half of how far it came: neither is looked for by anybody else."""
    source = new_site(tmp_path)
    with serving(provider) as address:
        killed(source, tmp_path / "state", address, "-0.json")
        left = temporaries(source)
        killed(source, tmp_path / "state", address, "asked")
    left += temporaries(source)
    code = pull(source, *DAYS, "--sub-app-id", str(SUB))

    assert left == ["20250801T000000Z--20250801T235959Z-0", ""], "the answer, then `.asked`"
    assert (code, temporaries(source)) == (0, [])


def test_what_a_run_at_work_is_writing_is_left_to_it(pull, tmp_path):
    source = new_site(tmp_path)
    pull(source, *DAYS, "--sub-app-id", str(SUB))
    half = answers(source)[0].with_name(".x.json.1.aftercast-tmp")
    half.write_bytes(b"{")
    handle = os.open(source, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    pull(source, *DAYS, "--sub-app-id", str(SUB))
    beside_another = half.exists()
    os.close(handle)
    pull(source, *DAYS, "--sub-app-id", str(SUB))

    assert (beside_another, half.exists()) == (True, False)


def test_a_leftover_that_cannot_be_removed_keeps_no_other_run_waiting(tmp_path, monkeypatch):
    """Whoever was alone at its start is alone no longer than that."""

    def failing(source, state):
        raise PermissionError

    monkeypatch.setattr(leftovers, "sweep", failing)
    handle = os.open(tmp_path, os.O_RDONLY)
    with leftovers.among_runs(tmp_path, tmp_path):
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # raises where somebody is alone
    os.close(handle)


# --- answers with strange values ---


def test_one_strange_value_stops_neither_the_day_nor_the_others(pull, provider, tmp_path, capsys):
    """Half a surrogate pair, a number beyond all: what a record may not hold, the build says."""
    source = new_site(tmp_path)
    rows = [media("5200000000000000001", END, Name="party \ud83c"), media("5200000000000000002", END, Extra=10**30)]
    rows.append(media("5200000000000000003", END))
    provider.answer = lambda ask: {"TotalCount": 3, "MediaInfoSet": rows}
    code = pull(source, *DAYS)
    asked = len(provider.asked)
    pull(source, *DAYS)
    capsys.readouterr()
    run(["problems", "--json", "--source", str(source), "--state", str(tmp_path / "state")])
    problems = capsys.readouterr().out
    run(["sessions", "--json", "--source", str(source), "--state", str(tmp_path / "state")])
    sessions = capsys.readouterr().out

    assert code == 0
    assert len(provider.asked) == asked
    assert "half of a surrogate pair" in problems
    assert "5200000000000000003" in sessions
    assert "5200000000000000001" not in sessions


def test_an_answer_nested_beyond_writing_is_none(tmp_path):
    answer: dict = {}
    for _ in range(100_000):
        answer = {"a": answer}

    with pytest.raises(RemoteError, match="nested too deeply"):
        Shelf(tmp_path, tmp_path / "state", "practice").lay("x.json", answer)
    assert not (tmp_path / "recordings").exists()
