"""Live_Tape_GetFilelist, the signed GET of 2016–2019 (DOMAIN 3.1): one stream, one China day, at most 100 rows."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

from builder.errors import RemoteError
from builder.model import Value
from builder.pull.calls import Calls, RefusedError, TransientError, UnreachableError, object_in, plain
from builder.pull.names import hashed
from builder.pull.walk import PAGE_ROWS, Page, Place, Step, believed, page_of, walk
from builder.pull.windows import Window, china_text

ENDPOINT = "http://fcgi.video.qcloud.com/common_access"
SIGNATURE_SECONDS = 600
TIMEOUT_SECONDS = 20.0
REDIRECTS = range(300, 400)
ANSWER_LIMIT_BYTES = 16 << 20


class LegacyAccount(Value, frozen=True):
    """`appid` and the API key; `endpoint` is for a provider on this machine."""

    appid: str
    api_key: str
    endpoint: str = ENDPOINT

    @property
    def name(self) -> str:
        """Return what tells its answers from those of another account."""
        return hashed("legacy", self.endpoint, self.appid)


class LegacyList:
    """Asks for the files of a stream on a day."""

    def __init__(self, account: LegacyAccount, calls: Calls) -> None:
        self.account = account
        self.calls = calls

    def pages(self, places: Sequence[Place], stream: str) -> Iterator[Step]:
        """Yield every page of the days' answers, as the provider gave them."""
        return walk(lambda place: self._page(place, stream), places)

    def _page(self, place: Place, stream: str) -> Page:
        address = self._address(stream, place.window, place.pages + 1)
        return self.calls.make("the file list", lambda: believed(listed(fetch(address)), place))

    def _address(self, stream: str, day: Window, page: int) -> str:
        t = int(time.time()) + SIGNATURE_SECONDS
        sign = hashlib.md5(f"{self.account.api_key}{t}".encode(), usedforsecurity=False).hexdigest()
        query = {
            "appid": self.account.appid,
            "interface": "Live_Tape_GetFilelist",
            "t": str(t),
            "sign": sign,
            "Param.s.channel_id": stream,
            "Param.n.page_no": str(page),
            "Param.n.page_size": str(PAGE_ROWS),
            "Param.s.sort_type": "asc",
            "Param.s.start_time": china_text(day.begin_ms),
            "Param.s.end_time": china_text(day.end_ms),
        }
        return f"{self.account.endpoint}?{urllib.parse.urlencode(query)}"


def listed(answer: dict[str, Any]) -> Page:
    return page_of(answer, object_in(answer.get("output")), "file_list", "all_count")


def opener() -> urllib.request.OpenerDirector:
    """Return what opens an address and no other: who is sent a signed one may ask in our name while it is valid."""
    found = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        found.add_handler(handler)
    return found


def fetch(address: str) -> dict[str, Any]:
    """GET an answer; what may pass with time is a `TransientError`, a refusal is a `RemoteError`."""
    try:
        with opener().open(address, timeout=TIMEOUT_SECONDS) as response:
            body = response.read(ANSWER_LIMIT_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.client.TOO_MANY_REQUESTS or error.code >= http.client.INTERNAL_SERVER_ERROR:
                raise TransientError(f"status {error.code}") from error
            if error.code in REDIRECTS:
                raise RemoteError(
                    f"failed to ask the file list: status {error.code}, which leads elsewhere",
                    hint="a signed call is not sent on; if the service has moved, give its address as `--endpoint`",
                ) from None
            raise RemoteError(f"failed to ask the file list: status {error.code}") from error
    except (OSError, http.client.HTTPException) as error:
        host = urllib.parse.urlsplit(address).netloc
        raise UnreachableError(host, error) from None  # its text and its cause may hold the signed address
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise TransientError("the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise TransientError("the answer is not an object")
    if not isinstance(answer.get("ret"), int | str):
        raise TransientError("the answer has no `ret`")
    if answer["ret"] not in {0, "0"}:
        raise RefusedError(  # no list of these codes is known
            f"the file list was refused: `ret` is {plain(answer['ret'])}",
            hint="check the appid and the key; it may tell of fewer days than were asked about",
        )
    if not isinstance(object_in(answer.get("output")).get("file_list") or [], list):
        raise TransientError("`file_list` of the answer is no list")
    return answer
