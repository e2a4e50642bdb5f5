"""What the commands print and how they end: the JSON contracts, the messages and the exit codes, worked out by hand."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from builder.cli import run
from builder.lock import locked
from tests.build.sites import ALICE, ENVIRON, SITE, callback

BOB = "s-ngjfg4appydqjv63"  # of the key of the tests
A, B, C = (f"52{number:017d}" for number in (1, 2, 3))


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Two files of Alice with a hole of 60 s, one of Bob an hour later told twice, one line that is no record."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    source = tmp_path / "site_src"
    (source / "recordings").mkdir(parents=True)
    (source / "vjs").mkdir()
    (source / "site.yaml").write_text(SITE.replace("[en, zh]", "[en]"))
    (source / "vjs" / "alice.md").write_text(ALICE)
    (source / "recordings" / "a.jsonl").write_text(
        callback("alice", 1, 0, 600)
        + callback("alice", 2, 660, 300)
        + callback("bob", 3, 7_200, 1_800)
        + "nonsense\n"
        + '{"event_type":321,"stream_id":"bob"}\n'
        + callback("bob", 3, 7_200, 1_800)
    )
    return source


@pytest.fixture
def command(site, capfd):
    """Run a command on the site; return exit code, stdout and the lines of stderr."""

    def called(*arguments: str):
        code = run([*arguments, "--source", os.fspath(site)])
        said = capfd.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err.splitlines()

    return called


def output_of(site: Path) -> Path:
    return site.parent / "output"


def test_build_json_counts_add_up_and_the_second_build_does_nothing(command, site):
    """Six records: three used, one told twice, one of a kind we do not use, one that is none."""
    code, out, said = command("build", "--json")
    again = json.loads(command("build", "--json")[1])
    data = json.loads(out)
    files = [path for path in output_of(site).rglob("*") if path.is_file() and not path.name.startswith(".")]

    assert code == 0
    assert list(data) == ["recordings", "new", "sessions", "pages", "seconds"]
    assert data["recordings"] == {"read": 6, "accepted": 3, "duplicate": 1, "ignored": 1, "quarantined": 1}
    assert data["new"] == data["recordings"]
    assert data["sessions"] == 2
    assert data["pages"] == {"written": len(files), "unchanged": 0, "removed": 0}
    assert data["seconds"] > 0
    assert said[0].startswith("aftercast: recordings/a.jsonl:4: ")
    assert re.fullmatch(
        rf"aftercast: 6 new records \(3 used, 1 repeated, 1 ignored, 1 set aside\); 2 broadcasts; "
        rf"wrote {len(files)}, kept 0, removed 0 files in \d+\.\d\d s",
        said[-1],
    )
    assert again["new"] == dict.fromkeys(data["new"], 0)
    assert again["recordings"] == data["recordings"]
    assert again["pages"] == {"written": 0, "unchanged": len(files), "removed": 0}


def test_sessions_json_is_one_object_a_line_by_start(command):
    """Alice from 16:00 to 16:16 with a hole of a minute; Bob two hours after her, under a private name."""
    code, out, said = command("sessions", "--json")
    alice, bob = (json.loads(line) for line in out.splitlines())

    assert (code, said) == (0, [])
    assert re.fullmatch(r"2022/01/14/[0-9a-z]{10}", alice["id"])  # 16:00 UTC is midnight in Shanghai
    assert alice == {
        "id": alice["id"],
        "url": f"/replays/{alice['id']}/",
        "vj": "alice",
        "title": "",
        "start": "2022-01-13T16:00:00.000Z",
        "end": "2022-01-13T16:16:00.000Z",
        "duration": 900.0,
        "gaps": [["2022-01-13T16:10:00.000Z", "2022-01-13T16:11:00.000Z"]],
        "flags": [],
        "visibility": "public",
        "hidden": False,
        "aliases": [],
        "others": [],
        "tracks": [
            {
                "format": "mp4",
                "primary": True,
                "parts": [
                    part(A, "16:00:00.000", "16:10:00.000", 600.0, 600_000, 1),
                    part(B, "16:11:00.000", "16:16:00.000", 300.0, 300_000, 2),
                ],
            }
        ],
    }
    assert (bob["vj"], bob["start"], bob["duration"]) == (BOB, "2022-01-13T18:00:00.000Z", 1800.0)


def part(file_id: str, start: str, end: str, duration: float, size: int, number: int) -> dict:
    url = f"https://1250000000.vod2.myqcloud.com/a/{number}/f0.mp4"
    day = "2022-01-13T"
    return {
        "file_id": file_id, "start": f"{day}{start}Z", "end": f"{day}{end}Z", "duration": duration, "size": size, "url": url,
    }  # fmt: skip


def test_explain_says_why_in_words(command):
    """By the id of a file: the session, its hole and the rule, in plain lines."""
    code, out, said = command("explain", A)
    lines = out.splitlines()

    assert (code, said) == (0, [])
    assert re.fullmatch(rf"{A} is in session 2022/01/14/[0-9a-z]{{10}}", lines[0])
    assert "made from 2 files and 2 notifications; recorded 15 m of 16 m on air" in lines
    assert "stream push.example.com/live/alice" in lines
    assert "times are those of Asia/Shanghai" in lines
    assert [line for line in lines if line.startswith("gap: ")] == [
        "gap: 1 m not recorded, 2022-01-14 00:10:00 to 2022-01-14 00:11:00"
    ]
    assert "rule: files at most 5 m apart are one session" in lines
    assert "told by recordings/a.jsonl:1: facts, batch" in lines


def test_explain_of_nothing_is_a_usage_error(command):
    assert command("explain", "no-such-file") == (
        2,
        "",
        [
            "aftercast: `no-such-file` expected the id of a session or a file, found nothing of that name",
            "hint: `aftercast sessions --json` lists sessions, their streams and files, `aftercast problems` the rest",
        ],
    )


def test_problems_lists_and_shows_what_was_set_aside(command):
    code, out, said = command("problems", "list")
    number = out.split("  ")[0]
    shown = command("problems", "show", number)
    missing = command("problems", "show", "recordings/a.jsonl#99")

    assert (code, said, out.count("\n")) == (0, [], 1)
    assert " (set aside)  recordings/a.jsonl:4: " in out
    assert shown[0] == 0
    assert "line: 4" in shown[1].splitlines()
    assert missing[0] == 2
    assert (
        missing[2][0]
        == "aftercast: `recordings/a.jsonl#99` expected the number of a problem, found none of that number"
    )


def test_streams_names_streams_for_the_operator(command):
    code, out, _ = command("streams")
    unmapped = command("streams", "--unmapped", "--json")

    assert code == 0
    assert out.splitlines() == [
        "alice  push.example.com/live  alice  1 session, 2 files",
        f"bob  push.example.com/live  {BOB}  1 session, 1 file",
    ]
    assert json.loads(unmapped[1]) == {
        "stream_id": "bob",
        "app": "push.example.com",
        "appname": "live",
        "vjs": [BOB],
        "recordings": 1,
        "events": 0,
        "sessions": 1,
        "first": "2022-01-13T18:00:00.000Z",
        "last": "2022-01-13T18:00:00.000Z",
    }


def test_check_finds_a_dead_link_and_exits_8(command, site):
    """A whole site has no faults; without the pages of its VJs links lead nowhere."""
    before = command("check")
    command("build")
    whole = command("check")
    shutil.rmtree(output_of(site) / "vj")
    broken = command("check")

    assert before[0] == 2
    assert before[2][0] == f"aftercast: {output_of(site)}: expected a built site, found none"
    assert whole[0] == 0, whole[1]
    assert whole[1] == ""
    assert broken[0] == 8
    alice = [line for line in broken[1].splitlines() if "vj/alice/`" in line]
    assert alice == ["index.html: links to `vj/alice/`, which is not there (3 pages want it)"]
    assert broken[2][-2] == f"aftercast: {len(broken[1].splitlines())} faults found in `{output_of(site)}`"
    assert (
        broken[2][-1]
        == "hint: what you wrote is put right in the sources; what the site makes, `aftercast build --clean` writes again"
    )


def test_every_end_has_its_exit_code(command, site):
    """0 done, 2 configuration, 3 strict, 4 nothing changed, 5 storage, 6 locked, 8 not what a clean build gives."""
    strict = command("build", "--strict")
    assert command("build", "--strict")[0] == 3, "the problem still stands when nothing new was read"
    nothing = command("build", "--expect-changes")
    (output_of(site) / "index.html").write_text("someone else's")
    verified = command("build", "--verify")
    with locked(site.parent / ".aftercast" / "site_src" / "lock", wait=False, what="it"):
        busy = command("build")
        asked = command("sessions")
    (site.parent / "file").write_text("")
    storage = command("build", "--output", str(site.parent / "file"))
    (site / "site.yaml").write_text("titel: x\n")
    wrong = command("build")

    assert (strict[0], strict[2][-2:]) == (
        3,
        ["aftercast: 1 problem found and `--strict` given", "hint: `aftercast problems` lists them"],
    )
    assert (nothing[0], nothing[2][-1]) == (4, "aftercast: nothing changed and `--expect-changes` given")
    assert (verified[0], verified[2][-2]) == (8, f"aftercast: 1 file in `{output_of(site)}` differ from a clean build")
    assert (busy[0], busy[2]) == (
        6,
        [f"aftercast: `{site}` is in use by another aftercast", "hint: wait for it, or give `--wait`"],
    )
    assert (asked[0], asked[2]) == (
        0,
        ["aftercast: another aftercast is at work here: this is the catalog as it stands"],
    )
    assert (storage[0], storage[2][-1]) == (
        5,
        f"aftercast: failed to use output folder `{site.parent / 'file'}`: file exists",
    )
    assert (wrong[0], wrong[2]) == (
        2,
        ["aftercast: site_src/site.yaml:1: expected a known key, found `titel`", "hint: did you mean `title`?"],
    )
