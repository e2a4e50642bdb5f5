"""The watcher: a change is seen once it is quiet, bursts are one change, our own writes are none."""

import shutil
import threading
import time
import warnings
from pathlib import Path

import pytest

from builder.loop import watched
from builder.places import find_places
from builder.snapshot import scan
from builder.watch import Watcher


def wait_in_thread(watcher: Watcher, stop: threading.Event) -> tuple[threading.Thread, list[list[str]]]:
    got: list[list[str]] = []
    thread = threading.Thread(target=lambda: got.append(watcher.wait(stop)))
    thread.start()
    return thread, got


def test_a_burst_of_writes_is_one_change(tmp_path: Path, monkeypatch):
    """Many files, new folders among them, are told together; a slow machine may rest amid the burst."""
    monkeypatch.setattr("builder.watch.QUIET_SECONDS", 1.0)
    monkeypatch.setattr("builder.watch.LONGEST_SECONDS", 60.0)
    monkeypatch.setattr("builder.watch.RESCAN_SECONDS", 60.0)
    stop = threading.Event()
    with Watcher([tmp_path]) as watcher:
        thread, got = wait_in_thread(watcher, stop)
        for number in range(20):
            (tmp_path / f"d{number}").mkdir()
            (tmp_path / f"d{number}" / "a.jsonl").write_text("{}\n")
        thread.join(20)

    assert got == [sorted(str(tmp_path / f"d{number}" / "a.jsonl") for number in range(20))]


def test_stop_ends_the_waiting(tmp_path: Path):
    stop = threading.Event()
    with Watcher([tmp_path]) as watcher:
        thread, got = wait_in_thread(watcher, stop)
        watcher.stop(stop)
        thread.join(20)

    assert got == [[]]


def test_a_write_of_our_own_is_not_a_change(tmp_path: Path):
    stop = threading.Event()
    with Watcher([tmp_path]) as watcher:
        (tmp_path / "redirects.yaml").write_text("/a/: /b/\n")
        watcher.forget(scan([tmp_path]))
        (tmp_path / "other").write_text("x")
        assert watcher.wait(stop) == [str(tmp_path / "other")]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch) -> Path:
    """Return a file that is waited for as long as it is empty."""
    monkeypatch.setattr("builder.watch.RESCAN_SECONDS", 0.05)
    monkeypatch.setattr("builder.watch.EMPTIED_SECONDS", 60.0)
    file = tmp_path / "site.yaml"
    file.write_text("title: Old\n")
    return file


def test_a_file_that_is_emptied_is_looked_at_when_it_is_full_again(tmp_path: Path, settings: Path):
    """`cat > site.yaml` on a slow disk: of no settings at all every address would be another."""
    stop = threading.Event()
    with Watcher([tmp_path]) as watcher, settings.open("w") as file:
        thread, got = wait_in_thread(watcher, stop)
        time.sleep(0.8)
        assert got == []
        file.write("title: New\n")
        file.flush()
        thread.join(20)

    assert got == [[str(settings)]]


def test_whoever_waits_for_an_emptied_file_can_be_stopped(tmp_path: Path, settings: Path):
    """And no build begins with what is not there yet."""
    stop = threading.Event()
    with Watcher([tmp_path]) as watcher:
        settings.write_text("")
        thread, got = wait_in_thread(watcher, stop)
        time.sleep(0.5)
        watcher.stop(stop)
        thread.join(20)

    assert got == [[]]


def test_a_file_that_stays_empty_is_told_all_the_same(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("builder.watch.RESCAN_SECONDS", 0.05)
    monkeypatch.setattr("builder.watch.EMPTIED_SECONDS", 0.2)
    settings = tmp_path / "site.yaml"
    settings.write_text("title: Old\n")
    with Watcher([tmp_path]) as watcher:
        settings.write_text("")
        assert watcher.wait(threading.Event()) == [str(settings)]


def test_what_is_made_of_the_folders_is_missed_when_it_goes(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("builder.watch.RESCAN_SECONDS", 0.05)
    source, made = tmp_path / "source", tmp_path / "made"
    source.mkdir()
    stop = threading.Event()
    with Watcher([source], made) as watcher:
        made.mkdir()
        thread, got = wait_in_thread(watcher, stop)
        (made / "index.html").write_text("x")
        time.sleep(0.3)
        assert got == []
        shutil.rmtree(made)
        thread.join(20)
        thread, _ = wait_in_thread(watcher, stop)
        time.sleep(0.3)
        watcher.stop(stop)
        thread.join(20)

    assert got == [[str(made)]], "told once"


def test_the_scan_sees_a_replacement_of_equal_size_and_time(tmp_path: Path):
    """An inode that changed is a change, even when size and time are kept."""
    import os

    old = tmp_path / "log"
    old.write_text("aaaa")
    os.utime(old, ns=(1, 1))
    before = scan([tmp_path])
    new = tmp_path / "new"
    new.write_text("bbbb")
    os.utime(new, ns=(1, 1))
    new.replace(old)

    assert scan([tmp_path]) != before


def test_a_folder_that_was_away_is_watched_again(tmp_path: Path, monkeypatch, recwarn):
    """Nothing of the library that watches is printed when it comes back, and what happens in it wakes at once."""
    monkeypatch.setattr("builder.watch.RESCAN_SECONDS", 60.0)
    folder, elsewhere = tmp_path / "source" / "recordings", tmp_path / "elsewhere"
    (folder / "callbacks").mkdir(parents=True)
    log = folder / "callbacks" / "a.jsonl"
    log.write_text("{}\n")
    stop = threading.Event()
    with Watcher([tmp_path / "source"]) as watcher:
        folder.rename(elsewhere)
        assert watcher.wait(stop) == [str(log)]
        elsewhere.rename(folder)
        assert watcher.wait(stop) == [str(log)]
        log.write_text("{}\n{}\n")
        assert watcher.wait(stop) == [str(log)]

    assert [str(warning.message) for warning in recwarn] == []


def test_folders_in_folders_print_nothing_of_the_library(tmp_path: Path, capfd):
    """Those that appear while the one above is taken on are watched twice, which the library warns of."""
    source = tmp_path / "source"
    source.mkdir()
    before = list(warnings.filters)
    with watched(find_places(source)):
        for number in range(300):
            (source / f"a{number}" / "b" / "c" / "d" / "e").mkdir(parents=True)
        time.sleep(0.5)

    assert capfd.readouterr().err == ""
    assert warnings.filters == before
