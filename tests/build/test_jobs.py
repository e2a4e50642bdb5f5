"""`--jobs` holds for all that a build does: reading and grouping too."""

import os

import pytest

from builder.catalog import bulk
from builder.catalog.crew import Crew
from builder.cli import run
from tests.build.sites import TestSite, callback


@pytest.mark.parametrize(("told", "started"), [("1", 0), ("2", 2), ("3", 3), ("200", bulk.MAX_CREW)])
def test_no_more_processes_read_than_were_asked_for(tmp_path, monkeypatch, told, started):
    """Whatever the machine has; with one, all is done in the one that there is."""
    site, sizes = TestSite(tmp_path), []
    site.append("a.jsonl", "".join(callback("alice", number, 900 * number, 600) for number in range(4)))

    class Counted(Crew):
        def __init__(self, size: int) -> None:
            sizes.append(size)
            super().__init__(0)

    monkeypatch.setattr(bulk, "Crew", Counted)
    monkeypatch.setattr(bulk, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    assert run(["build", "--jobs", told, "--source", str(site.source)]) == 0
    assert sizes == [started]
