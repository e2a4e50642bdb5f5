"""`sessions`, `explain`, `problems`, `streams`: data on stdout, everything else on stderr, nothing under the output."""

import fcntl
import hashlib
import json
import os
import re

import pytest

from builder.addresses import tag_of
from builder.cli import run
from builder.cli.listing import say_many
from tests.catalog.world import HOUR_S, START_S, World, callback, push

FIRST = f"2022/01/13/{tag_of('1')}"


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    world = World(tmp_path)
    (world.source / "site.yaml").write_text("slug_key: a key for tests\n")
    (world.source / "vjs").mkdir()
    (world.source / "vjs" / "alice.md").write_text("---\nname: Alice\nstreams: [room1]\n---\n")
    records = [
        callback("1", START_S),
        callback("1", START_S, file_size=2),
        callback("2", START_S + 4 * HOUR_S, stream_id="r2"),
    ]
    world.write("a.jsonl", *records, callback("3", START_S, video_url="http://elsewhere.example.com/3.mp4"))
    world.append("a.jsonl", callback("4", START_S, file_size="many"))
    return world


def call(capsys, *arguments):
    code = run(list(arguments))
    said = capsys.readouterr()
    return code, said.out.splitlines(), said.err.splitlines()


def test_sessions_are_one_json_object_a_line(world, capsys):
    code, out, err = call(capsys, "sessions", "--json")

    assert (code, err) == (0, [])
    first, second = map(json.loads, out)
    assert (first["id"], first["vj"], first["duration"], first["hidden"]) == (FIRST, "alice", 1800.0, False)
    assert second["start"] == "2022-01-13T19:30:00.000Z"
    assert not (world.source.parent / "output").exists()


def test_many_sessions_are_worded_by_several_processes_and_printed_alike(world, capsys, monkeypatch):
    """Not a byte depends on how many there are, nor on titles that are not ASCII or would steer a terminal."""
    world.write("b.jsonl", *(callback(f"many{number}", START_S + number * 4 * HOUR_S) for number in range(10, 700)))
    (world.source / "replays").mkdir()
    for number, title in ((20, "\u76f4\u64ad"), (400, "a \u202e b")):
        text = f"---\nrecordings: [many{number}]\ntitle: {json.dumps(title, ensure_ascii=True)}\n---\n"
        (world.source / "replays" / f"{number}.md").write_text(text)
    _, alone, _ = call(capsys, "sessions", "--json")
    asked = []
    monkeypatch.setattr("builder.cli.sessions.MANY", 0)
    monkeypatch.setattr("builder.cli.sessions.jobs_of", lambda _told: 2)
    monkeypatch.setattr("builder.cli.sessions.say_many", lambda *told: (asked.append(told[2]), say_many(*told)))
    code, together, err = call(capsys, "sessions", "--json")

    assert (code, err, asked) == (0, [], [2])
    assert len(alone) == 692
    assert sum("\\u202e" in line or "\u76f4" in line for line in alone) == 2
    assert together == alone


def test_sessions_for_people(world, capsys):
    _, out, _ = call(capsys, "sessions")

    assert out[0] == f"{FIRST}  2022-01-13T15:30:00.000Z  30 m  alice"


def test_streams_and_those_without_a_profile(world, capsys):
    _, out, _ = call(capsys, "streams")
    assert out[0].startswith("r2  push.example.com/live  s-")
    assert out[1] == "room1  push.example.com/live  alice  1 session, 1 file"

    _, out, err = call(capsys, "streams", "--unmapped", "--json")
    (data,) = map(json.loads, out)
    assert err == []
    assert (data["stream_id"], data["sessions"], data["first"]) == ("r2", 1, "2022-01-13T19:30:00.000Z")


def test_a_claim_on_a_stream_that_no_record_tells_of_is_told(world, capsys):
    """A slip in a profile looks like a stream nobody claims beside a broadcaster without replays."""
    (world.source / "vjs" / "bob.md").write_text(
        '---\nstreams: [rr2, {glob: "r?"}, {glob: "x*"}, {stream: room1, appname: other}]\n---\n'
    )
    told = [
        f"aftercast: vjs/bob.md: `streams` names `{pattern}`, which no record tells of yet"
        for pattern in ("room1", "rr2", "x*")
    ]
    assert call(capsys, "streams")[2] == told
    code, out, err = call(capsys, "streams", "--unmapped", "--json")
    assert (code, out, err) == (0, [], told)


def test_a_stream_that_two_profiles_claim_alike_is_named(world, capsys):
    """The build must not print the id; here both claims stand beside it."""
    (world.source / "vjs" / "bob.md").write_text('---\nstreams: [{glob: "r*"}]\n---\n')
    (world.source / "vjs" / "carol.md").write_text('---\nstreams: [{glob: "*2"}]\n---\n')

    told = "aftercast: vjs/bob.md: `streams` claims `r2` by `r*` as exactly as vjs/carol.md by `*2`, which has it by text order"
    assert call(capsys, "streams")[2] == [told]
    assert call(capsys, "streams", "--unmapped", "--json") == (0, [], [told])


def test_a_stream_told_without_its_path_says_where_its_sessions_are(world, capsys):
    """A file list names no app: its files join the stream that has one, and no line looks lost."""
    world.append("a.jsonl", callback("5", START_S + 9 * HOUR_S, app=None, appname=None))
    _, out, _ = call(capsys, "streams")

    assert out[1] == "room1  0 sessions, 1 file (told without its full path, counted with push.example.com/live)"
    assert out[2] == "room1  push.example.com/live  alice  2 sessions, 1 file"


def test_streams_that_nobody_claims_are_told_whatever_became_of_their_files(world, capsys):
    """One given away by a curation, one whose files are all too short, one of which only pushes are known."""
    (world.source / "site.yaml").write_text("slug_key: a key for tests\ngrouping: {min_length: 10}\n")
    (world.source / "replays").mkdir()
    (world.source / "replays" / "a.md").write_text("---\nrecordings: ['2']\nvj: alice\n---\n")
    world.append(
        "a.jsonl", callback("5", START_S, 3, stream_id="tiny"), push("start", START_S, "9", stream_id="pushed")
    )

    _, out, _ = call(capsys, "streams", "--unmapped")
    assert [(line.split()[0], line.split("  ", 2)[2]) for line in out] == [
        ("pushed", "0 sessions, 0 files"),
        ("r2", "alice  1 session, 1 file"),
        ("tiny", "0 sessions, 1 file"),
    ]
    (world.source / "vjs" / "bob.md").write_text("---\nstreams: [r2, tiny, {stream: pushed, until: 2000-01-01}]\n---\n")
    assert call(capsys, "streams", "--unmapped") == (0, [], ["aftercast: every stream has its profile"])


def test_a_stream_whose_files_a_merge_took_says_where_they_are(world, capsys):
    (world.source / "replays").mkdir()
    (world.source / "replays" / "a.md").write_text("---\nrecordings: ['1']\nmerge: ['2']\n---\n")
    _, out, _ = call(capsys, "streams")

    assert out[0] == "r2  push.example.com/live  0 sessions, 1 file (counted with room1 push.example.com/live)"


def test_problems_are_listed_with_numbers_to_show_them_by(world, capsys):
    code, out, err = call(capsys, "problems")
    assert (code, err) == (0, [])
    assert [line.split()[:2] for line in out] == [
        ["recordings/a.jsonl#5", "bad_field"],
        ["conflict:1", "conflict"],
        ["media_host:3", "media_host"],
    ]
    assert "recordings/a.jsonl:4: `url` expected a host of `media.hosts`, found `elsewhere.example.com`" in out[2]

    assert [line.split("(")[1].split(")")[0] for line in out] == ["set aside", "warning", "set aside"]
    assert "quarantined: no" in call(capsys, "problems", "show", "conflict:1")[1]

    _, out, _ = call(capsys, "problems", "show", "media_host:3", "--json")
    assert json.loads(out[0])["file_id"] == "3"
    _, out, _ = call(capsys, "problems", "list", "--json")
    assert "excerpt" not in json.loads(out[0])


def test_a_masked_signature_is_told_as_masked_alone(world, capsys, monkeypatch):
    """No key can fit it, so there is nothing to add or to look after."""
    world.append("b.jsonl", callback("7", START_S + 40 * HOUR_S, sign="db42cc63**************eeccff23"))
    monkeypatch.setenv("AFTERCAST_CALLBACK_KEYS", "new key")

    assert [line for line in call(capsys, "problems")[1] if line.startswith("recordings/b.jsonl")] == []
    lines = call(capsys, "explain", "7")[1]
    assert "the signature was masked before the record was stored" in " ".join(lines)
    assert "signature masked" in lines[-1]


def test_a_signature_that_fits_no_key_is_told_and_changes_nothing(world, capsys, monkeypatch):
    """In `problems` and `explain`; the sessions are the same."""
    before = call(capsys, "sessions", "--json")[1]
    good = hashlib.md5(f"old key{START_S + 610}".encode(), usedforsecurity=False).hexdigest()
    world.append("b.jsonl", callback("1", START_S), callback("1", START_S, sign=good))
    monkeypatch.setenv("AFTERCAST_CALLBACK_KEYS", "new key,old key")

    _, out, _ = call(capsys, "problems")

    (told,) = [line for line in out if line.startswith("recordings/b.jsonl")]
    assert told.startswith("recordings/b.jsonl#2  bad_sign (warning)  recordings/b.jsonl:1: the signature fits none of")
    assert "signature bad" in " ".join(call(capsys, "explain", "1")[1])
    assert call(capsys, "sessions", "--json")[1] == before


def test_recordings_of_broadcasts_that_are_too_short_are_listed(world, capsys):
    """What `min_length` leaves out is named, so that nothing is lost."""
    (world.source / "site.yaml").write_text("slug_key: a key for tests\ngrouping: {min_length: 40m}\n")
    _, out, _ = call(capsys, "problems", "list")

    assert [line.split()[:2] for line in out if "too_short" in line] == [
        ["too_short:1", "too_short"],
        ["too_short:2", "too_short"],
    ]


def test_an_unknown_problem_is_an_error_with_a_hint(world, capsys):
    assert call(capsys, "problems", "show", "nothing") == (
        2,
        [],
        [
            "aftercast: `nothing` expected the number of a problem, found none of that number",
            "hint: `aftercast problems list` has the numbers",
        ],
    )


def test_problems_can_be_tried_again(world, capsys):
    call(capsys, "problems")
    (world.source / "site.yaml").write_text(
        'slug_key: a key for tests\nmedia: {hosts: ["*.myqcloud.com", "*.example.com"]}\n'
    )

    assert call(capsys, "problems", "retry") == (0, [], ["aftercast: 2 problems are left"])


@pytest.mark.parametrize(
    "name", [FIRST, f"/replays/{FIRST}/", f"https://replays.example.com/a/replays/{FIRST}/#t=5", "1"]
)
def test_explain_takes_ids_addresses_and_files(world, capsys, name):
    code, out, err = call(capsys, "explain", name)

    assert (code, err) == (0, [])
    assert f"session {FIRST}" in out
    assert "stream push.example.com/live/room1" in out
    assert out[-2:] == [f"told by recordings/a.jsonl:{line}: facts, batch" for line in (1, 2)]


@pytest.mark.parametrize("name", [tag_of("1"), f"{tag_of('1')}/", "k3f9q2m7xa"])
def test_explain_takes_the_last_part_of_an_address(world, capsys, name):
    """Of a former one too: it is what is left of an address in a window's title or a list of files."""
    (world.source / "replays").mkdir()
    (world.source / "replays" / "a.md").write_text("---\nrecordings: ['1']\naliases: [2020/01/02/k3f9q2m7xa]\n---\n")

    code, out, err = call(capsys, "explain", name)

    assert (code, err) == (0, [])
    assert out[:2] == [f"{name} leads to session {FIRST}", f"session {FIRST}"]


def test_explain_says_that_it_takes_no_stream(world, capsys):
    code, out, err = call(capsys, "explain", "room1")

    assert (code, out) == (2, [])
    assert err[0] == "aftercast: `room1` expected the id of a session or a file, found that of a stream"


def test_explain_says_why_a_file_is_in_no_session(world, capsys):
    _, out, _ = call(capsys, "explain", "3")

    assert out[0] == "3 is in no session: its media host is not in `media.hosts`"


def test_explain_says_why_a_record_was_set_aside(world, capsys):
    _, out, _ = call(capsys, "explain", "4")

    assert out == [
        "4 is in no session: its record was set aside",
        "recordings/a.jsonl:5: `file_size` expected an integer, found other text",
    ]


def test_explain_knows_nothing_of_it(world, capsys):
    code, out, err = call(capsys, "explain", "nothing")

    assert (code, out) == (2, [])
    assert err[0] == "aftercast: `nothing` expected the id of a session or a file, found nothing of that name"


def test_while_another_is_at_work_the_catalog_answers_as_it_stands(world, capsys):
    call(capsys, "sessions")
    world.append("a.jsonl", callback("9", START_S + 90 * HOUR_S))
    lock = os.open(world.source.parent / ".aftercast" / "site_src" / "lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        code, out, err = call(capsys, "sessions", "--json")
    finally:
        os.close(lock)

    assert (code, len(out)) == (0, 2)
    assert err == ["aftercast: another aftercast is at work here: this is the catalog as it stands"]
    assert len(call(capsys, "sessions", "--json")[1]) == 3


def test_questions_are_answered_while_too_much_would_vanish(world, capsys):
    """The catalog stays as it is, with a word; a build is what takes it over, and it still refuses by itself."""
    before = call(capsys, "sessions", "--json")[1]
    vanish = "all 2 sessions would vanish"
    (world.recordings / "a.jsonl").unlink()
    world.write("b.jsonl", callback("9", START_S))

    for _ in range(2):
        code, out, err = call(capsys, "sessions", "--json")
        assert (code, out) == (0, before)
        assert err == [
            f"aftercast: recordings/: {vanish}: this is the catalog as it stands",
            "aftercast: `aftercast build --allow-removal` takes it over, if the records were removed on purpose",
        ]
    assert call(capsys, "build")[0] == 2
    assert call(capsys, "build", "--allow-removal")[0] == 0
    code, out, err = call(capsys, "sessions", "--json")
    assert (code, err, [json.loads(line)["tracks"][0]["parts"][0]["file_id"] for line in out]) == (0, [], ["9"])


def test_what_strict_refuses_is_listed(world, capsys):
    """Content that is not read stands beside the problems of the records, with a number of its own."""
    (world.source / "replays" / "2022").mkdir(parents=True)
    (world.source / "replays" / "2022" / "a.md").write_text("---\nvisibility: hidden\n---\n")
    (world.recordings / "a.jsonl").unlink()
    world.write("b.jsonl", callback("9", START_S))

    code, _, err = call(capsys, "build", "--strict")
    assert (code, err[-2]) == (3, "aftercast: 1 problem found and `--strict` given")
    (line,) = call(capsys, "problems")[1]
    assert line == (
        "content_unread:replays/2022/a.md  content_unread (warning)  "
        "replays/2022/a.md: expected its place right in `replays/`; the file is not read"
    )
    assert call(capsys, "problems", "show", line.split()[0])[1][1] == "code: content_unread"
    (world.source / "replays" / "2022" / "a.md").unlink()
    assert call(capsys, "build", "--strict")[0] == 0


def test_a_theme_of_ones_own_that_has_no_effect_is_listed_and_refused_by_strict(world, capsys):
    """A name that is slightly wrong: the page, or the word on it, is that of the theme."""
    (world.recordings / "a.jsonl").unlink()
    world.write("b.jsonl", callback("9", START_S))
    messages = world.source.parent / "templates" / "messages"
    messages.mkdir(parents=True)
    (messages.parent / "wach: a.html").write_text("x")
    (messages.parent / os.fsdecode(b"day\xff.html")).write_text("x")
    (messages / "en.yaml").write_text("nav: {vjss: Teachers}\n")

    code, _, err = call(capsys, "build", "--strict")
    assert (code, err[-2]) == (3, "aftercast: 3 problems found and `--strict` given")
    assert "aftercast: templates/messages/en.yaml:1: expected a known message, found `nav.vjss`" in "\n".join(err)
    listed = [line.split("  ")[0] for line in call(capsys, "problems")[1]]
    assert listed == [
        "content_unread:templates/day?.html",
        "content_unread:templates/wach: a.html",
        "content_unread:templates/messages/en.yaml:1",
    ]
    assert len(call(capsys, "problems", "--json")[1]) == 3


WAITING = "set aside for a host that is not in `media.hosts`; see `aftercast problems`"


def test_recordings_that_wait_for_their_host_are_told_in_a_line_by_each_build(world, capsys):
    """A question or a dry run may have been first to know; and whoever narrowed the list may look at one build only."""
    (world.source / "site.yaml").write_text('slug_key: a key for tests\nmedia: {hosts: ["elsewhere.example.com"]}\n')
    call(capsys, "build")
    (world.source / "site.yaml").write_text('slug_key: a key for tests\nmedia: {hosts: ["other.example.com"]}\n')
    call(capsys, "build", "--dry-run", "--allow-removal")

    for _ in range(2):
        _, _, err = call(capsys, "build", "--allow-removal")
        assert [line for line in err if "host" in line] == [f"aftercast: 3 recordings are {WAITING}"]
    (world.source / "site.yaml").write_text("slug_key: a key for tests\n")
    _, _, err = call(capsys, "build")
    assert [line for line in err if "host" in line] == [f"aftercast: 1 recording is {WAITING}"]
    world.append("a.jsonl", callback("5", START_S + 9 * HOUR_S, video_url="http://elsewhere.example.com/5.mp4"))
    _, _, err = call(capsys, "build")
    assert [line[:45] for line in err if "host" in line] == [
        "aftercast: 2 recordings are set aside for a h",
        "aftercast: recordings/a.jsonl:6: `url` expect",
    ]


def test_what_a_build_tells_of_hosts_one_by_one_it_does_not_tell_again_in_a_line(world, capsys):
    _, _, err = call(capsys, "build")

    assert [line[:45] for line in err if "host" in line] == ["aftercast: recordings/a.jsonl:4: `url` expect"]


def test_what_would_vanish_by_a_slip_is_told_with_its_cause(world, capsys):
    """The refused run takes its problems with it, so the refusal names them; the flag is not the first thing to do."""
    call(capsys, "build")
    (world.source / "site.yaml").write_text('media: {hosts: ["*.myqcloud.con"]}\n')

    code, _, err = call(capsys, "build")

    sentence, hint = err[-2:]
    assert code == 2
    assert sentence.startswith("aftercast: recordings/: all 2 sessions would vanish; set aside were ")
    assert re.search(
        r"\d × `media_host`.*, such as recordings/a\.jsonl:\d: `url` expected a host of `media\.hosts`, found", sentence
    )
    on_purpose = "if their records were removed on purpose, run `aftercast build --allow-removal`"
    assert hint == f"hint: look at what was set aside first; {on_purpose}"
