"""Every limit of reading has its name here, so that a message can say it."""

from __future__ import annotations

KB = 1024
MB = 1024 * KB
GB = 1024 * MB

RECORD_BYTES = 64 * KB  # one record, after it is taken out of its container
DELETION_BYTES = 512 * KB  # one event that deletes files: it lists their ids, and no other record grows so
LOG_LINE_BYTES = 512 * KB  # one line of the receiver's log: an escaped record and its frame
LINE_BYTES = 64 * MB  # one physical line
FILE_BYTES = 1 * GB
GZIP_BYTES = 2 * GB  # out of one gzip file
GZIP_RATIO = 200
GZIP_FREE_BYTES = 1 * MB  # the ratio counts after so much output
YAML_BYTES = 4 * MB  # YAML has no cheap way to be read in pieces

NESTING = 16
KEYS = 512
KEY_CHARACTERS = 256
INTEGER_DIGITS = 20

TEXT_CHARACTERS = 512  # ids, names
TITLE_CHARACTERS = 1024
TAGS = 64
TAG_CHARACTERS = 64
RENDITIONS = 64
EXCERPT_BYTES = 2 * KB

FIRST_SECOND = 10**9  # 2001-09-09; earlier instants are mistakes
LAST_SECOND = 4_102_444_800  # 2100-01-01
DURATION_SECONDS = 366 * 86_400
SIZE_BYTES = 2**64 - 1

HEAD_BYTES = 1 * KB  # identity of a file: hash of its first bytes …
TAIL_BYTES = 256  # … and of the last ones before the offset
