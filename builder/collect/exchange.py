"""One request that goes to the ASGI application, and its answer: everything but notifications."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from builder.collect.answers import JSON_TYPE, body_for
from builder.collect.head import Head
from builder.model import Value


class Reply(Value, frozen=True):
    """What the application has answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


FAILED = Reply(status=503, headers=[JSON_TYPE], body=body_for(503))


async def exchange(app: Any, scope: dict[str, Any], content: bytes, report: Callable[[Exception], None]) -> Reply:
    """Call the application; an error that it lets through is a bug, is reported and answered 503."""
    pieces: list[bytes] = []
    start: dict[str, Any] = {"status": FAILED.status, "headers": FAILED.headers}
    waiting = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(event: dict[str, Any]) -> None:
        if event["type"] == "http.response.start":
            start.update(event)
        else:
            pieces.append(event.get("body", b""))

    try:
        await app(scope, receive, send)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001  the last resort: the sender must be told to send it again
        report(error)
        return FAILED
    return Reply(status=start["status"], headers=list(start["headers"]), body=b"".join(pieces))


def scope_of(head: Head, transport: asyncio.Transport) -> dict[str, Any]:
    """Return the request as ASGI describes it."""
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
        "headers": list(head.headers),  # the head may serve again
        "client": transport.get_extra_info("peername"),
        "server": transport.get_extra_info("sockname"),
    }
