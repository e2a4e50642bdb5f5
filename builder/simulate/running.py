"""Runs an ASGI application on loopback in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import uvicorn

from builder.listening import bound_socket

START_SECONDS = 20.0


class Running:
    """An application on a port of 127.0.0.1; 0 picks a free one, `port` says which."""

    def __init__(self, app: Any, port: int) -> None:
        self._socket = bound_socket("127.0.0.1", port, "--api-port")
        self._socket.listen()
        self.port: int = self._socket.getsockname()[1]
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none"))
        self._thread = threading.Thread(target=self._run, name="practice provider", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._server.serve(sockets=[self._socket]))

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        self._socket.close()
