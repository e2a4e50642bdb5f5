"""The answers of the receiver: one fixed body per status, which says why and repeats nothing of the request.

The provider takes only status 200 as "received"; everything else brings the same notification again for twelve minutes.
So 200 means stored, 4xx means sending it again cannot help, 503 means please do.
"""

from __future__ import annotations

import http

STORED = b'{"code":0}'
JSON_TYPE = (b"content-type", b"application/json")
MESSAGES = {
    400: "the request or its JSON cannot be read",
    403: "not authentic",
    404: "no such path",
    405: "method not allowed",
    408: "the request took too long",
    411: "a length is needed",
    413: "the body is too large",
    414: "the request line is too long",
    415: "content codings are not accepted",
    417: "expectation not met",
    431: "the head is too large",
    503: "cannot store now",
}


class Refusal(Exception):  # noqa: N818 - an answer, not an error of ours
    """The request is refused: the status to answer and the reason that is counted."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


def body_for(status: int) -> bytes:
    """Return the body of an answer: `{"code":0}` for 200, else the status and a fixed sentence."""
    if status == 200:
        return STORED
    return f'{{"code":{status},"message":"{MESSAGES.get(status, "refused")}"}}'.encode()


def status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\n".encode()


def message(status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, keep_alive: bool, bodiless: bool) -> bytes:
    """Return the bytes of a whole answer; `bodiless` is for HEAD, whose length is told and whose body is not sent."""
    kept = [(name, value) for name, value in headers if name not in {b"content-length", b"connection"}]
    kept.append((b"content-length", str(len(body)).encode()))
    if not keep_alive:
        kept.append((b"connection", b"close"))
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in kept)
    return status_line(status) + lines + b"\r\n" + (b"" if bodiless else body)


class Prepared:
    """The fixed answers as bytes, made once for each second's date: most requests get one of three."""

    def __init__(self) -> None:
        self._headers: list[tuple[bytes, bytes]] = []
        self._made: dict[tuple[int, bool, bool], bytes] = {}

    def answer(self, status: int, headers: list[tuple[bytes, bytes]], *, keep_alive: bool, bodiless: bool) -> bytes:
        """Return the answer of that status with its fixed body; `headers` are a new list whenever they change."""
        if headers is not self._headers:
            self._headers = headers
            self._made.clear()
        made = self._made.get((status, keep_alive, bodiless))
        if made is None:
            lines = [*headers, JSON_TYPE]
            made = message(status, lines, body_for(status), keep_alive=keep_alive, bodiless=bodiless)
            self._made[status, keep_alive, bodiless] = made
        return made
