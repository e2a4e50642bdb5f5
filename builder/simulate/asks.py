"""What a call of the API 3.0 may ask, by the types of its documentation (DOMAIN 3.3, 3.4); read or refused."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TypeVar

import msgspec

from builder.model import Value

CHINA = timezone(timedelta(hours=8))
Ask = TypeVar("Ask", bound=Value)


class RefusedError(Exception):
    """A call that the provider refuses, with its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Between(Value, frozen=True, rename="pascal"):
    """Two moments, either may be left out."""

    after: str = ""
    before: str = ""


class SearchMedia(Value, frozen=True, rename="pascal"):
    offset: int = 0
    limit: int = 10
    stream_ids: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    source_types: tuple[str, ...] = ("Record",)
    create_time: Between = Between()


class DescribeMediaInfos(Value, frozen=True, rename="pascal"):
    file_ids: tuple[str, ...] = ()


class DescribeCallbackRecordsList(Value, frozen=True, rename="pascal"):
    start_time: str = ""
    end_time: str = ""
    stream_name: str = ""
    event_type: int | None = None
    page_num: int = 1
    page_size: int = 20


class DescribeRecordTask(Value, frozen=True, rename="pascal"):
    start_time: int = 0
    end_time: int = 0


def read(body: bytes, kind: type[Ask]) -> Ask:
    """Read the body of a call; what it does not know is passed over."""
    try:
        return msgspec.json.decode(body or b"{}", type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RefusedError("InvalidParameter", f"the body is not what {kind.__name__} takes: {error}") from error


def moment(text: str) -> float:
    """Read a time of a call: `…Z` is UTC, `YYYY-MM-DD hh:mm:ss` is China time (DOMAIN 3.4)."""
    try:
        return (datetime.fromisoformat(text) if text.endswith("Z") else china(text)).timestamp()
    except (ValueError, OverflowError) as error:
        raise RefusedError("InvalidParameterValue", f"no moment: {text[:40]}") from error


def china(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
