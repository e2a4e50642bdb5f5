"""A small build flushes its files before it shows them, and their folders afterwards; a failure names the file."""

import errno
import os
from pathlib import Path

import pytest

from builder.errors import StorageError
from builder.flush import AT_ONCE, flush_each
from builder.output import TEMP_SUFFIX, OutputFolder
from tests.build.sites import TestSite, callback


def test_what_is_shown_was_flushed_before_and_its_folder_after(tmp_path, monkeypatch):
    """After a power cut a page is whole or not there, whatever the order in which several are flushed at once."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    site.build()
    site.append("a.jsonl", callback("alice", 2, 90_000, 600))
    steps: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(handle):
        steps.append(("flush", str(Path(f"/proc/self/fd/{handle}").readlink())))
        fsync(handle)

    def noted_replace(old, new):
        steps.append(("show", os.fspath(new)))
        replace(old, new)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    report = site.build()
    pages = [step for step in steps if step[0] == "show" and step[1].startswith(str(site.places.output))]

    assert len(pages) == report.pages.written > 5
    for _, target in pages:
        place = Path(target)
        at = steps.index(("show", target))
        assert ("flush", str(place.with_name(f".{place.name}{TEMP_SUFFIX}"))) in steps[:at]
        assert ("flush", str(place.parent)) in steps[at:]


def test_more_places_than_threads_are_all_flushed(tmp_path, monkeypatch):
    """Each once, files and folders alike; none is nothing to do."""
    names = [tmp_path / f"{number}" for number in range(3 * AT_ONCE)]
    for name in names:
        name.write_text("x")
    seen: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(str(Path(f"/proc/self/fd/{handle}").readlink())))
    flush_each([])
    flush_each([str(name) for name in names] + [str(tmp_path)])

    assert sorted(seen) == sorted([*map(str, names), str(tmp_path)])


def test_the_first_failure_is_told_with_its_file(tmp_path, monkeypatch):
    """A full or failing disk stops the build, with the name of the first file that could not be flushed."""
    folder = OutputFolder(tmp_path)
    for name in ("a.html", "b/c.html", "d.html"):
        folder.stage(name, b"x")

    def failing(handle):
        if not str(Path(f"/proc/self/fd/{handle}").readlink()).endswith(f".a.html{TEMP_SUFFIX}"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(
        StorageError, match=rf"^failed to flush `b/\.c\.html{TEMP_SUFFIX}` in `.*`: input/output error$"
    ):
        folder.sync_staged(["a.html", "b/c.html", "d.html"])
