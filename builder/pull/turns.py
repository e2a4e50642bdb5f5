"""The rule of a walk: in which order a run asks its questions, what a failure does, and when the run ends.

First comes what no run has asked yet, day by day and each day of all streams; then what may still change, the present
day; then what failed, and what is left of streams that are refused, whichever was asked longest ago. Of what was asked
before, what was asked longest ago comes first, the day, then the stream: nothing waits for ever behind what fails again
and again.

A question that fails is noted with the reason, and counts as asked. Where it is the service that fails, and not an
answer, that is one failure of the day: the day's other questions, about other streams, are put off. Without a call they
are noted as failed too, and come with the next run. So two failures in turn are of two days: the service is down.
What is refused is one failure of the streams that are asked for: their questions about other days are put off. Two in
turn are of different streams: it may be the account that is refused, and is not asked on either. The more streams are
known as refused, the more new ones in turn may be: else many bad ones would cost as many runs. One that is known tells
nothing new, and does not end a run: two refusals in turn put off all that is left of such streams. A group of streams
that is refused, or at which the service fails twice, is parted for that day: the next run asks about each of them.

A run ends when everything was asked or put off, the budget is spent, another question comes after two in turn failed,
or none would be answered: a `RemoteError` that is no `IncompleteError`. Which refusal is of which kind is told by
`codes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import TypeVar

from builder.errors import RemoteError
from builder.model import Value
from builder.pull.calls import BudgetSpentError, FailingError, IncompleteError, RefusedError

Answer = TypeVar("Answer")
Failure = TypeVar("Failure", bound=RemoteError)
DOWN = 2  # failures in turn that end a run


class End(Enum):
    """What ended a run before everything was asked, where it was no refusal."""

    SPENT = auto()
    DOWN = auto()


class DownError(Exception):
    """Two questions in turn failed: none is asked any more in this run; what is put off is no question."""


class About(Value, frozen=True):
    """What a question is about: the day or file that fails with it, the streams refused with it; for a person."""

    day: int | str
    whom: str  # all of the question, where no stream is asked for
    title: str


class Turns:
    """The questions of one run in turn, the days and streams at which the service failed, and what ended it."""

    def __init__(self) -> None:
        self.end: End | None = None
        self.patience = DOWN  # refusals in turn that end the run, of streams that none was refused before
        self._failing: dict[int | str, FailingError] = {}
        self._in_turn: dict[tuple[int | str, int | str], FailingError] = {}  # by what each is about
        self._refusals = 0  # in turn, also of what an earlier run was refused

    def each(self, asks: Iterable[Callable[[], None]]) -> bool:
        """Ask one by one; False: the budget was spent, or two in turn failed, before the end."""
        try:
            for ask in asks:
                ask()
        except BudgetSpentError:
            self.spend()
            return False
        except DownError:
            self.end = End.DOWN
            return False
        return True

    def again(self, asks: Iterable[Callable[[], None]]) -> bool:
        """Ask once more what was asked before; a budget that ends with that has done its work."""
        return self.each(asks) or self.end is not End.DOWN

    def spend(self) -> None:
        """Note that the budget is spent; where a failing service used it up, that is what ends the run."""
        self.end = None if self._in_turn else End.SPENT

    @property
    def latest(self) -> FailingError | None:
        """Return the failure that nothing came after."""
        return next(reversed(self._in_turn.values()), None)

    @property
    def is_refusing(self) -> bool:
        """Say whether the last questions were refused, so that none of what was refused before is asked any more."""
        return self._refusals >= DOWN

    def failing(self, about: About, refused: str = "") -> FailingError | None:
        """Return the failure that puts a question off; `refused` is why an earlier run was refused its streams.

        It is that the service failed at its day, refused its streams, or goes on refusing, these or others.
        """
        failing = self._failing.get(about.day) or self._failing.get(about.whom)
        return RefusedError(refused) if refused and self.is_refusing and not failing else failing

    def attempt(
        self, about: About, ask: Callable[[], Answer], *, was_refused: bool = False
    ) -> Answer | IncompleteError:
        """Ask; return the answer, or why there is none, under the title of the question.

        Raises `DownError` where it is not asked, because too many in turn failed.
        """
        if self._is_down:
            raise DownError
        try:
            answer: Answer | IncompleteError = ask()
        except FailingError as error:
            failing = titled(error, about.title)
            is_refused = isinstance(error, RefusedError)
            self._failing[about.whom if is_refused else about.day] = failing
            self._refusals += is_refused
            if not (is_refused and was_refused):
                self._in_turn[about.day, about.whom] = failing
            return failing
        except IncompleteError as error:
            answer = titled(error, about.title)
        self._in_turn.clear()
        self._refusals = 0
        return answer

    @property
    def _is_down(self) -> bool:
        is_refused = all(isinstance(error, RefusedError) for error in self._in_turn.values())
        return len(self._in_turn) >= (self.patience if is_refused else DOWN)


def titled(error: Failure, title: str) -> Failure:
    return type(error)(f"{title}: {error}", hint=error.hint)
