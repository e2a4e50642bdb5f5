"""Compares two built folders byte by byte."""

from __future__ import annotations

from pathlib import Path

from builder.output import OutputFolder


def differences(one: Path, other: Path) -> list[str]:
    """Return a line per file that differs, is missing in `one`, or is only there; sorted by path."""
    left, right = OutputFolder(one), OutputFolder(other)
    mine, clean = set(left.files()), set(right.files())
    lines = [(path, f"`{path}` is missing") for path in clean - mine]
    lines += [(path, f"`{path}` should not be there") for path in mine - clean]
    for path in mine & clean:
        here, there = left.digest(path), right.digest(path)
        if here is None or there is None or here[0] != there[0]:
            lines.append((path, f"`{path}` differs"))
    return [line for _, line in sorted(lines)]
