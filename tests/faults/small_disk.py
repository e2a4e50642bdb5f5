"""Run inside a name space with a small disk: put a site there, build it while there is little room, then with room.

Usage: python -m tests.faults.small_disk KEPT DISK
Prints the exit code of the first build and what was wrong afterwards. Ends with ENOSPC when the site does not fit.
"""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.build.sites import difference, tree
from tests.faults.reader import crawl


def build(root: Path) -> int:
    folders = ["--source", root / "site_src", "--output", root / "output", "--state", root / "state"]
    told = [sys.executable, "-m", "builder", "build", "--jobs", "1", *map(str, folders)]
    return subprocess.run(told, stdout=subprocess.DEVNULL, check=False).returncode


def main(kept: Path, disk: Path) -> int:
    root = disk / "live"
    try:
        shutil.copytree(kept, root, symlinks=True)
    except (shutil.Error, OSError):
        return errno.ENOSPC
    published = [name for name in tree(root / "output") if name.endswith(".html")]
    settings = root / "site_src" / "site.yaml"
    settings.write_text(settings.read_text().replace("timezone: Asia/Shanghai", "timezone: Pacific/Kiritimati"))
    code = build(root)
    wrong = crawl(root / "output")
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    if build(root) != 0:
        wrong.append("no build with room")
    found = tree(root / "output")
    wrong += [f"{name} is gone" for name in published if name not in found]
    shutil.rmtree(root / "output")
    shutil.rmtree(root / "state")
    (root / "state").mkdir()
    build(root)
    wrong += difference(found, tree(root / "output"))
    sys.stdout.write(json.dumps({"code": code, "wrong": wrong}))
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
