"""Sessions: the rules that turn recordings into broadcasts. Pure: no clock, no disk, no order of arrival.

The public names of the room; its modules are split by noun (`intervals`, `links`, `grouping`, `tracks`, `aliases` …).
"""

from builder.sessions.assembling import assemble
from builder.sessions.chapters import chapters_outside
from builder.sessions.curate import given_twice
from builder.sessions.intervals import interval, join_interval
from builder.sessions.island import Island
from builder.sessions.reach import LinkKey, Reach, Span, reach
from builder.sessions.record import session_line
from builder.sessions.rules import Rulebook, Rules, check_rules
from builder.sessions.streams import resolve_stream
from builder.sessions.trimming import hidden_ends, leaves_nothing

__all__ = [
    "Island",
    "LinkKey",
    "Reach",
    "Rulebook",
    "Rules",
    "Span",
    "assemble",
    "chapters_outside",
    "check_rules",
    "given_twice",
    "hidden_ends",
    "interval",
    "join_interval",
    "leaves_nothing",
    "reach",
    "resolve_stream",
    "session_line",
]
