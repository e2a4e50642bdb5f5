"""Mutated notifications, very many: no exception gets past the door, and nothing is stored that is not authentic.

`make torture` makes a million of each kind (`AFTERCAST_MUTATIONS`); the seed is printed with what it breaks.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
from collections import Counter

import pytest

from builder.collect.answers import MESSAGES, Refusal
from builder.collect.crowd import Crowd
from builder.collect.door import Door, Intake
from builder.collect.framing import body_of as reader_of
from builder.collect.head import Head, take_head
from builder.collect.limits import Limits
from builder.collect.line import decode
from builder.collect.metrics import Counters
from builder.collect.redaction import redacted
from tests.collect.support import HOSTILE, KEY, NOW_S, body_of, request_of

COUNT = int(os.environ.get("AFTERCAST_MUTATIONS", "3000"))
SEED = int(os.environ.get("AFTERCAST_TEST_SEED", "1"))
TOKENS = (
    b'"', b"\\", b"\\u", b"\\ud800", b"{", b"}", b"[", b"]", b",", b":", b"0", b"-0", b"1e999", b"NaN", b"null", b"true",
    b"\0", b"\n", b"\r\n", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b" ", b'"t":', b'"sign":', b'"t":1757066192,',
    b"9" * 30, b'""', b"\xf0\x9f\x98\x80", b"%0a", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: b",
)  # fmt: skip
HEAD = Head(
    method="POST", target=b"/", version="1.1", headers=[], length=None, chunked=True, keep_alive=True,
    expects_continue=False, is_coded=False,
)  # fmt: skip


class Kept:
    """Stands for the committer: keeps the last line, at once."""

    is_ready = True
    last_stored_ms = 0

    def __init__(self) -> None:
        self.line = b""

    def store(self, _received_ms: int, line: bytes, settled) -> None:
        self.line = line
        settled(True)


def seeds() -> list[bytes]:
    """Return what is mutated: usual notifications, and those of the corpus that somebody thought of."""
    usual = [
        body_of(str(7 * 10**18 + n), stream_param="txSecret=a&txTime=b", callback_ext='{"a":"b"}') for n in range(8)
    ]
    corpus = [json.loads(line) for line in (HOSTILE / "bad_callbacks.jsonl").read_text("utf-8").splitlines() if line]
    told = [{name: value for name, value in each.items() if not name.startswith("_")} for each in corpus]
    return usual * 20 + [json.dumps(each).encode() for each in told]


def is_pair(message: dict) -> bool:
    """Say whether `t` and `sign` are signed with our key."""
    t, sign = message.get("t"), message.get("sign")
    return type(t) is int and sign == hashlib.md5(KEY + str(t).encode()).hexdigest()


def mutate(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Change a few places: bytes flipped, dropped, doubled, tokens put in, another one's end put on."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        move = chance.randrange(6)
        if move == 0 and at < len(data):
            data[at] = chance.randrange(256)
        elif move == 1:
            del data[at : at + chance.choice((1, 2, 10))]
        elif move == 2:
            data[at:at] = data[at : at + chance.choice((1, 5, 40))]
        elif move == 3:
            other = chance.choice(others)
            data[at:] = other[chance.randrange(len(other) + 1) :]
        else:
            data[at:at] = chance.choice(TOKENS)
    return bytes(data)


def tell(capsys, what: str) -> None:
    """Say what a long run has shown."""
    if "AFTERCAST_MUTATIONS" in os.environ:
        with capsys.disabled():
            sys.stderr.write(f"\n{what}\n")


def make_door(kept: Kept, said: list[str], redact=None) -> tuple[Door, Counters]:
    counters = Counters()
    intake = Intake(
        keys=(KEY,), paths=("/",), limits=Limits(), clock=lambda: NOW_S * 1000, committer=kept, counters=counters,
        crowd=Crowd(Limits()), say=said.append, redact=redact,
    )  # fmt: skip
    return Door(intake), counters


@pytest.mark.parametrize("redact", [None, lambda message: redacted(message, b"k" * 32)], ids=["as it came", "redacted"])
def test_a_mutated_body_is_stored_as_it_came_or_refused(redact, capsys) -> None:
    """200 and the same bytes, 400 or 403; a stored one has a pair of `t` and `sign` that somebody signed."""
    chance, kept, said = random.Random(SEED), Kept(), []
    door, counters = make_door(kept, said, redact)
    bodies = seeds()
    signed = {(message.get("t"), message.get("sign")) for message in map(json.loads, bodies) if is_pair(message)}
    found: Counter[int] = Counter()
    for _ in range(COUNT):
        body = mutate(chance.choice(bodies), bodies, chance)
        kept.line = b""
        answers: list[int] = []
        door.take(HEAD, body, answers.append)
        assert len(answers) == 1, body
        found[answers[0]] += 1
        if answers[0] == 200:
            stored = decode(kept.line[:-1])
            assert stored is not None, body
            assert redact is not None or stored.body.encode() == body
            message = json.loads(body)
            assert (message["t"], message["sign"]) in signed, body
        else:
            assert not kept.line, body
        said.clear()
    tell(capsys, f"{COUNT} bodies, seed {SEED}: {dict(found)}")

    assert counters.value("internal_errors_total") == 0
    assert set(found) == {200, 400, 403}


def test_a_mutated_request_is_read_refused_or_unfinished(capsys) -> None:
    """The framing raises a refusal of the list and nothing else, and always takes something or waits."""
    chance, found = random.Random(SEED), Counter()
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
    requests = [request_of(body, "/callback", "X-Forwarded-For: 192.0.2.1", "Accept: */*") for body in seeds()[:8]]
    requests += [chunked % (len(body), body) for body in seeds()[:8]]
    known: dict[bytes, Head] = {}
    for _ in range(COUNT):
        buffer = bytearray(mutate(chance.choice(requests), requests, chance))
        try:
            head = take_head(buffer, Limits(), known)
            whole = head is not None and reader_of(head, Limits()).feed(buffer)
            found["read" if whole else "unfinished"] += 1
        except Refusal as refusal:
            found["refused" if refusal.status in MESSAGES else "refused without a message"] += 1
    tell(capsys, f"{COUNT} requests, seed {SEED}: {dict(found)}")

    assert set(found) == {"read", "unfinished", "refused"}
