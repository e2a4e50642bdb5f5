"""Disk full, I/O errors and power cuts: what was acknowledged is there, what was not stored was never acknowledged."""

from __future__ import annotations

import contextlib
import errno
import random
from pathlib import Path

import pytest

from builder.collect.line import decode, encode
from builder.collect.log import SEGMENT, Log
from tests.collect.disks import CHANGING, Faults, FaultyDisk, PowerCut, SimulatedDisk
from tests.collect.support import DEADLINE, Running, body_of, running, stored_bodies

FOLDER = Path("callbacks")
DAYS = (1_757_030_400_000, 1_757_116_800_000)
GROUPS = [[(day, number * 10 + n) for n in range(size)] for number, (day, size) in enumerate(
    [(DAYS[0], 1), (DAYS[0], 3), (DAYS[0], 12), (DAYS[1], 2), (DAYS[1], 1)]
)]  # fmt: skip


def lines_of(group: list[tuple[int, int]]) -> list[tuple[int, bytes]]:
    return [(at_ms, encode(at_ms, "fresh", f'{{"n":{number},"pad":"{"x" * 40}"}}')) for at_ms, number in group]


def work(disk: SimulatedDisk, acked: set[bytes], *, failing_is_fine: bool = False) -> None:
    """Open the log and append every group; what is acknowledged is noted."""
    log = Log(FOLDER, disk, lambda _: None)
    log.open()
    for group in GROUPS:
        records = lines_of(group)
        try:
            log.append(records)
        except OSError:
            assert failing_is_fine
        else:
            acked.update(line for _, line in records)
    log.close()


def lines_on(disk: SimulatedDisk) -> tuple[set[bytes], list[str]]:
    """Return every whole line, and the segments that do not end with one."""
    whole, torn = set(), []
    for name, file in disk.files.items():
        if SEGMENT.fullmatch(name):
            lines = bytes(file.cached).split(b"\n")
            whole |= {line + b"\n" for line in lines if decode(line)}
            if (len(lines) > 1 and not decode(lines[-2])) or lines[-1]:
                torn.append(name)
    return whole, torn


SUBMITTED = {line for group in GROUPS for _, line in lines_of(group)}


def count_calls(fault: Faults | None = None) -> int:
    disk = SimulatedDisk()
    disk.faults = fault or disk.faults
    work(disk, set(), failing_is_fine=True)
    return len(disk.faults.calls)


def check_power_cuts(seeds: int, plan_of=Faults) -> int:
    """Cut after every call, find the disk in `seeds` states each, cut the recovery too, and look."""
    states = 0
    for cut_at in range(1, count_calls(plan_of()) + 1):
        for seed in range(seeds):
            rng = random.Random(f"{cut_at} {seed}")
            disk, acked = SimulatedDisk(), set()
            disk.cut_at, disk.faults = cut_at, plan_of()
            with contextlib.suppress(PowerCut):
                work(disk, acked, failing_is_fine=True)
            found = disk.after_cut(rng)
            found.cut_at = rng.randint(1, 8)
            try:
                work(found, acked)
            except PowerCut:
                found = found.after_cut(rng)
            found.cut_at = 0
            work(found, acked)
            whole, torn = lines_on(found)
            assert acked <= whole, (cut_at, seed)
            assert whole <= SUBMITTED, (cut_at, seed)
            assert torn == [], (cut_at, seed)
            states += 1
    return states


def test_no_power_cut_loses_an_acknowledged_record() -> None:
    """After every call, in six states each, with the recovery cut as well."""
    assert check_power_cuts(6) > 100


def test_a_power_cut_after_an_io_error_loses_nothing_either() -> None:
    """A sync fails (and loses its pages for good), the work goes on in another segment, then the power goes."""
    for failing in (6, 11, 16, 17, 22, 23, 28):
        check_power_cuts(2, lambda failing=failing: Faults(lambda _, number: errno.EIO if number == failing else None))


@pytest.mark.torture
def test_thousands_of_power_cuts_lose_nothing() -> None:
    """As above, in 200 states after every call."""
    assert check_power_cuts(200) > 3_000


def test_the_net_has_no_hole() -> None:
    """The simulated disk does lose what was not synced: a log that forgets its syncs is caught."""

    class Forgetful(SimulatedDisk):
        def sync(self, handle: int) -> None:
            self._step("sync")

        sync_data = sync

    losses = 0
    for seed in range(20):
        disk, acked = Forgetful(), set()
        work(disk, acked)
        losses += not acked <= lines_on(disk.after_cut(random.Random(seed)))[0]

    assert losses > 10


@pytest.mark.parametrize("failures", [1, 2, 5, 1000])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_every_call_may_fail(code: int, failures: int) -> None:
    """The n-th failure loop: from call n on so many fail. Nothing is acknowledged that is not there; a restart heals."""
    total = count_calls()
    for number in range(1, total + 1):
        disk, acked = SimulatedDisk(), set()
        disk.faults = Faults(lambda _, call, n=number: code if n <= call < n + failures else None)
        work(disk, acked, failing_is_fine=True)
        whole, _ = lines_on(disk)
        assert acked <= whole <= SUBMITTED
        assert failures > 1 or len(SUBMITTED - acked) <= 12, "one failure costs one group at most"
        disk.faults = Faults()
        work(disk, acked)
        whole, torn = lines_on(disk)
        assert acked == whole == SUBMITTED
        assert torn == []
    assert total > 15


def post_all(receiver: Running, count: int) -> dict[str, int]:
    bodies = [body_of(str(10**18 + number)).decode() for number in range(count)]
    return {body: receiver.post(body.encode()) for body in bodies}


def post_until_stored(receiver: Running, body: bytes) -> int:
    """Post until it is stored; returns how often that took. Nobody restarts anything."""
    for tries in range(1, int(DEADLINE / 0.02)):
        if receiver.post(body) == 200:
            return tries
        receiver.get("/-/health")
    raise AssertionError("storing never worked again")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("call", CHANGING)
def test_a_receiver_on_a_failing_disk_answers_503_and_recovers(tmp_path: Path, call: str, code: int) -> None:
    """From some moment on every call of one kind fails; then they work again, and so does the receiver."""
    failing = {"on": False}
    calls = {call, "sync"} if call == "sync_data" else {call}  # else the looks whether it works again would say yes
    disk = FaultyDisk(Faults(lambda name, _: code if failing["on"] and name in calls else None))
    with running(tmp_path, disk=disk) as receiver:
        answers = post_all(receiver, 2)
        failing["on"] = True
        if call in {"open", "sync", "sync_folder"}:
            (tmp_path / "2025-09-05.jsonl").rename(tmp_path / "2025-09-04.jsonl")  # so that a segment must be opened
        failed = {body_of(str(number)).decode(): receiver.post(body_of(str(number))) for number in range(4)}
        health = receiver.get("/-/health").status
        failing["on"] = False
        post_until_stored(receiver, body_of("5000"))
        assert receiver.get("/-/health").status == 200

    stored = stored_bodies(tmp_path)
    assert set(answers.values()) == {200}
    assert set(failed.values()) <= {200, 503}
    if call in {"open", "write", "sync_data"}:
        assert set(failed.values()) == {503}
        assert health == 503
    assert {body for body, status in (answers | failed).items() if status == 200} <= set(stored)
    assert body_of("5000").decode() in stored
    assert "secret-path" not in "".join(receiver.said)


def test_a_single_failure_does_not_make_the_receiver_unready(tmp_path: Path) -> None:
    """One 503, one more segment, and the next notification is stored."""
    calls = iter([None, errno.EIO])
    disk = FaultyDisk(Faults(lambda name, _: next(calls, None) if name == "sync_data" else None))
    with running(tmp_path, disk=disk) as receiver:
        statuses = [receiver.post(body_of(str(number))) for number in range(3)]
        assert receiver.get("/-/health").status == 200
        assert receiver.metric("commit_failures_total") == 1

    assert statuses == [200, 503, 200]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025-09-05.1.jsonl", "2025-09-05.jsonl"]


def test_a_bug_in_the_log_is_a_503_and_no_silence(tmp_path: Path) -> None:
    """The commit thread lives on after an error that nobody expected."""
    broken = {"on": True}

    def plan(name: str, _number: int) -> int | None:
        if name == "sync_data" and broken["on"]:
            raise ZeroDivisionError
        return None

    with running(tmp_path, disk=FaultyDisk(Faults(plan))) as receiver:
        first = receiver.post(body_of("1"))
        broken["on"] = False
        second = receiver.post(body_of("2"))

    assert (first, second) == (503, 200)
    assert stored_bodies(tmp_path) == [body_of("2").decode()]
