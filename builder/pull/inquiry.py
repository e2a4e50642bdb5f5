"""One run of `pull --status`: a round through all known files, in groups, and what a failing group does to it.

One file may be all that a service fails at or refuses, and its group would end every round there. So the round goes on
behind the group, whose files are asked about alone when all groups were; one that fails alone too is told, the round
ends without an answer about it, and the next round asks again. Less is deleted then, never more. Otherwise the rule of
`turns` holds: two failures in turn end the run, and the next goes on behind them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from builder.errors import RemoteError
from builder.pull.answers import known_in, unknown_in
from builder.pull.calls import IncompleteError
from builder.pull.cloud import FILES_AT_ONCE, Cloud
from builder.pull.questions import label
from builder.pull.round import ROUNDS, Round, Waiting
from builder.pull.shelf import Shelf
from builder.pull.statements import Statements
from builder.pull.turns import About, Turns


class Inquiry:
    """Asks an account what became of files, told with the hosts of their media; deleted ones become tombstones."""

    def __init__(
        self, shelf: Shelf, cloud: Cloud, hosts: Mapping[str, str], streams: Sequence[str], turns: Turns
    ) -> None:
        self.shelf = shelf
        self.cloud = cloud
        self.name = label(streams)
        self.round = Round(shelf.folder / ROUNDS / self.name)
        self.statements = Statements(shelf, hosts)
        self.files = sorted(hosts if streams else {*hosts, *self.statements.withheld()})
        last = self.round.furthest()
        self.last = last.last if last else ""
        self.is_known = last is not None and last.is_known  # a file of this round
        self.turns = turns
        self.answers = 0
        self.unsure = 0
        self.failure: IncompleteError | None = None

    def go_on(self) -> bool:
        """Ask from where the round stopped; False: it is not over.

        Where none of the files is known at all, the account is the wrong one, and believing it would empty the site.
        """
        finished = self.turns.each(self._groups()) and self.turns.each(self._alone())
        self.failure = self.failure or (None if finished else self.turns.latest) or self._failed_before()
        if self.is_known:
            self._settle(is_over=finished)
        if finished:
            self.round.end()
        if finished and self.last and not self.is_known and not self.failure:
            raise RemoteError(
                f"none of {len(self.files)} files is known there, nothing was changed",
                hint="ask with the account (and `--sub-app-id`) that the recordings were made with",
            )
        return finished

    def _groups(self) -> Iterator[Callable[[], None]]:
        left = [name for name in self.files if name > self.last]
        for first in range(0, len(left), FILES_AT_ONCE):
            yield partial(self._ask_group, left[first : first + FILES_AT_ONCE])

    def _ask_group(self, group: Sequence[str]) -> None:
        unknown = self._ask(group)
        self.last = group[-1]
        if isinstance(unknown, IncompleteError):
            self.round.keep(Waiting(self.last, [], self.is_known, alone=group))
        else:
            self.round.keep(Waiting(self.last, unknown, self.is_known))

    def _alone(self) -> Iterator[Callable[[], None]]:
        for one in self.round.waiting():
            for name in one.alone:
                yield partial(self._ask_alone, one.last, name)

    def _ask_alone(self, last: str, name: str) -> None:
        unknown, why = self._ask([name]), ""
        if isinstance(unknown, IncompleteError):
            self.failure, unknown, why = self.failure or unknown, [], str(unknown)
        if one := self.round.at(last):  # as it is by now
            left = [other for other in one.alone if other != name]
            self.round.keep(replace(one, unknown=[*one.unknown, *unknown], alone=left, why=one.why or why))

    def _failed_before(self) -> IncompleteError | None:
        """Return what an earlier run of the round failed at: the round has no answer about it."""
        why = next((one.why for one in self.round.waiting() if one.why), "")
        return IncompleteError(why, hint="the next round asks about it again") if why else None

    def _ask(self, names: Sequence[str]) -> list[str] | IncompleteError:
        """Return which of some files are not known, or why there is no answer."""
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        about = About(names[0], names[0], f"file `{names[0]}`{others}")  # if that is the bad one, both are one failure
        return self.turns.attempt(about, partial(self._answer, names))

    def _answer(self, names: Sequence[str]) -> list[str]:
        """Ask, and lay what is known at once."""
        answer = self.cloud.media_of(names)
        self.answers += 1
        if not self.is_known and any(known_in(answer)):
            self.is_known = True
            self.shelf.remember(f"status {self.name}", "")  # whose application it is
        self.statements.lay_known(answer)
        return unknown_in(names, answer)

    def _settle(self, *, is_over: bool) -> None:
        """Lay what waits in a round; what is doubtful waits on until all that the account knows has been told."""
        for one in self.round.waiting():
            doubtful = [] if is_over else self.statements.doubtful(one.unknown)
            told = [name for name in one.unknown if name not in doubtful]
            self.unsure += self.statements.lay_unknown(told)
            if not doubtful and not one.alone and not one.why and one.last != self.last:
                self.round.drop(one)
            elif told or not one.is_known:
                self.round.keep(replace(one, unknown=doubtful, is_known=True))
