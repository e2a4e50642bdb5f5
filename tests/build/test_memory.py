"""What a start remembers of an earlier one: trusted while it is whole and made of the same things."""

from builder.memory import Memory, digest_of
from tests.build.sites import TestSite, callback


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
    assert len({digest_of(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], [b"ab", "", "c"])}) == 4


def test_damage_to_what_is_remembered_changes_no_byte(tmp_path):
    """Every kept file with one changed byte, cut, or emptied: the next start makes it again."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 600))
    site.build()
    clean = site.tree()
    kept = sorted((site.places.state / "templates").glob("*.kept"))
    assert {path.stem for path in kept} == {"assets", "messages", "names", "program"}
    for path in kept:
        whole = path.read_bytes()
        middle = len(whole) // 2
        for damaged in (whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], whole[:-1], b""):
            path.write_bytes(damaged)
            site.workshop = None
            site.build(clean=True)
            assert (path.name, site.tree() == clean, path.read_bytes() == whole) == (path.name, True, True)
