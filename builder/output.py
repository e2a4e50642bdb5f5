"""The output folder: atomic writes in a safe order, and removal of nothing but our own files.

A page is staged beside its target under a temporary name and renamed into place later, when everything it links
to is there. The order of a run is: assets, new paths (a home page last), changed paths, removals; so at every
instant each page reachable from `/` is whole and its links resolve. Temporary names follow from the target's
name: one builder at a time holds the lock, and what a killed one left is overwritten or swept by the next.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from builder.errors import ConfigError, StorageError, reason_of
from builder.flush import flush_each, syncfs
from builder.model import Value
from builder.places import MARKER

MARKER_FORMAT = 1
TEMP_SUFFIX = ".aftercast-tmp"
NAME_LIMIT = 230  # bytes; a longer name has no room for dot and suffix within the usual 255
COPY_CHUNK = 1 << 20
FILE_MODE, FOLDER_MODE = 0o644, 0o755
KNOWN_FOLDERS = 20_000  # remembered at most: a site may have millions, most of them for one page
FSYNC_EACH_LIMIT = 64  # above it one syncfs is cheaper than a flush per file (RELIABILITY finding 8)
WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW


class Staged(Value, frozen=True):
    """A file written under its temporary name, not yet visible."""

    path: str  # relative to the output, with "/"
    size: int
    mtime_ns: int
    is_new: bool  # nothing stands at the target yet


class OutputFolder:
    """One output folder that is ours. Make it with `claim`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._top = str(root)
        self._made: set[str] = {""}  # folders known to be there

    # --- writing ---

    def stage(self, path: str, data: bytes) -> Staged:
        """Write `data` beside the target of `path`."""
        self._make_folder(os.path.dirname(path))  # noqa: PTH120  a relative URL path, not a file's
        target = f"{self._top}/{path}"
        temporary = temporary_name(target)
        try:
            handle = os.open(temporary, WRITE_FLAGS, FILE_MODE)
            try:
                write_all(handle, data)
                facts = os.fstat(handle)
                if stat.S_IMODE(facts.st_mode) != FILE_MODE:  # a site is for everybody, whatever the umask
                    os.fchmod(handle, FILE_MODE)
            finally:
                os.close(handle)
            is_new = not is_regular(target)
        except OSError as error:
            raise self._failure("write", path, error) from error
        return Staged(path, facts.st_size, facts.st_mtime_ns, is_new)

    def stage_file(self, path: str, origin: Path) -> tuple[Staged, str]:
        """Stage a copy of a file of any size; return it with the hash of what was copied."""
        self._make_folder(os.path.dirname(path))  # noqa: PTH120
        target = os.path.join(self.root, path)  # noqa: PTH118
        digest = hashlib.blake2b(digest_size=16)
        try:
            with (
                origin.open("rb") as source,
                os.fdopen(os.open(temporary_name(target), WRITE_FLAGS, FILE_MODE), "wb") as copy,
            ):
                while chunk := source.read(COPY_CHUNK):
                    digest.update(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fchmod(copy.fileno(), FILE_MODE)
                facts = os.fstat(copy.fileno())
            is_new = not is_regular(target)
        except OSError as error:
            raise self._failure("write", path, error) from error
        return Staged(path, facts.st_size, facts.st_mtime_ns, is_new), digest.hexdigest()

    def commit(self, paths: Iterable[str]) -> None:
        """Make staged files visible, in the order given."""
        for path in paths:
            target = f"{self._top}/{path}"
            try:
                replace(temporary_name(target), target)
            except OSError as error:
                raise self._failure("write", path, error) from error

    def remove(self, paths: Iterable[str]) -> int:
        """Remove files of ours and the folders that this leaves empty; return how many files went."""
        removed = 0
        folders = set()
        for path in paths:
            try:
                (self.root / path).unlink()
                removed += 1
            except (FileNotFoundError, NotADirectoryError):
                pass  # already gone is what was wanted
            except OSError as error:
                raise self._failure("remove", path, error) from error
            folders.add(os.path.dirname(path))  # noqa: PTH120
        for folder in sorted(folders, key=len, reverse=True):
            self._remove_empty(folder)
        return removed

    def discard(self) -> None:
        """Forget all staged files after a failure; what cannot be removed is swept by the next run."""
        for path in self.files():
            if path.endswith(TEMP_SUFFIX):
                with contextlib.suppress(OSError):  # the failure that led here is the one to report
                    (self.root / path).unlink()

    # --- durability ---

    def sync_all(self) -> None:
        """Flush everything written so far with one call for the whole file system."""
        handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            syncfs(handle)
        except OSError as error:
            raise self._failure("flush", ".", error) from error
        finally:
            os.close(handle)

    def sync_staged(self, paths: Iterable[str]) -> None:
        """Flush a few staged files, so that what a rename shows is whole after a power cut too."""
        self._flush([temporary_name(f"{self._top}/{path}") for path in paths])

    def sync_folders(self, paths: Iterable[str]) -> None:
        """Flush the folders of a few paths, so that renames and removals in them last."""
        folders = sorted({os.path.dirname(path) for path in paths})  # noqa: PTH120
        self._flush([place for folder in folders if os.path.isdir(place := f"{self._top}/{folder}")])  # noqa: PTH112

    def _flush(self, places: list[str]) -> None:
        try:
            flush_each(places)
        except OSError as error:
            raise self._failure("flush", os.path.relpath(error.filename, self._top), error) from error

    # --- looking ---

    def is_intact(self, path: str, size: int, mtime_ns: int) -> bool:
        """Say whether the file still is what the manifest says we wrote."""
        try:
            facts = os.lstat(f"{self._top}/{path}")
        except OSError:
            return False
        return stat.S_ISREG(facts.st_mode) and facts.st_size == size and facts.st_mtime_ns == mtime_ns

    def digest(self, path: str) -> tuple[str, int, int] | None:
        """Return (hash, size, mtime_ns) of a file that is there, None otherwise."""
        try:
            handle = os.open(self.root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                return None
            with open(handle, "rb", closefd=False) as file:
                return content_hash(file.read()), facts.st_size, facts.st_mtime_ns
        except OSError:
            return None  # what cannot be read is written anew
        finally:
            os.close(handle)

    def files(self) -> Iterator[str]:
        """Yield every file that is ours to judge: all but top-level dot files and dot folders."""
        for folder, folders, names in os.walk(self.root):
            relative = os.path.relpath(folder, self.root)
            top = relative == "."
            folders[:] = sorted(name for name in folders if not (top and name.startswith(".")))
            for name in sorted(names):
                if not (top and name.startswith(".") and not name.endswith(TEMP_SUFFIX)):
                    yield name if top else f"{relative}/{name}"

    def sweep(self) -> int:
        """Remove temporary files that an interrupted run left; return how many."""
        return self.remove([path for path in self.files() if path.endswith(TEMP_SUFFIX)])

    def unlink_folders(self) -> None:
        """Remove links to folders: they could lead out of the output, and what stands behind them is not ours."""
        for folder, folders, _ in os.walk(self.root):
            for name in folders:
                place = Path(folder, name)
                if place.is_symlink() and not name.startswith("."):
                    try:
                        place.unlink()
                    except OSError as error:
                        raise self._failure("remove", str(place.relative_to(self.root)), error) from error

    # --- inside ---

    def _make_folder(self, folder: str) -> None:
        if folder in self._made:
            return
        self._make_folder(os.path.dirname(folder))  # noqa: PTH120
        place = f"{self._top}/{folder}"
        try:
            if not make_folder(place) and not stat.S_ISDIR(os.lstat(place).st_mode):
                os.unlink(place)  # noqa: PTH108  a link could lead out of the output; a file gives way to the folder
                make_folder(place)
        except OSError as error:
            raise self._failure("create", folder, error) from error
        if len(self._made) >= KNOWN_FOLDERS:
            self._made = {""}
        self._made.add(folder)

    def _remove_empty(self, folder: str) -> None:
        while folder:
            try:
                (self.root / folder).rmdir()
            except OSError:
                return  # not empty, or gone already
            self._made.discard(folder)
            folder = os.path.dirname(folder)  # noqa: PTH120

    def _failure(self, verb: str, path: str, error: OSError) -> StorageError:
        return StorageError(f"failed to {verb} `{path}` in `{self.root}`: {reason_of(error)}")


def claim(root: Path, *, base_url: str, source: Path, known: bool, adopt: bool, renew: bool = True) -> OutputFolder:
    """Make the folder ours, or refuse. `known`: our manifest already describes it. `renew`: sign it anew.

    An empty folder (dot files aside) is taken; a folder with our marker is ours, when the marker names the same
    site or the manifest knows it; anything else needs `adopt`.
    """
    refuse_dangerous(root, source)
    mark = json.dumps({"format": MARKER_FORMAT, "site": hashlib.blake2b(base_url.encode(), digest_size=8).hexdigest()})
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        if not make_folder(str(root)) and not root.is_dir():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        found = read_marker(root)
        if found is None and not adopt and any(not name.startswith(".") for name in os.listdir(root)):  # noqa: PTH208
            raise not_ours(root, "it holds files that aftercast did not write")
        if found is not None and found != mark and not known and not adopt:
            raise not_ours(root, "it was built for another site (`base_url` differs)")
        if renew or found != mark:
            write_marker(root, mark)
    except OSError as error:
        raise StorageError(f"failed to use output folder `{root}`: {reason_of(error)}") from error
    return OutputFolder(root)


def read_marker(root: Path) -> str | None:
    marker = root / MARKER
    if marker.is_symlink() or not marker.is_file():
        return None
    return marker.read_text(encoding="utf-8", errors="replace").strip()


def marker_stamp(root: Path) -> int:
    """Return when the marker was written, in ns; 0 without one. Whoever takes the folder over writes it anew."""
    try:
        facts = os.lstat(root / MARKER)
    except OSError:
        return 0
    return facts.st_mtime_ns if stat.S_ISREG(facts.st_mode) else 0


def write_marker(root: Path, mark: str) -> None:
    temporary = Path(temporary_name(str(root / MARKER)))
    temporary.write_text(mark + "\n", encoding="utf-8")
    temporary.chmod(FILE_MODE)
    temporary.replace(root / MARKER)


def not_ours(root: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{root}: expected an empty folder or one that aftercast made, found another: {why}",
        hint="choose another folder with `--output`, or give `--adopt` to replace all that is in it",
    )


def refuse_dangerous(root: Path, source: Path) -> None:
    """Refuse folders whose replacement would be a disaster, whatever flags are given."""
    resolved, origin = root.resolve(), source.resolve()
    if resolved == Path(resolved.anchor) or resolved == Path.home().resolve():
        raise ConfigError(f"{root}: expected a folder for the site alone, found `/` or the home folder")
    if resolved == origin or resolved in origin.parents or origin in resolved.parents:
        raise ConfigError(f"{root}: expected an output outside `{source}`, found one that overlaps the source")


def make_folder(place: str) -> bool:
    """Make a folder that everybody may read, whatever the umask; False: something of that name is there."""
    try:
        os.mkdir(place, FOLDER_MODE)  # noqa: PTH102  the hot path of a clean build, as all of `os` here
    except FileExistsError:
        return False
    if stat.S_IMODE(os.stat(place).st_mode) != FOLDER_MODE:  # noqa: PTH116
        os.chmod(place, FOLDER_MODE)  # noqa: PTH101
    return True


def temporary_name(target: str) -> str:
    folder, _, name = target.rpartition("/")
    if len(name) > NAME_LIMIT or (not name.isascii() and len(os.fsencode(name)) > NAME_LIMIT):
        name = content_hash(os.fsencode(name))
    return f"{folder}/.{name}{TEMP_SUFFIX}"


def write_all(handle: int, data: bytes) -> None:
    """Write every byte; a short write is normal and goes on."""
    written = os.write(handle, data)
    if written == len(data):
        return
    view = memoryview(data)[written:]
    while view:
        view = view[os.write(handle, view) :]


def replace(temporary: str, target: str) -> None:
    """Rename over whatever stands at the target; a folder of pages that are gone gives way to a page."""
    try:
        os.replace(temporary, target)  # noqa: PTH105  the hot path of a clean build
    except IsADirectoryError:
        import shutil  # here: hardly ever needed, and it brings three kinds of archives

        shutil.rmtree(target)
        os.replace(temporary, target)  # noqa: PTH105


def is_regular(target: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(target).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def content_hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
