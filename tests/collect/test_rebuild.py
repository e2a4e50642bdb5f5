"""`--build`: after quiet time, in another process, never in the way; and the receiver's own messages."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.collect.journal import CAPACITY, Journal, plain
from builder.collect.metrics import Counters, event_label
from builder.collect.rebuild import Rebuilder, build_command, build_environment
from tests.collect.support import DEADLINE, Line, body_of, request_of, running


def rebuilder(
    program: str, said: list[str], quiet: float = 0.05, patience: float = 5.0
) -> Callable[[Counters], Rebuilder]:
    command = (sys.executable, "-c", program)
    return lambda counters: Rebuilder(
        command, {"PATH": os.environ["PATH"]}, counters, said.append, quiet_seconds=quiet, patience_seconds=patience
    )


def wait_for(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_build_follows_the_quiet(tmp_path: Path) -> None:
    """Several notifications, one build; its output is passed on line by line."""
    said: list[str] = []
    build = rebuilder("print('written'); print('x' * 9000)", said, quiet=1.0)
    with running(tmp_path, build=build) as receiver:
        line = Line(receiver.port)
        line.send(b"".join(request_of(body_of(str(number))) for number in range(5)))
        assert [line.answer().status for _ in range(5)] == [200] * 5
        line.close()
        wait_for(lambda: receiver.metric('builds_total{result="done"}') == 1)

    assert said[0] == "build: written"
    assert sum(line.count("x") for line in said[1:]) == 9000


def test_a_failing_build_is_said_and_the_next_notification_tries_again(tmp_path: Path) -> None:
    """The notification is stored and answered all the same."""
    said: list[str] = []
    with running(tmp_path, build=rebuilder("raise SystemExit(5)", said)) as receiver:
        for number in (1, 2):
            assert receiver.post(body_of(str(number))) == 200
            wait_for(lambda: receiver.metric('builds_total{result="failed"}') == number)  # noqa: B023

    assert said == ["the build ended with exit code 5; notifications are stored all the same"] * 2


def test_a_build_that_cannot_start_is_said(tmp_path: Path) -> None:
    """The program is not there."""
    said: list[str] = []
    build = lambda counters: Rebuilder((str(tmp_path / "none"),), {}, counters, said.append, quiet_seconds=0)  # noqa: E731
    with running(tmp_path / "callbacks", build=build) as receiver:
        assert receiver.post(body_of()) == 200
        wait_for(lambda: receiver.metric('builds_total{result="failed"}') == 1)

    assert said == ["the build cannot start: no such file or directory; notifications are stored all the same"]


def test_a_build_that_hangs_delays_no_answer_and_ends_with_the_receiver(tmp_path: Path) -> None:
    """Posts are answered while it runs; at the end it is told to stop, and does."""
    marker = tmp_path / "pid"
    program = f"import os, pathlib, time; pathlib.Path({str(marker)!r}).write_text(str(os.getpid())); time.sleep(600)"
    with running(tmp_path / "callbacks", build=rebuilder(program, [])) as receiver:
        assert receiver.post(body_of("1")) == 200
        wait_for(lambda: marker.exists() and bool(marker.read_text()))
        assert [receiver.post(body_of(str(number))) for number in range(20)] == [200] * 20
    pid = int(marker.read_text())

    assert not Path(f"/proc/{pid}").exists()


def test_a_build_that_runs_long_is_said_once_and_seen_in_the_metrics(tmp_path: Path) -> None:
    """It may be the first one of a large site, so it goes on."""
    said: list[str] = []
    marker = tmp_path / "go"
    program = f"import pathlib, time\nwhile not pathlib.Path({str(marker)!r}).exists(): time.sleep(0.01)"
    command = (sys.executable, "-c", program)
    build = lambda counters: Rebuilder(  # noqa: E731
        command, {"PATH": os.environ["PATH"]}, counters, said.append, quiet_seconds=0, long_seconds=0.06, clock=lambda: 1700.9
    )  # fmt: skip
    with running(tmp_path / "callbacks", build=build) as receiver:
        assert receiver.metric("build_began_seconds") == 0
        assert receiver.post(body_of("1")) == 200
        wait_for(lambda: bool(said))
        assert receiver.metric("build_began_seconds") == 1700
        assert receiver.metric("last_built_seconds") == 0
        marker.touch()
        wait_for(lambda: receiver.metric('builds_total{result="done"}') == 1)
        wait_for(lambda: receiver.metric("build_began_seconds") == 0)
        assert receiver.metric("last_built_seconds") == 1700

    assert said == ["the build has not ended after 0.001 min; notifications are stored all the same"]


def test_a_build_that_hangs_for_hours_is_ended_and_another_one_follows(tmp_path: Path) -> None:
    """Also one that cannot hear that it is to stop."""
    said: list[str] = []
    command = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")
    build = lambda counters: Rebuilder(  # noqa: E731
        command, {"PATH": os.environ["PATH"]}, counters, said.append, quiet_seconds=0, longest_seconds=0.6
    )
    with running(tmp_path / "callbacks", build=build) as receiver:
        for number in (1, 2):
            assert receiver.post(body_of(str(number))) == 200
            wait_for(lambda: receiver.metric('builds_total{result="failed"}') == number)  # noqa: B023

    assert said == [
        "the build had not ended after 0.01 min and was stopped; notifications are stored all the same"
    ] * 2  # fmt: skip


def test_patience_ends_when_quiet_never_comes() -> None:
    """A stream of notifications must not keep the site old for ever."""

    async def main() -> float:
        runs = asyncio.Event()
        rebuild = Rebuilder(("none",), {}, Counters(), lambda _: runs.set(), quiet_seconds=60, patience_seconds=0.2)
        rebuild.start()
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not runs.is_set():
            rebuild.poke()
            await asyncio.sleep(0.01)
        await rebuild.close()
        return loop.time() - began

    assert asyncio.run(main()) < DEADLINE


def test_the_build_waits_for_its_turn_and_sees_no_push_key() -> None:
    """The command by list; the environment by list of what may pass."""
    command = build_command(["--source", "a b"])
    environment = build_environment(
        {
            "PATH": "p",
            "AFTERCAST_SLUG_KEY": "s",
            "AFTERCAST_PUSH_KEY": "k",
            "AFTERCAST_LEGACY_KEY": "l",
            "LD_PRELOAD": "x",
            "AWS_SECRET": "y",
        }
    )

    assert command[0] == sys.executable
    assert command[5:] == ("build", "--wait", "--source", "a b")
    assert environment == {"PATH": "p", "AFTERCAST_SLUG_KEY": "s"}


@pytest.mark.parametrize("name", ["json.py", "builder/__init__.py"])
def test_the_build_runs_nothing_that_lies_in_the_present_folder(tmp_path: Path, name: str) -> None:
    """A receiver may be started anywhere; only the program it was started from builds."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("raise SystemExit('somebody else')")
    outcome = subprocess.run(
        build_command(["--help"]), check=False, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True
    )

    assert outcome.stderr == b""
    assert outcome.returncode == 0
    assert outcome.stdout.startswith(b"Usage: aftercast build ")


def test_messages_have_a_time_and_one_line_each() -> None:
    """Whatever is in them."""
    stream = io.StringIO()
    journal = Journal(stream, lambda: 1_757_065_592_123)
    journal.say("stored \x1b[31m\nforged 直")
    journal.close()

    assert stream.getvalue() == "2025-09-05T09:46:32Z stored ?[31m?forged ?\n"


def test_a_reader_that_stalls_holds_nobody_up() -> None:
    """More messages than the queue takes: they are dropped and counted, and `say` returns at once."""
    stalls, go = threading.Event(), threading.Event()

    class Stalled(io.StringIO):
        def write(self, text: str) -> int:
            stalls.set()
            go.wait(DEADLINE)
            return super().write(text)

    stream = Stalled()
    journal = Journal(stream, lambda: 0)
    journal.say("first")
    assert stalls.wait(DEADLINE)  # else some of the rest would leave the queue before it is full
    for number in range(CAPACITY + 500):
        journal.say(str(number))
    go.set()
    wait_for(lambda: stream.getvalue().count("\n") > CAPACITY // 2)
    journal.close(DEADLINE)

    assert "messages were dropped, nobody read them" in stream.getvalue().splitlines()[-1]


def test_only_plain_ids_are_said() -> None:
    """A file id is printed when it is one."""
    assert [plain(value) for value in ("9192487266581821586", "125_0aF", 17, "a b", "<x>", "", "x" * 81, None, True, 1.5)] == [
        "9192487266581821586", "125_0aF", "17", "-", "-", "-", "-", "-", "-", "-",
    ]  # fmt: skip


def test_event_types_are_counted_by_a_closed_list() -> None:
    """A sender cannot make labels."""
    values = [100, 0, "332", 7, "x", None, True, "٣", "9" * 50, 1.0]

    assert [event_label(value) for value in values] == ["100", "0", "332", *["other"] * 7]


def test_metrics_are_prometheus_text(tmp_path: Path) -> None:
    """Every name has its help and type; labels are quoted; nothing of a message is in it."""
    with running(tmp_path) as receiver:
        receiver.post(body_of("CANARY1"))
        receiver.post(b"CANARY2")
        answer = receiver.get("/-/metrics")
    lines = answer.body.decode().splitlines()

    assert "content-type: text/plain; version=0.0.4" in answer.head
    assert "# TYPE aftercast_collect_notifications_total counter" in lines
    assert 'aftercast_collect_notifications_total{verdict="fresh"} 1' in lines
    assert 'aftercast_collect_events_total{event_type="100"} 1' in lines
    assert 'aftercast_collect_answers_total{status="400"} 1' in lines
    assert "aftercast_collect_ready 1" in lines
    assert "aftercast_collect_last_stored_seconds 1757065592" in lines
    assert "CANARY" not in answer.body.decode()
