"""The files under `recordings/`: found, opened safely, unpacked, recognised again after rotation.

Only regular files inside the folder are read, and every open goes through the same checks: a link may lead to another
place of the folder and nowhere else. gzip is unpacked as a stream under limits of output and ratio.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from builder.model import Problem, Value
from builder.sources import limits

FOLDER = "recordings"
GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
_PACKED_CHUNK = 1 << 16
_MEMBERS = 10_000
_GONE = (FileNotFoundError, NotADirectoryError)
_NO_FILE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO}  # gone, or nothing that is ever read


class SourceFile(Value, frozen=True):
    """One file under `recordings/`, as it was when the folder was listed."""

    path: str
    relative: str
    size: int
    mtime_ns: int
    inode: int
    denied: str = ""  # why a folder could not be listed; it stands for all that is in it


class FileRefusedError(Exception):
    """A file, or the rest of one, that is not read; `code` is the problem's code."""

    def __init__(self, code: str, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.offset = offset


def find_sources(source: Path) -> list[SourceFile]:
    """List what lies under `<source>/recordings`, sorted by relative path; dot files are left out.

    What is no regular file (a pipe, a device, a link out of the folder) is listed too: reading it gives one problem. So
    is a folder that cannot be listed.
    """
    root = os.path.join(os.path.abspath(source), FOLDER)  # noqa: PTH100, PTH118  # bytes-exact names, no resolving
    found: list[SourceFile] = []

    def note(error: OSError) -> None:
        if not isinstance(error, _GONE):
            place = os.fsdecode(error.filename)
            found.append(SourceFile(place, _relative(place, root), 0, 0, 0, f"cannot be listed: {_reason(error)}"))

    for folder, names, files in os.walk(root, onerror=note):
        names[:] = sorted(name for name in names if not name.startswith("."))
        links = [name for name in names if os.path.islink(os.path.join(folder, name))]  # noqa: PTH114, PTH118
        for name in [*files, *links]:
            if name.startswith("."):
                continue
            path = os.path.join(folder, name)  # noqa: PTH118
            with contextlib.suppress(*_GONE):  # since it was listed
                found.append(SourceFile(path, _relative(path, root), *_status(path, follow=name not in links)))
    return sorted(found, key=lambda file: (file.relative, file.path))


def _relative(path: str, root: str) -> str:
    inside = os.path.relpath(path, os.path.dirname(root))  # noqa: PTH120  # bytes-exact names, no resolving
    return os.fsencode(inside).decode("utf-8", "backslashreplace")


def _status(path: str, *, follow: bool) -> tuple[int, int, int]:
    """Return size, time and inode; zeros for what is there and may not be asked."""
    try:
        status = os.stat(path, follow_symlinks=follow)  # noqa: PTH116  # bytes-exact names, no resolving
    except OSError:
        try:
            status = os.lstat(path)
        except _GONE:
            raise
        except OSError:
            return 0, 0, 0
    return status.st_size, status.st_mtime_ns, status.st_ino


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or 0).lower()


def denial(file: SourceFile) -> Problem | None:
    """Return what keeps us from a place that is there; None if it can be opened, is gone, or is no file."""
    try:
        if not file.denied:
            os.close(os.open(file.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK))
            return None
    except OSError:
        pass  # a link perhaps
    try:
        open_file(file).close()
    except FileRefusedError as error:
        cause = error.__cause__
        if file.denied or (isinstance(cause, OSError) and cause.errno not in _NO_FILE):
            return Problem(error.code, error.message, source=file.relative, quarantined=True)
    return None


def open_file(file: SourceFile) -> BinaryIO:
    """Open a source file after every check, or raise `FileRefusedError`."""
    if file.denied:
        raise FileRefusedError("unreadable_file", file.denied)
    resolved = os.path.realpath(file.path)
    root = _root_of(file)
    if root is not None and os.path.commonpath([root, resolved]) != root:
        raise FileRefusedError("link_outside", "the link leads out of the folder")
    try:
        handle = os.open(resolved, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise FileRefusedError("unreadable_file", f"cannot be opened: {_reason(error)}") from error
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise FileRefusedError("not_a_file", "expected a regular file")
    return os.fdopen(handle, "rb", buffering=0)


def _root_of(file: SourceFile) -> str | None:
    """Return the real path of the `recordings` folder that the file was found under."""
    depth = file.relative.count("/")
    folder = Path(file.path)
    for _ in range(depth):
        folder = folder.parent
    return os.path.realpath(folder) if depth else None


def chunks(handle: BinaryIO, start: int = 0) -> Iterator[bytes]:
    """Yield the file's content from `start` on, unpacked if it is gzip, up to the size it has now.

    Raises `FileRefusedError` at a limit or where the packing is broken; what came before stands.
    """
    size = os.fstat(handle.fileno()).st_size
    if is_gzip(handle):
        position = 0
        for chunk in _unpacked(handle, size):
            skipped = max(0, min(len(chunk), start - position))
            position += len(chunk)
            if skipped < len(chunk):
                yield chunk[skipped:]
        return
    handle.seek(start)
    position, end = start, min(size, limits.FILE_BYTES)
    while position < end:
        chunk = _read(handle, min(_CHUNK, end - position))
        if not chunk:
            return
        position += len(chunk)
        yield chunk
    if size > limits.FILE_BYTES:
        message = f"a file may have {limits.FILE_BYTES} bytes, found {size}; what lies behind is not read"
        raise FileRefusedError("file_too_large", message, limits.FILE_BYTES)


def is_gzip(handle: BinaryIO) -> bool:
    """Say whether the file begins as gzip does."""
    return os.pread(handle.fileno(), 2, 0) == GZIP_MAGIC


def _read(handle: BinaryIO, size: int) -> bytes:
    try:
        return handle.read(size)
    except OSError as error:
        raise FileRefusedError("unreadable_file", f"cannot be read: {_reason(error)}") from error


def _unpacked(handle: BinaryIO, size: int) -> Iterator[bytes]:
    handle.seek(0)
    unpacker = zlib.decompressobj(wbits=31)
    given, taken, members, packed, is_fresh = 0, 0, 1, b"", True
    while True:
        if not packed:
            packed = _read(handle, min(_PACKED_CHUNK, size - taken)) if taken < size else b""
            taken += len(packed)
        if is_fresh and given:
            packed = packed.lstrip(b"\0")  # padding between and after members
        if not packed:
            break
        try:
            chunk = unpacker.decompress(packed, _CHUNK)
        except zlib.error as error:
            raise FileRefusedError("bad_gzip", "the gzip data are damaged", given) from error
        if given == 0 and chunk[:2] == GZIP_MAGIC:
            raise FileRefusedError("bad_gzip", "gzip inside gzip is not read")
        is_fresh = False
        packed = unpacker.unconsumed_tail
        given += len(chunk)
        if given > limits.GZIP_BYTES:
            raise FileRefusedError("gzip_too_large", f"{limits.GZIP_BYTES} bytes may come out of one file", given)
        if given > limits.GZIP_FREE_BYTES and given > limits.GZIP_RATIO * max(1, taken - len(packed)):
            raise FileRefusedError("gzip_ratio", f"gzip may unpack {limits.GZIP_RATIO} to 1", given)
        if chunk:
            yield chunk
        if unpacker.eof:
            packed, unpacker, is_fresh, members = unpacker.unused_data, zlib.decompressobj(wbits=31), True, members + 1
            if members > _MEMBERS:
                raise FileRefusedError("bad_gzip", f"a file may have {_MEMBERS} gzip members", given)
    if not is_fresh:
        raise FileRefusedError("bad_gzip", "the gzip data end too early", given)


def fingerprint(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def identity_of(file: SourceFile) -> str:
    """Return a fingerprint of the content's first line (1 KB at most): equal for a rotated or gzipped copy.

    It only finds candidates; whether a copy continues what was read, `fits` says. "" when there is no whole line yet.
    """
    try:
        with open_file(file) as handle:
            head = _head(handle)
    except FileRefusedError:
        return ""
    line, newline, _ = head.partition(b"\n")
    return fingerprint(line.removesuffix(b"\r")) if newline or len(head) >= limits.HEAD_BYTES else ""


def _head(handle: BinaryIO) -> bytes:
    head = b""
    try:
        for chunk in chunks(handle):
            head += chunk
            if len(head) >= limits.HEAD_BYTES:
                break
    except FileRefusedError:
        if not head:
            raise
    return head[: limits.HEAD_BYTES]
