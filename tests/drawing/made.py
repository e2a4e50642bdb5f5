"""The session that the pictures of this folder are drawn of."""

from builder.model import Session, StreamKey

HOUR_MS = 3_600_000


def made(start_ms, hours, **more):
    """Make a session of a length, without tracks: pictures ask for none."""
    values = {
        "id": "2022/01/13/k3f9q2m7xa",
        "vj": "lin",
        "stream": StreamKey("s"),
        "anchor": "a",
        "start_ms": start_ms,
        "end_ms": start_ms + round(hours * HOUR_MS),
        "tracks": (),
    }
    return Session(**(values | more))
