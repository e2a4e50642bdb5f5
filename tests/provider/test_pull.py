"""The active query against the practice provider over real HTTP: paging, limits, budget, patience, tombstones."""

import itertools
import json
from pathlib import Path

import pytest

from builder.errors import RemoteError
from builder.pull import cloud as cloud_module
from builder.pull.calls import BudgetSpentError, Calls, TransientError
from builder.pull.cloud import Cloud, CloudAccount
from builder.pull.legacy import LegacyAccount, LegacyList
from builder.pull.run import Run
from builder.pull.shelf import Shelf
from builder.pull.windows import DAY_MS, Window, china_days, joined, pieces
from builder.simulate import api as api_module
from builder.simulate.api import Account, QueryApi
from builder.simulate.running import Running
from builder.simulate.world import World, make_world
from tests.provider.support import aftercast, new_site

START = 1_754_006_400  # 2025-08-01T00:00:00Z
WORLD = make_world(seed=5, vjs=3, start=START, days=1.0)
ACCOUNT = Account("practice-legacy", "practice-id", "practice-secret")
HOST = "1250000000.vod2.myqcloud.com"
WINDOW = Window((START - 86_400) * 1000, (START + 3 * 86_400) * 1000)
NOW_MS = WINDOW.end_ms + DAY_MS


@pytest.fixture
def api():
    return QueryApi(WORLD, ACCOUNT, now=lambda: float("inf"))


@pytest.fixture
def service(api):
    running = Running(api.app(), 0)
    yield f"http://127.0.0.1:{running.port}"
    running.stop()


def cloud(service: str, *, budget: int = 500, key: str = "practice-secret") -> Cloud:
    calls = Calls(budget=budget, per_second=10_000, sleep=lambda _: None)
    return Cloud(CloudAccount("practice-id", key, endpoint=service), calls)


def file_ids(source: Path) -> set[str]:
    """Return the file ids of all answers that lie in the site's records."""
    found: set[str] = set()
    for path in (source / "recordings").rglob("*.json"):
        answer = json.loads(path.read_text())
        found |= {row["FileId"] for row in answer.get("Response", {}).get("MediaInfoSet", [])}
        found |= {row["file_id"] for row in answer.get("output", {}).get("file_list", [])}
    return found


def everything() -> set[str]:
    return {file.file_id for file in WORLD.files()}


def test_media_brings_every_file_once(api, service, tmp_path):
    pulled = Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service), WINDOW)

    assert pulled.finished
    assert file_ids(tmp_path) == everything()


def test_a_window_with_too_many_rows_is_halved(api, service, tmp_path, monkeypatch):
    """Offset + Limit may not pass the provider's limit; smaller windows get everything all the same."""
    for module in (api_module, cloud_module):
        monkeypatch.setattr(module, "SEARCH_LIMIT", 20)
    monkeypatch.setattr(cloud_module, "SEARCH_PAGE", 10)
    Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service), WINDOW)

    assert file_ids(tmp_path) == everything()


def test_a_spent_budget_is_gone_on_with_by_the_next_run(api, service, tmp_path):
    runs, finished = 0, False
    while not finished:
        finished = Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service, budget=2), WINDOW).finished
        runs += 1
        assert runs < 20

    assert runs > 1
    assert file_ids(tmp_path) == everything()


def test_a_second_run_asks_nothing_and_writes_nothing(api, service, tmp_path):
    Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service), WINDOW)
    asked = len(api.calls)
    again = Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service), WINDOW)

    assert len(api.calls) == asked
    assert (again.windows, again.files_written) == (0, 0)


def test_a_throttled_call_is_tried_again(api, service, tmp_path):
    api.throttle_every = 2
    pulled = Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service), WINDOW)

    assert pulled.finished
    assert file_ids(tmp_path) == everything()


def test_a_wrong_key_is_a_clear_refusal(service, tmp_path):
    with pytest.raises(RemoteError, match=r"`SearchMedia` was refused: AuthFailure\.SignatureFailure"):
        Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service, key="wrong"), WINDOW)


def test_the_legacy_list_is_asked_a_china_day_at_a_time(api, service, tmp_path):
    calls = Calls(budget=500, per_second=10_000, sleep=lambda _: None)
    listing = LegacyList(LegacyAccount("1250000000", "practice-legacy", f"{service}/common_access"), calls)
    streams = sorted({file.stream for file in WORLD.files()})
    pulled = Run(Shelf(tmp_path, tmp_path / "state", "practice")).legacy(listing, WINDOW, streams, now_ms=NOW_MS)

    assert pulled.finished
    assert file_ids(tmp_path) == everything()


def test_a_legacy_key_that_is_wrong_is_a_clear_refusal(service, tmp_path):
    calls = Calls(budget=500, per_second=10_000, sleep=lambda _: None)
    listing = LegacyList(LegacyAccount("1250000000", "wrong", f"{service}/common_access"), calls)
    pulled = Run(Shelf(tmp_path, tmp_path / "state", "practice")).legacy(listing, WINDOW, ["a"], now_ms=NOW_MS)

    assert calls.made == 1
    assert "2025-07-31 of `a`: the file list was refused: `ret` is 5001" in str(pulled.failure)


def test_pulled_media_become_sessions_and_deleted_files_tombstones(api, service, tmp_path):
    """What the provider no longer has is a tombstone after the next look."""
    source = new_site(tmp_path)
    Run(Shelf(source, tmp_path / "pull", "practice")).media(cloud(service), WINDOW)
    before = [json.loads(line) for line in aftercast("sessions", "--json", "--source", str(source)).splitlines()]
    stream = WORLD.broadcasts[0].stream  # what is left there; everything else was deleted
    api.world = World(tuple(one for one in WORLD.broadcasts if one.stream == stream))
    Run(Shelf(source, tmp_path / "pull", "practice")).status(cloud(service), dict.fromkeys(everything(), HOST))
    after = [json.loads(line) for line in aftercast("sessions", "--json", "--source", str(source)).splitlines()]

    assert [one["id"] for one in before] == [one["id"] for one in after]
    assert not any(one["hidden"] for one in before)
    assert sum(not one["hidden"] for one in after) == len(api.world.broadcasts)


def test_an_account_that_knows_none_of_the_files_deletes_nothing(api, service, tmp_path):
    """Asked with the keys of another application, every file "does not exist"; believing it would empty the site."""
    api.world = make_world(seed=6, vjs=1, start=START, days=0.2)
    with pytest.raises(RemoteError, match=r"none of [0-9]+ files is known there, nothing was changed"):
        Run(Shelf(tmp_path, tmp_path / "state", "practice")).status(cloud(service), dict.fromkeys(everything(), HOST))

    assert file_ids(tmp_path) == set()
    assert not (tmp_path / "recordings").exists()


def test_the_status_of_many_files_is_gone_on_with_by_the_next_run(api, service, tmp_path):
    """A budget smaller than the site must not ask about the same first files for ever."""
    known = dict.fromkeys(sorted(everything())[:70], HOST)  # twice two calls of twenty files
    finished = [
        Run(Shelf(tmp_path, tmp_path / "state", "practice")).status(cloud(service, budget=2), known).finished
        for _ in range(2)
    ]

    assert finished == [False, True]
    assert file_ids(tmp_path) == set(known)


def test_an_earlier_beginning_is_asked_about_although_the_end_is_known(api, service, tmp_path):
    """First the last day, then four: how far a query came says nothing about what lies before its beginning."""
    for days in (0, 3):
        window = Window(WINDOW.end_ms - days * DAY_MS - 1000, WINDOW.end_ms)
        Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service), window)

    assert file_ids(tmp_path) == everything()


def test_the_present_day_is_asked_again_and_its_answer_replaces_the_earlier_one(api, service, tmp_path):
    """A timer that asks every ten minutes leaves one answer per day, not one per run."""
    noon = (START + 43_200) * 1000
    for minutes in (0, 10):
        api.now = lambda minutes=minutes: START + 43_200 + minutes * 60
        end = noon + minutes * 60_000
        Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service), Window(end - DAY_MS, end))
    names = [path.name for path in (tmp_path / "recordings").rglob("*.json")]

    assert names == ["20250801T000000Z--20250801T235959Z-0.json"]


def test_a_hole_in_the_legacy_list_is_asked_about_as_a_whole_day_in_china(api, service, tmp_path):
    """The list answers only for tasks that lie inside the window, so a window as narrow as the hole would miss them."""
    file = WORLD.files()[0]
    hole = Window(int(file.start) * 1000 + 60_000, int(file.end) * 1000 - 1000)
    calls = Calls(budget=9, per_second=10_000, sleep=lambda _: None)
    listing = LegacyList(LegacyAccount("1250000000", "practice-legacy", f"{service}/common_access"), calls)
    Run(Shelf(tmp_path, tmp_path / "state", "practice")).missing(
        {file.stream: [hole, hole]}, None, listing, now_ms=NOW_MS
    )

    assert file.file_id in file_ids(tmp_path)
    assert api.calls == ["Live_Tape_GetFilelist"]


def test_a_day_of_the_legacy_list_is_asked_again_until_its_channels_have_finished(api, service, tmp_path):
    stream = WORLD.files()[0].stream
    calls = Calls(budget=99, per_second=10_000, sleep=lambda _: None)
    listing = LegacyList(LegacyAccount("1250000000", "practice-legacy", f"{service}/common_access"), calls)
    day = next(china_days(Window(START * 1000, START * 1000)))
    asked = []
    for hours in (1, 11, 13, 14):
        now_ms = day.end_ms + hours * 3_600_000
        Run(Shelf(tmp_path, tmp_path / "state", "practice")).legacy(listing, day, [stream], now_ms=now_ms)
        asked.append(len(api.calls))

    assert asked == [1, 2, 3, 3]


def test_answers_are_for_the_owner_alone(api, service, tmp_path):
    """They hold push addresses with their secrets."""
    Run(Shelf(tmp_path, tmp_path / "state", "practice")).media(cloud(service), WINDOW)
    answers = list((tmp_path / "recordings").rglob("*.json"))

    assert "txSecret" in answers[0].read_text()
    assert {path.stat().st_mode & 0o777 for path in answers} == {0o600}


# --- patience ---


def test_waiting_doubles_and_gives_up_in_the_end():
    waits: list[float] = []
    calls = Calls(budget=100, per_second=10_000, sleep=waits.append, chance=lambda: 1.0, clock=lambda: 0.0)

    def busy():
        raise TransientError("busy")

    with pytest.raises(RemoteError, match="failed to ask x: busy"):
        calls.make("x", busy)

    assert [wait for wait in waits if wait >= 0.5] == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert calls.made == 6


def test_the_rate_is_kept_and_the_budget_ends_the_run():
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    calls = Calls(budget=3, per_second=2, sleep=sleep, clock=lambda: now[0])
    for _ in range(3):
        calls.make("x", lambda: None)

    assert now[0] == pytest.approx(1.0)
    with pytest.raises(BudgetSpentError):
        calls.make("x", lambda: None)


# --- windows ---


def test_china_days_end_at_midnight_in_china():
    """2025-08-01T15:00Z is 23:00 in China: an hour before and an hour after midnight are two whole days."""
    begin = (START + 15 * 3600) * 1000
    days = list(china_days(Window(begin, begin + 2 * 3_600_000)))
    midnight = begin + 3_600_000

    assert days == [Window(midnight - DAY_MS, midnight - 1000), Window(midnight, midnight + DAY_MS - 1000)]


@pytest.mark.parametrize("length_ms", [1000, DAY_MS - 1000, DAY_MS, DAY_MS + 1000, 5 * DAY_MS])
def test_pieces_cover_a_window_without_holes(length_ms):
    window = Window(0, length_ms)
    found = list(pieces(window, DAY_MS))

    assert (found[0].begin_ms, found[-1].end_ms) == (0, length_ms)
    assert all(one.end_ms + 1000 == other.begin_ms for one, other in itertools.pairwise(found))
    assert all(one.end_ms - one.begin_ms < DAY_MS for one in found)


def test_windows_that_touch_are_joined():
    assert joined([Window(5, 9), Window(0, 4), Window(20, 21)], 1) == [Window(0, 9), Window(20, 21)]
