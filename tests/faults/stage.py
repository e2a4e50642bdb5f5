"""A small site that has been built, with a change waiting: where faults strike. It can be put back as it was."""

import errno
import shutil
from pathlib import Path

from tests.build.sites import ALICE, SITE, TestSite, callback
from tests.faults.reader import crawl

KEPT = ("site_src", "output", "state", "templates")


class Stage:
    """A site built once; `reset` puts back every file with its times."""

    def __init__(self, root: Path, kind: str = "few") -> None:
        self.kept = root / "kept"
        self.site = TestSite(root / "live")
        for number in range(5):
            self.site.append("a.jsonl", callback("alice" if number % 2 else "bob", number, number * 90_000, 600))
        self.site.write("static/note.txt", "first")
        self.site.build()
        self.before = self.site.tree()
        self.change(kind)
        self.clean = self.site.clean_tree()
        for name in KEPT:
            if (self.site.root / name).exists():
                shutil.copytree(self.site.root / name, self.kept / name, symlinks=True)

    def change(self, kind: str) -> None:
        """`few`: a new, a changed and a hidden broadcast. `many`: every page, an asset, and pages that go."""
        self.site.append("a.jsonl", callback("alice", 90, 9 * 90_000, 300))
        self.site.write("replays/x.md", f"---\nrecordings: ['52{1:017d}']\ntitle: Gone\nvisibility: hidden\n---\n")
        if kind == "many":
            self.site.write("site.yaml", SITE.replace("Lampbridge", "Lampbridge 2"))
            self.site.write("vjs/alice.md", ALICE.replace("Alice Lamp", "Alice Lantern"))
            self.site.write("static/note.txt", "second, longer")

    def reset(self) -> None:
        for name in KEPT:
            shutil.rmtree(self.site.root / name, ignore_errors=True)
            if (self.kept / name).exists():
                shutil.copytree(self.kept / name, self.site.root / name, symlinks=True)

    def wrong(self) -> list[str]:
        """Return what a reader of the live output would complain of, and what must never lie about."""
        return crawl(self.site.places.output)

    def leftovers(self) -> list[str]:
        return [path.name for path in self.site.places.output.rglob("*") if path.name.endswith(".aftercast-tmp")]

    def forget_leftovers(self, error: int) -> None:
        """Take away what a disk that has become read-only cannot take away itself."""
        if error == errno.EROFS:
            for name in self.site.places.output.rglob("*.aftercast-tmp"):
                name.unlink()
