"""What the service refuses is remembered by `pull`, and keeps nothing else waiting: many streams, or old days."""

import json
from collections import Counter
from datetime import datetime
from functools import partial

import pytest

from builder.cli import run
from builder.pull.calls import Calls
from tests.provider.support import ENVIRON, Provider, new_site, serving
from tests.provider.test_pages import FileList

BEGIN = 1_753_977_600  # 2025-07-31T16:00:00Z, midnight in China
DAY = 86_400
REFUSED = {"Error": {"Code": "InvalidParameterValue", "Message": "no matter"}}


class Service:
    """Answers about the days of streams, or refuses them; remembers both by stream and moment."""

    def __init__(self, refuses):
        self.refuses = refuses  # stream and moment → whether it does
        self.asked = []  # of each run, what was answered and what was refused
        self.tasks = []

    def begin_run(self):
        self.asked.append((Counter(), Counter()))

    def answers(self, streams, moment):
        is_refused = any(self.refuses(stream, moment) for stream in streams)
        self.asked[-1][is_refused].update((stream, moment) for stream in streams)
        return not is_refused

    @property
    def answered(self):
        return sum((answered for answered, _ in self.asked), Counter())

    def calls(self):
        """Return how many questions about single streams each run was refused."""
        return [refused.total() for _, refused in self.asked]


class OldList(FileList):
    """The file list of 2016–2019 of a service."""

    def __init__(self, service):
        super().__init__({"all_count": 0, "file_list": []})
        self.service = service
        self.refused = self

    def __contains__(self, stream):
        moment = datetime.fromisoformat(f"{self.asked[-1]}+08:00").timestamp()
        return not self.service.answers([stream], moment)


def cloud(service):
    def answer(ask):
        if ask["action"] == "DescribeRecordTask":
            return {"TaskList": service.tasks}
        streams = ask.get("StreamIds") or [ask.get("StreamName", "")]
        moment = datetime.fromisoformat(ask.get("StartTime") or ask["CreateTime"]["After"]).timestamp()
        return {"TotalCount": 0, "TotalNum": 0} if service.answers(streams, moment) else REFUSED

    return Provider(answer)


@pytest.fixture
def pull(tmp_path, monkeypatch, capsys):
    """Run the command on a site so many days after the beginning; return its exit code, data and words."""
    for name in ENVIRON.keys() & {
        "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "AFTERCAST_LEGACY_APPID", "AFTERCAST_LEGACY_KEY",
    }:  # fmt: skip
        monkeypatch.setenv(name, ENVIRON[name])
    source = new_site(tmp_path)

    def ask(service, origin, streams, *more, days, address):
        service.begin_run()
        now = BEGIN + days * DAY + 13 * 3600.0  # the day before is over for the old list too
        monkeypatch.setattr("builder.cli.pull.time.time", lambda: now)
        named = [part for name in streams for part in ("--stream", name)]
        code = run(["pull", "--from", origin, "--source", str(source), "--state", str(tmp_path / "state"), "--json",
                    "--rate", "1000", "--endpoint", address, "--since", "2025-07-31T16:00:00Z", *named, *more])  # fmt: skip
        told = capsys.readouterr()
        return code, json.loads(told.out), told.err

    def until_finished(service, origin, streams, *more, days, most=12, address):
        for _ in range(most):
            code, told, said = ask(service, origin, streams, *more, days=days, address=address)
            if told["finished"]:
                return code, told, said
        raise AssertionError(f"{most} runs are not enough")

    ask.source, ask.until_finished = source, until_finished
    return ask


def served(service, origin):
    return serving(OldList(service) if origin == "legacy" else cloud(service))


def names(kind, number):
    return [f"{kind}{at:02d}" for at in range(number)]


def is_bad(stream, moment):
    return stream.startswith("bad")


@pytest.mark.parametrize("good_first", [False, True])
@pytest.mark.parametrize(("origin", "days", "most"), [("legacy", 30, 3), ("callbacks", 10, 3), ("vod", 30, 4)])
def test_refused_streams_keep_no_other_waiting_in_whatever_number_they_are(origin, days, most, good_first, pull):
    """Two of them had ended each run at every day: 4 of 8 streams and 57 days took more than a hundred runs."""
    streams = sorted([*names("bad", 4), *names("good", 4)], reverse=good_first)
    service = Service(is_bad)
    with served(service, origin) as address:
        codes = [pull(service, origin, streams, days=days, address=address)[0] for _ in range(most)]
        first = {one: number for one, number in service.answered.items() if one[1] < BEGIN + (days - 1) * DAY}
        code, told, said = pull(service, origin, streams, days=days, address=address)
        rest = [pull(service, origin, streams, days=days, address=address)[1]["finished"] for _ in range(3)]
        refused = service.calls()
        service.refuses = lambda stream, moment: False
        begun = service.answered
        last = pull(service, origin, streams, days=days, address=address)
        came = service.answered - begun

    assert codes == [7] * most
    assert {stream for stream, _ in first} == {*names("good", 4)}
    assert len(first) >= 4 * (days - 1)
    assert set(first.values()) == {1}, "no day that came whole is asked about again"
    assert (code, told["finished"], rest) == (7, True, [True] * 3)
    assert "of `bad0" in told["failure"]
    assert "was refused" in said
    assert max(refused[most:]) <= 2, "what was refused is asked again, two in a run"
    assert last[0] == 0
    assert len({one for one in came if one[0].startswith("bad")}) >= 4 * days


def test_a_stream_that_was_refused_once_waits_for_none_that_fails_again_and_again(pull, monkeypatch):
    """Two failures end each run; what the service refused stood behind all that failed, and was never reached."""
    monkeypatch.setattr("builder.cli.pull.Calls", partial(Calls, sleep=lambda _: None))
    service = Service(lambda stream, moment: stream == "once")
    answering = cloud(service).answer

    def answer(ask):
        return {"Error": {"Code": "InternalError", "Message": "-"}} if ask["StreamName"] == "never" else answering(ask)

    with serving(Provider(answer)) as address:
        for _ in range(12):
            pull(service, "callbacks", ["once", "never"], days=10, address=address)
            service.refuses = lambda stream, moment: False

    came = {moment for stream, moment in service.answered if stream == "once"}
    assert len(came) >= 10


def test_many_refused_streams_are_passed_in_few_runs(pull):
    """Of new ones as many in turn may be refused as are known: each is asked about once before others have come."""
    streams = [*names("bad", 50), "good"]
    service = Service(is_bad)
    with served(service, "legacy") as address:
        code = pull.until_finished(service, "legacy", streams, days=5, most=6, address=address)[0]
        refused = service.calls()

    assert code == 7
    assert len(service.answered) == 6
    assert refused[:5] == [2, 2, 4, 8, 16]
    assert sum(refused) <= 50 + 2


@pytest.mark.parametrize(("number", "most"), [(1, 2), (2, 2), (7, 4), (30, 6)])
def test_a_list_that_refuses_old_days_is_asked_for_the_new_ones_at_once(number, most, pull):
    """It had been asked for one old day in each run, until the first that it tells of."""
    told, streams = BEGIN + 25 * DAY, names("s", number)
    service = Service(lambda stream, moment: moment < told)
    with served(service, "legacy") as address:
        for _ in range(most):
            code, _, said = pull(service, "legacy", streams, days=40, address=address)

    assert code == 7
    assert "the file list was refused" in said
    assert {moment for _, moment in service.answered} == {told + day * DAY for day in range(16)}
    assert len(service.answered) == len(streams) * 16
    assert service.calls()[-1] <= 2


def test_refused_days_of_all_streams_at_once_are_passed_in_few_runs(pull):
    service = Service(lambda stream, moment: moment < BEGIN + 20 * DAY)
    with served(service, "vod") as address:
        code = pull.until_finished(service, "vod", [], days=30, most=5, address=address)[0]
        pull(service, "vod", [], days=30, address=address)

    assert (code, len(service.answered)) == (7, 11)
    assert set(service.answered.values()) == {1}
    assert service.calls()[-1] == 2


def test_days_that_came_are_not_asked_about_again_where_older_ones_are_refused(pull):
    """How far a stream came is one window; its new days must touch it."""
    told = BEGIN + 5 * DAY
    service = Service(lambda stream, moment: moment < told)
    with served(service, "legacy") as address:
        for days in (10, 10, 10, 14, 14, 14):
            code, data, _ = pull(service, "legacy", ["a", "b", "c"], days=days, address=address)

    assert (code, data["finished"]) == (7, True)
    over = {
        one: number for one, number in service.answered.items() if one[1] not in {BEGIN + 10 * DAY, BEGIN + 14 * DAY}
    }
    assert set(over.values()) == {1}
    assert len(over) == 3 * 8


def test_a_new_day_of_a_parted_group_comes_in_the_first_run(pull):
    """The group would be refused once more; the others of it would wait for a run."""
    streams = ["bad", *names("good", 3)]
    service = Service(is_bad)
    with served(service, "vod") as address:
        pull.until_finished(service, "vod", streams, days=5, address=address)
        pull(service, "vod", streams, days=5, address=address)
        pull(service, "vod", streams, days=7, address=address)
        answered, refused = service.asked[-1]
        service.refuses = lambda stream, moment: False
        codes = [pull(service, "vod", streams, days=7, address=address)[0]]
        codes.append(pull(service, "vod", streams, days=8, address=address)[0])

    assert {stream for stream, _ in answered} == {*streams[1:]}
    assert len({moment for _, moment in answered}) >= 2
    assert {stream for stream, _ in refused} == {"bad"}
    assert codes == [0, 0]
    assert service.asked[-1][0].total() == 4 * len({moment for _, moment in service.asked[-1][0]}), (
        "and of all of it then"
    )


@pytest.mark.parametrize("origin", ["legacy", "callbacks", "vod"])
@pytest.mark.parametrize("number", [1, 2, 12])
def test_a_service_that_refuses_everything_is_asked_little_by_every_run(number, origin, pull):
    """Whatever is wrong may be the account, which is told; when it is mended everything comes."""
    service, codes = Service(lambda stream, moment: True), set()
    with served(service, origin) as address:
        for _ in range(12):
            code, told, said = pull(service, origin, names("s", number), days=8, address=address)
            codes.add(code)
        asked = [len({*refused}) for _, refused in service.asked]
        service.refuses = lambda stream, moment: False
        last = pull.until_finished(service, origin, names("s", number), days=8, most=2, address=address)

    assert codes == {7}
    assert "was refused" in told["failure"]
    assert "hint: " in said
    assert ("what else was refused before is left to the next runs" in said) is (number > 1)
    assert max(asked[-4:]) <= 2
    assert sum(asked) <= number * (2 if origin == "vod" else 1) + 10 + 2 * 12
    assert last[0] == 0
    assert len(service.answered) >= number * 8


def test_a_state_of_an_earlier_version_is_gone_on_with(pull):
    """It knows the days that were refused, and not that they were."""
    streams = [*names("bad", 4), *names("good", 4)]
    service = Service(is_bad)
    with served(service, "legacy") as address:
        pull(service, "legacy", streams, days=20, address=address)
        (progress,) = pull.source.rglob(".asked")
        known = json.loads(progress.read_text())
        kept = {what: mark for what, mark in known.items() if not what.startswith("refused ")}
        progress.write_text(json.dumps(kept))
        pull.until_finished(service, "legacy", streams, days=20, most=4, address=address)

    assert len(kept) < len(known)
    assert {stream for stream, _ in service.answered} == {*names("good", 4)}
    assert len(service.answered) == 4 * 21


def test_holes_of_refused_streams_keep_no_other_waiting(pull):
    streams = [*names("bad", 5), *names("good", 2)]
    service = Service(is_bad)
    service.tasks = [
        {"StreamName": stream, "StartTime": BEGIN + day * DAY + 3600, "EndTime": BEGIN + day * DAY + 7200}
        for stream in streams for day in range(20)
    ]  # fmt: skip
    with served(service, "vod") as address:
        code, told, _ = pull.until_finished(service, "vod", [], "--missing", days=20, most=4, address=address)
        pull(service, "vod", [], "--missing", days=20, address=address)

    assert (code, len(service.answered)) == (7, 40)
    assert set(service.answered.values()) == {1}
    assert "of `bad0" in told["failure"]
    assert max(service.calls()) <= 3
