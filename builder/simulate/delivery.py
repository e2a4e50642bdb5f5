"""Sends the notifications of a world over HTTP: retried, doubled, late, out of order, sometimes lost (DOMAIN 2.1).

Time is the world's own: a heap of what is to be sent when. At a finite speed it is kept in step with the real clock; at
full speed it jumps from one thing to the next. Signatures carry the real time of the first try, since the receiver
checks them against its clock: what is sent again, as a retry or a duplicate, is the same to the byte.
"""

from __future__ import annotations

import heapq
import http.client
import json
import random
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from builder.model import Value
from builder.simulate.messages import Event, signed
from builder.simulate.world import World

RETRIES = 12
RETRY_SECONDS = 60
ANSWER_SECONDS = 20.0
SEND_DELAY_SECONDS = (1.0, 34.0)  # what real captures show after the end of a file
AT_ONCE = 16


class Weather(Value, frozen=True):
    """How badly the network behaves; shares between 0 and 1."""

    duplicates: float = 0.0  # sent again although it was acknowledged
    lost: float = 0.0  # never arrives, whatever the retries
    reorder: float = 0.0  # held back for up to ten minutes
    outages: int = 0  # times of five to ten minutes in which nothing gets through


class Message(Value, frozen=True):
    """One notification under way; its duplicate has the same number."""

    event: Event
    number: int
    tries: int = 0
    is_lost: bool = False


@dataclass
class Tally:
    """What came of it."""

    sent: int = 0
    posted: int = 0  # of these, what the weather let out
    acknowledged: int = 0
    refused: int = 0
    failed: int = 0
    given_up: int = 0


class Sent(Value, frozen=True):
    """One try in the provider's log: DescribeCallbackRecordsList shows these."""

    at: float
    event: Event
    result: int  # 0 when the receiver answered 200


class Delivery:
    """Everything that is to be sent, and what was."""

    def __init__(self, world: World, weather: Weather, *, seed: int, key: str) -> None:
        self.chance = random.Random(seed + 7)
        self.weather = weather
        self.key = key
        self.tally = Tally()
        self.log: list[Sent] = []
        self.now = 0.0  # world time
        self._order = 0
        self._signed_at: dict[int, int] = {}  # number of a message → the second of its first try
        self._queue: list[tuple[float, int, Message]] = []
        self._plan(world)

    def _plan(self, world: World) -> None:
        for push in world.pushes():
            self._announce(push.start + 1, Event(push, is_start=True))
            self._announce(push.end + 1, Event(push))
        for file in world.files():
            self._announce(file.end + self.chance.uniform(*SEND_DELAY_SECONDS), Event(file))
        begin, end = (self._queue[0][0], max(at for at, _, _ in self._queue)) if self._queue else (0.0, 0.0)
        starts = [self.chance.uniform(begin, end) for _ in range(self.weather.outages)]
        self.outages = [(start, start + self.chance.uniform(300, 600)) for start in starts]

    def _announce(self, at: float, event: Event) -> None:
        if self.chance.random() < self.weather.reorder:
            at += self.chance.uniform(0, 600)
        lost, number = self.chance.random() < self.weather.lost, self._order
        self._push(at, Message(event, number, is_lost=lost))
        if not lost and self.chance.random() < self.weather.duplicates:
            self._push(at + self.chance.uniform(1, 720), Message(event, number))

    def _push(self, at: float, message: Message) -> None:
        self._order += 1
        heapq.heappush(self._queue, (at, self._order, message))

    # --- sending ---

    def run(self, target: str, *, speed: float, tell: Callable[[Tally], None] = lambda _: None) -> Tally:
        """Send everything; `speed` is world seconds per real second, 0 for as fast as possible."""
        began, first = time.monotonic(), self._queue[0][0] if self._queue else 0.0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while self._queue:
                if speed:
                    time.sleep(max(0.0, began + (self._queue[0][0] - first) / speed - time.monotonic()))
                batch = (
                    [heapq.heappop(self._queue) for _ in range(min(AT_ONCE, len(self._queue)))]
                    if not speed
                    else [heapq.heappop(self._queue)]
                )
                self.now = batch[-1][0]
                for _, _, message in batch:
                    self._signed_at.setdefault(message.number, int(time.time()))
                results = pool.map(lambda entry: self._try(target, entry[0], entry[2]), batch)
                for (at, _, message), status in zip(batch, list(results), strict=True):
                    self._settle(at, message, status)
                tell(self.tally)
        return self.tally

    def _try(self, target: str, at: float, message: Message) -> int:
        """Send once; return the status, 0 when nothing came back."""
        if not self._gets_out(at, message):
            return 0
        body = signed(message.event.body, self.key, self._signed_at[message.number])
        return post(target, json.dumps(body, separators=(",", ":")).encode())

    def _gets_out(self, at: float, message: Message) -> bool:
        return not message.is_lost and not any(begin <= at < end for begin, end in self.outages)

    def _settle(self, at: float, message: Message, status: int) -> None:
        tally = self.tally
        tally.sent += 1
        tally.posted += self._gets_out(at, message)
        self.log.append(Sent(at, message.event, 0 if status == http.client.OK else status or -1))
        if status == http.client.OK:
            tally.acknowledged += 1
            return
        if status:
            tally.refused += 1
        else:
            tally.failed += 1
        if message.tries >= RETRIES:
            tally.given_up += 1
            return
        self._push(at + RETRY_SECONDS, Message(message.event, message.number, message.tries + 1, message.is_lost))


def silence(target: str, patience_seconds: float) -> str:
    """Wait until somebody takes connections at an address; return why nobody did in time, "" when somebody does."""
    parts, deadline = urlsplit(target), time.monotonic() + patience_seconds
    while True:
        try:
            socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 80), ANSWER_SECONDS).close()
        except OSError as error:
            if time.monotonic() >= deadline:
                is_unknown = isinstance(error, socket.gaierror)
                return f"the name `{parts.hostname}` has no address here" if is_unknown else "nobody listens there"
            time.sleep(0.1)
        else:
            return ""


def post(target: str, body: bytes) -> int:
    """POST once over a new connection; 0 when no answer came."""
    parts = urlsplit(target)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=ANSWER_SECONDS)
    asked = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", asked, body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
