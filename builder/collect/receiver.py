"""The receiver as a whole: log, commit thread, application, server; started, run until told to stop, stopped in order.

Order at the start: take the folder, cut torn tails, bind, then accept. At the end: stop accepting, finish what is in
flight, sync, let the folder go. Only `cli/collect.py` touches signals and terminals.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from builder.collect.app import make_app
from builder.collect.commit import Committer
from builder.collect.crowd import Crowd
from builder.collect.disk import Disk
from builder.collect.door import Door, Intake
from builder.collect.limits import PROBE_SECONDS, STOP_SECONDS, STUCK_SECONDS, WAITING_CONNECTIONS, Limits
from builder.collect.log import Log
from builder.collect.metrics import Counters
from builder.collect.rebuild import Rebuilder
from builder.collect.wire import House, Wire
from builder.listening import authority, bound_socket

DEFAULT_PATHS = ("/", "/callback")
SUMMARY_SECONDS = 60.0
# asyncio accepts as many at once as `backlog` says, before anybody can be sent away for them; and without file handles
# it fails, and plans to try again, so many times (cpython issue 151615).
ACCEPTS_AT_ONCE = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """How one receiver is to run. What tests replace (clock, disk, limits) is here with what users choose."""

    folder: Path  # <source>/recordings/callbacks
    keys: tuple[bytes, ...]  # empty: accept anything, marked unsigned
    clock: Callable[[], int]
    say: Callable[[str], None]
    host: str = "127.0.0.1"
    port: int = 0
    paths: tuple[str, ...] = DEFAULT_PATHS
    limits: Limits = field(default_factory=Limits)
    disk: Disk = field(default_factory=Disk)
    redact: Callable[[Mapping[str, Any]], str] | None = None
    build: Callable[[Counters], Rebuilder] | None = None
    probe_seconds: float = PROBE_SECONDS
    stuck_seconds: float = STUCK_SECONDS
    stop_seconds: float = STOP_SECONDS


class Server(uvicorn.Server):
    """uvicorn's server, ended by an event: it would poll, and end by a signal where an exit code is promised."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then let the system keep many connections waiting: `backlog` is small for another reason."""
        await super().startup(sockets)
        for sock in sockets or []:
            sock.listen(WAITING_CONNECTIONS)

    async def main_loop(self) -> None:
        """Keep the date of the answers right until told to stop."""
        while not self._stop.is_set():
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 1.0)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(setting: Setting, listening: Callable[[str], None], stop: asyncio.Event) -> Counters:
    """Receive until `stop` is set; `listening` is told the address once connections are accepted."""
    counters, crowd = Counters(), Crowd(setting.limits)
    log = Log(setting.folder, setting.disk, setting.say)
    log.open()
    try:
        with bound_socket(setting.host, setting.port) as sock:
            committer = Committer(
                log,
                counters,
                setting.say,
                probe_seconds=setting.probe_seconds,
                stuck_seconds=setting.stuck_seconds,
            )
            committer.start()
            try:
                await _receive(setting, Parts(sock, counters, crowd, committer), listening, stop)
            finally:
                await committer.close(setting.stop_seconds / 3)
    finally:
        log.close()
    return counters


@dataclass(frozen=True, slots=True)
class Parts:
    """What exists once the folder is ours and the address is bound."""

    sock: socket.socket
    counters: Counters
    crowd: Crowd
    committer: Committer


async def _receive(setting: Setting, parts: Parts, listening: Callable[[str], None], stop: asyncio.Event) -> None:
    rebuilder = setting.build(parts.counters) if setting.build else None
    intake = _intake(setting, parts, rebuilder)
    house = House(setting.limits, parts.crowd, parts.counters, setting.say, Door(intake))
    server = Server(configuration(make_app(intake), house, setting.stop_seconds), stop)
    asyncio.get_running_loop().set_exception_handler(functools.partial(_report, parts, setting.say))
    running = asyncio.create_task(server.serve(sockets=[parts.sock]))
    summary = asyncio.create_task(_summarise(parts.counters, setting.say))
    if rebuilder:
        rebuilder.start()
    try:
        await _until(lambda: server.started or running.done())
        listening(address_of(parts.sock))
        await asyncio.shield(running)
    finally:
        stop.set()
        summary.cancel()
        await asyncio.gather(running, *([rebuilder.close()] if rebuilder else []))
        parts.crowd.dismiss()


def _intake(setting: Setting, parts: Parts, rebuilder: Rebuilder | None) -> Intake:
    return Intake(
        keys=setting.keys,
        paths=setting.paths,
        limits=setting.limits,
        clock=setting.clock,
        committer=parts.committer,
        counters=parts.counters,
        crowd=parts.crowd,
        say=setting.say,
        redact=setting.redact,
        stored=rebuilder.poke if rebuilder else lambda: None,
    )


def configuration(app: Any, house: House, stop_seconds: float) -> uvicorn.Config:
    """Return uvicorn's configuration: our protocol, no logs of its own, no trust in forwarding headers."""
    return uvicorn.Config(
        app,
        http=functools.partial(Wire, house),  # type: ignore[arg-type]  # it only calls it
        ws="none",
        loop="asyncio",
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="critical",
        backlog=ACCEPTS_AT_ONCE,
        timeout_graceful_shutdown=stop_seconds,  # type: ignore[arg-type]  # it is handed to asyncio, which takes floats
    )


def address_of(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://{authority(host, port)}"


async def _until(is_true: Callable[[], bool]) -> None:
    while not is_true():  # noqa: ASYNC110 - uvicorn tells that it has started by an attribute only
        await asyncio.sleep(0.005)


async def _summarise(counters: Counters, say: Callable[[str], None]) -> None:
    """Say once a minute what was refused, as one line: junk must not fill the disk through our own messages."""
    before: dict[str, int] = {}
    while True:
        await asyncio.sleep(SUMMARY_SECONDS)
        now = counters.labels("refusals_total")
        news = {
            reason: count - before.get(reason, 0) for reason, count in now.items() if count != before.get(reason, 0)
        }
        if news:
            say("refused in the last minute: " + ", ".join(f"{reason} {count}" for reason, count in news.items()))
        before = now


def _report(
    parts: Parts, say: Callable[[str], None], _loop: asyncio.AbstractEventLoop, context: dict[str, Any]
) -> None:
    """Count and name an error that reached the event loop; its text may hold what a sender wrote, so it is not said."""
    error, message = context.get("exception"), str(context.get("message", ""))
    if isinstance(error, OSError) and "socket.accept" in message:  # asyncio tries again in a second
        parts.counters.add("refusals_total", "file_handles")
        parts.crowd.make_room()
        return
    if parts.sock.fileno() < 0 and "_start_serving" in message:  # it tries again although we have ended meanwhile
        return
    parts.counters.add("internal_errors_total")
    say(f"internal error in the event loop: {type(error).__name__}")
