"""Which messages are stored, as what, and which leave no trace: the callback corpus and the signature vectors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.collect.keys import required_callback_keys
from builder.collect.line import decode
from builder.errors import ConfigError
from tests.collect.support import DAY, HOSTILE, KEY, NOW_S, Running, body_of, running

CALLBACKS = [json.loads(line) for line in (HOSTILE / "bad_callbacks.jsonl").read_text(encoding="utf-8").splitlines()]
VECTORS = [json.loads(line) for line in (HOSTILE / "sign_vectors.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("verdicts")) as receiver:
        yield receiver


def without_notes(row: dict) -> bytes:
    return json.dumps({name: value for name, value in row.items() if name not in {"_why", "_expect"}}).encode()


@pytest.mark.parametrize("row", CALLBACKS, ids=lambda row: row["_why"])
def test_every_hostile_callback_gets_its_verdict(receiver: Running, row: dict) -> None:
    """`reject` is a 4xx and leaves nothing; everything authentic is stored as it came and answered 200."""
    body = without_notes(row)
    stored = len(receiver.bodies())

    status = receiver.post(body)

    if row["_expect"] == "reject":
        assert status in {400, 403}
        assert len(receiver.bodies()) == stored
    else:
        assert status == 200
        assert receiver.bodies()[stored:] == [body.decode()]
        assert decode(last_line(receiver.folder)).verdict == ("late" if row["_expect"] == "late" else "fresh")


def last_line(folder: Path) -> bytes:
    return (folder / f"{DAY}.jsonl").read_bytes().split(b"\n")[-2]


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["key"]], ids=lambda vector: vector["why"])
def test_every_signature_vector_gets_its_verdict(tmp_path: Path, vector: dict) -> None:
    """Through the whole receiver: 200 and fresh, 200 and late, or a 4xx and no log at all."""
    body = f'{{"event_type":100,"t":{vector["t"]},"sign":{vector["sign"]}}}'.encode()
    with running(tmp_path, keys=(vector["key"].encode(),), clock=lambda: vector["now"] * 1000 + 999) as receiver:
        status = receiver.post(body)

    lines = [line for path in tmp_path.glob("*.jsonl") for line in path.read_bytes().split(b"\n")[:-1]]
    if vector["ok"] is False:
        assert status in {400, 403}
        assert lines == []
    else:
        assert status == 200
        assert [decode(line).verdict for line in lines] == ["late" if vector["ok"] == "late" else "fresh"]


def test_a_line_is_written_exactly_so(tmp_path: Path) -> None:
    """The format is a contract with the reader; the checksum is the CRC-32 of time, verdict and body."""
    body = '{"event_type":1,"stream_id":"直播\\u2028","t":1757066192,"sign":"a7ef2c1b86100dafdcce7d632f398bd2"}\n'
    with running(tmp_path, clock=lambda: NOW_S * 1000 + 123) as receiver:
        assert receiver.post(body.encode()) == 200

    text = (tmp_path / "2025-09-05.jsonl").read_text(encoding="utf-8")
    assert text == (
        '{"received_ms":1757065592123,"verdict":"fresh","crc":"CRC","body":"{\\"event_type\\":1,\\"stream_id\\":\\"直播'
        '\\\\u2028\\",\\"t\\":1757066192,\\"sign\\":\\"a7ef2c1b86100dafdcce7d632f398bd2\\"}\\n"}\n'
    ).replace("CRC", "155364f2")


def test_without_a_key_everything_is_unsigned(tmp_path: Path) -> None:
    """`--insecure-no-key`: a message without `t` and `sign` is stored, and marked."""
    with running(tmp_path, keys=()) as receiver:
        assert receiver.post(b'{"event_type":100}') == 200

    assert decode(last_line(tmp_path)).verdict == "unsigned"


def test_a_key_can_be_rotated(tmp_path: Path) -> None:
    """While two keys are set, messages signed with either are taken, others are not."""
    with running(tmp_path, keys=(b"old", b"new")) as receiver:
        statuses = [receiver.post(body_of(key=key)) for key in (b"old", b"new", KEY)]

    assert statuses == [200, 200, 403]


@pytest.mark.parametrize("text", ["", ",", "a,", ",a", "a,,b"])
def test_an_empty_key_is_refused(text: str) -> None:
    """MD5 of nothing and `t` is what anybody can compute."""
    with pytest.raises(ConfigError):
        required_callback_keys({"AFTERCAST_CALLBACK_KEYS": text}, insecure=False)


def test_keys_are_taken_as_they_are() -> None:
    """A stray space is part of a key."""
    assert required_callback_keys({"AFTERCAST_CALLBACK_KEYS": "a b , 密钥"}, insecure=False) == (
        b"a b ",
        " 密钥".encode(),
    )


def test_what_was_refused_leaves_a_number_only(tmp_path: Path) -> None:
    """Unauthenticated junk is counted by reason; there is not even a segment."""
    with running(tmp_path) as receiver:
        assert [receiver.post(b"junk"), receiver.post(body_of(key=b"other"))] == [400, 403]
        assert receiver.metric('refusals_total{reason="json"}') == 1
        assert receiver.metric('refusals_total{reason="signature"}') == 1

    assert list(tmp_path.iterdir()) == []
    assert receiver.said == []
