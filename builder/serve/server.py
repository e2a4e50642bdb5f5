"""Binds the preview to loopback and runs it until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

import uvicorn

from builder.errors import ConfigError
from builder.listening import bound_socket
from builder.serve.app import Preview

LOOPBACK = ("127.0.0.1", "::1")
HEADERS_LIMIT_BYTES = 16384
KEEP_ALIVE_SECONDS = 5
GOODBYE_SECONDS = 2  # open event streams are cut after it


def listen(port: int, host: str | None = None) -> list[socket.socket]:
    """Bind both loopback addresses (or `host`) to one port; 0 picks a free one. A busy port is a ConfigError."""
    if host is not None:
        return [listening(host, port)]
    first = listening(LOOPBACK[0], port)
    try:
        return [first, listening(LOOPBACK[1], first.getsockname()[1])]
    except ConfigError:
        return [first]  # no IPv6 on this machine, or its port is taken: 127.0.0.1 is enough


def listening(host: str, port: int) -> socket.socket:
    sock = bound_socket(host, port)
    sock.listen(128)
    return sock


def serve(preview: Preview, sockets: list[socket.socket], ready: Callable[[], None]) -> None:
    """Run until SIGINT or SIGTERM; `ready` is called once requests are answered."""
    config = uvicorn.Config(
        preview,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        http="h11",
        ws="none",
        h11_max_incomplete_event_size=HEADERS_LIMIT_BYTES,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
    )
    server = PreviewServer(config, preview, ready)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(server.serve(sockets=sockets))


class PreviewServer(uvicorn.Server):
    """Says when it is up, and ends the event streams when it is told to stop."""

    def __init__(self, config: uvicorn.Config, preview: Preview, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.preview = preview
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.preview.closing = True
        await super().shutdown(sockets)
