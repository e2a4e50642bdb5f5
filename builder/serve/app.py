"""The preview as an ASGI application: checks, then a built file, or the preview's own three addresses below `/-/`."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
from collections.abc import Awaitable, Callable, Container, MutableMapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from builder.model import Value
from builder.serve import guard, paths, ranges
from builder.serve.news import News

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

OWN = "/-/"
WAIT_SECONDS = 2.0  # a request waits so long for the build that its change started
POLL_SECONDS = 0.02
HEARTBEAT_SECONDS = 15.0
CHUNK_BYTES = 256 * 1024
INJECT_LIMIT_BYTES = 8 << 20  # larger pages are sent as they are

MIME = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml",
    "vtt": "text/vtt; charset=utf-8",
    "m3u8": "application/vnd.apple.mpegurl",
    "ts": "video/mp2t",
    "m4s": "video/iso.segment",
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
    "flv": "video/x-flv",
    "aac": "audio/aac",
    "mp3": "audio/mpeg",
    "webm": "video/webm",
    "woff2": "font/woff2",
    "pdf": "application/pdf",
    "map": "application/json",
    "webmanifest": "application/manifest+json",
}
_SINCE = re.compile(rb"since=(\d{1,9})")
SAFETY = {
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cache-control": "no-store",
}


class Request(Value, frozen=True):
    method: str
    raw_path: bytes
    query: bytes
    headers: dict[str, str]  # lower-case names; a doubled header is refused before

    def get(self, name: str) -> str | None:
        return self.headers.get(name)

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


class Preview:
    """Serves `root`, but only files that `built` contains. `news` is told by the rebuild loop."""

    def __init__(
        self,
        root: Path,
        built: Callable[[], Container[str]],
        news: News,
        *,
        port: int,
        extra_hosts: frozenset[str] = frozenset(),
        is_stirred: Callable[[], bool] = lambda: False,
    ) -> None:
        self.root = root
        self.built = built
        self.news = news
        self.port = port
        self.extra_hosts = extra_hosts
        self.is_stirred = is_stirred  # a change was noticed and its build has not begun
        self.closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await lifespan(receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1008})
        request = parse(scope)
        if request is None:
            return await plain(send, 400, "bad request")
        status, words = self._refusal(request)
        if status:
            return await plain(send, status, words, head=request.method == "HEAD")
        if request.raw_path.startswith(OWN.encode()):
            return await self._own(request, receive, send)
        return await self._file(request, send)

    def _refusal(self, request: Request) -> tuple[int, str]:
        if request.method not in guard.METHODS:
            return 405, "only GET and HEAD"
        if not guard.host_is_allowed(request.host, self.port, self.extra_hosts):
            return 421, "this preview answers only to its own address"
        if guard.is_foreign_script(request.get("sec-fetch-site"), request.get("sec-fetch-dest")):
            return 403, "not for other sites"
        return 0, ""

    # --- the preview's own addresses ---

    async def _own(self, request: Request, receive: Receive, send: Send) -> None:
        name = request.raw_path.removeprefix(OWN.encode())
        if request.get("sec-fetch-site") not in {None, "none", "same-origin"}:
            return await plain(send, 403, "not for other sites")
        if name == b"reload.js":
            script = resources.files("builder.serve").joinpath("reload.js").read_bytes()
            return await answer(send, 200, MIME["js"], script)
        if name == b"state":
            return await answer(send, 200, MIME["json"], self._state(request.query))
        if name == b"events" and request.method == "GET":
            if not guard.stream_is_allowed(request.get("origin"), request.host, request.get("sec-fetch-site")):
                return await plain(send, 403, "not for other sites")
            return await self._events(receive, send)
        return await plain(send, 404, "not found")

    def _state(self, query: bytes) -> bytes:
        """Say how things stand and, to a page that tells its number, which files changed since (null: unknown)."""
        found = _SINCE.fullmatch(query)
        changed = self.news.changed_since(int(found[1])) if found else None
        told = {"builds": self.news.builds, "error": self.news.error}
        return json.dumps({**told, "changed": None if changed is None else sorted(changed)}).encode()

    async def _events(self, receive: Receive, send: Send) -> None:
        """Send the build counter, then again whenever it grows, until the page goes away."""
        await start(send, 200, {"content-type": "text/event-stream", **SAFETY})
        gone = asyncio.create_task(disconnected(receive))
        said, quiet = -1, 0.0
        try:
            while not gone.done() and not self.closing:
                builds = self.news.builds
                if builds != said or quiet >= HEARTBEAT_SECONDS:
                    await send(
                        {"type": "http.response.body", "body": f"data: {builds}\n\n".encode(), "more_body": True}
                    )
                    said, quiet = builds, 0.0
                await asyncio.wait({gone}, timeout=POLL_SECONDS)
                quiet += POLL_SECONDS
            if not gone.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()

    # --- files ---

    async def _file(self, request: Request, send: Send) -> None:
        path = paths.requested(request.raw_path)
        if path is None:
            return await plain(send, 404, "not found", head=request.method == "HEAD")
        await self._wait_for_build()
        built = self.built()
        name = paths.built_file(path, built)
        if name is None and (target := paths.folder_redirect(path, built)):
            return await answer(send, 308, MIME["txt"], b"", {"location": target})
        status = 200
        if name is None and not path.rsplit("/", 1)[-1].count(".") and "404.html" in built:
            name, status = "404.html", 404
        handle = open_regular(self.root, name) if name is not None else None
        if handle is None:
            return await self._missing(request, send)
        with os.fdopen(handle, "rb") as file:
            return await self._send_file(request, send, file, str(name), status)

    async def _wait_for_build(self) -> None:
        waited = 0.0
        while (self.news.is_building or self.is_stirred()) and waited < WAIT_SECONDS:
            await asyncio.sleep(POLL_SECONDS)
            waited += POLL_SECONDS

    async def _missing(self, request: Request, send: Send) -> None:
        """Answer 404; where a failed build or a lost output is the cause, with a page that says so and reloads."""
        if self.news.error:
            title, text = "The build failed", self.news.error
        elif not self.root.is_dir():
            title, text = "There is no output", f"{self.root} is not there: it is built in a moment, or after a change"
        else:
            return await plain(send, 404, "not found", head=request.method == "HEAD")
        page = (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><h1>{title}</h1><pre>{escape(text)}</pre></body></html>"
        )
        script = self._with_script(page.encode(), "")
        return await answer(send, 503, MIME["html"], script, head=request.method == "HEAD")

    async def _send_file(self, request: Request, send: Send, file: Any, name: str, status: int) -> None:
        size = os.fstat(file.fileno()).st_size
        kind = MIME.get(name.rsplit(".", 1)[-1].lower(), "application/octet-stream")
        head = request.method == "HEAD"
        if name.endswith(".html") and size <= INJECT_LIMIT_BYTES:
            return await answer(send, status, kind, self._with_script(file.read(), name), head=head)
        try:
            wanted = ranges.byte_range(request.get("range"), size) if status == 200 else None
        except ranges.UnsatisfiableError:
            return await answer(send, 416, MIME["txt"], b"", {"content-range": f"bytes */{size}"})
        first, last = wanted or (0, size - 1)
        headers = {"content-type": kind, "content-length": str(last - first + 1), "accept-ranges": "bytes", **SAFETY}
        if wanted:
            status, headers["content-range"] = 206, f"bytes {first}-{last}/{size}"
        await start(send, status, headers)
        if not head:
            await stream(send, file, first, last)
        return await send({"type": "http.response.body", "body": b""})

    def _with_script(self, page: bytes, name: str) -> bytes:
        """Add the script; it is told which file the page is ("" = none: any build may mend it)."""
        told = f'data-builds="{self.news.builds}" data-file="{escape(name)}"'
        script = f'<script src="{OWN}reload.js" {told} defer></script>'.encode()
        at = page.lower().rfind(b"</head>")
        return page[:at] + script + page[at:] if at >= 0 else page + script


def parse(scope: Scope) -> Request | None:
    """Take the request apart; None when a header that matters is doubled or not plain ASCII."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name = raw_name.decode("latin-1").lower()
        if name in headers and name in {"host", "origin", "range", "sec-fetch-site", "sec-fetch-dest"}:
            return None
        headers[name] = raw_value.decode("latin-1").strip()
    raw = scope.get("raw_path") or b""
    return Request(scope["method"], raw.split(b"?", 1)[0], scope.get("query_string") or b"", headers)


def open_regular(root: Path, name: str) -> int | None:
    """Open a built file without following any link on the way; None when it is not a plain file."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        *folders, last = name.split("/")
        for step in folders:
            below = os.open(step, flags | os.O_DIRECTORY, dir_fd=folder)
            os.close(folder)
            folder = below
        handle = os.open(last, flags, dir_fd=folder)
    except OSError:
        return None
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    return handle


async def stream(send: Send, file: Any, first: int, last: int) -> None:
    file.seek(first)
    left = last - first + 1
    while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
        left -= len(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def answer(
    send: Send, status: int, kind: str, body: bytes, headers: dict[str, str] | None = None, *, head: bool = False
) -> None:
    await start(send, status, {"content-type": kind, "content-length": str(len(body)), **SAFETY, **(headers or {})})
    await send({"type": "http.response.body", "body": b"" if head else body})


async def plain(send: Send, status: int, words: str, *, head: bool = False) -> None:
    await answer(send, status, MIME["txt"], f"{words}\n".encode(), head=head)


async def start(send: Send, status: int, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
