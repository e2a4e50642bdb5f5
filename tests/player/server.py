"""A loopback server with byte ranges, whose faults a test switches on: no CORS, no ranges, missing, silent."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
    ".flv": "video/x-flv",
    ".aac": "audio/aac",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
}


class Host:
    """One origin: folders and texts by address, faults by file name, and a list of what was asked for.

    Nothing may be kept by a browser but what is under `lasting`: names that change with what they name.
    """

    def __init__(self, folders: dict[str, Path], *, lasting: str = "") -> None:
        self.folders, self.lasting = folders, lasting
        self.texts: dict[str, bytes] = {}
        self.has_cors = True
        self.has_ranges = True
        self.missing: set[str] = set()
        self.silent: set[str] = set()
        self.asked: list[str] = []
        self.closed = threading.Event()
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host._answer(self)

            def log_message(self, *_: object) -> None:
                pass

            def handle(self) -> None:
                try:
                    super().handle()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True  # a browser that has enough of a file hangs up

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def heal(self) -> None:
        """Forget every fault and every request."""
        self.has_cors = self.has_ranges = True
        self.missing.clear()
        self.silent.clear()
        self.asked.clear()

    def close(self) -> None:
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def media_asked(self) -> list[str]:
        """The media files asked for, each once, in order."""
        kinds = (".mp4", ".flv", ".aac", ".m3u8")
        return list(dict.fromkeys(name for name in self.asked if name.split("?")[0].endswith(kinds)))

    def _find(self, path: str) -> bytes | None:
        if path in self.texts:
            return self.texts[path]
        for prefix, folder in self.folders.items():
            file = folder / path.removeprefix(prefix)
            if path.endswith("/"):
                file /= "index.html"
            if path.startswith(prefix) and file.is_file():
                return file.read_bytes()
        return None

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        address = urlsplit(request.path)
        path = unquote(address.path)
        name = path.rsplit("/", 1)[-1]
        self.asked.append(f"{name}?{address.query}" if address.query else name)
        if name in self.silent:
            self.closed.wait(60)
            request.close_connection = True
            return
        body = None if name in self.missing else self._find(path)
        suffix = f".{name.rsplit('.', 1)[-1]}" if "." in name else ".html"
        first, last, status = 0, len(body or b"") - 1, 200 if body is not None else 404
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        if wanted and body and self.has_ranges:
            first, last, status = int(wanted[1]), min(last, int(wanted[2] or last)), 206
        piece = (body or b"")[first : last + 1]
        request.send_response(status)
        request.send_header("Content-Type", TYPES.get(suffix, "application/octet-stream"))
        request.send_header("Content-Length", str(len(piece)))
        if self.has_ranges:
            request.send_header("Accept-Ranges", "bytes")
        is_lasting = bool(self.lasting) and path.startswith(self.lasting)
        request.send_header("Cache-Control", "max-age=31536000, immutable" if is_lasting else "no-store")
        if status == 206:
            request.send_header("Content-Range", f"bytes {first}-{last}/{len(body or b'')}")
        if self.has_cors:
            request.send_header("Access-Control-Allow-Origin", "*")
        request.end_headers()
        request.wfile.write(piece)
