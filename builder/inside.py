"""Reads files of a source folder and never one outside of it.

A link may point at another file of the same folder; a link out of it, a FIFO, a device and a socket are refused.
The file is opened first and judged by what was opened, so that nothing can be swapped in between.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from builder.errors import ConfigError, StorageError, reason_of

_LEADS_NOWHERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


def shown_name(source: Path, relative: str) -> str:
    """Return how messages call a file of the source: `site_src/site.yaml`, wherever the folder lies."""
    return f"{source.name or source.resolve().name}/{relative}"


def read(source: Path, relative: str, max_bytes: int) -> bytes | None:
    """Return the bytes of a file under the source, None when there is none."""
    name = shown_name(source, relative)
    path = source / relative
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        if path.is_symlink():
            raise ConfigError(f"{name}: expected a file, found a link to nothing") from None
        return None
    except OSError as error:
        raise StorageError(f"failed to read `{name}`: {reason_of(error)}") from error
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        os.close(descriptor)
        raise ConfigError(f"{name}: expected a regular file, found something else")
    with os.fdopen(descriptor, "rb") as file:
        root = source.resolve()
        real = path.resolve()
        if not real.is_relative_to(root) or not os.path.samestat(real.stat(), facts):
            raise ConfigError(
                f"{name}: expected a file inside the source folder, found a link out of it",
                hint="copy the file into the source folder",
            )
        if facts.st_size > max_bytes:
            raise ConfigError(f"{name}: expected at most {max_bytes} bytes, found {facts.st_size}")
        try:
            return file.read(max_bytes + 1)[:max_bytes]
        except OSError as error:
            raise StorageError(f"failed to read `{name}`: {reason_of(error)}") from error


def need(source: Path, relative: str, max_bytes: int) -> bytes:
    """Return the bytes of a file that was there when its folder was listed; without it, a `ConfigError`."""
    raw = read(source, relative, max_bytes)
    if raw is None:
        raise ConfigError(f"{shown_name(source, relative)}: expected a file, found none")
    return raw


def refuse_no_folder(source: Path, relative: str) -> None:
    """Raise where something has a folder's name and is none: an empty folder would be a person's word, this is not."""
    path, name = source / relative, shown_name(source, relative)
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            return
    except OSError as error:
        if error.errno not in _LEADS_NOWHERE:
            raise StorageError(f"failed to read `{name}`: {reason_of(error)}") from error
        if not path.is_symlink():
            return
        raise ConfigError(f"{name}: expected a folder, found a link to nothing") from None
    raise ConfigError(f"{name}: expected a folder, found something else")


def names(source: Path, folder: str, suffix: str) -> list[str]:
    """Return the relative paths of a folder's files with a suffix, sorted; dot files are left out."""
    base = source / folder
    if not base.is_dir():
        return []
    if not base.resolve().is_relative_to(source.resolve()):
        raise ConfigError(f"{shown_name(source, folder)}: expected a folder inside the source, found a link out of it")
    found = [entry.name for entry in base.iterdir() if entry.name.endswith(suffix) and not entry.name.startswith(".")]
    return [f"{folder}/{entry}" for entry in sorted(found)]


def is_utf8(name: str) -> bool:
    """Say whether a file's name was UTF-8; Python holds other bytes as lone surrogates."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)


def refuse_elsewhere(source: Path, relative: str) -> None:
    """Raise `ConfigError` when a folder that records are written to is a link to where no build would read them."""
    folder, records = source / relative, source / "recordings"
    if not folder.resolve().is_relative_to(records.resolve()):
        raise ConfigError(
            f"{shown_name(source, relative)}: expected a folder inside `recordings/`, found a link out of it",
            hint="a build follows no such link; mount the other place here instead",
        )
