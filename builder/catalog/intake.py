"""Source files → rows: which files changed, what is new in them, and the checkpoint that goes with it.

A file is recognised by content: a rotated or compressed copy of a file we know keeps its rows (RELIABILITY R3), and a
file that was cut, rewritten or read under other settings gives its rows back first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import msgspec

from builder.catalog.merge import identity
from builder.catalog.now import note_end
from builder.catalog.rows import EventRow, NoticeRow, encode, event_columns, notice_numbers
from builder.catalog.schema import ROW_BITS
from builder.model import DAY_MS, Ignored, Notice, Problem, Value
from builder.sources import Entry, Group, Resume, SourceFile, SourceSettings, denial, fits, identity_of, read

BATCH_ROWS = 2000
ProblemRow = tuple[int, bytes]


class FileRow(Value, frozen=True):
    """A source file as the catalog knows it: its checkpoint and what was counted in it."""

    id: int
    relative: str
    size: int = -1
    mtime_ns: int = 0
    inode: int = 0
    settings: str = ""
    resume: bytes | None = None
    rows: int = 0
    read: int = 0
    ignored: int = 0
    quarantined: int = 0
    identity: str = ""  # of the content, see `sources.identity_of`; "" while the first line is not whole

    def is_current(self, file: SourceFile, settings: str) -> bool:
        """Say whether nothing about the file changed since it was read."""
        return (self.size, self.mtime_ns, self.inode, self.settings) == (
            file.size,
            file.mtime_ns,
            file.inode,
            settings,
        )


class Task(Value, frozen=True):
    """One file to read: the row it continues, if any."""

    file: SourceFile
    row: FileRow
    settings: str


class Batch(msgspec.Struct, array_like=True):
    """Rows of one file. The first batch of a file says whether its former rows must go; the last has its new row."""

    file: int
    restarted: bool = False
    notices: list[NoticeRow] = []
    events: list[EventRow] = []
    problems: list[ProblemRow] = []
    done: FileRow | None = None
    ends: dict[int, int] = {}  # the newest ends told, by day; see `now.note_end`

    def __len__(self) -> int:
        return len(self.notices) + len(self.events) + len(self.problems)


def batches(task: Task, settings: SourceSettings) -> Iterator[Batch]:
    """Read what is new in one file."""
    row = task.row
    resume = resume_of(row) if row.resume and row.settings == task.settings else None
    reading = read(task.file, resume, settings)
    restarted = resume is None or reading.restarted
    counted = Tally(row if not restarted else FileRow(row.id, row.relative))
    batch = Batch(row.id, restarted)
    full = counted.next_id + BATCH_ROWS
    for found in reading.grouped():
        if type(found) is Group:
            counted.group(batch, found)
        else:
            assert type(found) is Entry
            counted.entry(batch, found)
        if counted.next_id >= full:
            yield batch
            batch = Batch(row.id, ends=batch.ends)
            full = counted.next_id + BATCH_ROWS
    batch.done = counted.close(task, reading.resume)
    yield batch


class Tally:
    """Turns the entries of one file into rows and counts them."""

    def __init__(self, row: FileRow) -> None:
        self.row = row
        self.next_id = (row.id << ROW_BITS) + row.rows
        self.newest_day_ms = 0  # an end before it cannot be one of the newest
        self.read, self.ignored, self.quarantined = row.read, row.ignored, row.quarantined

    def group(self, batch: Batch, group: Group) -> None:
        """Take plain notifications, which all have a file id and facts; quicker than one by one by a third."""
        number, offset, line = self.next_id, group.offset, group.line
        add = batch.notices.append
        for length, notice in zip(group.lengths, group.notices, strict=True):
            number += 1
            told = notice.told
            assert told is not None
            if told.end_ms > self.newest_day_ms:
                self._note_end(batch, told.end_ms)
            base, stream, url = notice_numbers(notice, notice.file_id)
            add((number, base, stream, url, offset, line, encode(notice)))
            if notice.signed == "bad":
                number += 1
                self._doubt(batch, number, offset, line, notice)
            offset += length
            line += 1
        self.next_id = number
        self.read += len(group.notices)

    def entry(self, batch: Batch, entry: Entry) -> None:
        if type(entry.item) is Notice:
            self.notice(batch, entry.offset, entry.line, entry.item)
        else:
            self.other(batch, entry.offset, entry.line, entry.item)

    def notice(self, batch: Batch, offset: int, line: int, item: Notice) -> None:
        self.next_id += 1
        self.read += 1
        name = item.file_id or identity(item)
        if not name:
            self.ignored += 1
            return
        told = item.told
        if told is not None and told.end_ms > self.newest_day_ms:
            self._note_end(batch, told.end_ms)
        base, stream, url = notice_numbers(item, name)
        batch.notices.append((self.next_id, base, stream, url, offset, line, encode(item)))
        if item.signed == "bad" and "masked_sign" not in item.flags:  # no key fits stars, so none is missing
            self.next_id += 1
            self._doubt(batch, self.next_id, offset, line, item)

    def _doubt(self, batch: Batch, number: int, offset: int, line: int, notice: Notice) -> None:
        """Tell of a signature that fits none of the keys; the record is used all the same."""
        message = "the signature fits none of the keys in `AFTERCAST_CALLBACK_KEYS`; the record is used all the same"
        problem = Problem("bad_sign", message, self.row.relative, line, offset, file_id=notice.file_id)
        batch.problems.append((number, encode(problem)))

    def _note_end(self, batch: Batch, end_ms: int) -> None:
        note_end(batch.ends, end_ms)
        self.newest_day_ms = min(batch.ends) * DAY_MS if len(batch.ends) > 1 else 0

    def other(self, batch: Batch, offset: int, line: int, item: object) -> None:
        self.next_id += 1
        number = self.next_id
        if isinstance(item, Problem):
            batch.problems.append((number, encode(item)))
            if item.quarantined:
                self.read += 1
                self.quarantined += 1
        elif isinstance(item, Ignored):
            self.read += 1
            self.ignored += 1
        else:
            self.read += 1
            same, stream, kind, link, session, at_ms, data = event_columns(item)  # type: ignore[arg-type]  # rest of Item
            batch.events.append((number, same, stream, kind, link, session, at_ms, offset, line, data))

    def close(self, task: Task, resume: Resume | None) -> FileRow:
        """Return the file's row after this reading."""
        file = task.file
        return FileRow(
            self.row.id,
            file.relative,
            file.size,
            file.mtime_ns,
            file.inode,
            task.settings,
            None if resume is None else encode(resume),
            self.next_id - (self.row.id << ROW_BITS),
            self.read,
            self.ignored,
            self.quarantined,
            self.row.identity or identity_of(file),
        )


class Plan(Value, frozen=True):
    """What has to be done about the source files."""

    tasks: tuple[Task, ...] = ()
    gone: tuple[FileRow, ...] = ()
    denied: tuple[Problem, ...] = ()  # what is there and may not be read: its rows stay as they are

    @property
    def size_bytes(self) -> int:
        """Return about how much there is to read."""
        return sum(max(task.file.size - max(task.row.size, 0), 0) or task.file.size for task in self.tasks)


def plan(known: Iterable[FileRow], files: Iterable[SourceFile], settings: str) -> Plan:
    """Compare the files that are there with those that were read.

    A new file may be one we know under another name, in which case it takes over that one's row.
    """
    rows = {row.relative: row for row in known}
    next_id = max((row.id for row in rows.values()), default=0) + 1
    pairs = [(file, rows.get(file.relative)) for file in {file.relative: file for file in files}.values()]
    denied = _denied(pairs, settings)
    pairs = [(file, row) for file, row in pairs if file.relative not in denied]
    present = {file.relative for file, row in pairs if row is not None}
    present |= {name for name in rows if _is_within(name, denied)}
    orphans = {name: row for name, row in rows.items() if name not in present}
    if any(row is None for _, row in pairs):  # a new file may hold what another one held
        orphans |= {row.relative: row for file, row in pairs if row is not None and not _continues(file, row, settings)}
    tasks = []
    for file, row in sorted(pairs, key=lambda pair: pair[1] is not None):  # new files first: they may take rows over
        if row is not None and row.is_current(file, settings):
            continue
        taken = row if row is not None else _former(file, orphans.values(), settings)
        if row is None and taken is not None:
            del orphans[taken.relative]
            rows.pop(taken.relative)
        if taken is None or (row is not None and row.relative not in rows):
            taken = FileRow(next_id, file.relative)
            next_id += 1
        tasks.append(Task(file, taken, settings))
    gone = sorted(name for name in orphans if name not in present)
    tasks.sort(key=lambda task: task.file.relative)
    return Plan(tuple(tasks), tuple(orphans[name] for name in gone), tuple(denied.values()))


def _denied(pairs: Iterable[tuple[SourceFile, FileRow | None]], settings: str) -> dict[str, Problem]:
    """Return what may not be read of that which would be, by name."""
    news = (file for file, row in pairs if row is None or not row.is_current(file, settings))
    return {file.relative: problem for file in news if (problem := denial(file)) is not None}


def _is_within(name: str, places: Collection[str]) -> bool:
    while name and name not in places:
        name = name.rpartition("/")[0]
    return bool(name)


def _continues(file: SourceFile, row: FileRow, settings: str) -> bool:
    return row.is_current(file, settings) or (row.resume is not None and fits(file, resume_of(row)))


def resume_of(row: FileRow) -> Resume:
    return msgspec.msgpack.decode(row.resume or b"", type=Resume)


def _former(file: SourceFile, orphans: Iterable[FileRow], settings: str) -> FileRow | None:
    """Return the row of the vanished file whose content this one begins with."""
    candidates = [row for row in orphans if row.resume and row.identity and row.settings == settings]
    if not candidates:
        return None
    own = identity_of(file)
    return next((row for row in candidates if row.identity == own and fits(file, resume_of(row))), None)
