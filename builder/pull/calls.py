"""Calls to a remote service with manners: a steady rate, a budget for one run, waiting longer after each refusal.

A call has a time for the whole of it. What reads the answers waits for each piece of them only, and a service that
drips bytes would hold it for ever; so it reads in a thread of its own, which is left behind when the time is over.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from builder.errors import RemoteError, reason_of

Answer = TypeVar("Answer")
RETRIES = 5
DOUBTS = 2  # retries of an answer that contradicts itself: waiting longer helps it less than the next run
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
CALL_SECONDS = 60.0  # for the whole of one call
NUMBER = re.compile(r"-?[0-9]{1,15}", re.ASCII)
LARGEST = 10**15
NOT_HTTP = "the answer is not HTTP"
UNPRINTABLE = re.compile(r"[^A-Za-z0-9._-]")


def number_in(value: Any) -> int:
    """Read a count or time of an answer; 0 when it is none."""
    if type(value) is int:
        return value if -LARGEST < value < LARGEST else 0
    return int(value) if isinstance(value, str) and NUMBER.fullmatch(value) else 0


def object_in(value: Any) -> dict[str, Any]:
    """Read an object of an answer; empty when it is none."""
    return value if isinstance(value, dict) else {}


def rows_in(value: Any) -> list[dict[str, Any]]:
    """Read the objects of a list of an answer."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def plain(code: object) -> str:
    """Return a code of an answer as it may be printed: short, and of letters, digits and points."""
    return UNPRINTABLE.sub("?", str(code))[:80]


class TransientError(Exception):
    """The service is busy, unreachable or asks to wait: trying again may help."""

    hint = "run it again: it goes on where it stopped"


class UnreachableError(TransientError):
    """No answer came from a host that can be read; never told by an error's own words: they may hold what was sent."""

    hint = f"see that it listens there and that this machine reaches it; then {TransientError.hint}"

    def __init__(self, host: str, error: BaseException) -> None:
        reason = failure_of(error)
        super().__init__(f"`{host}`: {reason}")
        if reason == NOT_HTTP:
            self.hint = f"see what listens there, and whether it wants `https`; then {TransientError.hint}"


def failure_of(error: BaseException) -> str:
    """Return what the system told at the bottom of an error; libraries hand on an error of their own for it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return reason_of(cause)
        if isinstance(cause, TimeoutError):
            return "timed out"
        if isinstance(cause, ConnectionError):
            return "the connection was closed"
        if isinstance(cause, http.client.HTTPException):
            return "the answer broke off" if isinstance(cause, http.client.IncompleteRead) else NOT_HTTP
        cause = cause.__cause__ or cause.__context__
    return "no answer that can be read"


class DoubtfulError(TransientError):
    """The answer contradicts itself: it is not all."""


class IncompleteError(RemoteError):
    """A question was not answered whole, however often it was asked; others may be."""


class FailingError(IncompleteError):
    """The service failed at one question to the last try, or for a reason of its own; at others it may not."""


class RefusedError(FailingError):
    """The service refused something that one question asks about; waiting mends nothing, others may be answered."""


class BudgetSpentError(Exception):
    """The calls allowed for this run are used up; the next run goes on from here."""


class Calls:
    """Counts and paces the calls of one run. `clock`, `sleep` and `chance` are arguments so that tests need no time."""

    def __init__(
        self,
        *,
        budget: int,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        self.budget = budget
        self.interval = 1 / per_second
        self.clock = clock
        self.sleep = sleep
        self.chance = chance
        self.call_seconds = call_seconds
        self.made = 0
        self._next = 0.0

    @property
    def is_spent(self) -> bool:
        return self.made >= self.budget

    def make(self, what: str, call: Callable[[], Answer]) -> Answer:
        """Make one call, again while it fails transiently; a retry counts like a call.

        Raises `BudgetSpentError` when no call is left, `FailingError` when the service fails to the last try, that of
        the budget too, and `IncompleteError` when it answers, but not whole.
        """
        doubts = 0
        for attempt in range(RETRIES + 1):
            self._take_turn()
            try:
                return within(self.call_seconds, call)
            except TransientError as error:
                is_doubtful = isinstance(error, DoubtfulError)
                doubts += is_doubtful
                # a spent budget must not hide what failed
                if attempt == RETRIES or doubts > DOUBTS or self.is_spent:
                    failed = IncompleteError if is_doubtful else FailingError
                    raise failed(f"failed to ask {what}: {error}", hint=error.hint) from error
                longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt)
                self.sleep(longest * (0.5 + self.chance() / 2))  # jitter: many askers must not meet again
        raise AssertionError("the loop above returns or raises")

    def _take_turn(self) -> None:
        if self.is_spent:
            raise BudgetSpentError
        self.made += 1
        now = self.clock()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self.interval


def within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """Return what a call returns, or raise what it raises; one that takes longer is a `TransientError`."""
    outcome: Future[Answer] = Future()

    def work() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # noqa: BLE001  it is raised where the outcome is waited for
            outcome.set_exception(error)

    threading.Thread(target=work, name="call", daemon=True).start()
    try:
        return outcome.result(seconds)
    except TimeoutError as error:
        if outcome.done():  # just now, or the call's own error
            return outcome.result()
        raise TransientError(f"no whole answer within {seconds:g} s") from error
