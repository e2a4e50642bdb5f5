"""Reading goes on where it ended, and never trusts a place in a file that is not the same any more."""

import gzip
import os
import shutil

import pytest

from builder.model import Problem
from builder.sources import SourceSettings, find_sources, fits, identity_of, read

SETTINGS = SourceSettings()


class Tail:
    """A reader that keeps a place, as the catalog does; `rows` are what it would hold of the file."""

    def __init__(self, folder, name="log"):
        self.folder = folder
        self.name = name
        self.resume = None
        self.rows = []
        self.tick = 0

    def write(self, content, mode="wb"):
        path = self.folder.root / "recordings" / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode) as handle:
            handle.write(content if isinstance(content, bytes) else content.encode())
        self.touch()

    def append(self, content):
        self.write(content, "ab")

    def touch(self):
        self.tick += 1
        os.utime(self.folder.root / "recordings" / self.name, ns=(self.tick, self.tick))

    def read(self):
        """Return the ids of the new entries; `restarted` is kept."""
        reading = read(self.folder.file(self.name), self.resume, SETTINGS)
        self.restarted = reading.restarted
        if self.restarted or self.resume is None:
            self.rows = []
        new = list(reading)
        self.resume = reading.resume
        self.rows += new
        return [getattr(entry.item, "file_id", None) or getattr(entry.item, "code", "?") for entry in new]

    @property
    def places(self):
        return [(entry.offset, entry.line) for entry in self.rows]


@pytest.fixture
def tail(folder):
    return Tail(folder)


@pytest.fixture
def record(line):
    return lambda number, **more: line(file_id=str(number), record_file_id=str(number), **more) + "\n"


def test_only_what_is_new_is_read(tail, record):
    """The second reading begins where the first one ended; places go on."""
    tail.write(record(1) + record(2))
    assert tail.read() == ["1", "2"]
    assert tail.read() == []
    tail.append(record(3))

    assert tail.read() == ["3"]
    assert tail.restarted is False
    assert tail.places == [(0, 1), (len(record(1)), 2), (len(record(1) * 2), 3)]


def test_a_half_written_line_waits_for_its_newline(tail, record):
    """It is read once, when it is whole."""
    tail.write(record(1) + record(2)[:50])
    assert tail.read() == ["1"]
    tail.append(record(2)[50:100])
    assert tail.read() == []
    tail.append(record(2)[100:] + record(3))

    assert tail.read() == ["2", "3"]
    assert [line for _, line in tail.places] == [1, 2, 3]


def test_a_last_line_that_is_complete_json_does_not_wait(tail, record):
    """Its newline may come later; anything else after it means that it was read too early."""
    tail.write(record(1) + record(2).rstrip())
    assert tail.read() == ["1", "2"]
    tail.append("\n" + record(3))
    assert tail.read() == ["3"]
    assert tail.restarted is False
    assert [line for _, line in tail.places] == [1, 2, 3]

    tail.append(record(4).rstrip())
    assert tail.read() == ["4"]
    tail.append(" junk\n")
    assert tail.read() == ["1", "2", "3", "bad_json"]
    assert tail.restarted is True


@pytest.mark.parametrize(
    ("ending", "code"), [("{bad}", "bad_json"), ('{"event_type":100}', "missing_field"), ("[{}", "unknown_record")]
)
def test_a_broken_last_line_that_ends_as_a_record_does_not_wait(tail, record, ending, code):
    """What is torn inside a record may still be written; what is closed is told."""
    tail.write(record(1) + ending)
    assert tail.read()[:2] == ["1", code]
    tail.append("\n" + record(2))
    tail.read()

    assert "2" in [getattr(entry.item, "file_id", "") for entry in tail.rows]


@pytest.mark.parametrize("text", ["hello", '{"event_type": 100, "stream_id":', "[{}, {}", '"x'])
def test_a_file_of_one_line_that_is_torn_is_told(folder, text):
    """Nothing that was given disappears."""
    assert {type(item) for item in folder.items(text)} == {Problem}


@pytest.mark.parametrize("before", ["INFO ", "[2025-09-05 17:46:32] "])
def test_a_last_log_line_that_holds_a_whole_body_does_not_wait(tail, record, before):
    """A log that was cut out of another has no newline at its end."""
    tail.write(before + record(1) + before + record(2).rstrip())
    assert tail.read() == ["1", "2"]
    tail.append("\n" + before + record(3)[:50])

    assert tail.read() == []
    assert tail.restarted is False


def test_truncation_to_less_starts_again(tail, record):
    """Copy-truncate: the same file, emptied and written anew."""
    tail.write(record(1) + record(2))
    tail.read()
    tail.write(record(3))

    assert tail.read() == ["3"]
    assert tail.restarted is True


def test_truncation_to_the_same_size_starts_again(tail, record):
    """Also when only the middle differs, or only the time of writing says so."""
    head, end = record(1) * 5, record(9) * 5
    tail.write(head + record(2) + end)
    tail.read()
    tail.write(head + record(3) + end)

    assert tail.read() == ["1"] * 5 + ["3"] + ["9"] * 5
    assert tail.restarted is True


def test_a_rewritten_file_that_grew_starts_again(tail, record):
    """The bytes before the place are compared, not the size."""
    tail.write(record(1) + record(2))
    tail.read()
    tail.write(record(3) + record(4) + record(5))

    assert tail.read() == ["3", "4", "5"]
    assert tail.restarted is True


def test_a_new_file_under_the_old_name_or_inode_starts_again(tail, record):
    """Rename and create; the inode is no evidence."""
    tail.write(record(1))
    tail.read()
    path = tail.folder.root / "recordings" / "log"
    path.unlink()
    tail.write(record(2) + record(3))

    assert tail.read() == ["2", "3"]
    assert tail.restarted is True


def test_a_renamed_file_is_known_again(tail, record):
    """The content is the identity: its place fits the copy, and reading goes on there."""
    tail.write(record(1) + record(2))
    tail.read()
    old = identity_of(tail.folder.file("log"))
    recordings = tail.folder.root / "recordings"
    (recordings / "log").rename(recordings / "log.1")
    tail.write(record(7))

    assert identity_of(tail.folder.file("log.1")) == old != identity_of(tail.folder.file("log"))
    assert fits(tail.folder.file("log.1"), tail.resume)
    assert not fits(tail.folder.file("log"), tail.resume)
    moved = Tail(tail.folder, "log.1")
    moved.resume, moved.tick = tail.resume, 1
    assert moved.read() == []
    moved.append(record(3))
    assert moved.read() == ["3"]


@pytest.mark.parametrize("last", ["\n", ""])
def test_a_packed_file_is_known_again(tail, record, last):
    """gzip in place is no change; what was appended before packing is read from the packed file."""
    first = record(1) + record(2)
    tail.write(first + record(3)[:40])
    tail.read()
    old = identity_of(tail.folder.file("log"))
    text = first + record(3) + record(4).rstrip() + last
    packed = Tail(tail.folder, "log.gz")
    packed.write(gzip.compress(text.encode(), mtime=0))
    (tail.folder.root / "recordings" / "log").unlink()

    assert identity_of(tail.folder.file("log.gz")) == old
    assert fits(tail.folder.file("log.gz"), tail.resume)
    packed.resume = tail.resume
    assert packed.read() == ["3", "4"]
    assert packed.restarted is False
    assert packed.read() == []
    packed.write(gzip.compress((text + "\n" * (not last) + record(5)).encode(), mtime=0))
    assert packed.read() == ["5"]
    packed.write(gzip.compress(record(6).encode(), mtime=0))
    assert packed.read() == ["6"]
    assert packed.restarted is True


def test_a_copied_and_truncated_log_is_known_in_its_copy(tail, record):
    """The copy continues the old rows, the emptied file starts again."""
    tail.write(record(1) + record(2))
    tail.read()
    recordings = tail.folder.root / "recordings"
    shutil.copy2(recordings / "log", recordings / "log.1")
    tail.write(b"")

    assert fits(tail.folder.file("log.1"), tail.resume)
    assert tail.read() == []
    assert tail.restarted is True


def test_a_deleted_file_is_a_problem_and_nothing_more(tail, record):
    """It was there when the folder was listed."""
    tail.write(record(1))
    file = tail.folder.file("log")
    (tail.folder.root / "recordings" / "log").unlink()

    (entry,) = read(file, None, SETTINGS)
    assert entry.item.code == "unreadable_file"
    assert identity_of(file) == ""


def test_whole_documents_are_read_again_when_they_change(tail, record):
    """An array that is not closed, and a table, have no place to go on from."""
    tail.write("[\n" + record(1).rstrip() + ",\n" + record(2))
    assert tail.read() == ["1", "2", "bad_json"]
    assert tail.resume is None
    tail.append("]\n" + record(3))
    assert tail.read() == ["1", "2", "3"]
    assert tail.resume is not None

    table = Tail(tail.folder, "table")
    table.write("stream,id,end,url\ns,1,1642089445,http://a.example.com/x.mp4\n")
    assert table.read() == ["1"]
    assert table.resume is None


def test_a_file_of_lines_may_become_anything_before_its_first_record(tail, record):
    """What is wrong with its only line is told, and nothing is decided."""
    tail.write(record(1)[:20])
    assert tail.read() == ["bad_json"]
    assert tail.resume is None
    tail.write("stream,id,end,url\ns,1,1642089445,http://a.example.com/x.mp4\n")
    assert tail.read() == ["1"]


def test_the_byte_order_mark_counts_in_offsets(tail, record):
    """Places are places in the file."""
    tail.write("\ufeff" + record(1) + record(2))
    assert tail.read() == ["1", "2"]
    assert tail.places == [(3, 1), (3 + len(record(1)), 2)]
    tail.append(record(3))
    assert tail.read() == ["3"]


def test_files_are_found_in_order_and_only_inside(folder, line, tmp_path_factory):
    """Dot files are left out; pipes, links that lead out and links to folders are one problem each."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.jsonl").write_text(line())
    folder.write("b/two.jsonl", line())
    folder.write("a.jsonl", line())
    folder.write(".hidden", line())
    folder.write(".git/x.jsonl", line())
    recordings = folder.root / "recordings"
    (recordings / "inside").symlink_to("b/two.jsonl")
    (recordings / "out").symlink_to(outside / "secret.jsonl")
    (recordings / "folder").symlink_to(outside)
    (recordings / "gone").symlink_to("nowhere")
    os.mkfifo(recordings / "pipe")
    (recordings / os.fsdecode(b"caf\xe9")).mkdir()
    (recordings / os.fsdecode(b"caf\xe9") / "x").write_text(line())

    found = {
        file.relative: [getattr(e.item, "code", "ok") for e in read(file, None, SETTINGS)]
        for file in find_sources(folder.root)
    }

    assert found == {
        "recordings/a.jsonl": ["ok"],
        "recordings/b/two.jsonl": ["ok"],
        "recordings/caf\\xe9/x": ["ok"],
        "recordings/folder": ["link_outside"],
        "recordings/gone": ["unreadable_file"],
        "recordings/inside": ["ok"],
        "recordings/out": ["link_outside"],
        "recordings/pipe": ["not_a_file"],
    }
    assert list(found) == sorted(found)


def test_no_recordings_folder_is_no_files(tmp_path):
    """A new site has none."""
    assert find_sources(tmp_path) == []


def test_settings_have_a_digest_that_hides_the_keys():
    """Other keys, other digest; the key is not part of it."""
    assert SourceSettings().digest() == SourceSettings().digest()
    assert len({SourceSettings(keys).digest() for keys in ((), (b"a",), (b"b",), (b"a", b"b"), (b"ab",))}) == 5
    assert "secretkey" not in SourceSettings((b"secretkey",)).digest()
