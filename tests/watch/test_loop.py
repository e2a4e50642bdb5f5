"""The loop of `watch` and `serve`: what it builds again without being told."""

import shutil
import threading
from pathlib import Path

import pytest

from builder.build import Options
from builder.loop import Loop, watched
from tests.build.sites import ENVIRON, TestSite, callback


class Breaking:
    """Deletes the output at the end of some builds, or amid them; stops the loop when one comes through, or at last."""

    def __init__(self, output: Path, when: str, *numbers: int) -> None:
        self.output, self.when, self.numbers = output, when, numbers
        self.stop = threading.Event()
        self.said: list[str] = []

    def building(self) -> None:
        pass

    def progress(self, _what: str, _count: int) -> None:
        if self.when == "amid" and len(self.said) in self.numbers:
            shutil.rmtree(self.output)

    def built(self, _report: object) -> None:
        if self.when == "at the end" and len(self.said) in self.numbers:
            shutil.rmtree(self.output)
        self.said.append("built")
        self.stop_at_last()

    def failed(self, _error: Exception) -> None:
        self.said.append("failed")

    def stop_at_last(self) -> None:
        if self.output.is_dir() and len(self.said) > max(self.numbers):
            self.stop.set()


@pytest.mark.parametrize(
    ("when", "numbers", "said"),
    [
        ("at the end", [0], ["built"] * 2),
        ("at the end", [0, 1], ["built"] * 3),
        ("amid", [1], ["built", "failed", "built"]),
    ],
)
def test_an_output_that_goes_during_a_build_comes_back(tmp_path: Path, monkeypatch, when, numbers, said):
    """Nothing else changes: nobody should have to touch a source for it."""
    monkeypatch.setattr("builder.watch.RESCAN_SECONDS", 0.05)
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    listener = Breaking(site.places.output, when, *numbers)
    with watched(site.places) as watcher:
        loop = Loop(site.places, ENVIRON, Options(wait=True), listener)
        thread = threading.Thread(target=loop.run, args=(watcher, listener.stop))
        thread.start()
        if when == "amid":
            while not listener.said:
                listener.stop.wait(0.02)
            site.append("a.jsonl", callback("alice", 2, 90_000, 600))
        listener.stop.wait(20)
        listener.stop.set()
        thread.join(20)

    assert listener.said == said
    assert site.tree() == site.clean_tree()
