"""Refreshing: the catalog is a function of the records, whatever files they came in and whatever was there before."""

import gzip
import json
import random
import shutil

import pytest
from msgspec.structs import replace

from builder.addresses import tag_of
from builder.catalog import Catalog, bulk, refresh, rollups
from builder.errors import ConfigError, ExposureError
from builder.model import Chapter, Counts, Curation, Media, StreamClaim, Trim, Vj, Window
from builder.sessions import assembling
from tests.catalog.world import (
    HOUR_S,
    START_S,
    World,
    callback,
    contents,
    deleted,
    lines,
    pending,
    push,
    random_records,
    task,
)

SEEDS = range(8)
DAY_S = 24 * HOUR_S


def sizes(counts):
    return (counts.read, counts.accepted, counts.duplicate, counts.ignored, counts.quarantined)


@pytest.mark.parametrize("seed", SEEDS)
def test_order_files_and_runs_do_not_matter(tmp_path, seed):
    """Shuffled records in several files over several runs give the tables of one file read once; so do deletions."""
    rng = random.Random(seed)
    records = random_records(rng, rng.choice([15, 40]))
    whole = World(tmp_path / "whole")
    whole.write("all.jsonl", *records)
    expected = whole.run()[1]
    split = World(tmp_path / "split")
    split.run()
    rng.shuffle(records)
    parts = rng.randrange(2, 5)

    for part in range(parts):
        for record in records[part::parts]:
            name = f"{rng.randrange(3)}.jsonl"
            (split.append if (split.recordings / name).exists() else split.write)(name, record)
        report, found = split.run()
        assert report.new.read == sum(sizes(report.new)[1:])
        assert min(sizes(report.new)) >= 0
    assert found == expected

    for place in sorted(split.recordings.iterdir())[:-1]:
        place.unlink()
        left = [
            json.loads(line) for each in sorted(split.recordings.iterdir()) for line in each.read_text().splitlines()
        ]
        anew = World(tmp_path / f"without {place.name}")
        anew.write("all.jsonl", *left)
        assert split.run()[1] == anew.run()[1]


@pytest.mark.parametrize("seed", [100, 101])
def test_totals_that_were_kept_up_are_those_computed_anew(tmp_path, seed):
    world = World(tmp_path)
    world.write("a.jsonl")
    world.run()
    for record in random_records(random.Random(seed), 30):
        world.append("a.jsonl", record)
    with Catalog.open(world.state) as catalog:
        world.refresh(catalog)
        kept = contents(catalog)
        rollups.compute(catalog.connection)

        assert contents(catalog) == kept


@pytest.mark.parametrize("seed", [200])
def test_a_parallel_load_gives_the_same(tmp_path, seed, monkeypatch):
    """Reading in another process, deriving in several, in many buckets."""
    records = random_records(random.Random(seed), 60)
    one, two = World(tmp_path / "one"), World(tmp_path / "two")
    for world in (one, two):
        world.write("a.jsonl", *records)
    expected = one.run()[1]
    monkeypatch.setattr(bulk, "PARALLEL_BYTES", 0)
    monkeypatch.setattr(bulk, "BUCKET_BYTES", 2000)

    assert two.run()[1] == expected


def test_a_second_run_reads_and_changes_nothing(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    first, found = world.run()
    world.asked.clear()

    second, again = world.run()
    assert sizes(first.new) == (1, 1, 0, 0, 0)
    assert sizes(second.new) == (0, 0, 0, 0, 0)
    assert (second.counts, again, world.asked) == (first.counts, found, [])


def test_counts_add_up_with_a_place_for_everything(tmp_path):
    """One recording, one repetition, one used event told twice, two kinds that are ignored, two set aside."""
    world = World(tmp_path)
    start = push("start", START_S, "7")
    world.write("a.jsonl", callback("1", START_S), callback("1", START_S), start, start)
    world.append("a.jsonl", {"event_type": 321, "stream_id": "room1"}, deleted("unknown"))
    world.append("a.jsonl", callback("2", START_S, video_url="http://elsewhere.example.com/a.mp4"))
    (world.recordings / "b.jsonl").write_text("not json\n")

    report, _ = world.run()
    assert report.counts == Counts(read=8, accepted=2, duplicate=2, ignored=2, quarantined=2)
    assert report.new == report.counts
    assert max(problem.code for problem in report.problems) == "media_host"


def test_a_deletion_that_comes_first_waits_for_its_recording(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", deleted("1"))
    assert sizes(world.run()[0].counts) == (1, 0, 0, 1, 0)
    world.append("a.jsonl", callback("1", START_S))

    report, found = world.run()
    assert sizes(report.counts) == (2, 1, 1, 0, 0)
    assert "'deleted'" in found["sessions"][0]


def test_rotation_and_compression_are_no_change(tmp_path):
    """A renamed log, a new one in its place, then the old one packed: nothing is read twice."""
    world = World(tmp_path)
    log = world.write("a.jsonl", *(callback(str(n), START_S + n * HOUR_S) for n in range(3)))
    _, before = world.run()
    log.rename(world.recordings / "a.jsonl.1")
    world.write("a.jsonl", callback("9", START_S + 9 * HOUR_S))
    assert sizes(world.run()[0].new) == (1, 1, 0, 0, 0)
    packed = world.recordings / "a.jsonl.1.gz"
    packed.write_bytes(gzip.compress((world.recordings / "a.jsonl.1").read_bytes(), mtime=0))
    (world.recordings / "a.jsonl.1").unlink()

    report, _ = world.run()
    assert sizes(report.new) == (0, 0, 0, 0, 0)
    assert report.counts.accepted == 4
    (world.recordings / "a.jsonl").unlink()
    assert world.run()[1] == before


def test_a_file_that_was_cut_takes_its_rows_with_it(tmp_path):
    world = World(tmp_path)
    log = world.write("a.jsonl", *(callback(str(n), START_S + n * HOUR_S) for n in range(3)))
    world.run()
    log.write_text(lines([callback("1", START_S + HOUR_S)]))

    report, _ = world.run()
    assert sizes(report.counts) == (1, 1, 0, 0, 0)


def test_a_line_that_is_being_written_waits_for_its_end(tmp_path):
    world = World(tmp_path)
    line = lines([callback("2", START_S + HOUR_S)])
    log = world.write("a.jsonl", callback("1", START_S))
    with log.open("a") as file:
        file.write(line[:40])
    assert sizes(world.run()[0].counts) == (1, 1, 0, 0, 0)
    with log.open("a") as file:
        file.write(line[40:])

    assert sizes(world.run()[0].new) == (1, 1, 0, 0, 0)


def test_pages_are_asked_for_with_both_sessions_and_noted_for_every_output(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    with Catalog.open(world.state) as catalog:
        world.refresh(catalog)
        assert pending(catalog) == ["* *"]
        catalog.connection.execute("DELETE FROM pending")
        world.append("a.jsonl", callback("2", START_S + 10 * HOUR_S))
        report = world.refresh(catalog)

        identity = f"2022/01/14/{tag_of('2')}"
        assert (report.changed, report.everything) == (1, False)
        assert world.asked == [(None, identity), (None, identity)]
        assert pending(catalog) == [f"watch {identity}"]


def test_a_repeated_notification_touches_its_session_only(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S), callback("2", START_S + 10 * HOUR_S))
    world.run()
    world.append("a.jsonl", callback("1", START_S))

    report, _ = world.run()
    assert (sizes(report.new), report.changed) == ((1, 0, 1, 0, 0), 1)


def test_much_may_not_vanish_unasked(tmp_path):
    """Past a tenth, and past twenty sessions, the run stops and leaves the catalog as it was."""
    world = World(tmp_path)
    world.write("keep.jsonl", *(callback(str(n), START_S + n * HOUR_S) for n in range(30)))
    lost = world.write("lose.jsonl", *(callback(str(n), START_S + n * HOUR_S) for n in range(100, 121)))
    before = world.run()[1]
    lost.unlink()

    with Catalog.open(world.state) as catalog:
        said = "21 of 51 sessions would vanish; the limit of one run is 20, or 10 % where that is more$"
        with pytest.raises(ConfigError, match=said):
            world.refresh(catalog, allow_removal=False)
        assert contents(catalog) == before
        assert world.refresh(catalog, allow_removal=True).removed == 21


def test_much_may_not_vanish_unasked_when_it_is_the_newest(tmp_path, monkeypatch):
    """A bulk load that derives twice, since the newest days went, still compares with what was there before."""
    world = World(tmp_path)
    world.write("keep.jsonl", *(callback(str(n), START_S + n * HOUR_S) for n in range(3)))
    lost = world.write("lose.jsonl", *(callback(str(n), START_S + n * 4 * HOUR_S) for n in range(100, 121)))
    world.run()
    lost.unlink()
    monkeypatch.setattr(refresh, "INCREMENTAL_ROWS", 3)

    with Catalog.open(world.state) as catalog:
        with pytest.raises(ConfigError, match="21 of 24 sessions would vanish"):
            world.refresh(catalog, allow_removal=False)
        assert world.refresh(catalog, allow_removal=True).removed == 21


def test_twenty_sessions_may_vanish(tmp_path):
    world = World(tmp_path)
    world.write("keep.jsonl", callback("100", START_S + 100 * HOUR_S))
    lost = world.write("lose.jsonl", *(callback(str(n), START_S + n * HOUR_S) for n in range(20)))
    world.run()
    lost.unlink()

    assert world.run(allow_removal=False)[0].removed == 20


@pytest.mark.parametrize("rows", [5000, 0])
@pytest.mark.parametrize(("count", "every"), [(1, "the only session"), (3, "all 3 sessions")])
def test_not_all_sessions_may_vanish_unasked(tmp_path, monkeypatch, count, every, rows):
    """However few they are, in an incremental run and in a bulk load."""
    world = World(tmp_path)
    place = world.write("a.jsonl", *(callback(str(n), START_S + n * HOUR_S) for n in range(count)))
    before = world.run()[1]
    monkeypatch.setattr(refresh, "INCREMENTAL_ROWS", rows)
    place.unlink()

    with Catalog.open(world.state) as catalog:
        with pytest.raises(ConfigError, match=f"^recordings/: {every} would vanish"):
            world.refresh(catalog, allow_removal=False)
        assert contents(catalog) == before
    place.parent.rmdir()
    with Catalog.open(world.state) as catalog:
        with pytest.raises(ConfigError, match=f"^recordings/: the folder is missing, {every} would vanish"):
            world.refresh(catalog, allow_removal=False)
        assert contents(catalog) == before
        assert world.refresh(catalog, allow_removal=True).removed == count
        assert world.refresh(catalog, allow_removal=False).removed == 0


def test_sessions_that_get_another_address_have_not_vanished(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", *(callback(str(n), START_S + n * 6 * HOUR_S) for n in range(30)))
    world.run()

    report, _ = world.run(allow_removal=False, zone="Pacific/Kiritimati")
    assert report.removed == 0
    assert report.changed > 20


def test_split_and_merge_that_name_no_recording_are_both_told(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    said = Curation(source="replays/a.md", recordings=("1",), split_before=("7",), merge=("1", "8"))
    report, _ = world.run(curations=(said,))

    message = "has no effect: no recording has the id `7`; neither has `merge`: none has the id `8`"
    assert [(each.code, each.field, each.message) for each in report.problems] == [
        ("curation_unmatched", "split", message)
    ]


def test_an_unlisted_media_host_waits_for_the_list(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S, video_url="http://media.example.com/1.mp4"))
    report, found = world.run()
    assert (sizes(report.counts), found["sessions"]) == ((1, 0, 0, 0, 1), [])
    assert [(p.code, p.quarantined, p.file_id) for p in report.problems] == [("media_host", True, "1")]
    world.append("a.jsonl", callback("2", START_S, video_url="http://media.example.com/2.mp4"))
    (problem,) = world.run()[0].problems
    assert (problem.source, problem.line) == ("recordings/a.jsonl", 2), "an update says where, as a load does"
    assert "add it to `media.hosts`" in problem.message
    world.write("a.jsonl", callback("1", START_S, video_url="http://media.example.com/1.mp4"))

    report, found = world.run(media=Media(hosts=("media.example.com",)))
    assert (sizes(report.counts), len(found["sessions"]), found["findings"]) == ((1, 1, 0, 0, 0), 1, [])
    report, _ = world.run()
    assert sizes(report.counts) == (1, 0, 0, 0, 1)
    assert [(p.code, p.source, p.line) for p in report.problems] == [("media_host", "recordings/a.jsonl", 1)]
    assert world.run()[0].problems == (), "told when it is set aside, as a record is when it is read"


def test_conflicting_notices_are_reported_and_one_stands(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S), callback("1", START_S, t=START_S + 900, file_size=2000))

    report, _ = world.run()
    assert sizes(report.counts) == (2, 1, 1, 0, 0)
    assert [(p.code, p.quarantined) for p in report.problems] == [("conflict", False)]
    assert report.problems[0].message == (
        "1 notification tells another `size` of `1`; this one is used, not that at recordings/a.jsonl:2"
    )


@pytest.mark.parametrize("other", ["http://b-125.cos.ap.myqcloud.com:80", "https://b-125.cos.ap.myqcloud.com"])
def test_a_file_that_was_written_over_is_found_by_where_its_address_leads(tmp_path, other):
    """Told over http and then over https, or with the port: the storage holds one file; a small run finds it too."""
    old, new = (f"125000_{letter * 32}" for letter in "ab")
    first = callback(old, START_S, video_url="http://b-125.cos.ap.myqcloud.com/x/live.mp4")
    second = callback(new, START_S + DAY_S, stream_id="room2", video_url=f"{other}/x/live.mp4")
    world, whole = World(tmp_path / "small"), World(tmp_path / "whole")
    world.write("a.jsonl", first)
    world.run()
    world.append("a.jsonl", second)
    whole.write("a.jsonl", first, second)

    report, found = world.run()

    assert [(problem.code, problem.file_id) for problem in report.problems] == [("overwritten", old)]
    assert found == whole.run()[1]


def test_a_conflict_names_no_notice_of_another_account(tmp_path):
    """Two accounts have a file of that id; the notice without an account goes with the smaller number."""
    world = World(tmp_path)
    other = callback("1", START_S, appid=1250000002, t=None, file_size=3000)
    nameless = callback("1", START_S, appid=None, t=None, file_size=1000)
    world.write("a.jsonl", other, nameless, callback("1", START_S, appid=1250000001, t=None, file_size=2000))

    (problem,) = world.run()[0].problems

    assert (problem.code, problem.line, problem.field) == ("conflict", 2, "")
    assert problem.message.endswith("; this one is used, not that at recordings/a.jsonl:3")


def test_a_conflict_stands_where_its_own_account_told_it(tmp_path):
    """The other account's notice before it tells the same facts."""
    world = World(tmp_path)
    mine, longer = (callback("1", START_S, appid=1250000001, t=None, file_size=size) for size in (1000, 2000))
    world.write("a.jsonl", callback("1", START_S, appid=1250000002, t=None, file_size=1000), longer, mine)

    (problem,) = world.run()[0].problems

    assert (problem.code, problem.line) == ("conflict", 3)
    assert problem.message.endswith("; this one is used, not that at recordings/a.jsonl:2")


def test_a_conflict_with_a_recording_of_several_notices_names_both_places(tmp_path):
    """Its times stand in one notice and its size in another, none tells all of it; that which told the value is named."""
    world = World(tmp_path)
    file_id = "5200000000000000001"
    basic = {
        "Name": "An evening", "CreateTime": "2016-01-20T02:12:00Z", "Type": "mp4",
        "MediaUrl": "http://1250000000.vod2.myqcloud.com/x/f0.mp4",
        "SourceInfo": {"SourceType": "Record", "SourceContext": "rtmp://push.example.com/live/room1"},
    }  # fmt: skip
    small, large = ({"FileId": file_id, "BasicInfo": basic, "MetaData": {"Size": size}} for size in (5, 7))
    name = "room1-20160120-0958-20160120-1010"
    slice_row = {"fileSet": [{"fileId": file_id, "fileName": name, "startTime": "0", "endTime": "720"}]}
    world.write("a.jsonl", slice_row, large, small)

    (problem,) = world.run()[0].problems

    assert (problem.code, problem.line) == ("conflict", 3)
    assert "another `size`" in problem.message
    assert problem.message.endswith("; this one is used, not that at recordings/a.jsonl:2")


def test_a_conflict_with_a_playlist_that_has_grown_names_both_places(tmp_path):
    """The longest self leaves out the push path that its earlier self told."""
    world = World(tmp_path)
    told = {
        "file_format": "hls",
        "start_time": START_S - 600,
        "video_url": "http://1.vod2.myqcloud.com/a/playlist.m3u8",
    }
    early = callback("1", START_S - 300, 300, **told)
    grown, other = (callback("1", START_S, length, app=None, t=None, **told) for length in (600, 900))
    world.write("a.jsonl", other, early, grown)

    (problem,) = world.run()[0].problems

    assert (problem.code, problem.line) == ("conflict", 3)
    assert "another `duration`" in problem.message
    assert problem.message.endswith("; this one is used, not that at recordings/a.jsonl:1")


def test_records_without_app_move_when_the_stream_gets_a_second_one(tmp_path):
    """Unknown, then joined, then ambiguous, then joined again."""
    world = World(tmp_path)
    world.write("plain.jsonl", callback("1", START_S, app=None, appname=None))
    world.run()
    world.write("one.jsonl", callback("2", START_S + 1800))
    assert len(world.run()[1]["sessions"]) == 1
    two = world.write("two.jsonl", callback("3", START_S + 90 * HOUR_S, app="other.example.com"))
    assert len(world.run()[1]["sessions"]) == 3
    two.unlink()

    assert len(world.run()[1]["sessions"]) == 1


def test_an_expiry_passes_when_records_of_two_days_end_after_it(tmp_path):
    world = World(tmp_path)
    row = {"stream": "room1", "id": "5", "format": "mp4", "start": START_S, "end": START_S + 600, "duration": 600}
    row |= {"url": "http://1250000000.vod2.myqcloud.com/x/5.mp4"}
    info = {"FileId": "5", "BasicInfo": {"ExpireTime": "2022-01-15T00:00:00Z"}}
    world.write("list.jsonl", row, {"MediaInfoSet": [info]})
    world.write("a.jsonl", callback("6", START_S + 3 * DAY_S))
    assert "'expired'" not in world.run()[1]["sessions"][0]
    world.append("a.jsonl", callback("7", START_S + 4 * DAY_S))
    assert "'expired'" in world.run()[1]["sessions"][0]
    world.write("a.jsonl", callback("6", START_S + 3 * DAY_S))

    assert "'expired'" not in world.run()[1]["sessions"][0]
    assert "'expired'" in world.run(now_override_ms=(START_S + 9 * DAY_S) * 1000)[1]["sessions"][0]


def test_a_profile_takes_its_streams_and_leaves_the_others(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S), callback("2", START_S, stream_id="room2"))
    world.run()
    world.asked.clear()
    alice = Vj(slug="alice", name="Alice", streams=(StreamClaim("room1"),))

    report, found = world.run(vjs=(alice,))
    assert (report.changed, len(world.asked)) == (1, 2)
    assert min(row.split("'")[3] for row in found["sessions"]) == "alice"
    biography = Vj(slug="alice", name="Alice A.", streams=alice.streams, bio_html="<p>new</p>")
    assert world.run(vjs=(biography,))[0].changed == 0


def test_curation_changes_its_session_and_is_reported_when_it_matches_none(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S), callback("2", START_S + 10 * HOUR_S))
    world.run()
    finale = Curation(source="replays/finale.md", recordings=("2",), title="Finale", tags=("end",))
    lost = Curation(source="replays/lost.md", recordings=("3",))

    report, found = world.run(curations=(finale, lost))
    assert report.changed == 1
    (problem,) = report.problems
    assert (problem.code, problem.source) == ("curation_unmatched", "replays/lost.md")
    assert problem.message == "matches no session: none has the recording `3`"
    moved = Curation(source="replays/moved.md", address="2022/01/13/k3f9q2m7xa")
    (problem,) = world.run(curations=(finale, moved))[0].problems
    assert problem.message == "matches no session: none has the address `2022/01/13/k3f9q2m7xa`"
    assert found["tags"] == ["('end', 1)"]
    report, found = world.run()
    assert (report.changed, found["tags"], found["findings"]) == (1, [], [])


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ({"recordings": ("9", "1")}, "the recording `1` is in none; `aftercast explain 1` says why"),
        ({"recordings": ("9",)}, "none has the recording `9`"),
        ({"recordings": ("９", "8")}, "none has the recording `９`; write the digits of ids in half-width"),
        (
            {"recordings": ("2026/03/02/vtj23n4a4b",)},
            "none has the recording `2026/03/02/vtj23n4a4b`; an address stands under `address`",
        ),
        ({}, "no recording is named"),
        ({"window": Window("a stream", START_S * 1000, START_S * 1000 + 1)}, "no recording lies in its `window`"),
    ],
)
def test_a_curation_that_matches_nothing_is_told_why(tmp_path, names, why):
    """The file that it names may be there and its broadcast too short, or its host not listed."""
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S, video_url="http://elsewhere.example.com/1.mp4"))

    problems = world.run(curations=(Curation("replays/a.md", title="A", **names),))[0].problems
    assert [each.message for each in problems if each.source == "replays/a.md"] == [f"matches no session: {why}"]


def test_ids_that_split_and_merge_name_in_vain_are_reported(tmp_path):
    """Of `recordings` any one is enough; what is to be cut or joined must be there, in a session or not."""
    world = World(tmp_path)
    elsewhere = callback("3", START_S, video_url="http://elsewhere.example.com/3.mp4")
    world.write("a.jsonl", callback("1", START_S), callback("2", START_S + 10 * HOUR_S), elsewhere)
    fine = Curation("replays/fine.md", recordings=("1", "8"), merge=("1", "8", "2"))
    waits = Curation("replays/waits.md", recordings=("1",), split_before=("3",))
    cut = Curation("replays/cut.md", recordings=("1",), split_before=("2", "9"))
    joined = Curation("replays/joined.md", recordings=("2",), merge=("2", "7"))

    report, _ = world.run(curations=(fine, waits, cut, joined))

    found = [problem for problem in report.problems if problem.code == "curation_unmatched"]
    assert [(problem.source, problem.field, problem.message) for problem in found] == [
        ("replays/cut.md", "split", "has no effect: no recording has the id `9`"),
        ("replays/joined.md", "merge", "has no effect: no recording has the id `7`"),
    ]


WINDOW = Curation("replays/w.md", window=Window("room1", START_S * 1000 + 600_000, START_S * 1000 + 1_800_000))


@pytest.mark.parametrize(
    ("said", "others", "told"),
    [
        ({"merge": ("2", "9")}, (WINDOW,), "a `window` claims `2` or `9`, so they stay apart"),
        ({"split_before": ("3",)}, (WINDOW,), "`3` lies in a `window`, which nothing parts"),
        (
            {"split_before": ("1",)},
            (),
            "nothing before `1` would be in one replay with it, or a `merge` keeps them together",
        ),
        (
            {"split_before": ("9",)},
            (),
            "nothing before `9` would be in one replay with it, or a `merge` keeps them together",
        ),
        (
            {"split_before": ("4",)},
            (Curation("replays/z.md", recordings=("2",), merge=("2", "5")),),
            "nothing before `4` would be in one replay with it, or a `merge` keeps them together",
        ),
        (
            {"recordings": ("9",), "split_before": ("4",)},
            (),
            "parts another broadcast than that of `recordings`, before `4`",
        ),
        (
            {"recordings": ("9",), "split_before": ("4",)},
            (Curation("replays/z.md", recordings=("2",), merge=("2", "9")),),
            "",
        ),
        (
            {"recordings": ("9",), "split_before": ("4",)},
            (Curation("replays/z.md", recordings=("2",), split_before=("4",)),),
            "",
        ),
        ({"split_before": ("4",)}, (), ""),
        ({"recordings": ("1", "9"), "split_before": ("4", "6")}, (), ""),
        ({"split_before": ("3", "5")}, (), ""),
        ({"merge": ("2", "9")}, (), ""),
    ],
)
def test_split_and_merge_without_effect_are_reported(tmp_path, said, others, told):
    """Six files of ten minutes from START_S on, and one a day later."""
    world = World(tmp_path)
    slices = [callback(str(n), START_S + n * 600, 600) for n in range(1, 7)]
    world.write("a.jsonl", *slices, callback("9", START_S + DAY_S, 600))
    curation = Curation("replays/a.md", **{"recordings": ("2",), **said})

    report, _ = world.run(curations=(curation, *others))

    field = list(said)[-1]
    found = [(each.source, each.field.replace("split", "split_before"), each.message) for each in report.problems]
    message = told if told.startswith("parts") else f"has no effect: {told}"
    assert found == ([("replays/a.md", field, message)] if told else [])


def test_chapters_outside_their_broadcast_are_reported(tmp_path):
    """A slip in a time, or times of the day taken for times of the broadcast, must not vanish without a word."""
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    inside, late, early = (
        Chapter("In time", at_seconds=10),
        Chapter("Too late", at_seconds=3 * HOUR_S),
        Chapter("Too early", at_ms=(START_S - HOUR_S) * 1000),
    )

    finale = Curation(source="replays/finale.md", recordings=("1",), chapters=(inside, late, early))
    (problem,) = world.run(curations=(finale,))[0].problems
    assert (problem.code, problem.source, problem.field) == ("chapter_outside", "replays/finale.md", "chapters")
    assert problem.message == "2 of `chapters` outside the broadcast and not shown, the first is `Too late`"
    right = Curation(source="replays/finale.md", recordings=("1",), chapters=(inside,))
    report, found = world.run(curations=(right,))
    assert (report.problems, found["findings"]) == ((), [])


def test_a_merge_of_two_streams_is_the_same_in_every_way(tmp_path, monkeypatch):
    """Merged in bulk, in many buckets, and afterwards: one session."""
    merge = Curation(source="replays/both.md", recordings=("1",), merge=("1", "2"))
    records = [
        callback("1", START_S),
        callback("2", START_S + 9000, stream_id="room2"),
        callback("3", START_S + 5 * DAY_S),
    ]
    one, two = World(tmp_path / "one"), World(tmp_path / "two")
    for world in (one, two):
        world.write("a.jsonl", *records)
    two.run()
    monkeypatch.setattr(bulk, "BUCKET_BYTES", 100)

    found = one.run(curations=(merge,))[1]
    assert len(found["sessions"]) == 2
    assert two.run(curations=(merge,))[1] == found


def exposure(world, **rules):
    """Return why a run stops that would show what was hidden, if it does."""
    with Catalog.open(world.state) as catalog:
        before = contents(catalog)
        try:
            world.refresh(catalog, allow_exposure=False, **rules)
        except ExposureError as error:
            assert contents(catalog) == before
            return str(error)
    return ""


@pytest.mark.parametrize(("gap_ms", "is_by_address"), [(0, False), (300_000, False), (300_000, True)])
@pytest.mark.parametrize("seed", [*SEEDS, 22, 34, 48])  # the last ones pass a stream on where every file is alone
def test_files_over_a_border_are_shown_alike_whatever_came_first(tmp_path, monkeypatch, seed, gap_ms, is_by_address):
    """Files of unlike lengths and what people say of them come and go: each run gives what a first one gives.

    And where one stops, since it would show what was hidden, it does so in either way.
    """
    rng = random.Random(seed)
    slices = [callback(str(n), START_S + 600 * n, 600) for n in range(1, 13)]
    longer = [
        callback(f"h{n}", START_S + rng.randrange(1800, 9000, 600), rng.randrange(900, 5400, 300), file_format="hls")
        for n in range(3)
    ]
    middle = START_S * 1000 + rng.randrange(1_200_000, 6_000_000, 600_000)
    names = [str(rng.randrange(1, 13)) for _ in range(8)]
    trims = (Trim(head_seconds=900.0), Trim(tail_seconds=600.0), Trim(to_ms=middle), Trim(from_ms=middle - 300_000))
    curations = (
        Curation(source="replays/a.md", window=Window("room1", middle, middle + 1_200_000)),
        Curation(source="replays/b.md", recordings=(names[0],), split_before=(names[1],)),
        Curation(source="replays/c.md", recordings=(names[2],), visibility="hidden"),
        Curation(source="replays/d.md", recordings=(names[3],), visibility=rng.choice(["draft", "hidden"])),
        Curation(source="replays/e.md", recordings=(names[4],), merge=(names[4], names[5], "h0")),
        Curation(source="replays/f.md", recordings=(names[6],), trim=rng.choice(trims)),
        Curation(source="replays/g.md", recordings=(names[7],), trim=rng.choice(trims)),
    )
    if is_by_address:  # of what begins with a file, or did once
        curations = tuple(
            replace(curation, address=f"2022/01/13/{tag_of(name)}")
            if curation.visibility or curation.trim
            else curation
            for curation, name in zip(curations, names[1:] + names[:1], strict=False)
        )
    moments = [START_S * 1000 + rng.randrange(1_200_000, 6_000_000, 300_000) for _ in range(2)]
    handovers = [
        (
            Vj("alice", "Alice", streams=(StreamClaim("room1", until_ms=moment),)),
            Vj("bob", "Bob", streams=(StreamClaim("room1", from_ms=moment, gap_ms=rng.choice([None, 0])),)),
        )
        for moment in moments
    ]

    def chosen():
        return {
            "curations": tuple(curation for curation in curations if rng.random() < 0.7),
            "vjs": rng.choice([(), *handovers]),
            "gap_ms": gap_ms,
        }

    records = {record["file_id"]: record for record in slices + longer}
    said = chosen()
    world = World(tmp_path / "one")
    for name, record in records.items():
        world.write(f"{name}.jsonl", record)
    world.run(**said)

    for step in range(4):
        name = rng.choice(sorted(records))
        if (world.recordings / f"{name}.jsonl").exists():
            (world.recordings / f"{name}.jsonl").unlink()
        else:
            world.write(f"{name}.jsonl", records[name])
        said = said if step < 2 else chosen()
        clean = World(tmp_path / f"clean{step}")
        shutil.copytree(world.recordings, clean.recordings, dirs_exist_ok=True)
        anew = World(tmp_path / f"anew{step}")
        shutil.copytree(world.source.parent, anew.source.parent, dirs_exist_ok=True)
        with monkeypatch.context() as patch:
            patch.setattr(refresh, "INCREMENTAL_ROWS", 0)
            stopped = exposure(anew, **said)
        assert exposure(world, **said) == stopped
        assert world.run(**said)[1] == clean.run(**said)[1]


def test_a_task_told_later_ties_recordings_together(tmp_path):
    world = World(tmp_path)
    far = START_S + 3 * HOUR_S
    world.write("a.jsonl", callback("1", START_S, task_id="9"), callback("2", far, task_id="8"))
    assert len(world.run()[1]["sessions"]) == 2
    world.append("a.jsonl", task(far, "9", "show"), task(far, "8", "show"))

    assert len(world.run()[1]["sessions"]) == 1


def test_two_sessions_with_one_address_are_an_error_naming_both(tmp_path, monkeypatch):
    monkeypatch.setattr(assembling, "tag_of", lambda _key: "0123456789")
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    world.run()
    world.append("a.jsonl", callback("2", START_S + 2 * HOUR_S))

    with pytest.raises(ConfigError, match="the recordings `1` and `2` would both have the address"):
        world.run()
    (world.state / "catalog.sqlite").unlink()
    with pytest.raises(ConfigError, match="the recordings `1` and `2` would both have the address"):
        world.run()


def test_a_session_that_is_gone_is_remembered_by_its_anchor(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    world.run()
    with Catalog.open(world.state) as catalog:
        world.refresh(catalog, zone="Pacific/Kiritimati")
        old = f"2022/01/13/{tag_of('1')}"

        assert catalog.session(old) is None
        assert catalog.former_anchor(old) == "1"
        assert catalog.session_of_file("1").id == f"2022/01/14/{tag_of('1')}"


def test_news_that_concern_too_much_are_loaded_in_bulk(tmp_path, monkeypatch):
    """One record that completes the streams of many others: the incremental way gives up and leaves no trace."""
    plain = [callback(str(n), START_S + n * HOUR_S, app=None, appname=None) for n in range(6)]
    one, two = World(tmp_path / "one"), World(tmp_path / "two")
    for world in (one, two):
        world.write("a.jsonl", *plain)
        world.run()
        world.append("a.jsonl", callback("9", START_S + 90 * HOUR_S))
    expected = one.run()[1]
    monkeypatch.setattr(refresh, "INCREMENTAL_ROWS", 3)

    report, found = two.run()
    assert report.everything
    assert found == expected


def test_the_bulk_way_and_the_incremental_way_agree_about_rules(tmp_path, monkeypatch):
    records = random_records(random.Random(300), 40)
    one, two = World(tmp_path / "one"), World(tmp_path / "two")
    for world in (one, two):
        world.write("a.jsonl", *records)
        world.run()
    slow = one.run(gap_ms=3_600_000)[1]
    monkeypatch.setattr(refresh, "INCREMENTAL_ROWS", 0)

    report, bulk_way = two.run(gap_ms=3_600_000)
    assert report.everything
    assert bulk_way == slow


@pytest.mark.parametrize("said", [{"visibility": "hidden"}, {"visibility": "draft"}, {"trim": Trim(head_seconds=1)}])
def test_a_curation_that_hides_what_it_does_not_find_says_what_that_means(tmp_path, said):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    hiding = Curation("replays/h.md", recordings=("3",), **said)
    (problem,) = world.run(curations=(hiding,))[0].problems

    assert problem.code == "curation_unmatched"
    assert problem.message.endswith("`3`; so it hides nothing, and what else there is of that broadcast is public")
    assert world.run(curations=(hiding,))[0].problems == (problem,), "told again while it stands, without any news"


def test_a_curation_that_takes_what_it_does_not_find_out_of_lists_says_what_that_means(tmp_path):
    world = World(tmp_path)
    world.write("a.jsonl", callback("1", START_S))
    unlisted = Curation("replays/u.md", recordings=("3",), visibility="unlisted")
    (problem,) = world.run(curations=(unlisted,))[0].problems

    assert problem.code == "curation_unmatched"
    assert problem.message.endswith(
        "; so it keeps nothing out of lists, and what else there is of that broadcast is in them"
    )
