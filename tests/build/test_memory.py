"""What a start remembers of an earlier one: trusted while it is whole and made of the same things."""

import os
import shutil

import pytest

from builder import program
from builder.config import SLUG_KEY_VARIABLE
from builder.errors import ConfigError
from builder.memory import Memory, digest_of_parts
from builder.workshop import Workshop
from tests.build.sites import ALICE, ENVIRON, TestSite, callback


def test_a_value_is_made_once_for_the_same_things(tmp_path):
    """Made of the same: recalled. Made of other things, by another program, or of another shape: made again."""
    memory = Memory(tmp_path / "new" / "folder")
    assert memory.recall("words", "a", list[str], lambda: ["one"]) == ["one"]
    assert memory.recall("words", "a", list[str], lambda: ["two"]) == ["one"]
    assert memory.recall("words", "a", dict[str, int], lambda: {"two": 2}) == {"two": 2}
    assert memory.recall("words", "b", list[str], lambda: ["three"]) == ["three"]
    assert memory.recall("words", "a", list[str], lambda: ["four"]) == ["four"]
    assert Memory(None).recall("words", "a", list[str], lambda: ["five"]) == ["five"]
    assert Memory(tmp_path / "new" / "folder").recall("words", "a", list[str], lambda: ["six"]) == ["four"]


def test_a_digest_tells_where_a_part_ends():
    """Two files are not one file with the bytes of both."""
    assert len({digest_of_parts(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], [b"ab", "", "c"])}) == 4


def test_damage_to_what_is_remembered_changes_no_byte(tmp_path):
    """Every kept file with one changed byte, cut, or emptied: the next start makes it again."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    site.build()
    clean = site.tree()
    kept = sorted((site.places.state / "templates").glob("*.kept"))
    assert {path.stem for path in kept} == {"assets", "messages", "names", "program", "written"}
    for path in kept:
        whole = path.read_bytes()
        middle = len(whole) // 2
        for damaged in (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], whole[:-1], b""):
            path.write_bytes(damaged)
            site.workshop = None
            site.build(clean=True)
            assert (path.name, site.tree() == clean, path.read_bytes() == whole) == (path.name, True, True)


def test_a_value_of_files_that_changed_meanwhile_is_not_kept(tmp_path):
    """Else the old files, if they come back, would stand for what the new ones said."""
    memory = Memory(tmp_path)
    assert memory.recall("words", "a", list[str], lambda: ["one"], still=lambda: False) == ["one"]
    assert memory.recall("words", "a", list[str], lambda: ["two"], still=lambda: True) == ["two"]


def test_a_text_of_the_same_size_and_time_is_read_again(tmp_path):
    """What people write is told by its bytes; a file that is no plain one is judged anew each time."""
    site = TestSite(tmp_path)
    first = Workshop(site.places, ENVIRON)
    profile = site.source / "vjs" / "alice.md"
    facts = profile.stat()
    site.write("vjs/alice.md", ALICE.replace("Lamp", "Limb"))
    os.utime(profile, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    second = Workshop(site.places, ENVIRON)
    (tmp_path / "elsewhere.md").write_text(ALICE)
    profile.unlink()
    profile.symlink_to(tmp_path / "elsewhere.md")

    assert (first.content.vjs[0].name, second.content.vjs[0].name) == ("Alice Lamp", "Alice Limb")
    with pytest.raises(ConfigError, match="a link out of it"):
        Workshop(site.places, ENVIRON)


def test_another_version_of_a_library_is_another_program(tmp_path, monkeypatch):
    """Where an image gives all files one time, the folder of metadata alone tells."""
    module = tmp_path / "lib" / "drawing" / "__init__.py"
    module.parent.mkdir(parents=True)
    module.touch()
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    monkeypatch.setattr(program, "LIBRARIES", ("drawing",))

    def forget() -> None:
        for once in (program._read, program._stamp):  # made once in a process, as they cannot change in it
            once.cache_clear()

    digests = []
    for version in ("1.0", "2.0"):
        info = tmp_path / "lib" / f"drawing-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: drawing\nVersion: {version}\n")
        forget()
        digests.append(program.code_digest(Memory(tmp_path / "state")))
        shutil.rmtree(info)
    forget()

    assert digests[0] != digests[1]


def test_the_key_of_the_environment_is_not_written_down(tmp_path):
    """A secret that was given by the environment stays there, and another one is heard."""
    site = TestSite(tmp_path)
    keys = ["a first key of this test", "a second key of this test", ""]
    found = [Workshop(site.places, {SLUG_KEY_VARIABLE: key}).config for key in keys]

    assert [config.slug_key for config in found[:2]] == keys[:2]
    assert [config.slug_key_derived for config in found] == [False, False, True]
    kept = [path.read_bytes() for path in site.places.state.rglob("*") if path.is_file()]
    assert kept
    assert not any(key.encode() in data for data in kept for key in keys[:2])
