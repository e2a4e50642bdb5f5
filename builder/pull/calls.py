"""Calls to a remote service with manners: a steady rate, a budget for one run, waiting longer after each refusal."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

from builder.errors import RemoteError

Answer = TypeVar("Answer")
RETRIES = 5
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
NUMBER = re.compile(r"-?[0-9]{1,15}", re.ASCII)
UNPRINTABLE = re.compile(r"[^A-Za-z0-9._-]")


def number_in(value: Any) -> int:
    """Read a count or time of an answer; 0 when it is none."""
    if type(value) is int:
        return value
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
    ) -> None:
        self.budget = budget
        self.interval = 1 / per_second
        self.clock = clock
        self.sleep = sleep
        self.chance = chance
        self.made = 0
        self._next = 0.0

    def make(self, what: str, call: Callable[[], Answer]) -> Answer:
        """Make one call, again while it fails transiently; a retry counts like a call.

        Raises `BudgetSpentError` when no call is left and `RemoteError` when the service keeps
        failing, to the last try or the last call.
        """
        for attempt in range(RETRIES + 1):
            self._take_turn()
            try:
                return call()
            except TransientError as error:
                if attempt == RETRIES or self.made >= self.budget:  # a spent budget must not hide what failed
                    raise RemoteError(
                        f"failed to ask {what}: {error}", hint="run it again: it goes on where it stopped"
                    ) from error
                longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**attempt)
                self.sleep(longest * (0.5 + self.chance() / 2))  # jitter: many askers must not meet again
        raise AssertionError("the loop above returns or raises")

    def _take_turn(self) -> None:
        if self.made >= self.budget:
            raise BudgetSpentError
        self.made += 1
        now = self.clock()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self.interval
