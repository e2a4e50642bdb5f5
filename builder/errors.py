"""The exception tree: every failure we expect carries an exit code, one sentence and perhaps a hint.

Anything that is not an `AftercastError` is a bug and ends with exit code 1. Only `cli/` prints these.
Exit codes are RELIABILITY R14's: 2 usage or configuration, 3 strict, 4 nothing changed, 5 storage, 6 locked,
7 remote, 8 verification failed.
"""

from __future__ import annotations


class AftercastError(Exception):
    """A failure the program expects: `sentence` says what, `hint` says what the reader can do."""

    exit_code = 1

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint


class ConfigError(AftercastError):
    """Usage, configuration or content that cannot be understood; the sentence starts with the place."""

    exit_code = 2


class RemovalError(ConfigError):
    """More sessions would vanish at once than may without `--allow-removal`."""


class ExposureError(ConfigError):
    """What a curation hid would be seen although nobody changed it, and `--allow-exposure` was not given."""


class StrictError(AftercastError):
    """Problems were found and `--strict` was given."""

    exit_code = 3


class NothingChangedError(AftercastError):
    """`--expect-changes` was given and nothing changed."""

    exit_code = 4


class StorageError(AftercastError):
    """The disk said no: full, read-only, broken."""

    exit_code = 5


class LockedError(AftercastError):
    """Another process holds the lock."""

    exit_code = 6


class RemoteError(AftercastError):
    """A remote service failed; running again is safe."""

    exit_code = 7


class VerificationError(AftercastError):
    """What was built is not what a clean build gives."""

    exit_code = 8


def storage_error(error: OSError) -> StorageError:
    """Word an error of the system: which file failed and how, without its content."""
    what = f"failed to use `{error.filename}`" if error.filename else "storage failed"
    return StorageError(f"{what}: {reason_of(error)}")


def reason_of(error: OSError) -> str:
    """Return the system's words for a failure, else its kind: never its text, which may hold a path or an address."""
    return (error.strerror or type(error).__name__).lower()
