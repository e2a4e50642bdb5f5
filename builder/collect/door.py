"""Where notifications come in: raw body → strict JSON → signature → line → durable → answer. The order is the security.

What cannot be read is 400, what is not authentic 403, and neither leaves a trace but a number. Everything authentic is
stored and answered 200, also what no page will ever show: judging it is the builder's work, and an answer other than
200 would bring it back for twelve minutes. What cannot be stored now is 503, so that the provider sends it again.

Nothing here waits. `take` judges at once and is called back with the answer: by itself when it refuses, by the
committer when the disk has spoken. A task, a future and an ASGI exchange for each notification cost three times as
much as all of the judging.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from builder.collect.answers import Refusal
from builder.collect.commit import Committer
from builder.collect.crowd import Crowd
from builder.collect.head import Head
from builder.collect.journal import plain
from builder.collect.limits import Limits
from builder.collect.line import StoredVerdict, encode
from builder.collect.metrics import Counters, event_label
from builder.sources.strict_json import strict_object
from builder.sources.verify import verify

Answer = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Intake:
    """What the receiver needs to judge and store; every part that a test may want to replace is here."""

    keys: Sequence[bytes]  # empty: nothing is verified and everything is `unsigned`
    paths: tuple[str, ...]
    limits: Limits
    clock: Callable[[], int]  # ms
    committer: Committer
    counters: Counters
    crowd: Crowd
    say: Callable[[str], None]
    redact: Callable[[Mapping[str, Any]], str] | None = None
    stored: Callable[[], None] = lambda: None  # told of every stored notification, never waits


class Door:
    """Takes notifications."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._targets = frozenset(path.encode() for path in intake.paths)

    def is_for(self, head: Head) -> bool:
        """Say whether a request brings a notification: a POST to one of the paths, whatever its query."""
        if head.method != "POST":
            return False
        path = head.target.partition(b"?")[0]
        return path in self._targets or (b"%" in path and unquote(path.decode("ascii")) in self._intake.paths)

    def take(self, head: Head, body: bytes, answer: Answer) -> None:
        """Judge a notification and have it stored; `answer` gets the status, now or when it is durable."""
        intake = self._intake
        try:
            message = self._read(head, body)
            received_ms = intake.clock()
            verdict = self._verdict(message, received_ms)
            if intake.redact is None:
                line = encode(received_ms, verdict, body.decode())
            else:
                line = encode(received_ms, verdict, intake.redact(message), redacted=True)
        except Refusal as refusal:
            intake.counters.add("refusals_total", refusal.reason)
            answer(refusal.status)
            return
        except Exception as error:  # noqa: BLE001  whatever went wrong here, "send it again" is the safe answer
            intake.counters.add("internal_errors_total")
            intake.say(f"internal error, answered 503: {type(error).__name__}")
            answer(503)
            return

        def settled(is_stored: bool) -> None:
            answer(200 if is_stored else 503)
            if is_stored:
                self._note(message, verdict, body)

        intake.committer.store(received_ms, line, settled)

    def _read(self, head: Head, body: bytes) -> dict[str, Any]:
        if head.is_coded:
            raise Refusal(415, "content_coding")
        if len(body) > self._intake.limits.body_bytes:
            raise Refusal(413, "body_bytes")
        try:
            return strict_object(body)
        except ValueError as error:
            raise Refusal(400, "json") from error

    def _verdict(self, message: Mapping[str, Any], now_ms: int) -> StoredVerdict:
        if not self._intake.keys:
            return "unsigned"
        verdict = verify(self._intake.keys, message, now_ms // 1000)
        if verdict is None:
            raise Refusal(403, "signature")
        return verdict

    def _note(self, message: Mapping[str, Any], verdict: StoredVerdict, body: bytes) -> None:
        """Count a stored notification and say so: its file id, verdict and a short hash, nothing else of it."""
        event = event_label(message.get("event_type"))
        self._intake.counters.add("notifications_total", verdict)
        self._intake.counters.add("events_total", event)
        short = hashlib.blake2b(body, digest_size=4).hexdigest()
        self._intake.say(f"stored event {event} file {plain(message.get('file_id'))} {verdict} {short}")
        self._intake.stored()
