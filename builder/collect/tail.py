"""How a segment ends: where its last whole line is, and whether what follows may be cut.

Only what a receiver left may be cut: behind a line of ours, or in a file that begins as ours do. Anything else is
somebody's records, also without a line feed at its end.
"""

from __future__ import annotations

from builder.collect.disk import Disk
from builder.collect.line import decode, is_whole
from builder.model import Value
from builder.sources.receiver import LOG_LINE_START

TAIL_WINDOW = 65_536


class Ending(Value, frozen=True):
    """The end of a segment: `end` is behind the line feed of its last whole line, 0 where it has none."""

    end: int
    is_ours: bool  # an empty file is


def ending(disk: Disk, handle: int, size: int) -> Ending:
    """Look for the last whole line, from the end of the file backwards."""
    window = TAIL_WINDOW
    while True:
        start = max(0, size - window)
        content = disk.read(handle, start, size - start)
        first = 0 if start == 0 else content.find(b"\n") + 1
        end = content.rfind(b"\n") + 1
        while end > first:
            begin = max(first, content.rfind(b"\n", 0, end - 1) + 1)
            line = content[begin : end - 1]
            if is_whole(line):
                return Ending(start + end, decode(line) is not None)
            end = begin
        if start == 0:
            return Ending(0, content.startswith((b"\0", LOG_LINE_START)) or LOG_LINE_START.startswith(content))
        window *= 4
