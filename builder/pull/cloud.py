"""The API 3.0 of VOD and live through the vendor's SDK slices (extra `tencent`), DOMAIN 3.3 and 3.4.

Answers are handed on as the plain objects that came over the wire, wrapped as `{"Response": …}` like the HTTP body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from builder.errors import ConfigError, RemoteError
from builder.model import Value
from builder.pull.calls import (
    Calls,
    DoubtfulError,
    IncompleteError,
    TransientError,
    UnreachableError,
    failure_of,
    number_in,
    object_in,
    rows_in,
)
from builder.pull.codes import failure
from builder.pull.names import hashed
from builder.pull.walk import PAGE_ROWS, Page, Place, Step, believed, page_of, told, walk
from builder.pull.windows import WEEK_MS, Window, pieces, utc_text

Answer = TypeVar("Answer")
SEARCH_PAGE = PAGE_ROWS
SEARCH_LIMIT = 5000  # Offset + Limit may not pass it; where there are more rows, it is the total that is told
FILES_AT_ONCE = 20
NAMED = 3  # seconds in a message
STREAMS_AT_ONCE = 10
TIMEOUT_SECONDS = 20
LISTS = ("MediaInfoSet", "NotExistFileIdSet", "DataInfoList", "TaskList")


class CloudAccount(Value, frozen=True):
    """Credentials; `endpoint` ("http://127.0.0.1:9000") is for a provider on this machine."""

    secret_id: str
    secret_key: str
    sub_app_id: int | None = None
    region: str = "ap-guangzhou"
    endpoint: str = ""

    @property
    def name(self) -> str:
        """Return what tells its answers from those of another account or application."""
        return hashed("cloud", self.endpoint, self.secret_id, str(self.sub_app_id or ""))

    @property
    def application(self) -> str:
        """Return what stays the same when the key is another."""
        return hashed("application", self.endpoint, str(self.sub_app_id or ""))


class Cloud:
    """The calls we make, each paced, counted and retried by `calls`."""

    def __init__(self, account: CloudAccount, calls: Calls) -> None:
        self.account = account
        self.calls = calls
        self._vod, self._live = clients(account)

    def media(self, places: Sequence[Place], streams: Sequence[str] = ()) -> Iterator[Step]:
        """Yield every page of SearchMedia; a window with too many rows is halved."""
        return walk(lambda place: self._media_page(place, streams), places, SEARCH_LIMIT)

    def _media_page(self, place: Place, streams: Sequence[str]) -> Page:
        behind_ms = place.window.end_ms + 1000  # `Before` is not included
        limit = min(SEARCH_PAGE, SEARCH_LIMIT - place.rows)
        ask: dict[str, Any] = {
            "SourceTypes": ["Record", "TrtcRecord"],
            "CreateTime": {"After": utc_text(place.window.begin_ms), "Before": utc_text(behind_ms)},
            "Sort": {"Field": "CreateTime", "Order": "Asc"},
            "Limit": limit,
            "Offset": place.rows,
            **({"StreamIds": list(streams)} if streams else {}),
        }
        return self._ask(self._vod, "SearchMedia", ask, lambda answer: believed(media_page(answer, limit), place))

    def media_of(self, file_ids: Sequence[str]) -> dict[str, Any]:
        """Return the answer of DescribeMediaInfos, for a group: what is known of files, and which are gone."""
        return self._ask(self._vod, "DescribeMediaInfos", {"FileIds": list(file_ids)}, whole)

    def callbacks(self, places: Sequence[Place], stream: str = "") -> Iterator[Step]:
        """Yield every page of the provider's own log of recording notifications, for a day at most."""
        return walk(lambda place: self._callbacks_page(place, stream), places)

    def _callbacks_page(self, place: Place, stream: str) -> Page:
        ask = {
            "StartTime": utc_text(place.window.begin_ms),
            "EndTime": utc_text(place.window.end_ms),
            "EventType": 100,
            "PageNum": place.pages + 1,
            "PageSize": PAGE_ROWS,
            **({"StreamName": stream} if stream else {}),
        }
        read = partial(callbacks_page, place=place)
        return self._ask(self._live, "DescribeCallbackRecordsList", ask, lambda answer: believed(read(answer), place))

    def tasks(self, window: Window) -> Iterator[dict[str, Any]]:
        """Yield the rows of DescribeRecordTask: which streams were recorded when, a week at a time."""
        for week in pieces(window, WEEK_MS):
            token, seen = "", {""}
            while True:
                ask: dict[str, Any] = {"StartTime": week.begin_ms // 1000, "EndTime": week.end_ms // 1000}
                if token:
                    ask["ScrollToken"] = token
                answer = self._ask(self._live, "DescribeRecordTask", ask, with_tasks)["Response"]
                yield from rows_in(answer.get("TaskList"))
                token = str(answer.get("ScrollToken") or "")
                if not token:
                    break
                if token in seen:
                    raise RemoteError("`DescribeRecordTask` leads in a circle: its `ScrollToken` came twice")
                seen.add(token)

    def _ask(self, client: Any, action: str, ask: dict[str, Any], read: Callable[[dict[str, Any]], Answer]) -> Answer:
        if self.account.sub_app_id is not None and client is self._vod:
            ask = {**ask, "SubAppId": self.account.sub_app_id}
        return self.calls.make(action, lambda: read(called(client, action, ask)))


def overfull(places: Sequence[Place], *, is_of_all: bool) -> IncompleteError:
    """Return the error for seconds that have more rows than SearchMedia lets anyone page through."""
    seconds = ", ".join(utc_text(place.window.begin_ms) for place in places[:NAMED])
    return IncompleteError(
        f"failed to ask SearchMedia for all of {seconds}{', …' if len(places) > NAMED else ''}: "
        f"a second with more than {SEARCH_LIMIT} rows",
        hint="what it lists was kept" + ("; `--stream` asks for the files of one stream" if is_of_all else ""),
    )


def whole(answer: dict[str, Any]) -> dict[str, Any]:
    return answer


def with_tasks(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer that tells of tasks, or that there are none: the field is there then, and may be null."""
    if "TaskList" not in answer["Response"]:
        raise DoubtfulError("the answer has no `TaskList`")
    return answer


def media_page(answer: dict[str, Any], limit: int) -> Page:
    return page_of(answer, answer["Response"], "MediaInfoSet", "TotalCount", asked=limit)


def callbacks_page(answer: dict[str, Any], place: Place) -> Page:
    """Read a page of the log; one that calls itself the last is, also where it is full or tells no number of rows.

    Failed tries repeat entries (DOMAIN 3.4), so one that was on an earlier page did not come twice: only whole pages
    are compared, and where the log grew meanwhile, its entries.
    """
    response = answer["Response"]
    page = page_of(answer, response, "DataInfoList", "TotalNum")
    page = replace(page, name=told(page.rows))
    if number_in(response.get("TotalPage")) != place.pages + 1:
        return page
    return replace(page, total=page.total or place.rows + len(page.rows), is_full=False)


def called(client: Any, action: str, ask: dict[str, Any]) -> dict[str, Any]:
    """Make one call; what may pass with time is a `TransientError`, a refusal is a `RemoteError`."""
    from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

    try:
        answer = client.call_json(action, ask)
    except TencentCloudSDKException as error:
        raise failure(action, error.get_code()) from error
    except OSError as error:
        raise TransientError(failure_of(error)) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:  # the SDK takes an answer's shape for granted
        raise TransientError("the answer is none of the service's, a page of a proxy for example") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("Response"), dict):
        raise TransientError("the answer has no `Response`")
    if "Error" in answer["Response"]:  # the SDK looks for it in answers of two types of content only
        raise failure(action, object_in(answer["Response"]["Error"]).get("Code"))
    for name in LISTS:
        if not isinstance(answer["Response"].get(name) or [], list):
            raise TransientError(f"`{name}` of the answer is no list")
    return answer


def clients(account: CloudAccount) -> tuple[Any, Any]:
    """Make the SDK's clients for VOD and live; without the SDK a ConfigError says how to get it."""
    try:
        from tencentcloud.common import credential
        from tencentcloud.common.profile.client_profile import ClientProfile
        from tencentcloud.common.profile.http_profile import HttpProfile
        from tencentcloud.live.v20180801.live_client import LiveClient
        from tencentcloud.vod.v20180717.vod_client import VodClient
    except ImportError as error:
        raise ConfigError(
            "the vendor's SDK is not installed",
            hint="it comes with the extra `tencent`: `pip install '/path/to/aftercast[tencent]'`",
        ) from error
    http = HttpProfile(reqTimeout=TIMEOUT_SECONDS)
    if account.endpoint:
        parts = urlsplit(account.endpoint)
        http = HttpProfile(protocol=parts.scheme, endpoint=parts.netloc, reqTimeout=TIMEOUT_SECONDS)
    who = credential.Credential(account.secret_id, account.secret_key)
    profile = ClientProfile(httpProfile=http)
    found = VodClient(who, account.region, profile), LiveClient(who, account.region, profile)
    for client in found:
        client.request.send_request = partial(sent, client.request.send_request)
    return found


def sent(send: Callable[[Any], Any], request: Any) -> Any:
    """Send a call; refuse the answer of a place that it was led to, which the SDK takes for the service's."""
    from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

    try:
        response = send(request)
    except TencentCloudSDKException as error:  # of whatever failed, in its own words
        raise UnreachableError(request.host, error) from error
    if response.history:
        response.close()
        raise RemoteError(
            f"failed to ask the service: status {response.history[0].status_code}, which leads elsewhere",
            hint="what is told there is not believed; if the service has moved, give its address as `--endpoint`",
        )
    return response
