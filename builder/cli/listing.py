"""Listing: a million sessions as lines of JSON, worded by several processes and printed in order by this one.

To fetch and word a session takes many times as long as to print it, and no core has anything else to do meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from builder.catalog import Catalog
from builder.cli.terminal import printable, say_data
from builder.model import Session, Value
from builder.sessions import session_line

MANY = 50_000  # below it processes cost more than they give
PORTION = 250  # sessions a message
DELETE = b"\x7f"  # the one control character that JSON may hold as it is

Place = tuple[int, str]  # start and id of a session


class Wording(Value, frozen=True):
    """Word portions of the sessions, each from a place on."""

    state: Path
    places: tuple[Place, ...]

    def run(self) -> Iterator[bytes]:
        with Catalog.open(self.state, readonly=True) as catalog:
            for place in self.places:
                yield b"\n".join(map(json_line, catalog.sessions_from(place, PORTION)))


def say_many(catalog: Catalog, state: Path, hands: int) -> None:
    """Print every session as a line of JSON, by start and id, worded by so many processes."""
    from builder.catalog.crew import Crew  # here: most lists are short

    places = list(catalog.places(PORTION))
    with Crew(hands) as crew:
        for text in crew.in_turn([Wording(state, tuple(places[number::hands])) for number in range(hands)]):
            say_data(text)


def json_line(session: Session) -> bytes:
    """Word a session as a line of JSON that is safe to print."""
    line = session_line(session)
    if line.isascii() and DELETE not in line:  # a glance, where `printable` looks at each letter
        return line
    return printable(line.decode()).encode()
