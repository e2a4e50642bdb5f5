"""A build that is killed at a random moment: readers see whole pages with live links, the next build mends everything."""

import gc
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.build.sites import ALICE, SITE, TestSite, callback, difference
from tests.faults.reader import crawl

KILLS = int(os.environ.get("AFTERCAST_KILLS", "60"))
ROUNDS = max(4, KILLS // 50)  # sites; the kills are shared among them


def edit(site: TestSite, chance: random.Random, step: int) -> None:
    """Make a change that a build has something to do for."""
    move = chance.randrange(5)
    if move <= 1:
        site.append("a.jsonl", callback(chance.choice(("alice", "bob")), 1000 + step, step * 20_000, 900))
    elif move == 2:
        site.write("vjs/alice.md", ALICE.replace("Alice Lamp", f"Alice {step}"))
    elif move == 3:
        site.write("site.yaml", SITE.replace("Lampbridge", f"Lampbridge {step}"))
    else:
        visibility = chance.choice(("hidden", "public", "unlisted"))
        front = f"recordings: ['52{chance.randrange(6):017d}']\ntitle: T{step}\nvisibility: {visibility}\n"
        site.write("replays/x.md", f"---\n{front}---\n")


def killed_build(site: TestSite, delay: float) -> bool:
    """Run a build in a child and kill it after `delay` seconds, reading all the while; say whether it was killed."""
    gc.collect()
    child = os.fork()
    if child == 0:
        try:
            site.build(allow_removal=True, allow_exposure=True)
        finally:
            os._exit(0)
    reader = Reader(site.places.output)
    reader.start()
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    reader.stop()
    assert reader.wrong == []
    return os.WIFSIGNALED(status)


class Reader(threading.Thread):
    """Walks the live output again and again until it is stopped."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.wrong: list[str] = []
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            self.wrong += crawl(self.root)

    def stop(self) -> None:
        self.done.set()
        self.join()


def leftovers(root: Path) -> list[str]:
    return [path.name for path in root.rglob("*") if path.name.endswith(".aftercast-tmp")]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_killed_build_shows_no_half_page_and_the_next_one_mends_it(seed, tmp_path):
    """0 half pages, 0 dead links from `/` at any instant, 0 leftovers, and then the clean bytes."""
    chance = random.Random(seed)
    site = TestSite(tmp_path)
    for number in range(6):
        site.append("a.jsonl", callback("alice" if number % 2 else "bob", number, number * 90_000, 600))
    site.build()
    edit(site, chance, 900)
    began = time.monotonic()
    site.build(allow_removal=True, allow_exposure=True)
    usual = time.monotonic() - began  # of a build that has a change to publish
    killed = 0
    for step in range(KILLS // ROUNDS):
        edit(site, chance, step)
        killed += killed_build(site, chance.uniform(0, 1.1 * usual))
        assert crawl(site.places.output) == [], f"seed {seed}, step {step}"
        if chance.random() < 0.3:
            edit(site, chance, 100 + step)  # the cause may change before anyone mends what was begun
        if chance.random() < 0.7:
            site.build(allow_removal=True, allow_exposure=True)
            assert leftovers(site.places.output) == []
            assert difference(site.tree(), site.clean_tree()) == [], f"seed {seed}, step {step}"
            assert crawl(site.places.output) == []
    site.build(allow_removal=True, allow_exposure=True)

    assert difference(site.tree(), site.clean_tree()) == []
    assert killed > 0, "no build was killed: the test shows nothing"
