"""Random scripts of edits: after every step the incremental output is the clean one, byte for byte.

A script is drawn from a seed, which the failure names. `AFTERCAST_SCRIPTS` asks for more of them (`make torture`).
"""

import contextlib
import gzip
import os
import random

import pytest

from builder.build import Options
from builder.errors import AftercastError, ConfigError
from tests.build.sites import ALICE, SITE, TestSite, callback, difference

STEPS = 20
SCRIPTS = int(os.environ.get("AFTERCAST_SCRIPTS", "25"))
STREAMS = ("alice", "bob", "carol", "dora")


class Killed(Exception):
    """Stands for the end of the process in the middle of a build."""


class Script:
    """One site and the moves that are made on it."""

    def __init__(self, site: TestSite, seed: int) -> None:
        self.site = site
        self.chance = random.Random(seed)
        self.lines: list[str] = []
        self.files = 1
        self.published: set[str] = set()

    def line(self) -> str:
        number = len(self.lines)
        slot = self.chance.randrange(60)
        stream = self.chance.choice(STREAMS)
        length = self.chance.choice((20, 300, 600, 1800))
        text = callback(
            stream,
            number,
            slot * 20_000 + self.chance.choice((0, 5, 400, 900)),
            length,
            form=self.chance.choice(("mp4", "mp4", "hls", "flv")),
            task_id=self.chance.choice((None, "7001", "7002")),
        )
        self.lines.append(text)
        return text

    def ids(self) -> list[str]:
        return [f"52{number:017d}" for number in range(len(self.lines))]

    # --- the moves ---

    def append(self) -> None:
        """New lines at the end of a log."""
        for _ in range(self.chance.randrange(1, 4)):
            self.site.append(f"log{self.chance.randrange(self.files)}.jsonl", self.line())

    def duplicate(self) -> None:
        """Lines that were there before, in another file."""
        if self.lines:
            self.files += 1
            chosen = self.chance.choices(self.lines, k=min(5, len(self.lines)))
            self.site.append(f"log{self.files - 1}.jsonl", "".join(chosen))

    def bad_line(self) -> None:
        self.site.append(
            "log0.jsonl", self.chance.choice(('{"event_type":100\n', "nonsense\n", '{"event_type":321}\n'))
        )

    def half_a_line(self) -> None:
        """A last line without its end, completed at once or by a later step."""
        text = self.line()
        cut = self.chance.randrange(1, len(text) - 1)
        self.site.append("half.jsonl", text[:cut])
        self.compare()
        self.site.append("half.jsonl", text[cut:])

    def delete_file(self) -> None:
        found = self.logs()
        if len(found) > 1:
            self.chance.choice(found).unlink()

    def rotate(self) -> None:
        """A log is renamed, sometimes compressed; a new one begins."""
        found = [path for path in self.logs() if path.suffix == ".jsonl"]
        if found:
            path = self.chance.choice(found)
            target = path.with_name(f"{path.stem}-{self.chance.randrange(10**6)}.jsonl")
            path.rename(target)
            if self.chance.random() < 0.5:
                target.with_suffix(".jsonl.gz").write_bytes(gzip.compress(target.read_bytes(), mtime=0))
                target.unlink()

    def shuffle_file(self) -> None:
        """A file is rewritten with its lines in another order."""
        found = [path for path in self.logs() if path.suffix == ".jsonl"]
        if found:
            path = self.chance.choice(found)
            lines = path.read_text().splitlines(keepends=True)
            self.chance.shuffle(lines)
            path.write_text("".join(line if line.endswith("\n") else line + "\n" for line in lines))

    def edit_profile(self) -> None:
        name = self.chance.choice(("Alice Lamp", "林晓", "Alice <b>"))
        streams = self.chance.choice(("[alice]", "[alice, bob]", "[]"))
        gap = self.chance.choice(("", "gap: 20m\n"))
        (profile,) = (self.site.source / "vjs").iterdir()  # two that claim one stream would be an error
        self.site.write(
            f"vjs/{profile.name}", f"---\nname: {name}\nstreams: {streams}\n{gap}---\nBio {self.chance.random()}\n"
        )

    def rename_vj(self) -> None:
        """Another slug for the same person."""
        for path in (self.site.source / "vjs").iterdir():
            path.unlink()
        slug = self.chance.choice(("alice", "alina", "bob"))
        self.site.write(f"vjs/{slug}.md", ALICE)

    def curate(self) -> None:
        ids = self.ids()
        if ids:
            name = f"replays/r{self.chance.randrange(3)}.md"
            extra = self.chance.choice(
                (
                    "visibility: hidden\n",
                    "visibility: unlisted\n",
                    "featured: true\n",
                    "tags: [night, 夜]\n",
                    "chapters:\n  - at: '0:10'\n    title: Begin\n",
                    f"split: {{before: ['{self.chance.choice(ids)}']}}\n",
                    f"merge: ['{self.chance.choice(ids)}', '{self.chance.choice(ids)}']\n",
                )
            )
            front = f"recordings: ['{self.chance.choice(ids)}']\ntitle: Title {self.chance.randrange(9)}\n{extra}"
            self.site.write(name, f"---\n{front}---\nWords.\n")

    def uncurate(self) -> None:
        folder = self.site.source / "replays"
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            path.unlink()
            break

    def edit_config(self) -> None:
        zone = self.chance.choice(("Asia/Shanghai", "UTC", "America/New_York"))
        extra = self.chance.choice(("", "grouping: {gap: 20m}\n", "grouping: {gap: 0}\n", "day_starts_at: '04:00'\n"))
        title = self.chance.choice(("Lampbridge", "Another"))
        self.site.write("site.yaml", SITE.replace("Asia/Shanghai", zone).replace("Lampbridge", title) + extra)

    def edit_template(self) -> None:
        folder = self.site.root / "templates"
        folder.mkdir(exist_ok=True)
        words = self.chance.choice(("One", "Two"))
        (folder / "not_found.html").write_text(
            '{% extends "default/not_found.html" %}{% block main %}<h1>' + words + "</h1>{% endblock %}"
        )

    def write_page(self) -> None:
        self.site.write("pages/about.md", f"---\ntitle: About {self.chance.randrange(3)}\nnav: true\n---\nHello.\n")

    def kill(self) -> None:
        """A build ends at a random step of its publication; the next one completes it."""
        self.append()
        if self.chance.random() < 0.5:
            self.edit_profile()
        self.kill_once()
        if self.chance.random() < 0.5:
            self.append()

    def kill_once(self) -> None:
        from builder.output import OutputFolder

        left = self.chance.randrange(0, 30)
        originals = {name: getattr(OutputFolder, name) for name in ("stage", "remove", "sync_all", "sync_folders")}

        def counted(name):
            def step(*arguments, **named):
                nonlocal left
                left -= 1
                if left < 0:
                    raise Killed
                return originals[name](*arguments, **named)

            return step

        commit = OutputFolder.commit

        def partial(folder, paths):
            nonlocal left
            for path in paths:
                left -= 1
                if left < 0:
                    raise Killed
                commit(folder, [path])

        with pytest.MonkeyPatch.context() as patch:
            for name in originals:
                patch.setattr(OutputFolder, name, counted(name))
            patch.setattr(OutputFolder, "commit", partial)
            patch.setattr(OutputFolder, "discard", lambda *_: None)
            with contextlib.suppress(Killed, ConfigError):  # a mistake in the sources is looked at by `compare`
                self.site.build(allow_removal=True, allow_exposure=True)

    def logs(self):
        return sorted(path for path in (self.site.source / "recordings").iterdir() if path.is_file())

    # --- the comparison ---

    def compare(self) -> None:
        """Build and compare; an error in the sources must be the same error for both."""
        try:
            self.site.build(allow_removal=True, allow_exposure=True)
            mistake = ""
        except AftercastError as error:
            mistake = error.sentence
        if mistake:
            with pytest.raises(AftercastError) as caught:
                self.site.clean_tree()
            assert caught.value.sentence == mistake
            return
        assert difference(self.site.tree(), self.site.clean_tree()) == []


MOVES = (
    Script.append, Script.append, Script.append, Script.duplicate, Script.bad_line, Script.half_a_line, Script.delete_file,
    Script.rotate, Script.shuffle_file, Script.edit_profile, Script.rename_vj, Script.curate, Script.curate, Script.uncurate,
    Script.edit_config, Script.edit_template, Script.write_page, Script.kill, Script.kill,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(SCRIPTS))
def test_every_step_of_a_random_script_equals_a_clean_build(seed, tmp_path):
    """Append, repeat, rotate, delete, edit, rename, kill: the output is that of a clean build, after each step."""
    script = Script(TestSite(tmp_path), seed)
    done: list[str] = []
    script.append()
    for _ in range(STEPS):
        move = script.chance.choice(MOVES)
        done.append(move.__name__)
        try:
            move(script)
            script.compare()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, after {done}:\n{error}") from error


def test_options_are_what_the_command_says():
    """The defaults of `Options` are a plain build: no flag is on."""
    assert Options() == Options(
        jobs=1, clean=False, strict=False, expect_changes=False, wait=False, adopt=False, allow_removal=False,
        allow_exposure=False, write_redirects=True, dry_run=False,
    )  # fmt: skip
