"""Reading requests without a socket: against h11 as a referee, in pieces, and with anything at all."""

from __future__ import annotations

import time

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.collect.answers import MESSAGES, Refusal
from builder.collect.framing import body_of
from builder.collect.head import Head, take_head
from builder.collect.limits import KNOWN_HEADS, Limits
from builder.sources.strict_json import strict_object

LIMITS = Limits()


def read(
    content: bytes, sizes: list[int], known: dict[bytes, Head] | None = None
) -> tuple[str, bytes, list[tuple[bytes, bytes]], bytes, bytes] | int | None:
    """Read one request from `content`, cut into pieces; the parts, or the status of a refusal, or None: more needed."""
    buffer, head, body, rest = bytearray(), None, None, content
    known = {} if known is None else known
    sizes = [*sizes, len(content) + 1]
    try:
        for size in sizes:
            buffer += rest[:size]
            rest = rest[size:]
            if head is None:
                head = take_head(buffer, LIMITS, known)
                if head is None:
                    continue
                body = body_of(head, LIMITS)
            if body.feed(buffer):
                return head.method, head.target, head.headers, bytes(body.content), bytes(buffer) + rest
    except Refusal as refusal:
        return refusal.status
    return None


def by_h11(content: bytes) -> tuple[bytes, bytes, list[tuple[bytes, bytes]], bytes, bytes]:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=10**6)
    connection.receive_data(content)
    request = connection.next_event()
    body = b""
    while not isinstance(event := connection.next_event(), h11.EndOfMessage):
        body += event.data
    return request.method, request.target, list(request.headers), body, connection.trailing_data[0]


LINES = (
    b"POST / HTTP/1.1\r\n|GET /x?y HTTP/1.0\r\n|Host: a\r\n|host:b:80\r\n|Content-Length: 3\r\n|content-length:0\r\n|"
    b"Transfer-Encoding: chunked\r\n|transfer-encoding: identity\r\n|X: y \r\n|Connection: close\r\n|\r\n|\n| |\t|:|\0|"
    b"abc|3\r\nabc\r\n|0\r\n\r\n|a\r\n|Expect: 100-continue\r\n|Content-Length: 3, 3\r\n|Content-Length : 3\r\n|\xff|POST|"
    b"Host: \xe9\r\n"
)
TOKENS = st.sampled_from(LINES.split(b"|"))
START = b"POST / HTTP/1.1\r\nHost: a\r\n"


@settings(max_examples=600, deadline=None, derandomize=True)
@given(st.lists(TOKENS, max_size=12).map(b"".join), st.booleans(), st.lists(st.integers(1, 40), max_size=6))
@example(b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", True, [])
@example(b"Content-Length: 3\r\n\r\nabcPOST", True, [1, 1, 1])
def test_what_we_take_h11_takes_for_the_same(content: bytes, has_start: bool, sizes: list[int]) -> None:
    """The referee: method, target, fields, body and what is left over agree, so a proxy and we see one request."""
    content = START + content if has_start else content
    ours = read(content, sizes)
    if not isinstance(ours, tuple):
        assert ours is None or ours in MESSAGES
        return
    method, target, headers, body, rest = by_h11(content.lstrip(b"\r\n"))
    known: dict[bytes, Head] = {}
    assert read(content, sizes, known) == read(content, [], known) == ours, "a head known from before reads the same"

    assert ours == (method.decode(), target, headers, body, rest)


def test_known_heads_are_few_and_short_and_were_all_accepted() -> None:
    """What is remembered cannot grow with what strangers send, and a refused head is refused again."""
    known: dict[bytes, Head] = {}
    for number in range(3 * KNOWN_HEADS):
        assert isinstance(read(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number, [], known), tuple)
        assert len(known) <= KNOWN_HEADS
    known.clear()
    for content in (b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n" % (b"x" * 1024)):
        assert read(content, [], known) == read(content, [], known)

    assert known == {}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=300), st.lists(st.integers(1, 60), max_size=5))
def test_any_bytes_are_a_request_a_refusal_or_unfinished(content: bytes, sizes: list[int]) -> None:
    """Nothing else, and no exception, whatever arrives."""
    for start in (b"", START, START + b"Transfer-Encoding: chunked\r\n\r\n", START + b"Content-Length: 5\r\n\r\n"):
        outcome = read(start + content, sizes)
        assert outcome is None or isinstance(outcome, tuple) or outcome in MESSAGES


@pytest.mark.parametrize(
    "content",
    [
        START + b"Content-Length: 3\r\n\r\nabcGET /",
        b"\r\n\r\n" + START + b"Content-Length: 3\r\n\r\nabcGET /",
        START + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n002\r\nbc\r\n0\r\n\r\nGET /",
    ],
)
def test_pieces_do_not_matter(content: bytes) -> None:
    """Cut at every place, and into single bytes."""
    whole = read(content, [])
    assert whole[3:] == (b"abc", b"GET /")
    for place in range(1, len(content)):
        assert read(content, [place]) == whole
    assert read(content, [1] * len(content)) == whole


@pytest.mark.parametrize(("chunks", "status"), [(1_023, None), (1_024, 413)])
def test_a_body_may_have_1024_chunks(chunks: int, status: int | None) -> None:
    """The last one, of no length, counts."""
    content = START + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * chunks + b"0\r\n\r\n"
    outcome = read(content, [])

    assert outcome == status if status else len(outcome[3]) == chunks


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"a:" + b" " * 16_000 + b"\x01", id="blanks before a bad byte"),
        pytest.param(b"a:x" + b"\t " * 8_000 + b"\x7f", id="blanks behind a value"),
        pytest.param(b"a" * 16_000, id="a name without an end"),
    ],
)
def test_a_head_costs_no_more_than_its_length(head):
    """Trying every split of the blanks would take one request of 16 KB hours, and nobody else would be answered."""
    began = time.process_time()

    assert read(START + head + b"\r\n\r\n", []) == 400
    assert time.process_time() - began < 1


def test_a_body_costs_no_more_than_its_length():
    """A text that never ends, full of escaped quotes: looking for its end from each of them would take a minute."""
    body = b'{"a":[' + b"[]," * 20 + b'"' + b'\\"' * 32_000
    began = time.process_time()
    with pytest.raises(ValueError, match="expected JSON"):
        strict_object(body)

    assert time.process_time() - began < 1
