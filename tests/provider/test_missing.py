"""`pull --missing` in small worlds: what the first broadcasts of a stream have lost is found, whatever is usual there."""

import json
import time

import pytest

from builder.cli import run
from builder.simulate.api import Account, QueryApi
from builder.simulate.delivery import Delivery, Weather
from builder.simulate.truth import truth_of
from builder.simulate.world import make_world
from tests.provider.support import ENVIRON, new_site, serving, sessions_of, truth_in


class Written(Delivery):
    """A delivery to a file: what gets out is told there, a message a line."""

    def __init__(self, world, weather, *, seed):
        super().__init__(world, weather, seed=seed, key="")
        self.lines = []

    def _try(self, target, at, message):
        if not self._gets_out(at, message):
            return 0
        self.lines.append(json.dumps(message.event.body) + "\n")
        return 200


@pytest.mark.parametrize(
    ("seed", "lost"),
    [
        (77, 0.05), (82, 0.05), (93, 0.05), (26, 0.2), (29, 0.2), (48, 0.2), (54, 0.2), (60, 0.2), (104, 0.2),
        (1, 0.9), (2, 0.9),
    ],
)  # fmt: skip
def test_every_format_of_a_few_broadcasts_is_found(seed, lost, tmp_path, monkeypatch):
    """In most of these worlds every message about a format is lost: only the list of tasks tells that there was one."""
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.setenv(name, ENVIRON[name])
    world = make_world(seed=seed, vjs=4, start=int(time.time()) - 2 * 86_400, days=0.3)
    delivery = Written(world, Weather(duplicates=0.3, lost=lost, reorder=0.1, outages=2), seed=seed)
    delivery.run("", speed=0)
    source = new_site(tmp_path)
    (source / "recordings" / "told.jsonl").write_text("".join(delivery.lines))
    api = QueryApi(world, Account("", "practice-id", "practice-secret"), now=lambda: float("inf"))
    with serving(api.app()) as address:
        code = run(
            ["pull", "--missing", "--days", "3", "--rate", "1000", "--source", str(source), "--endpoint", address]
        )
    truth = truth_in(truth_of(world))

    assert code == 0
    assert sessions_of(source) == truth
    assert api.calls.count("SearchMedia") <= 2 * len(truth), "only the holes are asked about"
