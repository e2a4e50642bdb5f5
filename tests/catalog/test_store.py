"""The database file is a cache: whatever happens to it, the next run has the right tables and says what it did."""

import os
import random
import sqlite3
import stat
from pathlib import Path

import pytest

from builder.catalog import Catalog, seal
from builder.errors import StorageError
from tests.catalog.world import HOUR_S, START_S, World, callback

CUT_OFF = "the catalog in the state folder was cut off or changed by something else; it is made anew from the sources"


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", *(callback(str(n), START_S + n * HOUR_S) for n in range(12)))
    return world


def database(world):
    return world.state / "catalog.sqlite"


def test_the_state_is_for_its_owner_only(world):
    world.run()

    assert stat.S_IMODE(world.state.stat().st_mode) == 0o700
    assert stat.S_IMODE(database(world).stat().st_mode) == 0o600


def test_a_fresh_catalog_needs_no_warning(world):
    report, _ = world.run()

    assert report.warning == ""
    assert world.run()[0].warning == ""


def test_a_changed_byte_anywhere_is_noticed(world):
    """Flipped bytes in any place, a zeroed page, any shorter length: made anew, never believed."""
    expected = world.run()[1]
    whole = database(world).read_bytes()
    rng = random.Random(7)
    damages = [
        whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :] for place in rng.sample(range(len(whole)), 12)
    ]
    damages += [whole[:4096] + bytes(4096) + whole[8192:], *(whole[: len(whole) * n // 8] for n in range(1, 8))]

    for damaged in damages:
        database(world).write_bytes(damaged)
        report, found = world.run()
        assert found == expected
        assert report.warning.endswith("it is made anew from the sources")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"junk" * 100, "is damaged"), (b"SQLite format 3\0", "is damaged")],
)
def test_a_foreign_file_is_replaced(world, content, reason):
    expected = world.run()[1]
    database(world).write_bytes(content)

    report, found = world.run()
    assert found == expected
    assert report.warning == f"the catalog in the state folder {reason}; it is made anew from the sources"


@pytest.mark.parametrize(
    ("pragma", "reason"),
    [
        ("user_version=999", "was written by a newer aftercast"),
        ("user_version=0", "was written by an older aftercast"),
        ("application_id=7", "belongs to another program"),
    ],
)
def test_another_programs_database_is_replaced(world, pragma, reason):
    expected = world.run()[1]
    connection = sqlite3.connect(database(world))
    connection.execute(f"PRAGMA {pragma}")
    connection.close()

    report, found = world.run()
    assert (found, reason in report.warning) == (expected, True)


def test_an_empty_file_is_no_reason_to_complain(world):
    world.state.mkdir(mode=0o700)
    database(world).touch()

    assert world.run()[0].warning == ""


def test_a_log_without_its_database_is_thrown_away(world):
    expected = world.run()[1]
    database(world).rename(world.state / "catalog.sqlite-wal")

    assert world.run()[1] == expected


def test_without_a_seal_nothing_is_believed(world):
    world.run()
    (world.state / "catalog.seal").unlink()

    assert world.run()[0].warning == CUT_OFF


def test_a_file_restored_with_whole_seconds_is_believed(world):
    """tar and many caches keep seconds only."""
    world.run()
    seconds = database(world).stat().st_mtime_ns // 10**9
    os.utime(database(world), ns=(0, seconds * 10**9))

    assert world.run()[0].warning == ""


def test_what_the_disk_may_not_have_is_not_believed_after_a_restart(world, monkeypatch):
    world.run()
    assert not seal.read(database(world)).synced
    monkeypatch.setattr(seal, "boot_id", lambda: "another boot")
    assert world.run()[0].warning == CUT_OFF


def test_the_second_run_makes_the_disk_have_it(world):
    world.run()
    world.run()

    assert seal.read(database(world)).synced


def test_a_killed_run_costs_nothing(world):
    """What was committed before is there, what was not is read again; no warning, no damage."""
    world.run()
    world.append("a.jsonl", callback("99", START_S + 99 * HOUR_S))
    child = os.fork()
    if child == 0:
        with Catalog.open(world.state) as catalog:
            world.refresh(catalog)
            os._exit(9)  # before anything is closed
    os.waitpid(child, 0)

    report, _ = world.run()
    assert (report.warning, report.counts.accepted, report.new.read) == ("", 13, 0)


def test_a_run_killed_before_its_seal_costs_nothing(world, monkeypatch):
    """What has been moved into the main file is trusted too: only the catalog knows what was published."""
    world.run()
    world.append("a.jsonl", callback("99", START_S + 99 * HOUR_S))
    child = os.fork()
    if child == 0:
        write = seal.write
        monkeypatch.setattr(
            seal, "write", lambda place, **how: write(place, **how) if how.get("is_open") else os._exit(9)
        )
        with Catalog.open(world.state) as catalog:
            world.refresh(catalog)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9

    report, _ = world.run()
    assert (report.warning, report.counts.accepted, report.new.read) == ("", 13, 0)
    assert not seal.read(database(world)).is_open


def test_where_the_seal_cannot_be_opened_nothing_is_changed(world):
    """As on a full disk."""
    world.run()
    world.append("a.jsonl", callback("99", START_S + 99 * HOUR_S))
    (world.state / "catalog.seal.tmp").mkdir()
    before = database(world).read_bytes()
    with pytest.raises(StorageError, match="failed to write the catalog: is a directory"):
        world.run()
    assert database(world).read_bytes() == before
    (world.state / "catalog.seal.tmp").rmdir()

    assert world.run()[0].warning == ""


def killed_in_a_checkpoint(world):
    """Leave what a run leaves that is killed when the main file is written: an open seal, a log."""
    child = os.fork()
    if child == 0:
        with Catalog.open(world.state) as catalog:
            world.refresh(catalog)
            with Path(f"{database(world)}-wal").open("rb") as log:
                before = log.read()
            catalog.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            Path(f"{database(world)}-wal").write_bytes(before)
            os._exit(9)
    os.waitpid(child, 0)
    assert seal.read(database(world)).is_open


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-4096]),
        lambda path: Path(f"{path}-wal").unlink(),
        lambda path: os.utime(path, ns=(0, seal.read(path).mtime_ns - 10**10)),
    ],
    ids=["cut off", "without its log", "an older one put back"],
)
def test_a_file_that_a_killed_run_did_not_leave_so_is_noticed(world, harm):
    world.run()
    world.append("a.jsonl", callback("99", START_S + 99 * HOUR_S))
    killed_in_a_checkpoint(world)
    harm(database(world))

    report, found = world.run()
    (world.state / "catalog.seal").unlink()
    assert (report.warning, found) == (CUT_OFF, world.run()[1])


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE notices SET item=x'ff'",
        "UPDATE sessions SET id=CAST(x'ff' AS TEXT) WHERE rowid=1",  # of which Python tells, not SQLite
    ],
    ids=["a value", "a letter"],
)
def test_a_damaged_file_is_made_anew_at_the_next_run(world, harm):
    """And is not sealed as it is, with the same failure at each run."""
    expected = world.run()[1]
    with Catalog.open(world.state) as catalog:
        catalog.connection.execute(harm)
    world.append("a.jsonl", callback("99", START_S + 2))
    with pytest.raises(StorageError, match="failed to read the catalog"):
        world.run()

    report, _ = world.run()
    world.write("a.jsonl", *(callback(str(n), START_S + n * HOUR_S) for n in range(12)))
    assert (report.warning, world.run()[1]) == (CUT_OFF, expected)


def test_readers_see_the_catalog_as_it_stands_while_one_writes(world):
    world.run()
    with Catalog.open(world.state) as writer, Catalog.open(world.state, readonly=True) as reader:
        world.append("a.jsonl", callback("99", START_S + 99 * HOUR_S))
        with writer.transaction():
            assert reader.session_count() == 12
        world.refresh(writer)
        assert reader.session_count() == 13


def test_without_a_catalog_there_is_nothing_to_read(tmp_path):
    with pytest.raises(StorageError, match="there is none yet"):
        Catalog.open(tmp_path, readonly=True)


def fail_in_the_middle(catalog):
    with catalog.transaction() as connection:
        connection.execute("DELETE FROM sessions")
        raise ZeroDivisionError


def test_a_failed_transaction_leaves_nothing(world):
    world.run()
    with Catalog.open(world.state) as catalog:
        with pytest.raises(ZeroDivisionError):
            fail_in_the_middle(catalog)
        assert catalog.session_count() == 12


def test_a_folder_in_the_place_of_the_database_is_an_error(world):
    database(world).mkdir(parents=True)

    with pytest.raises(StorageError, match="is a folder"):
        world.run()
    assert Path(database(world)).is_dir()
