"""The practice provider's interfaces refuse what the service refuses, in the service's words."""

import hashlib
import json
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta, timezone

import pytest

from builder.simulate.api import Account, QueryApi, authorization
from builder.simulate.delivery import Sent
from builder.simulate.messages import Event
from builder.simulate.world import make_world
from tests.provider.support import serving

ACCOUNT = Account("practice-legacy", "practice-id", "practice-secret")
NOW = 1_764_460_800  # 2025-11-30T00:00:00Z
WORLD = make_world(seed=3, vjs=2, start=NOW - 3 * 86_400, days=0.5)
DAY = 86_400


@pytest.fixture(scope="module")
def address():
    with serving(QueryApi(WORLD, ACCOUNT, now=lambda: float("inf"), clock=lambda: float(NOW)).app()) as found:
        yield found


def called(address, action, body, **signed):
    """Make a signed call; return the code of its refusal, "" for none."""
    return answered(address, action, body, **signed).get("Error", {}).get("Code", "")


def answered(address, action, body, *, at=NOW, stamp=None):
    version = "2018-07-17" if action in {"SearchMedia", "DescribeMediaInfos"} else "2018-08-01"
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"host": urllib.parse.urlsplit(address).netloc, "content-type": "application/json", "x-tc-action": action,
               "x-tc-version": version, "x-tc-timestamp": str(at)}  # fmt: skip
    headers["authorization"] = authorization(ACCOUNT, headers, payload)
    headers["x-tc-timestamp"] = stamp or headers["x-tc-timestamp"]
    with urllib.request.urlopen(urllib.request.Request(address, payload, headers)) as answer:
        return json.load(answer)["Response"]


TASKS = {"StartTime": NOW - DAY, "EndTime": NOW}


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        ("SearchMedia", {}, ""),
        ("SearchMedia", b"", ""),
        ("SearchMedia", {"Limit": 100, "Offset": 4900, "SubAppId": 7}, ""),
        ("SearchMedia", {"Limit": 100, "Offset": 4901}, "InvalidParameterValue.Offset"),
        ("SearchMedia", {"Limit": -1}, "InvalidParameterValue.Limit"),
        ("SearchMedia", {"Limit": "x"}, "InvalidParameter"),
        ("SearchMedia", {"StreamIds": "x"}, "InvalidParameter"),
        ("SearchMedia", {"CreateTime": 7}, "InvalidParameter"),
        ("SearchMedia", {"CreateTime": {"After": "x"}}, "InvalidParameterValue"),
        ("SearchMedia", {"CreateTime": {"Before": "0001-01-01"}}, "InvalidParameterValue"),
        ("SearchMedia", [], "InvalidParameter"),
        ("SearchMedia", b"{", "InvalidParameter"),
        ("SearchMedia", b"[" * 60_000, "InvalidParameter"),
        ("SearchMedia", b'{"Limit":\xff}', "InvalidParameter"),
        ("DescribeMediaInfos", {"FileIds": ["1"] * 20}, ""),
        ("DescribeMediaInfos", {"FileIds": ["1"] * 21}, "InvalidParameterValue.FileIdsTooMany"),
        ("DescribeMediaInfos", {}, "MissingParameter"),
        ("DescribeRecordTask", TASKS, ""),
        ("DescribeRecordTask", {"StartTime": NOW - 90 * DAY, "EndTime": NOW - 89 * DAY}, ""),
        ("DescribeRecordTask", {"StartTime": NOW - 90 * DAY - 1, "EndTime": NOW - 89 * DAY}, "InvalidParameter"),
        ("DescribeRecordTask", {"StartTime": NOW - 8 * DAY, "EndTime": NOW}, "InvalidParameter"),
        ("DescribeRecordTask", {}, "MissingParameter"),
        ("DescribeRecordTask", {**TASKS, "StartTime": "x"}, "InvalidParameter"),
        ("DescribeCallbackRecordsList", {}, "MissingParameter"),
        ("DescribeCallbackRecordsList", {"StartTime": "x", "EndTime": "x"}, "InvalidParameterValue"),
        ("Nope", {}, "InvalidAction"),
    ],
)  # fmt: skip
def test_a_call_that_the_service_refuses_is_refused_by_its_code(action, body, code, address):
    assert called(address, action, body) == code


@pytest.mark.parametrize(
    ("at", "stamp", "code"),
    [
        (NOW - 300, None, ""),
        (NOW + 300, None, ""),
        (NOW - 301, None, "AuthFailure.SignatureExpire"),
        (NOW - DAY, None, "AuthFailure.SignatureExpire"),
        (NOW, "x", "AuthFailure.SignatureExpire"),
        (NOW, "9" * 40, "AuthFailure.SignatureExpire"),
        (NOW, str(NOW + 1), "AuthFailure.SignatureFailure"),
    ],
)
def test_a_signature_is_good_for_five_minutes(at, stamp, code, address):
    assert called(address, "SearchMedia", {}, at=at, stamp=stamp) == code


@pytest.mark.parametrize(
    ("changes", "is_answered"),
    [
        ({}, True),
        ({"interface": "Live_Tape_Start"}, False),
        ({"interface": ""}, False),
        ({"Param.n.page_no": "x"}, False),
        ({"Param.n.page_size": "101"}, False),
    ],
)
def test_the_legacy_path_answers_one_interface(changes, is_answered, address):
    assert (legacy(address, **changes)["ret"] == 0) == is_answered


def legacy(address, **changes):
    """Ask the legacy list about a stream on a day."""
    t = str(int(time.time()) + 600)
    query = {
        "interface": "Live_Tape_GetFilelist", "t": t, "sign": hashlib.md5(f"practice-legacy{t}".encode()).hexdigest(),
        "Param.s.channel_id": "s", "Param.s.start_time": "2025-11-29 00:00:00", "Param.s.end_time": "2025-11-29 23:59:59",
        **changes,
    }  # fmt: skip
    with urllib.request.urlopen(f"{address}/common_access?{urllib.parse.urlencode(query)}") as answer:
        return json.load(answer)


# --- whole seconds ---

FILE = next(file for file in WORLD.files() if file.start % 1 > 0.1)
AT = int(FILE.start)


def test_no_task_is_between_two_windows(address):
    """A task that began within the last second of a window is told to have begun at that second."""
    told = answered(address, "DescribeRecordTask", {"StartTime": AT, "EndTime": AT})["TaskList"]

    assert [(task["StreamName"], task["StartTime"]) for task in told] == [(FILE.stream, AT)]


def test_no_file_of_the_legacy_list_is_between_two_windows(address):
    moment = datetime.fromtimestamp(AT, timezone(timedelta(hours=8))).strftime("%Y-%m-%d %H:%M:%S")
    asked = {"Param.s.channel_id": FILE.stream, "Param.s.start_time": moment, "Param.s.end_time": moment}

    assert moment in [row["start_time"] for row in legacy(address, **asked)["output"]["file_list"]]


def test_no_notification_is_between_two_windows():
    log = [Sent(AT + 0.5, Event(FILE), 0)]
    api = QueryApi(WORLD, ACCOUNT, now=lambda: float("inf"), log=lambda: log, clock=lambda: float(NOW))
    moment = datetime.fromtimestamp(AT, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with serving(api.app()) as found:
        told = answered(found, "DescribeCallbackRecordsList", {"StartTime": moment, "EndTime": moment})

    assert [row["EventTime"] for row in told["DataInfoList"]] == [moment]
