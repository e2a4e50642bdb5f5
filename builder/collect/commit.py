"""Group commit: one thread writes a group of records, syncs once, and then all of them are acknowledged together.

Nothing waits for a timer: a notification is handed over at once while fewer than two groups are on their way (one that
is synced, one that is next, so that the disk need not wait for us); behind them the next ones gather. A group wakes the
event loop once, which then answers everyone in it. When two in a row fail, the receiver is unready and refuses at once;
the thread then looks every half second whether the disk takes bytes again. It is unready too while a disk hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable

from builder.collect.limits import GROUP_RECORDS, GROUPS_ON_THEIR_WAY
from builder.collect.log import Log
from builder.collect.metrics import Counters
from builder.errors import reason_of

Settled = Callable[[bool], None]  # told whether the line is durable; if not, the sender must send it again
Waiting = tuple[int, bytes, Settled]


class Committer:
    """Store lines through one thread. Use from one event loop: `start`, then `store` for every line, then `close`."""

    def __init__(
        self,
        log: Log,
        counters: Counters,
        say: Callable[[str], None],
        *,
        probe_seconds: float,
        stuck_seconds: float,
    ) -> None:
        self._log = log
        self._counters = counters
        self._say = say
        self._probe_seconds = probe_seconds
        self._stuck_seconds = stuck_seconds
        self._groups: queue.SimpleQueue[list[Waiting] | None] = queue.SimpleQueue()
        self._waiting: list[Waiting] = []
        self._on_their_way = 0
        self._moved = 0.0  # when the disk last took or finished a group, by the loop's clock
        self._is_stuck_said = False
        self._thread = threading.Thread(target=self._run, name="commit", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False
        self._works = log.is_ready
        self.last_stored_ms = 0

    @property
    def is_ready(self) -> bool:
        """Say, in the event loop, whether storing is worth trying."""
        return self._works and not self._is_stuck()

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def store(self, received_ms: int, line: bytes, settled: Settled) -> None:
        """Have the line made durable; `settled` is called once, in the event loop, and told whether it is."""
        if self._closing or not self.is_ready:
            settled(False)
            return
        self._waiting.append((received_ms, line, settled))
        if self._on_their_way < GROUPS_ON_THEIR_WAY:
            self._hand_over()

    async def close(self, patience_seconds: float) -> None:
        """Finish what is waiting, then stop the thread; a disk that hangs is given up after `patience_seconds`."""
        self._closing = True
        if self._thread.is_alive():
            while self._waiting:
                self._hand_over(self._on_their_way + 1)
            self._groups.put(None)
            await asyncio.to_thread(self._thread.join, patience_seconds)

    def _hand_over(self, limit: int = GROUPS_ON_THEIR_WAY) -> None:
        """In the event loop: give the thread what has gathered, as long as it has less than `limit` groups."""
        if not self._on_their_way:
            self._moved = self._now()
        while self._waiting and self._on_their_way < limit:
            group, self._waiting = self._waiting[:GROUP_RECORDS], self._waiting[GROUP_RECORDS:]
            self._on_their_way += 1
            self._groups.put(group)

    def _run(self) -> None:
        while True:
            try:
                group = self._groups.get(timeout=None if self._works else self._probe_seconds)
            except queue.Empty:
                self._probe()
                continue
            if group is None:
                return
            self._commit(group)

    def _commit(self, group: list[Waiting]) -> None:
        failure = ""
        try:
            self._log.append([(received_ms, line) for received_ms, line, _ in group])
        except OSError as error:
            failure = reason_of(error)
        except Exception as error:  # noqa: BLE001  the senders must get their 503 and the thread must live on
            failure = f"internal error, {type(error).__name__}"
        self._ready(self._log.is_ready)
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is closed: a hung disk was given up, nobody waits any more
            self._loop.call_soon_threadsafe(self._settle, group, failure)

    def _settle(self, group: list[Waiting], failure: str) -> None:
        """In the event loop: tell every sender of the group, and hand over the next one."""
        self._on_their_way -= 1
        self._moved = self._now()
        self._is_stuck_said = False
        self._hand_over()
        self._counters.add("commit_failures_total" if failure else "commits_total")
        if failure:
            self._say(f"could not store {len(group)} notifications, answered 503: {failure}")
        else:
            self.last_stored_ms = group[-1][0]
        for _, _, settled in group:
            try:
                settled(not failure)
            except Exception as error:  # noqa: BLE001  the others of the group must still be told
                self._counters.add("internal_errors_total")
                self._say(f"internal error after storing: {type(error).__name__}")

    def _probe(self) -> None:
        try:
            self._log.probe()
        except OSError:
            return  # still no room; the next look is in half a second
        self._ready(True)

    def _is_stuck(self) -> bool:
        is_stuck = self._on_their_way > 0 and self._now() - self._moved > self._stuck_seconds
        if is_stuck and not self._is_stuck_said:
            self._is_stuck_said = True
            self._say(f"the disk has not answered for {self._stuck_seconds:g} s, refusing until it does")
        return is_stuck

    def _now(self) -> float:
        assert self._loop is not None
        return self._loop.time()

    def _ready(self, is_ready: bool) -> None:
        if is_ready != self._works:
            self._works = is_ready
            self._say("storing works again" if is_ready else "storing failed twice in a row, refusing until it works")
