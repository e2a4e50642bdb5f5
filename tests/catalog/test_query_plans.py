"""One new callback costs the same in a large catalog: no statement on that way walks a large table."""

import random
import re

import pytest

from builder.catalog import Catalog, islands
from builder.catalog.ledger import Ledger
from builder.model import Curation, Session, Window
from builder.sessions import reach
from tests.catalog.world import HOUR_S, START_S, World, callback, deleted, push, random_records, task

LARGE = ("notices", "events", "recordings", "sessions", "aliases", "curated", "session_tags", "problems", "findings")
LARGE += ("pushes", "streams", "gone", "page", "days", "vj_days", "vj_hours", "vjs", "tags")


def walks(connection, statements):
    """Return the statements whose plan reads a whole large table, with the plan."""
    found = []
    for statement in sorted(set(statements)):
        if not re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT|WITH)", statement):
            continue
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"):
            match = re.match(r"SCAN (?:TABLE )?(\w+)", row[3])
            alias = match and match.group(1)
            table = re.search(rf"(\w+) AS {alias}\b", statement) if alias else None
            if match and (table.group(1) if table else alias) in LARGE:
                found.append((statement[:200], row[3]))
    return found


def test_an_incremental_run_looks_up_and_never_walks(tmp_path):
    """New and repeated recordings, events, a deletion, a file that vanishes, an expiry that passes."""
    world = World(tmp_path)
    world.write("a.jsonl", *random_records(random.Random(1), 60))
    world.write("b.jsonl", callback("1", START_S))
    world.run()
    (world.recordings / "b.jsonl").unlink()
    news = [callback("2", START_S + 90 * HOUR_S), callback("2", START_S + 90 * HOUR_S), deleted("5200000000000000001")]
    news += [push("start", START_S, "3"), push("stop", START_S + 900, "3"), task(START_S, "task1", "live1")]
    world.append("a.jsonl", *news, callback("3", START_S + 200 * HOUR_S, app=None, appname=None))
    with Catalog.open(world.state) as catalog:
        statements = []
        catalog.connection.set_trace_callback(statements.append)
        report = world.refresh(catalog)
        catalog.connection.set_trace_callback(None)

        assert not report.everything
        assert len(statements) > 50
        assert walks(catalog.connection, statements) == []


def test_a_walk_would_be_seen(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    world.run()
    with Catalog.open(world.state) as catalog:
        statements = ["SELECT body FROM sessions WHERE visibility='x'", "SELECT 1 FROM notices AS n WHERE n.line=3"]

        assert len(walks(catalog.connection, statements)) == 2


SLICES = [callback(str(number), START_S + 59 * number, 60) for number in range(160)]
MERGE = Curation(source="replays/merge.md", recordings=("1",), merge=("1", "3"))
HIDE = Curation(source="replays/hide.md", recordings=("5",), visibility="hidden")
WINDOW = Curation(
    source="replays/window.md", window=Window("room1", START_S * 1000 + 600_000, START_S * 1000 + 900_000)
)


@pytest.mark.parametrize("said", [(HIDE,), (MERGE, HIDE), (HIDE, WINDOW)])
def test_without_a_gap_one_more_slice_costs_the_same_however_long_its_stream_is(tmp_path, said):
    """Slices mostly overlap a little, but few of them show anything of another replay."""

    def questions(slices):
        world = World(tmp_path / str(len(slices)))
        world.write("a.jsonl", *slices[:-1])
        world.run(gap_ms=0, curations=said)
        world.append("a.jsonl", slices[-1])
        with Catalog.open(world.state) as catalog:
            statements = []
            catalog.connection.set_trace_callback(statements.append)
            report = world.refresh(catalog, gap_ms=0, curations=said)
            catalog.connection.set_trace_callback(None)
        assert report.changed == 1
        return len(statements)

    assert questions(SLICES) == questions(SLICES[:40])


@pytest.mark.parametrize("hole_s", [60, 1000])
def test_the_days_of_a_broadcast_that_never_ends_are_not_reached_one_by_one(tmp_path, monkeypatch, hole_s):
    """Each would be a round over all that is known by then; a hole longer than the gap is bridged by the task."""
    length_s = 3600 - hole_s
    hours = [callback(str(number), START_S + HOUR_S * number, length_s, task_id="t") for number in range(12 * 24)]
    world = World(tmp_path)
    world.write("a.jsonl", *hours[:-1])
    world.run()
    world.append("a.jsonl", hours[-1])
    given = []
    monkeypatch.setattr(islands, "reach", lambda known, *rest: given.append(len(known)) or reach(known, *rest))

    assert world.run()[0].changed == 1

    assert given[-1] == len(hours)
    assert sum(given) <= 2 * len(hours)


def test_recordings_that_are_in_no_session_are_told_without_a_look_at_the_others(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", *random_records(random.Random(3), 40))
    world.run()
    with Catalog.open(world.state) as catalog:
        statements = []
        catalog.connection.set_trace_callback(statements.append)
        catalog.problems(10)
        catalog.connection.set_trace_callback(None)
        (asked,) = [statement for statement in statements if "session IS NULL" in statement]
        plan = [row[3] for row in catalog.connection.execute(f"EXPLAIN QUERY PLAN {asked}")]

        assert plan == ["SCAN recordings USING INDEX recordings_homeless"]


def test_questions_of_pages_that_follow_a_session_never_walk(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", *random_records(random.Random(2), 40))
    world.run()
    with Catalog.open(world.state) as catalog:
        session = next(iter(catalog.latest(1)))
        assert isinstance(session, Session)
        statements = []
        catalog.connection.set_trace_callback(statements.append)
        ask(catalog, session)
        catalog.connection.set_trace_callback(None)

        assert walks(catalog.connection, statements) == []


def ask(catalog, session):
    day, month, year = session.day, session.day[:7], session.day[:4]
    catalog.session(session.id)
    catalog.session_of_file(session.recordings[0])
    catalog.day_sessions(day)
    catalog.day_sessions(day, 3)
    catalog.day_count(day)
    catalog.day_hours(day)
    catalog.days(month)
    catalog.days(year)
    catalog.months(year)
    for period in (day, month, year):
        catalog.previous_period(period)
        catalog.next_period(period)
    catalog.vj_total(session.vj)
    catalog.vj_months(session.vj)
    catalog.vj_days(session.vj, month)
    catalog.vj_sessions(session.vj, month)
    catalog.vj_sessions(session.vj, day)
    catalog.vj_sessions(session.vj, limit=5, newest_first=True)
    catalog.vj_unlisted_sessions(session.vj, limit=5)
    catalog.vj_unlisted_ids(session.vj)
    catalog.vj_hours(session.vj)
    catalog.neighbours(session)
    catalog.tag_sessions("a", month)
    catalog.tag_months("a")
    catalog.alias_target(session.id)
    catalog.former_anchor(session.id)
    catalog.now_ms()
    catalog.session_count()


def test_the_pieces_of_a_list_are_found_by_their_address(tmp_path):
    """Not by a walk over all pages of their kind: it is asked for each list that a new broadcast touches."""
    world = World(tmp_path)
    world.run()
    with Catalog.open(world.state) as catalog:
        statements = []
        catalog.connection.set_trace_callback(statements.append)
        list(Ledger(catalog.connection, "x").names_below("vj_month", "vj/alice/2022-01/"))
        catalog.connection.set_trace_callback(None)
        (statement,) = (each for each in statements if "FROM page" in each)
        plan = [row[3] for row in catalog.connection.execute(f"EXPLAIN QUERY PLAN {statement}")]

    assert "SEARCH page USING PRIMARY KEY (output=? AND path>? AND path<?)" in plan
