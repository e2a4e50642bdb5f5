"""`pull` through the pages of a day: by what has come, whatever the provider tells of how much there is."""

import itertools
import json
import time
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs

import pytest

from builder.cli import run
from builder.pull import calls, shelf
from builder.pull.calls import Calls
from builder.pull.cloud import Cloud, CloudAccount
from builder.pull.codes import REMEDIES
from builder.pull.run import Run
from builder.pull.shelf import Shelf
from builder.pull.shelf import write as put
from builder.pull.windows import DAY_MS, Window
from tests.provider.support import ENVIRON, Provider, media, new_site, serving, sessions_of
from tests.provider.test_pull import file_ids

END = 1_754_049_600  # 2025-08-01T12:00:00Z
NOW = ("--since", "", "--until", "")
FULL, EMPTY = "2025-08-01", "2025-08-02"  # the days that are asked about
IDS = [f"52000000000000{number:05d}" for number in range(250)]
STOPPED, ANEW = "it goes on where it stopped", "it begins that day anew"
ROWS = [media(name, END + number) for number, name in enumerate(IDS)]


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """One retry of a doubtful answer, without waiting."""
    monkeypatch.setattr(calls, "DOUBTS", 1)
    monkeypatch.setattr(calls, "FIRST_WAIT_SECONDS", 0.0)


@pytest.fixture
def provider():
    return Provider(lambda ask: {"TotalCount": 0, "MediaInfoSet": []})


@pytest.fixture
def pull(provider, tmp_path, monkeypatch):
    """Run the command on the site in the folder; return its exit code."""
    for name in ENVIRON.keys() & {"TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"}:
        monkeypatch.setenv(name, ENVIRON[name])
    source = new_site(tmp_path)
    with serving(provider) as address:
        yield lambda *more: run(
            ["pull", "--source", str(source), "--state", str(tmp_path / "state"), "--rate", "1000", "--endpoint", address,
             "--since", FULL, "--until", "2025-08-02T23:59:59Z", *more]
        )  # fmt: skip


def library(rows, page_rows=100, **told):
    """Return a media library that gives so many rows a page, and tells what it is told to tell."""

    def answer(ask):
        found = rows if ask["CreateTime"]["After"].startswith(FULL) else []
        page = found[ask["Offset"] :][: min(ask["Limit"], page_rows)]
        return {"TotalCount": len(found), "MediaInfoSet": page, **(told if found else {})}

    return answer


def days(provider):
    return [ask["CreateTime"]["After"][:10] for ask in provider.asked]


@pytest.mark.parametrize(
    ("window", "asked"),
    [
        (("--since", FULL, "--until", "", "--days", "2"), [FULL, EMPTY]),
        (("--since", FULL + "T20:00:00Z", "--until", "", "--days", "0.2"), [FULL, EMPTY]),
        (("--since", "", "--until", "2025-08-02T23:59:59Z", "--days", "1"), [FULL, EMPTY]),
        (("--since", "", "--until", EMPTY, "--days", "1.5"), [FULL, EMPTY]),
        (("--since", "", "--until", EMPTY, "--days", "2"), [FULL, EMPTY]),
        (("--since", "", "--until", EMPTY, "--days", "1"), [EMPTY]),
        (("--since", EMPTY, "--until", EMPTY), [EMPTY]),
    ],
)
def test_days_are_counted_from_the_beginning_or_up_to_the_end(window, asked, provider, pull):
    """`--days` beside `--since` was passed over: every day up to now was asked about."""
    assert pull("--budget", "4", *window) == 0
    assert days(provider) == asked


@pytest.mark.parametrize("until", [EMPTY, "2025-09-30"])
def test_the_last_day_may_be_the_present_one(until, provider, pull, monkeypatch):
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 86_400.0)

    assert pull("--since", "", "--until", until, "--days", "2") == 0
    assert days(provider) == [FULL, EMPTY]


@pytest.mark.parametrize(
    ("page_rows", "told", "calls_made"),
    [
        pytest.param(100, {}, 3, id="as asked for"),
        pytest.param(50, {}, 5, id="fewer rows a page"),
        pytest.param(100, {"TotalCount": None}, 4, id="no total"),
        pytest.param(30, {"TotalCount": 0}, 10, id="a total that is less than a page"),
    ],
)
def test_every_row_comes_whatever_the_pages_are(page_rows, told, calls_made, provider, pull, tmp_path):
    provider.answer = library(ROWS, page_rows, **told)
    code = pull()
    first = days(provider)
    again = pull()

    assert (code, again) == (0, 0)
    assert file_ids(tmp_path / "site_src") == set(IDS)
    assert first.count(FULL) == calls_made
    assert days(provider).count(FULL) == calls_made, "the day was asked about"


@pytest.mark.parametrize(
    ("told", "words", "next_run"),
    [
        ({"TotalCount": 3, "MediaInfoSet": None}, "the answer tells of 3 rows, 0 came", STOPPED),
        ({"TotalCount": 1, "MediaInfoSet": None}, "the answer tells of 1 row, 0 came", STOPPED),
        ({"TotalCount": 3, "MediaInfoSet": ROWS[:1]}, "the same rows came twice", ANEW),
        ({"TotalCount": None, "MediaInfoSet": ROWS[:1]}, "the same rows came twice", ANEW),
        ({"TotalCount": None, "MediaInfoSet": None}, "the answer has neither `MediaInfoSet` nor `TotalCount`", STOPPED),
        ({"TotalCount": 300}, "the answer tells of 300 rows, 250 came", ANEW),
    ],
)
def test_a_day_whose_answer_contradicts_itself_is_told_and_asked_again(
    told, words, next_run, provider, pull, tmp_path, capsys
):
    """It holds no other day up, and it comes whole as soon as the provider tells it whole."""
    provider.answer = library(ROWS, **told)
    code, said = pull(), capsys.readouterr().err
    first = days(provider)
    provider.answer = library(ROWS)
    again = pull()

    assert (code, again) == (7, 0)
    assert f"failed to ask SearchMedia: {words}\nhint: run it again: {next_run}" in said
    assert first.count(EMPTY) == 1, "the day after it was asked about"
    assert days(provider).count(EMPTY) == first.count(EMPTY), "and not again"
    assert file_ids(tmp_path / "site_src") == set(IDS)


def test_pages_that_bring_rows_of_earlier_ones_once_more_are_not_the_whole(provider, pull, tmp_path, capsys):
    """The third page has fifty rows of the first: two hundred came of two hundred and fifty."""
    whole = library(ROWS)
    provider.answer = lambda ask: whole({**ask, "Offset": 0, "Limit": 50} if ask["Offset"] == 200 else ask)
    code, said = pull(), capsys.readouterr().err
    provider.answer = whole
    again = pull()

    assert (code, again) == (7, 0)
    assert "failed to ask SearchMedia: the same rows came twice" in said
    assert file_ids(tmp_path / "site_src") == set(IDS)


@pytest.mark.parametrize("times", [1, 99])
@pytest.mark.parametrize("budget", ["1", "500"])
def test_a_row_that_comes_twice_stands_for_none_that_did_not_come(budget, times, provider, pull, tmp_path, capsys):
    """One that was registered late moved the others by one between two pages, once or all the time."""
    moved = []

    def answer(ask):
        rows, is_moved = ROWS, ask["Offset"] == 100 and len(moved) < times
        if is_moved:
            moved.append(ask)
            rows = [ROWS[0], *ROWS[:-1]]
        return library(rows)(ask)

    provider.answer = answer
    codes = {pull("--budget", budget) for _ in range(12)}
    told = capsys.readouterr().err
    moved += range(99)
    codes_of_the_whole = [pull("--budget", budget) for _ in range(12)]

    assert codes == ({0} if times == 1 else {7} if budget == "500" else {0, 7})
    assert ("250 rows are told of, but some of those that came were the same" in told) is (7 in codes)
    assert codes_of_the_whole[-1] == 0
    assert file_ids(tmp_path / "site_src") == set(IDS)


@pytest.mark.parametrize("budget", ["1", "500"])
@pytest.mark.parametrize("first", [slice(1), slice(100, 200)], ids=["half a page", "the next page"])
@pytest.mark.parametrize("origin", ["vod", "callbacks"])
def test_a_first_page_that_was_another_once_is_asked_for_again(
    origin, first, budget, provider, pull, tmp_path, monkeypatch, capsys
):
    """Every later page had contradicted it, in every run, and the rows that it lacked never came."""
    rows = [{**row, "Request": json.dumps({"n": row["FileId"]})} for row in ROWS]

    def answer(ask):
        begin = ask["Offset"] if origin == "vod" else (ask["PageNum"] - 1) * 100
        found = rows[first] if len(provider.asked) == 1 else rows[begin:][:100]
        return {"TotalCount": 250, "MediaInfoSet": found, "TotalNum": 250, "DataInfoList": found}

    provider.answer = answer
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 3 * 86_400.0)
    ask = ("--from", origin, "--until", "2025-08-01T23:59:59Z", "--budget", budget)
    codes = [pull(*ask) for _ in range(20 if budget == "1" else 1)]
    came = file_ids(tmp_path / "site_src") if origin == "vod" else entries_in(tmp_path)

    assert codes[-1] == 0
    assert "failed to ask" not in capsys.readouterr().err
    assert len(came) == 250


@pytest.mark.parametrize("end", [{}, {"all_count": 0}, {"all_count": 3}])
@pytest.mark.parametrize("times", [1, 99])
def test_half_a_page_of_the_legacy_list_is_not_all_of_it(times, end, legacy, tmp_path, monkeypatch, capsys):
    """Whatever the empty page behind it tells: the first one told of three rows, and brought one."""
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 3 * 86_400.0)
    rows = [{"file_id": name} for name in IDS[:3]]
    halves = iter([rows[:1]] * times)

    def output(day, page):
        if not day.startswith(FULL):
            return {"file_list": [], "all_count": 0}
        return {"file_list": next(halves, rows), "all_count": 3} if page == 1 else {"file_list": [], **end}

    days = ("--stream", "s", "--since", "2025-07-31T16:00:00Z", "--until", "2025-08-02T15:00:00Z")
    service = FileList(output)
    with serving(service) as address:
        code, said = legacy(service, "--endpoint", address, *days), capsys.readouterr().err
        halves = iter(())
        again = legacy(service, "--endpoint", address, *days)

    assert (code, again) == (0 if times == 1 else 7, 0)
    assert (f"{FULL} of `s`: failed to ask the file list: the answer tells of 3 rows, 1 came" in said) is (code == 7)
    assert file_ids(tmp_path / "site_src") == set(IDS[:3])


@pytest.mark.parametrize(("total", "calls_made"), [(100, 4), (200, 3)])
def test_a_total_does_not_end_a_day_whose_page_is_full(total, calls_made, provider, pull, tmp_path):
    """It may be too low."""
    rows = ROWS if total == 100 else ROWS[:200]
    provider.answer = library(rows, TotalCount=total)

    assert pull() == 0
    assert file_ids(tmp_path / "site_src") == set(IDS[: len(rows)])
    assert days(provider).count(FULL) <= calls_made


def test_a_day_of_more_rows_than_the_total_may_tell_is_halved(provider, pull, tmp_path, monkeypatch):
    """SearchMedia tells of 5,000 where there are more."""
    monkeypatch.setattr("builder.pull.cloud.SEARCH_LIMIT", 200)

    def answer(ask):
        begin, end = ask["CreateTime"]["After"], ask["CreateTime"]["Before"]
        found = [row for row in ROWS if begin <= row["BasicInfo"]["CreateTime"] < end]
        return {"TotalCount": min(200, len(found)), "MediaInfoSet": found[ask["Offset"] :][: ask["Limit"]]}

    provider.answer = answer

    assert pull() == 0
    assert file_ids(tmp_path / "site_src") == set(IDS)


def test_a_doubtful_answer_is_asked_for_twice_more(provider, pull, monkeypatch):
    """Waiting as long as for a busy service would take minutes where every day is doubtful."""
    monkeypatch.setattr(calls, "DOUBTS", 2)
    provider.answer = library(ROWS, MediaInfoSet=None)
    pull()
    kept = days(provider)
    provider.answer = lambda ask: {"TotalCount": 3 - 3 * (len(provider.asked) > len(kept) + 2)}
    code = pull("--since", FULL, "--until", "2025-08-01T23:59:59Z")

    assert kept.count(FULL) == 3
    assert code == 0, "whole at the third time"


@pytest.mark.parametrize(("busy", "doubtful", "code"), [(5, 9, 7), (3, 2, 0), (3, 9, 7)])
def test_a_doubtful_answer_of_a_busy_service_is_one_more_try(busy, doubtful, code, provider, pull, monkeypatch, capsys):
    """Which of the two is counted may not keep the other from ending the call."""
    monkeypatch.setattr(calls, "DOUBTS", 2)
    answers = iter(
        [{"Error": {"Code": "RequestLimitExceeded", "Message": "no matter"}}] * busy + [{"TotalCount": 3}] * doubtful
    )
    provider.answer = lambda ask: next(answers, {"TotalCount": 0})

    assert pull("--since", EMPTY) == code
    assert len(provider.asked) == 6
    assert ("failed to ask SearchMedia: the answer tells of 3 rows, 0 came" in capsys.readouterr().err) is (code == 7)


@pytest.mark.parametrize("code", ["InternalError", "FailedOperation.Timeout"])
def test_a_day_at_which_the_service_fails_keeps_no_other_day_from_being_asked(code, provider, pull, tmp_path, capsys):
    """It had stopped every run at the same day, and the present one was never asked about."""
    whole = library(ROWS[:3])

    def failing(ask):
        fails = ask["CreateTime"]["After"].startswith("2025-07-31")
        return {"Error": {"Code": code, "Message": "no matter"}} if fails else whole(ask)

    provider.answer = failing
    window = ("--since", "2025-07-30")
    first, said = pull(*window), capsys.readouterr().err
    others = [day for day in days(provider) if day != "2025-07-31"]
    provider.answer = whole
    again = pull(*window)

    assert (first, again) == (7, 0)
    assert f": {code}" in said
    assert "run it again" in said
    assert others == ["2025-07-30", FULL, EMPTY]
    assert days(provider)[-1] == "2025-07-31"
    assert file_ids(tmp_path / "site_src") == set(IDS[:3])


def test_a_service_that_is_down_is_not_asked_about_every_day(provider, pull, capsys):
    provider.answer = lambda ask: {"Error": {"Code": "FailedOperation", "Message": "no matter"}}
    codes = [pull("--since", "2025-07-20"), pull("--since", "2025-07-20")]

    assert codes == [7, 7]
    assert days(provider) == ["2025-07-20", "2025-07-21", "2025-07-22", "2025-07-23"]
    said = capsys.readouterr().err
    assert "the budget is spent" not in said
    assert "two questions in turn failed, the rest was not asked about: 2025-07-23: `SearchMedia` failed" in said


def test_a_service_that_goes_down_after_a_doubtful_day_is_told(provider, pull, capsys):
    """The run fails with the first of its days, which is no reason for its end."""
    failing = fails_on("2025-07-21", "2025-07-22")
    doubtful = {"TotalCount": 3}
    provider.answer = lambda ask: doubtful if ask["CreateTime"]["After"][:10] == "2025-07-20" else failing(ask)
    code, said = pull("--since", "2025-07-20"), capsys.readouterr().err

    assert code == 7
    assert "the answer tells of 3 rows, 0 came" in said
    assert "the budget is spent" not in said
    assert "two questions in turn failed, the rest was not asked about: 2025-07-22: `SearchMedia` failed" in said


def test_a_budget_that_is_spent_after_a_day_failed_is_told(provider, pull, capsys):
    provider.answer = fails_on("2025-07-20")
    code, said = pull("--since", "2025-07-20", "--budget", "3"), capsys.readouterr().err

    assert (code, len(provider.asked)) == (7, 3)
    assert "2025-07-20: `SearchMedia` failed: FailedOperation" in said
    assert "the budget is spent; run it again to go on" in said


def fails_on(*failing):
    """Return a service without files that fails on some days."""
    broken = {"Error": {"Code": "FailedOperation", "Message": "no matter"}}
    return lambda ask: broken if days_of([ask])[0] in failing else {"DataInfoList": [], "MediaInfoSet": []}


def days_of(asked):
    return [(ask.get("StartTime") or ask["CreateTime"]["After"])[:10] for ask in asked]


def test_what_failed_is_asked_again_in_turn_whatever_still_fails(provider, pull):
    """The same two had been asked first by every run, which they ended."""
    window = ("--since", "2025-07-30")
    failing = ["2025-07-30", "2025-07-31", FULL]
    provider.answer = fails_on(*failing)
    first = [pull(*window) for _ in range(3)]
    provider.answer = fails_on(*failing[:2])
    begin = len(provider.asked)
    codes = [pull(*window) for _ in range(3)]

    assert first + codes == [7] * 6
    assert days(provider)[:begin].count(EMPTY) == 1
    assert days(provider)[begin:].count(FULL) == 1, "it came whole, behind two that fail"
    assert abs(days(provider)[begin:].count(failing[0]) - days(provider)[begin:].count(failing[1])) <= 1


@pytest.mark.parametrize("origin", ["callbacks", "vod"])
def test_a_day_that_fails_for_many_streams_is_one_failure(origin, provider, pull, monkeypatch, capsys):
    """Every later day is asked about of every stream, in the first run; the day comes whole when it can."""
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 3 * 86_400.0)
    names = [f"s{number:02d}" for number in range(4 if origin == "callbacks" else 40)]
    ask = ("--from", origin, "--json", *(part for name in names for part in ("--stream", name)))
    provider.answer = fails_on(FULL)
    codes = [pull(*ask, "--until", "2025-08-04T23:59:59Z")]
    first, told = days_of(provider.asked), json.loads(capsys.readouterr().out)
    codes.append(pull(*ask, "--until", "2025-08-04T11:00:00Z"))
    second = days_of(provider.asked)[len(first) :]
    provider.answer = fails_on()
    codes.append(pull(*ask, "--until", "2025-08-04T11:00:00Z"))
    third = days_of(provider.asked)[len(first + second) :]

    assert codes == [7, 7, 0]
    assert first == [FULL, *(day for day in (EMPTY, "2025-08-03", "2025-08-04") for _ in range(4))]
    assert told["finished"] is True
    assert second.count(FULL) == 1, "that of another stream"
    assert third.count(FULL) == 4
    asked = [(one["StreamName"] if origin == "callbacks" else one["StreamIds"][0]) for one in provider.asked]
    assert [asked[0], asked[len(first + second) - 1]] == [names[0], names[len(names) // 4]]


def test_a_day_that_is_whole_again_does_not_wait_for_every_stream_of_others(provider, pull, monkeypatch):
    """Two days fail for all of ten streams: a third one, that failed before, comes in the run after next."""
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 4 * 86_400.0)
    ask = ("--from", "callbacks", *(part for number in range(10) for part in ("--stream", f"s{number}")))
    failing = [FULL, EMPTY, "2025-08-03"]
    provider.answer = fails_on(*failing)
    for _ in range(4):
        pull(*ask, "--until", "2025-08-05T00:00:00Z")
    provider.answer = fails_on(*failing[:2])
    begin = len(provider.asked)
    codes = [pull(*ask, "--until", "2025-08-05T00:00:00Z") for _ in range(2)]

    assert codes == [7, 7]
    assert days_of(provider.asked[begin:]).count("2025-08-03") == 10


def test_a_stream_that_failed_on_the_present_day_has_its_turn(provider, pull, monkeypatch):
    """Every run asks about the present day of the others, and may not take its failure for one of this run."""
    hours = itertools.count(END + 3 * 86_400.0, 3600.0)
    bad = {"Error": {"Code": "FailedOperation", "Message": "no matter"}}
    provider.answer = lambda ask: bad if ask["StreamName"] == "bad" else {"DataInfoList": []}
    window = ("--since", "2025-07-31", "--until", "2025-08-04T23:59:59Z")
    for _ in range(9):
        now = next(hours)
        monkeypatch.setattr("builder.cli.pull.time.time", lambda now=now: now)
        assert pull("--from", "callbacks", *window, "--stream", "bad", "--stream", "good") == 7
    asked = days_of(one for one in provider.asked if one["StreamName"] == "bad")

    assert {asked[-10:].count(day) for day in ("2025-07-31", FULL, EMPTY, "2025-08-03", "2025-08-04")} == {2}


@pytest.mark.parametrize(
    ("origin", "streams", "named"),
    [
        ("vod", (), "2025-08-01: "),
        ("vod", ("a",), "2025-08-01 of `a`: "),
        ("vod", ("a", "b", "c"), "2025-08-01 of `a` and 2 more: "),
        ("callbacks", ("a",), "2025-08-01 of `a`: "),
    ],
)
def test_a_failure_names_the_day_and_the_streams(origin, streams, named, provider, pull, monkeypatch, capsys):
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 3 * 86_400.0)
    provider.answer = fails_on(FULL)
    assert pull("--from", origin, "--json", *(part for name in streams for part in ("--stream", name))) == 7
    told = capsys.readouterr()
    pull("--from", origin, "--budget", "1", *(part for name in streams for part in ("--stream", name)))

    assert json.loads(told.out)["failure"].startswith(named)
    assert f"aftercast: {named}" in told.err
    assert f"aftercast: {named}" in capsys.readouterr().err, "also in a run that did not ask about it"


@pytest.mark.parametrize("budget", ["1", "3", "5"])
def test_a_budget_smaller_than_the_tries_at_a_failing_day_goes_on_behind_it(budget, provider, pull, capsys):
    """It had been spent on that day by every run."""
    broken = {"Error": {"Code": "InternalError", "Message": "no matter"}}
    whole = library(ROWS[:3])
    provider.answer = lambda ask: broken if ask["CreateTime"]["After"].startswith("2025-07-31") else whole(ask)
    codes = [pull("--since", "2025-07-30", "--budget", budget) for _ in range(4)]
    said = capsys.readouterr().err

    assert 7 in codes
    assert codes[-1] == 7
    assert "2025-07-31: failed to ask SearchMedia: InternalError" in said
    assert [day for day in days(provider) if day != "2025-07-31"] == ["2025-07-30", FULL, EMPTY]


def test_holes_of_a_day_that_fails_are_one_failure(provider, pull, capsys):
    """A hole a stream: those of the other day are asked about all the same."""
    begin = int(time.time()) // 86_400 * 86_400 - 3 * 86_400
    tasks = [
        {"StreamName": f"s{number}", "StartTime": begin + at, "EndTime": begin + at + 600}
        for at in (3600, 90_000) for number in range(3)
    ]  # fmt: skip
    broken, bad = (
        {"Error": {"Code": "FailedOperation", "Message": "no matter"}},
        time.strftime("%F", time.gmtime(begin)),
    )
    provider.answer = lambda ask: (
        {"TaskList": tasks}
        if ask["action"] == "DescribeRecordTask"
        else broken if days_of([ask]) == [bad] else {"TotalCount": 0}
    )  # fmt: skip
    missing = ("--missing", "--since", "", "--until", "", "--days", "4")
    codes = [pull(*missing)]
    first = days_of(ask for ask in provider.asked if "CreateTime" in ask)
    provider.answer = lambda ask: {"TaskList": tasks, "TotalCount": 0}
    codes.append(pull(*missing))

    assert codes == [7, 0]
    assert first.count(bad) == 1
    assert len(first) == 4
    assert f"{bad}T01:00:00Z of `s0`: `SearchMedia` failed" in capsys.readouterr().err
    assert days_of(ask for ask in provider.asked if "CreateTime" in ask).count(bad) == 4


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("AuthFailure.SignatureExpire", "check this machine's clock"),
        ("AuthFailure.SecretIdNotFound", "check the credentials"),
        ("UnauthorizedOperation", "check the credentials"),
        ("LimitExceeded", "the account's quota"),
        ("LimitExceeded.Quota", "the account's quota"),
        ("InvalidParameterValue.SubAppId", "as `--sub-app-id`"),
        ("Broken", "the provider's guide to `SearchMedia` lists its codes"),
        ("FailedOperation.InvalidVodUser", "open VOD and live"),
        ("ResourceUnavailable.InvalidVodStatus", "open VOD and live"),
        ("FailedOperation.NoPrivileges", "check the credentials and their rights"),
        ("FailedOperation.AuthError", "check the credentials and their rights"),
        ("InternalError.NotPermmitOperat", "check the credentials and their rights"),
        ("FailedOperation.InvalidAccount", "what the account lacks"),
        ("FailedOperation.UserStatusInavlid", "what the account lacks"),
        ("ResourceNotFound.StopService", "what the account lacks"),
    ],
)
def test_a_refusal_stops_at_once_and_tells_what_to_do(code, remedy, provider, pull, capsys):
    provider.answer = lambda ask: {"Error": {"Code": code, "Message": "no matter"}}
    assert pull() == 7

    said = capsys.readouterr().err
    assert f"`SearchMedia` was refused: {code}" in said
    assert remedy in said
    assert len(provider.asked) == 1


OF_ONE_QUESTION = [
    "InvalidParameter",
    "InvalidParameterValue.StreamIds",
    "ResourceNotFound.Broken",
    "UnsupportedOperation",
]


def refuses(code, is_bad):
    """Return a service without files that refuses some questions."""
    refused = {"Error": {"Code": code, "Message": "no matter"}}
    return lambda ask: refused if is_bad(ask) else {"TotalCount": 0, "TotalNum": 0}


@pytest.mark.parametrize("code", OF_ONE_QUESTION)
def test_a_stream_that_is_refused_keeps_no_hole_of_others_from_being_asked_about(code, provider, pull, capsys):
    """It had ended every run, unnamed; it is asked for once in each now."""
    begin = int(time.time()) // 86_400 * 86_400 - 5 * 86_400
    holes = [(name, begin + day * 86_400) for day in range(4) for name in ("bad", "good")]
    tasks = [{"StreamName": name, "StartTime": at + 3600, "EndTime": at + 7200} for name, at in holes]
    answer = refuses(code, lambda ask: ask["StreamIds"] == ["bad"])
    provider.answer = lambda ask: {"TaskList": tasks} if "StreamIds" not in ask else answer(ask)
    missing = ("--missing", *NOW, "--days", "6", "--json")
    codes, said = [pull(*missing)], capsys.readouterr()
    asked = [[ask["StreamIds"][0] for ask in provider.asked[1:]]]
    codes.append(pull(*missing))
    asked.append([ask["StreamIds"][0] for ask in provider.asked[len(asked[0]) + 2 :]])
    answer = refuses("", lambda ask: False)
    codes.append(pull(*missing))

    day = time.strftime("%F", time.gmtime(begin))
    assert f"{day}T01:00:00Z of `bad`: `SearchMedia` was refused: {code}" in said.err
    assert codes == [7, 7, 0]
    assert asked == [["bad", *["good"] * 4], ["bad"]]
    assert json.loads(said.out)["finished"] is True
    assert [ask["StreamIds"][0] for ask in provider.asked[-4:]] == ["bad"] * 4


@pytest.mark.parametrize("code", OF_ONE_QUESTION)
def test_a_day_that_is_refused_is_named_and_others_are_asked_about(code, provider, pull, capsys):
    provider.answer = refuses(code, lambda ask: ask["CreateTime"]["After"].startswith(FULL))

    assert pull("--since", "2025-07-31") == 7
    assert days(provider) == ["2025-07-31", FULL, EMPTY]
    said = capsys.readouterr().err
    assert f"{FULL}: `SearchMedia` was refused: {code}" in said
    assert "the provider's guide to `SearchMedia` lists its codes" in said


@pytest.mark.parametrize("origin", ["vod", "callbacks"])
def test_a_service_that_refuses_everything_is_not_asked_on(origin, provider, pull, monkeypatch, capsys):
    """What is refused for each stream is not refused for a stream."""
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 3 * 86_400.0)
    provider.answer = refuses("InvalidParameterValue", lambda ask: True)
    streams = [part for number in range(40) for part in ("--stream", f"s{number:02d}")]

    assert pull("--from", origin, *streams) == 7
    assert len(provider.asked) == 2
    assert f"{FULL} of `s00`" in (said := capsys.readouterr().err)
    assert "two questions in turn failed, the rest was not asked about" in said


def test_a_stream_of_the_log_that_is_refused_keeps_no_other_waiting(provider, pull, monkeypatch, capsys):
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 3 * 86_400.0)
    provider.answer = refuses("InvalidParameterValue", lambda ask: ask["StreamName"] == "bad")

    assert pull("--from", "callbacks", "--stream", "bad", "--stream", "good") == 7
    assert [ask["StreamName"] for ask in provider.asked] == ["bad", "good", "good"]
    assert f"{FULL} of `bad`: `DescribeCallbackRecordsList` was refused" in capsys.readouterr().err


def test_days_that_are_put_off_are_written_at_once(provider, pull, tmp_path, monkeypatch):
    """Each had written the progress of all of them, twice: five years of a refused stream took a minute a run."""
    written = []
    monkeypatch.setattr(shelf, "write", lambda path, data: (written.append(path.name), put(path, data)))
    provider.answer = refuses("InvalidParameterValue", lambda ask: True)
    window = ("--since", "2025-07-01", "--stream", "bad")
    codes = [pull(*window) for _ in range(3)]
    first, asked = list(written), days(provider)
    provider.answer = refuses("", lambda ask: False)
    codes.append(pull(*window))

    assert codes == [7, 7, 7, 0]
    assert asked == ["2025-07-01", "2025-08-02", "2025-08-01"], "the newest of those that were put off"
    assert first == [".asked"] * 3 * 2, "what was asked, and what was put off"
    assert sorted(set(days(provider)[3:])) == sorted(days(provider)[3:]), "every day comes when it can"
    assert len(days(provider)[3:]) == 33


STREAMS = ["bad", *(f"s{number:02d}" for number in range(11))]
TWELVE = tuple(part for name in STREAMS for part in ("--stream", name))


@pytest.fixture
def group(provider):
    """A service that has a file of each stream a day and fails, or refuses, where one of them is asked for."""
    provider.code, provider.rows = "FailedOperation", 1

    def answer(ask):
        if provider.code and "bad" in ask["StreamIds"]:
            return {"Error": {"Code": provider.code, "Message": "no matter"}}
        day = int(datetime.fromisoformat(ask["CreateTime"]["After"]).timestamp())
        rows = [
            media(f"{day + number}{STREAMS.index(name):09d}", day + 600 + number)
            for name in ask["StreamIds"] for number in range(provider.rows)
        ]  # fmt: skip
        return {"TotalCount": len(rows), "MediaInfoSet": rows}

    provider.answer = answer
    return provider


@pytest.mark.parametrize(("code", "most"), [("FailedOperation", 6), ("InternalError", 6), ("InvalidParameterValue", 2)])
def test_a_stream_at_which_the_service_fails_keeps_none_of_its_group_waiting(code, most, group, pull, tmp_path, capsys):
    """A group is asked about in one question, and its healthy streams had never been asked about, nor the bad one named."""
    group.code = code
    window = ("--since", "2025-07-31", *TWELVE)
    codes = [pull(*window) for _ in range(most)]
    healthy = len(file_ids(tmp_path / "site_src"))
    capsys.readouterr()
    begun = len(group.asked)
    codes.append(pull(*window))
    asked, said = [ask["StreamIds"] for ask in group.asked[begun:]], capsys.readouterr().err
    group.code = ""
    codes += [pull(*window), pull(*window)]

    assert codes == [7] * (most + 1) + [0, 0]
    assert healthy == 3 * 11
    assert {*map(tuple, asked)} == {("bad",)}
    assert "2025-" in said
    assert " of `bad`: `SearchMedia`" in said or " of `bad`: failed to ask SearchMedia" in said
    assert len(file_ids(tmp_path / "site_src")) == 3 * 12


def test_a_group_is_parted_where_the_service_fails_at_it_once_more(group, pull):
    """Most often it is down, and a hundred streams would be a hundred questions when it is up again."""
    group.code = "FailedOperation"
    pull("--since", EMPTY, *TWELVE[:20])
    group.code = ""
    assert pull("--since", EMPTY, *TWELVE[:20]) == 0
    assert [len(ask["StreamIds"]) for ask in group.asked] == [10, 10]


def test_the_present_day_of_a_parted_group_goes_on(group, pull, tmp_path, monkeypatch):
    """The bad stream may fail for ever; what comes of the others late in the day comes all the same."""
    group.code = "UnsupportedOperation"
    begin = END + 86_400 - 12 * 3600

    def at(hour):
        monkeypatch.setattr("builder.cli.pull.time.time", lambda: begin + hour * 3600.0)
        return pull("--since", EMPTY, "--until", "", *TWELVE)

    codes = [at(6), at(6.1)]
    first = len(file_ids(tmp_path / "site_src"))
    group.rows = 2
    codes.append(at(6.5))
    asked = len(file_ids(tmp_path / "site_src"))
    codes.append(at(30))
    second = len(file_ids(tmp_path / "site_src"))
    begun = len(group.asked)
    codes.append(at(30.2))

    assert codes == [7] * 5
    assert (first, asked) == (11, 13), (
        "a day that was gone through within the hour is finished, but for the group of two"
    )
    assert second >= 2 * 11
    assert ["s00"] not in [
        ask["StreamIds"] for ask in group.asked[begun:] if ask["CreateTime"]["After"].startswith(EMPTY)
    ]


@pytest.mark.parametrize("ask", [(), ("--status",), ("--missing", *NOW), ("--from", "callbacks", *NOW)])
def test_a_run_that_is_refused_tells_what_it_did_before(ask, provider, pull, tmp_path, capsys):
    """Its data as well as its words, and the failure in both."""
    file = {
        "event_type": 100, "app": "push.example.com", "appname": "live", "stream_id": "s", "file_id": IDS[0],
        "file_format": "mp4", "start_time": END - 600, "end_time": END, "duration": 600,
        "video_url": f"http://1250000000.vod2.myqcloud.com/a/{IDS[0]}/f0.mp4",
    }  # fmt: skip
    (tmp_path / "site_src" / "recordings" / "told.jsonl").write_text(json.dumps(file) + "\n")
    refused = {"Error": {"Code": "UnauthorizedOperation", "Message": "no matter"}}
    whole = library(ROWS[:3])
    provider.answer = lambda ask: whole(ask) if ask.get("CreateTime", {}).get("After", "")[:10] == FULL else refused
    code, said = pull(*ask, "--json"), capsys.readouterr()
    told = json.loads(said.out)

    assert code == 7
    assert told["finished"] is False
    assert "was refused: UnauthorizedOperation" in told["failure"]
    assert told["calls"] == len(provider.asked)
    assert told["files_written"] == (0 if ask else 1)
    assert f"{len(provider.asked)} call" in said.err
    assert f"aftercast: {told['failure']}" in said.err
    assert "the budget is spent" not in said.err


def test_a_service_that_is_down_is_told_in_data_too(provider, pull, capsys):
    """Not where it failed at all that there was to ask: that is asked again."""
    provider.answer = fails_on(FULL, EMPTY)
    code, said = pull("--until", "2025-08-03T23:59:59Z", "--json"), capsys.readouterr()
    pull("--since", "2025-08-01", "--json")
    everything = capsys.readouterr()

    assert code == 7
    assert json.loads(said.out) == {
        "windows": 0, "files_written": 0, "finished": False, "calls": 2,
        "failure": "2025-08-01: `SearchMedia` failed: FailedOperation",
    }  # fmt: skip
    assert "2 calls, 0 new answers" in said.err
    assert "the rest was not asked about" in said.err
    assert json.loads(everything.out)["finished"] is True
    assert "the rest was not asked about" not in everything.err


@pytest.mark.parametrize("ask", ["days", "holes"])
def test_a_service_that_is_still_down_is_told_too(ask, provider, pull, capsys):
    """Where every question failed in an earlier run, the run that left some of them out was told as a whole one."""
    begin = int(time.time()) // 86_400 * 86_400 - 4 * 86_400
    tasks = [{"StreamName": "s", "StartTime": at, "EndTime": at + 600} for at in range(begin, begin + 345_600, 86_400)]
    all_days = [time.strftime("%F", time.gmtime(task["StartTime"])) for task in tasks]
    failing = fails_on(*all_days)
    provider.answer = lambda ask: {"TaskList": tasks} if ask["action"] == "DescribeRecordTask" else failing(ask)
    told = []
    for _ in range(4):
        window = ("--since", all_days[0], "--until", f"{all_days[-1]}T23:59:59Z")
        code, said = pull(*window, *(("--missing",) if ask == "holes" else ()), "--json"), capsys.readouterr()
        told.append((code, json.loads(said.out)["finished"], "the rest was not asked about: 20" in said.err))

    assert told == [(7, False, True)] * 4


def test_a_service_that_asks_to_wait_is_asked_again(provider, pull):
    """Live has a code of its own for it, under the word for a quota."""
    busy = {"Error": {"Code": "LimitExceeded.RateLimitExceeded", "Message": "no matter"}}
    provider.answer = lambda ask: busy if len(provider.asked) == 1 else {"TotalCount": 0}

    assert pull() == 0


def test_every_named_code_is_one_of_the_service():
    """A slip in one would never be noticed otherwise."""
    from tencentcloud.live.v20180801 import errorcodes as live
    from tencentcloud.vod.v20180717 import errorcodes as vod

    told = {str(code) for module in (live, vod) for code in vars(module).values()} | {"AuthFailure.SignatureExpire"}

    assert REMEDIES.keys() <= told


@pytest.fixture
def crowded(provider, monkeypatch):
    """More rows in one second than the service pages through, and others before and after it, on the same day."""
    monkeypatch.setattr("builder.pull.cloud.SEARCH_LIMIT", 200)
    rows = [media(IDS[0], END - 3600), *(media(name, END) for name in IDS[1:-1]), media(IDS[-1], END + 3600)]

    def answer(ask):
        begin, end = ask["CreateTime"]["After"], ask["CreateTime"]["Before"]
        found = [row for row in rows if begin <= row["BasicInfo"]["CreateTime"] < end]
        return {"TotalCount": len(found), "MediaInfoSet": found[ask["Offset"] :][: ask["Limit"]]}

    provider.answer = answer


def test_a_second_with_more_rows_than_can_be_paged_through_is_told(crowded, provider, pull, tmp_path, capsys):
    """What it lists is kept, and the rest of the day comes; the day does not count as asked."""
    first, asked = pull(), len(provider.asked)
    said = capsys.readouterr().err
    again = pull()

    assert (first, again) == (7, 7)
    assert "failed to ask SearchMedia for all of 2025-08-01T12:00:00Z: a second with more than 200 rows" in said
    assert file_ids(tmp_path / "site_src") == {IDS[0], *IDS[1:201], IDS[-1]}
    assert days(provider)[asked - 1] == EMPTY
    assert len(provider.asked) == 2 * asked - 1, "the day with that second is asked about again, the other is not"


@pytest.mark.parametrize(("streams", "is_told"), [((), True), (("--stream", "s"), False)])
def test_the_way_out_of_an_overfull_second_is_told_where_it_is_one(streams, is_told, crowded, pull, capsys):
    assert pull(*streams) == 7
    assert ("`--stream` asks for the files of one stream" in capsys.readouterr().err) is is_told


def test_a_second_with_too_many_rows_is_told_at_the_end_of_a_day_in_many_runs(
    crowded, provider, pull, tmp_path, capsys
):
    codes = []
    while not codes or codes[-1] == 0:
        codes.append(pull("--budget", "2"))
        assert len(codes) < 40

    assert codes[-1] == 7
    assert "more than 200 rows" in capsys.readouterr().err
    assert file_ids(tmp_path / "site_src") == {IDS[0], *IDS[1:201], IDS[-1]}


@pytest.mark.parametrize("trouble", ["crowded", "doubtful"])
def test_a_day_that_does_not_come_whole_keeps_no_other_day_from_being_asked(
    trouble, provider, pull, monkeypatch, capsys, request
):
    """Days before it are not asked again, days behind it are; it comes last, and is told by every run."""
    if trouble == "crowded":
        request.getfixturevalue("crowded")
    else:
        provider.answer = library(ROWS, MediaInfoSet=None)
    window = ("--since", "2025-07-30", "--until", "2025-08-04T23:59:59Z", "--budget", "3", "--json")
    told = []
    for _ in range(20):
        code, said = pull(*window), capsys.readouterr()
        result = json.loads(said.out)
        told.append((code, result["finished"]))
        assert ("run it again to go on" in said.err) is not result["finished"]
        assert (code == 7) is ("failure" in result)
        if result["finished"]:
            break
    others = [day for day in days(provider) if day != FULL]

    assert others == ["2025-07-30", "2025-07-31", "2025-08-02", "2025-08-03", "2025-08-04"]
    assert (7, False) in told, "a spent budget is said with it"
    assert told[-1] == (7, True)
    assert [pull(*window), pull(*window)] == [7, 7]
    assert [day for day in days(provider) if day != FULL] == others
    assert days(provider)[-1] == FULL


@pytest.mark.parametrize("told", [{"TotalNum": None, "TotalPage": None}, {"TotalNum": 250, "TotalPage": None}])
def test_every_page_of_the_log_comes(told, provider, pull, tmp_path):
    """The provider's log of notifications, which tells of rows and of pages, or of neither."""
    lines = [{"Request": json.dumps({"n": number})} for number in range(250)]

    def answer(ask):
        first = (ask["PageNum"] - 1) * 100
        return {"DataInfoList": lines[first : first + 100], **told}

    provider.answer = answer
    code = pull("--from", "callbacks", "--since", "", "--until", "", "--days", "0.01")
    kept = [
        row
        for path in tmp_path.rglob("callbacks/*.json")
        for row in json.loads(path.read_bytes())["Response"]["DataInfoList"]
    ]

    assert code == 0
    assert {row["Request"] for row in kept} == {row["Request"] for row in lines}


def test_entries_of_the_log_that_failed_tries_repeat_are_all_of_it(provider, pull):
    lines = [{"Request": json.dumps({"n": number % 115})} for number in range(150)]
    provider.answer = lambda ask: {"DataInfoList": lines[(ask["PageNum"] - 1) * 100 :][:100], "TotalNum": 150}

    assert pull("--from", "callbacks", "--since", "", "--until", "", "--days", "0.01") == 0
    assert [ask["PageNum"] for ask in provider.asked] == [1, 2]


def entries_in(folder):
    """Return the entries of the log that are laid below a folder."""
    answers = (json.loads(path.read_bytes())["Response"] for path in folder.rglob("callbacks/*.json"))
    return {row["Request"] for answer in answers for row in answer["DataInfoList"]}


@pytest.mark.parametrize("more", [1, 40, 100, 130])
@pytest.mark.parametrize("budget", ["1", "500"])
def test_a_log_that_grows_at_its_head_between_two_pages_comes_whole(more, budget, provider, pull, tmp_path, capsys):
    """The newest entry is the first, so what comes meanwhile moves the others to the next page."""

    def answer(ask):
        count = 150 + more * (len(provider.asked) > 1)
        lines = [{"Request": json.dumps({"n": number})} for number in reversed(range(count))]
        return {"DataInfoList": lines[(ask["PageNum"] - 1) * 100 :][:100], "TotalNum": count}

    provider.answer = answer
    log = ("--from", "callbacks", "--since", "", "--until", "", "--days", "0.01", "--budget", budget)
    for _ in range(8 if budget == "1" else 2):
        code = pull(*log)

    assert code == 0
    assert len(entries_in(tmp_path)) == 150 + more


def test_half_a_page_of_a_log_that_is_begun_anew_takes_no_entry_away(provider, pull, tmp_path):
    """The second page was half at first, the first page from then on: every entry came, but not in one walk."""
    lines = [{"Request": json.dumps({"n": number})} for number in range(250)]

    def answer(ask):
        first = (ask["PageNum"] - 1) * 100
        is_half = ask["PageNum"] == (1 if [one["PageNum"] for one in provider.asked].count(1) > 1 else 2)
        return {"DataInfoList": lines[first : first + (50 if is_half else 100)], "TotalNum": 250}

    provider.answer = answer

    assert pull("--from", "callbacks", "--since", "", "--until", "", "--days", "0.01") == 7
    assert len(entries_in(tmp_path)) == 250


def test_a_full_page_of_a_log_that_grew_at_its_head_keeps_nothing_of_the_earlier_one(
    provider, pull, tmp_path, monkeypatch
):
    """Each page would hold all that ever stood on it: the whole day on the first, most of it on the second."""
    log = ("--from", "callbacks", "--since", "", "--until", "", "--days", "0.01")
    for hour in range(3):
        lines = [{"Request": json.dumps({"n": number})} for number in reversed(range(150 + 100 * hour))]
        provider.answer = lambda ask, lines=lines: {"DataInfoList": lines[(ask["PageNum"] - 1) * 100 :][:100]}
        monkeypatch.setattr("builder.cli.pull.time.time", lambda hour=hour: END + hour * 3600.0)
        assert pull(*log) == 0
    sizes = [len(json.loads(path.read_bytes())["Response"]["DataInfoList"]) for path in tmp_path.rglob("callbacks/*")]

    assert len(entries_in(tmp_path)) == 350
    assert max(sizes) == 100


def test_entries_that_repeat_in_a_log_that_grows_all_the_time_are_told(provider, pull, capsys):
    """Whether they moved cannot be told from whether they failed again: a day that may lack some is no whole one."""
    lines = [{"Request": json.dumps({"n": number % 115})} for number in range(180)]

    def answer(ask):
        found = lines[: 140 + len(provider.asked)]
        return {"DataInfoList": found[(ask["PageNum"] - 1) * 100 :][:100], "TotalNum": len(found)}

    provider.answer = answer

    assert pull("--from", "callbacks", "--since", "", "--until", "", "--days", "0.01") == 7
    assert "rows are told of, but some of those that came were the same" in capsys.readouterr().err
    assert len(provider.asked) == 8, "begun anew three times"


def test_a_full_page_of_the_log_that_calls_itself_the_last_is_the_last(provider, pull):
    lines = [{"Request": json.dumps({"n": number})} for number in range(100)]
    provider.answer = lambda ask: {"DataInfoList": lines, "TotalNum": 100, "TotalPage": 1}

    assert pull("--from", "callbacks", "--since", "", "--until", "", "--days", "0.01") == 0
    assert [ask["PageNum"] for ask in provider.asked] == [1]


def test_a_page_of_the_log_without_what_it_tells_is_told(provider, pull, capsys):
    provider.answer = lambda ask: {"DataInfoList": None, "TotalNum": 3, "TotalPage": 1}

    assert pull("--from", "callbacks", "--since", "", "--until", "", "--days", "0.01") == 7
    assert "failed to ask DescribeCallbackRecordsList: the answer tells of 3 rows, 0 came" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "the answer has neither `MediaInfoSet` nor `TotalCount`"),
        (("--from", "callbacks"), "the answer has neither `DataInfoList` nor `TotalNum`"),
        (("--missing",), "the answer has no `TaskList`"),
    ],
)
def test_an_answer_that_tells_of_nothing_does_not_tell_that_there_is_nothing(options, words, provider, pull, capsys):
    provider.answer = lambda ask: {}

    assert pull(*options, "--since", "", "--until", "", "--days", "0.01") == 7
    said = capsys.readouterr().err
    assert words in said
    assert "the budget is spent" not in said


@pytest.mark.parametrize("told", [{"TotalCount": 0, "MediaInfoSet": None}, {"MediaInfoSet": []}, {"TotalCount": 0}])
def test_none_is_an_answer_in_each_way_that_it_can_be_told(told, provider, pull):
    provider.answer = lambda ask: told

    assert pull() == 0


# --- a budget that is smaller than a day ---


def until_finished(pull, capsys, *more, most=12):
    """Run until the command says no more that it goes on; return how often."""
    for runs in range(1, most + 1):
        assert pull(*more) == 0
        if "run it again to go on" not in capsys.readouterr().err:
            return runs
    raise AssertionError(f"{most} runs are not enough")


@pytest.mark.parametrize("budget", [1, 2])
def test_a_day_of_more_pages_than_the_budget_is_gone_on_with(budget, provider, pull, tmp_path, capsys):
    """What came is kept, and each page is asked for once."""
    provider.answer = library(ROWS)
    runs = until_finished(pull, capsys, "--budget", str(budget))

    assert runs <= 5
    assert [ask["Offset"] for ask in provider.asked] == [0, 100, 200, 0]
    assert file_ids(tmp_path / "site_src") == set(IDS)


def test_a_day_that_is_halved_is_gone_on_with(provider, pull, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("builder.pull.cloud.SEARCH_LIMIT", 100)

    def answer(ask):
        begin, end = ask["CreateTime"]["After"], ask["CreateTime"]["Before"]
        found = [row for row in ROWS if begin <= row["BasicInfo"]["CreateTime"] < end]
        return {"TotalCount": len(found), "MediaInfoSet": found[ask["Offset"] :][: ask["Limit"]]}

    provider.answer = answer
    until_finished(pull, capsys, "--budget", "1", most=60)

    assert file_ids(tmp_path / "site_src") == set(IDS)
    assert len({json.dumps(ask) for ask in provider.asked}) == len(provider.asked), "nothing is asked twice"


@pytest.mark.parametrize("fault", ["a total that is too high", "none of the rows", "a failing service"])
def test_a_part_of_a_halved_day_that_never_comes_right_keeps_no_other_waiting(
    fault, provider, pull, tmp_path, monkeypatch
):
    """Every run began with it and went no further, and the rest of the day was never asked about."""
    monkeypatch.setattr("builder.pull.cloud.SEARCH_LIMIT", 200)
    faults = [fault]

    def answer(ask):
        begin, end = ask["CreateTime"]["After"], ask["CreateTime"]["Before"]
        found = [row for row in ROWS if begin <= row["BasicInfo"]["CreateTime"] < end]
        told = {"TotalCount": len(found), "MediaInfoSet": found[ask["Offset"] :][: ask["Limit"]]}
        if not faults or found[:1] != ROWS[:1] or len(found) >= 200:
            return told
        if "a failing service" in faults:
            return {"Error": {"Code": "FailedOperation", "Message": "no matter"}}
        return told | ({"TotalCount": len(found) + 1} if "none of the rows" not in faults else {"MediaInfoSet": []})

    provider.answer = answer
    codes = [pull() for _ in range(4)]
    came = file_ids(tmp_path / "site_src")
    faults.clear()
    codes.append(pull())

    assert codes == [7, 7, 7, 7, 0]
    assert came >= set(IDS[-50:]), "those of the later half"
    assert days(provider).count(EMPTY) == 1
    assert file_ids(tmp_path / "site_src") == set(IDS)


def test_the_last_second_of_a_day_comes(provider, pull, tmp_path):
    """`Before` is the first moment that is not asked about."""
    rows = [media(IDS[0], END + 43_199), media(IDS[1], END + 43_200)]

    def answer(ask):
        begin, end = ask["CreateTime"]["After"], ask["CreateTime"]["Before"]
        found = [row for row in rows if begin <= row["BasicInfo"]["CreateTime"] < end]
        return {"TotalCount": len(found), "MediaInfoSet": found}

    provider.answer = answer

    assert pull() == 0
    assert file_ids(tmp_path / "site_src") == {IDS[0], IDS[1]}


def test_a_day_that_was_asked_without_its_last_second_is_asked_once_more(provider, pull, tmp_path):
    """As earlier versions did; where they stopped within a day tells nothing either."""
    provider.answer = library(ROWS)
    assert pull() == 0
    (progress,) = tmp_path.rglob(".asked")
    marks = json.loads(progress.read_bytes())
    former = {f"media {what.split()[1]}": mark for what, mark in marks.items() if what.startswith("vod ")}
    application = {what: mark for what, mark in marks.items() if what == "application"}
    progress.write_text(json.dumps({**application, **former, "begun media all": "{}"}))
    asked = len(provider.asked)

    assert former
    assert [pull(), pull()] == [0, 0]
    assert len(provider.asked) == 2 * asked
    assert not [what for what in json.loads(progress.read_bytes()) if "media" in what]


@pytest.mark.parametrize("budget", ["1", "2"])
def test_rows_that_moved_up_between_two_runs_are_not_missed(budget, provider, pull, tmp_path, capsys):
    """The oldest files were deleted meanwhile: what was at the offset to go on from is before it now."""
    provider.answer = library(ROWS)
    assert pull("--budget", "2") == 0
    provider.answer = library(ROWS[60:])
    until_finished(pull, capsys, "--budget", budget)

    assert file_ids(tmp_path / "site_src") >= set(IDS[60:])


def test_rows_that_move_up_within_one_run_are_not_missed(provider, pull, tmp_path):
    """Five files are deleted after the first page: those at the place of the second page have moved to the first."""

    def answer(ask):
        seen = len([one for one in provider.asked if one["CreateTime"]["After"].startswith(FULL)])
        return library(ROWS if seen <= 1 else ROWS[5:])(ask)

    provider.answer = answer

    assert pull() == 0
    assert file_ids(tmp_path / "site_src") >= set(IDS[5:])


def test_a_total_that_shrinks_with_every_page_ends_all_the_same(provider, pull, tmp_path):
    """The service may tell what it likes: the day is begun anew some times, then gone through."""

    def answer(ask):
        shrinking = max(240, 260 - len(provider.asked))
        return library(ROWS)(ask) | ({"TotalCount": shrinking} if ask["CreateTime"]["After"].startswith(FULL) else {})

    provider.answer = answer

    assert pull() == 0
    assert days(provider).count(FULL) < 20
    assert file_ids(tmp_path / "site_src") >= set(IDS[:240])


def test_the_present_day_of_one_stream_keeps_no_other_stream_waiting(provider, pull, monkeypatch):
    """It is asked again in every run; with streams for several questions it comes after the other days of all."""
    streams = [part for number in range(12) for part in ("--stream", f"s{number:02d}")]
    for minutes in range(8):
        monkeypatch.setattr("builder.cli.pull.time.time", lambda minutes=minutes: END + 60.0 * minutes)
        assert pull(*streams, "--since", "", "--until", "", "--days", "2", "--budget", "1") == 0
    asked = {(ask["StreamIds"][0], ask["CreateTime"]["After"]) for ask in provider.asked}

    assert len(asked) >= 5, "two days of both questions, and the present one"


def present_day(monkeypatch, provider, rows):
    """Let it be the present day, with so many rows; return what tells how late it is."""
    clock = [END + 300.0]
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: clock[0])
    provider.answer = library(rows)
    return clock


@pytest.mark.parametrize("budget", [1, 2, 3])
def test_a_present_day_of_more_pages_than_the_budget_comes_to_an_end(
    budget, provider, pull, tmp_path, monkeypatch, capsys
):
    """Every run is later than the one before, and the day asked about is longer."""
    clock, runs = present_day(monkeypatch, provider, ROWS), 0
    finished = False
    while not finished:
        assert pull("--since", FULL, "--until", "", "--budget", str(budget), "--json") == 0
        finished = json.loads(capsys.readouterr().out)["finished"]
        clock[0] += 5
        runs += 1
        assert runs <= 4

    assert file_ids(tmp_path / "site_src") == set(IDS)


@pytest.mark.parametrize("origin", ["callbacks", "vod"])
def test_a_budget_that_is_smaller_than_the_present_day_of_all_streams_comes_to_an_end(
    origin, provider, pull, monkeypatch, capsys
):
    """Those asked first are not asked again before the others were; then all of them are, in turn."""
    clock = present_day(monkeypatch, provider, [])
    provider.answer = lambda ask: {"DataInfoList": [], "MediaInfoSet": []}
    names = [f"s{number:02d}" for number in range(3 if origin == "callbacks" else 30)]
    streams = [part for name in names for part in ("--stream", name)]
    finished = []
    for _ in range(4):
        assert pull("--from", origin, *streams, "--since", FULL, "--until", "", "--budget", "2", "--json") == 0
        finished.append(json.loads(capsys.readouterr().out)["finished"])
        clock[0] += 60
    asked = [ask["StreamName"] if "StreamName" in ask else ask["StreamIds"][0] for ask in provider.asked]
    a, b, c = names[:: len(names) // 3]

    assert finished == [False, True, True, True]
    assert asked[:3] == [a, b, c]
    assert set(asked[4:6]) | set(asked[6:8]) == {a, b, c}


def test_a_walk_through_the_present_day_that_began_long_ago_is_not_enough(provider, pull, tmp_path, monkeypatch):
    """What was registered since, before where the walk goes on, is asked for in the same run."""
    clock = present_day(monkeypatch, provider, ROWS[1:])
    assert pull("--since", FULL, "--until", "", "--budget", "2") == 0
    clock[0] += 2 * 3600
    provider.answer = library(ROWS)
    assert pull("--since", FULL, "--until", "", "--budget", "9") == 0

    assert file_ids(tmp_path / "site_src") == set(IDS)


@pytest.mark.parametrize("fails", [False, True])
def test_days_behind_a_present_day_touch_it_whether_it_came_whole_or_not(fails, provider, pull, monkeypatch):
    """How far a stream came is one window: the days before it had been asked about again, because it ended at noon."""

    def at(day):
        monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + day * 86_400.0)
        return pull("--since", "2025-07-25", "--until", "")

    provider.answer = fails_on(*([FULL] if fails else []))
    codes = [at(0), at(0.2)]
    begun = len(provider.asked)
    codes.append(at(3))
    provider.answer = fails_on()
    codes += [at(3.2), at(3.4)]

    assert codes == ([7, 7, 7, 0, 0] if fails else [0] * 5)
    assert FULL in days(provider)[begun:], "what came of it after noon"
    assert min(days(provider)[begun:]) == FULL
    assert days(provider)[begun:].count("2025-08-04") == 3, "the present day, up to each moment"


def test_a_walk_that_asked_less_far_does_not_count_for_what_came_later(provider, tmp_path):
    """The day was half over when its walk began; when it goes on the next day, all of it is asked once more."""
    noon = (END - END % 86_400 + 43_200) * 1000
    late = media("5200000000000099999", END)
    for answer, budget, until_ms in ((library(ROWS), 2, noon), (library([late, *ROWS[1:]]), 9, noon + DAY_MS)):
        provider.answer = answer
        with serving(provider) as address:
            cloud = Cloud(CloudAccount("i", "k", endpoint=address), Calls(budget=budget, per_second=1000))
            Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud, Window(noon - 1000, until_ms))

    assert "5200000000000099999" in file_ids(tmp_path)


def test_a_budget_too_small_for_the_list_of_tasks_is_refused(provider, pull, capsys):
    """A week of it is listed whole: "run it again to go on" would not be true."""
    provider.answer = lambda ask: {"TaskList": [], "ScrollToken": f"{len(provider.asked)}"}
    code = pull("--missing", "--since", "", "--until", "", "--days", "3", "--budget", "2")

    assert code == 2
    assert capsys.readouterr().err == (
        "aftercast: `--budget` expected enough calls to list the recording tasks of a week, found 2\n"
    )


def test_the_smallest_budget_is_enough_for_tasks_and_holes(provider, pull, tmp_path, capsys):
    begin = int(time.time()) - 86_400
    tasks = [{"StreamName": f"s{number}", "StartTime": begin, "EndTime": begin + 600} for number in range(3)]
    provider.answer = lambda ask: {"TaskList": tasks, "TotalCount": 0}
    until_finished(pull, capsys, "--missing", "--since", "", "--until", "", "--days", "3", "--budget", "1")

    assert [ask["action"] for ask in provider.asked] == ["DescribeRecordTask", *["SearchMedia"] * 3]


@pytest.mark.parametrize(
    "code", ["FailedOperation", "InternalError", "InvalidParameter", "UnauthorizedOperation", None]
)
def test_a_list_of_tasks_that_fails_keeps_no_hole_of_other_evidence_waiting(code, provider, pull, tmp_path, capsys):
    """Live may be refused to a key that has the rights for VOD."""
    begin = int(time.time()) // 86_400 * 86_400 - 2 * 86_400
    push = {"app": "push.example.com", "appname": "live", "stream_id": "s", "channel_id": "s", "sequence": "1"}
    lines = [{**push, "event_type": kind, "event_time": begin + at} for kind, at in ((1, 6600), (0, 7200))]
    (tmp_path / "site_src" / "recordings" / "pushes.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines)
    )
    row = media(IDS[0], begin + 7200)
    failing = {"Error": {"Code": code, "Message": "no matter"}} if code else {}
    provider.answer = lambda ask: (
        failing if ask["action"] == "DescribeRecordTask" else {"TotalCount": 1, "MediaInfoSet": [row]}
    )
    codes = [pull("--missing", *NOW, "--days", "3", "--json")]
    told = capsys.readouterr()
    begun = len(provider.asked)
    codes.append(pull("--missing", *NOW, "--days", "3"))
    again = {ask["action"] for ask in provider.asked[begun:]}
    provider.answer = lambda ask: {"TaskList": [], "TotalCount": 0}
    codes.append(pull("--missing", *NOW, "--days", "3"))

    assert codes == [7, 7, 0]
    assert "the recording tasks: " in json.loads(told.out)["failure"]
    assert json.loads(told.out)["finished"] is False
    assert "DescribeRecordTask" in told.err
    assert file_ids(tmp_path / "site_src") == {IDS[0]}
    assert again == {"DescribeRecordTask"}, "the hole was answered"


@pytest.mark.parametrize("budget", ["1", "6", "7"])
@pytest.mark.parametrize("code", ["InternalError", "UnauthorizedOperation"])
def test_a_list_of_tasks_that_spends_the_budget_is_passed_by_the_next_run(
    code, budget, provider, pull, tmp_path, capsys
):
    """It had spent that of every run, and no hole was ever asked about."""
    begin = int(time.time()) // 86_400 * 86_400 - 2 * 86_400
    push = {"app": "push.example.com", "appname": "live", "channel_id": "s"}
    lines = [
        {**push, "stream_id": f"s{number}", "sequence": "1", "event_type": kind, "event_time": begin + at}
        for number in range(2) for kind, at in ((1, 6600), (0, 7200))
    ]  # fmt: skip
    (tmp_path / "site_src" / "recordings" / "pushes.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines)
    )
    failing = {"Error": {"Code": code, "Message": "no matter"}}
    provider.answer = lambda ask: failing if ask["action"] == "DescribeRecordTask" else {"TotalCount": 0}
    codes, told = [], []
    for _ in range(4):
        codes.append(pull("--missing", *NOW, "--days", "3", "--budget", budget, "--json"))
        told.append(json.loads(capsys.readouterr().out))
    asked = [ask["StreamIds"] for ask in provider.asked if ask["action"] == "SearchMedia"]
    lists = len(provider.asked) - len(asked)
    provider.answer = lambda ask: {"TaskList": [], "TotalCount": 0}
    codes += [pull("--missing", *NOW, "--days", "3", "--budget", budget) for _ in range(2)]

    assert codes[:4] == [7] * 4
    assert codes[-1] == 0
    assert {one["failure"].partition(":")[0] for one in told} == {"the recording tasks"}
    assert [one["finished"] for one in told] == [False] * 4
    assert asked == [["s0"], ["s1"]]
    assert lists >= 2, "it is asked for again"


# --- the legacy list ---


class FileList:
    """The legacy list: one `output` for every day, or by day and page.

    It refuses a day that is more than so many days old, and some streams.
    """

    def __init__(self, output, now=0.0, days=0, refused=()):
        self.output, self.now, self.days, self.refused, self.asked, self.streams = output, now, days, refused, [], []

    async def __call__(self, scope, receive, send):
        query = parse_qs(scope["query_string"].decode())
        self.asked.append(query["Param.s.start_time"][0])
        begin = datetime.fromisoformat(f"{self.asked[-1]}+08:00").timestamp()
        self.streams += query["Param.s.channel_id"]
        is_refused = self.streams[-1] in self.refused or (self.now and begin < self.now - self.days * 86_400)
        page = int(query["Param.n.page_no"][0])
        output = self.output(self.asked[-1], page) if callable(self.output) else self.output
        answer = json.dumps({"ret": 20001 if is_refused else 0, "output": output}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer})


@pytest.fixture
def legacy(tmp_path, monkeypatch):
    """Ask a service for the list of a stream; return the exit code."""
    for name in ENVIRON.keys() & {"AFTERCAST_LEGACY_APPID", "AFTERCAST_LEGACY_KEY"}:
        monkeypatch.setenv(name, ENVIRON[name])
    source = new_site(tmp_path)

    def ask(service, *more):
        with serving(service) as address:
            return run(["pull", "--from", "legacy", "--source", str(source), "--state", str(tmp_path / "state"),
                        "--rate", "1000", "--endpoint", address, *more])  # fmt: skip

    return ask


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ({"all_count": 3, "file_list": None}, "the answer tells of 3 rows, 0 came"),
        (None, "the answer has neither `file_list` nor `all_count`"),
    ],
)
def test_a_day_of_the_legacy_list_without_what_it_tells_is_told_and_asked_again(output, words, legacy, capsys):
    service, asked = FileList(output), []
    for _ in range(2):
        code = legacy(service, "--stream", "s", "--days", "3")
        asked.append(len(service.asked))

    assert code == 7
    assert f"failed to ask the file list: {words}" in capsys.readouterr().err
    assert asked[1] == 2 * asked[0] >= 12, "every day is asked about twice a run"


def test_a_stream_that_the_legacy_list_refuses_keeps_no_other_waiting(legacy, monkeypatch, capsys):
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 3 * 86_400.0)
    service = FileList({"all_count": 0, "file_list": []}, refused=("bad",))
    days = ("--since", "2025-07-31T16:00:00Z", "--until", "2025-08-02T15:00:00Z")
    with serving(service) as address:
        asked = ("--endpoint", address, *days, "--stream", "bad", "--stream", "good")
        codes, said = [legacy(service, *asked)], capsys.readouterr().err
        service.refused = ()
        codes.append(legacy(service, *asked))

    assert codes == [7, 0]
    assert f"{FULL} of `bad`: the file list was refused: `ret` is 20001" in said
    assert service.streams == ["bad", "good", "good", "bad", "bad"]


@pytest.mark.parametrize("order", [*itertools.permutations(["bad", "worse", "good"])])
def test_two_streams_that_are_refused_keep_no_run_from_finishing(order, legacy, monkeypatch, capsys):
    """Only days that are put off without a call were left, and every run said that it had not asked about them."""
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: END + 3 * 86_400.0)
    service = FileList({"all_count": 0, "file_list": []}, refused=("bad", "worse"))
    days = ("--since", "2025-07-31T16:00:00Z", "--until", "2025-08-02T15:00:00Z")
    streams = [part for name in order for part in ("--stream", name)]
    codes, told = [], []
    with serving(service) as address:
        for _ in range(6):
            codes.append(legacy(service, "--endpoint", address, *days, *streams, "--json"))
            told.append(json.loads(capsys.readouterr().out)["finished"])

    assert codes == [7] * 6
    assert told[-3:] == [True] * 3
    assert service.streams.count("good") == 2, "each of its days once"


def test_a_legacy_list_that_refuses_every_stream_is_not_asked_on(legacy, capsys):
    """As it does with a wrong key: which of its codes tells that is not known."""
    service = FileList({"all_count": 0, "file_list": []}, refused=("a", "b", "c"))

    assert legacy(service, "--days", "5", "--stream", "a", "--stream", "b", "--stream", "c") == 7
    assert service.streams == ["a", "b"]
    said = capsys.readouterr().err
    assert "two questions in turn failed, the rest was not asked about" in said
    assert "check the appid and the key" in said


@pytest.mark.parametrize("hours", [-7, 0, 17])  # midnight in China at -8 and 16
def test_the_legacy_list_is_asked_for_two_months_at_most(hours, legacy, monkeypatch, capsys):
    """It refuses older days; on the first of March two months are 59 days, and all of them are asked about."""
    now = datetime(2025, 3, 1, tzinfo=UTC).timestamp() + hours * 3600
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: now)
    service = FileList({"all_count": 0, "file_list": []}, now, days=59)
    code = legacy(service, "--stream", "s", "--days", "70")
    today = datetime.fromtimestamp(now, timezone(timedelta(hours=8))).replace(tzinfo=None)
    days = [f"{today - timedelta(days=58 - number):%Y-%m-%d} 00:00:00" for number in range(59)]

    assert code == 0
    assert service.asked == days
    assert "only the last 59 days are told there, asking from 20" in capsys.readouterr().err


def test_holes_older_than_two_months_are_not_asked_about_in_the_legacy_list(legacy, tmp_path, monkeypatch):
    now = END + 100 * 86_400.0
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: now)
    pushes = [
        {"event_type": kind, "app": "push.example.com", "appname": "live", "stream_id": "s", "event_time": END + at,
         "sequence": str(at // 86_400)}
        for day in (0, 90) for kind, at in ((1, day * 86_400), (0, day * 86_400 + 900))
    ]  # fmt: skip
    told = "".join(json.dumps(push) + "\n" for push in pushes)
    (tmp_path / "site_src" / "recordings" / "pushes.jsonl").write_text(told)
    service = FileList({"all_count": 0, "file_list": []}, now, days=59)
    code = legacy(service, "--missing", "--days", "120")

    assert code == 0
    assert service.asked == ["2025-10-30 00:00:00"]


class FinishedList(FileList):
    """The legacy list with one file, which is told when its channel has finished."""

    async def __call__(self, scope, receive, send):
        day = parse_qs(scope["query_string"].decode())["Param.s.start_time"][0]
        rows = [row for row in self.output["rows"] if row["start_time"][:10] == day[:10]]
        self.output |= {"all_count": len(rows), "file_list": rows}
        await super().__call__(scope, receive, send)


@pytest.mark.parametrize("hours", [5, 15])
def test_a_day_with_a_hole_is_asked_again_until_its_broadcast_has_ended(hours, legacy, tmp_path, monkeypatch):
    """The push began half an hour before midnight in China, and the list tells nothing of it before it has ended."""
    midnight = datetime(2025, 10, 30, 16, tzinfo=UTC).timestamp()
    begin, end = int(midnight) - 1800, int(midnight) + hours * 3600
    row = {"file_id": IDS[0], "record_file_id": IDS[0], "stream_id": "s", "file_format": "3",
           "start_time": "2025-10-30 23:30:00", "end_time": f"2025-10-31 {hours:02}:00:00",
           "record_file_url": f"http://1250000000.vod2.myqcloud.com/a/{IDS[0]}/f0.mp4"}  # fmt: skip
    told, service = tmp_path / "site_src" / "recordings" / "pushes.jsonl", FinishedList({"rows": []})
    pushes = [
        {"event_type": kind, "app": "push.example.com", "appname": "live", "stream_id": "s", "event_time": at,
         "sequence": "1"}
        for kind, at in ((1, begin), (0, end))
    ]  # fmt: skip
    told.write_text(json.dumps(pushes[0]) + "\n")
    asked = []
    with serving(service) as address:
        for now in (end - 600, end + 600, end + 1200, end + 13 * 3600):
            if now > end:
                told.write_text("".join(json.dumps(push) + "\n" for push in pushes))
                service.output["rows"] = [row] if now > end + 600 else []
            monkeypatch.setattr("builder.cli.pull.time.time", lambda now=now: float(now))
            assert legacy(service, "--endpoint", address, "--missing", "--days", "3") == 0
            asked.append(service.asked.count("2025-10-30 00:00:00"))

    assert asked == [1, 2, 3, 3], "until it is told, and then nothing is missing"
    assert [session["mp4"] for session in sessions_of(tmp_path / "site_src")] == [[IDS[0]]]


def two_apps_on_one_stream_id(now):
    """Return a day of pushes `live/s` and `show/s`, of which only the first was notified of a file."""
    begin = int(now) - 86_400
    app = {"app": "push.example.com", "stream_id": "s"}
    file = {"event_type": 100, **app, "appname": "live", "file_id": IDS[0], "file_format": "mp4", "start_time": begin,
            "end_time": begin + 600, "duration": 600,
            "video_url": f"http://1250000000.vod2.myqcloud.com/a/{IDS[0]}/f0.mp4"}  # fmt: skip
    pushes = [
        {"event_type": kind, **app, "appname": name, "event_time": begin + at, "sequence": name}
        for name in ("live", "show") for kind, at in ((1, 0), (0, 600))
    ]  # fmt: skip
    return "".join(json.dumps(one) + "\n" for one in [file, *pushes])


def test_a_lost_broadcast_is_missed_whoever_else_streams_under_its_id(provider, pull, tmp_path):
    """Once: then its file is there."""
    now = int(time.time())
    (tmp_path / "site_src" / "recordings" / "told.jsonl").write_text(two_apps_on_one_stream_id(now))
    lost = media(IDS[1], now - 86_400 + 600)
    lost["BasicInfo"]["SourceInfo"]["LiveRecordInfo"]["Path"] = "show"
    provider.answer = lambda ask: {"TaskList": [], "TotalCount": 1, "MediaInfoSet": [lost]}
    codes = [pull("--missing", "--since", "", "--until", "", "--days", "3") for _ in range(2)]

    assert codes == [0, 0]
    assert [ask["action"] for ask in provider.asked] == ["DescribeRecordTask", "SearchMedia", "DescribeRecordTask"]
    assert {session["mp4"][0] for session in sessions_of(tmp_path / "site_src")} == {IDS[0], IDS[1]}


def test_a_list_that_tells_no_app_is_asked_about_a_lost_broadcast_once(legacy, tmp_path):
    now = int(time.time())
    (tmp_path / "site_src" / "recordings" / "told.jsonl").write_text(two_apps_on_one_stream_id(now))
    begin, end = (
        datetime.fromtimestamp(at, timezone(timedelta(hours=8))).strftime("%Y-%m-%d %H:%M:%S")
        for at in (now - 86_400, now - 86_400 + 600)
    )
    row = {"file_id": IDS[1], "stream_id": "s", "start_time": begin, "end_time": end, "file_format": "3",
           "record_file_id": IDS[1],
           "record_file_url": f"http://1250000000.vod2.myqcloud.com/a/{IDS[1]}/f0.mp4"}  # fmt: skip
    service, asked = FileList({"all_count": 1, "file_list": [row]}), []
    for _ in range(2):
        assert legacy(service, "--missing", "--days", "3") == 0
        asked.append(len(service.asked))

    assert asked[0] >= 1
    assert asked[1] == asked[0], "nothing is missing any more"


def test_the_present_day_of_streams_in_the_legacy_list_comes_to_an_end(legacy, monkeypatch, capsys):
    """Ten in the morning in China: a part of yesterday may still change, and all of today."""
    service, finished = FileList({"all_count": 0, "file_list": []}), []
    streams = [part for name in "abc" for part in ("--stream", name)]
    with serving(service) as address:
        for minutes in range(0, 60, 10):
            now = datetime(2025, 8, 1, 2, minutes, tzinfo=UTC).timestamp()
            monkeypatch.setattr("builder.cli.pull.time.time", lambda now=now: now)
            assert (
                legacy(
                    service,
                    "--endpoint",
                    address,
                    *streams,
                    "--since",
                    "2025-07-31T02:00:00Z",
                    "--budget",
                    "2",
                    "--json",
                )
                == 0
            )
            finished.append(json.loads(capsys.readouterr().out)["finished"])

    assert finished == [False, False, True, True, True, True]
    assert {day: service.asked[:6].count(day) for day in service.asked} == {
        "2025-07-31 00:00:00": 3,
        "2025-08-01 00:00:00": 3,
    }


def test_a_file_that_the_legacy_list_tells_of_no_more_stays(legacy, tmp_path, monkeypatch):
    """Its row may be all that is known of the recording; the list of the present day is asked for again."""
    clock = itertools.count(datetime(2025, 8, 1, 14, tzinfo=UTC).timestamp(), 60.0)
    monkeypatch.setattr("builder.cli.pull.time.time", lambda: next(clock))
    rows = [
        {"file_id": name, "stream_id": "s", "start_time": f"2025-08-01 {hour}:00:00",
         "end_time": f"2025-08-01 {hour}:10:00", "file_format": "3",
         "record_file_url": f"http://1250000000.vod2.myqcloud.com/a/{name}/f0.mp4"}
        for name, hour in zip(IDS, (10, 12, 14), strict=False)
    ]  # fmt: skip
    service = FileList({})
    with serving(service) as address:
        for told in (rows, rows[:1] + rows[2:], rows[2:]):
            service.output = {"all_count": len(told), "file_list": told}
            assert legacy(service, "--endpoint", address, "--stream", "s", "--days", "0.2") == 0

    assert [session["mp4"] for session in sessions_of(tmp_path / "site_src")] == [[name] for name in IDS[:3]]


def test_a_window_older_than_two_months_is_refused(legacy, capsys):
    code = legacy(FileList({}), "--stream", "s", "--since", "2020-01-01", "--until", "2020-01-02")

    assert code == 2
    assert "a moment of the last 59 days (China time, today included)" in capsys.readouterr().err
