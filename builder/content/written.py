"""All that people wrote for a site, read once and remembered until a file of it changes.

Reading thousands of curations takes seconds, so what they came to is kept. Every file is looked at all the same: a
file counts as unchanged when its bytes are the same, not its time.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from builder import inside
from builder.config import SITE_FILE, SiteConfig, load_config, refuse_other_place, slug_key_of
from builder.content.front import FOLDERS as OF_TEXT
from builder.content.load import Content, load_content
from builder.content.strays import FOLDERS, misplaced, strays, unpublished
from builder.errors import ConfigError
from builder.memory import Memory, digest_of_parts
from builder.model import Value
from builder.redirects import FILE as REDIRECTS_FILE

WHOLE_BYTES = 64 * 1024 * 1024  # a larger file is none of ours, and what reads it says so


class Written(Value, frozen=True):
    config: SiteConfig
    content: Content


def read_written(
    source: Path, environ: Mapping[str, str], *, kinds: Collection[str], memory: Memory, program: str
) -> Written:
    """Read `site.yaml`, profiles, curation and pages; the first mistake is a `ConfigError` naming file, line, field."""

    def make() -> Written:
        config = load_config(source, environ, kinds=kinds)
        try:
            return Written(config, load_content(source, config))
        except ConfigError as error:
            if not os.path.lexists(source / SITE_FILE):  # then that is the mistake, more likely than what it leads to
                name = inside.shown_name(source, SITE_FILE)
                error.hint = "; ".join(filter(None, [f"there is no {name}: all settings are the defaults", error.hint]))
            raise

    refuse_other_place(source)
    for folder in FOLDERS:
        inside.refuse_no_folder(source, folder)
    key = slug_key_of(environ)
    files = list(_files(source))
    if any(digest is None for _, digest in files):
        return make()  # something that is no plain file: whoever reads it finds the words
    told = [part for name, digest in files for part in (name, digest or "")]
    made_of = digest_of_parts([program, str(source), "with a key" if key else "", *sorted(kinds), *told])
    kept = memory.recall(
        "written", made_of, Written, lambda: _without(make(), key), still=lambda: list(_files(source)) == files
    )
    return Written(msgspec.structs.replace(kept.config, slug_key=key), kept.content) if key else kept


def _without(written: Written, key: str) -> Written:
    """Leave out a key of the environment: what people wrote can be remembered without it."""
    return Written(msgspec.structs.replace(written.config, slug_key=""), written.content) if key else written


def _files(source: Path) -> Iterator[tuple[str, str | None]]:
    """Yield every file that may say something, with the digest of its bytes; None for what is no plain file."""
    for name in (SITE_FILE, REDIRECTS_FILE):
        if os.path.lexists(source / name):
            yield name, _digest(source / name)
    for folder in OF_TEXT:
        place = source / folder
        if place.is_symlink():
            yield folder, None
        elif place.is_dir():
            for name in sorted(os.listdir(place)):  # noqa: PTH208  names alone are wanted
                if not name.startswith("."):
                    yield f"{folder}/{name}", _digest(place / name)
            yield from ((name, "not read") for name in strays(source, folder))
    yield from ((name, "not read") for name in (*misplaced(source), *unpublished(source)))


def _digest(path: Path) -> str | None:
    facts = path.lstat()
    if stat.S_ISDIR(facts.st_mode):
        return "a folder"  # nothing below it is read
    if not stat.S_ISREG(facts.st_mode) or facts.st_size > WHOLE_BYTES:
        return None
    try:
        return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return None
