"""The receiver's limits, each with a name, so that a refusal can say which one was met and a test can lower it."""

from __future__ import annotations

from builder.model import Value


class Limits(Value, frozen=True):
    """What one request and one peer may use. The defaults are the promise of the documentation."""

    head_bytes: int = 16_384
    head_lines: int = 100
    request_line_bytes: int = 8_192
    body_bytes: int = 65_536
    chunks: int = 1_024
    request_seconds: float = 10.0  # first byte to last byte of the answer
    idle_seconds: float = 5.0  # between two requests of one connection
    linger_seconds: float = 1.0  # how long a refused sender may go on sending, so that it can read why
    linger_bytes: int = 1_048_576
    connections: int = 256
    connections_per_peer: int = 32  # peers with a public address; a proxy on a private one may hold all


KNOWN_HEADS = 256  # heads of requests that need not be read again, all together
KNOWN_HEAD_BYTES = 1_024  # and each of them
GROUP_RECORDS = 64  # records of one sync
GROUPS_ON_THEIR_WAY = 2  # one that is synced, one that is next
QUIET_SECONDS = 2.0  # without a new notification before a build starts
PATIENCE_SECONDS = 30.0  # a build starts after this even when notifications keep coming
PROBE_SECONDS = 0.5  # between two looks whether a full disk has room again
STOP_SECONDS = 3.0  # for requests in flight at the end, then a third of it for the disk
