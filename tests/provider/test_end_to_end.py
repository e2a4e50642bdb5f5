"""From a provider that loses, doubles, delays and reorders to the very broadcasts that happened."""

import os
import time
from datetime import UTC, datetime

import pytest

from builder.simulate.api import Account, QueryApi
from builder.simulate.delivery import Delivery, Weather
from builder.simulate.running import Running
from builder.simulate.truth import truth_of
from builder.simulate.world import make_world
from tests.provider.support import KEY, Receiver, aftercast, new_site, sessions_of, truth_in

SEEDS = int(os.environ.get("AFTERCAST_SEEDS", "3"))
DAY = 86_400
LONG_AGO = 1_754_006_400  # 2025-08-01T00:00:00Z: no list of recording tasks reaches so far
OF_LATE = int(time.time()) // DAY * DAY - 3 * DAY  # a midnight too: the same world
STORM = Weather(duplicates=0.3, lost=0.05, reorder=0.3, outages=3)


def day(at):
    return datetime.fromtimestamp(at, UTC).date().isoformat()


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_the_sessions_are_the_truth_whatever_the_weather(seed, tmp_path):
    """simulate → collect → pull --missing → sessions: exactly the files of every broadcast, none lost, none mixed."""
    start = OF_LATE if seed % 2 else LONG_AGO
    world = make_world(seed=seed, vjs=4, start=start, days=1.0)
    delivery = Delivery(world, STORM, seed=seed, key=KEY)
    source = new_site(tmp_path)
    receiver = Receiver(source)
    try:
        tally = delivery.run(receiver.url, speed=0)
    finally:
        assert receiver.stop() == 0
    before = sessions_of(source)
    account = Account("practice-legacy", "practice-id", "practice-secret")
    api = QueryApi(world, account, now=lambda: float("inf"), log=lambda: delivery.log, throttle_every=7)
    service = Running(api.app(), 0)
    try:
        aftercast(
            "pull", "--missing", "--source", str(source), "--endpoint", f"http://127.0.0.1:{service.port}",
            "--since", day(start - DAY), "--until", day(start + 3 * DAY), "--rate", "1000",
        )  # fmt: skip
    finally:
        service.stop()
    truth = truth_in(truth_of(world))

    told = {sent.event.of.file_id for sent in delivery.log if sent.event.event_type == 100 and not sent.result}
    files = {file for one in truth for names in one.values() for file in names}
    assert tally.given_up > 0, "the weather lost nothing: the test shows nothing"
    assert (before == truth) == (files <= told), "what was lost is missing; where only pushes were lost, nothing is"
    assert sessions_of(source) == truth
    assert ("DescribeRecordTask" in api.calls) == (start == OF_LATE)
    searches = api.calls.count("SearchMedia")
    assert 0 < searches <= 2 * len(truth), "only the holes are asked about"
