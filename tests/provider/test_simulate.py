"""The practice provider as its users meet it: by its command, as in the README's tour."""

import http.server
import json
import os
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from builder.cli import run
from builder.simulate.delivery import Delivery, Weather
from builder.simulate.messages import Event, signed
from builder.simulate.world import make_world
from tests.provider.support import KEY, Receiver, aftercast, kept_port, new_site, sessions_of, truth_in

START = 1_754_006_400  # 2025-08-01T00:00:00Z
TINY = ("--vjs", "2", "--days", "0.3", "--start", "2025-08-01", "--speed", "max", "--reorder", "0.3")


def test_the_tour_ends_with_the_broadcasts_that_happened(tmp_path):
    """collect, simulate, sessions: three commands, and the sessions are those of the truth file."""
    source, truth = new_site(tmp_path), tmp_path / "truth.json"
    receiver = Receiver(source)
    try:
        said = aftercast("simulate", "--to", receiver.url, "--truth", str(truth), *TINY, "--duplicates", "0.5")
    finally:
        assert receiver.stop() == 0
    expected = truth_in(json.loads(truth.read_text()))

    assert said == "", "stdout is for data"
    assert len(expected) > 1
    assert sessions_of(source) == expected


def test_it_waits_for_a_receiver_that_was_started_a_moment_ago(tmp_path):
    """Both commands are started at once, as a shell does with `&`: the first message is not lost."""
    source, truth = new_site(tmp_path), tmp_path / "truth.json"
    with ThreadPoolExecutor(1) as pool, kept_port() as port:
        simulation = pool.submit(
            aftercast, "simulate", "--to", f"http://127.0.0.1:{port}/", "--truth", str(truth), *TINY
        )
        receiver = Receiver(source, port=port)
        try:
            simulation.result()
        finally:
            assert receiver.stop() == 0

    assert sessions_of(source) == truth_in(json.loads(truth.read_text()))


def test_a_simulation_that_nobody_acknowledges_fails(monkeypatch, capfd):
    """Its script would go on as if the records were there."""
    monkeypatch.setattr("builder.cli.simulate.PATIENCE_SECONDS", 0.0)

    with kept_port() as port:
        assert run(["simulate", "--to", f"http://127.0.0.1:{port}/", *TINY]) == 7

    assert "none that acknowledges any of" in capfd.readouterr().err


def test_a_host_that_has_no_address_is_told_as_such(monkeypatch, capfd):
    monkeypatch.setattr("builder.cli.simulate.PATIENCE_SECONDS", 0.0)

    assert run(["simulate", "--to", "http://hooks.invalid:8080/", *TINY[:2], "--days", "0.01", "--speed", "max"]) in (
        0,
        7,
    )

    said = capfd.readouterr().err
    assert "the name `hooks.invalid` has no address here; going on as a provider would" in said
    assert "nobody listens" not in said


def test_a_world_that_loses_everything_is_no_failure(capfd):
    """Nothing was sent, so nobody is to blame; what was asked for goes on, such as `--stay`."""
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        assert run(["simulate", "--to", f"http://127.0.0.1:{receiver.getsockname()[1]}/", "--lost", "1", *TINY]) == 0

    assert " 0 acknowledged, 0 refused, " in capfd.readouterr().err


@contextmanager
def hook(answer):
    """Give the port of a receiver whose answer is a function: the first line of a request, its body → the status."""

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(answer(self.requestline, self.rfile.read(int(self.headers["Content-Length"]))))
            self.end_headers()

        def log_message(self, *_):
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_port
        server.shutdown()


def test_the_query_of_the_address_is_sent():
    """A hook may tell rooms, or carry a key of its own, in its query."""
    lines = []
    with hook(lambda line, _: lines.append(line) or 200) as port:
        aftercast("simulate", "--to", f"http://127.0.0.1:{port}/hook?room=7", *TINY)

    assert set(lines) == {"POST /hook?room=7 HTTP/1.1"}


def test_a_retry_and_a_duplicate_are_the_first_message_to_the_byte():
    """Signed once, at the first try: a receiver may tell what it has by its bytes, and take the newest `t` for new."""
    bodies = Counter()

    def answer(_, body):
        bodies[body] += 1
        return 200 if bodies[body] > 2 else 503

    with hook(answer) as port:
        aftercast("simulate", "--to", f"http://127.0.0.1:{port}/", *TINY, "--duplicates", "1")
    files = Counter(message["file_id"] for message in map(json.loads, bodies) if message["event_type"] == 100)

    assert set(files.values()) == {1}
    assert all(b'"sign":' in body for body in bodies)
    assert set(bodies.values()) == {4}, "two refused, two that were acknowledged"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--vjs", "2"), "expected one of `--to`, `--truth` and `--api-port`"),
        (("--to", "127.0.0.1:8080"), "`--to` expected an address"),
        (("--to", "https://127.0.0.1/"), "found `https:`\nhint: it speaks plain HTTP only"),
        (("--to", "http://127.0.0.1:99999/"), "`--to` expected an address"),
        (("--to", "http://..:80/"), "`--to` expected an address"),
        (("--to", "http://[::::]/"), "`--to` expected an address"),
        (("--days", "nan"), "`--days` expected a number from 0.01 to 366, found `nan`\n"),
        (("--lost", "nan"), "`--lost` expected a number from 0 to 1, found `nan`\n"),
        (("--lost", "x"), "`--lost` expected a number from 0 to 1, found `x`\n"),
        (("--lost", "1.01"), "`--lost` expected a number from 0 to 1, found `1.01`\n"),
        (("--speed", "fast"), "`--speed` expected world seconds a second or `max`"),
        (("--vjs", "1000", "--days", "366"), "`--vjs` times `--days` expected at most 50000"),
        (("--start", "yesterday"), "`--start` expected a moment such as `2022-01-13T08:00:00Z`, found `yesterday`\n"),
        (("--start", "1975-01-01"), "`--start` expected a moment from 2001-09-09T01:46:40Z to 2099-12-30T00:00:00Z"),
        (("--start", "2001-09-09T01:46:39Z"), "`--start` expected a moment from 2001-09-09T01:46:40Z to"),
        (("--start", "2099-12-30T00:00:01Z"), "2099-12-30T00:00:00Z, found `2099-12-30T00:00:01Z`"),
        (("--start", "0001-01-01"), "`--start` expected a moment from 2001-09-09T01:46:40Z to"),
    ],
)
def test_a_wrong_option_is_said_in_one_sentence(arguments, words, capsys):
    assert run(["simulate", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("start", ["2001-09-09T01:46:40Z", "2099-12-30T00:00:00Z"])
def test_the_earliest_and_the_latest_world_are_read(start, tmp_path):
    source, truth = new_site(tmp_path), tmp_path / "truth.json"
    receiver = Receiver(source)
    try:
        aftercast("simulate", "--to", receiver.url, "--truth", str(truth), *TINY, "--days", "1", "--start", start)
    finally:
        assert receiver.stop() == 0

    assert sessions_of(source) == truth_in(json.loads(truth.read_text()))


def test_a_key_that_is_not_utf_8_is_refused(monkeypatch, capsys):
    """At the start, before anything is signed with it."""
    monkeypatch.setenv("AFTERCAST_CALLBACK_KEYS", os.fsdecode(b"k,\xff"))

    assert run(["simulate", "--to", "http://127.0.0.1:1/"]) == 2
    assert capsys.readouterr().err == (
        "aftercast: the environment: `AFTERCAST_CALLBACK_KEYS` expected UTF-8, found other bytes in key 2\n"
    )


def test_a_port_that_is_taken_is_a_mistake_of_the_command_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run(["simulate", "--api-port", port, "--days", "0.1"]) == 2
    assert capsys.readouterr().err.endswith(
        f"aftercast: cannot listen on `127.0.0.1` port {port}: address already in use\n"
        "hint: another program listens there; `--api-port 0` takes a free port\n"
    )


# --- what a provider does ---


class Watched(Delivery):
    """A delivery whose network is a function: it keeps what was sent at which moment of the world."""

    def __init__(self, weather: Weather, status: int) -> None:
        super().__init__(WORLD, weather, seed=3, key=KEY)
        self.status = status
        self.tries: list[tuple[float, Event]] = []

    def _try(self, target, at, message):
        self.tries.append((at, message.event))
        return self.status


WORLD = make_world(seed=3, vjs=2, start=START, days=0.5)


def test_the_same_seed_is_the_same_world():
    assert make_world(seed=3, vjs=2, start=START, days=0.5) == WORLD
    assert make_world(seed=4, vjs=2, start=START, days=0.5) != WORLD


def test_a_message_without_an_answer_comes_thirteen_times_a_minute_apart_and_is_given_up():
    """One try and the twelve documented retries."""
    delivery = Watched(Weather(), status=0)
    tally = delivery.run("", speed=0)
    event = delivery.tries[0][1]
    moments = sorted(at for at, other in delivery.tries if other == event)

    assert [round(at - moments[0]) for at in moments] == [60 * number for number in range(13)]
    assert (tally.acknowledged, tally.given_up * 13) == (0, tally.sent)


@pytest.mark.parametrize(("duplicates", "times"), [(0.0, 1), (1.0, 2)])
def test_an_acknowledged_message_comes_again_only_as_a_duplicate(duplicates, times):
    delivery = Watched(Weather(duplicates=duplicates), status=200)

    assert delivery.run("", speed=0).sent == times * (len(WORLD.files()) + 2 * len(WORLD.pushes()))


def test_a_signature_is_valid_for_ten_minutes():
    """1754006400 + 600; a retry of the eleventh minute, signed as its first try was, is late."""
    body = signed({"a": 1}, "k", 1_754_006_400)

    assert body["t"] == 1_754_007_000
    assert body["sign"] == "0a9e785625a492650941fc7d2628f4c8"  # md5 of k1754007000


def test_a_world_without_a_start_has_just_ended(tmp_path):
    """All of it lies in the past, so that it can be notified and asked about at once."""
    truth, before = tmp_path / "truth.json", time.time()
    aftercast("simulate", "--days", "0.3", "--truth", str(truth))
    last = max(one["end"] for one in json.loads(truth.read_text())["broadcasts"])

    assert before - 120 < last < time.time()
