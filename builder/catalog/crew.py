"""The crew: processes that read files and derive buckets while this one stores what they make.

They are started once for a whole load, because a new interpreter costs as much as reading fifty thousand
notifications. A crew of none does its jobs right here.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Protocol, Self

from builder.catalog.collector import without_collector
from builder.errors import StorageError
from builder.parent import end_with_parent

END = b""


class Job(Protocol):
    """Work that can be sent to another process; gives messages that are not empty."""

    def run(self) -> Iterator[bytes]: ...


class Crew:
    """A number of processes; a context manager."""

    def __init__(self, size: int) -> None:
        self.hands = max(1, size)  # jobs that are done at a time
        context = multiprocessing.get_context("spawn")
        self._processes = []
        self._connections: list[Connection] = []
        for _ in range(size):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._connections.append(ours)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for process in self._processes if kind is not None else ():
            process.terminate()
        for connection in self._connections:
            connection.close()  # a process that waits for a job ends by that
        for process in self._processes:
            process.join()

    def run(self, jobs: Sequence[Job]) -> Iterator[bytes]:
        """Yield what the jobs give, mixed; no more jobs than there are processes, if there are any."""
        if not self._connections:
            for job in jobs:
                yield from job.run()
            return
        busy = self._given(jobs)
        while busy:
            ready = wait(busy)
            for connection in [one for one in busy if one in ready]:
                message = _told(connection)
                if message != END:
                    yield message
                else:
                    busy.remove(connection)

    def in_turn(self, jobs: Sequence[Job]) -> Iterator[bytes]:
        """Yield the first message of each job, then the second of each, and so on; there is a process for each."""
        busy = deque(self._given(jobs))
        while busy:
            connection = busy.popleft()
            message = _told(connection)
            if message != END:
                yield message
                busy.append(connection)

    def _given(self, jobs: Sequence[Job]) -> list[Connection]:
        """Give each job to a process; return the connections to these."""
        busy = self._connections[: len(jobs)]
        for connection, job in zip(busy, jobs, strict=True):
            connection.send(job)
        return busy


def _told(connection: Connection) -> bytes:
    """Return the next message of a process, or the end of its job; raise what the job raised."""
    try:
        message = connection.recv_bytes()
        failure: Exception | None = connection.recv() if message == END else None
    except (EOFError, OSError) as error:
        raise StorageError("a process that was to help ended early") from error
    if failure is not None:
        raise failure
    return message


def serve(connection: Connection) -> None:
    """Do jobs until there are no more."""
    end_with_parent()
    with without_collector():
        while True:
            try:
                job = connection.recv()
            except EOFError:
                return
            failure = None
            try:
                for message in job.run():
                    connection.send_bytes(message)
            except Exception as error:  # noqa: BLE001  it is raised where the job was given
                failure = error
            connection.send_bytes(END)
            connection.send(failure)
