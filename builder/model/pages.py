"""The name of a page inside the program."""

from __future__ import annotations

from builder.model.base import Value


class PageKey(Value, frozen=True, order=True):
    """Names one output page: its kind, the kind's own text (a session id, a day, a slug) and its language."""

    kind: str
    name: str
    language: str = ""  # "" for language-free outputs
