"""State is only a cache: whatever became of it, the next build gives the clean bytes or one clear sentence."""

import os
import random
import shutil
import sqlite3

import pytest

from builder.errors import AftercastError, StorageError
from tests.build.sites import difference
from tests.faults.stage import Stage

FLIPS = int(os.environ.get("AFTERCAST_FLIPS", "12"))


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    return Stage(tmp_path_factory.mktemp("stage"))


def edit(path, change) -> None:
    data = bytearray(path.read_bytes())
    path.write_bytes(change(data) or data)


def flip(data: bytearray) -> None:
    for place in random.Random(len(data)).sample(range(len(data)), 40):
        data[place] ^= 0xFF


def swap_pages(data: bytearray) -> None:
    data[4096:8192], data[8192:12288] = data[8192:12288], data[4096:8192]


def foreign(path) -> None:
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE diary(day TEXT)")
    other.close()


def of_the_future(path) -> None:
    other = sqlite3.connect(path)
    (version,) = other.execute("PRAGMA user_version").fetchone()
    other.execute(f"PRAGMA user_version={version + 1}")
    other.close()


DAMAGES = {
    "flipped": lambda path: edit(path, flip),
    "cut to a half": lambda path: edit(path, lambda data: data[: len(data) // 2]),
    "cut by a byte": lambda path: edit(path, lambda data: data[:-1]),
    "empty": lambda path: path.write_bytes(b""),
    "zeroes": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "two pages swapped": lambda path: edit(path, swap_pages),
    "text": lambda path: path.write_text("not a database\n"),
    "another program's": foreign,
    "of the future": of_the_future,
    "gone": lambda path: path.unlink(),
    "a link": lambda path: (path.rename(path.with_name("elsewhere")), path.symlink_to("elsewhere")),
    "with a foreign log": lambda path: path.with_name(path.name + "-wal").write_bytes(b"\x37\x7f\x06\x82" * 64),
    "without its seal": lambda path: path.with_suffix(".seal").unlink(),
    "with a broken seal": lambda path: path.with_suffix(".seal").write_bytes(b"\xff{"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_catalog_changes_no_byte_of_the_site(stage, damage):
    """It is seen, said and made anew; the site is the clean one."""
    stage.reset()
    DAMAGES[damage](stage.site.places.state / "catalog.sqlite")
    stage.site.build()

    assert difference(stage.site.tree(), stage.clean) == []
    assert stage.site.build().pages.written == 0


def test_a_folder_in_place_of_the_catalog_is_named(stage):
    stage.reset()
    path = stage.site.places.state / "catalog.sqlite"
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError, match=r"`catalog\.sqlite` in the state folder is a folder"):
        stage.site.build()

    assert difference(stage.site.tree(), stage.before) == []


@pytest.mark.parametrize("seed", range(FLIPS))
def test_rot_that_hides_its_time_ends_in_a_site_or_a_sentence(stage, seed):
    """Bytes change and neither size nor time tell: never a traceback, and the run after a failure is a good one."""
    stage.reset()
    path = stage.site.places.state / "catalog.sqlite"
    facts = path.stat()
    data = bytearray(path.read_bytes())
    for place in random.Random(seed).sample(range(4096, len(data)), 400):
        data[place] ^= 0x55
    path.write_bytes(data)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    failure = None
    try:
        stage.site.build()
    except AftercastError as error:
        failure = error
    if failure is not None:
        assert failure.exit_code in {2, 5}, failure.sentence
        stage.site.build(allow_removal=True)
        assert difference(stage.site.tree(), stage.clean) == []

    assert stage.wrong() == []


OTHERS = {
    "a page is edited": lambda root: (root / "index.html").write_text("<html>mine</html>"),
    "a page is removed": lambda root: (root / "index.html").unlink(),
    "a page is a folder": lambda root: ((root / "404.html").unlink(), (root / "404.html").mkdir()),
    "a page is a link": lambda root: ((root / "404.html").unlink(), (root / "404.html").symlink_to("/etc/hostname")),
    "a folder is removed": lambda root: shutil.rmtree(root / "replays"),
    "a folder is a link": lambda root: (shutil.move(root / "vj", root.parent / "moved"), (root / "vj").symlink_to(root.parent / "moved")),
    "the marker is removed": lambda root: (root / ".aftercast-output").unlink(),
    "everything is removed": shutil.rmtree,
}  # fmt: skip


@pytest.mark.parametrize("change", OTHERS)
def test_clean_mends_what_others_did_to_the_output(stage, change):
    """`--clean` trusts no manifest: whatever stands there, the clean bytes come out."""
    stage.reset()
    shutil.rmtree(stage.site.root / "moved", ignore_errors=True)
    OTHERS[change](stage.site.places.output)
    stage.site.build(clean=True, adopt=True)

    assert difference(stage.site.tree(), stage.clean) == []
    assert not [path for path in stage.site.places.output.rglob("*") if path.is_symlink()]


def test_a_broken_marker_is_not_believed(stage):
    """A marker that names another site refuses the folder only where no manifest knows it."""
    stage.reset()
    (stage.site.places.output / ".aftercast-output").write_bytes(b"\xff\xfe")
    stage.site.build()

    assert difference(stage.site.tree(), stage.clean) == []
