"""Every row of the raw HTTP corpus, over a socket of its own, against the receiver run by uvicorn."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from builder.collect.limits import Limits
from tests.collect.support import HOSTILE, Line, Running, body_of, request_of, running

ROWS = [json.loads(line) for line in (HOSTILE / "http_raw.jsonl").read_text(encoding="utf-8").splitlines()]
CASES = {row["why"]: row for row in ROWS if row["why"] != "FORMAT"}
CONTROL = CASES["control: plain good request"]


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("raw")) as receiver:
        yield receiver


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A receiver that gives a request a fifth of a second, for the body that never comes."""
    with running(tmp_path_factory.mktemp("impatient"), limits=Limits(request_seconds=0.2)) as receiver:
        yield receiver


def wire_bytes(row: dict) -> bytes:
    text = "".join(part * times for part, times in row["raw"])
    return text.encode("utf-8" if any(ord(character) > 255 for character in text) else "latin-1")


UNENDING = "length longer than the body"


def test_a_body_that_never_comes_is_given_up(impatient: Running) -> None:
    """The one row that has to wait for the time limit."""
    assert impatient.exchange(wire_bytes(CASES[UNENDING])).status == 408


@pytest.mark.parametrize("why", sorted(set(CASES) - {UNENDING}))
def test_every_raw_request_gets_an_expected_answer(receiver: Running, why: str) -> None:
    """Each row gets one of its status codes, and the receiver answers a good request afterwards."""
    expected = CASES[why]["expect"]
    stored = len(receiver.bodies())
    line = Line(receiver.port)
    line.send(wire_bytes(CASES[why]))
    answers = [line.answer()]
    if why.startswith("pipelined"):
        answers.append(line.answer())
    line.close()

    assert answers[-1] is not None
    assert str(answers[-1].status) in expected.split("|")
    assert len(receiver.bodies()) - stored == sum(answer.status == 200 for answer in answers)
    assert receiver.exchange(wire_bytes(CONTROL)).status == 200


def test_the_corpus_is_whole() -> None:
    """A lost row would be a lost test."""
    assert len(CASES) == 40


def test_a_good_request_is_answered_as_the_provider_recommends(receiver: Running) -> None:
    """200 and `{"code":0}`, as JSON."""
    answer = receiver.exchange(request_of(body_of()))

    assert (answer.status, answer.body) == (200, b'{"code":0}')
    assert "content-type: application/json" in answer.head


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("POST /callback HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
        ("POST /callback HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}", 400),
        ("POST /callback HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 400),
        ("POST /callback HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\nContent-Length: 2\r\n\r\n{}", 400),
        ("POST /callback HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400),
        ("POST /callback HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n", 400),
        ("POST /callback HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nT: x\r\n\r\n", 400),
        ("POST /callback HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n", 400),
        ("POST /callback HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n", 413),
        ("POST /callback HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413),
        ("POST /callback HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n{}", 417),
        ("POST http://a/callback HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 400),
        ("POST /-/health HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 405),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ("POST /callback/ HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 404),
        ("POST /callback%0A HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 404),
        ("\x16\x03\x01\x02\x00\x01", 400),
    ],
)
def test_what_two_parsers_could_read_differently_is_refused(receiver: Running, raw: str, status: int) -> None:
    """Two lengths, folding, extensions, trailers, other forms of a target: one answer each."""
    assert receiver.exchange(raw.encode("latin-1")).status == status


@pytest.mark.parametrize("size", [65_536, 65_537])
def test_the_body_may_have_64_kb(receiver: Running, size: int) -> None:
    """The limit itself is allowed, one byte more is not."""
    body = body_of(padding="x" * (size - len(body_of(padding=""))))

    assert len(body) == size
    assert receiver.post(body) == (200 if size == 65_536 else 413)


@pytest.mark.parametrize(("lines", "status"), [(98, 200), (99, 431)])
def test_the_head_may_have_100_lines(receiver: Running, lines: int, status: int) -> None:
    """98 fields and the two of a plain request are 100."""
    assert receiver.post(body_of(), "/callback", *(f"X-{n}: a" for n in range(lines))) == status


@pytest.mark.parametrize("path", ["/", "/callback", "/callback?from=proxy"])
def test_notifications_are_taken_at_both_paths(receiver: Running, path: str) -> None:
    """A query does not matter."""
    assert receiver.post(body_of(), path) == 200


def test_head_requests_get_the_length_and_no_body(receiver: Running) -> None:
    """A monitor may ask with HEAD; the connection goes on after it."""
    line = Line(receiver.port)
    line.send(b"HEAD /-/health HTTP/1.1\r\nHost: a\r\n\r\n")
    head = line._until(b"\r\n\r\n")
    line.send(b"GET /-/health HTTP/1.1\r\nHost: a\r\n\r\n")
    answer = line.answer()
    line.close()

    assert head.startswith(b"HTTP/1.1 200")
    assert b"content-length: 15" in head
    assert answer.json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("/-/health HTTP/1.1\r\nHost: a\r\nX-Long: " + "x" * 17_000, 431),
        ("/-/health HTTP/1.1\r\nHost: a\r\nbad field\r\n\r\n", 400),
        ("/-/health HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n", 413),
        ("/-/health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nno size", 400),
        ("/" + "x" * 9_000, 414),
        ("/-/health HTTP/1.1\r\nHost", 408),
        ("/-/health HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx", 408),
    ],
)
def test_a_head_request_that_is_refused_gets_no_body(impatient: Running, rest: str, status: int) -> None:
    """Wherever it is refused; what follows its head would be read as the next answer."""
    line = Line(impatient.port)
    line.send(b"\r\nHEAD " + rest.encode())
    head, body = line.last()
    line.close()

    assert head is not None
    assert head.startswith(b"HTTP/1.1 %d" % status)
    assert b"content-length: 0" not in head
    assert body == b""
