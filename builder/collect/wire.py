"""One connection: the protocol that uvicorn puts on every socket. Limits and time live here, where ASGI cannot see.

A request is read whole, within its limits, before anybody sees it; so nobody waits for a slow sender. A notification is
handed to the door, which answers by a call and needs no task; everything else is asked of the application. One timer
per connection says what is due: the rest of a request, an answer, the next request, or the end. A refusal is followed
by a short linger, in which what the sender still sends is thrown away: closing at once would reset the connection and
take the answer with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

from builder.collect.answers import Prepared, Refusal, message
from builder.collect.crowd import Crowd
from builder.collect.door import Door
from builder.collect.exchange import exchange, scope_of
from builder.collect.framing import ChunkedBody, LengthBody, body_of
from builder.collect.head import Head, take_head
from builder.collect.limits import Limits
from builder.collect.metrics import Counters

READ_BYTES = 65_536  # of one read from a socket


@dataclass(frozen=True, slots=True)
class House:
    """What all connections share."""

    limits: Limits
    crowd: Crowd
    counters: Counters
    say: Callable[[str], None]
    door: Door
    heads: dict[bytes, Head] = field(default_factory=dict)
    prepared: Prepared = field(default_factory=Prepared)
    inbox: memoryview = field(default_factory=lambda: memoryview(bytearray(READ_BYTES)))  # of whoever is read now


class Wire(asyncio.BufferedProtocol):
    """Read requests one after another, answer each, keep to the limits."""

    def __init__(
        self,
        house: House,
        *,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],  # noqa: ARG002 - uvicorn passes it; there is no lifespan state here
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        if not config.loaded:
            config.load()
        self._house = house
        self._app = config.loaded_app
        self._state = server_state
        self._connections: set[Any] = server_state.connections  # a shutdown waits for them
        self._loop = _loop or asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self._buffer = bytearray()
        self._doing = "head"  # head → body → answer → head …; at the end linger
        self._head: Head | None = None
        self._body: LengthBody | ChunkedBody | None = None
        self._turn = 0  # of the request whose answer is due; an answer to an earlier one comes too late
        self._has_begun = True  # the time of the first request runs from the connection on
        self._is_last = False  # answer this request, then close
        self._is_clogged = False  # the peer does not read our answers
        self._is_held = False  # we do not read on
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
            self._answer(503)
            transport.close()
            return
        self._connections.add(self)
        self._arm(self._house.limits.request_seconds)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        return self._house.inbox

    def buffer_updated(self, nbytes: int) -> None:
        limits = self._house.limits
        if self._doing == "linger":
            self._lingered += nbytes
            if self._lingered > limits.linger_bytes:
                self._transport.abort()
            return
        if not self._has_begun:
            self._has_begun = True
            self._arm(limits.request_seconds)  # the first byte of a further request
        self._buffer += self._house.inbox[:nbytes]
        self._advance()

    def eof_received(self) -> bool:
        self._at_end = True
        if self._doing == "linger":
            self._transport.close()  # both have said all
        self._advance()
        return True  # the peer may still read; we close when everything whole is answered

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._disarm()
        self._house.crowd.leave(self)
        self._connections.discard(self)
        self._turn += 1

    def pause_writing(self) -> None:
        self._is_clogged = True

    def resume_writing(self) -> None:
        self._is_clogged = False
        self._advance()

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

    def dismiss(self) -> None:
        """Close at the end; who still waits for an answer is told to come again."""
        if self._doing == "answer" and not self._is_clogged:
            self._is_last = True
            self._answer(503)
            self._turn += 1
        self._transport.close()

    # one request

    def _advance(self) -> None:
        """Go as far as the bytes that are here allow, to the next request at most; others have their turn too."""
        if self._doing in {"head", "body"} and not self._is_clogged and not self._transport.is_closing():
            try:
                if not self._take_request() and self._at_end:
                    self._end_input()
            except Refusal as refusal:
                self._refuse(refusal)
        self._regulate()

    def _take_request(self) -> bool:
        """Start a request if a whole one is here."""
        if self._doing == "head":
            head = take_head(self._buffer, self._house.limits, self._house.heads)
            if head is None:
                return False
            self._head, self._doing = head, "body"
            self._body = body_of(head, self._house.limits)
            if head.expects_continue and not self._buffer:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert self._body is not None
        if not self._body.feed(self._buffer):
            return False
        self._start()
        return True

    def _regulate(self) -> None:
        """Read on only while little waits to be answered: a sender cannot make us hold more than it is served."""
        is_full = len(self._buffer) > self._house.limits.body_bytes
        if is_full == self._is_held or self._transport.is_closing():
            return
        self._is_held = is_full
        if is_full:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _start(self) -> None:
        assert self._head is not None
        assert self._body is not None
        head, content = self._head, bytes(self._body.content)
        self._doing = "answer"
        self._house.crowd.starts(self)
        turn = self._turn
        if self._house.door.is_for(head):
            self._house.door.take(head, content, lambda status: self._settle(turn, status))
            return
        task = self._loop.create_task(self._ask(head, content, turn))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def _settle(self, turn: int, status: int) -> None:
        """Send the door's answer; one that comes too late is dropped."""
        if turn == self._turn:
            assert self._head is not None
            self._is_last = self._is_last or not self._head.keep_alive
            self._answer(status)
            self._finish()

    async def _ask(self, head: Head, content: bytes, turn: int) -> None:
        """Ask the application and send its answer; one that comes too late is dropped."""
        try:
            reply = await exchange(self._app, scope_of(head, self._transport), content, self._report)
        except asyncio.CancelledError:
            self.evict()  # the receiver ends and has waited long enough
            raise
        if turn == self._turn:
            self._is_last = self._is_last or not head.keep_alive
            headers = [*self._state.default_headers, *reply.headers]
            keep_alive, bodiless = not self._is_last, head.method == "HEAD"
            self._house.counters.add("answers_total", str(reply.status))
            self._transport.write(message(reply.status, headers, reply.body, keep_alive=keep_alive, bodiless=bodiless))
            self._finish()

    def _finish(self) -> None:
        """Go on after an answer."""
        self._turn += 1
        self._house.crowd.finishes(self)
        if self._is_last:
            self._linger()
            return
        self._doing = "head"
        self._has_begun = bool(self._buffer)
        limits = self._house.limits
        self._arm(limits.request_seconds if self._has_begun else limits.idle_seconds)
        if self._has_begun or self._at_end:
            self._loop.call_soon(self._advance)
        else:
            self._regulate()

    def _end_input(self) -> None:
        """Nothing more comes: half a request is refused, else this is the end."""
        if self._doing == "body" or self._buffer:
            raise Refusal(400, "cut_short")
        self._transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer without the application; what follows on this connection cannot be trusted to be a request."""
        self._house.counters.add("refusals_total", refusal.reason)
        self._turn += 1
        self._is_last = True
        self._answer(refusal.status)
        self._linger()

    def _answer(self, status: int) -> None:
        """Send the fixed answer of a status, of which a HEAD gets no body."""
        self._house.counters.add("answers_total", str(status))
        headers, keep_alive = self._state.default_headers, not self._is_last and self._doing != "linger"
        bodiless = self._is_head()
        self._transport.write(self._house.prepared.answer(status, headers, keep_alive=keep_alive, bodiless=bodiless))

    def _is_head(self) -> bool:
        """Say whether a HEAD is answered, also one of which not all has come or could be read."""
        if self._doing == "head":
            return self._buffer.startswith(b"HEAD ")
        return self._head is not None and self._head.method == "HEAD"

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

    def _report(self, error: Exception) -> None:
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
