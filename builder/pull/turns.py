"""The rule of a walk: in which order a run asks its questions, what a failure does, and when the run ends.

First comes what no run has asked yet, day by day and each day of all streams; then what may still change, the present
day; last what failed. Of what was asked before, what was asked longest ago comes first, the day, then the stream:
nothing waits for ever behind what fails again and again.

A question that fails is noted with the reason, and counts as asked. Where it is the service that fails, and not an
answer, that is one failure of the day: the day's other questions, about other streams, are put off. Without a call they
are noted as failed too, and come with the next run. So two failures in turn are of two days: the service is down.

A run ends when everything was asked, the budget is spent, the service is down, or it refuses: a `RemoteError` that is
no `IncompleteError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import TypeVar

from builder.pull.calls import BudgetSpentError, FailingError, IncompleteError

Answer = TypeVar("Answer")
Failure = TypeVar("Failure", bound=IncompleteError)
DOWN = 2  # failures in turn at which a service is taken for down


class End(Enum):
    """What ended a run before everything was asked, where it was no refusal."""

    SPENT = auto()
    DOWN = auto()


class Turns:
    """The questions of one run in turn, the days at which the service failed, and what ended it."""

    def __init__(self) -> None:
        self.end: End | None = None
        self._failing: dict[int | str, FailingError] = {}
        self._in_turn: list[FailingError] = []

    def each(self, asks: Iterable[Callable[[], None]]) -> bool:
        """Ask one by one; False: the budget was spent, or the service is down, before the end."""
        try:
            for ask in asks:
                ask()
                if len(self._in_turn) >= DOWN:
                    self.end = End.DOWN
                    return False
        except BudgetSpentError:
            self.spend()
            return False
        return True

    def spend(self) -> None:
        """Note that the budget is spent; where a failing service used it up, that is what ends the run."""
        self.end = None if self._in_turn else End.SPENT

    @property
    def latest(self) -> FailingError | None:
        """Return the failure that nothing came after."""
        return self._in_turn[-1] if self._in_turn else None

    def failing(self, day: int) -> FailingError | None:
        """Return the failure of a day, if the service failed at it in this run."""
        return self._failing.get(day)

    def attempt(self, day: int | str, title: str, ask: Callable[[], Answer]) -> Answer | IncompleteError:
        """Ask about a day, or about a group of files; return the answer, or why there is none, under a title."""
        try:
            answer = ask()
        except FailingError as error:
            failing = self._failing[day] = titled(error, title)
            self._in_turn.append(failing)
            return failing
        except IncompleteError as error:
            self._in_turn.clear()
            return titled(error, title)
        self._in_turn.clear()
        return answer


def titled(error: Failure, title: str) -> Failure:
    return type(error)(f"{title}: {error}", hint=error.hint)
