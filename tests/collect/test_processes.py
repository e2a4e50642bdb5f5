"""The command as a process: kill -9 under load, signals, locks, addresses, exit codes."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from builder.cli.collect import checked_path
from builder.collect.disk import Disk
from builder.collect.limits import RESERVED_HANDLES
from builder.collect.line import encode
from builder.collect.log import Log
from builder.errors import ConfigError
from tests.collect.processes import RUN, Load, check_history, end, environment, good_body, port_of, start
from tests.collect.support import DEADLINE, Line, request_of, stored_bodies

LISTENING = "0A"
BUILD_DEADLINE = 600.0  # a build gives way to everything else on the machine


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "site_src"
    folder.mkdir()
    return folder


def callbacks(source: Path) -> Path:
    return source / "recordings" / "callbacks"


def recovered(source: Path) -> list[str]:
    """Open the log as the next receiver would, and read it."""
    log = Log(callbacks(source), Disk(), lambda _: None)
    log.open()
    log.close()
    return stored_bodies(callbacks(source))


def kill_under_load(source: Path, times: int, seed: int) -> tuple[int, int]:
    """Kill the receiver at random moments; on the other of two folders the next one starts meanwhile."""
    rng = random.Random(seed)
    folders = [source / "a", source / "b"]
    for folder in folders:
        folder.mkdir()
    answers: list[dict[str, int | None]] = [{}, {}]
    following = start(folders[0])
    for number in range(times):
        process, following = following, start(folders[(number + 1) % 2])
        load = Load(port_of(process), str(number))
        enough = rng.randrange(120)
        while len(load.moments) < enough:  # by what it has done, not by the clock: machines differ
            assert process.poll() is None
            time.sleep(0.001)
        process.kill()
        process.communicate(timeout=DEADLINE)
        answers[number % 2] |= load.join()
    end(following, signal.SIGKILL)
    counts = [check_history(answers[n], recovered(folders[n])) for n in range(2)]
    return sum(acked for acked, _ in counts), sum(unknown for _, unknown in counts)


def test_kill_9_under_load_loses_nothing_that_was_acknowledged(source: Path) -> None:
    """Thirty kills: every 200 is in the log, no 4xx is, and some senders did go without an answer."""
    seed = int(os.environ.get("AFTERCAST_TEST_SEED", "5"))
    acked, unknown = kill_under_load(source, 30, seed)

    assert acked > 100, f"AFTERCAST_TEST_SEED={seed}"
    assert unknown > 0, f"AFTERCAST_TEST_SEED={seed}"


@pytest.mark.torture
def test_500_kills_lose_nothing(source: Path) -> None:
    """The same five hundred times, on another seed each run."""
    seed = int(os.environ.get("AFTERCAST_TEST_SEED", str(time.time_ns() % 10**6)))
    acked, unknown = kill_under_load(source, 500, seed)

    assert acked > 2_000, f"AFTERCAST_TEST_SEED={seed}"
    assert unknown > 100, f"AFTERCAST_TEST_SEED={seed}"


def test_nohup_keeps_it_running(source: Path) -> None:
    """Who has SIGHUP ignored for it means to log out; the other signals end it as ever."""
    program = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); " + RUN
    process = start(source, program=program)
    port = port_of(process)
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    line = Line(port)
    line.send(request_of(good_body("1")))
    status = line.answer().status
    line.close()

    assert (status, end(process)[0]) == (200, 0)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130), (signal.SIGHUP, 0)], ids=["TERM", "INT", "HUP"]
)
def test_a_signal_ends_it_in_order(source: Path, number: int, code: int) -> None:
    """Under load, with a half-sent request and an idle connection open: in flight is stored and answered, then it ends."""
    process = start(source)
    port = port_of(process)
    idle, half = Line(port), Line(port)
    half.send(request_of(b"{}")[:-1])
    load = Load(port, "load")
    while sum(status == 200 for status in load.answers.copy().values()) < 20:
        assert process.poll() is None
        time.sleep(0.01)
    returned, out, err = end(process, number)
    answers = load.join()
    for line in (idle, half):
        line.close()

    assert returned == code
    assert out == ""
    assert "Traceback" not in err
    assert "internal error" not in err
    check_history(answers, stored_bodies(callbacks(source)))


def test_a_receiver_that_was_stopped_for_a_while_goes_on(source: Path) -> None:
    """SIGSTOP, a post that waits, SIGCONT: the post is answered."""
    process = start(source)
    port = port_of(process)
    process.send_signal(signal.SIGSTOP)
    line = Line(port)
    line.send(request_of(good_body("1")))
    process.send_signal(signal.SIGCONT)
    answer = line.answer()
    line.close()
    end(process)

    assert answer.status == 200


def test_nobody_reads_its_messages_and_it_goes_on(source: Path) -> None:
    """The reader of stdout and stderr goes away: notifications are stored, the exit code stays."""
    process = start(source)
    port = port_of(process)
    process.stdout.close()
    process.stderr.close()
    statuses = []
    for number in range(3):
        line = Line(port)
        line.send(request_of(good_body(str(number))))
        statuses.append(line.answer().status)
        line.close()
    process.send_signal(signal.SIGTERM)

    assert process.wait(DEADLINE) == 0
    assert statuses == [200, 200, 200]


@pytest.mark.parametrize("redirection", [">&-", "| true"])
def test_nobody_reads_its_address_and_it_goes_on(source: Path, redirection: str) -> None:
    """Standard output that is closed, or whose reader has gone, from the start: it receives and ends with 0."""
    reader, writer = os.pipe()
    os.close(reader)
    shell = ["/bin/sh", "-c", 'exec "$@" >&-', "sh"] if redirection == ">&-" else []
    process = subprocess.Popen(
        [*shell, sys.executable, "-c", RUN, "collect", "--source", str(source), "--port", "0"],
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    line = Line(when_it_listens(process))
    line.send(request_of(good_body("1")))
    status = line.answer().status
    line.close()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=DEADLINE)

    assert (status, process.returncode) == (200, 0)
    assert "Traceback" not in err
    assert ("nobody reads stdout" in err) == (redirection == "| true")


def when_it_listens(process: subprocess.Popen[str]) -> int:
    """Return the port of a process that has no way to tell it.

    A port chosen here would be free for anyone until the process takes it, even for the connection that asks for it.
    """
    deadline = time.monotonic() + DEADLINE
    while process.poll() is None and time.monotonic() < deadline:
        for port in listening_ports(process.pid):
            return port
        time.sleep(0.01)
    raise AssertionError(process.communicate()[1])


def listening_ports(pid: int) -> Iterator[int]:
    """Yield the IPv4 ports on which this process listens, as Linux tells (proc(5), /proc/net/tcp)."""
    handles = set()
    with suppress(FileNotFoundError):  # a handle that is closed meanwhile: the next look sees the others
        handles.update(str(handle.readlink()) for handle in Path(f"/proc/{pid}/fd").iterdir())
    for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        _, address, _, state, *_, inode = row.split()[:10]
        if state == LISTENING and f"socket:[{inode}]" in handles:
            yield int(address.partition(":")[2], 16)


def test_a_second_receiver_exits_6(source: Path) -> None:
    """And the first goes on; after a kill -9 of it the folder is free."""
    first = start(source)
    port_of(first)
    second = start(source)
    out, err = second.communicate(timeout=DEADLINE)
    first.kill()
    first.communicate(timeout=DEADLINE)
    third = start(source)
    port_of(third)
    end(third)

    assert (second.returncode, out) == (6, "")
    assert err == (
        f"aftercast: `{callbacks(source)}` is in use by another receiver\n"
        "hint: one receiver (or `redact`) per folder at a time\n"
    )


def test_it_does_not_start_without_a_key(source: Path) -> None:
    """Exit 2, and the message says how to set one and how to do without."""
    process = start(source, AFTERCAST_CALLBACK_KEYS="")
    out, err = process.communicate(timeout=DEADLINE)

    assert (process.returncode, out) == (2, "")
    assert err == (
        "aftercast: the environment: `AFTERCAST_CALLBACK_KEYS` expected keys separated by commas, found key 1 empty\n"
    )
    assert not (source / "recordings").exists()


def test_a_key_that_is_not_utf_8_is_refused(source: Path) -> None:
    """Exit 2 at the start: the builds that follow could not use it."""
    process = start(source, AFTERCAST_CALLBACK_KEYS=os.fsdecode(b"k\xff"))
    out, err = process.communicate(timeout=DEADLINE)

    assert (process.returncode, out) == (2, "")
    assert err == ("aftercast: the environment: `AFTERCAST_CALLBACK_KEYS` expected UTF-8, found other bytes in key 1\n")


def test_without_a_key_it_says_so(source: Path) -> None:
    """`--insecure-no-key` spelled out."""
    process = start(source, "--insecure-no-key", AFTERCAST_CALLBACK_KEYS="")
    port = port_of(process)
    line = Line(port)
    line.send(request_of(b'{"event_type":100}'))
    status = line.answer().status
    line.close()
    _, _, err = end(process)

    assert status == 200
    assert err.startswith("aftercast: running without a key: anybody who reaches this address can add records\n")
    assert " stored event 100 file - unsigned " in err


def test_a_key_beats_the_option_to_do_without_and_that_is_said(source: Path) -> None:
    """Not to start at all would lose notifications."""
    process = start(source, "--insecure-no-key")
    line = Line(port_of(process))
    line.send(request_of(b'{"event_type":100}'))
    status = line.answer().status
    line.close()
    _, _, err = end(process)

    assert status == 403
    assert err.startswith(
        "aftercast: `--insecure-no-key` has no effect while `AFTERCAST_CALLBACK_KEYS` is set: "
        "what is not signed is refused\n"
    )


def test_what_was_stored_before_the_start_is_built(source: Path) -> None:
    """The receiver before was stopped within the quiet time: the site catches up without another notification."""
    folder = callbacks(source)
    folder.mkdir(parents=True)
    body = (
        b'{"event_type":100,"file_id":"5200000000000000002","file_format":"mp4","start_time":1757060000,"stream_id":"s",'
        b'"end_time":1757061800,"duration":1800,"video_url":"http://1250000000.vod2.myqcloud.com/a/b.mp4"}'
    )
    (folder / "2025-09-05.jsonl").write_bytes(encode(1_757_065_592_123, "fresh", body.decode()))
    home = source.parent / "output" / "index.html"
    process = start(source, "--build", "--output", str(home.parent), AFTERCAST_SLUG_KEY="a slug key")
    port_of(process)
    deadline = time.monotonic() + BUILD_DEADLINE
    while not home.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    code, _, err = end(process)

    assert code == 0
    assert home.exists(), err
    assert len(list(home.parent.glob("replays/2025/09/05/*/index.html"))) == 1


def test_a_port_in_use_is_said(source: Path) -> None:
    """Exit 2 with a hint, before anything is stored."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(source, "--port", str(port))
        _, err = process.communicate(timeout=DEADLINE)

    assert process.returncode == 2
    assert err == (
        f"aftercast: cannot listen on `127.0.0.1` port {port}: address already in use\n"
        "hint: another program listens there; `--port 0` takes a free port\n"
    )


def test_one_configured_path_is_the_only_one(source: Path) -> None:
    """A long random path keeps passers-by away; the usual ones are 404 then."""
    process = start(source, "--path", "/hook-3f9a0c")
    port = port_of(process)
    statuses = []
    for path in ("/hook-3f9a0c", "/", "/callback"):
        line = Line(port)
        line.send(request_of(good_body(path.strip("/")), path))
        statuses.append(line.answer().status)
        line.close()
    end(process)

    assert statuses == [200, 404, 404]


@pytest.mark.parametrize("path", ["hook", "/a b", "/a?b", "/-/health", "/%2e", "//", "/a/../b"])
def test_a_path_that_a_proxy_may_rewrite_is_refused(source: Path, path: str) -> None:
    """Exit 2 with the path in the message."""
    process = start(source, "--path", path)
    _, err = process.communicate(timeout=DEADLINE)

    assert process.returncode == 2
    assert f"found `{path}`" in err


@pytest.mark.parametrize("path", ["//hook", "/a//b", "/.", "/..", "/./a", "/a/.", "/a/..", "/a//"])
def test_steps_and_empty_names_in_a_path_are_refused(path: str) -> None:
    """A proxy takes them away, and then no notification comes to this path."""
    with pytest.raises(ConfigError, match=r"^`--path` expected a path"):
        checked_path(path)


@pytest.mark.parametrize("path", ["/", "/.well-known/hook", "/a./b", "/...", "/a/", "/a..b/.c", "/-"])
def test_a_plain_path_is_taken(path: str) -> None:
    """Dots in a name are no steps."""
    assert checked_path(path) == path


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example.com", ".example.com"])
def test_a_host_that_is_none_is_said_in_one_sentence(source: Path, host: str) -> None:
    """Exit 2, whoever finds the mistake first, Python or the system."""
    process = start(source, "--host", host)
    out, err = process.communicate(timeout=DEADLINE)

    assert (process.returncode, out) == (2, "")
    assert err == f"aftercast: `--host` expected an address or a host name, found `{host}`\n"


def test_an_address_that_others_reach_is_pointed_out(source: Path) -> None:
    """Once it listens there."""
    process = start(source, "--host", "0.0.0.0")
    line = process.stdout.readline()
    code, _, err = end(process)

    assert line.startswith("listening on http://0.0.0.0:")
    assert (code, err) == (0, "aftercast: listening on `0.0.0.0`: put a proxy with TLS in front of it\n")


def test_few_file_handles_are_no_end(source: Path) -> None:
    """More connections than handles: it says so, and accepts again when there are some."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24)); "
    process = start(source, program=limit + "import sys; from builder.cli import run; sys.exit(run(sys.argv[1:]))")
    port = port_of(process)
    held = [socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) for _ in range(40)]
    for connection in held:
        connection.close()
    line = Line(port)
    line.send(request_of(good_body("1")))
    status = line.answer().status
    line.close()
    returned, _, err = end(process)

    assert (status, returned) == (200, 0)
    assert "Traceback" not in err


@pytest.mark.parametrize(("soft", "hard"), [(64, 256), (256, 256)])
def test_a_good_post_is_answered_among_more_idle_connections_than_file_handles(
    source: Path, soft: int, hard: int
) -> None:
    """As many handles as the system gives are taken, and the connections kept within them; nothing is said of it."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); "
    process = start(source, program=limit + RUN)
    port = port_of(process)
    held = [socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) for _ in range(300)]
    line = Line(port)
    line.send(request_of(good_body("1")))
    status = line.answer().status
    line.send(b"GET /-/metrics HTTP/1.1\r\nHost: a\r\n\r\n")
    metrics = line.answer().body.decode()
    line.close()
    _, _, err = end(process)
    for connection in held:
        connection.close()

    kept = 256 - RESERVED_HANDLES
    assert status == 200
    assert f"aftercast_collect_connections {kept}\n" in metrics
    assert f"aftercast_collect_evictions_total {len(held) + 1 - kept}\n" in metrics, (
        "none waited for another's time limit"
    )
    assert 'reason="file_handles"' not in metrics
    assert [line for line in err.splitlines() if " stored event 100 " not in line] == []


def test_a_disk_that_is_full_is_a_503(source: Path) -> None:
    """A real limit on the size of files, not an injected error: 503, and what was stored before is whole."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); "
    process = start(source, program=limit + "import sys; from builder.cli import run; sys.exit(run(sys.argv[1:]))")
    port = port_of(process)
    answers = {}
    for number in range(12):
        body = good_body(str(number))
        line = Line(port)
        line.send(request_of(body))
        answers[body.decode()] = line.answer().status
        line.close()
    returned, _, err = end(process)

    assert returned == 0
    assert "Traceback" not in err
    assert {200, 503} == set(answers.values())
    check_history(answers, stored_bodies(callbacks(source)))


def test_the_help_has_an_example() -> None:
    """`aftercast collect --help`, `redact --help`, `push-url --help`."""
    from click.testing import CliRunner

    from builder.cli import cli

    for name in ("collect", "redact", "push-url"):
        outcome = CliRunner().invoke(cli, [name, "--help"])
        assert outcome.exit_code == 0
        assert "Example:" in outcome.output


def test_a_source_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Exit 2, and no folder is made."""
    process = start(tmp_path / "nowhere")
    _, err = process.communicate(timeout=DEADLINE)

    assert process.returncode == 2
    assert err == (
        f"aftercast: {tmp_path / 'nowhere'}: expected the folder of a site's sources, found nothing\n"
        "hint: give it with `--source`, or start a site with `aftercast init DIR`\n"
    )
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("command", ["collect", "pull"])
def test_a_folder_that_no_build_would_read_is_refused(source: Path, tmp_path: Path, command: str) -> None:
    """What would be acknowledged, or paid for in calls, and never be seen."""
    folder = callbacks(source) if command == "collect" else source / "recordings" / "pulled"
    folder.parent.mkdir()
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    told = [sys.executable, "-c", RUN, command, "--source", str(source)]
    done = subprocess.run(told, env=environment(), capture_output=True, text=True, timeout=DEADLINE, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith(
        f"aftercast: site_src/recordings/{folder.name}: expected a folder inside `recordings/`, found a link out of it\n"
    )


@pytest.mark.parametrize("command", ["collect", "pull", "redact"])
def test_the_folder_around_the_source_is_refused(source: Path, command: str) -> None:
    """There nothing would be read, and git would take what holds secrets."""
    (source / "site.yaml").touch()
    told = [sys.executable, "-c", RUN, command, "--source", str(source.parent)]
    done = subprocess.run(told, env=environment(), capture_output=True, text=True, timeout=DEADLINE, check=False)

    assert done.returncode == 2
    place = f"{source.parent.name}/site.yaml"
    assert done.stderr == (
        f"aftercast: {place}: expected the settings here, found them in `site_src/`\nhint: give `--source {source}`\n"
    )
    assert not (source.parent / "recordings").exists()


def test_a_link_within_the_recordings_may_lead_to_the_folder(source: Path) -> None:
    (source / "recordings" / "disk2").mkdir(parents=True)
    callbacks(source).symlink_to("disk2")
    process = start(source)
    line = Line(port_of(process))
    line.send(request_of(good_body("1")))
    status = line.answer().status
    line.close()
    assert (status, end(process)[0]) == (200, 0)
    assert len(stored_bodies(callbacks(source))) == 1
