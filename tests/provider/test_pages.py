"""`pull` through the pages of a day: by what has come, whatever the provider tells of how much there is."""

import json
import time

import pytest

from builder.cli import run
from builder.pull import calls
from builder.pull.calls import Calls
from builder.pull.cloud import Cloud, CloudAccount
from builder.pull.run import Run
from builder.pull.shelf import Shelf
from builder.pull.windows import DAY_MS, Window
from tests.provider.support import ENVIRON, Provider, media, new_site, serving
from tests.provider.test_pull import file_ids

END = 1_754_049_600  # 2025-08-01T12:00:00Z
FULL, EMPTY = "2025-08-01", "2025-08-02"  # the days that are asked about
IDS = [f"52000000000000{number:05d}" for number in range(250)]
ROWS = [media(name, END + number) for number, name in enumerate(IDS)]


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """One retry without waiting."""
    monkeypatch.setattr(calls, "RETRIES", 1)
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
    ("told", "words"),
    [
        ({"TotalCount": 3, "MediaInfoSet": None}, "the answer tells of 3 rows, 0 came"),
        ({"TotalCount": 3, "MediaInfoSet": ROWS[:1]}, "the same page came twice"),
        ({"TotalCount": None, "MediaInfoSet": ROWS[:1]}, "the same page came twice"),
        ({"TotalCount": 300}, "the answer tells of 300 rows, 250 came"),
    ],
)
def test_a_day_whose_answer_contradicts_itself_is_told_and_asked_again(told, words, provider, pull, tmp_path, capsys):
    """It holds no other day up, and it comes whole as soon as the provider tells it whole."""
    provider.answer = library(ROWS, **told)
    code, said = pull(), capsys.readouterr().err
    first = days(provider)
    provider.answer = library(ROWS)
    again = pull()

    assert (code, again) == (7, 0)
    assert f"failed to ask SearchMedia: {words}" in said
    assert first.count(EMPTY) == 1, "the day after it was asked about"
    assert days(provider).count(EMPTY) == first.count(EMPTY), "and not again"
    assert file_ids(tmp_path / "site_src") == set(IDS)


def test_a_second_with_more_rows_than_can_be_paged_through_is_told(provider, pull, monkeypatch, capsys):
    monkeypatch.setattr("builder.pull.cloud.SEARCH_LIMIT", 200)
    rows = [media(name, END) for name in IDS]
    provider.answer = lambda ask: library(
        rows if ask["CreateTime"]["After"] <= "2025-08-01T12:00:00Z" <= ask["CreateTime"]["Before"] else []
    )({**ask, "CreateTime": {"After": FULL}})

    assert pull() == 7
    assert "more than 200 rows" in capsys.readouterr().err
    assert days(provider)[-1] == EMPTY


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


def test_a_page_of_the_log_without_what_it_tells_is_told(provider, pull, capsys):
    provider.answer = lambda ask: {"DataInfoList": None, "TotalNum": 3, "TotalPage": 1}

    assert pull("--from", "callbacks", "--since", "", "--until", "", "--days", "0.01") == 7
    assert "failed to ask DescribeCallbackRecordsList: the answer tells of 3 rows, 0 came" in capsys.readouterr().err


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
        found = [row for row in ROWS if begin <= row["BasicInfo"]["CreateTime"] <= end]
        return {"TotalCount": len(found), "MediaInfoSet": found[ask["Offset"] :][: ask["Limit"]]}

    provider.answer = answer
    until_finished(pull, capsys, "--budget", "1", most=60)

    assert file_ids(tmp_path / "site_src") == set(IDS)
    assert len({json.dumps(ask) for ask in provider.asked}) == len(provider.asked), "nothing is asked twice"


def test_rows_that_moved_up_between_two_runs_are_not_missed(provider, pull, tmp_path, capsys):
    """The oldest files were deleted meanwhile: what was at the offset to go on from is before it now."""
    provider.answer = library(ROWS)
    assert pull("--budget", "2") == 0
    provider.answer = library(ROWS[60:])
    until_finished(pull, capsys, "--budget", "2")

    assert file_ids(tmp_path / "site_src") >= set(IDS[60:])


def test_the_present_day_of_one_stream_keeps_no_other_stream_waiting(provider, pull, monkeypatch):
    """It is asked again in every run; with streams for several questions it comes after the other days of all."""
    streams = [part for number in range(12) for part in ("--stream", f"s{number:02d}")]
    for minutes in range(8):
        monkeypatch.setattr("builder.cli.pull.time.time", lambda minutes=minutes: END + 60.0 * minutes)
        assert pull(*streams, "--since", "", "--until", "", "--days", "2", "--budget", "1") == 0
    asked = {(ask["StreamIds"][0], ask["CreateTime"]["After"]) for ask in provider.asked}

    assert len(asked) >= 5, "two days of both questions, and the present one"


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


# --- the legacy list ---


class FileList:
    """The legacy list: every GET gets the same answer."""

    def __init__(self, output):
        self.output, self.asked = output, []

    async def __call__(self, scope, receive, send):
        self.asked.append(scope["query_string"].decode())
        answer = json.dumps({"ret": 0, "output": self.output}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": answer})


def test_a_day_of_the_legacy_list_without_what_it_tells_is_told_and_asked_again(tmp_path, monkeypatch, capsys):
    for name in ENVIRON.keys() & {"AFTERCAST_LEGACY_APPID", "AFTERCAST_LEGACY_KEY"}:
        monkeypatch.setenv(name, ENVIRON[name])
    service, source, asked = FileList({"all_count": 3, "file_list": None}), new_site(tmp_path), []
    with serving(service) as address:
        for _ in range(2):
            code = run(["pull", "--from", "legacy", "--stream", "s", "--days", "3", "--source", str(source),
                        "--rate", "1000", "--endpoint", address])  # fmt: skip
            asked.append(len(service.asked))

    assert code == 7
    assert "failed to ask the file list: the answer tells of 3 rows, 0 came" in capsys.readouterr().err
    assert asked[1] == 2 * asked[0] >= 12, "every day is asked about twice a run"
