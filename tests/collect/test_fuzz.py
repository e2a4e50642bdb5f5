"""Whatever is posted: an answer of the list, no unhandled exception, and the log holds exactly what was answered 200."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.collect.support import KEY, NOW_S, Line, Running, request_of, running

T = NOW_S + 600
SIGN = hashlib.md5(KEY + b"%d" % T).hexdigest()
TEXT = st.text(max_size=20)
SCALAR = st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.floats() | TEXT
VALUE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
FIELDS = st.sampled_from(
    ["event_type", "file_id", "stream_id", "stream_param", "t", "sign", "video_url", "callback_ext"]
)
MESSAGE = st.dictionaries(FIELDS | TEXT, VALUE, max_size=6)


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("fuzz")) as receiver:
        yield receiver


def check(receiver: Running, bodies: list[bytes]) -> list[int]:
    """Post on one connection; every 200 is the next line of the log."""
    stored = len(receiver.bodies())
    line = Line(receiver.port)
    statuses = []
    for body in bodies:
        line.send(request_of(body))
        statuses.append(line.answer().status)
    line.close()
    assert set(statuses) <= {200, 400, 403}
    kept = [body for body, status in zip(bodies, statuses, strict=True) if status == 200]
    assert receiver.bodies()[stored:] == [body.decode() for body in kept]
    return statuses


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_any_bytes_are_refused(receiver: Running, bodies: list[bytes]) -> None:
    """Nothing random is authentic."""
    assert 200 not in check(receiver, bodies)


@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MESSAGE, min_size=1, max_size=4))
def test_any_authentic_message_is_stored_as_it_came(receiver: Running, messages: list[dict]) -> None:
    """Strange values in every field, with a right signature: 200 and the same bytes, or unreadable and 400."""
    bodies = [json.dumps(message | {"t": T, "sign": SIGN}).encode() for message in messages]

    assert 403 not in check(receiver, bodies)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_changed_signature_is_never_accepted(receiver: Running, data: st.DataObject) -> None:
    """One changed character of `t` or `sign` in a good message, whatever it becomes."""
    good = f'{{"event_type":100,"t":{T},"sign":"{SIGN}"}}'
    place = data.draw(st.integers(good.index(":", 16), len(good) - 2))
    changed = good[:place] + data.draw(st.characters(codec="utf-8")) + good[place + 1 :]
    statuses = check(receiver, [changed.encode()])
    if statuses == [200]:
        message = json.loads(changed)
        assert (message["t"], message["sign"]) == (T, SIGN)
