"""What may not be read is not gone: its records stay as they were, and every run says so."""

import errno
import os
from pathlib import Path

import pytest

from builder.catalog import Catalog, refresh
from builder.sources import limits
from tests.catalog.world import HOUR_S, START_S, World, callback, contents


class Locks:
    """Places that nobody may open, list or search: root, who runs tests too, is not held back by file modes."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.closed: set[str] = set()
        self.unsearchable: set[str] = set()
        for name in ("open", "scandir", "stat", "lstat"):
            patch.setattr(os, name, self.guarded(getattr(os, name), name))

    def guarded(self, real, name):
        def call(place, *rest, **named):
            text = os.fspath(place) if isinstance(place, (str, Path)) else ""
            inside = os.path.dirname(text) in self.unsearchable  # noqa: PTH120  # as the program asks
            if inside or (name in ("open", "scandir") and text in self.closed):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), text)
            return real(place, *rest, **named)

        return call


@pytest.fixture
def locks(monkeypatch) -> Locks:
    return Locks(monkeypatch)


def told(report) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.source, problem.message) for problem in report.problems]


def two(tmp_path) -> tuple[World, Path, dict[str, object]]:
    """A world of two files, the second in a folder, and what it holds."""
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    place = world.write("exports/b.jsonl", callback("2", START_S + 10 * HOUR_S))
    return world, place, world.run()[1]


@pytest.mark.parametrize("in_bulk", [False, True])
def test_a_file_that_may_not_be_opened_keeps_its_records(tmp_path, locks, monkeypatch, in_bulk):
    """Each run tells of it, until it can be read again."""
    world, place, before = two(tmp_path)
    if in_bulk:
        monkeypatch.setattr(refresh, "INCREMENTAL_ROWS", 0)
    world.append("exports/b.jsonl", callback("3", START_S + 20 * HOUR_S))
    locks.closed.add(str(place))
    said = [("unreadable_file", "recordings/exports/b.jsonl", "cannot be opened: permission denied")]

    for number in range(2):
        world.append("a.jsonl", *[callback("4", START_S + 40 * HOUR_S)] * number)
        report, found = world.run(allow_removal=False)
        assert told(report) == said
        assert report.removed == 0
        assert len(found["sessions"]) == 2 + number
    with Catalog.open(world.state) as catalog:
        assert [note.problem.code for note in catalog.problems()] == ["unreadable_file"]

    locks.closed.clear()
    report, found = world.run()
    assert (told(report), found["findings"], len(found["sessions"])) == ([], [], 4)
    assert found != before


def test_a_folder_that_may_not_be_listed_keeps_what_is_known_of_it(tmp_path, locks):
    world, place, before = two(tmp_path)
    locks.closed.add(str(place.parent))

    for _ in range(2):
        report, found = world.run(allow_removal=False)
        assert told(report) == [("unreadable_file", "recordings/exports", "cannot be listed: permission denied")]
        assert (found["sessions"], report.changed) == (before["sessions"], 0)

    locks.closed.clear()
    place.unlink()
    report, found = world.run()
    assert (report.removed, told(report), found["findings"]) == (1, [], [])


def test_a_folder_that_may_not_be_searched_keeps_what_is_known_of_it(tmp_path, locks):
    """Its names can be listed, and nothing more."""
    world, place, before = two(tmp_path)
    locks.unsearchable.add(str(place.parent))

    report, found = world.run(allow_removal=False)
    said = [("unreadable_file", "recordings/exports/b.jsonl", "cannot be opened: permission denied")]
    assert (told(report), found["sessions"]) == (said, before["sessions"])


def test_what_may_not_be_read_from_the_start_is_told_and_read_later(tmp_path, locks):
    """It is read as soon as that is allowed, though neither its size nor its time changed."""
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    place = world.write("b.jsonl", callback("2", START_S + 10 * HOUR_S))
    locks.closed.add(str(place))
    for _ in range(2):
        report, found = world.run()
        assert told(report) == [("unreadable_file", "recordings/b.jsonl", "cannot be opened: permission denied")]
        assert len(found["sessions"]) == 1

    locks.closed.clear()
    assert len(world.run()[1]["sessions"]) == 2
    with Catalog.open(world.state) as catalog:
        assert contents(catalog)["findings"] == []


def test_a_log_that_grew_too_large_keeps_the_records_it_had(tmp_path, monkeypatch):
    """What lies behind the limit is told as not read; nothing that was published goes."""
    world = World(tmp_path)
    place = world.write("a.jsonl", callback("1", START_S), callback("2", START_S + 10 * HOUR_S))
    before = world.run()[1]
    monkeypatch.setattr(limits, "FILE_BYTES", place.stat().st_size + 10)
    for number in (3, 4):
        world.append("a.jsonl", callback(str(number), START_S + 10 * number * HOUR_S))
        report, found = world.run(allow_removal=False)

        assert (found["sessions"], report.changed) == (before["sessions"], 0)
        assert [(problem.code, problem.offset) for problem in report.problems] == [
            ("file_too_large", limits.FILE_BYTES)
        ]
