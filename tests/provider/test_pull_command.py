"""`aftercast pull` as a command, and what it makes of answers that are none."""

import json
import time

import pytest

from builder.cli import run
from builder.errors import RemoteError
from builder.pull.calls import TransientError, number_in
from builder.pull.cloud import CloudAccount, called, clients
from builder.pull.legacy import fetch
from builder.simulate.api import Account, QueryApi
from builder.simulate.delivery import Sent
from builder.simulate.messages import Event
from builder.simulate.running import Running
from builder.simulate.world import make_world
from tests.provider.support import aftercast, new_site

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
        (["--from", "legacy", "--stream", "a", "--endpoint", "127.0.0.1:1"], "`--endpoint` expected an address"),
        (["--from", "legacy", "--stream", "a", "--endpoint", "http://127.0.0.1:1/a b"], "`--endpoint` expected"),
        (["--since", "0001-01-01"], "expected a moment from 2000 on"),
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
    ],
)
def test_an_answer_that_is_none_is_a_failure_and_no_empty_list(answer, content_type, error):
    """A day whose answer was an error must not count as asked."""

    class Raw:
        async def __call__(self, scope, receive, send):
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


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x?sign=CANARY", "http://127.0.0.1:1/x y?sign=CANARY"])
def test_an_address_that_fails_is_not_quoted(address):
    """It holds a signature; what the system says is enough."""
    with pytest.raises(TransientError) as raised:
        fetch(address)

    assert "CANARY" not in f"{raised.value!r} {raised.value.__cause__!r}"


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), ("12", 12), (None, 0), ("x", 0), (True, 0), ([], 0), ("9" * 400, 0), ("٣", 0)]
)
def test_numbers_of_answers_are_read_or_are_none(value, number):
    assert number_in(value) == number
