"""The catalog: what the logs told, merged and grouped, in one SQLite file that can be deleted at any time."""

from builder.catalog.catalog import Catalog
from builder.catalog.refresh import Inputs, refresh
from builder.catalog.values import (
    DayTotal,
    Note,
    RefreshReport,
    Stated,
    StreamTotal,
    Totals,
    VjTotal,
)

__all__ = [
    "Catalog",
    "DayTotal",
    "Inputs",
    "Note",
    "RefreshReport",
    "Stated",
    "StreamTotal",
    "Totals",
    "VjTotal",
    "refresh",
]
