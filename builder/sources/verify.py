"""The signature of a notification: `sign = MD5(key + t)`.

It covers `t` alone, never the body: "verified" means "someone who saw a recent message", so every field stays
untrusted. The receiver asks `verify`, which knows the clock; archives ask `signed`, which does not.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

VALID_SECONDS = 600  # `t` is the time of sending plus so much (DOMAIN 1.3)
SKEW_SECONDS = 300  # that the sender's clock may be ahead of ours
GRACE_SECONDS = 1200  # past `t`, in which a message is late and still taken
_SIGN = re.compile(r"[0-9a-f]{32}", re.ASCII)


def verify(keys: Sequence[bytes], message: Mapping[str, Any], now_s: float) -> Literal["fresh", "late"] | None:
    """Say whether a live message is authentic: "fresh", "late" (past `t`, within the grace), or None.

    Every key is tried, so that a key can be rotated and the time taken tells nothing. An empty key is a set-up error.
    """
    t, sign = message.get("t"), message.get("sign")
    if type(t) is not int or not is_signed_time(t) or not matches(keys, t, sign):
        return None
    if t > now_s + VALID_SECONDS + SKEW_SECONDS:
        return None
    if t >= now_s:
        return "fresh"
    return "late" if now_s - t <= GRACE_SECONDS else None


def signed(keys: Sequence[bytes], t: object, sign: object) -> Literal["", "good", "bad"]:
    """Say whether the signature is right, without a clock: "" when there is nothing to check."""
    if not keys or (t is None and sign is None):
        return ""
    return "good" if is_signed_time(t) and matches(keys, t, sign) else "bad"


def has_sign(t: object, sign: object) -> bool:
    """Say whether a whole signature stands beside `t`, be it right or not; one that was masked for print is none."""
    return t is not None and type(sign) is str and _SIGN.fullmatch(sign) is not None


def is_signed_time(t: object) -> bool:
    """Say whether `t` is an integer of ten digits; this closes every boundary trick on key + t."""
    return type(t) is int and 10**9 <= t < 10**10


def matches(keys: Sequence[bytes], t: object, sign: object) -> bool:
    """Say whether `sign` is 32 lower-case hex digits and the MD5 of one of the keys and `t`."""
    if type(sign) is not str or not has_sign(t, sign):
        return False
    found = False
    for key in keys:
        if not key:
            raise ValueError("a callback key must not be empty")
        want = hashlib.md5(key + str(t).encode(), usedforsecurity=False).hexdigest()
        found |= hmac.compare_digest(want, sign)
    return found
