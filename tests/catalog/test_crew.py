"""The crew of a bulk load: several processes, one order, and an error when one of them dies."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.catalog.crew import Crew
from builder.catalog.intake import FileRow, Task
from builder.catalog.jobs import dealt
from builder.catalog.turns import Turns, with_head
from builder.errors import ConfigError, StorageError
from builder.model import Value
from builder.sources import SourceFile


class Counting(Value, frozen=True):
    """Tells its name a few times."""

    name: str
    times: int

    def run(self) -> Iterator[bytes]:
        for number in range(self.times):
            yield f"{self.name}{number}".encode()


class Dying(Value, frozen=True):
    """Ends its process in the middle of the work."""

    def run(self) -> Iterator[bytes]:
        yield b"first"
        os._exit(3)


class Refusing(Value, frozen=True):
    """Finds a mistake of the user's in the middle of the work."""

    def run(self) -> Iterator[bytes]:
        yield b"first"
        raise ConfigError("a.md: `title` is given by b.md too", hint="keep one")


def test_a_crew_does_job_after_job_in_the_same_processes():
    with Crew(2) as crew:
        first = list(crew.run([Counting("a", 3), Counting("b", 2)]))
        second = list(crew.run([Counting("c", 1)]))

    assert sorted(first) == [b"a0", b"a1", b"a2", b"b0", b"b1"]
    assert [message for message in first if message[:1] == b"a"] == [b"a0", b"a1", b"a2"]
    assert second == [b"c0"]


def test_a_crew_of_none_does_the_jobs_here():
    with Crew(0) as crew:
        assert list(crew.run([Counting("a", 2)])) == [b"a0", b"a1"]


def test_messages_in_turn_come_from_each_job_after_the_other():
    with Crew(2) as crew:
        found = list(crew.in_turn([Counting("a", 3), Counting("b", 2)]))

    assert found == [b"a0", b"b0", b"a1", b"b1", b"a2"]


def test_a_process_that_dies_is_an_error_and_no_hang():
    for run in (Crew.run, Crew.in_turn):
        with Crew(2) as crew, pytest.raises(StorageError, match="ended early"):
            list(run(crew, [Dying(), Counting("a", 2)]))


def test_what_a_job_raises_is_raised_here_and_nothing_is_printed(capfd):
    """A mistake in a file of the user's is told as it is, however many processes there are."""
    for size in (0, 2):
        with Crew(size) as crew, pytest.raises(ConfigError, match="`title` is given by") as told:
            list(crew.run([Refusing()]))
        assert told.value.hint == "keep one"

    assert capfd.readouterr() == ("", "")


def test_files_that_come_too_early_hold_no_handles(tmp_path):
    """Thousands of small files may be read while one large one is."""
    turns = Turns(tmp_path, range(1, 51))
    for number in range(2, 51):
        assert not list(turns.take(with_head(number, b"%d" % number, is_last=True)))

    handles = [str(handle.resolve()) for handle in Path("/proc/self/fd").iterdir()]
    assert [place for place in handles if place.startswith(str(tmp_path))] == []
    assert list(turns.take(with_head(1, b"1", is_last=True))) == [b"%d" % number for number in range(1, 51)]


@pytest.mark.parametrize("seed", range(20))
def test_messages_of_several_readers_come_out_file_by_file(tmp_path: Path, seed: int):
    """Each reader sends its files in order; how the readers take turns does not matter."""
    chance = random.Random(seed)
    counts = {file: chance.randrange(1, 5) for file in range(1, 8)}
    readers: list[list[bytes]] = [[], [], []]
    for file, count in counts.items():
        messages = [with_head(file, b"%d.%d" % (file, n), is_last=n == count - 1) for n in range(count)]
        readers[chance.randrange(3)].extend(messages)
    turns, found = Turns(tmp_path, counts), []

    while waiting := [reader for reader in readers if reader]:
        found += turns.take(chance.choice(waiting).pop(0))

    assert found == [b"%d.%d" % (file, n) for file, count in counts.items() for n in range(count)]
    assert list(tmp_path.iterdir()) == []


def test_files_are_dealt_by_size_and_each_hand_keeps_their_order():
    tasks = [
        Task(SourceFile(str(number), str(number), size, 0, 0), FileRow(number, str(number)), "")
        for number, size in enumerate((5, 1, 9, 2, 3))
    ]

    hands = dealt(tasks, 2)
    assert [[task.file.size for task in hand] for hand in hands] == [[1, 9], [5, 2, 3]]
    assert dealt(tasks[:1], 2) == [(tasks[0],)]
