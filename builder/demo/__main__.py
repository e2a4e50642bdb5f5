"""Write the demo's media or its records: `python -m builder.demo media|records [FOLDER]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from builder.demo.schedule import SHOWS

SITE = Path(__file__).parents[2] / "site_src"


def main(arguments: list[str]) -> int:
    """Write what was asked for, below the demo's source folder or another one."""
    what, *rest = arguments or [""]
    site = Path(rest[0]) if rest else SITE
    if what == "media":
        from builder.demo.media import write_all

        runs = tuple(run for show in SHOWS if show.playable for run in show.runs)
        write_all(runs, site / "static" / "media", jobs=min(4, os.cpu_count() or 1))
    elif what == "records":
        from builder.demo.records import files

        for name, text in files().items():
            path = site / "recordings" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
    else:
        sys.stderr.write("usage: python -m builder.demo media|records [FOLDER]\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
