"""The query interfaces of the practice provider: the legacy file list and the signed API 3.0 calls (DOMAIN 3).

Answers have the shapes of real ones: text for numbers in the legacy list, China time there, ISO UTC in the newer calls,
limits refused as documented; times are compared as they are told, by whole seconds. It knows what the recorder has
finished by the world's present moment.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from builder.model import Value
from builder.simulate.asks import (
    CHINA,
    DescribeCallbackRecordsList,
    DescribeMediaInfos,
    DescribeRecordTask,
    RefusedError,
    SearchMedia,
    china,
    moment,
    read,
)
from builder.simulate.delivery import Sent
from builder.simulate.world import APPID, DOMAIN_NAME, PATH, File, World

FORMAT_CODES = {"flv": "1", "hls": "2", "mp4": "3", "aac": "4"}
SEARCH_LIMIT = 5000  # Offset + Limit may not pass it
FILES_AT_ONCE = 20
LEGACY_INTERFACE = "Live_Tape_GetFilelist"
LEGACY_PAGE_LIMIT = 100
SIGNED_SECONDS = 300  # how far the clock of a caller may be from ours
NEVER = "9999-12-31T23:59:59Z"
STAMP = re.compile(r"[0-9]{1,11}", re.ASCII)
ALGORITHM = "TC3-HMAC-SHA256"


class Account(Value, frozen=True):
    """Whose calls are answered. An empty key of a kind turns its check off."""

    api_key: str = ""  # of the legacy interface
    secret_id: str = ""
    secret_key: str = ""


class QueryApi:
    """Answers for one world. `now` is its time, `log` the provider's record of notifications, `clock` is real time."""

    def __init__(
        self,
        world: World,
        account: Account,
        *,
        now: Callable[[], float],
        log: Callable[[], list[Sent]] = list,
        throttle_every: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.world = world
        self.account = account
        self.now = now
        self.log = log
        self.throttle_every = throttle_every  # every n-th call is refused as too frequent, 0 = none
        self.clock = clock
        self.calls: list[str] = []  # what was asked, for tests that count requests

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/common_access", self._legacy), Route("/", self._action, methods=["POST"])])

    def finished(self) -> list[File]:
        return [file for file in self.world.files() if file.end <= self.now()]

    def _throttled(self, name: str) -> bool:
        self.calls.append(name)
        return bool(self.throttle_every) and len(self.calls) % self.throttle_every == 0

    # --- Live_Tape_GetFilelist ---

    async def _legacy(self, request: Request) -> JSONResponse:
        query = request.query_params
        if self._throttled(LEGACY_INTERFACE):
            return JSONResponse({"ret": -10, "message": "too frequent"}, status_code=429)
        expected = hashlib.md5(
            f"{self.account.api_key}{query.get('t', '')}".encode(), usedforsecurity=False
        ).hexdigest()
        if self.account.api_key and query.get("sign") != expected:
            return JSONResponse({"ret": 5001, "message": "sign error"})
        if query.get("interface") != LEGACY_INTERFACE:
            return JSONResponse({"ret": 5003, "message": "no such interface"})
        try:
            files, total = self._legacy_page(query)
        except (ValueError, KeyError) as error:
            return JSONResponse({"ret": 5002, "message": f"param error {error}"})
        output = {"all_count": total, "file_list": [legacy_row(file) for file in files]}
        words = "return successfully!"
        return JSONResponse({"errmsg": words, "message": words, "ret": 0, "retcode": 0, "output": output})

    def _legacy_page(self, query: Mapping[str, str]) -> tuple[list[File], int]:
        size, page = int(query.get("Param.n.page_size", "10")), int(query.get("Param.n.page_no", "1"))
        begin, end = (china(query[f"Param.s.{name}_time"]) for name in ("start", "end"))
        if not 1 <= size <= LEGACY_PAGE_LIMIT or page < 1:
            raise ValueError("page_size")
        if begin.date() != end.date() or end < begin:
            raise ValueError("start_time and end_time must lie on one day")
        stream = query["Param.s.channel_id"]
        found = [
            file for file in self.finished()
            if file.stream == stream and begin.timestamp() <= int(file.start) <= end.timestamp()
            and file.end <= end.timestamp() + DAY_SLACK
        ]  # fmt: skip
        return found[(page - 1) * size : page * size], len(found)

    # --- API 3.0 ---

    async def _action(self, request: Request) -> JSONResponse:
        action, body = request.headers.get("x-tc-action", ""), await request.body()
        try:
            answer = self._answer(request, action, body)
        except RefusedError as error:
            answer = {"Error": {"Code": error.code, "Message": str(error)}}
        return JSONResponse({"Response": {**answer, "RequestId": f"practice-{len(self.calls)}"}})

    def _answer(self, request: Request, action: str, body: bytes) -> dict[str, Any]:
        self._authorise(request, body)
        if self._throttled(action):
            raise RefusedError("RequestLimitExceeded", "your requests are too frequent")
        if action == "SearchMedia":
            return self._search_media(read(body, SearchMedia))
        if action == "DescribeMediaInfos":
            return self._describe_media_infos(read(body, DescribeMediaInfos))
        if action == "DescribeCallbackRecordsList":
            return self._describe_callback_records_list(read(body, DescribeCallbackRecordsList))
        if action == "DescribeRecordTask":
            return self._describe_record_task(read(body, DescribeRecordTask))
        raise RefusedError("InvalidAction", f"no action {action}")

    def _authorise(self, request: Request, body: bytes) -> None:
        if not self.account.secret_key:
            return
        if abs(self.clock() - stamp_in(request.headers)) > SIGNED_SECONDS:
            raise RefusedError("AuthFailure.SignatureExpire", "the timestamp differs by more than five minutes")
        header = request.headers.get("authorization", "")
        expected = authorization(self.account, request.headers, body)
        if not hmac.compare_digest(header.encode(), expected.encode()):
            raise RefusedError("AuthFailure.SignatureFailure", "the signature does not match")

    def _search_media(self, ask: SearchMedia) -> dict[str, Any]:
        if ask.limit < 1 or ask.offset < 0:
            raise RefusedError("InvalidParameterValue.Limit", "Limit is 1 at least, Offset 0")
        if ask.offset + ask.limit > SEARCH_LIMIT:
            raise RefusedError("InvalidParameterValue.Offset", f"Offset + Limit may not pass {SEARCH_LIMIT}")
        files = self.finished() if "Record" in ask.source_types else []
        if ask.create_time.after:
            after = moment(ask.create_time.after)
            files = [file for file in files if int(file.end) >= after]
        if ask.create_time.before:
            before = moment(ask.create_time.before)
            files = [file for file in files if int(file.end) < before]
        found = [
            file for file in files
            if (not ask.stream_ids or file.stream in ask.stream_ids)
            and (not ask.file_ids or file.file_id in ask.file_ids)
        ]  # fmt: skip
        page = found[ask.offset : ask.offset + ask.limit]
        return {"TotalCount": len(found), "MediaInfoSet": [media_info(file) for file in page]}

    def _describe_media_infos(self, ask: DescribeMediaInfos) -> dict[str, Any]:
        if not ask.file_ids:
            raise RefusedError("MissingParameter", "FileIds")
        if len(ask.file_ids) > FILES_AT_ONCE:
            raise RefusedError("InvalidParameterValue.FileIdsTooMany", f"at most {FILES_AT_ONCE}")
        known = {file.file_id: file for file in self.finished()}
        return {
            "MediaInfoSet": [media_info(known[name]) for name in ask.file_ids if name in known],
            "NotExistFileIdSet": [name for name in ask.file_ids if name not in known],
        }

    def _describe_callback_records_list(self, ask: DescribeCallbackRecordsList) -> dict[str, Any]:
        if not (ask.start_time and ask.end_time):
            raise RefusedError("MissingParameter", "StartTime and EndTime")
        begin, end = moment(ask.start_time), moment(ask.end_time)
        if end - begin > DAY_SECONDS:
            raise RefusedError("InvalidParameter", "at most one day")
        size, page = ask.page_size, ask.page_num
        if size < 1 or page < 1:
            raise RefusedError("InvalidParameterValue", "PageNum and PageSize are 1 at least")
        found = [
            sent for sent in self.log()
            if begin <= int(sent.at) <= end
            and ask.stream_name in {"", sent.event.of.stream}
            and ask.event_type in {None, sent.event.event_type}
        ]  # fmt: skip
        rows = [callback_row(sent) for sent in found[(page - 1) * size : page * size]]
        return {"DataInfoList": rows, "TotalNum": len(found), "PageNum": page, "PageSize": size,
                "TotalPage": -(-len(found) // size)}  # fmt: skip

    def _describe_record_task(self, ask: DescribeRecordTask) -> dict[str, Any]:
        begin, end = ask.start_time, ask.end_time
        if not (begin and end):
            raise RefusedError("MissingParameter", "StartTime and EndTime")
        if end - begin > 7 * DAY_SECONDS:
            raise RefusedError("InvalidParameter", "at most one week")
        if min(begin, end) < self.clock() - TASK_DAYS * DAY_SECONDS:
            raise RefusedError("InvalidParameter", f"at most {TASK_DAYS} days back")
        tasks: dict[str, dict[str, Any]] = {}
        for file in self.finished():
            if begin <= int(file.start) <= end:
                task = tasks.setdefault(file.task_id, task_row(file))
                task["EndTime"] = max(task["EndTime"], int(file.end))
        return {"TaskList": [tasks[name] for name in sorted(tasks)], "ScrollToken": ""}


DAY_SECONDS = 86_400
TASK_DAYS = 90  # how far back tasks are told
DAY_SLACK = 86_400  # a file that began on the day belongs to it, whenever it ended


def media_info(file: File) -> dict[str, Any]:
    """Return a file as SearchMedia shows it; the default name is in China time."""
    begin, end = (datetime.fromtimestamp(at, CHINA).strftime("%Y-%m-%d-%H-%M-%S") for at in (file.start, file.end))
    return {
        "FileId": file.file_id,
        "BasicInfo": {
            "Name": f"{file.stream}_{begin}_{end}", "CreateTime": iso(file.end), "UpdateTime": iso(file.end),
            "ExpireTime": NEVER, "Type": "m3u8" if file.format == "hls" else file.format, "MediaUrl": file.url,
            "CoverUrl": "", "Category": "Audio" if file.format == "aac" else "Video", "Status": "Normal",
            "StorageClass": "STANDARD", "TagSet": [],
            "SourceInfo": {
                "SourceType": "Record",
                "SourceContext": f"rtmp://{DOMAIN_NAME}/{PATH}/{file.stream}?txSecret=practice0secret&txTime=61DFE000",
                "LiveRecordInfo": {
                    "Domain": DOMAIN_NAME, "Path": PATH, "StreamId": file.stream,
                    "RecordStartTime": iso(file.start), "RecordEndTime": iso(file.end),
                },
            },
        },
        "MetaData": {
            "Size": file.size, "Duration": float(file.duration), "Container": file.format, "Height": 720, "Width": 1280,
        },
        "TranscodeInfo": None,
    }  # fmt: skip


def legacy_row(file: File) -> dict[str, str | None]:
    start, created = (datetime.fromtimestamp(at, CHINA).strftime("%Y-%m-%d %H:%M:%S") for at in (file.start, file.end))
    return {
        "appid": str(APPID), "create_time": created, "start_time": start, "end_time": created, "err_code": "0",
        "expire_time": "2038-01-19 11:14:07", "file_format": FORMAT_CODES[file.format], "file_id": file.file_id,
        "file_size": str(file.size), "record_file_id": file.file_id, "record_file_url": file.url, "record_type": None,
        "report_message": None, "stream_id": file.stream, "task_id": None, "task_sub_type": "0",
        "vid": f"{APPID}_{file.file_id[:10]}", "vod2Flag": "1",
    }  # fmt: skip


def task_row(file: File) -> dict[str, Any]:
    return {
        "TaskId": file.task_id, "DomainName": DOMAIN_NAME, "AppName": PATH, "StreamName": file.stream,
        "StartTime": int(file.start), "EndTime": int(file.end), "TemplateId": 1569000, "Stopped": 0,
    }  # fmt: skip


def callback_row(sent: Sent) -> dict[str, Any]:
    return {
        "EventTime": iso(sent.at), "EventType": sent.event.event_type, "Request": json.dumps(sent.event.body),
        "Response": '{"code":0}' if sent.result == 0 else "", "ResponseTime": iso(sent.at), "ResultCode": sent.result,
        "StreamId": sent.event.of.stream,
    }  # fmt: skip


def authorization(account: Account, headers: Mapping[str, str], body: bytes) -> str:
    """Return the Authorization header that a call with these headers must carry (TC3-HMAC-SHA256)."""
    stamp = stamp_in(headers)
    day = datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d")
    service = "vod" if headers.get("x-tc-version", "") == "2018-07-17" else "live"
    given = headers.get("authorization", "")
    names = given.partition("SignedHeaders=")[2].partition(",")[0] or "content-type;host"
    signed = "".join(f"{name}:{signed_value(name, headers)}\n" for name in names.split(";"))
    canonical = "\n".join(("POST", "/", "", signed, names, hashlib.sha256(body).hexdigest()))
    scope = f"{day}/{service}/tc3_request"
    text = "\n".join((ALGORITHM, str(stamp), scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"TC3{account.secret_key}".encode()
    for step in (day, service, "tc3_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={account.secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def stamp_in(headers: Mapping[str, str]) -> int:
    """Return when a call was signed, 0 where it does not say."""
    stamp = headers.get("x-tc-timestamp", "")
    return int(stamp) if STAMP.fullmatch(stamp) else 0


def signed_value(name: str, headers: Mapping[str, str]) -> str:
    """Return a header as it is signed: in lower case, but for those whose case matters."""
    value = headers.get(name, "").strip()
    return value if name in {"content-type", "host"} else value.lower()


def iso(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
