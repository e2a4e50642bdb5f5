"""What pages ask of the catalog, with answers counted by hand."""

import pytest

from builder.addresses import tag_of
from builder.catalog import Catalog
from builder.catalog.values import DayTotal
from builder.model import Curation, StreamClaim, Vj
from tests.catalog.world import HOUR_S, START_S, World, callback

DAY_S = 24 * HOUR_S
ALICE = Vj(slug="alice", name="Alice", streams=(StreamClaim("room1"),))
BORIS = Vj(slug="boris", name="Boris", streams=(StreamClaim("room2"),))
# START_S is 2022-01-13 16:00 UTC, a Thursday; every record ends there and has half an hour
RECORDS = {
    "1": callback("1", START_S),
    "2": callback("2", START_S + 4 * HOUR_S),
    "3": callback("3", START_S + 4 * HOUR_S, 3600, stream_id="room2"),
    "4": callback("4", START_S + 20 * DAY_S),
    "5": callback("5", START_S + 8 * HOUR_S + 300, 900, stream_id="room2"),
    "6": callback("6", START_S + 400 * DAY_S),
}
CURATIONS = (
    Curation(source="replays/a.md", recordings=("1",), tags=("jazz", "live"), featured=True),
    Curation(source="replays/b.md", recordings=("4",), tags=("jazz",)),
    Curation(source="replays/c.md", recordings=("6",), visibility="hidden", tags=("jazz",)),
    Curation(source="replays/d.md", recordings=("5",), visibility="unlisted"),
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("questions"))
    world.write("a.jsonl", *RECORDS.values())
    with Catalog.open(world.state) as catalog:
        world.refresh(catalog, vjs=(ALICE, BORIS), curations=CURATIONS)
        yield catalog


def files(sessions):
    return "".join(session.recordings[0] for session in sessions)


def session(catalog, file_id):
    return catalog.session_of_file(file_id)


def test_sessions_by_name(catalog):
    found = session(catalog, "1")

    assert found.id == f"2022/01/13/{tag_of('1')}"
    assert catalog.session(found.id) == found
    assert session(catalog, "6").tombstone == "hidden"
    assert (catalog.session("2022/01/13/none"), session(catalog, "none")) == (None, None)
    assert catalog.session_count() == 6
    assert sorted(catalog.all_ids()) == sorted(each.id for each in catalog.all_sessions())


def test_tombstones_are_sessions_that_are_hidden_or_gone(catalog):
    assert files(catalog.tombstones()) == "6"


def test_days_and_periods(catalog):
    assert catalog.days("2022") == [
        DayTotal("2022-01-13", 3, 7_200_000),
        DayTotal("2022-02-02", 1, 1_800_000),
    ]
    assert catalog.days("2022-02") == [DayTotal("2022-02-02", 1, 1_800_000)]
    assert catalog.months() == [DayTotal("2022-01", 3, 7_200_000), DayTotal("2022-02", 1, 1_800_000)]
    assert catalog.years() == [DayTotal("2022", 4, 9_000_000)]
    assert (catalog.previous_period("2022-02-02"), catalog.next_period("2022-01-13")) == ("2022-01-13", "2022-02-02")
    assert (catalog.previous_period("2022-02"), catalog.next_period("2022-01")) == ("2022-01", "2022-02")
    assert (catalog.previous_period("2022"), catalog.next_period("2022")) == (None, None)


def test_one_day(catalog):
    assert files(catalog.day_sessions("2022-01-13")) == "132"
    assert files(catalog.day_sessions("2022-01-13", 19)) == "32"
    assert catalog.day_count("2022-01-13") == 3
    assert catalog.day_hours("2022-01-13") == [(15, 1), (19, 2)]
    assert (catalog.day_sessions("2022-01-14"), catalog.day_count("2022-01-14")) == ([], 0)


def test_vjs(catalog):
    alice, boris = catalog.vj_slugs()

    assert (alice.slug, alice.count, alice.recorded_ms) == ("alice", 3, 5_400_000)
    assert (alice.first_ms, alice.last_ms) == ((START_S - 1800) * 1000, (START_S + 20 * DAY_S - 1800) * 1000)
    assert (boris.longest_ms, boris.longest_id) == (3_600_000, session(catalog, "3").id)
    assert catalog.vj_total("boris") == boris
    assert catalog.vj_total("nobody") is None
    assert catalog.vj_months("alice") == [("2022-01", 2, 3_600_000), ("2022-02", 1, 1_800_000)]
    assert [total.day for total in catalog.vj_days("alice", "2022-02")] == ["2022-02-02"]
    assert files(catalog.vj_sessions("alice")) == "124"
    assert files(catalog.vj_sessions("alice", "2022-01")) == "12"
    assert files(catalog.vj_sessions("alice", "2022-02-02")) == "4"
    assert files(catalog.vj_sessions("alice", limit=2, newest_first=True)) == "42"


def test_hours_of_the_week(catalog):
    hours = catalog.vj_hours("alice")

    assert sum(map(sum, hours)) == 3
    assert (hours[3][15], hours[3][19], hours[2][15]) == (1, 1, 1)


def test_neighbours_are_listed_sessions_of_one_vj(catalog):
    before, after = catalog.neighbours(session(catalog, "2"))
    assert files([before, after]) == "14"
    assert catalog.neighbours(session(catalog, "4"))[1] is None
    assert catalog.neighbours(session(catalog, "3")) == (None, None)


def test_what_reaches_into_a_day_from_before(catalog):
    start = (START_S + 4 * HOUR_S) * 1000 - 60_000

    assert files(catalog.overlapping_day(start, start + 86_400_000)) == "32"


def test_tags(catalog):
    assert catalog.tags() == [("jazz", 2), ("live", 1)]
    assert files(catalog.tag_sessions("jazz")) == "14"
    assert files(catalog.tag_sessions("jazz", "2022-02-02")) == "4"
    assert files(catalog.tag_sessions("jazz", "2022-01")) == "1"
    assert catalog.tag_months("jazz") == [("2022-01", 1), ("2022-02", 1)]


def test_home(catalog):
    assert files(catalog.latest(2)) == "42"
    assert files(catalog.featured()) == "1"
    totals = catalog.totals()
    assert (totals.sessions, totals.recorded_ms, totals.vjs) == (4, 9_000_000, 2)
    assert totals.first_day == "2022-01-13"
    assert catalog.now_ms() == (START_S + 400 * DAY_S) * 1000


def test_records_for_people(catalog):
    assert [recording.key for recording in catalog.recordings_of(session(catalog, "1"))] == ["1"]
    assert [known.recording.url.rpartition("/x/")[2] for known in catalog.known("1")] == ["1/f0.mp4"]
    (stated,) = catalog.notices_of("1")
    assert (stated.source, stated.line, stated.notice.t) == ("recordings/a.jsonl", 1, START_S + 610)
    assert list(catalog.known("none")) == []
    assert [(total.stream.stream_id, total.vjs, total.sessions) for total in catalog.streams()] == [
        ("room1", ("alice",), 4),
        ("room2", ("boris",), 2),
    ]
    assert catalog.streams(unmapped=True) == []


def test_aliases_lead_to_the_session_that_has_the_recording(tmp_path):
    """A late file closes the gap between two sessions: the later address leads to the earlier one."""
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S), callback("2", START_S + 4000))
    world.run()
    world.append("a.jsonl", callback("3", START_S + 2100, 2100, t=START_S + 9000))
    with Catalog.open(world.state) as catalog:
        world.refresh(catalog)

        first, second = (f"2022/01/13/{tag_of(name)}" for name in "12")
        assert list(catalog.aliases()) == [(second, first)]
        assert catalog.alias_target(second) == first
        assert catalog.alias_target(first) is None
