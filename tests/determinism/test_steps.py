"""In one build or in many, in any order, told once or often: the same output, and no published address dies."""

import json
import os
import random
import re

import pytest

from builder.check import check
from builder.errors import ConfigError
from builder.workshop import Workshop
from tests.build.sites import ENVIRON, SITE, TestSite, callback, difference, site_of

SEEDS = int(os.environ.get("AFTERCAST_SEEDS", "25"))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """The theme, read once for all seeds."""
    return Workshop(TestSite(tmp_path_factory.mktemp("theme")).places, ENVIRON)


def records(chance: random.Random) -> list[str]:
    """Return a few broadcasts of a few streams: near each other, over midnight, overlapping, told late and twice.

    Some are told again with another time of announcement, or of another stream: the earlier one counts, whichever is
    read first. A stream without a profile is told with its whole name or with less, and lists tell less of some files.
    """
    lines = []
    for number in range(chance.randrange(6, 14)):
        begin = chance.choice((0, 1_000, 28_000, 86_400)) + chance.randrange(12) * 500
        length = chance.choice((30, 300, 600, 3_000))
        more = {"t": chance.choice((None, chance.randrange(1_642_090_000, 1_642_290_000)))}
        form = chance.choice(("mp4", "mp4", "hls"))
        more["task_id"] = chance.choice((None, None, "71", "72"))
        stream = chance.choice(("alice", "bob", "carol"))
        if stream == "carol":
            more["appname"] = chance.choice((None, "live", "live"))
        lines.append(callback(stream, number, begin, length, form=form, **more))
        if not chance.randrange(3):
            more["t"] = chance.randrange(1_642_090_000, 1_642_290_000)
            told_of = chance.choice((stream, stream, stream, "dora"))
            lines.append(callback(told_of, number, begin, length, form=form, **more))
        if not chance.randrange(3):
            lines.append(listed(stream, number, begin, length, form=form, chance=chance))
    return lines


def listed(stream: str, number: int, begin: int, length: int, *, form: str, chance: random.Random) -> str:
    """Return a row of a file list: the same file with less, and perhaps without its stream."""
    told = json.loads(callback(stream, number, begin, length, form=form))
    row = {name: str(told[name]) for name in ("file_id", "file_format", "start_time", "end_time", "file_size")}
    row["record_file_url"] = told["video_url"]
    if chance.randrange(3):
        row["stream_id"] = stream
    return json.dumps(row) + "\n"


def cut(lines: list[str], chance: random.Random) -> list[list[str]]:
    """Return the lines in another order, in one to five portions."""
    told = chance.sample(lines, len(lines))
    steps = chance.randrange(1, 6)
    return [portion for at in range(steps) if (portion := told[at::steps])]


def pages(site: TestSite) -> set[str]:
    """Return the address of every page: broadcasts, the calendar, VJs and their months, tags, former ones."""
    return {path for path in site.tree() if path.endswith(".html")}


def replays(site: TestSite) -> set[str]:
    """Return the addresses of broadcasts, former ones included: those below a day."""
    return {path for path in pages(site) if re.match(r"(zh/)?replays/\d+/\d+/\d+/\w+/index", path)}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_many_builds_give_what_one_gives_and_no_address_dies(seed, tmp_path, workshop):
    """Every page of every step still answers at the end; the trees are equal, redirects.yaml too."""
    chance = random.Random(seed)
    lines = records(chance)
    told = lines + chance.choices(lines, k=len(lines) // 3)  # many builds hear a third of them twice
    many = site_of(tmp_path / "many", workshop)
    published: set[str] = set()
    for step, portion in enumerate(cut(told, chance)):
        many.append(f"log{chance.randrange(3)}.jsonl", "".join(portion))
        many.build(allow_removal=True, allow_exposure=True)
        published |= pages(many)
        assert step < 6
    once = site_of(tmp_path / "once", workshop)
    for at, portion in enumerate(cut(lines, chance)):
        once.append(f"other{at}.txt", "".join(portion))
    redirects = many.source / "redirects.yaml"
    if redirects.exists():
        once.write("redirects.yaml", redirects.read_text(encoding="utf-8"))
    once.build()

    assert published <= pages(many), f"seed {seed}: an address died"
    assert difference(many.tree(), once.tree()) == [], f"seed {seed}"
    assert (once.source / "redirects.yaml").exists() == redirects.exists()
    if redirects.exists():
        assert (once.source / "redirects.yaml").read_bytes() == redirects.read_bytes()


def test_a_former_address_lives_on_when_an_earlier_announcement_makes_it_none(tmp_path):
    """Two broadcasts; a late file joins them, so that one address leads to the other; then it turns out to be early."""
    site = TestSite(tmp_path)
    site.append("a.jsonl", callback("alice", 1, 0, 600) + callback("alice", 3, 1_800, 600))
    site.build()
    published = replays(site)
    late = {"t": 1_642_089_600 + 30_000}
    site.append("a.jsonl", callback("alice", 2, 600, 1_200, **late))
    site.build()
    joined = site.tree()

    site.append("a.jsonl", callback("alice", 2, 600, 1_200, t=1_642_089_600 + 2_000))
    site.build()

    assert published <= replays(site)
    assert published <= joined.keys()
    (led,) = (path for path in published if b"data-shift" in joined[path] and not path.startswith("zh/"))
    assert site.tree()[led] == joined[led], "a moment in a link leads where it led"
    site.write("site.yaml", (site.source / "site.yaml").read_text().replace("Asia/Shanghai", "America/Los_Angeles"))
    site.build()
    assert published <= replays(site)

    (site.source / "redirects.yaml").unlink()  # what its author takes away stays away, also when all is built again
    site.build()
    fewer = replays(site)
    site.write("site.yaml", (site.source / "site.yaml").read_text().replace("Lampbridge", "Lamps"))
    site.build()
    assert fewer == replays(site) < published | fewer


def decide(chance: random.Random, site: TestSite, lines: list[str]) -> str:
    """Decide one thing as a person does who keeps addresses: by a profile, by curation, by `site.yaml`."""
    files = [json.loads(line)["file_id"] for line in lines]
    named = f"{chance.randrange(6)}"
    what = chance.choice(
        ("zone", "languages", "begin", "gap", "claim", "rename", "vj", "tags", "visibility", "merge", "split", "more")
    )
    match what:
        case "zone":
            settings = SITE.replace("Asia/Shanghai", chance.choice(("America/Los_Angeles", "UTC", "Asia/Shanghai")))
            site.write("site.yaml", settings)
        case "languages":
            site.write("site.yaml", SITE.replace("[en, zh]", chance.choice(("[zh, en]", "[en]", "[zh]"))))
        case "begin":
            site.write("site.yaml", SITE + f"day_starts_at: '{chance.choice(('04:00', '12:00'))}'\n")
        case "gap":
            site.write("site.yaml", SITE + f"grouping: {{gap: {chance.choice((0, 60, 7200))}}}\n")
        case "claim" if not (site.source / "vjs/robert.md").exists():
            site.write("vjs/bob.md", "---\nname: Bob\nstreams: [bob]\n---\n")
        case "rename" if (site.source / "vjs/bob.md").exists():
            text = (site.source / "vjs/bob.md").read_text(encoding="utf-8")
            (site.source / "vjs/bob.md").unlink()
            site.write("vjs/robert.md", text.replace("name: Bob", "name: Robert\naliases: [bob]"))
        case "vj":
            site.write(f"replays/vj{named}.md", f"---\nrecordings: ['{chance.choice(files)}']\nvj: alice\n---\n")
        case "tags":
            tags = chance.sample(("piano", "钢琴", "late", "live"), 2)
            head = f"recordings: ['{chance.choice(files)}']\ntags: {json.dumps(tags)}\n"
            site.write(f"replays/tags{named}.md", f"---\n{head}---\n")
        case "visibility":
            word = chance.choice(("hidden", "unlisted", "public"))
            site.write("replays/seen.md", f"---\nrecordings: ['{chance.choice(files)}']\nvisibility: {word}\n---\n")
        case "merge":
            site.write("replays/merged.md", f"---\nmerge: {json.dumps(chance.sample(sorted(set(files)), 2))}\n---\n")
        case "split":
            site.write("replays/cut.md", f"---\nsplit: ['before {chance.choice(files)}']\n---\n")
        case "more":
            site.append("more.jsonl", "".join(records(chance)))
    return what


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_people_decide_moves_pages_and_kills_none(seed, tmp_path, workshop):
    """Zones, profiles, curation, one after the other: every address ever published answers, and is what it says."""
    chance = random.Random(1_000 + seed)
    lines = records(chance)
    site = site_of(tmp_path, workshop)
    site.append("log.jsonl", "".join(lines))
    site.build()
    published = pages(site)
    decided = []
    for _ in range(6):
        decided.append(decide(chance, site, lines))
        try:
            site.build(allow_removal=True, allow_exposure=True)
        except ConfigError:  # two decisions contradict each other: the person is told and takes them back
            for file in (site.source / "replays").glob("*.md"):
                file.unlink()
            site.build(allow_removal=True, allow_exposure=True)
        assert published <= pages(site), f"seed {seed}: {decided}: {sorted(published - pages(site))}"
        published |= pages(site)

    assert check(site.places.output, "https://replays.example.com/").findings == ()
    assert difference(site.tree(), site.clean_tree()) == [], decided
