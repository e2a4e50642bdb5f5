"""The truth about a world as plain data: which files make which broadcast."""

from __future__ import annotations

from typing import Any

from builder.simulate.world import World


def truth_of(world: World) -> dict[str, Any]:
    """Return every broadcast with its stream, its files per format in time order, and its times in unix seconds."""
    return {"broadcasts": [broadcast for one in world.broadcasts if (broadcast := truth_of_broadcast(one))]}


def truth_of_broadcast(one: Any) -> dict[str, Any] | None:
    """Return one broadcast; None when nothing of it was recorded."""
    if not one.files:
        return None
    formats: dict[str, list[str]] = {}
    for file in sorted(one.files, key=lambda file: (file.start, file.file_id)):
        formats.setdefault(file.format, []).append(file.file_id)
    return {
        "stream": one.stream,
        "start": min(file.start for file in one.files),
        "end": max(file.end for file in one.files),
        "files": {name: formats[name] for name in sorted(formats)},
    }
