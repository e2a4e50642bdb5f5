"""`aftercast pull` as a command, and what it makes of answers that are none."""

import asyncio
import json
import os
import socket
import socketserver
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from builder.cli import run
from builder.errors import RemoteError
from builder.model import StreamKey
from builder.pull.calls import Calls, TransientError, failure_of, number_in, within
from builder.pull.cloud import Cloud, CloudAccount, called, clients
from builder.pull.holes import Task
from builder.pull.legacy import LegacyAccount, LegacyList, fetch
from builder.pull.run import Run
from builder.pull.shelf import Shelf
from builder.pull.walk import Place
from builder.pull.windows import WEEK_MS, Window
from builder.simulate.api import Account, QueryApi
from builder.simulate.delivery import Sent
from builder.simulate.messages import Event
from builder.simulate.running import Running
from builder.simulate.world import make_world
from tests.provider.support import ENVIRON, Provider, aftercast, kept_port, new_site
from tests.provider.support import serving as serving_provider

SECRETS = ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "AFTERCAST_LEGACY_APPID", "AFTERCAST_LEGACY_KEY")


@pytest.mark.parametrize("origin", ["vod", "callbacks", "legacy"])
def test_every_interface_is_asked_by_the_command(origin, tmp_path):
    """`--endpoint` is the address that `simulate` prints, for each of them."""
    world = make_world(seed=5, vjs=2, start=int(time.time()) - 2 * 86_400, days=0.5)
    log = [Sent(file.end, Event(file), 0) for file in world.files()]
    account = Account("practice-legacy", "practice-id", "practice-secret")
    service = Running(QueryApi(world, account, now=lambda: float("inf"), log=lambda: log).app(), 0)
    source, stream = new_site(tmp_path), world.files()[0].stream
    try:
        said = aftercast(
            "pull", "--source", str(source), "--from", origin, "--endpoint", f"http://127.0.0.1:{service.port}",
            "--stream", stream, "--days", "3", "--rate", "1000", "--json",
        )  # fmt: skip
    finally:
        service.stop()
    sessions = [json.loads(line) for line in aftercast("sessions", "--json", "--source", str(source)).splitlines()]
    shown = {part["file_id"] for one in sessions for track in one["tracks"] for part in track["parts"]}

    assert json.loads(said)["finished"]
    assert shown == {file.file_id for file in world.files() if file.stream == stream}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--missing", "--status"], "`--missing` and `--status` are two questions"),
        (["--status", "--from", "legacy"], "`--status` asks VOD, found `--from legacy`"),
        (["--missing", "--from", "callbacks"], "`--missing` asks VOD or the legacy list"),
        (["--from", "legacy"], "`--stream` expected at least one stream"),
        (["--from", "callbacks", "--since", "2020-01-01", "--until", "2020-01-02"], "a moment of the last 14 days"),
        (
            ["--from", "legacy", "--stream", "a", "--endpoint", "127.0.0.1:1"],
            "`--endpoint` expected an address such as `http://127.0.0.1:9000`, found something else\n",
        ),
        (["--from", "legacy", "--stream", "a", "--endpoint", "http://127.0.0.1:1/a b"], "`--endpoint` expected"),
        (["--since", "0001-01-01"], "`--since` expected a moment of the years 2000 to 2199, found `0001-01-01`\n"),
        (["--until", "2200-01-01"], "`--until` expected a moment of the years 2000 to 2199, found `2200-01-01`\n"),
        (["--since", "x"], "`--since` expected a moment such as `2022-01-13T08:00:00Z`, found `x`\n"),
        (["--until", "x"], "`--until` expected a moment such as `2022-01-13T08:00:00Z`, found `x`\n"),
        (["--days", "nan"], "aftercast: `--days` expected a number from 0.01 to 3700, found `nan`\n"),
        (
            ["--since", "2025-08-01", "--until", "2025-08-09", "--days", "3"],
            "`--days` expected only one of `--since` and `--until` beside it, found both\n",
        ),
        (["--rate", "nan"], "aftercast: `--rate` expected a number from 0.01 to 1000, found `nan`\n"),
        (["--endpoint", "http://127.0.0.1:99999"], "`--endpoint` expected an address"),
        (["--from", "legacy", "--stream", "a", "--endpoint", "http://a..b"], "`--endpoint` expected an address"),
        (["--from", "legacy", "--stream", "a\udcff", "--endpoint", "http://127.0.0.1:1"], "`--stream` expected a name"),
        (["--stream", ""], "`--stream` expected a name that can be printed, found an empty one"),
        (["--endpoint", "http://127.0.0.1:1/some/path"], "`--endpoint` expected an address without a path"),
        (
            ["--from", "callbacks", "--endpoint", "http://127.0.0.1:1/x"],
            "`--endpoint` expected an address without a path",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_one_sentence(arguments, words, tmp_path, capsys, monkeypatch):
    for name in SECRETS:
        monkeypatch.setenv(name, "CANARY")
    code, said = run(["pull", "--source", str(new_site(tmp_path)), *arguments]), capsys.readouterr().err

    assert code == 2
    assert words in said
    assert "CANARY" not in said
    assert "sign=" not in said


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize(
    "value", ["CANARY\n", " CANARY", "CANARY\r", "CANARY\t", "CAN\nARY", "CANARY\u00a0", "CAN\u00c9ARY"]
)
def test_a_credential_that_was_copied_with_more_is_refused_in_one_sentence(
    name, value, tmp_path, capsys, monkeypatch, secrets
):
    """A line feed at the end of a key would be signed, and that of an id would end a header."""
    monkeypatch.setenv(name, value)
    origin = ["--from", "legacy", "--stream", "a"] if "LEGACY" in name else []
    code = run(
        ["pull", "--source", str(new_site(tmp_path)), "--endpoint", "http://127.0.0.1:1", "--budget", "1", *origin]
    )
    said = capsys.readouterr().err

    assert code == 2
    assert said.startswith(f"aftercast: `{name}` expected plain letters and digits, found blanks")
    assert said.count("\n") == 1
    assert "CAN" not in said


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("origin", ["vod", "callbacks", "legacy"])
@pytest.mark.parametrize("known", ["", "example.com"])
def test_a_provider_on_this_machine_is_asked_without_a_proxy(host, origin, known, tmp_path, secrets, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, known)
    api, service = serving(make_world(seed=5, vjs=2, start=int(time.time()) - 2 * 86_400, days=0.1))
    try:
        code = run(["pull", "--from", origin, "--stream", "s", "--days", "1", "--rate", "1000", "--budget", "9",
                    "--source", str(new_site(tmp_path)), "--endpoint", f"http://{host}:{service.port}"])  # fmt: skip
    finally:
        service.stop()

    assert code == 0
    assert api.calls
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == known


@pytest.mark.parametrize("origin", ["vod", "legacy"])
def test_a_provider_elsewhere_is_asked_through_the_proxy(origin, tmp_path, secrets, monkeypatch):
    asked = []

    async def proxy(scope, receive, send):
        asked.append(dict(scope["headers"])[b"host"])
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with serving_provider(proxy) as address:
        monkeypatch.setenv("http_proxy", address)
        run(["pull", "--from", origin, "--stream", "s", "--days", "1", "--rate", "1000", "--budget", "1",
             "--source", str(new_site(tmp_path)), "--endpoint", "http://provider.example"])  # fmt: skip

    assert asked == [b"provider.example"]


# --- how far ---


def serving(world):
    log = [Sent(file.end, Event(file), 0) for file in world.files()]
    account = Account("practice-legacy", "practice-id", "practice-secret")
    api = QueryApi(world, account, now=lambda: float("inf"), log=lambda: log)
    return api, Running(api.app(), 0)


@pytest.fixture
def secrets(monkeypatch):
    for name in SECRETS:
        monkeypatch.setenv(name, ENVIRON[name])


@pytest.mark.parametrize("origin", ["vod", "callbacks"])
def test_days_to_come_do_not_count_as_asked(origin, tmp_path, secrets):
    """`--until` in two days brings what there is, and what follows is asked for later."""
    now = time.time()
    world = make_world(seed=5, vjs=2, start=int(now) - 86_400, days=0.9)
    _, service = serving(world)
    source = new_site(tmp_path)
    until = (datetime.fromtimestamp(now, UTC) + timedelta(days=2)).date().isoformat()
    try:
        code = run([
            "pull", "--source", str(source), "--state", str(tmp_path / "state"), "--from", origin, "--days", "5", "--until", until, "--rate", "1000",
            "--endpoint", f"http://127.0.0.1:{service.port}",
        ])  # fmt: skip
    finally:
        service.stop()
    (progress,) = (source / "recordings" / "pulled").glob("*/.asked")
    marks = json.loads(progress.read_bytes())

    assert code == 0
    marks = {what: mark for what, mark in marks.items() if what != "application" and not what.startswith("open ")}
    assert len(marks) == 1
    assert all(int(mark.split()[1]) <= time.time() * 1000 for mark in marks.values())


def test_a_start_that_is_to_come_is_refused(tmp_path, secrets, capsys):
    code = run(["pull", "--source", str(new_site(tmp_path)), "--since", "2199-01-01", "--until", "2199-01-02"])

    assert code == 2
    assert "before `--until` and the present" in capsys.readouterr().err


def test_a_budget_that_ends_in_the_list_of_tasks_is_gone_on_with(tmp_path, secrets, capsys):
    """Three calls a run are enough for thirteen weeks and the holes after them; no week is listed twice."""
    world = make_world(seed=5, vjs=2, start=int(time.time()) - 2 * 86_400, days=1)
    api, service = serving(world)
    source, said = new_site(tmp_path), []
    arguments = [
        "pull", "--source", str(source), "--state", str(tmp_path / "state"), "--missing", "--days", "90", "--budget", "3", "--rate", "1000",
        "--endpoint", f"http://127.0.0.1:{service.port}",
    ]  # fmt: skip
    try:
        while not said or "the budget is spent" in said[-1]:
            assert run(arguments) == 0
            said.append(capsys.readouterr().err)
            assert len(said) < 40
    finally:
        service.stop()
    sessions = [json.loads(line) for line in aftercast("sessions", "--json", "--source", str(source)).splitlines()]

    assert len(said) > 5
    assert sum(name == "DescribeRecordTask" for name in api.calls) <= 13 + len(said)
    assert {part["file_id"] for one in sessions for track in one["tracks"] for part in track["parts"]} == {
        file.file_id for file in world.files()
    }
    assert not (tmp_path / "state" / "pull-tasks.json").exists()


@pytest.mark.parametrize("other", [{"account": "another"}, {"since_ms": 0}])
def test_a_list_of_tasks_of_another_account_or_day_begins_anew(tmp_path, secrets, capsys, other):
    """What is listed belongs to one account, and a task that ran then may have ended since."""
    world = make_world(seed=5, vjs=1, start=int(time.time()) - 2 * 86_400, days=1)
    _, service = serving(world)
    source, listed = new_site(tmp_path), tmp_path / "state" / "pull-tasks.json"
    arguments = [
        "pull", "--source", str(source), "--state", str(tmp_path / "state"), "--missing", "--days", "90", "--budget", "3", "--rate", "1000",
        "--endpoint", f"http://127.0.0.1:{service.port}",
    ]  # fmt: skip
    try:
        assert run(arguments) == 0
        first = json.loads(listed.read_bytes())
        assert run(arguments) == 0
        second = json.loads(listed.read_bytes())
        listed.write_text(json.dumps({**second, **other}), encoding="utf-8")
        assert run(arguments) == 0
        third = json.loads(listed.read_bytes())
    finally:
        service.stop()

    weeks = [round((one["window"]["end_ms"] - one["window"]["begin_ms"]) / WEEK_MS) for one in (first, second, third)]
    assert weeks[1] > weeks[0] == weeks[2]
    assert third["account"] == first["account"]
    assert third["since_ms"] >= first["since_ms"]


def test_a_service_that_is_dead_is_no_spent_budget(tmp_path, secrets, capsys):
    """Exit 7 with what failed, however few calls were allowed."""
    code = run(["pull", "--source", str(new_site(tmp_path)), "--endpoint", "http://127.0.0.1:1", "--budget", "2"])
    said = capsys.readouterr().err

    assert code == 7
    assert "failed to ask SearchMedia: `127.0.0.1:1`: connection refused" in said
    assert "hint: see that it listens there and that this machine reaches it" in said
    assert "the budget is spent" not in said


@pytest.mark.parametrize(("listens", "words"), [(False, "connection refused"), (True, "the connection was closed")])
def test_a_service_that_is_not_there_is_told_by_its_host_and_the_words_of_the_system(listens, words):
    """And by nothing of the call: neither its signature nor the name of a class."""
    with hanging_up() if listens else kept_port() as port:
        for error in failures_of(port):
            assert str(error) == f"`127.0.0.1:{port}`: {words}"


def failures_of(port: int):
    """Yield what each way to ask a service says of it."""
    address = f"http://127.0.0.1:{port}"
    client, _ = clients(CloudAccount("i", "k", endpoint=address))
    for ask in (lambda: called(client, "SearchMedia", {}), lambda: fetch(f"{address}/common_access?sign=x")):
        with pytest.raises(TransientError) as raised:
            ask()
        yield raised.value


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"x" * 70_000, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000],
    ids=["other", "long", "header"],
)
def test_a_service_that_speaks_no_http_is_told_in_words(answer):
    """No name of a class; and the hint does not send to see whether anybody listens."""
    with hanging_up(answer) as port:
        for error in failures_of(port):
            assert str(error) == f"`127.0.0.1:{port}`: the answer is not HTTP"
            assert error.hint.startswith("see what listens there, and whether it wants `https`")


@pytest.mark.parametrize(
    "answer", [b"Content-Length: 9\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\nx\r\n"], ids=["short", "chunks"]
)
def test_an_answer_that_breaks_off_is_told_in_words(answer):
    """What was to come is lost; trying again may help."""
    with hanging_up(b"HTTP/1.1 200 OK\r\n" + answer) as port:
        client, _ = clients(CloudAccount("i", "k", endpoint=f"http://127.0.0.1:{port}"))
        with pytest.raises(TransientError, match=r"\Athe answer broke off\Z"):
            called(client, "SearchMedia", {})


def test_what_no_system_told_is_still_told_in_words():
    """The name of a class says nothing to anybody."""
    assert failure_of(ZeroDivisionError("x")) == "no answer that can be read"


@contextmanager
def hanging_up(answer: bytes = b""):
    """Give the port of a service that takes what is asked, sends `answer` and hangs up."""

    class HangUp(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(65536)
            self.request.sendall(answer)
            self.request.shutdown(socket.SHUT_WR)
            while self.request.recv(65536):  # what is closed on something unread is a reset connection
                pass

    with socketserver.TCPServer(("127.0.0.1", 0), HangUp) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


# --- answers that are none ---


@pytest.mark.parametrize(
    ("answer", "content_type", "error"),
    [
        (b'{"Response":{"Error":{"Code":"AuthFailure","Message":"x"}}}', "text/html", RemoteError),
        (b'{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"x"}}}', "text/html", TransientError),
        (b'{"Response":{"Error":{"Code":"\\u001b[2J"}}}', "text/html", RemoteError),
        (b'{"Response":{"Error":{}}}', "application/json", TransientError),
        (b"[]", "application/json", TransientError),
        (b"<html>", "text/html", TransientError),
        (b'{"Response":7}', "text/html", TransientError),
        (b"[" * 100_000, "application/json", TransientError),
        (b'{"Response":{"TotalCount":1,"MediaInfoSet":{"a":5}}}', "application/json", TransientError),
        (b'{"Response":{"NotExistFileIdSet":"abc"}}', "application/json", TransientError),
    ],
)
def test_an_answer_that_is_none_is_a_failure_and_no_empty_list(answer, content_type, error):
    """A day whose answer was an error must not count as asked."""

    class Raw:
        async def __call__(self, scope, receive, send):
            while (await receive()).get("more_body"):  # an answer before all was read resets the connection at times
                pass
            await send({"type": "http.response.start", "status": 200, "headers": [
                (b"content-type", content_type.encode()), (b"content-length", str(len(answer)).encode())]})  # fmt: skip
            await send({"type": "http.response.body", "body": answer})

    running = Running(Raw(), 0)
    try:
        client, _ = clients(CloudAccount("i", "k", endpoint=f"http://127.0.0.1:{running.port}"))
        with pytest.raises(error) as raised:
            called(client, "SearchMedia", {})
    finally:
        running.stop()

    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (b"{}", TransientError, "the answer has no `ret`"),
        (b'{"ret":[],"output":{}}', TransientError, "the answer has no `ret`"),
        (b'{"ret":{},"output":{}}', TransientError, "the answer has no `ret`"),
        (b'{"ret":5001}', RemoteError, "the file list was refused: `ret` is 5001"),
        (b'{"ret":0,"output":{"all_count":3,"file_list":5}}', TransientError, "`file_list` of the answer is no list"),
        (
            b'{"ret":0,"output":{"all_count":3,"file_list":"abc"}}',
            TransientError,
            "`file_list` of the answer is no list",
        ),
    ],
)
def test_an_answer_of_the_legacy_list_that_is_none_is_a_failure(answer, error, words):
    class Raw:
        async def __call__(self, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": answer})

    running = Running(Raw(), 0)
    try:
        with pytest.raises(error, match=words):
            fetch(f"http://127.0.0.1:{running.port}/common_access")
    finally:
        running.stop()


@pytest.mark.parametrize("status", [302, 307])
def test_an_answer_from_where_a_call_was_led_to_is_not_believed(status, tmp_path, secrets, capsys):
    """The SDK follows a redirect, and takes an empty list from there for all that there is."""
    body = b'{"Response":{"TotalCount":0,"MediaInfoSet":[]}}'

    async def moved(scope, receive, send):
        is_there = scope["path"] == "/elsewhere"
        headers = [(b"content-type", b"application/json")] if is_there else [(b"location", b"/elsewhere")]
        await send({"type": "http.response.start", "status": 200 if is_there else status, "headers": headers})
        await send({"type": "http.response.body", "body": body if is_there else b""})

    source = new_site(tmp_path)
    with serving_provider(moved) as address:
        code = run(["pull", "--days", "1", "--source", str(source), "--rate", "1000", "--endpoint", address])

    assert code == 7
    assert f"status {status}, which leads elsewhere" in capsys.readouterr().err
    assert not list(source.rglob(".asked")), "no day counts as asked"


@pytest.mark.parametrize("status", [302, 308])
@pytest.mark.parametrize(
    "place", [b"http://[bad/", b"http://127.0.0.1:99999/", b"file:///etc/passwd", b"/elsewhere", b""]
)
def test_a_signed_call_is_not_sent_on(status, place, tmp_path, secrets, capsys):
    """Whoever gets its address may ask in our name for ten minutes."""
    asked = []

    async def moved(scope, receive, send):
        asked.append(scope["path"])
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"location", place)] if place else []}
        )
        await send({"type": "http.response.body", "body": b""})

    with serving_provider(moved) as address:
        code = run(["pull", "--from", "legacy", "--stream", "s", "--days", "1", "--source", str(new_site(tmp_path)),
                    "--rate", "1000", "--endpoint", address])  # fmt: skip
    said = capsys.readouterr().err

    assert code == 7
    assert f"status {status}, which leads elsewhere" in said
    assert "sign" not in said.replace("a signed call", "").replace(str(tmp_path), "")
    assert asked == ["/common_access"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x?sign=CANARY", "http://127.0.0.1:1/x y?sign=CANARY"])
def test_an_address_that_fails_is_not_quoted(address):
    """It holds a signature; what the system says is enough."""
    with pytest.raises(TransientError) as raised:
        fetch(address)

    assert "CANARY" not in f"{raised.value!r} {raised.value.__cause__!r}"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        ("12", 12),
        (None, 0),
        ("x", 0),
        (True, 0),
        ([], 0),
        ("9" * 400, 0),
        ("٣", 0),
        (10**29, 0),
        (-(10**29), 0),
    ],
)
def test_numbers_of_answers_are_read_or_are_none(value, number):
    assert number_in(value) == number


@pytest.mark.parametrize(
    "row",
    [
        {"StreamName": "a", "StartTime": 10**29, "EndTime": 1},
        {"StreamName": "a\ud800", "StartTime": 3600, "EndTime": 7200},
        {"StreamName": ["a"], "StartTime": 3600, "EndTime": 7200},
        {"StreamName": "a", "StartTime": -3600, "EndTime": -1},
    ],
)
def test_a_task_that_cannot_be_one_is_passed_over(row, tmp_path, secrets):
    """There is no record of it that a build could speak of, and the list goes into a file of its own."""
    good = {"StreamName": "b", "StartTime": 3600, "EndTime": 7200}
    with serving_provider(Provider(lambda _: {"TaskList": [row, good]})) as address:
        cloud = Cloud(CloudAccount("i", "k", endpoint=address), Calls(budget=9, per_second=1000))
        tasks = Run(Shelf(tmp_path, tmp_path / "state", "practice")).tasks(cloud, Window(0, 86_400_000))

    assert tasks == [Task(StreamKey("b"), 3_600_000, 7_200_000)]


def test_a_list_of_tasks_that_goes_in_a_circle_is_a_failure():
    """A token that comes again would be followed until the budget ends, in every run."""

    class Circle:
        async def __call__(self, scope, receive, send):
            answer = b'{"Response":{"TaskList":[],"ScrollToken":"same","RequestId":"r"}}'
            await send({"type": "http.response.start", "status": 200, "headers": [
                (b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]})  # fmt: skip
            await send({"type": "http.response.body", "body": answer})

    running = Running(Circle(), 0)
    try:
        account = CloudAccount("i", "k", endpoint=f"http://127.0.0.1:{running.port}")
        with pytest.raises(RemoteError, match="leads in a circle"):
            list(Cloud(account, Calls(budget=20, per_second=1000)).tasks(Window(0, 86_400_000)))
    finally:
        running.stop()


def test_a_service_that_drips_bytes_does_not_hold_a_call():
    """Each piece comes in time, the whole never; what waits for pieces only would wait for ever."""
    is_over = threading.Event()

    class Drip:
        async def __call__(self, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100000")]})
            while not is_over.is_set():
                await send({"type": "http.response.body", "body": b" ", "more_body": True})
                await asyncio.sleep(0.02)

    running = Running(Drip(), 0)
    address = f"http://127.0.0.1:{running.port}"
    try:
        for ask in (
            lambda calls: Cloud(CloudAccount("i", "k", endpoint=address), calls).media_of(["1"]),
            lambda calls: list(
                LegacyList(LegacyAccount("1", "k", address), calls).pages([Place(Window(0, 1000))], "a")
            ),
        ):
            with pytest.raises(RemoteError, match=r"no whole answer within 0\.2 s"):
                ask(Calls(budget=1, per_second=1000, call_seconds=0.2))
    finally:
        is_over.set()
        running.stop()


def test_a_time_out_of_the_call_itself_is_told_as_its_own():
    def own():
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        within(9, own)
