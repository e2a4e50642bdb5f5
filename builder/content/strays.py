"""Files that look like content and are not read: in a folder below, or with an ending that is not `.md`.

Nothing in them takes effect, a `visibility: hidden` neither, so whoever wrote one is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from builder.model import Problem

ENDINGS = frozenset({".md", ".markdown", ".yaml", ".yml"})


def strays(source: Path, folder: str) -> Iterator[str]:
    """Yield their paths below the source, sorted; links to folders are not followed, dot files left out."""
    for place, folders, files in os.walk(source / folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = Path(place).relative_to(source).as_posix()
        for name in sorted(files):
            is_read = below == folder and name.endswith(".md")
            if Path(name).suffix.lower() in ENDINGS and not name.startswith(".") and not is_read:
                yield f"{below}/{name}"


def stray_problems(source: Path, folder: str) -> Iterator[Problem]:
    """Yield a Problem for each."""
    for path in strays(source, folder):
        is_below = PurePosixPath(path).parent.as_posix() != folder
        wanted = f"its place right in `{folder}/`" if is_below else "a name that ends in `.md`"
        name = path.encode("utf-8", "replace").decode()
        yield Problem("content_unread", f"expected {wanted}; the file is not read", source=name)
