"""The loop of `watch` and `serve`: what it builds again without being told."""

import shutil
import threading
import time
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


class Waiting:
    """Counts what came of the builds, and lets others wait for one more."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def building(self) -> None:
        pass

    def progress(self, _what: str, _count: int) -> None:
        pass

    def built(self, _report: object) -> None:
        self.said.append("built")

    def failed(self, error: Exception) -> None:
        self.said.append(str(error))

    def next(self, count: int) -> None:
        end = time.monotonic() + 20
        while len(self.said) < count and time.monotonic() < end:
            time.sleep(0.02)


def add_templates(site: TestSite) -> None:
    folder = site.source.parent / "templates"
    folder.mkdir()
    (folder / "not_found.html").write_text("<title>nothing at all</title>")


def lose_state(site: TestSite) -> None:
    shutil.rmtree(site.places.state)
    site.append("a.jsonl", callback("alice", 1, 0, 600))  # whose page needs a template that none did before


@pytest.mark.parametrize("change", [add_templates, lose_state])
def test_what_comes_and_goes_beside_the_sources_is_taken_over(tmp_path: Path, monkeypatch, change):
    """A folder of templates may be made, and the state folder deleted, while the program runs."""
    monkeypatch.setattr("builder.watch.RESCAN_SECONDS", 0.05)
    site = TestSite(tmp_path)
    listener, stop = Waiting(), threading.Event()
    with watched(site.places) as watcher:
        thread = threading.Thread(
            target=Loop(site.places, ENVIRON, Options(wait=True), listener).run, args=(watcher, stop)
        )
        thread.start()
        listener.next(1)
        change(site)
        listener.next(2)
        watcher.stop(stop)
        thread.join(20)

    assert listener.said[:2] == ["built", "built"]
    assert site.tree() == site.clean_tree()
