"""One connection: the protocol that uvicorn puts on every socket. Limits and time live here, where ASGI cannot see.

A request is read whole, within its limits, before the application is called; so the application never waits for a slow
sender. One timer per connection says what is due: the rest of a request, an answer, the next request, or the end.
A refusal is followed by a short linger, in which what the sender still sends is thrown away: closing at once would
reset the connection and take the answer with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote

from builder.collect.answers import Refusal, body_for, message
from builder.collect.crowd import Crowd
from builder.collect.framing import ChunkedBody, LengthBody, body_of
from builder.collect.head import Head, take_head
from builder.collect.limits import Limits
from builder.collect.metrics import Counters

JSON_TYPE = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class House:
    """What all connections share."""

    limits: Limits
    crowd: Crowd
    counters: Counters
    say: Callable[[str], None]


class ServerConfig(Protocol):
    """The parts of uvicorn's configuration that a protocol uses."""

    loaded: bool
    loaded_app: Any

    def load(self) -> None: ...


class ServerState(Protocol):
    """The parts of uvicorn's state that a protocol keeps up to date, so that a shutdown waits for it."""

    connections: set[Any]
    tasks: set[asyncio.Task[None]]
    default_headers: list[tuple[bytes, bytes]]
    total_requests: int


class Wire(asyncio.Protocol):
    """Read requests one after another, answer each, keep to the limits."""

    def __init__(
        self,
        house: House,
        *,
        config: ServerConfig,
        server_state: ServerState,
        app_state: dict[str, Any],  # noqa: ARG002 - uvicorn passes it; there is no lifespan state here
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        if not config.loaded:
            config.load()
        self._house = house
        self._app = config.loaded_app
        self._state = server_state
        self._loop = _loop or asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._buffer = bytearray()
        self._doing = "head"  # head → body → answer → head …; at the end linger
        self._head: Head | None = None
        self._body: LengthBody | ChunkedBody | None = None
        self._exchange: Exchange | None = None
        self._has_begun = True  # the time of the first request runs from the connection on
        self._is_last = False  # answer this request, then close
        self._is_clogged = False  # the peer does not read our answers
        self._at_end = False  # the peer sends no more
        self._lingered = 0

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        if not self._house.crowd.admit(self, peer[0] if isinstance(peer, tuple) else None):
            self._house.counters.add("refusals_total", "connections")
            self._doing = "linger"
            self._write(503, [JSON_TYPE], body_for(503))
            transport.close()
            return
        self._state.connections.add(self)
        self._arm(self._house.limits.request_seconds)

    def data_received(self, data: bytes) -> None:
        limits = self._house.limits
        if self._doing == "linger":
            self._lingered += len(data)
            if self._lingered > limits.linger_bytes:
                self._transport.abort()
            return
        if not self._has_begun:
            self._has_begun = True
            self._arm(limits.request_seconds)  # the first byte of a further request
        self._buffer += data
        if self._doing != "answer" and not self._is_clogged:
            self._advance()
        self._regulate()

    def eof_received(self) -> bool:
        self._at_end = True
        if self._doing != "answer":
            self._end_input()
        return True  # the peer may still read; we close when everything whole is answered

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._disarm()
        self._house.crowd.leave(self)
        self._state.connections.discard(self)
        self._exchange = None

    def pause_writing(self) -> None:
        self._is_clogged = True

    def resume_writing(self) -> None:
        self._is_clogged = False
        if self._doing in {"head", "body"}:
            self._advance()
        self._regulate()

    # what uvicorn and the crowd call

    def shutdown(self) -> None:
        """Close now, or after the answer that is due."""
        if self._doing == "answer":
            self._is_last = True
        else:
            self._transport.close()

    def evict(self) -> None:
        """Close without an answer."""
        self._transport.abort()

    # one request

    def _advance(self) -> None:
        """Go as far as the bytes that are here allow."""
        if self._transport.is_closing():
            return
        try:
            if self._doing == "head":
                head = take_head(self._buffer, self._house.limits)
                if head is None:
                    return
                self._head, self._body, self._doing = head, body_of(head, self._house.limits), "body"
                if head.expects_continue and not self._buffer:
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            assert self._body is not None
            if self._body.feed(self._buffer):
                self._start()
        except Refusal as refusal:
            self._refuse(refusal)

    def _regulate(self) -> None:
        """Read on only while little waits to be answered: a sender cannot make us hold more than it is served."""
        if self._transport.is_closing():
            return
        if len(self._buffer) > self._house.limits.body_bytes:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _start(self) -> None:
        assert self._head is not None
        assert self._body is not None
        self._doing = "answer"
        self._house.crowd.starts(self)
        self._exchange = Exchange(self, self._head, bytes(self._body.content))
        task = self._loop.create_task(self._exchange.run(self._app, self._scope(self._head)))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def _scope(self, head: Head) -> dict[str, Any]:
        raw_path, _, query = head.target.partition(b"?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": head.version,
            "method": head.method,
            "scheme": "http",
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "query_string": query,
            "root_path": "",
            "headers": head.headers,
            "client": self._transport.get_extra_info("peername"),
            "server": self._transport.get_extra_info("sockname"),
        }

    def finish(self, exchange: Exchange) -> None:
        """Send the answer that the application has given and go on; one that comes too late is dropped."""
        if exchange is not self._exchange:
            return
        self._exchange = None
        self._is_last = self._is_last or not exchange.head.keep_alive
        self._write(exchange.status, exchange.headers, exchange.body, bodiless=exchange.head.method == "HEAD")
        self._state.total_requests += 1
        self._house.crowd.finishes(self)
        if self._is_last:
            self._linger()
            return
        self._doing = "head"
        self._has_begun = bool(self._buffer)
        limits = self._house.limits
        self._arm(limits.request_seconds if self._has_begun else limits.idle_seconds)
        if not self._is_clogged:
            self._advance()
        if self._at_end and self._doing != "answer":
            self._end_input()
        self._regulate()

    def _end_input(self) -> None:
        """Nothing more comes: half a request is refused, else this is the end."""
        if self._doing == "body" or self._buffer:
            self._refuse(Refusal(400, "cut_short"))
        else:
            self._transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer without the application; what follows on this connection cannot be trusted to be a request."""
        self._house.counters.add("refusals_total", refusal.reason)
        self._exchange = None
        self._is_last = True
        self._write(refusal.status, [JSON_TYPE], body_for(refusal.status))
        self._linger()

    def _write(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, bodiless: bool = False) -> None:
        self._house.counters.add("answers_total", str(status))
        everything = [*self._state.default_headers, *headers]
        keep_alive = not self._is_last and self._doing != "linger"
        self._transport.write(message(status, everything, body, keep_alive=keep_alive, bodiless=bodiless))

    def _linger(self) -> None:
        self._doing = "linger"
        self._buffer.clear()
        if self._at_end or self._transport.is_closing():
            self._transport.close()
            return
        try:
            self._transport.write_eof()
        except OSError:  # the peer has reset the connection, there is nobody to linger for
            self._transport.abort()
            return
        self._transport.resume_reading()
        self._arm(self._house.limits.linger_seconds)

    def report(self, error: Exception) -> None:
        """Count and name an error of ours; its text may hold what a sender wrote, so only its class is said."""
        self._house.counters.add("internal_errors_total")
        self._house.say(f"internal error, answered 503: {type(error).__name__}")

    # time

    def _arm(self, seconds: float) -> None:
        """Set when time is up. A timer that rings early is set again then: most deadlines move before they come."""
        self._deadline = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            self._disarm()
            self._timer = self._loop.call_at(self._deadline, self._ring)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._ring)
        else:
            self._expire()

    def _expire(self) -> None:
        """Time is up: say so where somebody waits for an answer, else close."""
        if self._is_clogged or self._doing == "linger":
            self._transport.abort()
        elif self._doing == "answer":
            self._refuse(Refusal(503, "too_slow"))
        elif self._doing == "head" and not self._buffer:
            self._transport.close()
        else:
            self._refuse(Refusal(408, "too_slow"))


class Exchange:
    """One request and its answer, as the application sees them."""

    def __init__(self, wire: Wire, head: Head, content: bytes) -> None:
        self._wire = wire
        self.head = head
        self._content: bytes | None = content
        self.status = 503
        self.headers: list[tuple[bytes, bytes]] = [JSON_TYPE]
        self.body = body_for(503)

    async def run(self, app: Any, scope: dict[str, Any]) -> None:
        """Call the application; an error that it lets through is a bug and is answered 503."""
        parts: list[bytes] = []

        async def send(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.start":
                self.status, self.headers = event["status"], list(event.get("headers", []))
            else:
                parts.append(event.get("body", b""))

        try:
            await app(scope, self._receive, send)
            self.body = b"".join(parts)
        except asyncio.CancelledError:
            self._wire.evict()  # the receiver ends and has waited long enough
            raise
        except Exception as error:  # noqa: BLE001  the last resort: the sender must be told to send it again
            self._wire.report(error)
            self.status, self.headers, self.body = 503, [JSON_TYPE], body_for(503)
        self._wire.finish(self)

    async def _receive(self) -> dict[str, Any]:
        content, self._content = self._content, None
        if content is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": content, "more_body": False}
