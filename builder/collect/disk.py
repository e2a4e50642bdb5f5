"""Every file-system call of the receiver, in one small object: so a test can put a failing or a simulated disk here.

The methods are thin on purpose. What they promise about durability is what Linux promises: bytes are safe after
`sync`/`sync_data` of their file, names are safe after `sync_folder` of their folder.
"""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path


class Disk:
    """The real disk. Handles are file descriptors; every method raises `OSError` on failure."""

    def make_folder(self, folder: Path) -> None:
        """Make `folder` (0700) and its missing parents, durably; take away what others may do in an existing one."""
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700 if path == folder else 0o755, exist_ok=True)
            self.sync_folder(path.parent)
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o007:
            folder.chmod(0o700)

    def lock(self, folder: Path) -> int:
        """Take the folder for this process; raises `BlockingIOError` when another has it. Held until `close`."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise
        return handle

    def device(self, handle: int) -> int:
        """Return which device an open folder is on."""
        return os.fstat(handle).st_dev

    def is_on(self, device: int, folder: Path) -> bool:
        """Say whether there is such a folder on the device."""
        try:
            return folder.stat().st_dev == device
        except (FileNotFoundError, NotADirectoryError):
            return False

    def names(self, folder: Path) -> list[str]:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names, not paths

    def open(self, path: Path, *, create: bool) -> int:
        """Open for appending; `create` makes a new file (0600) and refuses one that exists."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        if not create:
            return os.open(path, flags)
        handle = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        os.fchmod(handle, 0o600)  # whatever the umask says
        return handle

    def size(self, handle: int) -> int:
        return os.fstat(handle).st_size

    def read(self, handle: int, offset: int, count: int) -> bytes:
        pieces = []
        while count > 0:
            piece = os.pread(handle, count, offset)
            if not piece:
                break
            pieces.append(piece)
            offset += len(piece)
            count -= len(piece)
        return b"".join(pieces)

    def write(self, handle: int, content: bytes | memoryview) -> int:
        """Write at the end; returns how much was taken, which may be less than all."""
        return os.write(handle, content)

    def truncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)

    def sync(self, handle: int) -> None:
        os.fsync(handle)

    def sync_data(self, handle: int) -> None:
        os.fdatasync(handle)

    def sync_folder(self, folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def is_folder(self, handle: int, folder: Path) -> bool:
        """Say whether the open folder is still the one at `folder`; a link may lead to it."""
        try:
            there = folder.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        return os.path.samestat(os.fstat(handle), there)

    def size_at(self, handle: int, path: Path) -> int | None:
        """Return the size of the file at `path`, None when the open one was deleted, moved or replaced."""
        try:
            there = os.lstat(path)
        except FileNotFoundError:
            return None
        return there.st_size if os.path.samestat(os.fstat(handle), there) else None

    def close(self, handle: int) -> None:
        os.close(handle)

    def remove(self, path: Path) -> None:
        path.unlink()
