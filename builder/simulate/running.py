"""Runs an ASGI application on loopback in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import uvicorn

from builder.errors import ConfigError

START_SECONDS = 20.0


class Running:
    """An application on a port of 127.0.0.1; 0 picks a free one, `port` says which."""

    def __init__(self, app: Any, port: int) -> None:
        try:
            self._socket = socket.create_server(("127.0.0.1", port))
        except OSError as error:
            raise ConfigError(f"cannot listen on port {port}: {(error.strerror or 'failed').lower()}") from error
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
