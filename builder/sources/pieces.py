"""What is cut out of a text, and the words that those who cut share.

A piece is the bytes of one record, or of one line that is not JSON. The scanner walks the structure of JSON texts, the
cutter leads it from line to line; neither ever holds a whole container.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

CONTAINERS = (  # arrays of records inside API responses
    "file_list",  # Live_Tape_GetFilelist
    "filesInfo",  # GetVodRecordFiles
    "fileSet",  # DescribeRecord
    "MediaInfoSet",  # SearchMedia, DescribeMediaInfos
    "NotExistFileIdSet",
    "DataInfoList",  # DescribeCallbackRecordsList
    "EventSet",  # PullEvents
    "EventList",  # DescribeLiveStreamEventList
    "PublishInfo",  # DescribeLiveStreamPublishedList
    "TaskList",  # DescribeRecordTask
)
CONTAINER_KEYS = frozenset(f'"{name}"'.encode() for name in CONTAINERS)
DELETION, DELETED = b'"FileDeleteEvent"', b'"FileIdSet"'  # an event, and in it the array of its ids
MENTION = re.compile(b"|".join(sorted({*CONTAINER_KEYS, DELETED})))
BLANK = b" \t\r\n"
_WHOLE = msgspec.json.Decoder(msgspec.Raw).decode

Line = tuple[bytes, int, int]  # text, offset, number


class Piece(NamedTuple):
    offset: int
    line: int
    raw: bytes | memoryview
    under: str = ""  # the response's array it was cut from
    code: str = ""  # not "": no record but a problem
    message: str = ""


def indent_of(line: bytes) -> bytes:
    """Return the blanks that a line begins with."""
    return line[: len(line) - len(line.lstrip(b" \t"))]


def is_whole(body: bytes) -> bool:
    """Say whether the bytes are one JSON value by structure, at the C decoder's speed."""
    try:
        _WHOLE(body)
    except (ValueError, RecursionError):
        return False
    return True
