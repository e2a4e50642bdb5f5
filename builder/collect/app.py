"""The ASGI application: raw body → strict JSON → signature → line → durable → answer. The order is the security.

What cannot be read is 400, what is not authentic 403, and neither leaves a trace but a number. Everything authentic is
stored and answered 200, also what no page will ever show: judging it is the builder's work, and an answer other than
200 would bring it back for twelve minutes. What cannot be stored now is 503, so that the provider sends it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from builder.collect.answers import Refusal, body_for
from builder.collect.commit import Committer, NotStoredError
from builder.collect.crowd import Crowd
from builder.collect.journal import plain
from builder.collect.limits import Limits
from builder.collect.line import StoredVerdict, encode
from builder.collect.metrics import Counters, event_label
from builder.sources.strict_json import strict_object
from builder.sources.verify import verify


@dataclass(frozen=True, slots=True)
class Intake:
    """What the application needs; every part that a test may want to replace is here."""

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


def make_app(intake: Intake) -> Starlette:
    """Return the application: POST at `intake.paths`, GET at `/-/health` and `/-/metrics`."""
    door = Door(intake)
    routes = [Route(path, door, methods=["POST"]) for path in intake.paths]
    desk = Desk(intake)
    routes += [Route("/-/health", desk.health, methods=["GET"]), Route("/-/metrics", desk.metrics, methods=["GET"])]
    app = Starlette(routes=routes, exception_handlers={404: _refused, 405: _refused})
    app.router.redirect_slashes = False
    return app


class Door:
    """The endpoint that takes notifications."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._take(scope, receive)
            status = 200
        except Refusal as refusal:
            self._intake.counters.add("refusals_total", refusal.reason)
            status = refusal.status
        except NotStoredError:
            status = 503
        except Exception as error:  # noqa: BLE001  whatever went wrong here, "send it again" is the safe answer
            self._intake.counters.add("internal_errors_total")
            self._intake.say(f"internal error, answered 503: {type(error).__name__}")
            status = 503
        await Response(body_for(status), status, media_type="application/json")(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        intake = self._intake
        if any(name == b"content-encoding" and value.lower() != b"identity" for name, value in scope["headers"]):
            raise Refusal(415, "content_coding")
        body = await read_body(receive, intake.limits.body_bytes)
        try:
            message = strict_object(body)
        except ValueError as error:
            raise Refusal(400, "json") from error
        received_ms = intake.clock()
        verdict = self._verdict(message, received_ms)
        if intake.redact is None:
            line = encode(received_ms, verdict, body.decode())
        else:
            line = encode(received_ms, verdict, intake.redact(message), redacted=True)
        await intake.committer.store(received_ms, line)
        self._note(message, verdict, body)

    def _verdict(self, message: Mapping[str, Any], now_ms: int) -> StoredVerdict:
        if not self._intake.keys:
            return "unsigned"
        verdict = verify(self._intake.keys, dict(message), now_ms // 1000)
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


class Desk:
    """Health and numbers, for the person who runs the receiver."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def health(self, _request: object) -> Response:
        if self._intake.committer.is_ready:
            return Response(b'{"status":"ok"}', media_type="application/json")
        return Response(b'{"status":"unready","reason":"storage"}', 503, media_type="application/json")

    async def metrics(self, _request: object) -> Response:
        intake = self._intake
        gauges = {
            "connections": len(intake.crowd),
            "evictions_total": intake.crowd.evicted,
            "last_stored_seconds": intake.committer.last_stored_ms // 1000,
            "ready": int(intake.committer.is_ready),
        }
        return Response(intake.counters.text(gauges), media_type="text/plain; version=0.0.4")


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return the raw body, or refuse it as soon as it passes `limit` bytes."""
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] != "http.request":
            raise Refusal(400, "cut_short")
        body += event.get("body", b"")
        if len(body) > limit:
            raise Refusal(413, "body_bytes")
        if not event.get("more_body", False):
            return bytes(body)


async def _refused(_request: object, error: Exception) -> Response:
    """Answer 404 and 405 as every other refusal; the routes raise Starlette's `HTTPException`."""
    status = getattr(error, "status_code", 404)
    return Response(body_for(status), status, headers=getattr(error, "headers", None), media_type="application/json")
