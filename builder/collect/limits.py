"""The receiver's limits, each with a name, so that a refusal can say which one was met and a test can lower it."""

from __future__ import annotations

import contextlib
import resource

import msgspec

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


RESERVED_HANDLES = 48  # for the log, the loop, a build's pipes, and connections that are just coming or going
FEWEST_CONNECTIONS = 8
WAITING_CONNECTIONS = 2_048  # that the system keeps for us until we accept them
KNOWN_HEADS = 256  # heads of requests that need not be read again, all together
KNOWN_HEAD_BYTES = 1_024  # and each of them
GROUP_RECORDS = 64  # records of one sync
GROUPS_ON_THEIR_WAY = 2  # one that is synced, one that is next
QUIET_SECONDS = 2.0  # without a new notification before a build starts
PATIENCE_SECONDS = 30.0  # a build starts after this even when notifications keep coming
LONG_BUILD_SECONDS = 600.0  # then a build is said to run still; the first of a large site may
LONGEST_BUILD_SECONDS = 6 * 3_600.0  # then it hangs and is ended
PROBE_SECONDS = 0.5  # between two looks whether a full disk has room again
STUCK_SECONDS = 10.0  # for one group; then the disk counts as hanging, and nothing more is laid up for it
STOP_SECONDS = 3.0  # for requests in flight at the end, then a third of it for the disk


def affordable(limits: Limits) -> Limits:
    """Return the limits with as many connections as there are file handles for, after asking the system for enough.

    At the last handle nobody could be accepted; below it the one that waits longest makes room at once.
    """
    wanted = limits.connections + RESERVED_HANDLES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return limits
    more = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with contextlib.suppress(OSError, ValueError):  # then we live with what we have
        resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
        soft = more
    connections = max(FEWEST_CONNECTIONS, soft - RESERVED_HANDLES)
    return msgspec.structs.replace(limits, connections=min(limits.connections, connections))
