"""What `aftercast init` writes: the shape of a user's site, each file with comments.

The files beside this module are copied as they are, but for the key that keeps private slugs from being guessed, and
names that begin with a dot in a site and without one here.
"""

from __future__ import annotations

from pathlib import Path

from builder.errors import ConfigError, StorageError, reason_of

SECRETS = "site_src/recordings/callbacks"  # holds push secrets: for its owner alone, and not in git
FOLDERS = (
    "site_src/recordings",
    SECRETS,
    "site_src/vjs",
    "site_src/replays",
    "site_src/pages",
    "site_src/static",
    "templates",
    "output",
)
KEY_MARK = "@SLUG_KEY@"
HERE = Path(__file__).parent


def start_site(folder: Path, slug_key: str) -> list[str]:
    """Write a new site into a folder that is empty or not there (dot files do not count); return what was written.

    Raises `ConfigError` when something is in the way; nothing is ever overwritten.
    """
    check_free(folder)
    try:
        for name in FOLDERS:
            (folder / name).mkdir(0o700 if name == SECRETS else 0o777, parents=True, exist_ok=True)
        return [_copy(source, folder, slug_key) for source in sorted(HERE.rglob("*")) if _is_part(source)]
    except FileExistsError as error:
        raise ConfigError(f"{error.filename}: expected no file, found one") from error
    except OSError as error:
        raise StorageError(f"failed to write `{error.filename}`: {reason_of(error)}") from error


def check_free(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder}: expected a folder, found a file")
    found = (
        sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(".")) if folder.exists() else []
    )
    if found:
        raise ConfigError(f"{folder}: expected an empty folder, found `{found[0]}`", hint="give another folder")


def _is_part(source: Path) -> bool:
    return source.is_file() and source.suffix not in {".py", ".pyc"}


def _copy(source: Path, folder: Path, slug_key: str) -> str:
    relative = source.relative_to(HERE)
    if relative.name == "gitignore":
        relative = relative.with_name(".gitignore")
    text = source.read_text(encoding="utf-8").replace(KEY_MARK, slug_key)
    with (folder / relative).open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return relative.as_posix()
