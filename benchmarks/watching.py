"""What one new notification costs in a running `watch`: from the end of the quiet time to the last rename.

Usage: python -m benchmarks.watching SITE FIRST_NUMBER TIMES
It makes the steps of the loop itself, scan and build, so that the quiet time of the watcher is not in the figure.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.ours import BenchSite, append
from builder.build import Options, build
from builder.places import find_places
from builder.snapshot import scan
from builder.workshop import Workshop, source_folders


def main(root: Path, first: int, times: int) -> list[float]:
    site = BenchSite(root)
    places = find_places(site.source, site.output)
    workshop = Workshop(places, os.environ, stays=True)
    build(workshop, Options())
    taken = []
    for number in range(first, first + times):
        append(site.source / "recordings" / "new.jsonl", number)
        began = time.perf_counter()
        scan(source_folders(places))
        report = build(workshop, Options())
        taken.append(time.perf_counter() - began)
        assert report.new.accepted == 1, report.new
    return taken


if __name__ == "__main__":
    print(json.dumps({"seconds": main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))}))
