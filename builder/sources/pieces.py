"""What is cut out of a text, and the words that those who cut share.

A piece is the bytes of one record, or of one line that is not JSON. The scanner walks the structure of JSON texts, the
cutter leads it from line to line; neither ever holds a whole container.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from builder.sources import limits

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
MENTION = re.compile(b"|".join(sorted(CONTAINER_KEYS)))
BLANK = b" \t\r\n"
_WHOLE = msgspec.json.Decoder(msgspec.Raw).decode
_DELETION = re.compile(rb'[eE]ventType\\*+"[ \t\r\n]*+:[ \t\r\n]*+\\*+"FileDeleted\\*+"')  # escaped in envelopes

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


def is_too_long(body: bytes | bytearray, size: int) -> bool:
    """Say whether a record of this size is too long; what may be a deletion has a larger limit, for it lists many ids.

    Whether it is one is seen when it has been decoded. The body may be cut where the size is beyond either limit.
    """
    if size <= limits.RECORD_BYTES:
        return False
    return size > limits.DELETION_BYTES or _DELETION.search(body) is None


def too_long(size: int) -> str:
    """Return the sentence about a record of this size."""
    return f"a record may have {limits.RECORD_BYTES} bytes, a deletion {limits.DELETION_BYTES}, found {size}"
