"""Sessions: the rules that turn recordings into broadcasts. Pure: no clock, no disk, no order of arrival.

The public names of the room; its modules are split by noun (`intervals`, `links`, `grouping`, `tracks`, `aliases` …).
"""

from builder.sessions.assemble import assemble, assemble_all
from builder.sessions.chapters import chapters_outside
from builder.sessions.intervals import interval, join_interval
from builder.sessions.island import TOO_SHORT, Assembly, Island
from builder.sessions.reach import LinkKey, Reach, Span, reach
from builder.sessions.record import session_json, session_line
from builder.sessions.rules import Rulebook, Rules, check_rules
from builder.sessions.streams import AMBIGUOUS, resolve_stream
from builder.sessions.trimming import leaves_nothing

__all__ = [
    "AMBIGUOUS",
    "TOO_SHORT",
    "Assembly",
    "Island",
    "LinkKey",
    "Reach",
    "Rulebook",
    "Rules",
    "Span",
    "assemble",
    "assemble_all",
    "chapters_outside",
    "check_rules",
    "interval",
    "join_interval",
    "leaves_nothing",
    "reach",
    "resolve_stream",
    "session_json",
    "session_line",
]
