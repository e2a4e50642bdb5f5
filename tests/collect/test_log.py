"""The log on a real disk: names, permissions, torn tails, what happens by hand while it is open."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from builder.collect.disk import Disk
from builder.collect.line import encode, is_whole
from builder.collect.log import Log, segment_name
from builder.errors import LockedError
from tests.collect.disks import Faults, FaultyDisk
from tests.collect.support import stored_bodies

DAY_MS = 86_400_000
MORNING = 1_757_030_400_000  # 2025-09-05T00:00:00Z


def record(number: int, at_ms: int = MORNING) -> tuple[int, bytes]:
    return at_ms, encode(at_ms, "fresh", f'{{"n":{number}}}')


def opened(folder: Path, disk: Disk | None = None) -> Log:
    log = Log(folder, disk or Disk(), lambda _: None)
    log.open()
    return log


def write(folder: Path, *numbers: int, at_ms: int = MORNING) -> None:
    log = opened(folder)
    log.append([record(number, at_ms) for number in numbers])
    log.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_segments_are_days_of_the_receive_time_in_utc(tmp_path: Path) -> None:
    """The last millisecond of a day and the first of the next are in two files, one group or not."""
    write(tmp_path, 1, at_ms=MORNING - 1)
    log = opened(tmp_path)
    log.append([record(2, MORNING - 1), record(3, MORNING), record(4, MORNING + DAY_MS)])
    log.close()

    assert names(tmp_path) == ["2025-09-04.jsonl", "2025-09-05.jsonl", "2025-09-06.jsonl"]
    assert stored_bodies(tmp_path) == ['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}']


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_the_folder_is_0700_and_segments_are_0600(tmp_path: Path, umask: int) -> None:
    """Whatever the umask is: the log holds push secrets."""
    folder = tmp_path / "site_src" / "recordings" / "callbacks"
    (tmp_path / "site_src" / "recordings").mkdir(parents=True)
    before = os.umask(umask & 0o077)
    try:
        write(folder, 1)
    finally:
        os.umask(before)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "2025-09-05.jsonl").stat().st_mode) == 0o600


def test_a_folder_open_to_everybody_is_closed(tmp_path: Path) -> None:
    """A folder that git or a person made 0755 becomes 0700; one shared with a group on purpose stays."""
    for mode, becomes in ((0o755, 0o700), (0o750, 0o750)):
        folder = tmp_path / oct(mode)
        folder.mkdir(mode=mode)
        folder.chmod(mode)
        write(folder, 1)

        assert stat.S_IMODE(folder.stat().st_mode) == becomes


def test_a_second_receiver_is_refused(tmp_path: Path) -> None:
    """The lock is the kernel's: it ends with its owner, and the next one gets it."""
    log = opened(tmp_path)
    with pytest.raises(LockedError) as caught:
        opened(tmp_path)
    log.close()

    assert caught.value.exit_code == 6
    opened(tmp_path).close()


@pytest.mark.parametrize(
    "tail",
    [
        b'{"received_ms":1757030400000,"verdict":"fresh","crc":"00',
        encode(MORNING, "fresh", '{"n":9}')[:-2],
        encode(MORNING, "fresh", '{"n":9}').replace(b"9", b"8"),
        b"\0" * 4096,
        b"\0" * 100 + encode(MORNING, "fresh", '{"n":9}')[50:],
        b"\n",
        b"x" * 300_000,
    ],
    ids=["half", "no brace", "wrong checksum", "zeros", "zeros and an end", "empty line", "long"],
)
def test_a_torn_tail_is_cut_on_open_and_kept_aside(tmp_path: Path, tail: bytes) -> None:
    """The good lines stay, the tail goes to a dot file, and the next record follows the last good one."""
    write(tmp_path, 1, 2)
    path = tmp_path / "2025-09-05.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    write(tmp_path, 3)

    aside = f".cut-2025-09-05.jsonl-{len(whole)}-0"
    assert names(tmp_path) == [aside, "2025-09-05.jsonl"]
    assert (tmp_path / aside).read_bytes() == tail
    assert stored_bodies(tmp_path) == ['{"n":1}', '{"n":2}', '{"n":3}']


def test_a_segment_of_one_torn_line_is_emptied(tmp_path: Path) -> None:
    """The power went during the first record of the day."""
    (tmp_path / "2025-09-05.jsonl").write_bytes(record(1)[1][:40])
    write(tmp_path, 2)

    assert stored_bodies(tmp_path) == ['{"n":2}']


@pytest.mark.parametrize("before", [(), (1, 2)])
def test_a_whole_line_that_lacks_only_its_line_feed_is_kept(tmp_path: Path, before: tuple[int, ...]) -> None:
    """Its checksum is right and the builder reads it: cutting it would take a page away."""
    lines = b"".join(record(number)[1] for number in (*before, 3))
    (tmp_path / "2025-09-05.jsonl").write_bytes(lines[:-1])
    write(tmp_path, 4)

    assert names(tmp_path) == ["2025-09-05.jsonl"]
    assert (tmp_path / "2025-09-05.jsonl").read_bytes() == lines + record(4)[1]


def test_a_damaged_line_in_the_middle_stays(tmp_path: Path) -> None:
    """Cutting at it would take acknowledged records away; the reader sets the one line aside."""
    write(tmp_path, 1, 2, 3)
    path = tmp_path / "2025-09-05.jsonl"
    damaged = path.read_bytes().replace(b'\\"n\\":2', b'\\"n\\":7')
    path.write_bytes(damaged)
    opened(tmp_path).close()

    assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    "foreign",
    [
        b'{"event_type":100,"file_id":"1"}\nnot json\n',
        b'{"event_type":100,"file_id":"1"}\n{"event_type":100,"file_id":"2"}',
        b'{"event_type":100,"file_id":"1"}\n{"event_type":100,"fi',
        b'{"event_type":100,"file_id":"1"}',
        b"a note",
        b"a note\nand another\n",
        record(1)[1] + b'{"event_type":100,"file_id":"2"}',
    ],
    ids=["behind", "no newline", "growing", "one line", "a note", "notes", "behind ours"],
)
def test_lines_that_somebody_else_wrote_are_never_cut(tmp_path: Path, foreign: bytes) -> None:
    """Raw notifications copied into a file of that name are somebody's records; ours go beside them."""
    (tmp_path / "2025-09-05.jsonl").write_bytes(foreign)
    (tmp_path / "2025-09-04.jsonl").write_bytes(foreign)
    write(tmp_path, 7)

    assert names(tmp_path) == ["2025-09-04.jsonl", "2025-09-05.1.jsonl", "2025-09-05.jsonl"]
    assert (tmp_path / "2025-09-04.jsonl").read_bytes() == foreign
    assert (tmp_path / "2025-09-05.jsonl").read_bytes() == foreign


def test_a_foreign_segment_is_not_appended_to(tmp_path: Path) -> None:
    """The next number is taken instead."""
    (tmp_path / "2025-09-05.jsonl").write_bytes(b"a note\nand another\n")
    write(tmp_path, 1)

    assert names(tmp_path) == ["2025-09-05.1.jsonl", "2025-09-05.jsonl"]


def test_a_failed_sync_closes_the_segment_for_good(tmp_path: Path) -> None:
    """Its unsynced tail is cut, the next group opens the next number, and the failed sync is not repeated."""
    failing = {"on": False}
    disk = FaultyDisk(Faults(lambda name, _: errno.EIO if name == "sync_data" and failing["on"] else None))
    log = opened(tmp_path, disk)
    log.append([record(1)])
    failing["on"] = True
    with pytest.raises(OSError, match="Input/output"):
        log.append([record(2)])
    failing["on"] = False
    syncs = disk.faults.calls.count("sync_data")
    log.append([record(3)])
    log.close()

    assert stored_bodies(tmp_path) == ['{"n":3}', '{"n":1}']
    assert names(tmp_path) == ["2025-09-05.1.jsonl", "2025-09-05.jsonl"]
    assert disk.faults.calls.count("sync_data") == syncs + 1


def test_two_failures_in_a_row_make_it_unready_until_a_probe_succeeds(tmp_path: Path) -> None:
    """A full disk: no file is left behind by the tries, and the probe leaves none either."""
    full = {"on": False}
    disk = FaultyDisk(Faults(lambda name, _: errno.ENOSPC if name == "write" and full["on"] else None))
    log = opened(tmp_path, disk)
    full["on"] = True
    ready = []
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            log.append([record(1)])
        ready.append(log.is_ready)
    with pytest.raises(OSError, match="No space"):
        log.probe()
    ready.append(log.is_ready)
    full["on"] = False
    log.probe()
    ready.append(log.is_ready)
    log.append([record(2)])
    log.close()

    assert ready == [True, False, False, True]
    assert names(tmp_path) == ["2025-09-05.2.jsonl"]


def test_it_starts_on_a_full_disk_and_waits_for_room(tmp_path: Path) -> None:
    """Senders are told to come back; to be out of room is no reason to be away."""
    full = {"on": True}
    disk = FaultyDisk(Faults(lambda name, _: errno.ENOSPC if name == "write" and full["on"] else None))
    log = opened(tmp_path, disk)
    assert not log.is_ready
    full["on"] = False
    log.probe()
    assert log.is_ready
    log.close()


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_it_does_not_start_where_nothing_may_be_stored(tmp_path: Path, code: int) -> None:
    """A read-only mount, or the rights of another user: only a person can change that."""
    disk = FaultyDisk(Faults(lambda name, _: code if name == "open" else None))
    with pytest.raises(OSError, match=os.strerror(code)):
        opened(tmp_path, disk)


def test_a_segment_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day goes on in the next number, also after a restart: readers have a limit for one file."""
    monkeypatch.setattr("builder.collect.log.SEGMENT_BYTES", 2 * len(record(1)[1]))
    log = opened(tmp_path)
    for number in range(3):
        log.append([record(number)])
    log.close()
    write(tmp_path, 3)
    write(tmp_path, 4)

    assert names(tmp_path) == ["2025-09-05.1.jsonl", "2025-09-05.2.jsonl", "2025-09-05.jsonl"]
    assert stored_bodies(tmp_path) == ['{"n":2}', '{"n":3}', '{"n":4}', '{"n":0}', '{"n":1}']


def test_a_folder_that_was_moved_is_taken_anew(tmp_path: Path) -> None:
    """In the one that is made in its place another receiver, or `redact`, would be let in beside us."""
    folder = tmp_path / "callbacks"
    log = opened(folder)
    log.append([record(1)])
    folder.rename(tmp_path / "archived")
    folder.mkdir()
    log.append([record(2)])
    with pytest.raises(LockedError):
        opened(folder)
    log.close()

    assert stored_bodies(folder) == ['{"n":2}']
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_is_gone_with_the_one_above_is_not_made_again(tmp_path: Path) -> None:
    """A disk was unmounted: what lies in its mount point would be hidden when it comes back."""
    folder = tmp_path / "recordings" / "callbacks"
    log = opened(folder)
    log.append([record(1)])
    (tmp_path / "recordings").rename(tmp_path / "away")
    with pytest.raises(OSError, match="are gone"):
        log.append([record(2)])
    with pytest.raises(OSError, match="are gone"):
        log.probe()
    assert not (tmp_path / "recordings").exists()
    (tmp_path / "away").rename(tmp_path / "recordings")
    log.append([record(3)])
    log.close()

    assert stored_bodies(folder) == ['{"n":3}', '{"n":1}'], "the second in a segment of its own, as after any failure"


def test_a_folder_that_another_one_took_meanwhile_is_not_written_to(tmp_path: Path) -> None:
    """Nothing is acknowledged until the other one ends; then it goes on by itself."""
    folder = tmp_path / "callbacks"
    log = opened(folder)
    folder.rename(tmp_path / "archived")
    other = opened(folder)
    with pytest.raises(OSError, match="another receiver"):
        log.append([record(1)])
    with pytest.raises(OSError, match="another receiver"):
        log.probe()
    other.close()
    log.append([record(2)])
    log.close()

    assert stored_bodies(folder) == ['{"n":2}']


def test_short_writes_are_completed(tmp_path: Path) -> None:
    """A disk may take three bytes at a time."""
    log = opened(tmp_path, FaultyDisk(Faults(), short=lambda count: min(3, count)))
    log.append([record(1), record(2)])
    log.close()

    assert stored_bodies(tmp_path) == ['{"n":1}', '{"n":2}']


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_a_segment_taken_away_while_open_loses_nothing(tmp_path: Path, how: str) -> None:
    """The record is written to a segment that is really there before it is acknowledged."""
    log = opened(tmp_path)
    log.append([record(1)])
    path = tmp_path / "2025-09-05.jsonl"
    path.rename(tmp_path / "kept.txt")
    if how == "deleted":
        (tmp_path / "kept.txt").unlink()
    if how == "replaced":
        path.write_bytes(record(7)[1])
    log.append([record(2)])
    log.close()

    assert stored_bodies(tmp_path) == (['{"n":7}', '{"n":2}'] if how == "replaced" else ['{"n":2}'])


@pytest.mark.parametrize("left", [0, 50, None], ids=["to nothing", "in the middle of a line", "between two lines"])
def test_a_record_after_a_truncation_is_stored_whole(tmp_path: Path, left: int | None) -> None:
    """It is noticed before the acknowledgement, told once, and the day goes on in another segment."""
    said: list[str] = []
    log = Log(tmp_path, Disk(), said.append)
    log.open()
    log.append([record(1), record(2)])
    os.truncate(tmp_path / "2025-09-05.jsonl", len(record(1)[1]) if left is None else left)
    log.append([record(3)])
    log.append([record(4)])
    log.close()

    assert (tmp_path / "2025-09-05.1.jsonl").read_bytes() == record(3)[1] + record(4)[1]
    assert said == ["segment 2025-09-05.jsonl was truncated or written to while in use, attempt 1"]


def test_a_record_behind_half_a_line_of_another_writer_is_stored_whole(tmp_path: Path) -> None:
    """What another one appended stays as it is."""
    log = opened(tmp_path)
    log.append([record(1)])
    path = tmp_path / "2025-09-05.jsonl"
    with path.open("ab") as file:
        file.write(b"a note")
    log.append([record(2)])
    log.close()

    assert path.read_bytes() == record(1)[1] + b"a note" + record(2)[1]
    assert (tmp_path / "2025-09-05.1.jsonl").read_bytes() == record(2)[1]


def test_a_link_in_the_place_of_a_segment_is_not_followed(tmp_path: Path) -> None:
    """Whoever can put a link there must not make us write elsewhere."""
    target = tmp_path / "elsewhere"
    target.write_bytes(b"")
    folder = tmp_path / "callbacks"
    folder.mkdir(mode=0o700)
    (folder / "2025-09-05.jsonl").symlink_to(target)
    write(folder, 1)

    assert target.read_bytes() == b""
    assert (folder / "2025-09-05.1.jsonl").is_file()


def test_names_of_segments() -> None:
    """The first of a day has no number."""
    assert [segment_name("2025-09-05", n) for n in (0, 1, 12)] == [
        "2025-09-05.jsonl",
        "2025-09-05.1.jsonl",
        "2025-09-05.12.jsonl",
    ]


@pytest.mark.parametrize(
    ("line", "whole"),
    [(b"{}", True), (b'{"a":1}', True), (b"[]", False), (b"", False), (b'{"crc":"0"}', False), (b'{"a":\xff}', False)],
)
def test_whole_lines(line: bytes, whole: bool) -> None:
    """Any JSON object is whole; with a checksum it has to be right."""
    assert is_whole(line) == whole
