"""The catalog as the rest of the program sees it: one open database and everything that may be asked of it."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from builder.catalog.people import VjQuestions
from builder.catalog.queries import CalendarQuestions, SessionQuestions, TagQuestions
from builder.catalog.records import RecordQuestions
from builder.catalog.spans import SpanQuestions
from builder.catalog.store import Store


class Catalog(Store, SessionQuestions, CalendarQuestions, TagQuestions, VjQuestions, RecordQuestions, SpanQuestions):
    """An open catalog; a context manager. Many may read while one writes."""

    @classmethod
    def open(cls, state: Path, *, readonly: bool = False) -> Self:
        """Open the catalog of a state folder, making it when there is none or when it cannot be trusted.

        Read-only: what is there is taken as it stands; `StorageError` when nothing is.
        """
        return cls(state, readonly=readonly)
