"""Where the answers of one account are laid, and how far its questions have come.

An answer is a file of its own under `recordings/pulled/<account>/`, named by what was asked, so that asking again
replaces it. How far the questions have come lies beside the answers, in a dot file that no build reads: whoever copies,
loses or deletes the folder has neither or both. Progress is written after the answers are on the disk for good. Answers
hold push addresses with their secrets: only the owner may read them.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from builder.errors import RemoteError
from builder.flush import flush
from builder.model import Value
from builder.pull.calls import object_in
from builder.pull.holes import Task
from builder.pull.listing import Listing
from builder.pull.walk import Place
from builder.pull.windows import Window, touch

FOLDER = "recordings/pulled"
PROGRESS = ".asked"
APPLICATION = "application"  # in the progress: whose answers these are, without the key that asked
FORMER = ("media ", "begun media ")  # in the progress of earlier versions, which left out the last second of each day
BEGUN = "begun "  # in the progress, before a question: how far its walk came that is not over
OPEN = "open "  # in the progress, before a question and its day: that it has to be asked again
FAILED_LIST = "failed list"  # in the progress: why the list of tasks spent the budget of the last run
REFUSED = "refused "  # in the progress, before whom a question is about: that the service refused it
LISTED = "pull-tasks.json"
ANYTHING = re.compile(b"")
ASKED = re.compile(r"(-?[0-9]{1,15}) (-?[0-9]{1,15})")
FOLDER_MODE, FILE_MODE = 0o700, 0o600


class Listed(Value, frozen=True):
    """The recording tasks of a window of one account, as far as they are listed."""

    account: str
    since_ms: int  # when the listing began: a task that ran then may have ended since
    window: Window
    tasks: list[Task]


class Begun(Value, frozen=True):
    """A walk through a window that a run could not end: what is left of it, and the moment that it asks up to."""

    window: Window
    until_ms: int
    left: list[Place]


class Open(Value, frozen=True):
    """A day that has to be asked about again: it was not over when it was asked about, or did not come whole."""

    until_ms: int = 0
    why: str = ""  # it did not come whole
    turn: int = 0  # of two days that with the lower one was asked about longer ago; 0: never, or by an earlier version
    alone: Sequence[str] = ()  # the streams still to be asked about alone, because the service failed at all together


class Refused(Value, frozen=True):
    """That the service refused to answer about some streams."""

    times: int = 0  # in turn, on whatever days; 0: it answered since
    why: str = ""  # the last time; empty: it never did


class Shelf:
    """The folder of one account in the `recordings/pulled/` of a site; its list of tasks is in the state folder."""

    def __init__(self, source: Path, state: Path, account: str, application: str = "") -> None:
        self.account = account
        self.application = application  # what stays the same when the account's key is another
        self.everybody = source / FOLDER
        self.folder = self.everybody / account
        self.progress_file = self.folder / PROGRESS
        self.listed_file = state / LISTED
        found = progress_in(self.folder)
        self.progress = {what: mark for what, mark in found.items() if not what.startswith(FORMER)}
        self.written = 0
        self._is_noted = False  # what is not written yet

    def lay(self, name: str, answer: dict[str, Any]) -> Path:
        """Write one answer unless the same already lies there; what only differs by a request number is the same."""
        path = self.folder / name
        if put(path, answer):
            self.written += 1
        return path

    def lay_rows(self, name: str, answer: dict[str, Any], listing: Listing) -> None:
        """Write a page of a listing, with the rows that the one which lies there has and this one lacks."""
        self.lay(name, listing.with_former(answer, object_at(self.folder / name)))

    def remember(self, what: str, mark: str) -> None:
        """Note how far a query has come, and that nothing of it is begun, for good; an empty mark forgets it."""
        self._note(what, mark)
        self.write_notes()

    def write_notes(self) -> None:
        """Write what is noted and was not written with anything else."""
        if self._is_noted:
            write(self.progress_file, msgspec.json.encode(self.progress, order="sorted"))
            self._is_noted = False

    def _note(self, what: str, mark: str) -> None:
        self.progress |= {APPLICATION: self.application, what: mark}
        self.progress.pop(BEGUN + what, None)
        if not mark:
            del self.progress[what]
        self._is_noted = True

    def begun(self, what: str, window: Window) -> Begun | None:
        """Return the walk through a window that an earlier run of the query could not end."""
        with contextlib.suppress(msgspec.DecodeError):  # none, or not ours: begin anew
            begun = msgspec.json.decode(self.progress.get(BEGUN + what, ""), type=Begun)
            return begun if begun.window == window and begun.left else None
        return None

    def keep_begun(self, what: str, begun: Begun) -> None:
        self.remember(BEGUN + what, msgspec.json.encode(begun).decode())

    def forget_begun(self, what: str) -> None:
        if BEGUN + what in self.progress:
            self.remember(BEGUN + what, "")

    def was_asked(self, what: str, window: Window) -> bool:
        """Say whether an earlier run asked about all of a window."""
        known = self._asked(what)
        return known is not None and known.begin_ms <= window.begin_ms and window.end_ms <= known.end_ms

    def note_asked(self, what: str, window: Window) -> None:
        """Note that a window was asked about: what touches becomes one window; of two apart, the newer one counts."""
        known = self._asked(what)
        if known is not None and touch(known, window):
            window = Window(min(known.begin_ms, window.begin_ms), max(known.end_ms, window.end_ms))
        self._note(what, f"{window.begin_ms} {window.end_ms}")

    def extend_asked(self, what: str, window: Window) -> None:
        """Note that a window was asked about to its end, if its beginning was."""
        if self.was_asked(what, Window(window.begin_ms, window.begin_ms)):
            self.note_asked(what, window)

    def open(self, name: str) -> Open:
        """Return what is known of a day that has to be asked about again; of another one nothing is."""
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.json.decode(self.progress.get(OPEN + name, ""), type=Open)
        return Open()

    def note_open(self, name: str, known: Open | None) -> None:
        """Note that a day has to be asked about again; None: it has not."""
        if known or OPEN + name in self.progress:
            self._note(OPEN + name, msgspec.json.encode(known).decode() if known else "")

    def refused(self, whom: str) -> Refused:
        """Return what is known of refusals of those that a question is about."""
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.json.decode(self.progress.get(REFUSED + whom, ""), type=Refused)
        return Refused()

    def note_refused(self, whom: str, why: str) -> None:
        """Note that the service refused to answer about some streams once more, and why."""
        refused = Refused(self.refused(whom).times + 1, why)
        self._note(REFUSED + whom, msgspec.json.encode(refused).decode())

    def note_answered(self, whom: str) -> None:
        """Note that the service answers about some streams, if it was not so."""
        refused = self.refused(whom)
        if refused.times:
            self._note(REFUSED + whom, msgspec.json.encode(Refused(0, refused.why)).decode())

    def latest_turn(self) -> int:
        """Return the turn of the day that was asked about last."""
        return max(
            (self.open(what.removeprefix(OPEN)).turn for what in self.progress if what.startswith(OPEN)), default=0
        )

    def of_application(self) -> set[str]:
        """Return the names of the folders with answers of this application, asked with whatever key."""
        folders = [self.folder, *(self.everybody.glob("*") if self.application else ())]
        return {self.account} | {one.name for one in folders if progress_in(one).get(APPLICATION) == self.application}

    def listed(self) -> Listed | None:
        """Return the tasks that an unfinished run of this account has listed."""
        with contextlib.suppress(OSError, msgspec.DecodeError):  # nothing kept, or not ours: begin anew
            listed = msgspec.json.decode(self.listed_file.read_bytes(), type=Listed)
            return listed if listed.account == self.account else None
        return None

    def take_failed_list(self) -> str:
        """Return why the list of tasks spent the budget of the last run, and forget it."""
        why = self.progress.get(FAILED_LIST, "")
        if why:
            self.remember(FAILED_LIST, "")
        return why

    def keep_listed(self, listed: Listed) -> None:
        write(self.listed_file, msgspec.json.encode(listed))

    def forget_listed(self) -> None:
        self.listed_file.unlink(missing_ok=True)

    def _asked(self, what: str) -> Window | None:
        match = ASKED.fullmatch(self.progress.get(what, ""))
        return Window(int(match[1]), int(match[2])) if match else None


def progress_in(folder: Path) -> dict[str, str]:
    """Return how far the questions of an account's folder came; nothing where there is no progress, or not ours."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode((folder / PROGRESS).read_bytes(), type=dict[str, str])
    return {}


def answers_in(
    folder: Path, pattern: str, holding: re.Pattern[bytes] = ANYTHING
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the answers that lie below a folder, sorted; to decode those that do not hold what is sought takes long."""
    for path in sorted(folder.glob(pattern)):
        if answer := answer_at(path, holding):
            yield path, answer


def answer_at(path: Path, holding: re.Pattern[bytes] = ANYTHING) -> dict[str, Any] | None:
    """Return the answer that lies somewhere; None where there is none of a `Response` with what is sought."""
    answer = object_at(path, holding)
    return answer if isinstance(answer.get("Response"), dict) else None


def object_at(path: Path, holding: re.Pattern[bytes] = ANYTHING) -> dict[str, Any]:
    """Return the object that lies somewhere; an empty one where there is none with what is sought."""
    with contextlib.suppress(OSError, ValueError, RecursionError):  # gone since, or laid by somebody else
        data = path.read_bytes()
        return object_in(json.loads(data)) if holding.search(data) else {}
    return {}


def put(path: Path, answer: dict[str, Any]) -> bool:
    """Write an answer; False: the same lies there already."""
    data = encoded(answer)
    with contextlib.suppress(OSError):
        if path.read_bytes() == data:
            flush(str(path.parent))  # a run that was killed may have renamed it and no more
            return False
    write(path, data)
    return True


def encoded(answer: dict[str, Any]) -> bytes:
    r"""Return an answer as it is laid; half a surrogate pair goes back to the escape it came as.

    What a record may not hold is for the build to say, record by record: here it would stop all of the answer.
    """
    try:
        text = json.dumps(without_request_ids(answer), ensure_ascii=False, indent=1)
    except RecursionError as error:
        raise RemoteError("the answer is nested too deeply to be kept") from error
    return text.encode("utf-8", "backslashreplace") + b"\n"


def without_request_ids(answer: Any) -> Any:
    """Drop `RequestId`, which changes with every call and says nothing about recordings."""
    if isinstance(answer, dict):
        return {key: without_request_ids(value) for key, value in answer.items() if key != "RequestId"}
    return answer


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, for good and for the owner alone; a failure names the place."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.aftercast-tmp")  # two runs at a time may write the same
    try:
        make_folder(path.parent)
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE), "wb") as file:  # noqa: PTH123 - its mode from the first byte on
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        flush(str(path.parent))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, each of them for the owner alone, durably."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o755 if path.name == "recordings" else FOLDER_MODE, exist_ok=True)  # logs have readers
        flush(str(path.parent))
