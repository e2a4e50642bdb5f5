"""Nothing secret in messages, metrics, answers and errors, whatever is sent: a search for the planted strings."""

from __future__ import annotations

import base64
import errno
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.collect.disks import Faults, FaultyDisk
from tests.collect.support import HOSTILE, KEY, body_of, request_of, running

LEAKS = json.loads((HOSTILE / "leak_canaries.json").read_text(encoding="utf-8"))
ROWS = [json.loads(line) for line in (HOSTILE / "bad_callbacks.jsonl").read_text(encoding="utf-8").splitlines()]
PLANTED = body_of(
    "9200000000000000001",
    stream_id="CANARYPREVIEW_13800138000",
    stream_param="txSecret=CANARYTXSECRET1&txTime=CANARYTXTIME1&token=CANARYTOKEN1",
    user_ip="203.0.113.77",
    callback_ext='{"session_id":"CANARYSIGN1"}',
)


def forms(canary: str) -> set[str]:
    """The canary as it stands, in codes, and in base 64 (any alignment)."""
    raw = canary.encode()
    coded = {base64.b64encode(b"x" * shift + raw)[4:-4].decode() for shift in range(3)}
    return {canary, quote(canary), "".join(f"%{byte:02x}" for byte in raw), *(text for text in coded if len(text) > 6)}


def leaked(text: str) -> list[str]:
    return [canary for canary in LEAKS["canaries"] if any(form in text for form in forms(canary))]


@pytest.mark.parametrize("is_failing", [False, True], ids=["stored", "disk fails"])
def test_no_planted_string_is_said_counted_or_answered(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], is_failing: bool
) -> None:
    """The whole corpus and a message full of secrets: good, forged, cut short, in the path, in a header, in a query."""
    disk = FaultyDisk(Faults(lambda name, _: errno.EIO if is_failing and name == "sync_data" else None))
    heard = []
    with running(tmp_path, disk=disk, probe_seconds=5) as receiver:
        requests = [request_of(json.dumps(row).encode()) for row in ROWS]
        requests += [
            request_of(PLANTED),
            request_of(PLANTED[:-1]),
            request_of(PLANTED.replace(b'"sign": "', b'"sign": "0')),
            request_of(PLANTED, "/CANARYPREVIEW1?sign=CANARYSIGN1"),
            request_of(PLANTED, "/?txSecret=CANARYTXSECRET1"),
            request_of(PLANTED, "/", "Authorization: CANARYPASSWORD1", "bad header CANARYTOKEN1"),
            request_of(PLANTED, "/", "Content-Encoding: CANARYTOKEN1"),
            request_of(PLANTED)[:-4],
        ]
        for request in requests[:-1]:
            answer = receiver.exchange(request)
            heard.append(answer.head + answer.body.decode())
        heard += [receiver.get(path).body.decode() for path in ("/-/metrics", "/-/health", "/CANARYPREVIEW1")]
    said = "\n".join(receiver.said)
    printed = capfd.readouterr()

    assert ("stored event 100 file 9200000000000000001 fresh" in said) != is_failing
    assert leaked(said) == []
    assert leaked("\n".join(heard)) == []
    assert (printed.out, printed.err) == ("", "")
    assert "stream_test" not in said
    assert KEY.decode() not in said


def test_the_search_finds_what_is_there() -> None:
    """The net has no hole: every form of a canary is found."""
    for canary in LEAKS["canaries"]:
        for form in forms(canary):
            assert canary in leaked(f"…{form}…")
