"""The bodies of notifications in the provider's words (DOMAIN 1, 2): this is a provider, vendor names belong here."""

from __future__ import annotations

import hashlib
from typing import Any

from builder.model import Value
from builder.simulate.world import APPID, DOMAIN_NAME, PATH, File, Push

VALIDITY_SECONDS = 600


class Event(Value, frozen=True):
    """What a notification is about. Its body is made when it is needed: worlds are long and bodies large."""

    of: File | Push
    is_start: bool = False

    @property
    def event_type(self) -> int:
        return 100 if isinstance(self.of, File) else int(self.is_start)

    @property
    def body(self) -> dict[str, Any]:
        return recorded(self.of) if isinstance(self.of, File) else pushed(self.of, start=self.is_start)


def signed(body: dict[str, Any], key: str, now: int) -> dict[str, Any]:
    """Add `t` and `sign` as the provider does; an empty key adds nothing."""
    if not key:
        return body
    t = now + VALIDITY_SECONDS
    return {**body, "t": t, "sign": hashlib.md5(f"{key}{t}".encode(), usedforsecurity=False).hexdigest()}


def recorded(file: File) -> dict[str, Any]:
    """Return event 100: a file is finished."""
    start, end = file.start - 0.4, file.end  # writing began a moment before the content does
    return {
        "event_type": 100,
        "appid": APPID,
        "app": DOMAIN_NAME,
        "appname": PATH,
        "stream_id": file.stream,
        "channel_id": file.stream,
        "file_id": file.file_id,
        "record_file_id": file.file_id,
        "file_format": file.format,
        "task_id": file.task_id,
        "start_time": int(start),
        "start_time_usec": round(start % 1 * 1_000_000) % 1_000_000,
        "end_time": int(end),
        "end_time_usec": round(end % 1 * 1_000_000) % 1_000_000,
        "duration": file.duration,
        "file_size": file.size,
        "media_start_time": 0,
        "record_bps": 0,
        "stream_param": "txSecret=practice0secret&txTime=61DFE000",
        "video_url": file.url,
    }


def pushed(push: Push, *, start: bool) -> dict[str, Any]:
    """Return event 1 (a push began) or 0 (it ended)."""
    body: dict[str, Any] = {
        "event_type": 1 if start else 0,
        "appid": APPID,
        "app": DOMAIN_NAME,
        "appname": PATH,
        "stream_id": push.stream,
        "channel_id": push.stream,
        "event_time": int(push.start if start else push.end),
        "sequence": push.sequence,
        "node": "203.0.113.7",
        "user_ip": "198.51.100.23",
        "stream_param": "txSecret=practice0secret&txTime=61DFE000",
        "errcode": 0 if start else push.errcode,
        "errmsg": "ok",
        "set_id": 2,
        "width": 1280,
        "height": 720,
    }
    if not start:
        body["push_duration"] = str(round((push.end - push.start) * 1000))
    return body
